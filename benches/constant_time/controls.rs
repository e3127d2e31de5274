//! What the bench itself is held against.

use std::hint::black_box;

use iomt::pairing::DescriptorHash;
use subtle::ConstantTimeEq;

use super::measure::{Random, Subject};

/// Measurements, and calls in each.
const SIZE: (usize, usize) = (100_000, 16);
const BEHIND: (usize, usize) = (100_000, 4);

/// The comparison that has cost others their keys.
pub fn stops_at_the_first_difference() -> Subject {
    compare(
        "control, leaky: 16 bytes, first or last differs",
        SIZE,
        stops,
    )
}

/// The same, with as much work before it as there is before the crate's own comparisons: what an HMAC hashes.
pub fn stops_behind_a_code() -> Subject {
    compare(
        "control, leaky, behind four blocks of SHA-256",
        BEHIND,
        |a, b| {
            black_box(DescriptorHash::of_body(black_box(&[7; 200])));
            stops(a, b)
        },
    )
}

fn stops(a: &[u8], b: &[u8]) -> bool {
    a.iter().zip(b).all(|(a, b)| black_box(a == b))
}

/// What this crate compares with.
pub fn looks_at_every_byte() -> Subject {
    compare(
        "control, `subtle`: 16 bytes, first or last differs",
        SIZE,
        |a, b| a.ct_eq(b).into(),
    )
}

fn compare(
    name: &'static str,
    size: (usize, usize),
    equal: impl Fn(&[u8], &[u8]) -> bool + 'static,
) -> Subject {
    let tag: [u8; 16] = Random::new().bytes();
    let make = move |class: usize| {
        let mut forged = tag;
        forged[15 * class] ^= 0x40;
        forged
    };
    Subject::new(name, size, make, move |forged| {
        black_box(equal(black_box(&tag[..]), black_box(&forged[..])));
    })
}
