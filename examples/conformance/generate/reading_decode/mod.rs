mod compounds;
mod edges;
mod frames;
mod numbers;
mod widths;

use serde_json::Value;

use super::area::{Area, Flag};
use super::common::{bytes, cuts};
use super::samples::{all, asks, last_body, plaintext, written};
use crate::shim::text::varint;

const FLAGS: &[Flag] = &[
    Flag {
        name: "Width",
        bug: "OVERFLOW",
        says: "draws a field's width in another place",
        effect: "a number wraps around, or a good record is refused",
    },
    Flag {
        name: "CutPlaintext",
        bug: "LENGTH",
        says: "takes a plaintext that ends early for a whole one, or loses the records in front of the cut",
        effect: "fields that nobody sent are made up, or readings are lost",
    },
    Flag {
        name: "CutBody",
        bug: "LENGTH",
        says: "takes a body that ends early",
        effect: "fields that nobody sent are made up",
    },
    Flag {
        name: "Trailing",
        bug: "LENGTH",
        says: "takes a body that goes on behind its last field",
        effect: "two programs read one body differently",
    },
    Flag {
        name: "LongVarint",
        bug: "ENCODING",
        says: "takes an over-long varint",
        effect: "one reading has several encodings, and is stored twice",
    },
    Flag {
        name: "VarintRange",
        bug: "OVERFLOW",
        says: "cuts a varint to the bits of its field",
        effect: "a number becomes another one",
    },
    Flag {
        name: "Kind",
        bug: "MISSING_CHECK",
        says: "takes a value of an unknown kind, or an absent one with a number",
        effect: "a measurement that failed is shown as a number",
    },
    Flag {
        name: "ShortCode",
        bug: "TABLE",
        says: "has another short code table",
        effect: "mmol/L is shown as mg/dL",
    },
    Flag {
        name: "Set",
        bug: "TABLE",
        says: "has another table of compounds",
        effect: "systolic and diastolic change places",
    },
    Flag {
        name: "TimeBase",
        bug: "STATE",
        says: "does not follow the time base",
        effect: "readings stand at another time",
    },
    Flag {
        name: "Sequence",
        bug: "STATE",
        says: "counts sequences wrongly",
        effect: "a reading is lost, or taken for another one",
    },
    Flag {
        name: "Head",
        bug: "ENCODING",
        says: "does not read the head of the plaintext",
        effect: "nothing can be read",
    },
    Flag {
        name: "Text",
        bug: "MISSING_CHECK",
        says: "takes a text that is too long or no UTF-8",
        effect: "a database refuses the whole frame",
    },
    Flag {
        name: "Items",
        bug: "LENGTH",
        says: "does not keep to the lengths of a compound's items",
        effect: "one item is taken for two",
    },
    Flag {
        name: "ItemStatus",
        bug: "MISSING_CHECK",
        says: "does not keep the status of each component",
        effect: "a diastolic pressure that was disturbed is shown as good",
    },
    Flag {
        name: "Option",
        bug: "MISSING_CHECK",
        says: "takes any byte for a value that is there",
        effect: "one reading has several encodings, and is stored twice",
    },
    Flag {
        name: "Sign",
        bug: "SIGN",
        says: "reads zigzag wrongly",
        effect: "-5 is shown as 9",
    },
];

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "reading_decode",
        "Plaintexts of data and alarm frames, and what is read from them.",
        FLAGS,
    );
    every_record(&mut area);
    every_cut(&mut area);
    numbers::numbers(&mut area);
    numbers::short_codes(&mut area);
    compounds::compounds(&mut area);
    frames::time_bases(&mut area);
    frames::heads(&mut area);
    frames::sequences(&mut area);
    frames::texts(&mut area);
    compounds::with_statuses(&mut area);
    frames::cut(&mut area);
    other_cuts(&mut area);
    edges::options(&mut area);
    widths::widths(&mut area);
    widths::last_sequence(&mut area);
    edges::instants(&mut area);
    area
}

fn every_record(area: &mut Area) {
    let group = area.group(
        "decode",
        "one record of each kind",
        &["IOMT-REC-001", "IOMT-REC-013", "IOMT-ENV-012"],
        "",
    );
    for (name, record) in all() {
        group.valid(name, asks(&written(&[record])));
    }
    let everything: Vec<_> = all().into_iter().map(|(_, record)| record).collect();
    for (place, records) in everything.chunks(7).enumerate() {
        group.valid(
            format!("seven kinds in one frame, {}", place + 1),
            asks(&written(records)),
        );
    }
}

fn every_cut(area: &mut Area) {
    let group = area.group(
        "decode",
        "bodies cut short, the record alone is refused",
        &["IOMT-REC-001", "IOMT-ENV-015"],
        "CutBody",
    );
    let behind: &[u8] = &[1, 5, 0x90, 1];
    for (name, record) in all() {
        let (tag, body) = last_body(&written(&[record]));
        for cut in cuts(&body).step_by(step_of(&body)) {
            let comment = format!("{name}, {} of {} bytes", cut.len(), body.len());
            group.refused(
                comment,
                asks(&plaintext(true, &[(tag, &cut), (16, behind)])),
            );
        }
    }
    let group = area.group(
        "decode",
        "bodies with a byte more",
        &["IOMT-REC-001"],
        "Trailing",
    );
    for (name, record) in all() {
        let (tag, body) = last_body(&written(&[record]));
        let longer = [&body[..], &[0]].concat();
        group.any(
            name,
            asks(&plaintext(true, &[(tag, &longer), (16, behind)])),
        );
    }
}

/// So that about six cuts of a body come first.
fn step_of(body: &[u8]) -> usize {
    (body.len() / 6).max(1)
}

/// At every byte at which [`every_cut`] has none.
fn other_cuts(area: &mut Area) {
    let group = area.group(
        "decode",
        "bodies cut short elsewhere, the record alone is refused",
        &["IOMT-REC-001", "IOMT-ENV-015"],
        "CutBody",
    );
    let behind: &[u8] = &[1, 5, 0x90, 1];
    let bodies = all()
        .into_iter()
        .map(|(name, record)| (name, last_body(&written(&[record]))));
    let bodies = bodies.map(|(name, (tag, body))| (name, tag, step_of(&body), body));
    // Of a compound with statuses no cut stands there.
    let statuses = (
        "compound with statuses",
        56,
        usize::MAX,
        compounds::a_status_of_each(),
    );
    for (name, tag, step, body) in bodies.chain([statuses]) {
        let is_new = |cut: &Vec<u8>| step == usize::MAX || !cut.len().is_multiple_of(step);
        for cut in cuts(&body).filter(is_new) {
            let comment = format!("{name}, {} of {} bytes", cut.len(), body.len());
            group.refused(
                comment,
                asks(&plaintext(true, &[(tag, &cut), (16, behind)])),
            );
        }
    }
}
