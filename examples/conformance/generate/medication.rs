//! Doses and insulin as FHIR has them.

use serde_json::{Value, json};

use super::area::{Area, Group};

/// A milligram of a medicine, and a tablet without a dimension.
const MILLIGRAM: u32 = 263_890;
const NONE: u32 = 262_656;

fn asks(what: &str, members: Value) -> Value {
    let mut request = json!({ "subject": "Patient/7", "effective": "2026-03-29T07:08:09+02:00", "scope": "636c696e6963", "source": "646576696365203137", "run": "4660", "sequence": "43", "upload": "put" });
    request[what] = members;
    request
}

fn dose(amount: u32, unit: u32, adherence: u8, reporter: u8) -> Value {
    json!({ "medicine": "metformin 500", "amount": amount, "unit": unit, "adherence": adherence, "plannedBefore": 5_400, "reporter": reporter })
}

fn with(mut request: Value, path: [&str; 2], value: Value) -> Value {
    match path {
        [member, ""] => request[member] = value,
        [outer, inner] => request[outer][inner] = value,
    }
    request
}

pub(super) fn group(area: &mut Area) {
    let group = area.group(
        "to_fhir",
        "doses",
        &["IOMT-FHIR-001", "IOMT-FHIR-009", "IOMT-FHIR-010"],
        "Outcome",
    );
    doses(group);
    let group = area.group(
        "to_fhir",
        "insulin",
        &["IOMT-FHIR-001", "IOMT-FHIR-009", "IOMT-FHIR-010"],
        "Outcome",
    );
    insulin(group);
}

fn doses(group: &mut Group) {
    for adherence in [0, 1, 2, 3, 4, 5, 6, 255] {
        group.valid(
            format!("adherence {adherence}"),
            asks("dose", dose(1_000, NONE, adherence, 1)),
        );
    }
    for reporter in [0, 1, 2, 3, 4, 5] {
        let asked = asks("dose", dose(1_500, NONE, 2, reporter));
        group.valid(format!("reporter {reporter}"), asked.clone());
        if reporter == 3 {
            let asked = with(asked, ["device", ""], "Device/17".into());
            group.valid("reporter 3, of a device that is named", asked);
        }
    }
    for (amount, unit) in [
        (0, NONE),
        (1, MILLIGRAM),
        (500_000, MILLIGRAM),
        (12_500, MILLIGRAM),
        (7_321, 268_000_123),
        (2_147_483_647, MILLIGRAM),
        (2_147_483_648, MILLIGRAM),
        (4_294_967_295, MILLIGRAM),
    ] {
        group.valid(
            format!("{amount} thousandths in {unit}"),
            asks("dose", dose(amount, unit, 2, 1)),
        );
    }
    let usual = asks("dose", dose(1_000, NONE, 4, 1));
    for planned in [0, 1, -900, i32::MAX, i32::MIN] {
        group.valid(
            format!("planned {planned} s before"),
            with(usual.clone(), ["dose", "plannedBefore"], planned.into()),
        );
    }
    group.valid(
        "by its identifier",
        with(usual, ["upload", ""], "conditional".into()),
    );
}

fn insulin(group: &mut Group) {
    let basal = |rate: u32, duration: u32, outcome: u8| {
        let members = json!({ "rate": rate, "duration": duration, "outcome": outcome });
        asks("basal", members)
    };
    let bolus = |requested: u32, delivered: u32, outcome: u8| {
        let members = json!({ "requested": requested, "delivered": delivered, "outcome": outcome });
        asks("bolus", members)
    };
    for outcome in [0, 1, 2, 3, 4, 5, 6, 255] {
        group.valid(
            format!("a basal rate, outcome {outcome}"),
            basal(850, 1_800, outcome),
        );
        group.valid(
            format!("a bolus, outcome {outcome}"),
            bolus(4_500, 2_050, outcome),
        );
    }
    for (rate, duration) in [
        (0, 1_800),
        (1_000, 0),
        (1_250, 2_147_483_647),
        (1_250, 2_147_483_648),
        (2_147_483_648, 60),
    ] {
        group.valid(
            format!("a basal rate of {rate} for {duration} s"),
            basal(rate, duration, 1),
        );
    }
    for (requested, delivered) in [(0, 0), (10, 9), (3_000, 2_147_483_648), (2_147_483_648, 7)] {
        group.valid(
            format!("{requested} requested, {delivered} delivered"),
            bolus(requested, delivered, 4),
        );
    }
}

/// Nothing delivered, whatever became of it.
pub(super) fn unknown(area: &mut Area) {
    let group = area.group(
        "to_fhir",
        "a bolus of which nothing is delivered",
        &["IOMT-FHIR-009"],
        "Outcome",
    );
    for outcome in [0, 1, 2, 3, 4, 5, 6, 255] {
        let members = json!({ "requested": 4_500, "delivered": 0, "outcome": outcome });
        group.valid(format!("outcome {outcome}"), asks("bolus", members));
    }
}
