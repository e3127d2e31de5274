mod bytes;
#[cfg_attr(not(feature = "comparison"), path = "no_comparing.rs")]
mod comparing;
mod parked;
#[cfg(feature = "cpace")]
mod passcode;
mod start;
mod step;

#[cfg(feature = "comparison")]
pub use comparing::Revealed;
#[cfg(all(feature = "comparison", feature = "node"))]
pub(crate) use comparing::TokenKey;
pub use parked::Parked;

pub(super) use start::prologue;
#[cfg(feature = "pq")]
pub(super) use start::prologue_of_suite;

use core::fmt;

use self::bytes::Bytes;
use self::comparing::Sas;
use super::noise::{Checkpoint, Handshake, Need, Role};
use super::{DescriptorHash, Error, Hello, Paired, PublicKey, SharedSecret, StaticKey};
use crate::crypto::Secret;
use crate::seal::Hedge;
use crate::wire::ConnectionId;

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
/// Takes up to 744 bytes on a 64-bit machine, 872 with the feature `comparison`; who has many of them puts those by that wait
/// for a packet, [`Exchange::park`], in 512 at most. Secrets are wiped when it is dropped, or has given its [`Paired`].
//
// Its steps are `inline(never)`: their buffers are on the stack while one of them runs, and no longer.
pub struct Exchange {
    noise: Handshake,
    hello: Hello,
    role: Role,
    phase: Phase,
    /// Of the pairing that it goes back to: its own, or that of a reconnection's secret.
    suite: u8,
    /// Which one could use beside suite 1, in the form of an offer.
    other_suites: u8,
    kept: Kept,
    /// What the device promises to describe itself as: one's own promise, or the other side's.
    promise: Option<DescriptorHash>,
    /// Until its token is through for good: behind message 2 it may be needed more than once.
    psk: Option<Secret>,
    sas: Sas,
    bytes: Bytes,
}

/// What an [`Exchange`] waits for.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
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

    /// The suite that the two were paired in: what [`Paired::suite`] is going to be.
    #[cfg(feature = "pq")]
    pub(super) const fn suite(&self) -> u8 {
        self.suite
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
    #[inline(never)] // See `Exchange`.
    pub fn work(&mut self) -> Result<(), Error> {
        if self.poll_work() != Work::Own {
            return Ok(());
        }
        self.attempt(|exchange| {
            let Self { noise, bytes, .. } = exchange;
            match noise.need()? {
                Need::Ephemeral => bytes.append(|writer| noise.write_ephemeral(writer)),
                _ => Ok(noise.agree()?),
            }
        })
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
    #[inline(never)] // See `Exchange`.
    pub fn handle_packet(&mut self, packet: &[u8]) -> Result<(), Error> {
        match self.phase {
            Phase::Waiting => {}
            Phase::Reading | Phase::Writing => return Err(Error::Busy),
            Phase::Finished if self.sas.awaits_revelation() => {
                return self.handle_revelation(packet);
            }
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
    #[inline(never)] // See `Exchange`.
    pub fn poll_paired(&mut self) -> Option<Paired> {
        if self.phase != Phase::Finished || !self.sas.is_settled() {
            return None;
        }
        self.phase = Phase::Over;
        let paired = self.paired();
        self.noise.wipe();
        self.psk = None;
        paired
    }

    /// Whether nothing can come of it any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }
}

#[cfg(all(test, target_os = "linux"))]
impl Exchange {
    /// What has to be wiped of it.
    pub(super) fn secrets(&self) -> std::vec::Vec<crate::crypto::memory::Named> {
        let mut secrets = self.noise.secrets();
        secrets.extend(self.psk.iter().map(|psk| ("psk", psk.expose().to_vec())));
        secrets.extend(match &self.kept {
            Kept::Mac1Key(key) => Some(("MAC1 key", key.expose().to_vec())),
            Kept::Hedge(hedge) => Some(("hedge", hedge.expose().to_vec())),
            Kept::Nothing | Kept::Checkpoint(_) => None,
        });
        secrets.extend(self.sas.secret());
        secrets
    }
}

/// How large each part is, in the order of the table in `guide::performance`.
#[cfg(test)]
pub(super) const PARTS: [usize; 4] = [
    size_of::<Bytes>(),
    size_of::<Handshake>(),
    size_of::<Kept>(),
    size_of::<Sas>(),
];

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("hello", &self.hello)
            .field("role", &self.role)
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}
