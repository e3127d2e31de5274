//! The vectors as C arrays: a header for each area, for a test on the target without a JSON parser.
#![allow(
    clippy::indexing_slicing,
    reason = "a JSON value has null under every name that is not there"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::shim::exact;
use crate::shim::text::unhex;

/// What every header needs, and how a test finds a member.
const COMMON: &str = include_str!("c/vectors.h");
/// A line of bytes.
const LINE: usize = 24;

/// Writes `DIR/vectors_AREA.h` for each file, and `DIR/vectors.h`.
pub(crate) fn write(vectors: &Path, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("vectors.h"), COMMON)?;
    for entry in vectors.read_dir()? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        let file: Value = exact::read(&text)?;
        if let Some(area) = file["area"].as_str() {
            std::fs::write(
                folder.join(format!("vectors_{area}.h")),
                Header::new(area).whole(&file),
            )?;
        }
    }
    Ok(())
}

/// A header that is being written.
struct Header<'a> {
    area: &'a str,
    /// The arrays of bytes: each once, by its content.
    known: BTreeMap<Vec<u8>, usize>,
    bytes: String,
    members: String,
    vectors: String,
}

impl<'a> Header<'a> {
    fn new(area: &'a str) -> Self {
        Self {
            area,
            known: BTreeMap::new(),
            bytes: String::new(),
            members: String::new(),
            vectors: String::new(),
        }
    }

    fn whole(mut self, file: &Value) -> String {
        for group in items(&file["testGroups"]) {
            for test in items(&group["tests"]) {
                self.vector(group, test);
            }
        }
        let area = self.area;
        let guard = format!("IOMT_VECTORS_{}_H", area.to_uppercase());
        format!(
            "/* Made from tests/vectors/{area}.json; licence MIT OR Apache-2.0. */\n#ifndef {guard}\n#define {guard}\n\n#include \"vectors.h\"\n\n{}\n{}\nstatic const struct iomt_vector iomt_vectors_{area}[] = {{\n{}}};\n\n#endif\n",
            self.bytes, self.members, self.vectors
        )
    }

    fn vector(&mut self, group: &Value, test: &Value) {
        let (asked, asked_count) = self.list(&format!("{}_asked", test["tcId"]), &test["request"]);
        let (right, right_count) = self.list(&format!("{}_right", test["tcId"]), &test["expected"]);
        let text = |value: &Value| literal(value.as_str().unwrap_or_default());
        let judge = group["judge"].as_str().map_or("0".into(), literal);
        let _ = writeln!(
            self.vectors,
            "    {{ {}, {}, {}, {}, {asked}, {asked_count}, {right}, {right_count}, {}, {}, {judge} }},",
            test["tcId"],
            text(&group["op"]),
            text(&test["comment"]),
            text(&test["result"]),
            joined(&test["flags"]),
            joined(&group["requirements"]),
        );
    }

    /// The members of an object as an array of their own: its name, and how many.
    fn list(&mut self, name: &str, object: &Value) -> (String, usize) {
        let mut members = Vec::new();
        self.flatten("", object, &mut members);
        let name = format!("iomt_{}_{name}", self.area);
        if members.is_empty() {
            return ("0".into(), 0);
        }
        let _ = writeln!(
            self.members,
            "static const struct iomt_member {name}[] = {{\n{}}};",
            members.concat()
        );
        (name, members.len())
    }

    /// Every value within, in order, each under its path: `frames`, which is a list, then `frames[0].packet`.
    fn flatten(&mut self, path: &str, value: &Value, members: &mut Vec<String>) {
        match value {
            Value::Object(inner) => {
                if !path.is_empty() {
                    members.push(member(
                        path,
                        "OBJECT",
                        &inner.len().to_string(),
                        "0",
                        "0, 0",
                    ));
                }
                let point = if path.is_empty() { "" } else { "." };
                for (name, value) in inner {
                    self.flatten(&format!("{path}{point}{name}"), value, members);
                }
            }
            Value::Array(inner) => {
                members.push(member(path, "LIST", &inner.len().to_string(), "0", "0, 0"));
                for (place, value) in inner.iter().enumerate() {
                    self.flatten(&format!("{path}[{place}]"), value, members);
                }
            }
            Value::Null => members.push(member(path, "NULL", "0", "0", "0, 0")),
            Value::Bool(flag) => {
                let number = i32::from(*flag).to_string();
                members.push(member(path, "FLAG", &number, "0", "0, 0"));
            }
            Value::Number(_) => {
                let digits = exact::write(value);
                let number = digits.parse::<i64>().unwrap_or_default().to_string();
                members.push(member(path, "NUMBER", &number, &literal(&digits), "0, 0"));
            }
            Value::String(text) => {
                let bytes = self.bytes_of(text);
                members.push(member(path, "TEXT", "0", &literal(text), &bytes));
            }
        }
    }

    /// The bytes that a text says in hexadecimal: an array, and how many.
    fn bytes_of(&mut self, text: &str) -> String {
        let Some(bytes) = unhex(text) else {
            return "0, 0".into();
        };
        if bytes.is_empty() {
            return "iomt_no_bytes, 0".into();
        }
        let (len, next) = (bytes.len(), self.known.len());
        let number = *self.known.entry(bytes.clone()).or_insert(next);
        let name = format!("iomt_{}_bytes_{number}", self.area);
        if number == next {
            let _ = writeln!(self.bytes, "static const uint8_t {name}[] = {{");
            for line in bytes.chunks(LINE) {
                let line: Vec<_> = line.iter().map(|byte| format!("0x{byte:02x}")).collect();
                let _ = writeln!(self.bytes, "    {},", line.join(","));
            }
            self.bytes.push_str("};\n");
        }
        format!("{name}, {len}")
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// Names in one literal, with blanks between them.
fn joined(names: &Value) -> String {
    let names: Vec<_> = items(names).filter_map(Value::as_str).collect();
    literal(&names.join(" "))
}

fn member(path: &str, kind: &str, number: &str, text: &str, bytes: &str) -> String {
    format!(
        "    {{ {}, IOMT_{kind}, {number}, {text}, {bytes} }},\n",
        literal(path)
    )
}

/// Split, as no compiler has to take more than 4,095 bytes in one literal before they are joined; bytes beyond ASCII in octal.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for (place, byte) in text.bytes().enumerate() {
        if place > 0 && place % 1_000 == 0 {
            out.push_str("\" \"");
        }
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'?' => out.push_str("\\?"),
            b' '..=b'~' => out.push(char::from(byte)),
            other => {
                let _ = write!(out, "\\{other:03o}");
            }
        }
    }
    out.push('"');
    out
}
