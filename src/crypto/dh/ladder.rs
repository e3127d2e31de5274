//! X25519 on the ladder of `curve25519-dalek`, fed bit by bit: no panic path, and no second curve.
//!
//! The number type of that crate finds its bits by indices, which a linker can not see to be in range.
//! A public key is made by the same ladder, from u = 9: about 10 % more instructions than by way of the
//! Edwards curve, which needs the arithmetic of a second curve, and 1 KB more of stack.

use curve25519_dalek::MontgomeryPoint;
use curve25519_dalek::scalar::clamp_integer;
use zeroize::Zeroizing;

use super::KEY_LEN;

pub(super) fn public(private: &[u8; KEY_LEN]) -> [u8; KEY_LEN] {
    let mut base = [0; KEY_LEN];
    if let Some(u) = base.first_mut() {
        *u = 9;
    }
    agree(private, &base)
}

#[inline(never)]
pub(super) fn agree(private: &[u8; KEY_LEN], public: &[u8; KEY_LEN]) -> [u8; KEY_LEN] {
    let number = Zeroizing::new(clamp_integer(*private));
    // The highest bit is zero after clamping: the ladder stands still there.
    let bits = number
        .iter()
        .rev()
        .flat_map(|byte| (0..u8::BITS).rev().map(move |bit| (byte >> bit) & 1 == 1));
    MontgomeryPoint(*public).mul_bits_be(bits).to_bytes()
}
