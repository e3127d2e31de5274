mod bytes;
mod start;

use core::{fmt, mem};

use self::bytes::Bytes;
use super::hello::insert_mac1;
use super::noise::{self, Checkpoint, Handshake, Need, Role};
use super::payload::{MAX_PAYLOAD, Payload};
use super::{
    DescriptorHash, Error, Hello, MAX_HANDSHAKE, Model, Offer, Paired, PublicKey, SharedSecret,
    StaticKey,
};
use crate::crypto::Secret;
use crate::crypto::dh::PrivateKey;
use crate::seal::{Direction, Hedge, Label, SessionSecrets};
use crate::wire::{self, ConnectionId, MAC1_LEN};

/// One handshake, either side of it: packets in, packets out, and work in between.
///
/// ```text
///  initiate ──► work … ──► packet ──► handle_packet ──► work … ──► [packet] ──► poll_paired
///  answer ────► work … ──► packet ──► [handle_packet ─► work …] ──────────────► poll_paired
/// ```
///
/// **Rules.** No call performs more than one scalar multiplication; while there is [`Work`], no
/// packet is taken. A packet that is refused, or work that fails, leaves the handshake as it was
/// before the packet; where nothing was sent before, it is over then. What [`Exchange::packet`]
/// gives stays the same to the byte until the next packet is ready: send it as often as needed.
///
/// Takes 680 bytes on a 64-bit machine. Secrets are wiped when it is dropped, or has given its [`Paired`].
pub struct Exchange {
    noise: Handshake,
    hello: Hello,
    role: Role,
    phase: Phase,
    kept: Kept,
    /// What the device promises to describe itself as: one's own promise, or the other side's.
    promise: Option<DescriptorHash>,
    bytes: Bytes,
}

/// What an [`Exchange`] waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Nothing that can be computed: a packet, if anything.
    Idle,
    /// X25519 of one's own static key and this one: answer with [`Exchange::handle_dh`].
    StaticDh(PublicKey),
    /// A multiplication of the exchange's own: call [`Exchange::work`].
    Own,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Reading,
    Writing,
    Waiting,
    /// Has keys that nobody has taken yet.
    Finished,
    Over,
}

/// What is needed until one's first message is written; and thereafter, while another one is read.
enum Kept {
    Nothing,
    /// Between one's first message and the end: what a refused packet comes back to.
    Checkpoint(Checkpoint),
    /// Of the initiator: what the code of message 1 is made with.
    Mac1Key(Secret),
    /// Of the responder: the ephemeral key, but for what it is bound to.
    Hedge(Hedge),
}

impl Exchange {
    /// Which handshake this is.
    #[must_use]
    pub const fn hello(&self) -> Hello {
        self.hello
    }

