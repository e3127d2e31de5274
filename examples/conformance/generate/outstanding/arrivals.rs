//! Frames whose counters a list has named as lost: in the received set, and stored by nobody.

use super::server::{own, sealed, span};
use super::*;

/// Every frame as `open` tells it, lists obeyed.
fn asks(device: &Device, frames: &[Value]) -> Value {
    json!({ "session": device.session(), "frames": frames, "settle": true })
}

pub(super) fn lost_ones(area: &mut Area) {
    let device = Device::usual();
    let [first, second, _] = &device.epochs();
    let group = area.group(
        "open",
        "frames that were named as lost and come all the same",
        &["IOMT-OUT-035", "IOMT-OUT-037", "IOMT-SEAL-035"],
        "LostArrives",
    );
    let data = |counter: u32| frame(first.unproved(0, counter, b"late"));
    let list = |counter: u32, said: Value| sealed(first, counter, &[own(first, false, said)]);
    let between = |frames: &[u32], said: Value, later: &[u32]| {
        let before = frames.iter().map(|counter| data(*counter));
        let behind = later.iter().map(|counter| data(*counter));
        let all = before.chain([list(0, said)]).chain(behind);
        asks(&device, &all.collect::<Vec<_>>())
    };
    let with_reason = span(3, 3, &[(1, 2, 1)]);
    for (what, before, said, later) in [
        ("once", vec![0, 2], with_reason.clone(), vec![1]),
        ("twice", vec![0, 2], with_reason, vec![1, 1, 1]),
        (
            "without a reason",
            vec![0, 2],
            span(3, 3, &[]),
            vec![1, 2, 1],
        ),
        (
            "in the middle of a loss, then the others",
            vec![0],
            span(6, 6, &[(1, 6, 2)]),
            vec![3, 3, 1, 2, 5, 4, 2, 6],
        ),
        (
            "both ends of a loss",
            vec![0],
            span(6, 6, &[(1, 6, 4)]),
            vec![5, 1, 5, 1, 0, 3],
        ),
        (
            "of two losses",
            vec![],
            span(9, 9, &[(1, 3, 1), (6, 8, 2)]),
            vec![7, 1, 7, 1, 2, 4, 4],
        ),
        (
            "above the floor, where a loss is none yet",
            vec![0],
            span(1, 9, &[(4, 5, 1)]),
            vec![4, 4, 1],
        ),
        (
            "across the octets of a counter",
            vec![0],
            span(0x1_0002, 0x1_0002, &[]),
            vec![0xFF, 0x100, 0xFFFF, 0x1_0000, 0x1_0001, 0x100],
        ),
    ] {
        group.valid(what, between(&before, said, &later));
    }
    let lost = || list(0, span(3, 3, &[(1, 2, 1)]));
    group.valid(
        "the list once more behind it",
        asks(
            &device,
            &[
                data(0),
                lost(),
                data(1),
                list(1, span(3, 3, &[(1, 2, 1)])),
                data(1),
                data(2),
            ],
        ),
    );
    group.valid(
        "three times, and nothing to be stored at last",
        asks(
            &device,
            &[
                data(0),
                lost(),
                data(1),
                data(1),
                json!({ "packet": data(1)["packet"], "store": false }),
            ],
        ),
    );
    let mut alarms = own(first, false, Value::Null);
    alarms["alarm"] = span(4, 4, &[(1, 3, 5)]);
    let alarm = |counter: u32| frame(first.unproved(1, counter, b"late"));
    group.valid(
        "an alarm, and data of the same counter",
        asks(
            &device,
            &[
                alarm(0),
                data(2),
                sealed(first, 0, &[alarms]),
                alarm(2),
                data(2),
                alarm(2),
                alarm(1),
            ],
        ),
    );
    let old = Device::named("before", device.side);
    let [before, ..] = &old.epochs::<3>();
    let handed = |counter, said| {
        let epochs = [own(before, true, said), own(second, false, span(0, 0, &[]))];
        sealed(second, counter, &epochs)
    };
    let came = |counter: u32| frame(before.routed(0, counter, b"late"));
    group.valid(
        "of a session before",
        asks(
            &device,
            &[
                handed(0, span(3, 5, &[(0, 2, 4)])),
                came(1),
                came(1),
                came(3),
                came(0),
                came(3),
            ],
        ),
    );
    forged(area, &device, first);
    ends(area, &device, first, second);
}

fn forged(area: &mut Area, device: &Device, first: &Epoch) {
    let group = area.group(
        "open",
        "a forged frame of a counter that was named as lost, then the right one",
        &["IOMT-OUT-035", "IOMT-SEAL-030", "IOMT-ERR-003"],
        "LostArrives",
    );
    let data = |counter: u32| first.unproved(0, counter, b"late");
    for counter in [1, 2, 300] {
        let list = sealed(first, 0, &[own(first, false, span(400, 400, &[(1, 9, 1)]))]);
        let forged = flipped(&data(counter), 8 * 30);
        group.invalid(
            format!("counter {counter}"),
            "not_authentic",
            asks(
                device,
                &[
                    frame(data(0)),
                    list,
                    frame(forged),
                    frame(data(counter)),
                    frame(data(counter)),
                ],
            ),
        );
    }
}

