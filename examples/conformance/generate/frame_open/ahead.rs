//! Epochs that have not opened, and those that are open.

use super::*;

pub(super) fn ahead(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let data = |number: usize, counter: u32| frame(epochs[number].unproved(0, counter, b"reading"));
    let group = area.group(
        "open",
        "epochs ahead",
        &["IOMT-EPOCH-031", "IOMT-LOC-001", "IOMT-LOC-006"],
        "Ahead",
    );
    for number in 0..8 {
        group.valid(
            format!("epoch {number} first"),
            asks(device, &[data(number, 0)]),
        );
    }
    for number in 8..10 {
        group.invalid(
            format!("epoch {number} first"),
            "unknown_epoch",
            asks(device, &[data(number, 0)]),
        );
    }
    group.valid(
        "epoch 9 behind epoch 2",
        asks(device, &[data(2, 0), data(9, 0)]),
    );
    group.valid(
        "the ones between come later",
        asks(device, &[data(5, 0), data(3, 0), data(0, 0), data(4, 0)]),
    );
    group.valid(
        "from the last to the first",
        asks(
            device,
            &(0..8)
                .rev()
                .map(|number| data(number, 1))
                .collect::<Vec<_>>(),
        ),
    );
    group.valid(
        "two open epochs in turn",
        asks(
            device,
            &[data(0, 0), data(1, 0), data(0, 1), data(1, 1), data(0, 1)],
        ),
    );
    group.invalid(
        "the next epoch, without its salt",
        "unknown_epoch",
        asks(
            device,
            &[data(0, 0), frame(epochs[1].routed(0, 0, b"reading"))],
        ),
    );
    group.invalid(
        "one that was passed over, without its salt",
        "unknown_epoch",
        asks(
            device,
            &[data(3, 0), frame(epochs[1].routed(0, 0, b"reading"))],
        ),
    );
    group.invalid(
        "a locator of nobody",
        "unknown_epoch",
        asks(
            device,
            &[
                data(0, 0),
                frame(flipped(&epochs[0].routed(0, 1, b"reading"), 20)),
            ],
        ),
    );
    let group = area.group(
        "open",
        "short frames",
        &["IOMT-SEAL-033", "IOMT-SEAL-032"],
        "ShortInOtherEpoch",
    );
    let short = |number: usize, counter: u32| frame(epochs[number].short(0, counter, b"reading"));
    group.valid(
        "of the newest",
        asks(device, &[data(0, 0), data(1, 0), short(1, 1)]),
    );
    group.valid(
        "of the one before",
        asks(device, &[data(0, 0), data(1, 0), short(0, 1)]),
    );
    group.invalid(
        "of the one before that",
        "not_authentic",
        asks(device, &[data(0, 0), data(1, 0), data(2, 0), short(0, 1)]),
    );
    group.invalid(
        "of one that has not opened",
        "not_authentic",
        asks(device, &[data(0, 0), short(1, 0)]),
    );
    group.invalid(
        "before anything has opened",
        "unknown_epoch",
        asks(device, &[short(0, 0)]),
    );
    group.valid(
        "an older epoch opens later, the newest stays",
        asks(device, &[data(2, 0), data(0, 0), short(2, 1)]),
    );
    twins(area, device, epochs);
}

/// One position of the chain, and two salts: the device was restored or cloned.
fn twins(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let first = &epochs[0];
    let twin = Epoch::new(first.chain, bytes("the salt of a twin"));
    let group = area.group(
        "open",
        "two epochs with one locator",
        &["IOMT-LOC-004", "IOMT-EPOCH-030"],
        "Twins",
    );
    let of = |epoch: &Epoch, counter: u32| frame(epoch.unproved(0, counter, b"reading"));
    group.valid("both open", asks(device, &[of(first, 0), of(&twin, 0)]));
    group.valid(
        "their counters are their own",
        asks(
            device,
            &[
                of(first, 0),
                of(&twin, 0),
                of(first, 1),
                of(&twin, 1),
                of(first, 0),
            ],
        ),
    );
    group.valid(
        "found by locator alone",
        asks(
            device,
            &[
                of(first, 0),
                of(&twin, 0),
                frame(first.routed(0, 1, b"reading")),
                frame(twin.routed(0, 1, b"reading")),
            ],
        ),
    );
}
