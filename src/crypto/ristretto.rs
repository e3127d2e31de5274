use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar as Number;
use curve25519_dalek::traits::IsIdentity;
use sha2::{Digest, Sha512};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::dh::count;
use super::{KEY_LEN, Secret};

pub(crate) const SHA512_LEN: usize = 64;
/// `s_in_bytes` of SHA-512: how much it takes in at a time.
pub(crate) const SHA512_BLOCK: usize = 128;

/// SHA-512, part by part.
pub(crate) struct Hash512(Sha512);

impl Hash512 {
    pub(crate) fn new() -> Self {
        Self(Sha512::new())
    }

    pub(crate) fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    pub(crate) fn finish(self) -> Wide {
        let mut digest = self.0.finalize();
        let wide = Wide(digest.into());
        digest.as_mut_slice().zeroize();
        wide
    }
}

/// 64 secret bytes: wiped when dropped, never printed.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Wide([u8; SHA512_LEN]);

impl Wide {
    /// What is written into its place.
    pub(crate) fn written_by(write: impl FnOnce(&mut [u8; SHA512_LEN])) -> Self {
        let mut wide = Self([0; SHA512_LEN]);
        write(&mut wide.0);
        wide
    }

    pub(crate) const fn expose(&self) -> &[u8; SHA512_LEN] {
        &self.0
    }
}

/// A secret number modulo the order of the group.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Scalar(Number);

impl Scalar {
    /// Twice as many bytes as the order has, so that every number is as likely as the others.
    pub(crate) fn from_wide(wide: &Wide) -> Self {
        Self(Number::from_bytes_mod_order_wide(wide.expose()))
    }

    #[cfg(test)]
    pub(crate) fn from_bytes(bytes: [u8; KEY_LEN]) -> Self {
        Self(Number::from_bytes_mod_order(bytes))
    }

    #[cfg(test)]
    pub(crate) fn to_bytes(&self) -> [u8; KEY_LEN] {
        self.0.to_bytes()
    }

    /// The other side's point, so many times: one scalar multiplication. `None` where the bytes are no
    /// point of the group, or the outcome is its neutral element.
    pub(crate) fn multiply(&self, point: &[u8; KEY_LEN]) -> Option<Secret> {
        count::note();
        let point = CompressedRistretto(*point).decompress()?;
        let product = Generator(self.0 * point);
        (!product.0.is_identity()).then(|| Secret::new(product.0.compress().to_bytes()))
    }
}

/// Whether the bytes are a point of the group, and not its neutral element: no multiplication.
pub(crate) fn is_share(point: &[u8; KEY_LEN]) -> bool {
    let point = CompressedRistretto(*point).decompress();
    point.is_some_and(|point| !point.is_identity())
}

/// A secret generator of the group.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Generator(RistrettoPoint);

impl Generator {
    /// RFC 9496's element derivation function.
    pub(crate) fn from_hash(hash: &Wide) -> Self {
        Self(RistrettoPoint::from_uniform_bytes(hash.expose()))
    }

    /// The generator, so many times: one scalar multiplication.
    pub(crate) fn multiply(&self, scalar: &Scalar) -> [u8; KEY_LEN] {
        count::note();
        (scalar.0 * self.0).compress().to_bytes()
    }

    #[cfg(test)]
    pub(crate) fn to_bytes(&self) -> [u8; KEY_LEN] {
        self.0.compress().to_bytes()
    }
}
