//! What a server does with a list.

use super::*;

/// A list as its device writes it, sealed by an epoch.
pub(super) fn sealed(epoch: &Epoch, counter: u32, epochs: &[Value]) -> Value {
    let answer = shim::outcome(
        "outstanding",
        &json!({ "records": [{ "outstanding": { "epochs": epochs } }] }),
    );
    let plaintext = unhex(
        answer["result"]["plaintext"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}")),
    )
    .unwrap();
    frame(epoch.unproved(2, counter, &plaintext))
}

pub(super) fn own(epoch: &Epoch, secret: bool, data: Value) -> Value {
    json!({ "locator": hex(epoch.locator), "secret": secret.then(|| hex(epoch.secret)), "cut": false, "run": hex(bytes::<8>("run")), "data": data })
}

pub(super) fn span(floor: u32, end: u32, losses: &[(u32, u32, u8)]) -> Value {
    let losses: Vec<_> = losses
        .iter()
        .map(|(start, end, why)| json!({ "range": [start, end], "why": why }))
        .collect();
    json!({ "floor": floor, "end": end, "losses": losses })
}

pub(super) fn settled(area: &mut Area) {
    let device = Device::usual();
    let [first, second, third] = &device.epochs();
    let asks = |frames: &[Value]| json!({ "session": device.session(), "frames": frames });
    let data = |epoch: &Epoch, counter: u32| frame(epoch.unproved(0, counter, b"s"));
    let group = area.group(
        "outstanding",
        "losses that a list names",
        &[
            "IOMT-OUT-034",
            "IOMT-OUT-035",
            "IOMT-OUT-037",
            "IOMT-OUT-038",
        ],
        "Losses",
    );
    for (what, before, list) in [
        ("nothing is missing", vec![0, 1, 2], span(3, 3, &[])),
        (
            "one below the floor, with a reason",
            vec![0, 2],
            span(3, 3, &[(1, 2, 1)]),
        ),
        (
            "one below the floor, without a reason",
            vec![0, 2],
            span(3, 3, &[]),
        ),
        ("two reasons", vec![0], span(5, 5, &[(1, 3, 1), (3, 5, 2)])),
        ("part of it has come", vec![0, 2], span(4, 9, &[(1, 4, 3)])),
        ("above the floor", vec![0], span(1, 9, &[(4, 5, 1)])),
        (
            "reason for some, none for others",
            vec![],
            span(6, 6, &[(1, 2, 4), (4, 5, 5)]),
        ),
    ] {
        let mut frames: Vec<_> = before
            .into_iter()
            .map(|counter| data(first, counter))
            .collect();
        frames.push(sealed(first, 0, &[own(first, false, list)]));
        group.valid(what, asks(&frames));
    }
    let list = |counter| {
        sealed(
            first,
            counter,
            &[own(first, false, span(3, 3, &[(1, 2, 1)]))],
        )
    };
    group.valid("a list again", asks(&[data(first, 0), list(0), list(1)]));
    group.valid(
        "what was lost comes",
        asks(&[data(first, 0), list(0), data(first, 1), list(1)]),
    );
    group.valid(
        "a control frame without a list",
        asks(&[frame(first.unproved(2, 0, &[2, 4, 5, 6, 7, 8]))]),
    );
    let group = area.group(
        "outstanding",
        "epochs that a list leaves out",
        &["IOMT-OUT-031"],
        "Closed",
    );
    let only = |epoch: &Epoch| sealed(epoch, 0, &[own(epoch, false, span(0, 0, &[]))]);
    group.valid("the one before", asks(&[data(first, 0), only(second)]));
    group.valid(
        "the one before, with a hole",
        asks(&[data(first, 0), data(first, 3), only(second)]),
    );
    group.valid(
        "two before",
        asks(&[data(first, 0), data(second, 1), only(third)]),
    );
    group.invalid(
        "then a frame of it",
        "unknown_epoch",
        asks(&[
            data(first, 0),
            only(second),
            frame(first.routed(0, 1, b"s")),
        ]),
    );
    let group = area.group(
        "outstanding",
        "lists of an epoch that is not the newest",
        &["IOMT-OUT-030"],
        "NotNewest",
    );
    group.invalid(
        "one newer has opened",
        "not_newest",
        asks(&[data(first, 0), data(second, 0), only(first)]),
    );
    group.invalid(
        "two newer have opened",
        "not_newest",
        asks(&[
            data(first, 0),
            data(second, 0),
            data(third, 0),
            only(second),
        ]),
    );
    group.valid(
        "the newest behind it",
        asks(&[data(first, 0), data(second, 0), only(second)]),
    );
    let other = sealed(
        second,
        0,
        &[
            own(first, false, span(0, 0, &[])),
            own(second, true, span(0, 0, &[])),
        ],
    );
    group
        .invalid(
            "another epoch stands without its secret",
            "out_of_range",
            asks(&[data(first, 0), other]),
        )
        .flagged("Rule");
}

