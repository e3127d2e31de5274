//! One record of each kind, as requests write them, and its plaintext.

use serde_json::{Value, json};

use crate::shim;
use crate::shim::text::{hex, unhex};

pub(super) const TIME: &str = "5000000";

pub(super) fn stamp() -> Value {
    json!({ "unix": "1764000000123", "quality": 2, "uncertainty": 50, "utcOffset": -210, "epoch": 3 })
}

fn compressed(values: &[i32]) -> Value {
    let block = shim::outcome("waveform_encode", &json!({ "codec": 1, "values": values }));
    block["result"]["samples"].clone()
}

/// By the names of the record's layouts.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    [stable(), timed(), drafts()].concat()
}

fn stable() -> Vec<(&'static str, Value)> {
    let samples = compressed(&[1_024, 1_030, 1_041, 1_029]);
    let rates = compressed(&[72, 72, 73, 74]);
    let wave = |unit_exponent: &str| {
        json!({
            "record": "waveform", "metric": 131_330, "unit": 266_418, "start": TIME, "rate": 360_000, "firstIndex": "1800",
            "scale": format!("5e{unit_exponent}"), "zero": 1_024, "codec": 1, "count": 4, "samples": samples,
        })
    };
    let series = |status: u16| {
        json!({
            "record": "series", "metric": 147_842, "unit": 264_864, "start": TIME, "exponent": 0, "status": status, "codec": 1,
            "count": 4, "interval": 1_000, "samples": rates,
        })
    };
    let mut listed = series(0);
    listed["interval"] = Value::Null;
    listed["intervals"] = compressed(&[0, 1_000, 2_000, 500]);
    let cuff = |status: u16| {
        json!({
            "record": "compound", "metric": 150_020, "time": TIME, "status": status, "components": [
                { "metric": 150_021, "unit": 266_016, "value": "138e0" },
                { "metric": 150_022, "unit": 266_016, "value": "88e0" },
                { "metric": 150_023, "unit": 266_016, "value": "104e0" },
            ],
        })
    };
    let stamped = |value: &str| {
        json!({
            "record": "stamped", "metric": 147_842, "unit": 264_864, "time": TIME, "value": value, "status": 0, "stamp": stamp(),
        })
    };
    vec![
        ("observation", observation("72e0", 0)),
        ("observation in full", observation("<70e0", 0x4000)),
        ("waveform", wave("-3")),
        ("waveform in full", wave("-6")),
        (
            "device descriptor",
            json!({
                "record": "descriptor", "manufacturer": "Maker", "model": "Mödel", "serial": "SN 12", "firmware": "1.0",
                "udiDevice": "(01)09506000134352", "udiProduction": "(21)8",
            }),
        ),
        ("compound", cuff(0)),
        ("compound in full", cuff(0x4000)),
        ("series", series(0)),
        ("series in full", series(0x4000)),
        ("irregular series", listed),
        (
            "gap",
            json!({ "record": "gap", "firstSequence": "300", "count": 12, "reason": 2 }),
        ),
        ("stamped observation", stamped("72e0")),
        ("stamped in full", stamped("725e-1")),
        (
            "context",
            json!({
                "record": "context", "back": 1, "device": 0x0201_8040, "location": 3, "method": 2, "origin": 4, "algorithm": "beats", "algorithmVersion": "2.1",
            }),
        ),
    ]
}

pub(super) fn observation(value: &str, status: u16) -> Value {
    json!({ "record": "observation", "metric": 147_842, "unit": 264_864, "time": TIME, "value": value, "status": status })
}

fn timed() -> Vec<(&'static str, Value)> {
    vec![
        (
            "event",
            json!({ "record": "event", "time": TIME, "kind": 1, "subject": 147_842, "source": "6", "detail": 130 }),
        ),
        (
            "calibration",
            json!({
                "record": "calibration", "time": TIME, "metric": 160_212, "unit": 264_274, "reference": "104e0", "slope": "103e-2", "intercept": "-3e0", "validFor": 43_200,
            }),
        ),
        (
            "clock sync",
            json!({ "record": "clock_sync", "time": TIME, "stamp": stamp() }),
        ),
        (
            "text",
            json!({ "record": "text", "time": TIME, "language": "de", "text": "Müde, Schwindel" }),
        ),
    ]
}

fn drafts() -> Vec<(&'static str, Value)> {
    vec![
        (
            "dose",
            json!({
                "record": "dose", "time": TIME, "medicine": "metformin 500", "amount": 1_000, "unit": 262_656, "adherence": 2, "plannedBefore": -5_400, "reporter": 1,
            }),
        ),
        (
            "basal insulin",
            json!({ "record": "insulin_basal", "time": TIME, "rate": 850, "duration": 1_800, "outcome": 2 }),
        ),
        (
            "bolus insulin",
            json!({ "record": "insulin_bolus", "time": TIME, "requested": 4_000, "delivered": 1_250, "outcome": 3 }),
        ),
        (
            "asset",
            json!({
                "record": "asset", "time": TIME, "item": "pump 17", "location": "ward 3", "availability": 1, "quantity": 2, "expires": 21_000,
            }),
        ),
        (
            "activity",
            json!({
                "record": "activity", "time": TIME, "kind": 1, "duration": 600, "steps": 870, "distance": 640, "energy": 130,
            }),
        ),
        (
            "fall",
            json!({ "record": "fall", "time": TIME, "confidence": 87, "peak": 3_400, "still": 30 }),
        ),
        (
            "sleep",
            json!({ "record": "sleep", "time": TIME, "stage": 3, "duration": 900 }),
        ),
        (
            "consent reference",
            json!({ "record": "consent", "time": TIME, "reference": "study 5", "version": 3 }),
        ),
        (
            "setting",
            json!({ "record": "setting", "time": TIME, "name": "low limit", "value": "50" }),
        ),
        (
            "stream",
            json!({ "record": "stream", "time": TIME, "channel": 2, "position": "4096", "data": "01f203" }),
        ),
    ]
}

/// What the crate writes of these records, sequence 7.
pub(super) fn written(records: &[Value]) -> Vec<u8> {
    let answer = shim::outcome("encode", &json!({ "sequence": "7", "records": records }));
    unhex(
        answer["result"]["plaintext"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}")),
    )
    .unwrap()
}

/// Tag and body of the last record.
pub(super) fn last_body(plaintext: &[u8]) -> (u32, Vec<u8>) {
    let envelope = iomt::wire::Envelope::parse(plaintext).unwrap();
    let last = envelope.records().last().unwrap().unwrap();
    (last.tag.0, last.body.to_vec())
}

/// Head (sequence 7), a time base of 5 s where it is asked for, and these records.
pub(super) fn plaintext(base: bool, records: &[(u32, &[u8])]) -> Vec<u8> {
    let mut plaintext = vec![14];
    if base {
        plaintext.extend([3, 4, 0xC0, 0x96, 0xB1, 0x02]);
    }
    for (tag, body) in records {
        plaintext.extend(shim::text::varint(u64::from(*tag)));
        plaintext.extend(shim::text::varint(body.len() as u64));
        plaintext.extend_from_slice(body);
    }
    plaintext
}

pub(super) fn asks(plaintext: &[u8]) -> Value {
    json!({ "plaintext": hex(plaintext) })
}
