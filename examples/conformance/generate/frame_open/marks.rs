//! When a counter is marked, and when not.

use super::*;

pub(super) fn marks(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let first = &epochs[0];
    let begin = || frame(first.unproved(0, 0, b"begin"));
    let data = |counter: u32| first.routed(0, counter, b"reading");
    let forged = |counter: u32| flipped(&data(counter), 100);
    let group = area.group(
        "open",
        "frames that come twice",
        &["IOMT-SEAL-035", "IOMT-SEAL-041", "IOMT-RCPT-005"],
        "Duplicate",
    );
    for counter in [1, 2, 9, 300] {
        group.valid(
            format!("counter {counter} twice"),
            asks(
                device,
                &[begin(), frame(data(counter)), frame(data(counter))],
            ),
        );
        group.valid(
            format!("counter {counter} again by another route"),
            asks(
                device,
                &[
                    begin(),
                    frame(data(counter)),
                    frame(first.short(0, counter, b"reading")),
                    frame(first.unproved(0, counter, b"reading")),
                ],
            ),
        );
    }
    group.valid("the first frame again", asks(device, &[begin(), begin()]));
    group.invalid(
        "a forged copy of one that is stored",
        "not_authentic",
        asks(device, &[begin(), frame(data(1)), frame(forged(1))]),
    );
    let group = area.group(
        "open",
        "a forged frame, then the authentic one",
        &["IOMT-SEAL-030", "IOMT-DATA-008"],
        "MarkedBeforeAuthentication",
    );
    for counter in [1, 2, 5, 17, 255, 256, 70_000] {
        group.invalid(
            format!("counter {counter}"),
            "not_authentic",
            asks(
                device,
                &[begin(), frame(forged(counter)), frame(data(counter))],
            ),
        );
    }
    group.invalid(
        "ten forged ones",
        "not_authentic",
        asks(
            device,
            &[
                vec![begin()],
                (1..11).map(|counter| frame(forged(counter))).collect(),
                (1..11).map(|counter| frame(data(counter))).collect(),
            ]
            .concat(),
        ),
    );
    let group = area.group(
        "open",
        "a store that fails, then the frame again",
        &["IOMT-SEAL-040"],
        "MarkedBeforeStored",
    );
    for counter in [1, 2, 5, 17, 255, 256, 70_000] {
        group.valid(
            format!("counter {counter}"),
            asks(
                device,
                &[
                    begin(),
                    unstored(data(counter)),
                    frame(data(counter)),
                    frame(data(counter)),
                ],
            ),
        );
    }
    group.valid(
        "it fails twice",
        asks(
            device,
            &[
                begin(),
                unstored(data(1)),
                unstored(data(1)),
                frame(data(1)),
            ],
        ),
    );
    group.valid(
        "the first frame of an epoch",
        asks(
            device,
            &[unstored(first.unproved(0, 0, b"begin")), begin(), begin()],
        ),
    );
    let group = area.group(
        "open",
        "one counter in two spaces",
        &["IOMT-SEAL-012", "IOMT-SEAL-013"],
        "OtherSpace",
    );
    for counter in [0, 3, 77] {
        let of = |space| frame(first.unproved(space, counter, b"reading"));
        group.valid(
            format!("counter {counter}"),
            asks(device, &[of(0), of(1), of(2), of(1), of(0)]),
        );
    }
    let group = area.group(
        "open",
        "received sets that are full",
        &["IOMT-SEAL-039", "IOMT-RCPT-001", "IOMT-RCPT-002"],
        "SetFull",
    );
    let odd = |space: u8, count: u32| (0..count).map(move |n| (space, 2 * n + 2));
    for (what, space, count, last) in [("data", 0, 16, 90), ("alarm", 1, 4, 40)] {
        let frames = |counters: Vec<(u8, u32)>| -> Vec<Value> {
            counters
                .into_iter()
                .map(|(space, counter)| frame(first.unproved(space, counter, b"s")))
                .collect()
        };
        let full: Vec<_> = odd(space, count).collect();
        let then = |more: &[u32]| {
            [
                full.clone(),
                more.iter().map(|counter| (space, *counter)).collect(),
            ]
            .concat()
        };
        group.valid(
            format!("{what}, as many ranges as there may be"),
            asks(device, &frames(full.clone())),
        );
        group.invalid(
            format!("{what}, one range more"),
            "set_full",
            asks(device, &frames(then(&[last]))),
        );
        group.invalid(
            format!("{what}, one more, then the floor, then it again"),
            "set_full",
            asks(device, &frames(then(&[last, 0, 1, last]))),
        );
        group.valid(
            format!("{what}, one that touches a range"),
            asks(device, &frames(then(&[3, 5]))),
        );
    }
}

pub(super) fn control(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let (first, second) = (&epochs[0], &epochs[1]);
    let clock = |counter: u32| frame(first.unproved(2, counter, b"clock"));
    let group = area.group(
        "open",
        "control frames that are not newer",
        &["IOMT-SEAL-036"],
        "Replayed",
    );
    for (what, counters) in [
        ("again", [4, 4]),
        ("before it", [4, 3]),
        ("the first", [4, 0]),
        ("after a long time", [70_000, 69_999]),
    ] {
        group.invalid(what, "replayed", asks(device, &counters.map(clock)));
    }
    group.valid("each newer", asks(device, &[0, 1, 5, 300].map(clock)));
    group.valid(
        "of the next epoch, lower",
        asks(device, &[clock(9), frame(second.unproved(2, 0, b"clock"))]),
    );
    group.invalid(
        "again, behind one of the next epoch",
        "replayed",
        asks(
            device,
            &[clock(9), frame(second.unproved(2, 0, b"clock")), clock(9)],
        ),
    );
    let group = area.group(
        "open",
        "forged control frames",
        &["IOMT-SEAL-030", "IOMT-SEAL-036"],
        "CounterMovedByForgery",
    );
    for high in [5, 6, 255, 256, 0xFF_FF_FE] {
        let forged = flipped(&first.routed(2, high, b"clock"), 130);
        group.invalid(
            format!("counter {high}, then 5"),
            "not_authentic",
            asks(device, &[clock(4), frame(forged), clock(5)]),
        );
    }
    group.invalid(
        "of an epoch that has not opened",
        "not_authentic",
        asks(
            device,
            &[
                frame(flipped(&first.unproved(2, 8, b"clock"), 230)),
                clock(3),
            ],
        ),
    );
}

/// Frames of each space in each order: data and alarms are all new, a control frame is only behind older ones.
pub(super) fn every_order(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let first = &epochs[0];
    for (space, about, flag) in [
        (0, "data in every order", ""),
        (1, "alarms in every order", ""),
        (2, "control frames in every order", "Replayed"),
    ] {
        let group = area.group("open", about, &["IOMT-SEAL-036", "IOMT-RCPT-004"], flag);
        for order in orders(3) {
            let frames: Vec<_> = order
                .iter()
                .map(|place| {
                    let counter = [0, 1, 300][*place];
                    frame(first.unproved(space, counter, b"in some order"))
                })
                .collect();
            group.any(format!("{order:?}"), asks(device, &frames));
        }
    }
}
