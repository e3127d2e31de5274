//! ML-KEM-768 (FIPS 203), by the crate `ml-kem`, without a heap. No bundle of features has it.
//!
//! What may panic in that crate, by its source: `crypto::G` splits 64 bytes by index, `pke` indexes its
//! polynomials by their dimension, `algebra` by 0 to 255, `Seed::split` and `Array` by constant lengths. All of these
//! lengths are constants of the parameter set, no byte from outside enters an index; but the linker is not shown
//! so, and firmware that is linked without any panic path can not have it yet.

use ml_kem::kem::{Decapsulate, KeyExport};
use ml_kem::{DecapsulationKey768, EncapsulationKey768};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::Secret;
use crate::wire::copy;

pub(crate) const PUBLIC_LEN: usize = 1_184;
pub(crate) const CIPHERTEXT_LEN: usize = 1_088;
const SEED_LEN: usize = 64;

/// A private key, as the seed of FIPS 203 that it is made of: d ‖ z. It is expanded at each use.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct KemKey([u8; SEED_LEN]);

impl KemKey {
    /// The key whose seed is written into its place.
    pub(crate) fn written_by(write: impl FnOnce(&mut [u8; SEED_LEN])) -> Self {
        let mut key = Self([0; SEED_LEN]);
        write(&mut key.0);
        key
    }

    #[cfg(test)]
    pub(crate) const fn new(seed: [u8; SEED_LEN]) -> Self {
        Self(seed)
    }

    #[cfg(test)]
    pub(crate) const fn expose(&self) -> &[u8; SEED_LEN] {
        &self.0
    }

    pub(crate) fn public(&self) -> [u8; PUBLIC_LEN] {
        let mut public = [0; PUBLIC_LEN];
        copy(&self.expanded().encapsulation_key().to_bytes(), &mut public);
        public
    }

    /// "Implicit rejection": of another's or a changed ciphertext the secret is another one, not an error.
    pub(crate) fn decapsulate(&self, ciphertext: &[u8; CIPHERTEXT_LEN]) -> Secret {
        let mut shared = self.expanded().decapsulate(&(*ciphertext).into());
        let secret = Secret::new(shared.into());
        shared.as_mut_slice().zeroize();
        secret
    }

    fn expanded(&self) -> DecapsulationKey768 {
        DecapsulationKey768::from_seed(self.0.into())
    }
}

/// A secret for the holder of this key, made of 32 secret bytes; `None` for what is no key: "modulus check".
pub(crate) fn encapsulate(
    public: &[u8; PUBLIC_LEN],
    seed: &Secret,
) -> Option<([u8; CIPHERTEXT_LEN], Secret)> {
    let key = EncapsulationKey768::new(&(*public).into()).ok()?;
    let (ciphertext, mut shared) = key.encapsulate_deterministic(seed.expose().into());
    let secret = Secret::new(shared.into());
    shared.as_mut_slice().zeroize();
    Some((ciphertext.into(), secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_have_one_secret_and_a_changed_ciphertext_another() {
        let key = KemKey::new([7; SEED_LEN]);
        let (mut ciphertext, shared) = encapsulate(&key.public(), &Secret::new([9; 32])).unwrap();
        assert_eq!(key.decapsulate(&ciphertext).expose(), shared.expose());
        ciphertext[500] ^= 1;
        assert_ne!(key.decapsulate(&ciphertext).expose(), shared.expose());
    }

    #[test]
    fn a_public_key_above_the_modulus_is_none() {
        assert!(encapsulate(&[0xFF; PUBLIC_LEN], &Secret::new([9; 32])).is_none());
    }
}
