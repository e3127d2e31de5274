//! The vectors as C arrays: a header for each area, for a test on the target without a JSON parser.
#![allow(
    clippy::indexing_slicing,
    reason = "a JSON value has null under every name that is not there"
)]

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::shim::exact;

/// Writes `DIR/vectors_AREA.h` for each file.
pub(crate) fn write(vectors: &Path, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
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
                header(area, &file),
            )?;
        }
    }
    Ok(())
}

fn header(area: &str, file: &Value) -> String {
    let guard = format!("IOMT_VECTORS_{}_H", area.to_uppercase());
    let mut out = format!(
        "/* Made from tests/vectors/{area}.json; licence MIT OR Apache-2.0. */\n#ifndef {guard}\n#define {guard}\n\n#ifndef IOMT_VECTOR_DEFINED\n#define IOMT_VECTOR_DEFINED\n/* A request and its right answer, each one line of JSON without the id. */\nstruct iomt_vector {{\n    unsigned id;\n    const char *op, *comment, *request, *expected, *result;\n}};\n#endif\n\nstatic const struct iomt_vector iomt_vectors_{area}[] = {{\n"
    );
    let members = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for group in members(&file["testGroups"]) {
        let op = literal(group["op"].as_str().unwrap_or_default());
        for test in members(&group["tests"]) {
            let text = |name: &str| literal(test[name].as_str().unwrap_or_default());
            let _ = writeln!(
                out,
                "    {{ {}, {op}, {}, {}, {}, {} }},",
                test["tcId"],
                text("comment"),
                literal(&exact::write(&test["request"])),
                literal(&exact::write(&test["expected"])),
                text("result"),
            );
        }
    }
    out.push_str("};\n\n#endif\n");
    out
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
