//! What numeric comparison adds to an exchange: the nonces, and the wait for a person.
//!
//! ```text
//!  device     Asking ── message 2: c, draws Ni ──► Asking ── message 4: Nr is what c says ──► Shown ── yes ──► Paired
//!  server     Answering: Nr drawn, c in message 2 ── message 3: Ni ──► Shown ── reveal: message 4 ── yes ──► Paired
//! ```

use core::mem;

use super::start::Terms;
use super::{Exchange, Phase};
use crate::crypto::Secret;
use crate::crypto::hash::{equal, extract};
use crate::pairing::comparison::Digits;
use crate::pairing::comparison::code::{Commitment, SecretNonce, commitment};
use crate::pairing::comparison::payload::{commitment_in, nonce_in, with_commitment, with_nonce};
use crate::pairing::hello::open_hello;
use crate::pairing::payload::Payload;
use crate::pairing::{Attempt, Attempts, DescriptorHash, Error, Hello, Model, StaticKey};
use crate::seal::{Entropy, Hedge, Label, derive};
use crate::wire::{self, ConnectionId, Hint, Reader};

pub(super) use crate::pairing::comparison::payload::MAX;

/// The number of the message that shows the responder's nonce, from 1.
const REVELATION: u8 = 4;

/// An attempt that has shown its nonce: it shows no other one.
#[derive(Debug)]
pub struct Revealed(Attempt);

impl Revealed {
    /// For [`Attempts::give_back`], once the pairing has finished.
    #[must_use]
    pub const fn attempt(&self) -> &Attempt {
        &self.0
    }
}

/// The nonces of a comparison, as far as they are known.
pub(super) enum Sas {
    /// Of another model.
    None,
    Asking {
        hedge: Hedge,
        commitment: Commitment,
        /// None before message 2.
        nonce: Option<SecretNonce>,
    },
    Answering(SecretNonce),
    Shown {
        digits: Digits,
        /// One's own, where it is still to be shown.
        nonce: Option<SecretNonce>,
        is_confirmed: bool,
    },
}

/// What one needs of it while a message of Noise is waited for.
pub(super) enum ParkedSas {
    None,
    Asking(Hedge),
    Answering(SecretNonce),
}

impl Exchange {
    /// Begins to pair with whoever a person compares digits with: the device, which advertises `token`.
    ///
    /// The token is no secret. It keeps those away who have not heard the device.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`].
    pub fn compare(
        key: &StaticKey,
        descriptor: DescriptorHash,
        token: &[u8],
        connection: ConnectionId,
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        let terms = Terms {
            promise: Some(descriptor),
            ..Terms::of_comparison(key, connection)
        };
        terms.initiate(TokenKey::of(token).0, entropy)
    }

    /// Checks that the sender of a first message has heard `token`, and nothing else: one HMAC and the key for it.
    ///
    /// It may be a recorded one.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedMessage`], [`Error::UnsupportedSuite`] or
    /// [`Error::WrongKey`] for another token.
    pub fn check_comparison(token: &[u8], packet: &[u8]) -> Result<Hello, Error> {
        TokenKey::of(token).open(packet).map(|(hello, _)| hello)
    }

    /// Answers message 1 of the device that advertises `token`. `attempts` are those of this side: what is drawn for
    /// one of them is not drawn for another, even by a generator that repeats itself.
    ///
    /// # Errors
    ///
    /// As [`Exchange::check_comparison`], and [`Error::BadKey`] or [`Error::Entropy`].
    pub fn answer_comparison(
        key: &StaticKey,
        token: &[u8],
        packet: &[u8],
        attempts: &Attempts,
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        TokenKey::of(token).answer(key, packet, attempts, entropy)
    }

    /// What the person compares; on the answering side it is to be shown after [`Exchange::reveal`].
    #[must_use]
    pub const fn digits(&self) -> Option<Digits> {
        match &self.sas {
            Sas::Shown { digits, .. } => Some(*digits),
            Sas::None | Sas::Asking { .. } | Sas::Answering(_) => None,
        }
    }

