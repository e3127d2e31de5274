//! What happens between two multiplications.

use core::mem;

use super::comparing::MAX;
use super::packed::{ANSWERS, MAX_MESSAGE};
use super::state::State;
use super::{Asked, Exchange, Phase};
use crate::crypto::Secret;
use crate::crypto::dh::PrivateKey;
use crate::pairing::hello::insert_mac1;
use crate::pairing::noise::{self, Need, Role};
use crate::pairing::payload::Payload;
use crate::pairing::{Error, MAX_HANDSHAKE, Model, Offer, Paired, PublicKey};
use crate::seal::{Direction, Label, SessionSecrets};
use crate::wire::{self, MAC1_LEN};

/// What has come in since the last time.
pub(super) enum News<'a> {
    Nothing,
    /// A multiplication of the exchange's own may be made.
    Turn,
    /// The static key's agreement.
    Agreed(&'a Secret),
}

/// What came of it.
enum Done {
    Nothing,
    Written,
    Agreed(Secret),
}

impl Exchange {
    /// Goes on with the news; where that fails, the handshake is as before the packet.
    pub(super) fn proceed(&mut self, news: News<'_>) -> Result<(), Error> {
        let done = self.try_proceed(news);
        if done.is_err() {
            self.abandon();
        }
        done
    }

    pub(super) fn abandon(&mut self) {
        self.asked = None;
        if self.packed.sent().is_empty() {
            self.packed = self.packed.wiped();
            self.phase = Phase::Over;
        } else {
            self.packed.drop_draft();
            self.phase = Phase::Waiting;
        }
    }

    /// A message behind one's own is worked on in a copy, from its beginning each time; what is kept until its end
    /// is what was agreed for it. So there is nothing to be undone where it is refused.
    fn try_proceed(&mut self, news: News<'_>) -> Result<(), Error> {
        let answers = ANSWERS.map(|cell| self.packed.secret(cell));
        let mut state = self.unpack()?;
        let made = state.run(self.packed.draft(), answers.iter().flatten(), news)?;
        self.asked = state.asked();
        if self.packed.sent().is_empty() || !state.is_under_way() {
            return self.pack(state);
        }
        let free = ANSWERS.into_iter().find(|cell| !self.packed.has(*cell));
        match (made, free) {
            (Some(answer), Some(cell)) => self.packed.put(cell, answer.expose()),
            (Some(_), None) => Err(Error::UnexpectedMessage),
            (None, _) => Ok(()),
        }
    }
}

