//! Lists where the device was restored or cloned, and of epochs that were passed over or are of nobody.

use super::server::{own, sealed, span};
use super::*;

struct Scene {
    device: Device,
    epochs: [Epoch; 3],
    twin: Epoch,
}

impl Scene {
    fn usual() -> Self {
        let device = Device::usual();
        let epochs: [Epoch; 3] = device.epochs();
        let twin = Epoch::new(epochs[0].chain, bytes("the salt of a twin"));
        Self {
            device,
            epochs,
            twin,
        }
    }

    fn told(&self, frames: &[Value]) -> Value {
        json!({ "session": self.device.session(), "frames": frames })
    }

    fn opened(&self, frames: &[Value]) -> Value {
        json!({ "session": self.device.session(), "frames": frames, "settle": true })
    }
}

fn data(epoch: &Epoch, counter: u32) -> Value {
    frame(epoch.unproved(0, counter, b"s"))
}

/// What an epoch lists of itself alone.
fn only(epoch: &Epoch, counter: u32) -> Value {
    sealed(epoch, counter, &[own(epoch, false, span(0, 2, &[]))])
}

pub(super) fn newest(area: &mut Area) {
    let scene = Scene::usual();
    let (first, twin, next) = (&scene.epochs[0], &scene.twin, &scene.epochs[1]);
    let group = area.group(
        "outstanding",
        "lists of twins, which are equally new",
        &["IOMT-OUT-030", "IOMT-OUT-031"],
        "NotNewest",
    );
    for (what, frames) in [
        (
            "the one that opened later",
            vec![data(first, 0), only(twin, 0)],
        ),
        (
            "the same, the other way",
            vec![data(twin, 0), only(first, 0)],
        ),
        (
            "the one that opened first",
            vec![data(first, 0), data(twin, 0), only(first, 0)],
        ),
        (
            "both, and neither is closed",
            vec![
                data(first, 3),
                data(twin, 3),
                only(first, 0),
                only(twin, 0),
                frame(first.routed(0, 4, b"s")),
                frame(twin.routed(0, 4, b"s")),
            ],
        ),
        (
            "an older epoch is closed all the same",
            vec![
                frame(first.unproved(0, 2, b"s")),
                data(next, 0),
                data(&Epoch::new(next.chain, bytes("another")), 0),
                only(next, 0),
            ],
        ),
    ] {
        group.valid(what, scene.told(&frames));
    }
    group.invalid(
        "both are older than another",
        "not_newest",
        scene.told(&[data(first, 0), data(twin, 0), data(next, 0), only(twin, 0)]),
    );
}

/// Frames of control without a list that can be obeyed.
pub(super) fn unread(area: &mut Area) {
    let scene = Scene::usual();
    let first = &scene.epochs[0];
    let group = area.group(
        "open",
        "control frames whose records can not be read",
        &["IOMT-OUT-001", "IOMT-OUT-002", "IOMT-SEAL-036"],
        "CutRecord",
    );
    for (what, class, plaintext) in [
        ("text", "malformed", b"late".to_vec()),
        ("a list that is cut", "malformed", record(4, &[1, 2, 3])),
        ("a critical record", "unknown_critical", record(9, &[])),
        (
            "a critical record, then a status that is cut",
            "unknown_critical",
            [record(9, &[]), record(2, &[1])].concat(),
        ),
        (
            "a status that is cut, then a critical record",
            "malformed",
            [record(2, &[1]), record(9, &[])].concat(),
        ),
    ] {
        let control = frame(first.unproved(2, 5, &plaintext));
        let older = frame(first.unproved(2, 5, &record(2, &[5, 6, 7, 8])));
        let later = frame(first.unproved(2, 6, &record(2, &[5, 6, 7, 8])));
        let frames = [control, older, later];
        group.invalid(what, class, scene.opened(&frames));
    }
    let list = shim::outcome(
        "outstanding",
        &json!({ "records": [{ "outstanding": { "epochs": [own(first, false, span(1, 2, &[]))] } }] }),
    );
    let list = unhex(list["result"]["plaintext"].as_str().unwrap()).unwrap();
    let behind = [record(2, &[1]), record(9, &[]), list].concat();
    group.valid(
        "a list behind records that are refused",
        scene.opened(&[frame(first.unproved(2, 0, &behind))]),
    );
}

