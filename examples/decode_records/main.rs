//! Reads plaintexts of frames, in hexadecimal, and says what they hold.
//!
//! ```text
//! cargo run --example decode_records -- 0e0304c096b102100401009001
//! cargo run --example decode_records -- --json < plaintexts.txt
//! ```
//!
//! `--help` says the same in a few lines.
//!
//! One plaintext an argument, or, without arguments, one a line; empty lines and lines that begin with `#` are
//! skipped, white space within a line does not count. A listing has units and times as people write them, the time
//! since the device's start, and is folded at 80 columns on a terminal.
//!
//! With `--json` each record is a line of its own, with what the frame says of it:
//!
//! ```json
//! {"record":{"metric":147842,"record":"observation","status":0,"time":"5000000","unit":264864,"value":"72e0"},"sequence":"7"}
//! ```
//!
//! | member | |
//! |---|---|
//! | `record` | the canonical JSON of the record, by `src/guide/records.schema.json` |
//! | `sequence` | its sequence in the run, a decimal in a string |
//! | `run` | the run, 16 hexadecimal digits; only where the frame says it |
//!
//! What can not be read is told on the standard error with its line, and the exit status is 1 then. A record that is
//! refused does not hide the others of its frame.

mod listing;

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use iomt::time::Instant;
use iomt::wire::{Envelope, Record, RecordJson, Records};

use self::listing::{Hex, Listed, Span, time_of};

const HELP: &str = "\
usage: decode_records [--json] [PLAINTEXT …]

Plaintexts of frames in hexadecimal, or, without one, one a line of the standard input.

  --json   each record as a line of JSON, by src/guide/records.schema.json, instead of a listing for people";

/// The columns of a terminal.
const WIDTH: usize = 80;

/// How records are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people, no wider than so many columns where there is a limit.
    Listing(Option<usize>),
    /// For programs.
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
    if arguments
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        println!("{HELP}");
        return Ok(true);
    }
    let given = arguments.len();
    arguments.retain(|argument| argument != "--json");
    let is_json = arguments.len() < given;
    let columns = io::stdout().is_terminal().then_some(WIDTH);
    let format = if is_json {
        Format::Json
    } else {
        Format::Listing(columns)
    };
    let (mut out, mut errors) = (io::stdout().lock(), io::stderr().lock());
    let is_good = match arguments.is_empty() {
        true => list(lines(io::stdin().lock()), format, &mut out, &mut errors)?,
        false => list(arguments.into_iter().map(Ok), format, &mut out, &mut errors)?,
    };
    out.flush()?;
    Ok(is_good)
}

/// The lines of a text; what is no UTF-8 in one is no hexadecimal either, and hides no other line.
pub(crate) fn lines(input: impl io::BufRead) -> impl Iterator<Item = io::Result<String>> {
    let text = |line: Vec<u8>| String::from_utf8_lossy(&line).into_owned();
    input.split(b'\n').map(move |line| line.map(text))
}

/// Prints the records of these plaintexts; whether all could be read.
pub(crate) fn list(
    plaintexts: impl Iterator<Item = io::Result<String>>,
    format: Format,
    out: &mut impl io::Write,
    errors: &mut impl io::Write,
) -> io::Result<bool> {
    let mut is_good = true;
    for (line, text) in (1..).zip(plaintexts) {
        let text: String = text?.split_whitespace().collect();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let found = show(&text, format, out)?;
        is_good &= found.is_empty();
        for error in found {
            writeln!(errors, "line {line}: {error}")?;
        }
    }
    Ok(is_good)
}

/// Prints the records of a plaintext; what could not be read.
fn show(text: &str, format: Format, out: &mut impl io::Write) -> io::Result<Vec<String>> {
    let Some(plaintext) = bytes(text) else {
        return Ok(vec!["not hexadecimal".into()]);
    };
    let envelope = match Envelope::parse(&plaintext) {
        Ok(envelope) => envelope,
        Err(error) => return Ok(vec![error.to_string()]),
    };
    let run = envelope.run().map(|run| Hex(&run.0).to_string());
    if let Format::Listing(_) = format {
        let run = run
            .as_ref()
            .map_or(String::new(), |run| format!(", run {run}"));
        writeln!(out, "frame of {} bytes{run}", plaintext.len())?;
    }
    let mut errors = Vec::new();
    for (sequence, record) in Records::new(&envelope) {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                errors.push(format!("record {sequence}: {error}"));
                continue;
            }
        };
        let line = match format {
            Format::Json => json_of(&record, sequence, run.as_deref()),
            Format::Listing(columns) => {
                let line = format!("{sequence:>8}  {}", line_of(&record));
                columns.map_or(line.clone(), |columns| folded(&line, columns))
            }
        };
        writeln!(out, "{line}")?;
    }
    Ok(errors)
}

/// The canonical JSON, beside what the frame says of the record.
fn json_of(record: &Record<'_>, sequence: u64, run: Option<&str>) -> String {
    let mut members = serde_json::Map::from_iter([
        (
            "record".to_owned(),
            serde_json::json!(RecordJson::from(record)),
        ),
        ("sequence".to_owned(), sequence.to_string().into()),
    ]);
    members.extend(run.map(|run| ("run".to_owned(), run.into())));
    serde_json::Value::from(members).to_string()
}

/// At most so many columns, broken between words; what follows stands under the record.
fn folded(line: &str, columns: usize) -> String {
    const INDENT: &str = "\n            ";
    let (mut text, mut column) = (String::new(), 0);
    for word in line.split_inclusive(' ') {
        let width = word.trim_end().chars().count();
        if column + width > columns && column > INDENT.len() {
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
    let time = time_of(record).map(|time| Span(time - Instant::ZERO));
    let time = time.map_or_else(String::new, |time| format!("at {time}  "));
    format!("{time}{}", Listed(record)).replace(char::is_control, "\u{FFFD}")
}
