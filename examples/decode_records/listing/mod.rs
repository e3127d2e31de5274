//! A record in a line. Without heap, so that a page in a browser lists records by the same words.

mod drafts;
mod plain;

use core::fmt::{self, Display, Formatter};

use iomt::reading::{
    Cadence, Calibration, Component, Compound, Context, Event, Gap, Metric, Observation, Series,
    Status, Waveform,
};
use iomt::time::{ClockQuality, Duration, Instant, Stamp};
use iomt::wire::Record;

pub(crate) use self::plain::Span;
use self::plain::{Moment, UnitWord, named};

/// As many samples and values as a record can have.
pub(crate) const MAX_COUNT: usize = u16::MAX as usize;

/// What a record says, but for its time.
pub(crate) struct Listed<'a>(pub(crate) &'a Record<'a>);

impl Display for Listed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Record::Observation(observation) => observed(f, observation),
            Record::Compound(compound) => panel(f, compound),
            Record::Stamped(stamped) => {
                observed(f, &stamped.observation)?;
                f.write_str(", on ")?;
                stamp(f, &stamped.stamp)
            }
            Record::ClockSync(sync) => {
                f.write_str("clock: ")?;
                stamp(f, &sync.what)
            }
            Record::Waveform(waveform) => waves(f, waveform),
            Record::Series(series) => values(f, series),
            Record::Event(event) => occurrence(f, &event.what),
            Record::Calibration(calibration) => calibrated(f, &calibration.what),
            Record::Text(text) => write!(f, "text [{}] “{}”", text.what.language, text.what.text),
            Record::Gap(gap) => lost(f, gap),
            Record::Context(context) => circumstances(f, context),
            Record::Descriptor(descriptor) => {
                write!(
                    f,
                    "device {}",
                    Joined(" · ", || descriptor.fields().into_iter())
                )
            }
            Record::Dose(dose) => drafts::dose(f, &dose.what),
            Record::InsulinBasal(basal) => drafts::basal(f, &basal.what),
            Record::InsulinBolus(bolus) => drafts::bolus(f, &bolus.what),
            Record::Asset(asset) => drafts::asset(f, &asset.what),
            Record::Activity(activity) => drafts::activity(f, &activity.what),
            Record::Fall(fall) => drafts::fall(f, &fall.what),
            Record::Sleep(sleep) => drafts::sleep(f, &sleep.what),
            Record::Consent(consent) => {
                let what = &consent.what;
                write!(f, "consent {} version {}", what.reference, what.version)
            }
            Record::Setting(setting) => {
                write!(f, "setting {} = {}", setting.what.name, setting.what.value)
            }
            Record::Stream(stream) => {
                let what = &stream.what;
                let data = Hex(what.data);
                write!(
                    f,
                    "stream {} from byte {}: {data}",
                    what.channel, what.position
                )
            }
            Record::Unknown { tag, body } => write!(f, "unknown record {}: {}", tag.0, Hex(body)),
            // A record that this example does not know yet.
            record => write!(f, "{record:?}"),
        }
    }
}

/// When it was measured, or happened; some records have no time.
pub(crate) fn time_of(record: &Record<'_>) -> Option<Instant> {
    Some(match record {
        Record::Observation(observation) => observation.time,
        Record::Compound(compound) => compound.time,
        Record::Stamped(stamped) => stamped.observation.time,
        Record::ClockSync(sync) => sync.time,
        Record::Waveform(waveform) => waveform.start,
        Record::Series(series) => series.start,
        Record::Event(event) => event.time,
        Record::Calibration(calibration) => calibration.time,
        Record::Text(text) => text.time,
        Record::Dose(dose) => dose.time,
        Record::InsulinBasal(basal) => basal.time,
        Record::InsulinBolus(bolus) => bolus.time,
        Record::Asset(asset) => asset.time,
        Record::Activity(activity) => activity.time,
        Record::Fall(fall) => fall.time,
        Record::Sleep(sleep) => sleep.time,
        Record::Consent(consent) => consent.time,
        Record::Setting(setting) => setting.time,
        Record::Stream(stream) => stream.time,
        _ => return None,
    })
}

/// In hexadecimal.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What a function makes anew each time, with a text between.
pub(crate) struct Joined<F>(pub(crate) &'static str, pub(crate) F);

impl<I: Iterator<Item: Display>, F: Fn() -> I> Display for Joined<F> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (place, item) in (self.1)().enumerate() {
            if place > 0 {
                f.write_str(self.0)?;
            }
            write!(f, "{item}")?;
        }
        Ok(())
    }
}

fn occurrence(f: &mut Formatter<'_>, event: &Event) -> fmt::Result {
    write!(f, "{}", named(event.kind.name(), event.kind.0))?;
    if event.subject != 0 {
        write!(f, " of {}", Metric::from_code(event.subject))?;
    }
    if event.source != 0 {
        write!(f, ", caused by record {}", event.source)?;
    }
    match event.detail {
        0 => Ok(()),
        detail => write!(f, ", detail {detail}"),
    }
}

