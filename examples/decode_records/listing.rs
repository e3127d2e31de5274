//! A record in a line for people.

use iomt::fhir::date_time;
use iomt::reading::{
    Cadence, Calibration, Context, Event, Gap, Metric, Observation, Series, Waveform,
};
use iomt::time::{ClockQuality, Instant, Stamp};
use iomt::wire::Record;

use super::{drafts, hex};

/// Texts come from outside: a line stays a line.
pub(super) fn line_of(record: &Record<'_>) -> String {
    listed(record).replace(char::is_control, "\u{FFFD}")
}

fn listed(record: &Record<'_>) -> String {
    match record {
        Record::Observation(observation) => observed(observation),
        Record::Compound(compound) => format!("{}  {compound}", at(compound.time)),
        Record::Stamped(stamped) => {
            format!(
                "{} = {}",
                observed(&stamped.observation),
                stamp(&stamped.stamp)
            )
        }
        Record::ClockSync(sync) => format!("{}  clock: {}", at(sync.time), stamp(&sync.what)),
        Record::Waveform(waveform) => waves(waveform),
        Record::Series(series) => values(series),
        Record::Event(event) => happened(event.time, &occurrence(&event.what)),
        Record::Calibration(calibration) => {
            happened(calibration.time, &calibrated(&calibration.what))
        }
        Record::Text(text) => happened(
            text.time,
            &format!("text [{}] “{}”", text.what.language, text.what.text),
        ),
        Record::Gap(gap) => lost(gap),
        Record::Context(context) => circumstances(context),
        Record::Descriptor(descriptor) => format!("device {}", descriptor.fields().join(" · ")),
        Record::Dose(dose) => happened(dose.time, &drafts::dose(&dose.what)),
        Record::InsulinBasal(basal) => happened(basal.time, &drafts::basal(&basal.what)),
        Record::InsulinBolus(bolus) => happened(bolus.time, &drafts::bolus(&bolus.what)),
        Record::Asset(asset) => happened(asset.time, &drafts::asset(&asset.what)),
        Record::Activity(activity) => happened(activity.time, &drafts::activity(&activity.what)),
        Record::Fall(fall) => happened(fall.time, &drafts::fall(&fall.what)),
        Record::Sleep(sleep) => happened(sleep.time, &drafts::sleep(&sleep.what)),
        Record::Consent(consent) => {
            let what = &consent.what;
            happened(
                consent.time,
                &format!("consent {} version {}", what.reference, what.version),
            )
        }
        Record::Setting(setting) => happened(
            setting.time,
            &format!("setting {} = {}", setting.what.name, setting.what.value),
        ),
        Record::Stream(stream) => {
            let what = &stream.what;
            let data = hex(what.data);
            happened(
                stream.time,
                &format!(
                    "stream {} from byte {}: {data}",
                    what.channel, what.position
                ),
            )
        }
        Record::Unknown { tag, body } => format!("unknown record {}: {}", tag.0, hex(body)),
        // A record that this example does not know yet.
        record => format!("{record:?}"),
    }
}

fn happened(time: Instant, what: &str) -> String {
    format!("{}  {what}", at(time))
}

/// The name of an open code, or its number.
pub(super) fn named(name: Option<&str>, code: impl Into<u32>) -> String {
    name.map_or_else(|| format!("code {}", code.into()), String::from)
}

fn occurrence(event: &Event) -> String {
    let kind = named(event.kind.name(), event.kind.0);
    let subject = match event.subject {
        0 => String::new(),
        code => format!(" of {}", Metric::from_code(code)),
    };
    format!(
        "{kind}{subject}, caused by record {}, detail {}",
        event.source, event.detail
    )
}

fn calibrated(calibration: &Calibration) -> String {
    let Calibration {
        metric,
        unit,
        reference,
        slope,
        intercept,
        valid_for_s,
    } = calibration;
    format!(
        "{metric} calibrated at {reference} {unit}: × {slope}, then plus {intercept}, for {valid_for_s} s"
    )
}

fn lost(gap: &Gap) -> String {
    let reason = named(gap.reason.name(), gap.reason.0);
    format!(
        "gap: {} records from {} on, {reason}",
        gap.count, gap.first_sequence
    )
}

fn circumstances(context: &Context<'_>) -> String {
    let whose = match context.back {
        0 => String::from("all that follow"),
        back => format!("the record {back} before"),
    };
    format!(
        "of {whose}: {}, {}, {}, algorithm {} {}, sensor: {}",
        named(context.location.name(), context.location.0),
        named(context.method.name(), context.method.0),
        named(context.origin.name(), context.origin.0),
        context.algorithm,
        context.algorithm_version,
        context.device_word()
    )
}

fn at(time: Instant) -> String {
    format!("at {time}")
}

fn observed(observation: &Observation) -> String {
    let doubt = match observation.is_plausible() {
        Some(false) => "  (not plausible)",
        _ => "",
    };
    format!("{}  {observation}{doubt}", at(observation.time))
}

fn stamp(stamp: &Stamp) -> String {
    let wall = stamp.wall;
    let quality = match wall.quality {
        ClockQuality::DeviceSet => "set by hand",
        ClockQuality::Synchronised => "synchronised",
        _ => "unset",
    };
    let (time, within) = (date_time(&wall), wall.uncertainty);
    format!("{time}, {quality}, ± {within}, epoch {}", stamp.epoch)
}

fn waves(waveform: &Waveform<'_>) -> String {
    let mut samples = vec![0; usize::from(waveform.count)];
    let content = match waveform.decode(&mut samples) {
        Ok(samples) => format!("counts {}", joined(samples)),
        Err(error) => error.to_string(),
    };
    let Waveform {
        metric,
        unit,
        rate,
        scale,
        zero,
        count,
        ..
    } = waveform;
    format!(
        "{}  {metric}: {count} samples at {rate}, {scale} {unit} a count from {zero}: {content}",
        at(waveform.start)
    )
}

fn values(series: &Series<'_>) -> String {
    let mut mantissas = vec![0; usize::from(series.count)];
    let content = match series.decode(&mut mantissas) {
        Ok(mantissas) => {
            let values = mantissas.iter().map(|mantissa| series.value(*mantissa));
            joined(values)
        }
        Err(error) => error.to_string(),
    };
    let cadence = match series.cadence {
        Cadence::Every(interval) => format!("every {interval}"),
        Cadence::Listed(_) => String::from("at listed times"),
    };
    let Series {
        metric,
        unit,
        count,
        status,
        ..
    } = series;
    format!(
        "{}  {metric} in {unit}, {count} values {cadence}, {status}: {content}",
        at(series.start)
    )
}

fn joined(items: impl IntoIterator<Item = impl ToString>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(" ")
}
