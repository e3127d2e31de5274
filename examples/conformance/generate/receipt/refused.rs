//! What a device does not believe.

use super::*;

pub(super) fn forged(area: &mut Area, scene: &Scene) {
    let [first, second, third] = &scene.epochs;
    let whole = scene.receipt(first, &first.tag, &body(3, DATED, &hole(scene)));
    let group = area.group(
        "receipt",
        "every bit of the proof",
        &["IOMT-RCPT-010", "IOMT-RCPT-011"],
        "ForgedProof",
    );
    for bit in 0..128 {
        group.invalid(
            format!("bit {bit}"),
            "not_authentic",
            scene.asks(&flipped(&whole, 8 * (whole.len() - 16) + bit)),
        );
    }
    let group = area
        .group(
            "receipt",
            "bodies that were changed",
            &["IOMT-RCPT-010", "IOMT-RCPT-011"],
            "ForgedBody",
        )
        .judged("any_error");
    for bit in (72..8 * (whole.len() - 16)).step_by(13) {
        group.refused(format!("bit {bit}"), scene.asks(&flipped(&whole, bit)));
    }
    let group = area.group(
        "receipt",
        "proofs with another tag",
        &[
            "IOMT-RCPT-010",
            "IOMT-RCPT-022",
            "IOMT-RCPT-025",
            "IOMT-RCPT-023",
        ],
        "EchoedTag",
    );
    let dated = body(3, DATED, &hole(scene));
    let none = body(NO_ECHO, [0, 0], &hole(scene));
    let stranger = scene.receipt(third, &third.tag, &dated);
    let mut moved = whole.clone();
    moved[1..9].copy_from_slice(&second.locator);
    let other = Device::named("stranger", scene.device.side);
    let of_other = Scene {
        epochs: other.epochs(),
        device: other,
    };
    for (what, class, packet) in [
        (
            "the tag of another epoch",
            "not_authentic",
            scene.receipt(first, &second.tag, &dated),
        ),
        (
            "an echo without its tag",
            "not_authentic",
            scene.receipt(first, &[0; 16], &dated),
        ),
        (
            "no echo, and a tag",
            "not_authentic",
            scene.receipt(first, &first.tag, &none),
        ),
        ("moved to another epoch", "not_authentic", moved),
        (
            "an echo of an epoch that has not opened in this boot",
            "unknown_epoch",
            stranger,
        ),
        (
            "of another session",
            "not_authentic",
            of_other.undated(&none),
        ),
    ] {
        group.invalid(what, class, scene.asks(&packet));
    }
}

pub(super) fn malformed(area: &mut Area, scene: &Scene) {
    let [first, ..] = &scene.epochs;
    let group = area.group(
        "receipt",
        "bodies cut short",
        &["IOMT-RCPT-026", "IOMT-DATA-005", "IOMT-SEAL-007"],
        "CutReceipt",
    );
    for cut in cuts(&body(NO_ECHO, [0, 0], &hole(scene))) {
        group.refused(
            format!("{} bytes", cut.len()),
            scene.asks(&scene.undated(&cut)),
        );
    }
    for len in [0, 1, 8, 9, 10, 24] {
        let whole = scene.undated(&body(NO_ECHO, [0, 0], &[]));
        group.refused(
            format!("{len} bytes of the packet"),
            scene.asks(&whole[..len]),
        );
    }
    let group = area.group(
        "receipt",
        "malformed entries",
        &["IOMT-RCPT-015", "IOMT-RCPT-016", "IOMT-RCPT-026"],
        "Entry",
    );
    let entry = |space, floor, ranges: &[(u64, u64)]| {
        scene.undated(&body(
            NO_ECHO,
            [0, 0],
            &[Entry(first, space, floor, ranges)],
        ))
    };
    for (what, packet) in [
        ("a gap of zero", entry(0, 5, &[(0, 1)])),
        ("a length of zero", entry(0, 5, &[(1, 0)])),
        ("a second gap of zero", entry(0, 5, &[(1, 1), (0, 1)])),
        (
            "a range behind the last counter",
            entry(0, 0xFF_FF_FE, &[(1, 1)]),
        ),
        ("a floor of 25 bits", entry(0, 0x01_00_00_00, &[])),
        ("a gap of 32 bits", entry(0, 5, &[(0xFFFF_FFFF, 1)])),
        ("a length of 64 bits", entry(0, 5, &[(1, u64::MAX)])),
        ("space 2", entry(2, 5, &[])),
        ("space 3", entry(3, 5, &[])),
        ("space 0x80", entry(0x80, 5, &[])),
    ] {
        group.refused(what, scene.asks(&packet));
    }
    for (what, tail) in [
        ("an over-long time", &[0x80, 0, 0, 0][..]),
        ("an over-long wait", &[0, 0x80, 0, 0]),
        ("an over-long count", &[0, 0, 0x80, 0]),
        ("more entries than are there", &[0, 0, 5]),
        (
            "a count of 64 bits",
            &[
                0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1,
            ],
        ),
    ] {
        group.refused(
            what,
            scene.asks(&scene.undated(&[&u24(NO_ECHO)[..], tail].concat())),
        );
    }
    let mut version = scene.undated(&body(NO_ECHO, [0, 0], &[]));
    for byte0 in [0x40, 0x42, 0x43, 0x45, 0x49, 0x51, 0x61, 0x01, 0x81, 0xC1] {
        version[0] = byte0;
        group.refused(format!("byte 0 is {byte0:#04x}"), scene.asks(&version));
    }
}