fn calibrated(f: &mut Formatter<'_>, calibration: &Calibration) -> fmt::Result {
    let Calibration {
        metric,
        unit,
        reference,
        slope,
        intercept,
        valid_for_s,
    } = calibration;
    let unit = UnitWord(*unit);
    write!(
        f,
        "{metric} calibrated at {reference}{unit}: value × {slope} + ({intercept}{unit}), "
    )?;
    match valid_for_s {
        0 => f.write_str("until the next"),
        seconds => write!(f, "for {}", Span::seconds(*seconds)),
    }
}

fn lost(f: &mut Formatter<'_>, gap: &Gap) -> fmt::Result {
    f.write_str("gap: ")?;
    match gap.count {
        0 => f.write_str("nobody knows how many records")?,
        1 => f.write_str("1 record")?,
        count => write!(f, "{count} records")?,
    }
    let reason = named(gap.reason.name(), gap.reason.0);
    write!(f, " from {} on, {reason}", gap.first_sequence)
}

fn circumstances(f: &mut Formatter<'_>, context: &Context<'_>) -> fmt::Result {
    match context.back {
        0 => f.write_str("of all that follow")?,
        back => write!(f, "of the record {back} before")?,
    }
    f.write_str(": ")?;
    let told = [
        (context.location.name(), context.location.0),
        (context.method.name(), context.method.0),
        (context.origin.name(), context.origin.0),
    ];
    let told = || told.into_iter().filter(|(_, code)| *code != 0);
    write!(
        f,
        "{}",
        Joined(", ", || told().map(|(name, code)| named(name, code)))
    )?;
    if !context.algorithm.is_empty() {
        let (name, version) = (context.algorithm, context.algorithm_version);
        write!(f, ", algorithm {name} {version}")?;
    }
    match context.device {
        0 => Ok(()),
        _ => write!(f, ", sensor: {}", context.device_word()),
    }
}

fn observed(f: &mut Formatter<'_>, observation: &Observation) -> fmt::Result {
    let Observation {
        metric,
        unit,
        value,
        status,
        ..
    } = *observation;
    component(f, &Component::new(metric, unit, value).with_status(status))?;
    match observation.is_plausible() {
        Some(false) => f.write_str("  (not plausible)"),
        _ => Ok(()),
    }
}

fn component(f: &mut Formatter<'_>, part: &Component) -> fmt::Result {
    write!(f, "{} {}{}", part.metric, part.value, UnitWord(part.unit))?;
    doubt(f, part.status)
}

fn panel(f: &mut Formatter<'_>, compound: &Compound) -> fmt::Result {
    write!(f, "{}", compound.metric)?;
    for (place, part) in compound.components().enumerate() {
        f.write_str(if place == 0 { ": " } else { ", " })?;
        component(f, &part)?;
    }
    doubt(f, compound.status)
}

fn doubt(f: &mut Formatter<'_>, status: Status) -> fmt::Result {
    match status {
        Status::VALID => Ok(()),
        status => write!(f, " ({status})"),
    }
}

fn stamp(f: &mut Formatter<'_>, stamp: &Stamp) -> fmt::Result {
    let wall = stamp.wall;
    let quality = match wall.quality {
        ClockQuality::DeviceSet => "set by hand",
        ClockQuality::Synchronised => "synchronised",
        _ => "unset",
    };
    write!(
        f,
        "{}, {quality} within {}, clock epoch {}",
        Moment(wall.unix_millis, wall.utc_offset_minutes),
        Span(wall.uncertainty),
        stamp.epoch
    )
}

fn waves(f: &mut Formatter<'_>, waveform: &Waveform<'_>) -> fmt::Result {
    let Waveform {
        metric,
        unit,
        rate,
        scale,
        zero,
        count,
        ..
    } = waveform;
    write!(
        f,
        "{metric}: {count} samples at {rate}, {scale}{} a count from {zero}: ",
        UnitWord(*unit)
    )?;
    match waveform.decode(&mut [0; MAX_COUNT]) {
        Ok(samples) => write!(f, "counts {}", Joined(" ", || samples.iter())),
        Err(error) => write!(f, "{error}"),
    }
}

/// When the values of an irregular series were measured, each counted from its start.
fn times(f: &mut Formatter<'_>, series: &Series<'_>) -> fmt::Result {
    match series.times_ms(&mut [0; MAX_COUNT]) {
        Ok(times) => {
            let span = |millis: &i32| Span(Duration::from_millis(u64::from(millis.unsigned_abs())));
            write!(f, "after {}", Joined(", ", || times.iter().map(span)))
        }
        Err(error) => write!(f, "at listed times ({error})"),
    }
}

fn values(f: &mut Formatter<'_>, series: &Series<'_>) -> fmt::Result {
    let Series {
        metric,
        unit,
        count,
        status,
        ..
    } = series;
    write!(f, "{metric}, {count} values ")?;
    match series.cadence {
        Cadence::Every(interval) => write!(f, "every {}", Span(interval))?,
        Cadence::Listed(_) => times(f, series)?,
    }
    doubt(f, *status)?;
    f.write_str(": ")?;
    match series.decode(&mut [0; MAX_COUNT]) {
        Ok(mantissas) => {
            let values = || mantissas.iter().map(|mantissa| series.value(*mantissa));
            write!(f, "{}{}", Joined(" ", values), UnitWord(*unit))
        }
        Err(error) => write!(f, "{error}"),
    }
}
