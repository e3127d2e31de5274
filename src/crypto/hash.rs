use hkdf::{Hkdf, HkdfExtract};
use hmac::{Hmac, KeyInit, Mac};
#[cfg(feature = "pairing")]
use sha2::Digest;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::Secret;

pub(crate) const HASH_LEN: usize = 32;

/// SHA-256 over the parts, one behind the other.
#[cfg(feature = "pairing")]
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; HASH_LEN] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().into()
}

/// The first `N` bytes of HMAC-SHA-256 over the parts; `N` is at most 32.
pub(crate) fn hmac<const N: usize>(key: &Secret, parts: &[&[u8]]) -> [u8; N] {
    let mut mac = keyed(key);
    for part in parts {
        mac.update(part);
    }
    let whole = Secret::new(mac.finalize().into_bytes().into());
    let mut first = [0_u8; N];
    for (to, from) in first.iter_mut().zip(whole.expose()) {
        *to = *from;
    }
    first
}

/// HKDF-Extract.
pub(crate) fn extract(salt: &[u8], input: &[&[u8]]) -> Secret {
    let mut extraction = HkdfExtract::<Sha256>::new(Some(salt));
    for part in input {
        extraction.input_ikm(part);
    }
    let (key, _) = extraction.finalize();
    Secret::new(key.into())
}

/// HKDF-Expand to `N` bytes.
pub(crate) fn expand<const N: usize>(key: &Secret, info: &[&[u8]]) -> [u8; N] {
    const { assert!(N <= MAX_EXPANDED) };
    let mut out = [0_u8; N];
    // Can not fail: the key has the length of a hash, and the assertion bounds the output.
    let _ = expand_into(key, info, &mut out);
    out
}

const MAX_EXPANDED: usize = 255 * HASH_LEN;

pub(super) fn expand_into(key: &Secret, info: &[&[u8]], out: &mut [u8]) -> Option<()> {
    let hkdf = Hkdf::<Sha256>::from_prk(key.expose()).ok()?;
    hkdf.expand_multi_info(info, out).ok()
}

/// Compares without telling where the difference is.
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// An HMAC under a key that is shorter than its block, which is by definition filled up with zeros.
fn keyed(key: &Secret) -> Hmac<Sha256> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    for (to, from) in block.iter_mut().zip(key.expose()) {
        *to = *from;
    }
    let mac = Hmac::new(&block);
    block.as_mut_slice().zeroize();
    mac
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
