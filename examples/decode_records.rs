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

use std::fmt::Write as _;
use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;

use iomt::reading::{Cadence, Observation, Series, Waveform};
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
            Ok(record) => writeln!(out, "{sequence:>8}  {}", listed(&record))?,
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
        Record::Unknown { tag, body } => format!("unknown record {}: {}", tag.0, hex(body)),
        // The others are what their fields say.
        record => format!("{record:?}"),
    }
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
