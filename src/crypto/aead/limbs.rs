//! Poly1305 (RFC 8439 §2.5) over whole blocks, as the AEAD uses it, in 64-bit limbs and safe code.
//!
//! ```text
//!   accumulator   h = h0 + h1·2^64 + h2·2^128      h2 < 8 between blocks
//!   key           r = r0 + r1·2^64                 clamped, so that no sum below overflows
//!   a block       h = (h + block + 2^128) · r  mod 2^130 - 5
//!
//!      h2    h1    h0
//!   ×        r1    r0
//!   ─────────────────
//!                h0·r0          each product has 128 bits; by the clamping
//!         h1·r0+h0·r1           h0·r1 + h1·r0 and h1·r1 + h2·r0 have them too
//!   h2·r0+h1·r1
//!   h2·r1
//!   ─────────────────
//!   t3  t2    t1    t0          what is at 2^130 and above comes back times 5
//! ```
//!
//! The AEAD fills every part up with zeros, so there is no shorter last block here. No branch, index or
//! length depends on a secret. Multiplication takes the same time for all values on 64-bit x86
//! and ARM, not on all 32-bit cores: there the audited backend is both faster and the better choice.

use super::TAG_LEN;
use super::composed::Mac;

const BLOCK_LEN: usize = 16;

pub(super) struct Poly1305 {
    r: [u64; 2],
    s: u128,
    h: [u64; 3],
}

impl Mac for Poly1305 {
    fn keyed(key: &[u8; 32]) -> Self {
        let (r, s) = halves(key);
        // "r[3], r[7], r[11], and r[15] are required to have their top four bits clear",
        // "r[4], r[8], and r[12] are required to have their bottom two bits clear"
        let r = r & 0x0FFF_FFFC_0FFF_FFFC_0FFF_FFFC_0FFF_FFFF;
        Self {
            r: [low(r), high(r)],
            s,
            h: [0; 3],
        }
    }

    #[inline]
    fn update_padded(&mut self, part: &[u8]) {
        let (blocks, rest) = part.as_chunks::<BLOCK_LEN>();
        let mut h = self.h;
        for block in blocks {
            h = step(h, self.r, u128::from_le_bytes(*block));
        }
        if !rest.is_empty() {
            h = step(h, self.r, padded(rest));
        }
        self.h = h;
    }

    #[inline]
    fn finish(self, associated: u64, text: u64) -> [u8; TAG_LEN] {
        let lengths = u128::from(associated) | (u128::from(text) << 64);
        let h = reduced(step(self.h, self.r, lengths));
        h.wrapping_add(self.s).to_le_bytes()
    }
}

/// One block: adds it, with the bit above it, and multiplies by r.
#[inline(always)]
fn step([h0, h1, h2]: [u64; 3], [r0, r1]: [u64; 2], block: u128) -> [u64; 3] {
    let (h0, carry) = add(h0, low(block), 0);
    let (h1, carry) = add(h1, high(block), carry);
    let h2 = h2.wrapping_add(carry).wrapping_add(1);

    let (p0, p1) = (times(h0, r0), times(h0, r1).wrapping_add(times(h1, r0)));
    // h2 is below 2^4 and r below 2^60: these two fit into 64 bits.
    let p2 = times(h1, r1).wrapping_add(u128::from(h2.wrapping_mul(r0)));
    let p3 = h2.wrapping_mul(r1);

    let t0 = low(p0);
    let (t1, carry) = add(low(p1), high(p0), 0);
    let (t2, carry) = add(low(p2), high(p1), carry);
    let t3 = p3.wrapping_add(high(p2)).wrapping_add(carry);

    // 2^130 is 5: four quarters of what is above, and one quarter more.
    let four = (t2 & !3, t3);
    let one = ((t2 >> 2) | (t3 << 62), t3 >> 2);
    let (h0, carry) = add(t0, four.0, 0);
    let (h1, carry) = add(t1, four.1, carry);
    let h2 = (t2 & 3).wrapping_add(carry);
    let (h0, carry) = add(h0, one.0, 0);
    let (h1, carry) = add(h1, one.1, carry);
    [h0, h1, h2.wrapping_add(carry)]
}

/// The low 128 bits of h mod 2^130 - 5.
#[inline]
fn reduced([h0, h1, h2]: [u64; 3]) -> u128 {
    // h is below 2 · (2^130 - 5): at most one subtraction, chosen by a mask.
    let (g0, carry) = add(h0, 5, 0);
    let (g1, carry) = add(h1, 0, carry);
    let g2 = h2.wrapping_add(carry);
    let is_above = (g2 >> 2) & 1;
    let mask = core::hint::black_box(0_u64.wrapping_sub(is_above));
    let select = |h: u64, g: u64| (h & !mask) | (g & mask);
    u128::from(select(h0, g0)) | (u128::from(select(h1, g1)) << 64)
}

fn halves(key: &[u8; 32]) -> (u128, u128) {
    let (blocks, _) = key.as_chunks::<BLOCK_LEN>();
    let mut halves = blocks.iter().map(|half| u128::from_le_bytes(*half));
    let first = halves.next().unwrap_or_default();
    (first, halves.next().unwrap_or_default())
}

/// Fewer bytes than a block, read without a copy of them.
#[inline]
fn padded(rest: &[u8]) -> u128 {
    match rest.split_first_chunk() {
        Some((low, rest)) => u128::from(u64::from_le_bytes(*low)) | u128::from(few(rest)) << 64,
        None => few(rest).into(),
    }
}

#[inline]
fn few(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[inline(always)]
fn add(a: u64, b: u64, carry: u64) -> (u64, u64) {
    let sum = u128::from(a)
        .wrapping_add(u128::from(b))
        .wrapping_add(u128::from(carry));
    (low(sum), high(sum))
}

#[inline(always)]
fn times(a: u64, b: u64) -> u128 {
    u128::from(a).wrapping_mul(u128::from(b))
}

#[inline(always)]
const fn low(value: u128) -> u64 {
    value as u64
}

#[inline(always)]
const fn high(value: u128) -> u64 {
    (value >> 64) as u64
}
