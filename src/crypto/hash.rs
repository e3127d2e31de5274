use hmac::{Hmac, KeyInit, Mac};
#[cfg(any(test, feature = "pairing", not(target_pointer_width = "64")))]
use sha2::Digest;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::Secret;

pub(crate) use super::kdf::{expand_into, extract};

#[cfg(any(test, feature = "pairing", not(target_pointer_width = "64")))]
pub(crate) const HASH_LEN: usize = 32;
/// How much SHA-256 takes in at a time.
#[cfg(any(test, not(target_pointer_width = "64")))]
pub(super) const BLOCK_LEN: usize = 64;

/// SHA-256 over the parts, one behind the other.
#[cfg(any(test, feature = "pairing", not(target_pointer_width = "64")))]
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; HASH_LEN] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().into()
}

/// The first `N` bytes of HMAC-SHA-256 over the parts; `N` is at most 32.
pub(crate) fn hmac<const N: usize>(key: &Secret, parts: &[&[u8]]) -> [u8; N] {
    let whole = hmac_whole(key, parts);
    let mut first = [0_u8; N];
    for (to, from) in first.iter_mut().zip(whole.expose()) {
        *to = *from;
    }
    first
}

/// One copy in the program, however many lengths are asked for.
#[inline(never)]
fn hmac_whole(key: &Secret, parts: &[&[u8]]) -> Secret {
    let mut mac = keyed(key.expose());
    for part in parts {
        mac.update(part);
    }
    mac.finish()
}

/// An HMAC-SHA-256 under way.
pub(super) struct Code(Hmac<Sha256>);

/// An HMAC under a key that is at most as long as its block, which is by definition filled up with zeros.
#[inline(never)]
pub(super) fn keyed(key: &[u8]) -> Code {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mac = Hmac::new(&block);
    block.as_mut_slice().zeroize();
    Code(mac)
}

impl Code {
    #[inline(never)]
    pub(super) fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    #[inline(never)]
    pub(super) fn finish(self) -> Secret {
        let mut code = self.0.finalize().into_bytes();
        let secret = Secret::new(code.into());
        code.as_mut_slice().zeroize();
        secret
    }
}

/// Compares without telling where the difference is.
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The crate says of its hash that it is wiped, and not of the code that is made of two of them.
    // IOMT-SEC-001
    #[cfg(target_os = "linux")]
    #[test]
    fn a_code_under_way_is_wiped_when_it_is_dropped() {
        let mut code = keyed(b"thirty-two bytes, none twice 123");
        code.update(
            b"a text that is longer than a block of the hash, so that both states are in use",
        );
        crate::crypto::memory::assert_nothing_left("an HMAC", code);
    }

    // IOMT-SEC-002
    #[test]
    fn comparison_sees_every_byte_and_the_length() {
        assert!(equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abd") && !equal(b"abc", b"xbc") && !equal(b"abc", b"ab"));
    }
}
