//! Several epochs of one number, and commands, which are in the place of a frame.

use super::*;

/// Epochs of the first number, each with its own salt.
fn twins<const N: usize>(first: &Epoch) -> [Epoch; N] {
    std::array::from_fn(|which| Epoch::new(first.chain, bytes(&format!("salt of twin {which}"))))
}

pub(super) fn several(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let of: [Epoch; 6] = twins(&epochs[0]);
    let begin = |count: usize| -> Vec<Value> {
        let twins = of.iter().take(count);
        twins
            .map(|twin| frame(twin.unproved(0, 0, READING)))
            .collect()
    };
    let then = |count: usize, later: &[Vec<u8>]| {
        let later: Vec<_> = later.iter().map(frame).collect();
        asks(device, &[begin(count), later].concat())
    };
    let group = area.group(
        "open",
        "short frames where epochs have twins",
        &["IOMT-SEAL-033"],
        "Twins",
    );
    let short = |which: usize| of[which].short(0, 1, READING);
    group.valid("of the last two", then(3, &[short(2), short(1)]));
    group.invalid(
        "of the first of three",
        "not_authentic",
        then(3, &[short(0)]),
    );
    let next = epochs[1].unproved(0, 0, READING);
    group.valid(
        "of the later one, behind a newer epoch",
        then(2, &[next.clone(), short(1)]),
    );
    group.invalid(
        "of the earlier one, behind a newer epoch",
        "not_authentic",
        then(2, &[next.clone(), short(0)]),
    );
    let late = [
        frame(&next),
        frame(of[1].unproved(0, 0, READING)),
        frame(of[0].unproved(0, 0, READING)),
        frame(short(0)),
        frame(short(1)),
    ];
    group.invalid(
        "both opened late, the later one is the newer",
        "not_authentic",
        asks(device, &late),
    );
    let group = area.group(
        "open",
        "four epochs with one locator, and more",
        &["IOMT-LOC-004", "IOMT-SEAL-034"],
        "Twins",
    );
    let routed = |which: usize| of[which].routed(0, 1, READING);
    group.valid(
        "four, each found by the locator alone",
        then(4, &[routed(0), routed(1), routed(2), routed(3)]),
    );
    for count in [5, 6] {
        group.invalid(
            format!("{count}, the last without room"),
            "unknown_epoch",
            then(count, &[]),
        );
    }
    group.invalid(
        "a fifth, whose routed frame is of none of the four",
        "not_authentic",
        then(5, &[routed(4), routed(3)]),
    );
    group.invalid(
        "a fifth, then by their salts the four",
        "unknown_epoch",
        then(
            5,
            &[
                of[0].unproved(0, 1, READING),
                of[3].unproved(0, 1, READING),
                of[4].unproved(0, 1, READING),
            ],
        ),
    );
}

/// A command is the server's own: it is looked up as any frame, and refused in the place of its counter's check.
pub(super) fn commands(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let (first, stranger) = (&epochs[0], Device::named("stranger", device.side).epoch(0));
    let group = area.group(
        "open",
        "commands, which no server takes",
        &["IOMT-SEAL-018", "IOMT-SEAL-032", "IOMT-ERR-002"],
        "Header",
    );
    let begin = frame(first.unproved(0, 0, READING));
    for (what, form) in [
        (
            "short",
            Epoch::short as fn(&Epoch, u8, u32, &[u8]) -> Vec<u8>,
        ),
        ("routed", Epoch::routed),
        ("unproved", Epoch::unproved),
    ] {
        let of = |epoch: &Epoch| frame(form(epoch, 3, 0, b"command"));
        group.invalid(
            format!("{what}, of nobody, where nothing is open"),
            "unknown_epoch",
            asks(device, &[of(&stranger)]),
        );
        group.invalid(
            format!("{what}, of an open epoch"),
            "unexpected_packet",
            asks(device, &[begin.clone(), of(first)]),
        );
        let mut forged = form(first, 3, 0, b"command");
        *forged.last_mut().unwrap() ^= 1;
        group.invalid(
            format!("{what}, forged"),
            "unexpected_packet",
            asks(device, &[begin.clone(), frame(forged)]),
        );
    }
    group.invalid(
        "unproved, of an epoch that has not opened",
        "unexpected_packet",
        asks(device, &[frame(first.unproved(3, 0, b"command")), begin]),
    );
}
