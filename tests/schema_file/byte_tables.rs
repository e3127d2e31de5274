//! The page `records.md`: every record with its fields, and one of each kind worked byte by byte.

use std::fmt::Write as _;

use iomt::wire::{Envelope, RawRecord, Reader, RecordJson, Records};
use serde_json::Value;

use crate::words::meaning;
use crate::{bytes, golden, hex, is_of_the_frame, schema, text};

const HEAD: &str = "# Records

Every record with its fields, one of each kind byte by byte, and its canonical JSON. Made from
`src/guide/records.json`, which describes them to machines, and from the golden bytes of each; beside it stand
a JSON Schema of the canonical JSON and a protobuf file of the fields. The frame around them is in the
[specification](crate::guide::specification::envelope).

| type | bytes |
|---|---|
| `u8`, `i8` | one |
| `varint` | 1 to 10 |
| `zigzag` | a varint; `zigzags`: as many as are left |
| `option` | 0; or 1 and a zigzag |
| `text`, `bytes` | a varint of the length, then UTF-8, or bytes |
| `rest` | as many as are left |

## To add one

1. A new fact is a new tag: the next free even one, odd where a reader that does not know it must refuse. Never a field
   more in a body that was in a numbered release: a test holds the fields of each by their hash, and its bytes.
2. Lists are bytes of items that say their length, never a bare list; codes are open numbers, never an enum that grows.
3. A small file under `src/reading`, one under `src/wire/record` where it needs a body of its own, an arm in `Record`.
4. A line in `records.json` with a `meaning` for each field, a sample in `tests/schema_records/samples.rs`, its bytes in `tests/vectors/records/golden.json`.
5. `IOMT_WRITE_SCHEMA=1 cargo test --test schema_file` writes this page, the JSON Schema and the protobuf file.
";

const fn unzigzag(code: u64) -> i64 {
    (code >> 1).cast_signed() ^ -((code & 1).cast_signed())
}

/// Takes one field off, and says what it holds.
fn field(kind: &str, reader: &mut Reader<'_>) -> String {
    match kind {
        "u8" => reader.u8().unwrap().to_string(),
        "i8" => reader.u8().unwrap().cast_signed().to_string(),
        "varint" => reader.varint().unwrap().to_string(),
        "zigzag" => unzigzag(reader.varint().unwrap()).to_string(),
        "zigzags" => {
            let mut all = Vec::new();
            while reader.left() > 0 {
                all.push(unzigzag(reader.varint().unwrap()).to_string());
            }
            all.join(", ")
        }
        "option" => match reader.u8().unwrap() {
            0 => String::from("none"),
            1 => unzigzag(reader.varint().unwrap()).to_string(),
            other => panic!("{other} is no option"),
        },
        "text" => {
            let len = reader.varint_as().unwrap();
            let text = std::str::from_utf8(reader.take(len).unwrap()).unwrap();
            format!("“{text}”")
        }
        "bytes" => {
            let len: usize = reader.varint_as().unwrap();
            reader.take(len).unwrap();
            format!("{len} bytes")
        }
        "rest" => format!("{} bytes", reader.rest().len()),
        other => panic!("no type {other}"),
    }
}

/// A line of a worked example: the bytes, what they are, and what they hold.
fn line(lines: &mut String, bytes: &[u8], what: &str) {
    writeln!(lines, "{:<24} {what}", hex(bytes)).unwrap();
}

/// Some bytes, a line for each of these fields; the bytes must end with the last one.
fn fields(described: &[Value], body: &[u8], indent: &str, lines: &mut String) {
    let mut reader = Reader::new(body);
    for entry in described {
        let before = body.len() - reader.left();
        let value = field(text(entry, "type"), &mut reader);
        let taken = &body[before..body.len() - reader.left()];
        let name = format!("{indent}{}: {value}", text(entry, "field"));
        match entry["item"].as_array() {
            None => line(lines, taken, &name),
            Some(item) => items(item, taken, &name, lines),
        }
    }
    assert_eq!(reader.left(), 0, "{described:?}");
}

/// A list of items, each of which says its length.
fn items(described: &[Value], list: &[u8], name: &str, lines: &mut String) {
    let mut reader = Reader::new(list);
    let len: usize = reader.varint_as().unwrap();
    assert_eq!(len, reader.left());
    line(lines, &list[..list.len() - len], name);
    while reader.left() > 0 {
        let at = list.len() - reader.left();
        let len = usize::from(reader.u8().unwrap());
        reader.take(len).unwrap();
        fields(described, &list[at..=at + len], "  ", lines);
    }
}

/// A record with its envelope, byte by byte.
fn worked(record: &Value, raw: &RawRecord<'_>, plaintext: &[u8]) -> String {
    let mut reader = Reader::new(&plaintext[envelope_of(raw, plaintext)]);
    let mut lines = String::new();
    for name in ["tag", "length"] {
        let whole = reader.clone();
        let value = reader.varint().unwrap();
        let taken = whole.clone().take(whole.left() - reader.left()).unwrap();
        line(&mut lines, taken, &format!("{name}: {value}"));
    }
    assert_eq!(reader.left(), 0);
    fields(record["body"].as_array().unwrap(), raw.body, "", &mut lines);
    lines
}

/// Where tag and length of the last record stand.
fn envelope_of(raw: &RawRecord<'_>, plaintext: &[u8]) -> std::ops::Range<usize> {
    let body = plaintext.len() - raw.body.len();
    let len = |value: usize| if value < 0x80 { 1 } else { 2 };
    let tag = usize::try_from(raw.tag.0).unwrap();
    body - len(raw.body.len()) - len(tag)..body
}

fn table(described: &[Value], page: &mut String) {
    for entry in described {
        row("", entry, page);
        for part in entry["item"].as_array().into_iter().flatten() {
            row("… ", part, page);
        }
    }
}

fn row(indent: &str, entry: &Value, page: &mut String) {
    let (field, kind) = (text(entry, "field"), text(entry, "type"));
    writeln!(page, "| {indent}{field} | `{kind}` | {} |", meaning(entry)).unwrap();
}

/// The plaintext whose last record is one of this kind.
fn plaintext(record: &Value) -> Vec<u8> {
    if is_of_the_frame(record) {
        return bytes(text(record, "plaintext"));
    }
    let all = golden();
    let line = all.iter().find(|line| line["tag"] == record["tag"]);
    bytes(text(line.unwrap(), "plaintext"))
}

pub(crate) fn page() -> String {
    let mut page = String::from(HEAD);
    for record in schema() {
        let plaintext = plaintext(&record);
        let envelope = Envelope::parse(&plaintext).unwrap();
        let raw = envelope.records().last().unwrap().unwrap();
        assert_eq!(record["tag"], raw.tag.0);
        let (name, stability) = (text(&record, "record"), text(&record, "stability"));
        write!(
            page,
            "\n## {}: {name}\n\n*{stability}*\n\n| field | type | what it is; its unit |\n|---|---|---|\n",
            raw.tag.0
        )
        .unwrap();
        table(record["body"].as_array().unwrap(), &mut page);
        let worked = worked(&record, &raw, &plaintext);
        write!(page, "\n```text\n{worked}```\n").unwrap();
        if !is_of_the_frame(&record) {
            let (_, sample) = Records::new(&envelope).last().unwrap();
            let json = RecordJson::from(&sample.unwrap()).to_json();
            write!(page, "\n```json\n{json}\n```\n").unwrap();
        }
    }
    page
}
