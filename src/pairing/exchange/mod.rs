#[cfg_attr(not(feature = "comparison"), path = "no_comparing.rs")]
mod comparing;
mod packed;
#[cfg(feature = "cpace")]
mod passcode;
mod start;
mod state;
mod step;

pub(super) use start::prologue;
#[cfg(feature = "pq")]
pub(super) use start::prologue_of_suite;

use core::fmt;

use self::packed::{Cell, Packed};
use self::state::State;
use self::step::News;
use super::noise::{Place, Role};
use super::{Error, Hello, Paired, PublicKey, SharedSecret, StaticKey};
use crate::crypto::KEY_LEN;
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
/// Takes at most 512 bytes: between two calls it keeps only what it still needs, and what was agreed for the
/// message that is read; each call makes the rest from that, by a few hashes. Secrets are wiped when it is dropped,
/// or has given its [`Paired`].
pub struct Exchange {
    hello: Hello,
    role: Role,
    phase: Phase,
    asked: Option<Asked>,
    place: Place,
    packed: Packed,
}

/// "State per half-open handshake ≤ 512 bytes"
const _: () = assert!(size_of::<Exchange>() <= 512);

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

/// Which multiplication is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Own,
    /// The static key with the other side's static one.
    WithStatic,
    /// The static key with the other side's ephemeral one.
    WithEphemeral,
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
                let key = self.packed.get(Cell::RemoteStatic);
                key.map(PublicKey::from_canonical)
            }
        }
    }

    /// What has to be computed next.
    #[must_use]
    pub fn poll_work(&self) -> Work {
        let peer = match self.asked {
            None => None,
            Some(Asked::Own) => return Work::Own,
            Some(Asked::WithStatic) => self.packed.get(Cell::RemoteStatic),
            Some(Asked::WithEphemeral) => self.remote_ephemeral(),
        };
        peer.map_or(Work::Idle, |peer| {
            Work::StaticDh(PublicKey::from_canonical(peer))
        })
    }

    /// Of a message that was read, or of the one that is read: it is in front there.
    fn remote_ephemeral(&self) -> Option<[u8; KEY_LEN]> {
        let known = self.packed.get(Cell::RemoteEphemeral);
        known.or_else(|| self.packed.draft().first_chunk().copied())
    }

    /// Performs the multiplication of [`Work::Own`]; nothing where none is due.
    ///
    /// # Errors
    ///
    /// What is wrong with the message that is worked on.
    pub fn work(&mut self) -> Result<(), Error> {
        match self.asked {
            Some(Asked::Own) => self.proceed(News::Turn),
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
        match (self.poll_work(), shared) {
            (Work::StaticDh(_), Some(shared)) => self.proceed(News::Agreed(shared.secret())),
            (Work::StaticDh(_), None) => {
                self.abandon();
                Err(Error::NoAgreement)
            }
            (Work::Idle | Work::Own, _) => Err(Error::UnexpectedMessage),
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
        Some(self.packed.sent()).filter(|packet| !packet.is_empty())
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
            Phase::Finished => return self.handle_revelation(packet),
            Phase::Over => return Err(Error::UnexpectedMessage),
        }
        let noise = self.unpack()?.noise;
        let (number, _) = noise.turn().ok_or(Error::UnexpectedMessage)?;
        let message = self.hello.message(packet, number.saturating_add(1))?;
        // The last one is used at once.
        let kept = noise.agreements_left().saturating_sub(1);
        self.packed.receive(message, kept)?;
        self.phase = Phase::Reading;
        self.proceed(News::Nothing)
    }

    /// The keys, once, when the handshake has come to its end on this side.
    ///
    /// The other side may not be there yet: a responder has finished only when the first packet
    /// under these keys is authentic. [`Exchange::packet`] stays, to be repeated until then.
    pub fn poll_paired(&mut self) -> Option<Paired> {
        let finished = self.unpack().ok();
        let paired = finished.filter(State::is_settled)?.paired();
        self.phase = Phase::Over;
        self.packed = self.packed.wiped();
        paired
    }

    /// Whether nothing can come of it any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
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