pub(super) fn order(area: &mut Area) {
    let scene = Scene::usual();
    let [first, second, third] = &scene.epochs;
    let stranger = Device::named("before", scene.device.side).epoch(0);
    let group = area.group(
        "open",
        "the place of an epoch that a list hands over",
        &["IOMT-OUT-032", "IOMT-SEAL-033"],
        "Imported",
    );
    let ten = || span(0, 10, &[]);
    let short = |epoch: &Epoch, counter: u32| frame(epoch.short(0, counter, b"s"));
    let routed = |epoch: &Epoch, counter: u32| frame(epoch.routed(0, counter, b"s"));
    group.invalid(
        "without a number it stands before all that have one",
        "beyond_end",
        scene.opened(&[
            data(first, 0),
            data(second, 0),
            sealed(
                second,
                0,
                &[
                    own(&stranger, true, ten()),
                    own(first, true, ten()),
                    own(second, false, ten()),
                ],
            ),
            short(first, 5),
            short(&stranger, 5),
            routed(&stranger, 6),
            routed(first, 10),
        ]),
    );
    let other = Epoch::new(second.chain, bytes("another"));
    group.invalid(
        "one that was passed over has its number",
        "not_authentic",
        scene.opened(&[
            data(third, 0),
            sealed(
                third,
                0,
                &[own(second, true, ten()), own(third, false, ten())],
            ),
            short(second, 3),
            routed(second, 4),
            frame(second.unproved(0, 4, b"s")),
            frame(other.unproved(0, 4, b"s")),
            routed(second, 10),
        ]),
    );
    let group = area.group(
        "open",
        "epochs that were passed over, and that a list leaves out",
        &["IOMT-OUT-031", "IOMT-LOC-002"],
        "Closed",
    );
    group.invalid(
        "both are forgotten",
        "unknown_epoch",
        scene.opened(&[
            data(third, 0),
            sealed(third, 0, &[own(third, false, ten())]),
            data(first, 0),
            data(second, 0),
            data(third, 1),
        ]),
    );
    group.invalid(
        "the one that is left out is forgotten, the other opens",
        "unknown_epoch",
        scene.opened(&[
            data(third, 0),
            sealed(
                third,
                0,
                &[own(second, true, ten()), own(third, false, ten())],
            ),
            data(first, 0),
            data(second, 0),
        ]),
    );
}

/// A list names a twin by its secret; a frame by its salt then names the same epoch.
pub(super) fn handed(area: &mut Area) {
    let scene = Scene::usual();
    let (first, twin) = (&scene.epochs[0], &scene.twin);
    let group = area.group(
        "open",
        "a twin that a list hands over is not opened a second time by its salt",
        &[
            "IOMT-OUT-032",
            "IOMT-OUT-033",
            "IOMT-SEAL-037",
            "IOMT-SEAL-038",
            "IOMT-SEAL-042",
        ],
        "Imported",
    );
    let list = sealed(
        first,
        0,
        &[
            own(twin, true, span(0, 2, &[])),
            own(first, false, span(0, 0, &[])),
        ],
    );
    for (what, later) in [
        (
            "data behind its end, unproved",
            vec![data(twin, 1), data(twin, 2), data(twin, 5)],
        ),
        (
            "routed first",
            vec![frame(twin.routed(0, 0, b"s")), data(twin, 0), data(twin, 5)],
        ),
        (
            "an alarm, of which nothing is listed",
            vec![frame(twin.unproved(1, 0, b"s"))],
        ),
        (
            "a control frame",
            vec![frame(twin.unproved(2, 0, &record(2, &[5, 6, 7, 8])))],
        ),
    ] {
        let frames = [std::slice::from_ref(&list), &later[..]].concat();
        group.invalid(what, "beyond_end", scene.opened(&frames));
    }
}
