//! Sets, and items of a compound in full.

use super::*;

pub(super) fn compounds(area: &mut Area) {
    let group = area.group("decode", "sets", &["IOMT-REC-010", "IOMT-REC-022"], "Set");
    group.valid(
        "set 1",
        asks(&plaintext(
            true,
            &[(26, &[1, 0, 0xF0, 1, 0xA2, 1, 0xBC, 1])],
        )),
    );
    group.valid(
        "set 2",
        asks(&plaintext(true, &[(26, &[2, 7, 0xF0, 1, 0xA2, 1])])),
    );
    group.valid(
        "set 3",
        asks(&plaintext(
            true,
            &[(26, &[3, 0, 0xC0, 2, 0xD8, 1, 0x86, 2])],
        )),
    );
    for set in [0, 4, 5, 0x80, 0xFF] {
        group.invalid(
            format!("set {set}"),
            "out_of_range",
            asks(&plaintext(true, &[(26, &[set, 0, 2, 4, 6])])),
        );
    }
    group.refused(
        "set 1 with two numbers",
        asks(&plaintext(true, &[(26, &[1, 0, 2, 4])])),
    );
    group.refused(
        "set 2 with three numbers",
        asks(&plaintext(true, &[(26, &[2, 0, 2, 4, 6])])),
    );
    let item = |mantissa: u8| vec![8, 0x85, 0x94, 9, 0xA0, 0x9E, 0x10, 0, mantissa, 0];
    let item = |mantissa| {
        let mut item = item(mantissa);
        item[0] = 9;
        item
    };
    let full = |items: &[u8]| {
        let head = [&varint(150_020)[..], &[0, 0]].concat();
        [&head[..], &varint(items.len() as u64), items].concat()
    };
    let group = area.group(
        "decode",
        "items of a compound in full",
        &["IOMT-REC-020", "IOMT-REC-021"],
        "Items",
    );
    for count in 1..=6_u8 {
        let items: Vec<_> = (0..count).flat_map(|place| item(2 * place + 4)).collect();
        group.valid(
            format!("{count} items"),
            asks(&plaintext(true, &[(28, &full(&items))])),
        );
    }
    let seven: Vec<_> = (0..7).flat_map(item).collect();
    group.invalid(
        "no item",
        "out_of_range",
        asks(&plaintext(true, &[(28, &full(&[]))])),
    );
    group.invalid(
        "seven items",
        "out_of_range",
        asks(&plaintext(true, &[(28, &full(&seven))])),
    );
    for (what, change) in [
        ("a length one less", 8),
        ("a length one more", 10),
        ("a length of zero", 0),
        ("a length of 255", 0xFF),
    ] {
        let mut items = [item(4), item(6)].concat();
        items[0] = change;
        group.refused(what, asks(&plaintext(true, &[(28, &full(&items))])));
    }
    let mut items = item(4);
    items[7] = 9;
    group.refused(
        "an item of an unknown kind",
        asks(&plaintext(true, &[(28, &full(&items))])),
    );
}

/// Items that end in a status.
/// An item with a status.
fn item(mantissa: u8, status: &[u8]) -> Vec<u8> {
    let fields = [
        &varint(150_021)[..],
        &varint(266_016),
        &[0, mantissa, 0],
        status,
    ]
    .concat();
    [&[fields.len() as u8], &fields[..]].concat()
}

/// The body of a compound with statuses.
fn body_of(items: &[Vec<u8>]) -> Vec<u8> {
    let items = items.concat();
    [
        &varint(150_020)[..],
        &[0, 0],
        &varint(items.len() as u64),
        &items,
    ]
    .concat()
}

pub(super) fn a_status_of_each() -> Vec<u8> {
    body_of(&[item(4, &[1]), item(6, &[2]), item(8, &[4])])
}

pub(super) fn with_statuses(area: &mut Area) {
    let full = |items: &[Vec<u8>]| asks(&plaintext(true, &[(56, &body_of(items))]));
    let group = area.group(
        "decode",
        "a status of each component",
        &["IOMT-REC-021", "IOMT-REC-023"],
        "ItemStatus",
    );
    for status in [1, 0x7F, 0x80, 0x4000, 0xFFFF] {
        group.valid(
            format!("{status:#x} of the second"),
            full(&[item(4, &[0]), item(6, &varint(status))]),
        );
    }
    group.valid(
        "of each",
        full(&[item(4, &[1]), item(6, &[2]), item(8, &[4])]),
    );
    group.valid("of one alone", full(&[item(4, &[1])]));
    group.refused("of none", full(&[item(4, &[0]), item(6, &[0])]));
    group.refused("of one that has none", full(&[item(4, &[1]), item(6, &[])]));
    group.refused(
        "with a byte behind it",
        full(&[item(4, &[1, 0]), item(6, &[0])]),
    );
    group.refused("above 16 bits", full(&[item(4, &varint(0x1_0000))]));
    group.refused("over-long", full(&[item(4, &[0x81, 0])]));
    group.invalid("of no item", "out_of_range", full(&[]));
}
