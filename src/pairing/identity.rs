mod sealed;

pub use sealed::{Belongings, DeviceKey, MAX_ATTESTATION, MAX_EXPORT, MAX_RECORD_KEY};

use core::fmt;

use super::{Error, SharedSecret};
use crate::crypto::Secret;
use crate::crypto::dh::{PrivateKey, is_canonical};
use crate::seal::{Entropy, Label, derive_bound, draw_unhedged};
use crate::wire::write_hex;

/// A public key; its length is that of its suite.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Reads a key of suite 1.
    ///
    /// # Errors
    ///
    /// [`Error::BadKey`] for another length than 32 bytes, or a number at or above 2^255 − 19.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        match bytes.try_into() {
            Ok(key) if is_canonical(&key) => Ok(Self(key)),
            _ => Err(Error::BadKey),
        }
    }

    /// A key that is known to be canonical.
    pub(super) const fn from_canonical(key: [u8; 32]) -> Self {
        Self(key)
    }

    pub(super) const fn as_array(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key as it stands on the wire.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex("PublicKey", &self.0, f)
    }
}

/// A static key pair: who one is towards one peer.
///
/// Wiped when dropped, never printed, not `Clone`. Use another one for each owner
/// ([`Identity::of_relation`]), so that the next one can not link a device to the one before by its key.
pub struct Identity {
    private: PrivateKey,
    public: PublicKey,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// Draws a new key pair. Costs one scalar multiplication.
    ///
    /// It is made of the generator alone: who has no secret yet has nothing to hedge with. So the generator is drawn from
    /// twice, and refused where it says the same again; one that starts over with each device is for its maker to find.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`].
    pub fn generate(entropy: &mut impl Entropy) -> Result<Self, Error> {
        Ok(Self::of_secret(draw_unhedged(entropy)?))
    }

    /// The key pair with this private key. Costs one scalar multiplication.
    ///
    /// # Errors
    ///
    /// [`Error::BadKey`] for another length than 32 bytes.
    pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let private = Secret::try_from(bytes).map_err(|_| Error::BadKey)?;
        Ok(Self::of_secret(private))
    }

    #[inline(never)] // Its multiplication is off the stack again before anything else.
    fn of_secret(private: Secret) -> Self {
        let private = PrivateKey::new(private);
        let public = PublicKey(private.public());
        Self { private, public }
    }

    /// The static key of one relation: E(root, "static", relation), so that one secret in a fuse gives a device as many as
    /// it needs, and nobody who knows one of them knows another. Costs one scalar multiplication.
    ///
    /// A relation is an owner, with all whom that owner introduces: they see one stream of records under one identity,
    /// and would be linked by it anyhow. Count the owners, and take the next number when the device changes hands, before
    /// it is armed; a key that is printed on its label can not change so.
    ///
    /// ```
    /// use iomt::pairing::{DeviceKey, Identity};
    ///
    /// let root = DeviceKey::from_bytes(&[7; 32])?; // As if it came from a fuse.
    /// let (first, next) = (Identity::of_relation(&root, 0)?, Identity::of_relation(&root, 1)?);
    /// assert_ne!(first.public(), next.public());
    /// # Ok::<(), iomt::pairing::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// None in suite 1; another suite may refuse a key.
    pub fn of_relation(root: &DeviceKey, relation: u64) -> Result<Self, Error> {
        let context = [&relation.to_be_bytes()[..], &[]];
        Ok(Self::of_secret(derive_bound(
            root.secret(),
            Label::STATIC,
            context,
        )))
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> PublicKey {
        self.public
    }

    /// The private half, for whoever has to store it or to hedge random values with it.
    #[must_use]
    pub const fn secret_bytes(&self) -> &[u8] {
        self.private.expose()
    }

    /// The shared secret with `peer`; `None` where it is zeros alone. Costs one scalar multiplication.
    #[must_use]
    pub fn agree(&self, peer: &PublicKey) -> Option<SharedSecret> {
        self.private.agree(&peer.0).map(SharedSecret::new)
    }
}