/// Where an epoch is over, where it was cut, and where it is neither.
fn ends(area: &mut Area, device: &Device, first: &Epoch, second: &Epoch) {
    let group = area.group(
        "open",
        "ends of epochs, and of those in which the power failed",
        &[
            "IOMT-OUT-036",
            "IOMT-OUT-039",
            "IOMT-SEAL-037",
            "IOMT-SEAL-038",
        ],
        "Cut",
    );
    let cut = |mut epoch: Value| {
        epoch["cut"] = true.into();
        epoch
    };
    let sealing = || own(second, false, span(0, 0, &[]));
    let list = |counter, epoch| sealed(second, counter, &[epoch, sealing()]);
    let listed = |end| own(first, true, span(1, end, &[]));
    let came = |space: u8, counter: u32| frame(first.routed(space, counter, b"late"));
    let begin = frame(first.unproved(0, 0, b"begin"));
    let asks = |frames: &[Value]| asks(device, &[std::slice::from_ref(&begin), frames].concat());
    let last = 0xFF_FFFE;
    for (what, frames) in [
        (
            "cut: at its end, behind it, twice",
            vec![
                list(0, cut(listed(4))),
                came(0, 4),
                came(0, 9),
                came(0, 4),
                came(0, 2),
            ],
        ),
        (
            "cut: the last counter",
            vec![list(0, cut(listed(4))), came(0, last), came(0, last)],
        ),
        (
            "cut: an alarm, which is not listed",
            vec![list(0, cut(listed(4))), came(1, 0), came(1, 7), came(1, 0)],
        ),
        (
            "the sealing epoch says that it is cut: nothing follows",
            vec![
                sealed(second, 0, &[listed(4), cut(sealing())]),
                frame(second.unproved(0, 0, b"next")),
                frame(second.unproved(2, 1, &[])),
            ],
        ),
        (
            "a later list says that it is cut",
            vec![list(0, listed(4)), list(1, cut(listed(4))), came(0, 6)],
        ),
        (
            "a later list raises the end",
            vec![list(0, listed(4)), list(1, listed(6)), came(0, 5)],
        ),
    ] {
        group.valid(what, asks(&frames));
    }
    for (what, frames) in [
        (
            "not cut: at its end",
            vec![list(0, listed(4)), came(0, 3), came(0, 4), came(0, last)],
        ),
        (
            "a later list raises the end, and there it ends",
            vec![
                list(0, listed(4)),
                came(0, 5),
                list(1, listed(6)),
                came(0, 6),
            ],
        ),
        (
            "a later list lowers the end",
            vec![list(0, listed(6)), list(1, listed(4)), came(0, 5)],
        ),
        (
            "cut: its control frames are over",
            vec![list(0, cut(listed(4))), came(2, 3)],
        ),
        (
            "what is stored at or above an end that is lowered later",
            vec![
                list(0, listed(6)),
                came(0, 5),
                list(1, listed(4)),
                came(0, 5),
                came(0, 4),
            ],
        ),
    ] {
        group.invalid(what, "beyond_end", asks(&frames));
    }
    let told = |frames: &[Value]| {
        let frames = [std::slice::from_ref(&begin), frames].concat();
        json!({ "session": device.session(), "frames": frames })
    };
    let group = area.group(
        "outstanding",
        "what is lost in an epoch in which the power failed",
        &["IOMT-OUT-036", "IOMT-OUT-034", "IOMT-OUT-031"],
        "Cut",
    );
    let only = sealed(second, 1, &[sealing()]);
    for (what, frames) in [
        ("from its end on", vec![list(0, cut(listed(4)))]),
        (
            "once in each space, though it is told twice",
            vec![list(0, cut(listed(4))), list(1, cut(listed(4)))],
        ),
        (
            "but what has come from there",
            vec![came(0, 5), came(1, 2), list(0, cut(listed(4)))],
        ),
        (
            "and of its holes when it is closed",
            vec![list(0, cut(listed(4))), only.clone()],
        ),
        (
            "and once more where something has come between",
            vec![list(0, cut(listed(4))), came(0, 6), only],
        ),
        (
            "of the epoch that seals the list nothing",
            vec![sealed(second, 0, &[listed(4), cut(sealing())])],
        ),
        (
            "told late",
            vec![list(0, listed(4)), list(1, cut(listed(4)))],
        ),
    ] {
        group.valid(what, told(&frames));
    }
}

/// A run is said once: whoever says it first is believed.
pub(super) fn runs(area: &mut Area) {
    let device = Device::usual();
    let [first, ..] = &device.epochs::<3>();
    let group = area.group(
        "outstanding",
        "the run of an epoch, by its first frame or its list",
        &["IOMT-ENV-006", "IOMT-OUT-034"],
        "Run",
    );
    let said = |counter: u32, name: &str| {
        let head = [&[15][..], &bytes::<8>(name), &[16, 0]].concat();
        frame(first.unproved(0, counter, &head))
    };
    let unsaid = |counter: u32| frame(first.unproved(0, counter, &[14, 16, 0]));
    let cut = |counter: u32| frame(first.unproved(0, counter, &[15, 1, 2, 3]));
    let list = |counter: u32, floor: u32| {
        sealed(
            first,
            counter,
            &[own(first, false, span(floor, floor, &[]))],
        )
    };
    for (what, frames) in [
        (
            "neither has said one but the list",
            vec![unsaid(0), list(0, 4)],
        ),
        ("the first frame", vec![said(0, "one"), list(0, 4)]),
        ("a later frame", vec![unsaid(0), said(2, "one"), list(0, 4)]),
        (
            "two frames, the first counts",
            vec![said(2, "one"), said(0, "two"), list(0, 4)],
        ),
        (
            "a frame behind the list",
            vec![list(0, 2), said(3, "one"), list(1, 5)],
        ),
        ("a frame whose run is cut", vec![cut(0), list(0, 4)]),
        (
            "a frame whose run is cut, then a whole one",
            vec![cut(0), said(1, "one"), list(0, 4)],
        ),
    ] {
        let asked = json!({ "session": device.session(), "frames": frames });
        group.valid(what, asked);
    }
}