    /// The number that tells this handshake from others.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.hello.connection
    }

    /// The other side's static key, once it is known. Where it came with a message, that message is
    /// authentic; a key that was given is not proved before [`Exchange::poll_paired`].
    #[must_use]
    pub fn peer(&self) -> Option<PublicKey> {
        match self.phase {
            Phase::Reading | Phase::Over => None,
            Phase::Writing | Phase::Waiting | Phase::Finished => {
                self.noise.remote_static().map(PublicKey::from_canonical)
            }
        }
    }

    /// What has to be computed next.
    #[must_use]
    pub fn poll_work(&self) -> Work {
        match (self.phase, self.noise.need()) {
            (Phase::Reading | Phase::Writing, Ok(Need::Static(peer))) => {
                Work::StaticDh(PublicKey::from_canonical(peer))
            }
            (Phase::Reading | Phase::Writing, Ok(Need::Ephemeral | Need::Agreement)) => Work::Own,
            _ => Work::Idle,
        }
    }

    /// Performs the multiplication of [`Work::Own`]; nothing where none is due.
    ///
    /// # Errors
    ///
    /// What is wrong with the message that is worked on.
    pub fn work(&mut self) -> Result<(), Error> {
        match self.noise.need() {
            Ok(Need::Ephemeral) => self.attempt(|exchange| {
                let Self { noise, bytes, .. } = exchange;
                bytes.append(|writer| noise.write_ephemeral(writer))
            }),
            Ok(Need::Agreement) => self.attempt(|exchange| Ok(exchange.noise.agree()?)),
            _ => Ok(()),
        }
    }

    /// Takes the answer to [`Work::StaticDh`]; `None` when the key could not be used.
    ///
    /// # Errors
    ///
    /// [`Error::NoAgreement`] for `None`, [`Error::UnexpectedMessage`] when nobody has asked, or
    /// what is wrong with the message that is worked on.
    pub fn handle_dh(&mut self, shared: Option<SharedSecret>) -> Result<(), Error> {
        match self.poll_work() {
            Work::StaticDh(_) => self.attempt(|exchange| {
                let shared = shared.ok_or(Error::NoAgreement)?;
                Ok(exchange.noise.answer(shared.secret())?)
            }),
            Work::Idle | Work::Own => Err(Error::UnexpectedMessage),
        }
    }

    /// Does the one piece of work that is due, with a static key that is in RAM.
    ///
    /// # Errors
    ///
    /// As [`Exchange::work`] and [`Exchange::handle_dh`].
    pub fn work_with(&mut self, key: &StaticKey) -> Result<(), Error> {
        match self.poll_work() {
            Work::Idle => Ok(()),
            Work::Own => self.work(),
            Work::StaticDh(peer) => self.handle_dh(key.agree(&peer)),
        }
    }

    /// The packet to send, and to send again until the other side goes on.
    #[must_use]
    pub fn packet(&self) -> Option<&[u8]> {
        Some(self.bytes.sent()).filter(|packet| !packet.is_empty())
    }

    /// Takes the other side's next packet. The first multiplication is still to be done then.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] while there is work, or what is wrong with the packet.
    pub fn handle_packet(&mut self, packet: &[u8]) -> Result<(), Error> {
        match self.phase {
            Phase::Waiting => {}
            Phase::Reading | Phase::Writing => return Err(Error::Busy),
            Phase::Finished | Phase::Over => return Err(Error::UnexpectedMessage),
        }
        let (number, _) = self.noise.turn().ok_or(Error::UnexpectedMessage)?;
        let message = self.hello.message(packet, number.saturating_add(1))?;
        self.bytes.receive(message)?;
        self.kept = Kept::Checkpoint(self.noise.checkpoint());
        self.phase = Phase::Reading;
        self.attempt(|_| Ok(()))
    }

    /// The keys, once, when the handshake has come to its end on this side.
    ///
    /// The other side may not be there yet: a responder has finished only when the first packet
    /// under these keys is authentic. [`Exchange::packet`] stays, to be repeated until then.
    pub fn poll_paired(&mut self) -> Option<Paired> {
        if self.phase != Phase::Finished {
            return None;
        }
        self.phase = Phase::Over;
        let paired = self.paired();
        self.noise.wipe();
        paired
    }

    /// Whether nothing can come of it any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Does a step and what follows from it; where that fails, the handshake is as before the packet.
    fn attempt(&mut self, step: impl FnOnce(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        let done = step(self).and_then(|()| self.advance());
        if done.is_err() {
            self.abandon();
        }
        done
    }

    fn abandon(&mut self) {
        self.bytes.drop_draft();
        self.phase = match mem::replace(&mut self.kept, Kept::Nothing) {
            Kept::Checkpoint(checkpoint) => {
                self.noise.roll_back(checkpoint);
                Phase::Waiting
            }
            _ => {
                self.noise.wipe();
                Phase::Over
            }
        };
    }

    /// Goes on up to the next multiplication.
    fn advance(&mut self) -> Result<(), Error> {
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
                (Need::Payload, Phase::Reading) => self.end_reading()?,
                (Need::Payload, _) => self.end_writing()?,
                _ => return Ok(()),
            }
        }
    }

    fn end_reading(&mut self) -> Result<(), Error> {
        let (number, _) = self.noise.turn().ok_or(Error::UnexpectedMessage)?;
        let mut buffer = [0_u8; wire::MAX_DATAGRAM];
        let payload = self.noise.open_payload(self.bytes.draft(), &mut buffer)?;
        let payload = Payload::parse(payload)?;
        self.accept(number, payload)?;
        self.bytes.drop_draft();
        if self.noise.turn().is_none() {
            self.rest();
            return Ok(());
        }
        self.begin_packet()?;
        self.phase = Phase::Writing;
        Ok(())
    }

    fn end_writing(&mut self) -> Result<(), Error> {
        let mut buffer = [0_u8; MAX_PAYLOAD];
        let payload = self.payload().emit(&mut buffer)?;
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
    fn begin_packet(&mut self) -> Result<(), Error> {
        if let (Kept::Hedge(hedge), true) = (&self.kept, self.noise.writes_ephemeral()) {
            let mut buffer = [0_u8; MAX_PAYLOAD];
            let payload = self.payload().emit(&mut buffer)?;
            let private = hedge.value(Label::EPHEMERAL, self.noise.hash(), payload);
            self.noise.set_ephemeral(PrivateKey::new(private));
        }
        let (number, _) = self.noise.turn().ok_or(Error::UnexpectedMessage)?;
        let header = self.hello.header(number.saturating_add(1));
        self.bytes.append(|writer| header.emit_header(writer))?;
        if number == 0 {
            self.bytes
                .append(|writer| writer.reserve(MAC1_LEN).map(|_| ()))?;
        }
        Ok(())
    }

    /// The payload of one's own next message.
    fn payload(&self) -> Payload {
        let has_offer = self.noise.turn().is_some_and(|(number, _)| number < 2);
        if !has_offer {
            return Payload {
                offer: None,
                descriptor: None,
            };
        }
        Payload {
            offer: Some(Offer::within(self.hello.model)),
            descriptor: self.promise.filter(|_| self.is_device()),
        }
    }

    /// Offers are in messages 1 and 2; beside one, the device's promise where the model has one.
    fn accept(&mut self, number: u8, payload: Payload) -> Result<(), Error> {
        if number >= 2 {
            return Ok(());
        }
        let missing = wire::Error::Truncated { missing: 1 };
        let theirs = payload.offer.ok_or(missing)?;
        Offer::OURS.check(theirs, self.hello.model)?;
        if self.awaits_a_promise() {
            self.promise = Some(payload.descriptor.ok_or(missing)?);
        }
        Ok(())
    }

    fn awaits_a_promise(&self) -> bool {
        !self.is_device() && self.hello.model != Model::RECONNECTION
    }

    /// "Initiator: the reader of label, keypad or display; the device in IK and `KKpsk0`."
    fn is_device(&self) -> bool {
        (self.role == Role::Responder) == (self.hello.model == Model::LABEL_SECRET)
    }

    fn paired(&self) -> Option<Paired> {
        let finished = self.noise.finish()?;
        let direction = match self.hello.model {
            Model::LABEL_SECRET => Direction::DeviceResponded,
            _ => Direction::DeviceInitiated,
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

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("hello", &self.hello)
            .field("role", &self.role)
            .field("phase", &self.phase)
            .finish_non_exhaustive()
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
        }
    }
}