    /// Makes the packet that shows one's nonce, by an attempt that is on storage: the answering side, once it has
    /// [`Exchange::digits`]. An attempt shows one nonce, and comes back with success alone.
    ///
    /// # Errors
    ///
    /// [`Error::UnexpectedMessage`] before, or on the other side. The attempt stays spent.
    pub fn reveal(&mut self, attempt: Attempt) -> Result<Revealed, Error> {
        let Self { sas, bytes, .. } = self;
        let Sas::Shown {
            nonce: Some(nonce), ..
        } = sas
        else {
            return Err(Error::UnexpectedMessage);
        };
        let header = self.hello.header(REVELATION);
        bytes.drop_draft();
        bytes.clear();
        bytes.append(|writer| header.emit_header(writer))?;
        bytes.append(|writer| writer.put(nonce.expose()))?;
        self.bytes.keep_draft();
        Ok(Revealed(attempt))
    }

    /// The person has seen these digits, and said that both sides show them: [`Exchange::poll_paired`] has the keys now.
    ///
    /// # Errors
    ///
    /// [`Error::UnexpectedMessage`] while there are no digits, or others.
    pub fn confirm_digits(&mut self, seen: Digits) -> Result<(), Error> {
        match &mut self.sas {
            Sas::Shown {
                digits,
                is_confirmed,
                ..
            } if *digits == seen => {
                *is_confirmed = true;
                Ok(())
            }
            _ => Err(Error::UnexpectedMessage),
        }
    }

    /// Message 4, at the device.
    pub(super) fn handle_revelation(&mut self, packet: &[u8]) -> Result<(), Error> {
        let Sas::Asking {
            commitment: promised,
            nonce: Some(nonce),
            ..
        } = &self.sas
        else {
            return Err(Error::UnexpectedMessage);
        };
        let mut reader = Reader::new(self.hello.message(packet, REVELATION)?);
        let theirs = reader.array()?;
        reader.finish()?;
        if self.phase != Phase::Finished || !equal(&commitment(&theirs), promised) {
            return Err(Error::NotAuthentic);
        }
        self.sas = Sas::Shown {
            digits: Digits::of(self.noise.hash(), nonce.expose(), &theirs),
            nonce: None,
            is_confirmed: false,
        };
        Ok(())
    }
}

impl Sas {
    pub(super) const NONE: Self = Self::None;

    /// Of an exchange that waits for a message of Noise: the asking side for the commitment, the answering one for the
    /// other's nonce.
    pub(super) fn park(self) -> ParkedSas {
        match self {
            Self::Asking { hedge, .. } => ParkedSas::Asking(hedge),
            Self::Answering(nonce) => ParkedSas::Answering(nonce),
            Self::None | Self::Shown { .. } => ParkedSas::None,
        }
    }

    pub(super) fn resume(parked: ParkedSas) -> Self {
        match parked {
            ParkedSas::Asking(hedge) => Self::asking(Model::NUMERIC_COMPARISON, hedge),
            ParkedSas::Answering(nonce) => Self::Answering(nonce),
            ParkedSas::None => Self::None,
        }
    }

    /// The nonce, where it has one.
    #[cfg(all(test, target_os = "linux"))]
    pub(super) fn secret(&self) -> Option<crate::crypto::memory::Named> {
        let nonce = match self {
            Self::Asking { nonce, .. } | Self::Shown { nonce, .. } => nonce.as_ref(),
            Self::Answering(nonce) => Some(nonce),
            Self::None => None,
        };
        nonce.map(|nonce| ("nonce", nonce.expose().to_vec()))
    }

    /// What the initiator brings.
    pub(super) fn asking(model: Model, hedge: Hedge) -> Self {
        match model {
            Model::NUMERIC_COMPARISON => Self::Asking {
                hedge,
                commitment: Commitment::default(),
                nonce: None,
            },
            _ => Self::None,
        }
    }

    /// What the responder brings: a nonce for this message 1 alone.
    pub(super) fn answering(model: Model, hedge: &Hedge, message: &[u8]) -> Self {
        match model {
            Model::NUMERIC_COMPARISON => Self::Answering(SecretNonce::draw(hedge, message)),
            _ => Self::None,
        }
    }

