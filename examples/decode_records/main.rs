//! Reads plaintexts of frames, in hexadecimal, and says what they hold.
//!
//! ```text
//! cargo run --example decode_records -- 0e0304c096b102100401009001
//! cargo run --example decode_records -- --json < plaintexts.txt
//! ```
//!
//! With `--json`, each record is a line of its own: its canonical JSON with its sequence and, where the frame has one,
//! its run; a listing on a terminal is folded at 80 columns. One plaintext an argument, or, without arguments, one a line; empty lines and lines that begin with `#` are
//! skipped, white space within a line does not count. What can not be read is told on the standard error with its
//! line, and the exit status is 1 then. A record that is refused does not hide the others of its frame.

mod listing;

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;

use iomt::wire::{Envelope, Record, RecordJson, Records};

use self::listing::{Hex, Listed, time_of};

/// How records are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Listing,
    Json,
}

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
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = arguments.len();
    arguments.retain(|argument| argument != "--json");
    let format = match arguments.len() == given {
        true => Format::Listing,
        false => Format::Json,
    };
    let mut out = io::stdout().lock();
    let mut is_good = true;
    if arguments.is_empty() {
        for (line, text) in (1..).zip(io::stdin().lock().lines()) {
            is_good &= show(line, &text?, format, &mut out)?;
        }
    }
    for (line, text) in (1..).zip(&arguments) {
        is_good &= show(line, text, format, &mut out)?;
    }
    out.flush()?;
    Ok(is_good)
}

fn show(line: usize, text: &str, format: Format, out: &mut impl io::Write) -> io::Result<bool> {
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
    let run = envelope.run().map(|run| Hex(&run.0).to_string());
    if format == Format::Listing {
        let run = run
            .as_ref()
            .map_or(String::new(), |run| format!(", run {run}"));
        writeln!(out, "frame of {} bytes{run}", plaintext.len())?;
    }
    let mut is_good = true;
    let is_for_people = io::stdout().is_terminal();
    for (sequence, record) in Records::new(&envelope) {
        match record {
            Ok(record) if format == Format::Json => {
                writeln!(out, "{}", json_of(&record, sequence, run.as_deref()))?;
            }
            Ok(record) => {
                let line = format!("{sequence:>8}  {}", line_of(&record));
                writeln!(out, "{}", if is_for_people { folded(&line) } else { line })?;
            }
            Err(error) => {
                eprintln!("line {line}: record {sequence}: {error}");
                is_good = false;
            }
        }
    }
    Ok(is_good)
}

/// The canonical JSON, and what the frame says of the record.
fn json_of(record: &Record<'_>, sequence: u64, run: Option<&str>) -> String {
    let mut members = serde_json::json!(RecordJson::from(record));
    if let Some(members) = members.as_object_mut() {
        members.insert("sequence".into(), sequence.to_string().into());
        members.extend(run.map(|run| ("run".into(), run.into())));
    }
    members.to_string()
}

/// At most 80 columns, broken between words; what follows stands under the record.
fn folded(line: &str) -> String {
    const WIDTH: usize = 80;
    const INDENT: &str = "\n            ";
    let (mut text, mut column) = (String::new(), 0);
    for word in line.split_inclusive(' ') {
        let width = word.trim_end().chars().count();
        if column + width > WIDTH && column > INDENT.len() {
            text.truncate(text.trim_end().len());
            text.push_str(INDENT);
            column = INDENT.len() - 1;
        }
        text.push_str(word);
        column += word.chars().count();
    }
    text
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

/// Texts come from outside: a line stays a line.
fn line_of(record: &Record<'_>) -> String {
    let time = time_of(record).map_or_else(String::new, |time| format!("at {time}  "));
    format!("{time}{}", Listed(record)).replace(char::is_control, "\u{FFFD}")
}
