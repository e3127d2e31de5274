//! The cryptographic primitives, one small file for each: the only place that names their crates.
//!
//! | file | primitive | crate |
//! |---|---|---|
//! | `aead` | ChaCha20-Poly1305 (RFC 8439) | `chacha20poly1305`; on 32-bit targets `chacha20` and `poly1305`; by feature `chacha20` with our own Poly1305, `ring` |
//! | `aead` | XChaCha20-Poly1305, for what is stored | the same under a subkey of `chacha20` |
//! | `hash` | SHA-256 | `sha2` |
//! | `mac` | HMAC (RFC 2104) | `hmac`; on 32-bit targets `sha2` |
//! | `kdf` | HKDF (RFC 5869) | `hkdf`; on 32-bit targets our HMAC |
//! | `dh` | X25519 (RFC 7748) | `x25519-dalek`; on 32-bit targets the ladder of `curve25519-dalek` |
//! | `kem` | ML-KEM-768 (FIPS 203), for hybrid handshakes alone | `ml-kem` |
//! | `ristretto` | ristretto255 (RFC 9496) and SHA-512, for passcodes alone | `curve25519-dalek`, `sha2` |
//!
//! What 32-bit targets have of their own is the same arithmetic from the same authors, called so that no
//! panic can be reached: firmware is linked without any. Tests compare the two on every build.

pub(crate) mod aead;
#[cfg(feature = "pairing")]
pub(crate) mod dh;
pub(crate) mod hash;
mod kdf;
#[cfg(feature = "pq")]
pub(crate) mod kem;
mod mac;
#[cfg(all(test, target_os = "linux"))]
pub(crate) mod memory;
#[cfg(feature = "cpace")]
pub(crate) mod ristretto;

#[cfg(all(test, feature = "pairing"))]
mod wycheproof;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// The only suite of version 1: X25519, ChaCha20-Poly1305, SHA-256.
pub(crate) const SUITE: u8 = 1;
/// The length of every key of suite 1.
pub(crate) const KEY_LEN: usize = 32;

/// What was opened is not what was sealed; no more is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAuthentic;

/// Wipes bytes, where a compiler would leave it out as well. One routine for all: secrets are dropped in many places.
#[inline(never)]
pub(crate) fn wipe(bytes: &mut [u8]) {
    bytes.zeroize();
}

/// A symmetric secret: wiped when dropped, never printed, never copied by accident.
pub(crate) struct Secret([u8; KEY_LEN]);

impl Zeroize for Secret {
    #[inline(never)] // As `wipe`, and whoever drops one says no length.
    fn zeroize(&mut self) {
        wipe(&mut self.0);
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl ZeroizeOnDrop for Secret {}

impl Secret {
    pub(crate) const fn new(bytes: [u8; KEY_LEN]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn expose(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    pub(crate) const fn expose_mut(&mut self) -> &mut [u8; KEY_LEN] {
        &mut self.0
    }

    /// A second holder of the same secret, where the protocol says that there are two.
    pub(crate) const fn share(&self) -> Self {
        Self(self.0)
    }
}

impl TryFrom<&[u8]> for Secret {
    type Error = core::array::TryFromSliceError;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Self)
    }
}

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_is_wiped_when_dropped<T: ZeroizeOnDrop>() {}

    /// Safe code can not look at memory that was given back: so the types have to promise it, and what they call
    /// then is seen to wipe.
    // IOMT-SEC-001
    #[test]
    fn every_secret_is_wiped_when_it_is_dropped() {
        assert_is_wiped_when_dropped::<Secret>();
        #[cfg(feature = "pairing")]
        assert_is_wiped_when_dropped::<dh::PrivateKey>();
        #[cfg(feature = "pq")]
        assert_is_wiped_when_dropped::<kem::KemKey>();
        let mut secret = Secret::new([7; KEY_LEN]);
        secret.zeroize();
        assert_eq!(secret.expose(), &[0; KEY_LEN]);
    }

    /// Those of the crates below, by the features that are chosen in `Cargo.toml`.
    // IOMT-SEC-001
    #[test]
    fn every_primitive_wipes_its_state_when_it_is_dropped() {
        assert_is_wiped_when_dropped::<sha2::Sha256>();
        assert_is_wiped_when_dropped::<sha2::Sha512>();
        assert_is_wiped_when_dropped::<chacha20::ChaChaCore<chacha20::R20, chacha20::variants::Ietf>>(
        );
        assert_is_wiped_when_dropped::<chacha20poly1305::ChaCha20Poly1305>();
        #[cfg(feature = "pairing")]
        assert_is_wiped_when_dropped::<x25519_dalek::StaticSecret>();
        #[cfg(feature = "pairing")]
        assert_is_wiped_when_dropped::<x25519_dalek::SharedSecret>();
        #[cfg(feature = "pq")]
        assert_is_wiped_when_dropped::<ml_kem::DecapsulationKey768>();
        #[cfg(feature = "pq")]
        assert_is_wiped_when_dropped::<sha3::Sha3_512>();
        #[cfg(feature = "pq")]
        assert_is_wiped_when_dropped::<shake::Shake256>();
    }

    // IOMT-SEC-001
    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_is_left_where_a_secret_was() {
        use super::memory::assert_wiped;
        const KEY: [u8; KEY_LEN] = *b"thirty-two bytes, none twice 123";
        let named = |bytes: &[u8]| [("key", bytes.to_vec())];
        assert_wiped("Secret", Secret::new(KEY), &named(&KEY));
        #[cfg(feature = "pairing")]
        assert_wiped("PrivateKey", dh::PrivateKey::from_bytes(KEY), &named(&KEY));
        #[cfg(feature = "cpace")]
        {
            let wide = || ristretto::Wide::written_by(|wide| wide[..KEY_LEN].copy_from_slice(&KEY));
            assert_wiped("Wide", wide(), &named(&KEY));
            let mut reduced = KEY;
            reduced[KEY_LEN - 1] = 0;
            assert_wiped(
                "Scalar",
                ristretto::Scalar::from_bytes(reduced),
                &named(&reduced),
            );
        }
        #[cfg(feature = "pq")]
        {
            let seed = core::array::from_fn(|place| place as u8 ^ 0x5A);
            assert_wiped("KemKey", kem::KemKey::new(seed), &named(&seed));
        }
    }
}
