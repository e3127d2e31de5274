//! Control frames as a device writes them.

use super::*;

pub(super) fn written(area: &mut Area) {
    let group = area.group(
        "outstanding",
        "control frames that a device writes",
        &["IOMT-OUT-010", "IOMT-OUT-022", "IOMT-OUT-024"],
        "Losses",
    );
    let asks = |records: &[Value]| json!({ "records": records });
    let space = |floor: u32, end: u32, losses: &[(u32, u32, u8)]| {
        let losses: Vec<_> = losses
            .iter()
            .map(|(start, end, why)| json!({ "range": [start, end], "why": why }))
            .collect();
        json!({ "floor": floor, "end": end, "losses": losses })
    };
    let epoch = |number: u8, secret: bool, cut: bool, data: Value, alarm: Value| {
        let secret = secret.then(|| hex(bytes::<32>(&format!("listed secret {number}"))));
        json!({ "locator": hex(bytes::<8>(&format!("listed locator {number}"))), "secret": secret, "cut": cut, "run": hex(bytes::<8>(&format!("listed run {number}"))), "data": data, "alarm": alarm })
    };
    let list = |epochs: &[Value]| json!({ "outstanding": { "epochs": epochs } });
    let status = |due: Option<u32>, time: Option<&str>| json!({ "status": { "ticks": "5000000", "due": due, "serverTime": time, "age": "250000" } });
    group.valid(
        "a status",
        asks(&[status(Some(30_000), Some("1764000000123"))]),
    );
    group.valid(
        "a status that promises nothing",
        asks(&[status(None, None)]),
    );
    let sealing = |data| epoch(2, false, false, data, Value::Null);
    for (what, epochs) in [
        ("one epoch", vec![sealing(space(0, 5, &[]))]),
        (
            "losses",
            vec![sealing(space(7, 12, &[(1, 3, 1), (3, 4, 2), (8, 12, 5)]))],
        ),
        (
            "two epochs",
            vec![
                epoch(1, true, true, space(3, 9, &[]), space(0, 0, &[])),
                sealing(Value::Null),
            ],
        ),
        (
            "an alarm alone",
            vec![epoch(
                2,
                false,
                false,
                Value::Null,
                space(2, 2, &[(0, 1, 3)]),
            )],
        ),
    ] {
        group.valid(
            format!("a list, {what}"),
            asks(&[list(&epochs), status(Some(9), None)]),
        );
    }
    for (what, epochs) in [
        (
            "without an epoch that seals",
            vec![epoch(1, true, false, Value::Null, Value::Null)],
        ),
        (
            "of two that seal",
            vec![
                sealing(Value::Null),
                epoch(3, false, false, Value::Null, Value::Null),
            ],
        ),
        ("of an end below the floor", vec![sealing(space(7, 6, &[]))]),
        (
            "of a loss beyond the end",
            vec![sealing(space(2, 6, &[(5, 7, 1)]))],
        ),
        (
            "of losses that overlap",
            vec![sealing(space(2, 9, &[(3, 5, 1), (4, 6, 1)]))],
        ),
        ("of an empty loss", vec![sealing(space(2, 9, &[(3, 3, 1)]))]),
        (
            "of an end of 25 bits",
            vec![sealing(space(2, 0x01_00_00_00, &[]))],
        ),
    ] {
        group
            .invalid(
                format!("a list {what}"),
                "out_of_range",
                asks(&[list(&epochs)]),
            )
            .flagged("Rule");
    }
}
