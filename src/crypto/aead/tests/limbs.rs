//! RFC 8439's vectors for Poly1305; what the AEAD does with it, Wycheproof's vectors test.

use crate::crypto::aead::composed::Mac;
use crate::crypto::aead::limbs::Poly1305;

const ZERO: [u8; 16] = [0; 16];
const FULL: [u8; 16] = [0xFF; 16];

fn starting<const N: usize>(start: [u8; N], fill: u8) -> [u8; 16] {
    core::array::from_fn(|n| start.get(n).copied().unwrap_or(fill))
}

/// The tag of whole blocks; the last of them goes in where the AEAD has its lengths.
fn tag(r: [u8; 16], s: [u8; 16], blocks: &[[u8; 16]]) -> [u8; 16] {
    let key: [u8; 32] = core::array::from_fn(|n| if n < 16 { r[n] } else { s[n - 16] });
    let (last, before) = blocks.split_last().unwrap();
    let mut mac = Poly1305::keyed(&key);
    mac.update_padded(before.as_flattened());
    let last = u128::from_le_bytes(*last);
    mac.finish(last as u64, (last >> 64) as u64)
}

/// RFC 8439 A.3, the vectors of whole blocks: each meets one edge of carry or reduction.
#[test]
fn meets_the_edges_of_rfc_8439() {
    let [one, two, three] = [1, 2, 3].map(|n| starting([n], 0));
    assert_eq!(tag(ZERO, ZERO, &[ZERO; 4]), ZERO);
    assert_eq!(tag(two, ZERO, &[FULL]), three);
    assert_eq!(tag(two, FULL, &[two]), three);
    assert_eq!(
        tag(
            one,
            ZERO,
            &[FULL, starting([0xF0], 0xFF), starting([0x11], 0)]
        ),
        starting([5], 0)
    );
    assert_eq!(
        tag(one, ZERO, &[FULL, starting([0xFB], 0xFE), [1; 16]]),
        ZERO
    );
    assert_eq!(
        tag(two, ZERO, &[starting([0xFD], 0xFF)]),
        starting([0xFA], 0xFF)
    );
}

#[test]
fn meets_the_long_carries_of_rfc_8439() {
    let r = starting([1, 0, 0, 0, 0, 0, 0, 0, 4], 0);
    let blocks = [
        starting([0xE3, 0x35, 0x94, 0xD7, 0x50, 0x5E, 0x43, 0xB9], 0),
        starting([0x33, 0x94, 0xD7, 0x50, 0x5E, 0x43, 0x79, 0xCD, 1], 0),
        ZERO,
        starting([1], 0),
    ];
    assert_eq!(
        tag(r, ZERO, &blocks),
        starting([0x14, 0, 0, 0, 0, 0, 0, 0, 0x55], 0)
    );
    assert_eq!(tag(r, ZERO, &blocks[..3]), starting([0x13], 0));
}

#[test]
fn a_part_is_filled_up_with_zeros() {
    let key = [0x2B; 32];
    let (mut short, mut long) = (Poly1305::keyed(&key), Poly1305::keyed(&key));
    short.update_padded(b"seventeen bytes..");
    long.update_padded(b"seventeen bytes..\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    assert_eq!(short.finish(1, 2), long.finish(1, 2));
}
