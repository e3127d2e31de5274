//! X25519, by one of two backends that make the same bytes: `audited` on 64-bit targets, `ladder` on
//! all others, where firmware is linked without a panic path.

#[cfg(any(test, target_pointer_width = "64"))]
mod audited;
#[cfg(any(test, not(target_pointer_width = "64")))]
mod ladder;
#[cfg(test)]
mod tests;

#[cfg(target_pointer_width = "64")]
use audited as backend;
#[cfg(not(target_pointer_width = "64"))]
use ladder as backend;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::hash::equal;
use super::{KEY_LEN, Secret};

/// An X25519 private key; clamped when it is used.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct PrivateKey(Secret);

impl PrivateKey {
    pub(crate) const fn new(secret: Secret) -> Self {
        Self(secret)
    }

    #[cfg(test)]
    pub(crate) const fn from_bytes(bytes: [u8; KEY_LEN]) -> Self {
        Self(Secret::new(bytes))
    }

    pub(crate) const fn expose(&self) -> &[u8; KEY_LEN] {
        self.0.expose()
    }

    /// The public key: one scalar multiplication.
    pub(crate) fn public(&self) -> [u8; KEY_LEN] {
        count::note();
        backend::public(self.0.expose())
    }

    /// The shared secret: one scalar multiplication. `None` where it is all zeros.
    pub(crate) fn agree(&self, public: &[u8; KEY_LEN]) -> Option<Secret> {
        count::note();
        let shared = Secret::new(backend::agree(self.0.expose(), public));
        let is_zero = equal(shared.expose(), &[0; KEY_LEN]);
        (!is_zero).then_some(shared)
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
