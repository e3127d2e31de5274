//! The protobuf file of the fields.

use std::fmt::Write as _;

use crate::words::meaning;
use crate::{is_of_the_frame, schema, text};

/// `UTC offset` as `utc_offset`.
fn identifier(name: &str) -> String {
    name.to_lowercase().replace([' ', '-'], "_")
}

pub(crate) fn proto() -> String {
    let mut proto = String::from(
        "// The fields of the records of iomt, for programs that pass them on. Not the wire format: see records.md.\n\
         // Padding, time base and skip are the frame's, and not in it.\n\
         syntax = \"proto3\";\n\npackage iomt.records;\n",
    );
    let mut choices = String::new();
    for record in schema().iter().filter(|record| !is_of_the_frame(record)) {
        let title: String = text(record, "record")
            .split(' ')
            .map(|word| word[..1].to_uppercase() + &word[1..])
            .collect();
        write!(proto, "\nmessage {title} {{\n").unwrap();
        for (number, entry) in (1..).zip(record["body"].as_array().unwrap()) {
            let kind = match text(entry, "type") {
                "u8" => "uint32",
                "i8" => "sint32",
                "varint" => "uint64",
                "zigzag" => "sint64",
                "zigzags" => "repeated sint64",
                "option" => "optional sint64",
                "text" => "string",
                _ => "bytes",
            };
            let name = identifier(text(entry, "field"));
            writeln!(
                proto,
                "  // {}.\n  {kind} {name} = {number};",
                meaning(entry)
            )
            .unwrap();
            for part in entry["item"].as_array().into_iter().flatten() {
                let name = identifier(text(part, "field"));
                writeln!(proto, "  //   {name}: {}.", meaning(part)).unwrap();
            }
        }
        proto.push_str("}\n");
        writeln!(
            choices,
            "    {title} {} = {};",
            identifier(text(record, "record")),
            record["tag"]
        )
        .unwrap();
    }
    write!(proto, "\n// A record; its field number is its tag.\nmessage Record {{\n  oneof record {{\n{choices}  }}\n}}\n").unwrap();
    proto
}
