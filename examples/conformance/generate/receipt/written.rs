//! What a server writes.

use super::*;

pub(super) fn written(area: &mut Area, scene: &Scene) {
    let [first, second, third] = &scene.epochs;
    let asks = |frames: &[Value], dated: Option<[u64; 2]>| json!({ "session": scene.device.session(), "frames": frames, "time": dated.map(|[time, _]| time.to_string()), "wait": dated.map(|[_, wait]| wait.to_string()) });
    let data = |counter: u32| frame(first.unproved(0, counter, b"s"));
    let alarm = |counter: u32| frame(first.unproved(1, counter, b"s"));
    let clock = |epoch: &Epoch, counter: u32| frame(epoch.unproved(2, counter, b"c"));
    let group = area.group(
        "receipt",
        "receipts that a server writes",
        &["IOMT-RCPT-010", "IOMT-RCPT-012", "IOMT-RCPT-013"],
        "OffByOne",
    );
    group.valid("nothing has come", asks(&[], None));
    group.valid("nothing has come, and a time", asks(&[], Some(DATED)));
    for (what, counters) in [
        ("counter 0", vec![0]),
        ("counters 0 to 2", vec![0, 1, 2]),
        ("counter 1", vec![1]),
        ("a hole", vec![0, 2]),
        ("two holes", vec![0, 2, 4]),
        ("a range of two", vec![0, 2, 3]),
        ("backwards", vec![3, 2, 1, 0]),
        ("a wide gap", vec![70_000]),
        ("the last counter", vec![0xFF_FF_FE]),
        ("sixteen ranges", (0..16).map(|n| 2 * n + 1).collect()),
    ] {
        group.valid(
            format!("data, {what}"),
            asks(
                &counters
                    .iter()
                    .map(|counter| data(*counter))
                    .collect::<Vec<_>>(),
                None,
            ),
        );
    }
    for (what, counters) in [
        ("counter 0", vec![0]),
        ("a hole", vec![0, 2]),
        ("four ranges", vec![1, 3, 5, 7]),
    ] {
        group.valid(
            format!("alarm, {what}"),
            asks(
                &counters
                    .iter()
                    .map(|counter| alarm(*counter))
                    .collect::<Vec<_>>(),
                None,
            ),
        );
    }
    group.valid(
        "two epochs",
        asks(
            &[data(0), frame(second.unproved(0, 0, b"s")), alarm(1)],
            None,
        ),
    );
    group.valid(
        "two epochs, the later first",
        asks(&[frame(second.unproved(1, 0, b"s")), data(3)], None),
    );
    group.valid(
        "an epoch that was passed over",
        asks(&[frame(third.unproved(0, 0, b"s"))], None),
    );
    let group = area.group(
        "receipt",
        "echoes that a server writes",
        &["IOMT-RCPT-014", "IOMT-RCPT-019"],
        "Echo",
    );
    for counter in [0, 1, 300, 0xFF_FF_FE] {
        group.valid(
            format!("counter {counter}"),
            asks(&[clock(first, counter)], Some(DATED)),
        );
    }
    group.valid("without a time", asks(&[clock(first, 7)], None));
    group.valid(
        "of the newest epoch that has one",
        asks(
            &[clock(first, 7), frame(second.unproved(0, 0, b"s"))],
            Some(DATED),
        ),
    );
    group.valid(
        "of the newer epoch",
        asks(&[clock(first, 7), clock(second, 0)], Some(DATED)),
    );
    group.valid(
        "the older one comes later",
        asks(&[clock(second, 0), clock(first, 7)], Some(DATED)),
    );
    group.valid("a time without an echo", asks(&[data(0)], Some(DATED)));
    let group = area.group(
        "receipt",
        "what a server has not stored",
        &["IOMT-RCPT-013", "IOMT-RCPT-032", "IOMT-SEAL-040"],
        "Unstored",
    );
    group.valid(
        "one that failed",
        asks(
            &[data(0), unstored(first.unproved(0, 1, b"s")), data(2)],
            None,
        ),
    );
    group.valid(
        "the first that failed",
        asks(&[unstored(first.unproved(0, 0, b"s"))], None),
    );
    group.valid(
        "one that failed and came again",
        asks(&[unstored(first.unproved(0, 0, b"s")), data(0)], None),
    );
    group.valid("one that came twice", asks(&[data(0), data(0)], None));
}

/// Whatever is authentic is stored and acknowledged, though nobody can read it: else it comes for ever.
pub(super) fn unreadable(area: &mut Area, scene: &Scene) {
    let first = &scene.epochs[0];
    let group = area.group(
        "receipt",
        "frames that are authentic and can not be read",
        &["IOMT-ENV-018", "IOMT-RCPT-013"],
        "Unreadable",
    );
    for (what, plaintext) in [
        ("nothing", &[][..]),
        ("a head without its run", &[15, 1, 2, 3]),
        ("an over-long head", &[0x8E, 0]),
        ("a head alone", &[14]),
        ("a record beyond the end", &[14, 16, 9, 1]),
        ("a record of nobody", &[14, 0xFF, 0xFF, 3, 0]),
        ("text", b"not a record at all"),
    ] {
        for space in 0..2 {
            let frames = [
                frame(first.unproved(space, 0, plaintext)),
                frame(first.unproved(space, 2, plaintext)),
            ];
            let asked = json!({ "session": scene.device.session(), "frames": frames });
            group.valid(format!("space {space}, {what}"), asked);
        }
    }
}

/// The echo where two epochs have one number.
pub(super) fn twins(area: &mut Area, scene: &Scene) {
    let [first, second, _] = &scene.epochs;
    let twin = &Epoch::new(first.chain, bytes("the salt of a twin"));
    let group = area.group(
        "receipt",
        "echoes where an epoch has a twin",
        &["IOMT-RCPT-014"],
        "Echo",
    );
    let clock = |epoch: &Epoch, counter: u32| frame(epoch.unproved(2, counter, b"c"));
    let data = |epoch: &Epoch| frame(epoch.unproved(0, 0, b"s"));
    for (what, frames) in [
        ("the later one's", vec![clock(first, 9), clock(twin, 3)]),
        (
            "the same, the other way",
            vec![clock(twin, 3), clock(first, 9)],
        ),
        (
            "though the earlier one speaks once more",
            vec![clock(first, 0), clock(twin, 3), clock(first, 9)],
        ),
        ("the later one has none", vec![clock(first, 9), data(twin)]),
        (
            "a newer epoch has none",
            vec![clock(first, 9), clock(twin, 3), data(second)],
        ),
        (
            "both opened late",
            vec![data(second), clock(twin, 3), clock(first, 9)],
        ),
    ] {
        let asked = json!({ "session": scene.device.session(), "frames": frames, "time": DATED[0].to_string(), "wait": DATED[1].to_string() });
        group.valid(what, asked);
    }
}
