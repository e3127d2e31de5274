#[cfg(any(test, feature = "pairing", not(target_pointer_width = "64")))]
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub(crate) use super::kdf::{expand_into, extract};
pub(crate) use super::mac::hmac;

#[cfg(any(test, feature = "pairing", not(target_pointer_width = "64")))]
pub(crate) const HASH_LEN: usize = 32;
/// How much SHA-256 takes in at a time.
#[cfg(any(test, not(target_pointer_width = "64")))]
pub(super) const BLOCK_LEN: usize = 64;

/// SHA-256 over the parts, one behind the other.
#[cfg(any(test, feature = "pairing", not(target_pointer_width = "64")))]
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; HASH_LEN] {
    let mut hash = Hash::new();
    for part in parts {
        hash.update(part);
    }
    let mut out = [0; HASH_LEN];
    hash.finish(&mut out);
    out
}

/// A SHA-256 under way.
#[cfg(any(test, feature = "pairing", not(target_pointer_width = "64")))]
pub(super) struct Hash(Sha256);

#[cfg(any(test, feature = "pairing", not(target_pointer_width = "64")))]
impl Hash {
    pub(super) fn new() -> Self {
        Self(Sha256::new())
    }

    #[inline(never)] // Once for all who hash.
    pub(super) fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// Says the hash, and is ready for the next.
    #[inline(never)] // Once for all who hash.
    pub(super) fn finish(&mut self, out: &mut [u8; HASH_LEN]) {
        self.0.finalize_into_reset(out.into());
    }
}

/// Compares without telling where the difference is.
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    // IOMT-SEC-002
    #[test]
    fn comparison_sees_every_byte_and_the_length() {
        assert!(equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abd") && !equal(b"abc", b"xbc") && !equal(b"abc", b"ab"));
    }
}
