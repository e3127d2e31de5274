//! A listing as JSON.
//!
//! ```text
//! {"run": "…"?, "head": 9,
//!  "parts": [{"end": 14, "tag": 16, "sequence": "7"?}],                       the envelope, record by record
//!  "records": [{"sequence": "7", "time": "…"?, "text": "…", "samples": […]?} or {"sequence": "7", "error": "…"}]}
//! {"error": "…"}                                                             where the head can not be read
//! ```

use core::fmt::{self, Display, Write};

use iomt::time::Instant;
use iomt::wire::{Envelope, Record, Records};

use crate::listing::{Hex, Joined, Listed, MAX_COUNT, Span, time_of};

pub(crate) fn write(out: &mut impl Write, plaintext: &[u8]) -> fmt::Result {
    let envelope = match Envelope::parse(plaintext) {
        Ok(envelope) => envelope,
        Err(error) => return write!(out, r#"{{"error":{}}}"#, Quoted(error)),
    };
    out.write_char('{')?;
    if let Some(run) = envelope.run() {
        write!(out, r#""run":{},"#, Quoted(Hex(&run.0)))?;
    }
    parts(out, plaintext, &envelope)?;
    records(out, &envelope)?;
    out.write_char('}')
}

/// Where each part of the envelope ends, in bytes.
fn parts(out: &mut impl Write, plaintext: &[u8], envelope: &Envelope<'_>) -> fmt::Result {
    let begin = plaintext.as_ptr().addr();
    let head = head_len(plaintext, envelope);
    write!(out, r#""head":{head},"parts":["#)?;
    let whole = envelope.records().map_while(Result::ok);
    for (place, part) in whole.enumerate() {
        let end = part.body.as_ptr().addr() - begin + part.body.len();
        let comma = if place > 0 { "," } else { "" };
        write!(out, r#"{comma}{{"end":{end},"tag":{}"#, part.tag.0)?;
        if part.tag.is_numbered() {
            write!(out, r#","sequence":"{}""#, part.sequence)?;
        }
        out.write_char('}')?;
    }
    out.write_str("],")
}

/// A varint, and the run where it is there.
fn head_len(plaintext: &[u8], envelope: &Envelope<'_>) -> usize {
    let varint = plaintext.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    varint + envelope.run().map_or(0, |run| run.0.len())
}

fn records(out: &mut impl Write, envelope: &Envelope<'_>) -> fmt::Result {
    out.write_str(r#""records":["#)?;
    for (place, (sequence, record)) in Records::new(envelope).enumerate() {
        let comma = if place > 0 { "," } else { "" };
        write!(out, r#"{comma}{{"sequence":"{sequence}""#)?;
        match &record {
            Ok(record) => said(out, record)?,
            Err(error) => write!(out, r#","error":{}"#, Quoted(error))?,
        }
        out.write_char('}')?;
    }
    out.write_char(']')
}

fn said(out: &mut impl Write, record: &Record<'_>) -> fmt::Result {
    if let Some(time) = time_of(record) {
        write!(out, r#","time":{}"#, Quoted(Span(time - Instant::ZERO)))?;
    }
    write!(out, r#","text":{}"#, Quoted(Listed(record)))?;
    let mut samples = [0; MAX_COUNT];
    let samples = match record {
        Record::Waveform(waveform) => waveform.decode(&mut samples),
        Record::Series(series) => series.decode(&mut samples),
        _ => return Ok(()),
    };
    match samples {
        Ok(samples) => write!(out, r#","samples":[{}]"#, Joined(",", || samples.iter())),
        Err(_) => Ok(()),
    }
}

/// A text of JSON. Texts come from outside: what is no printable character is shown as such.
struct Quoted<T>(T);

impl<T: Display> Display for Quoted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        write!(Escaped(f), "{}", self.0)?;
        f.write_char('"')
    }
}

struct Escaped<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| match character {
            '"' | '\\' => write!(self.0, "\\{character}"),
            control if control.is_control() => self.0.write_char('\u{FFFD}'),
            other => self.0.write_char(other),
        })
    }
}
