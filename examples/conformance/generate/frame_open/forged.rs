//! Frames that nobody has sealed so, and headers that are none.

use super::*;

pub(super) fn forged(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let first = &epochs[0];
    let begin = || frame(first.unproved(0, 0, b"begin"));
    let short = first.short(0, 9, b"reading");
    let tag = 8 * (short.len() - 16);
    let group = area.group(
        "open",
        "every bit of the tag",
        &["IOMT-SEAL-031", "IOMT-SEAL-030"],
        "ForgedTag",
    );
    for bit in 0..128 {
        group.invalid(
            format!("bit {bit}"),
            "not_authentic",
            asks(device, &[begin(), frame(flipped(&short, tag + bit))]),
        );
    }
    let group = area.group(
        "open",
        "every bit of counter and text",
        &["IOMT-SEAL-031", "IOMT-SEAL-011"],
        "ForgedText",
    );
    for bit in 8..tag {
        group.invalid(
            format!("bit {bit}"),
            "not_authentic",
            asks(device, &[begin(), frame(flipped(&short, bit))]),
        );
    }
    for (what, packet) in [
        ("a tag of zeros", [&short[..11], &[0; 16]].concat()),
        (
            "the tag turned round",
            [
                &short[..11],
                &short[11..].iter().rev().copied().collect::<Vec<_>>()[..],
            ]
            .concat(),
        ),
        (
            "the tag of another frame",
            [&short[..11], &first.short(0, 8, b"reading")[11..]].concat(),
        ),
        (
            "the text of another frame",
            [&first.short(0, 9, b"READING")[..11], &short[11..]].concat(),
        ),
        ("of another space", {
            let mut packet = short.clone();
            packet[0] ^= 0x10;
            packet
        }),
        ("of another epoch", epochs[1].short(0, 9, b"reading")),
        (
            "of another session",
            Device::named("stranger", device.side)
                .epoch(0)
                .short(0, 9, b"reading"),
        ),
        (
            "bytes that look random",
            many("random frame", 40)
                .iter()
                .enumerate()
                .map(|(place, byte)| if place == 0 { 1 } else { *byte })
                .collect(),
        ),
    ] {
        group.invalid(
            what,
            "not_authentic",
            asks(device, &[begin(), frame(packet)]),
        );
    }
    let group = area.group(
        "open",
        "salts that were changed",
        &["IOMT-SEAL-034", "IOMT-EPOCH-004"],
        "Candidate",
    );
    let unproved = epochs[1].unproved(0, 4, b"reading");
    for bit in (72..200).step_by(9) {
        let forged = flipped(&unproved, bit);
        group.invalid(
            format!("bit {bit}, then the frame as it was"),
            "not_authentic",
            asks(device, &[begin(), frame(forged), frame(&unproved)]),
        );
    }
}

pub(super) fn malformed(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let first = &epochs[0];
    let begin = || frame(first.unproved(0, 0, b"begin"));
    let group = area.group(
        "open",
        "frames cut short",
        &["IOMT-SEAL-006", "IOMT-SEAL-001", "IOMT-DATA-005"],
        "CutFrame",
    );
    for (what, packet) in [
        ("short", first.short(0, 9, b"seven b")),
        ("routed", first.routed(0, 9, b"seven b")),
        ("unproved", first.unproved(0, 9, b"seven b")),
    ] {
        for cut in cuts(&packet) {
            group.refused(
                format!("{what}, {} of {} bytes", cut.len(), packet.len()),
                asks(device, &[begin(), frame(cut)]),
            );
        }
    }
    let group = area.group(
        "open",
        "headers that version 1 does not have",
        &[
            "IOMT-SEAL-001",
            "IOMT-SEAL-002",
            "IOMT-SEAL-003",
            "IOMT-SEAL-004",
            "IOMT-SEAL-005",
            "IOMT-SEAL-018",
            "IOMT-VER-001",
        ],
        "Header",
    );
    let with = |byte0: u8| {
        let mut packet = first.routed(0, 9, b"seven b");
        packet[0] = byte0;
        packet
    };
    for byte0 in 0..=255 {
        let is_none =
            byte0 & 0b1100_0011 != 1 || byte0 & 0b0011_0000 == 0x30 || byte0 & 0b1100 == 0b0100;
        let is_asked = byte0 % 4 == 1 || byte0 < 4 || byte0 % 23 == 0;
        if is_none && is_asked {
            group.refused(
                format!("byte 0 is {byte0:#04x}"),
                asks(device, &[begin(), frame(with(byte0))]),
            );
        }
    }
    let mut last = first.short(0, 9, b"reading");
    last[1..4].copy_from_slice(&[0xFF; 3]);
    group.invalid(
        "counter 0xFFFFFF",
        "out_of_range",
        asks(device, &[begin(), frame(last)]),
    );
    group.invalid(
        "1,233 bytes",
        "trailing_bytes",
        asks(
            device,
            &[begin(), frame(first.short(0, 9, &many("too long", 1_213)))],
        ),
    );
    group.invalid(
        "a receipt",
        "unexpected_packet",
        asks(
            device,
            &[begin(), frame([&[0x41][..], &many("a route", 40)].concat())],
        ),
    );
    group.invalid(
        "a refusal",
        "unexpected_packet",
        asks(
            device,
            &[begin(), frame([&[0xC1][..], &many("a route", 8)].concat())],
        ),
    );
}

/// Every other byte 0 that [`malformed`] has not asked for: another version, whatever else it says.
pub(super) fn other_versions(area: &mut Area, device: &Device, epochs: &[Epoch]) {
    let first = &epochs[0];
    let group = area.group(
        "open",
        "every other byte 0 of another version",
        &["IOMT-SEAL-002", "IOMT-VER-001"],
        "OtherVersion",
    );
    for byte0 in (0..=255).filter(|byte0| byte0 & 3 != 1 && byte0 % 23 != 0 && *byte0 >= 4) {
        let mut packet = first.routed(0, 9, b"seven b");
        packet[0] = byte0;
        group.invalid(
            format!("byte 0 is {byte0:#04x}"),
            "unsupported_version",
            asks(
                device,
                &[frame(first.unproved(0, 0, b"begin")), frame(packet)],
            ),
        );
    }
}
