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
