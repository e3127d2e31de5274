//! Values that version 1 does not have, and fields at their greatest.

use super::*;

pub(super) fn options(area: &mut Area) {
    let group = area.group(
        "decode",
        "options that are neither there nor absent, the record alone is refused",
        &["IOMT-REC-001"],
        "Option",
    );
    let behind: &[u8] = &[1, 5, 0x90, 1];
    // A UTC offset of −210 minutes.
    let there = [1, 0xA3, 3];
    for (name, record) in all() {
        let (tag, body) = last_body(&written(&[record]));
        let Some(place) = body.windows(3).position(|field| field == there) else {
            continue;
        };
        for value in [2, 3, 0x7F, 0x80, 0xFF] {
            let mut other = body.clone();
            other[place] = value;
            group.refused(
                format!("{name}, {value:#04x}"),
                asks(&plaintext(true, &[(tag, &other), (16, behind)])),
            );
        }
        let absent = [&body[..place], &[0], &body[place + 3..]].concat();
        group.valid(
            format!("{name}, absent"),
            asks(&plaintext(true, &[(tag, &absent), (16, behind)])),
        );
        let both = [&body[..place], &[0], &body[place + 1..]].concat();
        group.refused(
            format!("{name}, absent and there"),
            asks(&plaintext(true, &[(tag, &both), (16, behind)])),
        );
    }
}

/// A stamped record in full holds an observation of its own, at an offset of its own.
pub(super) fn instants(area: &mut Area) {
    let group = area.group(
        "decode",
        "a stamped record in full, whose observation is not at its time",
        &["IOMT-REC-001", "IOMT-REC-013"],
        "Option",
    );
    let [front, rest] = halves();
    for offset in [0, 1, 127, 128, 5_000, u64::from(u32::MAX)] {
        let body = [&front[..], &varint(offset), &rest].concat();
        group.any(
            format!("an offset of {offset}"),
            asks(&plaintext(true, &[(48, &body), (16, &[1, 5, 0x90, 1])])),
        );
    }
}

/// A stamped record in full up to the offset of its observation, and from behind that.
fn halves() -> [Vec<u8>; 2] {
    let full = all()
        .into_iter()
        .find(|(name, _)| *name == "stamped in full");
    let (_, body) = last_body(&written(&[full.unwrap().1]));
    // Behind the offset stand a status of 0, kind 0, a mantissa of 2 bytes and an exponent.
    let offset = body.len() - 6;
    assert_eq!(body[offset], 0);
    [body[..offset].to_vec(), body[offset + 1..].to_vec()]
}
