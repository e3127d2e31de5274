//! What numeric comparison adds to an exchange: the nonces, and the wait for a person.
//!
//! ```text
//!  device     Asking ── message 2: c, draws Ni ──► Promised ── message 4: Nr is what c says ──► Shown ── yes ──► Paired
//!  server     Answering: Nr drawn, c in message 2 ── message 3: Ni ──► Shown ── reveal: message 4 ── yes ──► Paired
//! ```

use super::packed::{Cell, Packed};
use super::start::Terms;
use super::state::PacketBuffer;
use super::{Exchange, Phase};
use crate::crypto::hash::{equal, extract};
use crate::crypto::{KEY_LEN, Secret};
use crate::pairing::comparison::Digits;
use crate::pairing::comparison::code::{Commitment, Nonce, commitment};
use crate::pairing::comparison::payload::{commitment_in, nonce_in, with_commitment, with_nonce};
use crate::pairing::hello::open_hello;
use crate::pairing::payload::Payload;
use crate::pairing::{Attempt, DescriptorHash, Error, Hello, Model, StaticKey};
use crate::seal::{Entropy, Hedge, Label, derive};
use crate::wire::{self, ConnectionId, Hint, Reader, copy};

pub(super) use crate::pairing::comparison::payload::MAX;

/// The number of the message that shows the responder's nonce, from 1.
const REVELATION: u8 = 4;

/// The nonces of a comparison, as far as they are known.
pub(super) enum Sas {
    /// Of another model.
    None,
    Asking,
    Promised {
        commitment: Commitment,
        nonce: Nonce,
    },
    Answering(Nonce),
    Shown {
        digits: Digits,
        /// One's own.
        nonce: Nonce,
        is_confirmed: bool,
    },
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
        terms.initiate(mac1_key(token), entropy)
    }

    /// Answers message 1 of the device that advertises `token`.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedMessage`], [`Error::UnsupportedSuite`],
    /// [`Error::WrongKey`] for another token, [`Error::BadKey`] or [`Error::Entropy`].
    pub fn answer_comparison(
        key: &StaticKey,
        token: &[u8],
        packet: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        let accept = |hello: &Hello| match (hello.model, hello.hint) {
            (Model::NUMERIC_COMPARISON, Hint::NONE) => Ok(()),
            (Model::NUMERIC_COMPARISON, _) => Err(Error::WrongKey),
            _ => Err(Error::UnexpectedMessage),
        };
        let (hello, message) = open_hello(packet, accept, &mac1_key(token), Error::WrongKey)?;
        Terms::of_comparison(key, hello.connection).respond(message, entropy)
    }

    /// What the person compares; on the answering side it is to be shown after [`Exchange::reveal`].
    #[must_use]
    pub fn digits(&self) -> Option<Digits> {
        match Sas::unpack(self.hello.model, &self.packed) {
            Sas::Shown { digits, .. } => Some(digits),
            Sas::None | Sas::Asking | Sas::Promised { .. } | Sas::Answering(_) => None,
        }
    }

    /// Makes the packet that shows one's nonce, by an attempt that is on storage: the answering side, once it has
    /// [`Exchange::digits`].
    ///
    /// # Errors
    ///
    /// [`Error::UnexpectedMessage`] before, or on the other side.
    pub fn reveal(&mut self, _: &Attempt) -> Result<(), Error> {
        let mut state = self.unpack()?;
        let (Sas::Shown { nonce, .. }, false) = (&state.sas, state.is_device()) else {
            return Err(Error::UnexpectedMessage);
        };
        let header = self.hello.header(REVELATION);
        state.packet = PacketBuffer::new();
        state.packet.append(|writer| header.emit_header(writer))?;
        state.packet.append(|writer| writer.put(nonce))?;
        self.pack(state)
    }

    /// The person has said that both sides show the same digits: [`Exchange::poll_paired`] has the keys now.
    ///
    /// # Errors
    ///
    /// [`Error::UnexpectedMessage`] while there are no digits.
    pub fn confirm_digits(&mut self) -> Result<(), Error> {
        let mut state = self.unpack()?;
        match &mut state.sas {
            Sas::Shown { is_confirmed, .. } => *is_confirmed = true,
            Sas::None | Sas::Asking | Sas::Promised { .. } | Sas::Answering(_) => {
                return Err(Error::UnexpectedMessage);
            }
        }
        self.pack(state)
    }

    /// Message 4, at the device.
    pub(super) fn handle_revelation(&mut self, packet: &[u8]) -> Result<(), Error> {
        let mut state = self.unpack()?;
        let Sas::Promised {
            commitment: promised,
            nonce,
        } = state.sas
        else {
            return Err(Error::UnexpectedMessage);
        };
        let mut reader = Reader::new(self.hello.message(packet, REVELATION)?);
        let theirs = reader.array()?;
        reader.finish()?;
        if self.phase != Phase::Finished || !equal(&commitment(&theirs), &promised) {
            return Err(Error::NotAuthentic);
        }
        state.sas = Sas::Shown {
            digits: Digits::of(state.noise.hash(), &nonce, &theirs),
            nonce,
            is_confirmed: false,
        };
        self.pack(state)
    }
}

