//! Reads plaintexts of frames, in hexadecimal, and says what they hold.
//!
//! ```text
//! cargo run --example decode_records -- 0e0304c096b102100401009001
//! cargo run --example decode_records < plaintexts.txt
//! ```
//!
//! One plaintext an argument, or, without arguments, one a line; empty lines and lines that begin with `#` are
//! skipped, white space within a line does not count. What can not be read is told on the standard error with its
//! line, and the exit status is 1 then. A record that is refused does not hide the others of its frame.

mod drafts;

use std::fmt::Write as _;
use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;

use iomt::reading::{
    Cadence, Calibration, Context, Event, Gap, Metric, Observation, Series, Waveform,
};
use iomt::time::{ClockQuality, Instant, Stamp};
use iomt::wire::{Envelope, Record, Records};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("decode_records: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all could be read.
fn run() -> io::Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = io::stdout().lock();
    let mut is_good = true;
    if arguments.is_empty() {
        for (line, text) in (1..).zip(io::stdin().lock().lines()) {
            is_good &= show(line, &text?, &mut out)?;
        }
    }
    for (line, text) in (1..).zip(&arguments) {
        is_good &= show(line, text, &mut out)?;
    }
    out.flush()?;
    Ok(is_good)
}

fn show(line: usize, text: &str, out: &mut impl io::Write) -> io::Result<bool> {
    let text: String = text.split_whitespace().collect();
    if text.is_empty() || text.starts_with('#') {
        return Ok(true);
    }
    let Some(plaintext) = bytes(&text) else {
        eprintln!("line {line}: not hexadecimal");
        return Ok(false);
    };
    let envelope = match Envelope::parse(&plaintext) {
        Ok(envelope) => envelope,
        Err(error) => {
            eprintln!("line {line}: {error}");
            return Ok(false);
        }
    };
    let run = envelope
        .run()
        .map_or(String::new(), |run| format!(", run {}", hex(&run.0)));
    writeln!(out, "frame of {} bytes{run}", plaintext.len())?;
    let mut is_good = true;
    for (sequence, record) in Records::new(&envelope) {
        match record {
            Ok(record) => writeln!(out, "{sequence:>8}  {}", line_of(&record))?,
            Err(error) => {
                eprintln!("line {line}: record {sequence}: {error}");
                is_good = false;
            }
        }
    }
    Ok(is_good)
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        }
        _ => None,
    });
    digits.collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Texts come from outside: a line stays a line.
fn line_of(record: &Record<'_>) -> String {
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
fn named(name: Option<&str>, code: impl Into<u32>) -> String {
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
        "{metric} calibrated at {reference} {unit}: × {slope} + {intercept}, for {valid_for_s} s"
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
    let offset = wall
        .utc_offset_minutes
        .map_or(String::from("no offset"), |minutes| {
            let sign = if minutes < 0 { '-' } else { '+' };
            let minutes = minutes.unsigned_abs();
            format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        });
    let millis = wall.unix_millis;
    format!(
        "{millis} ms since 1970, {quality} within {}, {offset}, epoch {}",
        wall.uncertainty, stamp.epoch
    )
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
