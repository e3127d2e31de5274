//! What happens between two multiplications.

use zeroize::Zeroizing;

use super::bytes::ROOM;
use super::comparing::MAX;
use super::{Exchange, Kept, Phase};
use crate::crypto::dh::PrivateKey;
use crate::pairing::hello::insert_mac1;
use crate::pairing::noise::{self, Need, Role};
use crate::pairing::payload::Payload;
use crate::pairing::{DescriptorHash, Error, MAX_HANDSHAKE, Model, Offer, Paired, PublicKey};
use crate::seal::{Direction, Label, SessionSecrets};
use crate::wire::{self, MAC1_LEN};

impl Exchange {
    /// Does a step and what follows from it; where that fails, the handshake is as before the packet.
    pub(super) fn attempt(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let done = step(self).and_then(|()| self.advance());
        if done.is_err() {
            self.abandon();
        }
        done
    }

    fn abandon(&mut self) {
        self.bytes.drop_draft();
        self.phase = match &mut self.kept {
            Kept::Checkpoint(checkpoint) => {
                self.noise.roll_back(checkpoint);
                Phase::Waiting
            }
            _ => {
                self.noise.wipe();
                self.psk = None;
                Phase::Over
            }
        };
        self.kept = Kept::Nothing;
    }

    /// Goes on up to the next multiplication.
    pub(super) fn advance(&mut self) -> Result<(), Error> {
        loop {
            let need = match self.phase {
                Phase::Reading => self.noise.read_tokens(self.bytes.draft())?,
                Phase::Writing => {
                    let Self { noise, bytes, .. } = self;
                    bytes.append(|writer| noise.write_tokens(writer))?
                }
                Phase::Waiting | Phase::Finished | Phase::Over => return Ok(()),
            };
            match (need, self.phase) {
                (Need::Psk, _) => self.mix_psk()?,
                (Need::Payload, Phase::Reading) => self.end_reading()?,
                (Need::Payload, _) => self.end_writing()?,
                _ => return Ok(()),
            }
        }
    }

    fn mix_psk(&mut self) -> Result<(), Error> {
        let psk = self.psk.as_ref().ok_or(Error::MissingKey)?;
        Ok(self.noise.mix_psk(psk)?)
    }

    #[inline(never)] // See `Exchange`.
    fn end_reading(&mut self) -> Result<(), Error> {
        let (number, _) = self.noise.turn().ok_or(Error::UnexpectedMessage)?;
        let mut buffer = Zeroizing::new([0_u8; ROOM]);
        let payload = self
            .noise
            .open_payload(self.bytes.draft(), &mut buffer[..])?;
        self.accept(number, payload)?;
        let Self { sas, bytes, .. } = self;
        sas.hear(number, bytes.draft());
        self.bytes.drop_draft();
        if self.noise.turn().is_none() {
            self.rest();
            return Ok(());
        }
        self.begin_packet()?;
        self.phase = Phase::Writing;
        Ok(())
    }

    #[inline(never)] // See `Exchange`.
    fn end_writing(&mut self) -> Result<(), Error> {
        let (number, _) = self.noise.turn().ok_or(Error::UnexpectedMessage)?;
        let mut buffer = Zeroizing::new([0_u8; MAX]);
        let payload = self.emit_payload(number, &mut buffer)?;
        let Self { noise, bytes, .. } = self;
        bytes.append(|writer| noise.seal_payload(payload, writer))?;
        if let Kept::Mac1Key(key) = &self.kept {
            insert_mac1(key, self.bytes.draft_mut());
        }
        self.bytes.keep_draft();
        self.rest();
        Ok(())
    }

    /// Takes over what was worked on, and waits for whatever is next.
    fn rest(&mut self) {
        self.kept = Kept::Nothing;
        self.phase = match self.noise.turn() {
            Some(_) => Phase::Waiting,
            None => Phase::Finished,
        };
    }

    /// Writes the header of the next packet, and makes its ephemeral key where that is still to be done.
    #[inline(never)] // See `Exchange`.
    pub(super) fn begin_packet(&mut self) -> Result<(), Error> {
        let (number, _) = self.noise.turn().ok_or(Error::UnexpectedMessage)?;
        if let (Kept::Hedge(hedge), true) = (&self.kept, self.noise.writes_ephemeral()) {
            let mut buffer = Zeroizing::new([0_u8; MAX]);
            let payload = self.emit_payload(number, &mut buffer)?;
            let private = hedge.secret(Label::EPHEMERAL, self.noise.hash(), payload);
            self.noise.set_ephemeral(PrivateKey::new(private));
        }
        let header = self.hello.header(number.saturating_add(1));
        self.bytes.append(|writer| header.emit_header(writer))?;
        if number == 0 {
            self.bytes
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
        let promise = self.promise.as_ref().filter(|_| is_promised);
        let payload = Payload {
            offer: (number < 2).then(|| self.offer()),
            descriptor: promise.map(DescriptorHash::as_bytes),
        };
        self.sas.emit(number, payload, out)
    }

    const fn offer(&self) -> Offer {
        Offer::within(self.hello.model).and_suites(self.other_suites)
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
            self.offer().check(theirs, self.hello.model)?;
        }
        if !self.is_device() && self.has_promise(number) {
            let promise = payload.descriptor.ok_or(missing)?;
            self.promise = Some(DescriptorHash::from_bytes(*promise));
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
            secrets: secrets.ok()?.of_suite(self.suite),
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