pub(super) fn epochs_of_lists(area: &mut Area) {
    let device = Device::usual();
    let [first, second, _] = &device.epochs();
    let asks = |frames: &[Value]| json!({ "session": device.session(), "frames": frames });
    let old = Device::named("before", device.side);
    let [before, earlier, _] = &old.epochs();
    let sealing = || own(second, false, span(0, 0, &[]));
    let group = area.group(
        "outstanding",
        "epochs that a list hands over",
        &[
            "IOMT-OUT-032",
            "IOMT-OUT-033",
            "IOMT-EPOCH-033",
            "IOMT-SEAL-037",
            "IOMT-SEAL-038",
        ],
        "Imported",
    );
    let list = |epochs: &[Value]| sealed(second, 0, &[epochs, &[sealing()]].concat());
    let came = |epoch: &Epoch, counter: u32| frame(epoch.routed(0, counter, b"s"));
    group.valid(
        "one of a session before",
        asks(&[
            list(&[own(before, true, span(2, 5, &[]))]),
            came(before, 2),
            came(before, 4),
        ]),
    );
    group.valid(
        "two of a session before",
        asks(&[
            list(&[
                own(before, true, span(0, 5, &[])),
                own(earlier, true, span(1, 3, &[(0, 1, 2)])),
            ]),
            came(earlier, 2),
            came(before, 0),
        ]),
    );
    group.invalid(
        "a counter at its end",
        "beyond_end",
        asks(&[list(&[own(before, true, span(2, 5, &[]))]), came(before, 5)]),
    );
    group.invalid(
        "a control frame of it",
        "beyond_end",
        asks(&[
            list(&[own(before, true, span(2, 5, &[]))]),
            frame(before.routed(2, 9, b"c")),
        ]),
    );
    group.valid(
        "one that was passed over",
        asks(&[list(&[own(first, true, span(0, 4, &[]))]), came(first, 3)]),
    );
    group.valid(
        "one that the server has",
        asks(&[
            frame(first.unproved(0, 0, b"s")),
            list(&[own(first, true, span(0, 4, &[]))]),
            came(first, 3),
        ]),
    );
    group.invalid(
        "one that the server has, at its end",
        "beyond_end",
        asks(&[
            frame(first.unproved(0, 0, b"s")),
            list(&[own(first, true, span(0, 4, &[]))]),
            came(first, 4),
        ]),
    );
    group.valid(
        "below its floor",
        asks(&[
            list(&[own(before, true, span(3, 5, &[(0, 2, 4)]))]),
            came(before, 1),
        ]),
    );
    let group = area.group(
        "outstanding",
        "epochs in which the power failed",
        &["IOMT-OUT-036"],
        "Cut",
    );
    let cut = |mut epoch: Value| {
        epoch["cut"] = true.into();
        epoch
    };
    group.valid(
        "one of a session before",
        asks(&[
            list(&[cut(own(before, true, span(2, 5, &[])))]),
            came(before, 7),
        ]),
    );
    group.valid(
        "one that the server has",
        asks(&[
            frame(first.unproved(0, 0, b"s")),
            list(&[cut(own(first, true, span(1, 1, &[])))]),
            came(first, 1),
        ]),
    );
    group.valid(
        "with losses below its floor",
        asks(&[list(&[cut(own(before, true, span(4, 6, &[(1, 2, 1)])))])]),
    );
}
