//! Each limit, and one more.

use super::*;

pub(super) fn limits(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let first = &epochs[0];
    let begin = || frame(first.unproved(0, 0, b"begin"));
    let group = area.group(
        "open",
        "the longest frame of each form, and a byte more",
        &["IOMT-SEAL-001", "IOMT-LIM-001"],
        "Length",
    );
    let text = many("the longest plaintext", 1_213);
    for (what, len, packet) in [
        (
            "short",
            1_212,
            Epoch::short as fn(&Epoch, u8, u32, &[u8]) -> Vec<u8>,
        ),
        ("routed", 1_204, Epoch::routed),
        ("unproved", 1_188, Epoch::unproved),
    ] {
        let sealed = |len: usize| frame(packet(first, 0, 1, &text[..len]));
        group.valid(
            format!("{what}, 1,232 bytes"),
            asks(device, &[begin(), sealed(len)]),
        );
        group.invalid(
            format!("{what}, 1,233 bytes"),
            "trailing_bytes",
            asks(device, &[begin(), sealed(len + 1)]),
        );
    }
    let group = area.group(
        "open",
        "the last counter of each space and form",
        &["IOMT-SEAL-005", "IOMT-SEAL-010"],
        "Length",
    );
    for space in 0..3 {
        let last = 0xFF_FFFE;
        for (what, packet) in [
            ("short", first.short(space, last, b"last")),
            ("routed", first.routed(space, last, b"last")),
            ("unproved", first.unproved(space, last, b"last")),
        ] {
            group.valid(
                format!("space {space}, {what}"),
                asks(device, &[begin(), frame(&packet)]),
            );
            let counter = packet.len() - 16 - 4 - 3;
            let mut none = packet;
            none[counter] = 0xFF;
            group.invalid(
                format!("space {space}, {what}, FFFFFF"),
                "out_of_range",
                asks(device, &[begin(), frame(none)]),
            );
        }
    }
    let group = area.group(
        "open",
        "refusals, which no server takes, and their lengths",
        &["IOMT-SEAL-009", "IOMT-SEAL-003"],
        "Header",
    );
    let refusal = |len: usize| [&[0xC1][..], &many("a reference", len)].concat();
    group.invalid(
        "9 bytes",
        "unexpected_packet",
        asks(device, &[frame(refusal(8))]),
    );
    for len in [0, 1, 7] {
        let comment = format!("{} bytes", len + 1);
        group.invalid(comment, "truncated", asks(device, &[frame(refusal(len))]));
    }
    for len in [9, 10, 40] {
        let comment = format!("{} bytes", len + 1);
        group.invalid(
            comment,
            "trailing_bytes",
            asks(device, &[frame(refusal(len))]),
        );
    }
    for bit in 2..6 {
        let mut packet = refusal(8);
        packet[0] |= 1 << bit;
        group.invalid(
            format!("bit {bit} of its first byte"),
            "reserved",
            asks(device, &[frame(packet)]),
        );
    }
    salts(area, device, first);
}

/// The salt is in no associated data, but says which epoch is meant.
fn salts(area: &mut Area, device: &Device, first: &Epoch) {
    let twin = Epoch::new(first.chain, bytes("the salt of a twin"));
    let group = area.group(
        "open",
        "a frame of an open epoch under another salt",
        &["IOMT-SEAL-042", "IOMT-SEAL-034"],
        "Candidate",
    );
    let begin = [first, &twin].map(|epoch| frame(epoch.unproved(0, 0, b"begin")));
    let proved = |epoch: &Epoch, salt: [u8; 16]| {
        let mut packet = epoch.unproved(0, 1, b"reading");
        packet[9..25].copy_from_slice(&salt);
        frame(packet)
    };
    let salt_with = |bit: usize| {
        let mut salt = first.salt;
        salt[bit / 8] ^= 1 << (bit % 8);
        salt
    };
    for bit in [0, 7, 8, 63, 64, 127] {
        group.invalid(
            format!("bit {bit} of its own"),
            "not_authentic",
            asks(
                device,
                &[
                    begin[0].clone(),
                    proved(first, salt_with(bit)),
                    proved(first, first.salt),
                ],
            ),
        );
    }
    for (what, epoch, other) in [
        ("the twin's", first, &twin),
        ("the first one's", &twin, first),
    ] {
        let [a, b] = begin.clone();
        group.invalid(
            what,
            "not_authentic",
            asks(
                device,
                &[a, b, proved(epoch, other.salt), proved(epoch, epoch.salt)],
            ),
        );
    }
}

/// What strangers send pushes out nothing.
pub(super) fn strangers(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let group = area.group(
        "open",
        "many frames of strangers, then one of each epoch",
        &[
            "IOMT-LOC-008",
            "IOMT-LIM-002",
            "IOMT-LIM-004",
            "IOMT-ERR-003",
        ],
        "Strangers",
    );
    let open: Vec<_> = epochs[..3]
        .iter()
        .map(|epoch| frame(epoch.unproved(0, 0, b"begin")))
        .collect();
    let later = epochs[..3]
        .iter()
        .map(|epoch| frame(epoch.routed(0, 1, b"reading")));
    let later: Vec<_> = later
        .chain([frame(epochs[3].unproved(0, 0, b"next"))])
        .collect();
    let of_a_stranger = |number: u32| Device::named("stranger", device.side).epoch(number);
    let salted = |number: usize, attempt: u32| {
        let mut packet = epochs[number].unproved(0, 5, b"forged");
        packet[9..25].copy_from_slice(&bytes::<16>(&format!("a forged salt {attempt}")));
        packet
    };
    for (what, word, forged) in [
        (
            "locators of nobody",
            "unknown_epoch",
            (0..40)
                .map(|number| of_a_stranger(number).unproved(0, number, b"forged"))
                .collect::<Vec<_>>(),
        ),
        (
            "salts of nobody, in an open epoch",
            "not_authentic",
            (0..20).map(|attempt| salted(1, attempt)).collect(),
        ),
        (
            "salts of nobody, in the next epoch",
            "not_authentic",
            (0..20).map(|attempt| salted(3, attempt)).collect(),
        ),
        (
            "salts of nobody, in epochs ahead",
            "not_authentic",
            (3..10).map(|number| salted(number, 0)).collect(),
        ),
        (
            "short frames",
            "not_authentic",
            (0..20)
                .map(|number| of_a_stranger(0).short(0, number, b"forged"))
                .collect(),
        ),
        (
            "control frames",
            "not_authentic",
            (0..20)
                .map(|counter| flipped(&epochs[2].routed(2, counter, b"forged"), 8 * 12 + 3))
                .collect(),
        ),
    ] {
        let forged: Vec<_> = forged.iter().map(frame).collect();
        let frames = [&open[..], &forged, &later].concat();
        group.invalid(what, word, asks(device, &frames));
    }
}
