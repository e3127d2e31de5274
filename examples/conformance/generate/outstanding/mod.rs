mod arrivals;
mod lists;
mod server;
mod status;
mod twins;
mod written;

use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{Device, bytes, cuts, flipped, frame};
use crate::shim;
use crate::shim::text::{Epoch, hex, unhex, varint};

const FLAGS: &[Flag] = &[
    Flag {
        name: "CutRecord",
        bug: "LENGTH",
        says: "takes a record that was cut",
        effect: "readings are taken for lost",
    },
    Flag {
        name: "Trailing",
        bug: "LENGTH",
        says: "takes a record that goes on",
        effect: "two programs read one record differently",
    },
    Flag {
        name: "LongVarint",
        bug: "ENCODING",
        says: "takes an over-long varint",
        effect: "one list has several encodings",
    },
    Flag {
        name: "UnknownCritical",
        bug: "EVOLUTION",
        says: "passes over a critical record",
        effect: "a device says what must not be missed, and it is missed",
    },
    Flag {
        name: "Unknown",
        bug: "EVOLUTION",
        says: "refuses a record that it may pass over",
        effect: "a newer device is not heard",
    },
    Flag {
        name: "Rule",
        bug: "MISSING_CHECK",
        says: "takes a list that breaks a rule",
        effect: "readings are taken for lost, or are waited for",
    },
    Flag {
        name: "Losses",
        bug: "OFF_BY_ONE",
        says: "places losses wrongly",
        effect: "the wrong readings are taken for lost",
    },
    Flag {
        name: "Run",
        bug: "STATE",
        says: "takes another run for that of an epoch",
        effect: "a loss is told of readings that nobody has taken",
    },
    Flag {
        name: "LostArrives",
        bug: "STATE",
        says: "takes a frame whose counter was named as lost for a duplicate",
        effect: "a reading that came late is acknowledged, and stored by nobody",
    },
    Flag {
        name: "Closed",
        bug: "STATE",
        says: "keeps an epoch that a list leaves out",
        effect: "a server waits for what never comes",
    },
    Flag {
        name: "Imported",
        bug: "STATE",
        says: "does not open an epoch by the secret in a list",
        effect: "the backlog of an earlier session is lost",
    },
    Flag {
        name: "NotNewest",
        bug: "ORDER",
        says: "takes a list of an older epoch",
        effect: "an old list closes what has opened since",
    },
    Flag {
        name: "Cut",
        bug: "STATE",
        says: "takes an epoch in which the power failed for a whole one",
        effect: "nobody learns that readings are missing",
    },
    Flag {
        name: "Absent",
        bug: "ENCODING",
        says: "takes zero for a value",
        effect: "a device that promises nothing is waited for",
    },
];

fn asks(plaintext: &[u8]) -> Value {
    json!({ "plaintext": hex(plaintext) })
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "outstanding",
        "Control frames: status and lists, and what a server does with a list.",
        FLAGS,
    );
    status::status(&mut area);
    lists::lists(&mut area);
    lists::rules(&mut area);
    written::written(&mut area);
    server::settled(&mut area);
    server::epochs_of_lists(&mut area);
    lists::other_cuts(&mut area);
    arrivals::lost_ones(&mut area);
    arrivals::runs(&mut area);
    twins::newest(&mut area);
    twins::unread(&mut area);
    twins::order(&mut area);
    twins::handed(&mut area);
    area
}

fn record(tag: u64, body: &[u8]) -> Vec<u8> {
    [varint(tag), varint(body.len() as u64), body.to_vec()].concat()
}
