//! Values of Bluetooth health characteristics in, FHIR resources out.
//!
//! Each line of the standard input is a characteristic's number and a value of it, in hexadecimal;
//! each good one gives exactly one line of JSON: an Observation or, where the value holds several or a
//! dose alone, a Bundle. Empty lines and lines that begin with `#` are skipped.
//!
//! ```text
//! $ echo '2a37 0654' | cargo run --example gatt_to_fhir -- --subject Patient/7 --time 2024-03-15T14:30:45+01:00
//! {"resourceType":"Observation", … "valueQuantity":{"value":84,"unit":"/min", …
//! ```
//!
//! Errors go to the standard error with the number of their line; the exit status is 1 when there
//! were any.

#[path = "gatt_to_fhir/options.rs"]
pub(crate) mod options;

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::process::ExitCode;

use iomt::fhir::{Bundle, Identity, Received, Resource, Upload};
use iomt::gatt::{Payload, Stamp};
use options::Options;

fn main() -> ExitCode {
    let options = match Options::from_arguments(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{}", Options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}\n{}", Options::HELP);
            return ExitCode::from(2);
        }
    };
    match convert(std::io::stdin().lock(), std::io::stdout().lock(), &options) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Converts all lines and tells how many were bad.
pub(crate) fn convert(
    input: impl BufRead,
    mut output: impl Write,
    options: &Options,
) -> std::io::Result<usize> {
    let mut bad = 0;
    let mut seen = Seen::default();
    for (index, line) in input.split(b'\n').enumerate() {
        let line = line?;
        // Some editors put a mark in front of a file.
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line);
        match std::str::from_utf8(line).map_err(|_| "not UTF-8".to_owned()) {
            Ok(text) if text.trim().is_empty() || text.trim_start().starts_with('#') => {}
            text => match text.and_then(|text| converted(text, &mut seen, options)) {
                Ok(json) => writeln!(output, "{json}")?,
                Err(error) => {
                    bad += 1;
                    eprintln!("line {}: {error}", index + 1);
                }
            },
        }
    }
    Ok(bad)
}

/// What the lines before have told.
#[derive(Default)]
struct Seen {
    /// How often each value came: two equal ones of which nobody knows the time are two measurements.
    occurrences: HashMap<Identity, u32>,
    /// When each glucose measurement was taken, by its sequence number: that is the time of its context, too.
    measured: HashMap<u16, Stamp>,
}

impl Seen {
    /// When a context's measurement was taken.
    fn measured(&mut self, payload: &Payload<'_>) -> Stamp {
        match payload {
            Payload::Glucose(glucose) => {
                let stamp = Stamp::Local {
                    time: glucose.base_time,
                    offset_minutes: glucose.offset_minutes.unwrap_or(0),
                };
                self.measured.insert(glucose.sequence, stamp);
                Stamp::None
            }
            Payload::GlucoseContext(context) => {
                let known = self.measured.get(&context.sequence);
                known.copied().unwrap_or(Stamp::None)
            }
            _ => Stamp::None,
        }
    }
}

fn converted(line: &str, seen: &mut Seen, options: &Options) -> Result<String, String> {
    let (uuid, bytes) = parse(line)?;
    let payload = Payload::decode(uuid, &bytes).map_err(|error| error.to_string())?;
    let (payload, start) = match (payload, options.session_start) {
        (Payload::Cgm(cgm), Some(start)) => {
            (Payload::Cgm(cgm.with_start(start)), start.after(0, 0))
        }
        (payload, _) => (payload, None),
    };
    let measured = seen.measured(&payload);
    // What another value dates is named by that, and not by its receipt.
    let dated = start.or(measured.wall_clock(0));
    let (scope, device) = (&options.subject, options.device.as_deref());
    let name = Identity::of_payload(
        scope.as_bytes(),
        device.unwrap_or_default().as_bytes(),
        (uuid, &bytes),
        &dated.unwrap_or(options.time),
    );
    let occurrences = seen.occurrences.entry(name).or_default();
    let received = Received {
        subject: scope,
        at: options.time,
        measured,
        device,
        identity: name.part(*occurrences),
        upload: Upload::Put,
    };
    if dated.is_none() && !payload.tells_time() {
        *occurrences += 1;
    }
    Ok(line_of(Resource::of_payload(&payload, &received)).to_json())
}

/// One Observation as it is; several resources, and a dose alone, in a Bundle: readers need know no other kind.
fn line_of(resources: Vec<Resource>) -> Resource {
    match resources[..] {
        [Resource::Observation(_)] => Resource::collected(resources),
        _ => Bundle::collection(resources).into(),
    }
}

/// A characteristic's number, which may be written as a whole UUID, and a value in hexadecimal.
fn parse(line: &str) -> Result<(u16, Vec<u8>), String> {
    let mut words = line.split_whitespace();
    let (Some(uuid), Some(value), None) = (words.next(), words.next(), words.next()) else {
        return Err("not of the form CHARACTERISTIC HEX".into());
    };
    Ok((number(uuid)?, bytes(value)?))
}

fn number(uuid: &str) -> Result<u16, String> {
    const BASE: &str = "-0000-1000-8000-00805f9b34fb";
    let lower = uuid.to_ascii_lowercase();
    let short = match lower.strip_suffix(BASE) {
        Some(long) => long.strip_prefix("0000").unwrap_or(long),
        None => lower.strip_prefix("0x").unwrap_or(&lower),
    };
    let is_hex = short.len() == 4 && short.bytes().all(|digit| digit.is_ascii_hexdigit());
    match (is_hex, u16::from_str_radix(short, 16)) {
        (true, Ok(number)) => Ok(number),
        _ => Err(format!("{uuid} is no characteristic's number")),
    }
}

fn bytes(hex: &str) -> Result<Vec<u8>, String> {
    let digit = |digit: u8| {
        let value = char::from(digit).to_digit(16);
        value.and_then(|value| u8::try_from(value).ok())
    };
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    let octets: Option<Vec<u8>> = hex.as_bytes().chunks(2).map(pair).collect();
    octets.ok_or_else(|| "the value is not hexadecimal".into())
}
