//! What a device believes.

use super::*;

pub(super) fn believed(area: &mut Area, scene: &Scene) {
    let [first, second, third] = &scene.epochs;
    let group = area.group(
        "receipt",
        "authentic receipts",
        &["IOMT-RCPT-010", "IOMT-RCPT-018", "IOMT-RCPT-020"],
        "OffByOne",
    );
    group.valid(
        "nothing is stored",
        scene.asks(&scene.undated(&body(NO_ECHO, [0, 0], &[]))),
    );
    group.valid(
        "two epochs, with holes",
        scene.asks(&scene.undated(&body(NO_ECHO, [0, 0], &hole(scene)))),
    );
    for echo in [0, 1, 255, 256, 0xFF_FF_FE] {
        group.valid(
            format!("echo {echo} of epoch 0"),
            scene.asks(&scene.receipt(first, &first.tag, &body(echo, DATED, &hole(scene)))),
        );
        group.valid(
            format!("echo {echo} of epoch 1"),
            scene.asks(&scene.receipt(second, &second.tag, &body(echo, [0, 0], &[]))),
        );
    }
    group.valid(
        "an entry of an epoch of nobody",
        scene.asks(&scene.undated(&body(NO_ECHO, [0, 0], &[Entry(third, 0, 3, &[])]))),
    );
    for (what, ranges) in [
        ("one range", vec![(1, 1)]),
        ("sixteen ranges", vec![(2, 3); 16]),
        ("a long range", vec![(1, 0xFF_FF_00)]),
        ("a wide gap", vec![(0xFF_00_00, 7)]),
    ] {
        group.valid(
            what,
            scene.asks(&scene.undated(&body(NO_ECHO, [0, 0], &[Entry(first, 0, 0, &ranges)]))),
        );
    }
    for floor in [0, 1, 127, 128, 65_536, 0xFF_FF_FF] {
        group.valid(
            format!("floor {floor}"),
            scene.asks(&scene.undated(&body(NO_ECHO, [0, 0], &[Entry(first, 1, floor, &[])]))),
        );
    }
    let group = area.group(
        "receipt",
        "time and wait",
        &["IOMT-RCPT-019", "IOMT-RCPT-022"],
        "Undated",
    );
    group.valid(
        "without an echo",
        scene.asks(&scene.undated(&body(NO_ECHO, DATED, &[]))),
    );
    for dated in [
        DATED,
        [1, 0],
        [0, 1],
        [u64::MAX, 7],
        [1_764_000_000_000, u64::MAX],
    ] {
        group.valid(
            format!("{dated:?} with an echo"),
            scene.asks(&scene.receipt(first, &first.tag, &body(3, dated, &[]))),
        );
        group.valid(
            format!("{dated:?} without one"),
            scene.asks(&scene.undated(&body(NO_ECHO, dated, &[]))),
        );
    }
    let group = area.group(
        "receipt",
        "fields of later versions",
        &["IOMT-RCPT-017"],
        "Fields",
    );
    for (what, fields) in [
        ("one", &[9, 2, 0xAA, 0xBB][..]),
        ("two", &[1, 0, 0x81, 1, 1, 7]),
        ("an empty one", &[3, 0]),
        ("odd and even", &[5, 1, 9, 6, 1, 8]),
        ("the same twice", &[2, 1, 4, 2, 1, 5]),
    ] {
        let whole = [&body(NO_ECHO, [0, 0], &[])[..], fields].concat();
        group.valid(what, scene.asks(&scene.undated(&whole)));
    }
    for (what, fields) in [
        ("a field that is cut", &[9, 3, 0xAA][..]),
        ("half a tag", &[0x89]),
        ("a tag without a length", &[9]),
        ("an over-long length", &[9, 0x81, 0, 7]),
    ] {
        let whole = [&body(NO_ECHO, [0, 0], &[])[..], fields].concat();
        group.refused(what, scene.asks(&scene.undated(&whole)));
    }
}

/// As long as a datagram is, and fields of the last tag.
pub(super) fn limits(area: &mut Area, scene: &Scene) {
    let group = area.group(
        "receipt",
        "fields of the last tag and one above, and the longest receipt and a byte more",
        &["IOMT-RCPT-017", "IOMT-DATA-004", "IOMT-SEAL-001"],
        "Entry",
    );
    let body = body(NO_ECHO, [0, 0], &hole(scene));
    let with = |tag: u64, content: &[u8]| {
        let field = [&varint(tag)[..], &varint(content.len() as u64), content].concat();
        scene.asks(&scene.undated(&[&body[..], &field].concat()))
    };
    group.any("the last tag", with(u32::MAX.into(), &[7]));
    group.any("a tag above it", with(1 << 32, &[7]));
    // Byte 0, a locator, a proof, and in front of the content a tag and a length of two bytes.
    let room = 1_232 - 1 - 8 - 16 - body.len() - 3;
    for (what, len) in [
        ("1,231 bytes", room - 1),
        ("1,232 bytes", room),
        ("1,233 bytes", room + 1),
    ] {
        group.any(what, with(2, &many("a later field", len)));
    }
}