impl Sas {
    pub(super) const NONE: Self = Self::None;

    /// What the initiator brings.
    pub(super) const fn asking(model: Model) -> Self {
        match model {
            Model::NUMERIC_COMPARISON => Self::Asking,
            _ => Self::None,
        }
    }

    /// What the responder brings: a nonce for this message 1 alone.
    pub(super) fn answering(model: Model, hedge: &Hedge, message: &[u8]) -> Self {
        match model {
            Model::NUMERIC_COMPARISON => {
                Self::Answering(hedge.value(Label::SAS_NONCE, message, &[]))
            }
            _ => Self::None,
        }
    }

    /// The payload of one's own message of this number, from 0, with what the comparison adds.
    pub(super) fn emit<'o>(
        &self,
        number: u8,
        payload: Payload,
        out: &'o mut [u8; MAX],
    ) -> Result<&'o [u8], wire::Error> {
        match self {
            Self::Answering(nonce) => with_commitment(payload, &commitment(nonce), out),
            Self::Promised { nonce, .. } if number == 2 => with_nonce(payload, nonce, out),
            _ => payload.emit(out).map(|payload| &*payload),
        }
    }

    /// Takes what the other side's message of this number, from 0, adds; `hash` is that behind it.
    pub(super) fn accept(&mut self, number: u8, hash: &[u8], payload: &[u8]) -> Result<(), Error> {
        match (&mut *self, number) {
            (Self::Asking, 1) => {
                *self = Self::Promised {
                    commitment: commitment_in(payload)?,
                    nonce: Nonce::default(),
                };
            }
            (Self::Answering(ours), 2) => {
                let theirs = nonce_in(payload)?;
                *self = Self::Shown {
                    digits: Digits::of(hash, &theirs, ours),
                    nonce: *ours,
                    is_confirmed: false,
                };
            }
            _ => {}
        }
        Ok(())
    }

    /// Draws what is said behind the message that was taken last.
    pub(super) fn hear(&mut self, message: &[u8], hedge: Option<&Hedge>) {
        if let (Self::Promised { nonce, .. }, Some(hedge)) = (self, hedge) {
            *nonce = hedge.value(Label::SAS_NONCE, message, &[]);
        }
    }

    /// Whether nothing has to be waited for behind the handshake.
    pub(super) const fn is_settled(&self) -> bool {
        match self {
            Self::None => true,
            Self::Shown { is_confirmed, .. } => *is_confirmed,
            Self::Asking | Self::Promised { .. } | Self::Answering(_) => false,
        }
    }

    /// Whether one's nonce is still to be made.
    pub(super) const fn needs_hedge(&self) -> bool {
        matches!(self, Self::Asking)
    }
}

/// As cells.
impl Sas {
    pub(super) fn pack(&self, packed: &mut Packed) -> Result<(), Error> {
        match self {
            Self::None | Self::Asking => Ok(()),
            Self::Promised { commitment, nonce } => {
                packed.put(Cell::Commitment, commitment)?;
                packed.put(Cell::Nonce, &filled_up(nonce))
            }
            Self::Answering(nonce) => packed.put(Cell::Nonce, &filled_up(nonce)),
            Self::Shown {
                digits,
                nonce,
                is_confirmed,
            } => {
                packed.put(Cell::Nonce, &filled_up(nonce))?;
                let [a, b, c, d] = digits.value().to_be_bytes();
                let digits = [a, b, c, d, u8::from(*is_confirmed)];
                packed.put(Cell::Digits, &filled_up(&digits))
            }
        }
    }

    pub(super) fn unpack(model: Model, packed: &Packed) -> Self {
        if model != Model::NUMERIC_COMPARISON {
            return Self::None;
        }
        let nonce = packed.get(Cell::Nonce);
        let Some(nonce) = nonce.as_ref().and_then(|cell| cell.first_chunk()).copied() else {
            return Self::Asking;
        };
        if let Some(commitment) = packed.get(Cell::Commitment) {
            return Self::Promised { commitment, nonce };
        }
        match packed.get(Cell::Digits) {
            Some([a, b, c, d, is_confirmed, ..]) => Self::Shown {
                digits: Digits::from_value(u32::from_be_bytes([a, b, c, d])),
                nonce,
                is_confirmed: is_confirmed == 1,
            },
            None => Self::Answering(nonce),
        }
    }
}

fn filled_up(bytes: &[u8]) -> [u8; KEY_LEN] {
    let mut cell = [0; KEY_LEN];
    copy(bytes, &mut cell);
    cell
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
fn mac1_key(token: &[u8]) -> Secret {
    derive(&extract(&[0; 32], &[token]), Label::TOKEN_MAC1)
}