    /// The payload of one's own message of this number, from 0, with what the comparison adds.
    pub(super) fn emit<'o>(
        &self,
        number: u8,
        payload: Payload<'_>,
        out: &'o mut [u8; MAX],
    ) -> Result<&'o [u8], wire::Error> {
        match self {
            Self::Answering(nonce) => with_commitment(payload, &commitment(nonce.expose()), out),
            Self::Asking {
                nonce: Some(nonce), ..
            } if number == 2 => with_nonce(payload, nonce.expose(), out),
            _ => payload.emit(out).map(|payload| &*payload),
        }
    }

    /// Takes what the other side's message of this number, from 0, adds; `hash` is that behind it.
    pub(super) fn accept(&mut self, number: u8, hash: &[u8], payload: &[u8]) -> Result<(), Error> {
        match (&mut *self, number) {
            (Self::Asking { commitment, .. }, 1) => *commitment = commitment_in(payload)?,
            (Self::Answering(ours), 2) => {
                let theirs = nonce_in(payload)?;
                let digits = Digits::of(hash, &theirs, ours.expose());
                if let Self::Answering(ours) = mem::replace(self, Self::None) {
                    *self = Self::Shown {
                        digits,
                        nonce: Some(ours),
                        is_confirmed: false,
                    };
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Draws what is said behind the other side's message of this number, from 0.
    pub(super) fn hear(&mut self, number: u8, message: &[u8]) {
        if let (Self::Asking { hedge, nonce, .. }, 1) = (self, number) {
            *nonce = Some(SecretNonce::draw(hedge, message));
        }
    }

    /// Whether nothing has to be waited for behind the handshake.
    pub(super) const fn is_settled(&self) -> bool {
        match self {
            Self::None => true,
            Self::Shown { is_confirmed, .. } => *is_confirmed,
            Self::Asking { .. } | Self::Answering(_) => false,
        }
    }

    /// Whether message 4 is still to come.
    pub(super) const fn awaits_revelation(&self) -> bool {
        matches!(self, Self::Asking { .. })
    }
}

#[cfg(all(test, target_os = "linux"))]
impl ParkedSas {
    /// What has to be wiped of it.
    pub(super) fn secret(&self) -> Option<crate::crypto::memory::Named> {
        match self {
            Self::Asking(hedge) => Some(("hedge", hedge.expose().to_vec())),
            Self::Answering(nonce) => Some(("nonce", nonce.expose().to_vec())),
            Self::None => None,
        }
    }
}

impl<'a> Terms<'a> {
    fn of_comparison(key: &'a StaticKey, connection: ConnectionId) -> Self {
        Self {
            hello: Hello {
                model: Model::NUMERIC_COMPARISON,
                connection,
                hint: Hint::NONE,
            },
            ..Terms::of_keys(key, connection)
        }
    }
}

/// "keyed … else by the token that a device advertises while armed"
#[derive(Debug)]
pub(crate) struct TokenKey(Secret);

impl TokenKey {
    pub(crate) fn of(token: &[u8]) -> Self {
        Self(derive(&extract(&[0; 32], &[token]), Label::TOKEN_MAC1))
    }

    /// As [`Exchange::check_comparison`], and the message behind the code.
    pub(crate) fn open<'p>(&self, packet: &'p [u8]) -> Result<(Hello, &'p [u8]), Error> {
        let accept = |hello: &Hello| match (hello.model, hello.hint) {
            (Model::NUMERIC_COMPARISON, Hint::NONE) => Ok(()),
            (Model::NUMERIC_COMPARISON, _) => Err(Error::WrongKey),
            _ => Err(Error::UnexpectedMessage),
        };
        open_hello(packet, accept, &self.0, Error::WrongKey)
    }

    /// As [`Exchange::answer_comparison`].
    pub(crate) fn answer(
        &self,
        key: &StaticKey,
        packet: &[u8],
        attempts: &Attempts,
        entropy: &mut impl Entropy,
    ) -> Result<Exchange, Error> {
        let (hello, message) = self.open(packet)?;
        let terms = Terms {
            number: attempts.tally(),
            ..Terms::of_comparison(key, hello.connection)
        };
        terms.respond(message, entropy)
    }
}
