use core::fmt;

use super::hello::{open_hello, static_mac1_key};
use super::{Error, Hello, Identity, PublicKey};
use crate::crypto::hash::equal;
use crate::crypto::{KEY_LEN, Secret};

/// What X25519 of a static key and another's public key gives.
///
/// Wiped when dropped, never printed, not `Clone`.
#[derive(Debug)]
pub struct SharedSecret(Secret);

impl SharedSecret {
    /// What a secure element or a key service has computed.
    ///
    /// # Errors
    ///
    /// [`Error::BadKey`] for another length than 32 bytes, or zeros alone.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let shared = Secret::try_from(bytes).map_err(|_| Error::BadKey)?;
        match equal(shared.expose(), &[0; KEY_LEN]) {
            true => Err(Error::BadKey),
            false => Ok(Self(shared)),
        }
    }

    pub(super) const fn new(shared: Secret) -> Self {
        Self(shared)
    }

    pub(super) const fn secret(&self) -> &Secret {
        &self.0
    }
}

/// One's own static key: in RAM, or held by somebody else.
///
/// ```text
/// MAC1 key = E(Extract(0, static public key), "static mac1")     of who answers with this key
/// ```
#[derive(Debug)]
pub struct StaticKey {
    holder: Holder,
    mac1_key: Secret,
}

enum Holder {
    Ram(Identity),
    Elsewhere { public: PublicKey, hedge: Secret },
}

impl StaticKey {
    /// A key that a secure element or a key service holds.
    ///
    /// `hedge_secret` is 32 random bytes that are drawn once and kept as long as the key; they
    /// stand for the private half where random values are hedged.
    ///
    /// # Errors
    ///
    /// [`Error::BadKey`] when `hedge_secret` has another length.
    pub fn elsewhere(public: PublicKey, hedge_secret: &[u8]) -> Result<Self, Error> {
        let hedge = Secret::try_from(hedge_secret).map_err(|_| Error::BadKey)?;
        Ok(Self {
            holder: Holder::Elsewhere { public, hedge },
            mac1_key: static_mac1_key(&public),
        })
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> PublicKey {
        match &self.holder {
            Holder::Ram(identity) => identity.public(),
            Holder::Elsewhere { public, .. } => *public,
        }
    }

    /// The key itself, where it is in RAM.
    #[must_use]
    pub const fn identity(&self) -> Option<&Identity> {
        match &self.holder {
            Holder::Ram(identity) => Some(identity),
            Holder::Elsewhere { .. } => None,
        }
    }

    /// What random values are hedged with; a secret.
    #[must_use]
    pub const fn hedge_secret(&self) -> &[u8] {
        match &self.holder {
            Holder::Ram(identity) => identity.secret_bytes(),
            Holder::Elsewhere { hedge, .. } => hedge.expose(),
        }
    }

    /// The shared secret with `peer`, where the key is in RAM: one scalar multiplication.
    ///
    /// `None` where it is elsewhere, or the two agree on nothing but zeros.
    #[must_use]
    pub fn agree(&self, peer: &PublicKey) -> Option<SharedSecret> {
        self.identity()?.agree(peer)
    }

    /// Checks that the sender of a first message of [`Model::RECONNECTION`](super::Model::RECONNECTION)
    /// or [`Model::FACTORY_KEYS`](super::Model::FACTORY_KEYS) knows this key, and nothing else: one HMAC.
    ///
    /// It may be a recorded one. The hint of a reconnection says which secret it is about.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedMessage`], [`Error::UnsupportedSuite`] or
    /// [`Error::WrongKey`].
    pub fn check_hello(&self, packet: &[u8]) -> Result<Hello, Error> {
        self.open_hello(packet).map(|(hello, _)| hello)
    }

    pub(super) fn open_hello<'p>(&self, packet: &'p [u8]) -> Result<(Hello, &'p [u8]), Error> {
        open_hello(packet, Hello::is_for_a_key, &self.mac1_key, Error::WrongKey)
    }
}

/// Who holds a static key and answers at once: RAM, or a secure element that the caller waits for.
///
/// For [`Party`](super::noise::Party) and `hybrid::Hybrid`, whose calls do all of a message. Who answers later is for
/// [`Exchange`](super::Exchange), which asks for it by [`Work::StaticDh`](super::Work::StaticDh).
pub trait KeyHolder: fmt::Debug {
    /// The public half.
    fn public(&self) -> PublicKey;

    /// What random values are hedged with: the private half, or 32 random bytes that are kept as long as the key.
    fn hedge_secret(&self) -> &[u8];

    /// The shared secret with `peer`; `None` where the key could not be used, or the two agree on nothing but zeros.
    fn agree(&self, peer: &PublicKey) -> Option<SharedSecret>;
}

impl KeyHolder for Identity {
    fn public(&self) -> PublicKey {
        Self::public(self)
    }

    fn hedge_secret(&self) -> &[u8] {
        self.secret_bytes()
    }

    fn agree(&self, peer: &PublicKey) -> Option<SharedSecret> {
        Self::agree(self, peer)
    }
}

/// One that lies elsewhere agrees on nothing here.
impl KeyHolder for StaticKey {
    fn public(&self) -> PublicKey {
        Self::public(self)
    }

    fn hedge_secret(&self) -> &[u8] {
        Self::hedge_secret(self)
    }

    fn agree(&self, peer: &PublicKey) -> Option<SharedSecret> {
        Self::agree(self, peer)
    }
}

impl From<Identity> for StaticKey {
    fn from(identity: Identity) -> Self {
        let mac1_key = static_mac1_key(&identity.public());
        Self {
            holder: Holder::Ram(identity),
            mac1_key,
        }
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ram(identity) => identity.fmt(f),
            Self::Elsewhere { public, .. } => f.debug_tuple("Elsewhere").field(public).finish(),
        }
    }
}