impl State {
    /// Goes on up to the next multiplication that nobody has made; the last one that was.
    pub(super) fn run<'a>(
        &mut self,
        message: &[u8],
        mut answers: impl Iterator<Item = &'a Secret>,
        mut news: News<'_>,
    ) -> Result<Option<Secret>, Error> {
        let mut made = None;
        loop {
            let need = match self.phase {
                Phase::Reading => self.noise.read_tokens(message)?,
                Phase::Writing => {
                    let Self { noise, packet, .. } = self;
                    packet.append(|writer| noise.write_tokens(writer))?
                }
                Phase::Waiting | Phase::Finished | Phase::Over => return Ok(made),
            };
            match (need, self.phase) {
                (Need::Psk, _) => self.mix_psk()?,
                (Need::Payload, Phase::Reading) => self.end_reading(message)?,
                (Need::Payload, _) => self.end_writing()?,
                (need, _) => match answers.next() {
                    Some(answer) => self.noise.answer(answer)?,
                    None => match self.multiply(need, mem::replace(&mut news, News::Nothing))? {
                        Done::Nothing => return Ok(made),
                        Done::Written => {}
                        Done::Agreed(shared) => {
                            self.noise.answer(&shared)?;
                            made = Some(shared);
                        }
                    },
                },
            }
        }
    }

    fn multiply(&mut self, need: Need, news: News<'_>) -> Result<Done, Error> {
        let Self { noise, packet, .. } = self;
        Ok(match (need, news) {
            (Need::Ephemeral, News::Turn) => {
                packet.append(|writer| noise.write_ephemeral(writer))?;
                Done::Written
            }
            (Need::Agreement, News::Turn) => Done::Agreed(noise.agreement()?),
            (Need::Static(_), News::Agreed(shared)) => Done::Agreed(shared.share()),
            _ => Done::Nothing,
        })
    }

    /// Whose multiplication is due.
    pub(super) fn asked(&self) -> Option<Asked> {
        match self.noise.need().ok().filter(|_| self.is_under_way())? {
            Need::Ephemeral | Need::Agreement => Some(Asked::Own),
            Need::Static(peer) if self.noise.remote_static() == Some(peer) => {
                Some(Asked::WithStatic)
            }
            Need::Static(_) => Some(Asked::WithEphemeral),
            _ => None,
        }
    }

    /// Whether the keys can be taken.
    pub(super) fn is_settled(&self) -> bool {
        self.phase == Phase::Finished && self.sas.is_settled()
    }

    const fn is_under_way(&self) -> bool {
        matches!(self.phase, Phase::Reading | Phase::Writing)
    }

    fn mix_psk(&mut self) -> Result<(), Error> {
        let psk = self.psk.as_ref().ok_or(Error::MissingKey)?;
        Ok(self.noise.mix_psk(psk)?)
    }

    fn end_reading(&mut self, message: &[u8]) -> Result<(), Error> {
        let (number, _) = self.noise.turn().ok_or(Error::UnexpectedMessage)?;
        let mut buffer = [0_u8; MAX_MESSAGE];
        let payload = self.noise.open_payload(message, &mut buffer)?;
        self.accept(number, payload)?;
        self.sas.hear(message, self.hedge.as_ref());
        if self.noise.turn().is_none() {
            self.rest();
            return Ok(());
        }
        self.begin_packet()?;
        self.phase = Phase::Writing;
        Ok(())
    }

    fn end_writing(&mut self) -> Result<(), Error> {
        let (number, _) = self.noise.turn().ok_or(Error::UnexpectedMessage)?;
        let mut buffer = [0_u8; MAX];
        let payload = self.emit_payload(number, &mut buffer)?;
        let Self { noise, packet, .. } = self;
        packet.append(|writer| noise.seal_payload(payload, writer))?;
        if let Some(key) = self.mac1_key.take() {
            insert_mac1(&key, packet.written_mut());
        }
        self.rest();
        Ok(())
    }

    /// Takes over what was worked on, and waits for whatever is next.
    fn rest(&mut self) {
        self.phase = match self.noise.turn() {
            Some(_) => Phase::Waiting,
            None => Phase::Finished,
        };
    }

    /// Writes the header of the next packet, and makes its ephemeral key where that is still to be done.
    pub(super) fn begin_packet(&mut self) -> Result<(), Error> {
        let (number, _) = self.noise.turn().ok_or(Error::UnexpectedMessage)?;
        if let (Some(hedge), true) = (&self.hedge, self.noise.writes_ephemeral()) {
            let mut buffer = [0_u8; MAX];
            let payload = self.emit_payload(number, &mut buffer)?;
            let private = hedge.value(Label::EPHEMERAL, self.noise.hash(), payload);
            self.noise.set_ephemeral(PrivateKey::new(private));
        }
        if !self.sas.needs_hedge() {
            self.hedge = None;
        }
        let header = self.hello.header(number.saturating_add(1));
        self.packet.append(|writer| header.emit_header(writer))?;
        if number == 0 {
            self.packet
                .append(|writer| writer.reserve(MAC1_LEN).map(|_| ()))?;
        }
        Ok(())
    }

    /// Writes the payload of one's own message of this number, from 0.
    pub(super) fn emit_payload<'o>(
        &self,
        number: u8,
        out: &'o mut [u8; MAX],
    ) -> Result<&'o [u8], wire::Error> {
        let is_promised = self.is_device() && self.has_promise(number);
        let payload = Payload {
            offer: (number < 2).then(|| Offer::within(self.hello.model)),
            descriptor: self.promise.filter(|_| is_promised),
        };
        self.sas.emit(number, payload, out)
    }

    /// Whether the device's promise is in its message of this number, from 0: its first one, but in a
    /// comparison, where a stranger would read that.
    fn has_promise(&self, number: u8) -> bool {
        match self.hello.model {
            Model::RECONNECTION => false,
            Model::NUMERIC_COMPARISON => number == 2,
            _ => number < 2,
        }
    }

    /// Offers are in messages 1 and 2; beside one, the device's promise where the model has one.
    fn accept(&mut self, number: u8, bytes: &[u8]) -> Result<(), Error> {
        let payload = Payload::parse(bytes)?;
        let missing = wire::Error::Truncated { missing: 1 };
        if number < 2 {
            let theirs = payload.offer.ok_or(missing)?;
            Offer::within(self.hello.model).check(theirs, self.hello.model)?;
        }
        if !self.is_device() && self.has_promise(number) {
            self.promise = Some(payload.descriptor.ok_or(missing)?);
        }
        self.sas.accept(number, self.noise.hash(), bytes)
    }

    /// "Initiator: the reader of label, keypad or display; the device in IK and `KKpsk0`."
    pub(super) fn is_device(&self) -> bool {
        (self.role == Role::Responder) == self.device_responds()
    }

    const fn device_responds(&self) -> bool {
        matches!(
            self.hello.model,
            Model::LABEL_KEY | Model::LABEL_SECRET | Model::PASSCODE
        )
    }

    pub(super) fn paired(&self) -> Option<Paired> {
        let finished = self.noise.finish()?;
        let direction = if self.device_responds() {
            Direction::DeviceResponded
        } else {
            Direction::DeviceInitiated
        };
        let secrets = SessionSecrets::derive(
            &finished.hash,
            finished.initiator_key.expose(),
            finished.responder_key.expose(),
            direction,
        );
        Some(Paired {
            secrets: secrets.ok()?,
            peer: PublicKey::from_canonical(finished.remote_static?),
            descriptor: self.promise.filter(|_| !self.is_device()),
            model: self.hello.model,
        })
    }
}

impl From<noise::Error> for Error {
    fn from(error: noise::Error) -> Self {
        match error {
            noise::Error::Truncated => Self::Malformed(wire::Error::Truncated { missing: 1 }),
            noise::Error::NotAuthentic => Self::NotAuthentic,
            noise::Error::BadKey => Self::BadKey,
            noise::Error::NoRoom => Self::NoRoom {
                needed: MAX_HANDSHAKE,
            },
            noise::Error::OutOfTurn => Self::UnexpectedMessage,
            noise::Error::MissingKey => Self::MissingKey,
        }
    }
}