/// The packet at every byte, its end taken for the proof.
pub(super) fn packets_cut_short(area: &mut Area, scene: &Scene) {
    let group = area.group(
        "receipt",
        "packets cut short",
        &["IOMT-RCPT-011", "IOMT-SEAL-007", "IOMT-ERR-002"],
        "CutReceipt",
    );
    let whole = scene.undated(&body(NO_ECHO, [0, 0], &hole(scene)));
    for cut in cuts(&whole) {
        group.refused(
            format!("{} of {} bytes", cut.len(), whole.len()),
            scene.asks(&cut),
        );
    }
}

/// Ends of ranges at the last counter, and one behind it.
pub(super) fn ends(area: &mut Area, scene: &Scene) {
    let first = &scene.epochs[0];
    let entry = |space, floor, ranges: &[(u64, u64)]| {
        let entries = [Entry(first, space, floor, ranges)];
        scene.asks(&scene.undated(&body(NO_ECHO, [0, 0], &entries)))
    };
    let group = area.group(
        "receipt",
        "the last counter, and one behind it",
        &["IOMT-RCPT-016"],
        "Entry",
    );
    let last = 0xFF_FFFE_u64;
    for space in 0..2 {
        for (what, floor, ranges) in [
            ("alone", 0, vec![(last, 1)]),
            ("behind the floor", 0xFF_FFFD, vec![(1, 1)]),
            ("at the end of a range", 5, vec![(1, last - 5)]),
            ("in the last of two ranges", 5, vec![(1, 2), (last - 8, 1)]),
        ] {
            group.valid(
                format!("space {space}, {what}"),
                entry(space, floor, &ranges),
            );
            let mut longer = ranges;
            if let Some((_, len)) = longer.last_mut() {
                *len += 1;
            }
            group.refused(
                format!("space {space}, {what}, and one more"),
                entry(space, floor, &longer),
            );
        }
    }
    group.valid("a floor above it", entry(0, 0xFF_FFFF, &[]));
    group.refused("a range behind that floor", entry(0, 0xFF_FFFF, &[(1, 1)]));
}

/// The body is read before the epoch is looked for that it echoes.
pub(super) fn two_faults(area: &mut Area, scene: &Scene) {
    let [first, _, third] = &scene.epochs;
    let group = area.group(
        "receipt",
        "an echo of an epoch that the device does not have, and another fault",
        &["IOMT-RCPT-025", "IOMT-RCPT-026", "IOMT-ERR-002"],
        "Entry",
    );
    let receipt =
        |entries: &[Entry<'_>]| scene.receipt(third, &third.tag, &body(3, DATED, entries));
    group.invalid("none", "unknown_epoch", scene.asks(&receipt(&[])));
    for (what, space, floor, ranges) in [
        ("a space", 2, 0, &[][..]),
        ("a floor", 0, 0x100_0000, &[]),
        ("a gap", 0, 5, &[(0, 1)]),
        ("a length", 1, 5, &[(1, 0)]),
    ] {
        let packet = receipt(&[Entry(first, space, floor, ranges)]);
        group.invalid(what, "out_of_range", scene.asks(&packet));
    }
    let mut forged = receipt(&[]);
    *forged.last_mut().unwrap() ^= 1;
    group.invalid("its proof", "unknown_epoch", scene.asks(&forged));
}
