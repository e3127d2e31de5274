//! A KEM beside X25519, in the shape of Noise's draft "KEM-based Hybrid Forward Secrecy". A draft, as that is.
//!
//! ```text
//! token e1      ML-KEM-768 public key     1,184 bytes, sealed where there is a key: 1,200
//! token ekem1   its ciphertext            1,088 bytes, sealed: 1,104; then MixKey(its secret)
//!
//! XXhfs         IKhfs
//!               <- s
//!               ...
//! -> e, e1      -> e, es, e1, s, ss       e1 stands behind e, or behind the first agreement of its message
//! <- e, ee,     <- e, ee, ekem1, se       ekem1 stands behind the first ee
//!    ekem1,
//!    s, es
//! -> s, se
//! ```
//!
//! Both secrets are mixed into one chaining key, so that who has broken one of the two has nothing.

use super::Error;
use super::handshake::Handshake;
use super::pattern::{Pattern, Psks, SUITE};
use super::row::{Row, Token};
use crate::crypto::hash::HASH_LEN;
use crate::crypto::kem::{CIPHERTEXT_LEN, KemKey, PUBLIC_LEN, encapsulate};
use crate::crypto::{NotAuthentic, Secret};
use crate::seal::{Hedge, Label};
use crate::wire::Writer;
use Token::{E, E1, Ee, Ekem1, Es, S, Se, Ss};

const HYBRID_SUITE: &str = "_25519+MLKEM768_ChaChaPoly_SHA256";

static XX_HYBRID: Row = Row {
    name: "XXhfs",
    before: [&[], &[]],
    messages: &[&[E, E1], &[E, Ee, Ekem1, S, Es], &[S, Se]],
};

static IK_HYBRID: Row = Row {
    name: "IKhfs",
    before: [&[], &[S]],
    messages: &[&[E, Es, E1, S, Ss], &[E, Ee, Ekem1, Se]],
};

/// A label with a secret only.
pub(in crate::pairing) const XX_HYBRID_PSK0: Pattern = Pattern::new(&XX_HYBRID, Psks(1));
/// A label with key and secret.
pub(in crate::pairing) const IK_HYBRID_PSK2: Pattern = Pattern::new(&IK_HYBRID, Psks(1 << 2));

impl Pattern {
    /// [`Pattern::XX`] with ML-KEM-768 beside X25519: a draft.
    ///
    /// Its messages are 1,184 and 1,104 bytes longer; where a psk is in front of message 1, that is 1,200.
    pub const XX_HYBRID: Self = Self::new(&XX_HYBRID, Psks(0));
    /// [`Pattern::IK`] with ML-KEM-768 beside X25519: a draft.
    ///
    /// Its messages are 1,200 and 1,104 bytes longer.
    pub const IK_HYBRID: Self = Self::new(&IK_HYBRID, Psks(0));
}

impl Row {
    /// What stands between the name of a row and the first of its psks.
    pub(super) fn behind_modifiers(&self) -> &'static str {
        if self.is_hybrid() { "+" } else { "" }
    }

    pub(super) fn suite(&self) -> &'static str {
        if self.is_hybrid() {
            HYBRID_SUITE
        } else {
            SUITE
        }
    }

    fn is_hybrid(&self) -> bool {
        self.messages.iter().any(|tokens| tokens.contains(&E1))
    }
}

/// The KEM's part of a handshake: one's own key, or the other's until it is answered.
pub(super) struct Kem {
    /// Of the initiator.
    pub(super) key: Option<KemKey>,
    /// Of the responder: what the secret is made of.
    seed: Option<Secret>,
    /// Of the responder: the initiator's public key.
    remote: [u8; PUBLIC_LEN],
}

impl Kem {
    pub(super) const fn new() -> Self {
        Self {
            key: None,
            seed: None,
            remote: [0; PUBLIC_LEN],
        }
    }

    /// What has to be wiped of it.
    #[cfg(test)]
    pub(super) fn secrets(&self) -> impl Iterator<Item = (&'static str, std::vec::Vec<u8>)> {
        let key = self
            .key
            .iter()
            .map(|key| ("KEM key", key.expose().to_vec()));
        let seed = self.seed.iter();
        key.chain(seed.map(|seed| ("KEM seed", seed.expose().to_vec())))
    }

    /// Draws what one's message with an ephemeral key may need, hedged like that. Each side has one such message.
    pub(super) fn draw(&mut self, hedge: &Hedge, hash: &[u8; HASH_LEN], payload: &[u8]) {
        self.seed = Some(hedge.secret(Label::KEM_SECRET, hash, payload));
        self.key = Some(KemKey::written_by(|seed| {
            hedge.write(Label::KEM_KEY, hash, payload, seed);
        }));
    }

    /// Does the token that is due, in the message that is read or written.
    pub(super) fn run(
        &mut self,
        noise: &mut Handshake,
        message: &[u8],
        writer: &mut Writer<'_>,
    ) -> Result<(), Error> {
        let (_, writes) = noise.turn().ok_or(Error::OutOfTurn)?;
        match (noise.token()?, writes == noise.role) {
            (Some(E1), true) => self.show_key(noise, writer),
            (Some(E1), false) => self.take_key(noise, message),
            (Some(Ekem1), true) => self.encapsulate(noise, writer),
            (Some(Ekem1), false) => self.decapsulate(noise, message),
            _ => Err(Error::OutOfTurn),
        }
    }

    fn show_key(&self, noise: &mut Handshake, writer: &mut Writer<'_>) -> Result<(), Error> {
        let public = self.key.as_ref().ok_or(Error::OutOfTurn)?.public();
        noise.progress.symmetric.seal_to(&public, writer)?;
        noise.step();
        Ok(())
    }

    fn take_key(&mut self, noise: &mut Handshake, message: &[u8]) -> Result<(), Error> {
        let remote = &mut self.remote;
        noise.take(message, |symmetric, reader| {
            symmetric.open_from(reader, PUBLIC_LEN, remote).map(|_| ())
        })?;
        noise.step();
        Ok(())
    }

    fn encapsulate(&self, noise: &mut Handshake, writer: &mut Writer<'_>) -> Result<(), Error> {
        let seed = self.seed.as_ref().ok_or(Error::OutOfTurn)?;
        let (ciphertext, shared) = encapsulate(&self.remote, seed).ok_or(Error::BadKey)?;
        noise.progress.symmetric.seal_to(&ciphertext, writer)?;
        noise.mix_agreed(&shared)
    }

    fn decapsulate(&self, noise: &mut Handshake, message: &[u8]) -> Result<(), Error> {
        let mut ciphertext = [0; CIPHERTEXT_LEN];
        noise.take(message, |symmetric, reader| {
            let room = &mut ciphertext;
            symmetric
                .open_from(reader, CIPHERTEXT_LEN, room)
                .map(|_| ())
        })?;
        let key = self.key.as_ref().ok_or(NotAuthentic)?;
        noise.mix_agreed(&key.decapsulate(&ciphertext))
    }
}
