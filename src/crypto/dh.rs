use x25519_dalek::{PublicKey as Point, StaticSecret};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{KEY_LEN, Secret};

/// An X25519 private key; clamped when it is used.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct PrivateKey([u8; KEY_LEN]);

impl PrivateKey {
    pub(crate) const fn new(bytes: [u8; KEY_LEN]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn expose(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    /// The public key: one scalar multiplication.
    pub(crate) fn public(&self) -> [u8; KEY_LEN] {
        count::note();
        Point::from(&StaticSecret::from(self.0)).to_bytes()
    }

    /// The shared secret: one scalar multiplication. `None` where it is all zeros.
    pub(crate) fn agree(&self, public: &[u8; KEY_LEN]) -> Option<Secret> {
        count::note();
        let shared = StaticSecret::from(self.0).diffie_hellman(&Point::from(*public));
        shared
            .was_contributory()
            .then(|| Secret::new(shared.to_bytes()))
    }
}

/// Whether a public key is written in the one way that the field allows: below 2^255 − 19.
pub(crate) fn is_canonical(public: &[u8; KEY_LEN]) -> bool {
    let [low, middle @ .., high] = public;
    let may_reach_prime = *high == 0x7F && middle.iter().all(|byte| *byte == 0xFF) && *low >= 0xED;
    *high & 0x80 == 0 && !may_reach_prime
}

/// Only tests count the multiplications.
#[cfg(not(test))]
pub(super) mod count {
    pub(in crate::crypto) const fn note() {}
}

/// How many scalar multiplications this thread has made.
#[cfg(test)]
pub(crate) mod count {
    use std::cell::Cell;

    std::thread_local! {
        static MADE: Cell<usize> = const { Cell::new(0) };
    }

    pub(in crate::crypto) fn note() {
        MADE.set(MADE.get() + 1);
    }

    pub(crate) fn made() -> usize {
        MADE.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // IOMT-PAIR-008
    #[test]
    fn the_prime_and_all_above_it_is_refused() {
        let mut prime = [0xFF_u8; 32];
        prime[31] = 0x7F;
        prime[0] = 0xED;
        assert!(!is_canonical(&prime));
        prime[0] = 0xEC;
        assert!(is_canonical(&prime));
        prime[31] = 0xFF;
        assert!(!is_canonical(&prime));
        assert!(!is_canonical(&[0xFF; 32]) && is_canonical(&[0; 32]));
    }

    // IOMT-PAIR-009
    #[test]
    fn all_zero_outputs_abort() {
        // The point of order one, and one of order eight.
        assert!(PrivateKey::new([9; 32]).agree(&[0; 32]).is_none());
        let order_eight = [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f,
            0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16,
            0x5f, 0x49, 0xb8, 0x00,
        ];
        assert!(PrivateKey::new([9; 32]).agree(&order_eight).is_none());
    }
}
