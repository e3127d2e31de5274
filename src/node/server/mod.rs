//! The server's end of one device.
//!
//! ```text
//!                  ┌ trusted ────── standing: session, secret      pending: one handshake, in RAM
//!  Server ────────┼ quarantine ─── the same, of a device that has its key and has lost the secret
//!                  ├ attempt ────── a pairing by the label that was read here
//!                  ├ ordered ────── a command to the device that it has not answered
//!                  └ answering ──── the message 1 that is worked on, one multiplication a call
//!
//!  handshakes     what makes sessions        frames   what comes in them     transmit  what goes out
//!  reception      who calls, of many         rows     what a fleet stores    refusal   "I do not know you"
//! ```

mod answering;
mod attempt;
mod candidate;
mod command;
#[cfg_attr(not(feature = "comparison"), path = "no_comparison.rs")]
mod comparison;
mod config;
mod frames;
mod handshakes;
mod introduction;
#[cfg_attr(not(feature = "cpace"), path = "no_passcode.rs")]
mod passcode;
mod quarantine;
mod reception;
mod refusal;
mod relation;
mod report;
mod rows;
mod session;
mod standing;
mod transmit;
mod wall;

#[cfg(test)]
mod tests;

pub use config::ServerConfig;
pub use reception::{Caller, Reception};
pub use refusal::{REFUSAL_LEN, refusal};
pub use relation::Trust;
pub use report::{NamedLoss, Received, ServerEvent, ServerStats};
pub use transmit::{Recipient, Transmit};

use heapless::Deque;

use self::answering::Answering;
use self::attempt::Attempt;
use self::command::Ordered;
use self::comparison::Comparison;
use self::introduction::Introduced;
use self::passcode::Typed;
use self::relation::Relation;
use self::session::Session;
use self::wall::Wall;
use super::Error;
use super::bucket::Bucket;
use crate::link::Clock;
use crate::pairing::{Model, PublicKey, StaticKey};
use crate::seal::{self, Stored};
use crate::time::{Duration, Instant};
use crate::wire::{ConnectionId, Hint, Locator, Packet, Space};

/// How many events wait to be polled; older ones give way.
const MAX_EVENTS: usize = 8;
/// How many losses wait to be polled.
const MAX_LOSSES: usize = 32;

/// The server's end of one device: datagrams in, sealed records and receipts out.
///
/// **Rules.**
/// - What [`Server::handle_datagram`] yields is acknowledged only when it comes back
///   through [`Server::handle_stored`]; until then the device sends it again.
/// - A new session ends the one before with its first authentic frame, not before.
/// - No call does more than one scalar multiplication.
/// - Where rows are kept: write the row in the transaction that stores what an input has yielded, and only
///   then call [`Server::poll_transmit`]. A receipt says what has to be on storage.
///
/// It takes about 8.5 KiB with `std`, 17.5 KiB without: two openers, and a handshake under way. A store of a million devices
/// holds rows of a few hundred bytes ([`Server::export`]) and few servers.
#[derive(Debug)]
pub struct Server {
    key: StaticKey,
    config: ServerConfig,
    expected: Option<PublicKey>,
    introduced: Option<Introduced>,
    ordered: Option<Ordered>,
    attempt: Attempt,
    /// A pairing by a passcode, before its handshake.
    typed: Option<Typed>,
    comparison: Comparison,
    trusted: Relation,
    quarantine: Relation,
    /// After this server has lost state: how long a device's key alone is enough.
    keys_trusted_until: Option<Instant>,
    answering: Option<Answering>,
    /// Of first messages that name nobody.
    strangers: Bucket,
    /// Of those that name a secret in use: who has heard one takes nothing from the others.
    hinted: Bucket,
    /// When the newest work came up.
    work_since: Instant,
    wall: Wall,
    wait: Duration,
    events: Deque<ServerEvent, MAX_EVENTS>,
    losses: Deque<NamedLoss, MAX_LOSSES>,
    stats: ServerStats,
    revision: u64,
}

impl Server {
    /// A server that has not met its device yet.
    #[must_use]
    pub fn new(key: impl Into<StaticKey>, config: ServerConfig) -> Self {
        Self {
            key: key.into(),
            config,
            expected: None,
            introduced: None,
            ordered: None,
            attempt: Attempt::None,
            typed: None,
            comparison: Comparison::default(),
            trusted: Relation::new(),
            quarantine: Relation::new(),
            keys_trusted_until: None,
            answering: None,
            strangers: Bucket::default(),
            hinted: Bucket::default(),
            work_since: Instant::ZERO,
            wall: Wall::new(),
            wait: Duration::ZERO,
            events: Deque::new(),
            losses: Deque::new(),
            stats: ServerStats::default(),
            revision: 0,
        }
    }

    /// Says which device is to come: one whose key is known from the factory, with this server's key in it, or
    /// from a pairing that was [agreed](ServerEvent::Agreed) before this server was restarted.
    ///
    /// It counts as long as no pairing stands.
    pub const fn expect(&mut self, device: PublicKey) {
        self.expected = Some(device);
    }

    /// The key of the paired device.
    #[must_use]
    pub fn peer(&self) -> Option<PublicKey> {
        Some(self.trusted.standing.party()?.peer)
    }

    /// Every locator under which a frame may come: what a table of many devices holds, up to 100.
    ///
    /// They change when a handshake is answered, when a frame opens a new epoch, when a control frame
    /// closes one, and when a new session takes the place of the one before.
    pub fn locators(&self) -> impl Iterator<Item = Locator> {
        let attempt = self.attempt.candidate().into_iter();
        Trust::BOTH
            .into_iter()
            .flat_map(|trust| self.relation(trust).locators())
            .chain(attempt.flat_map(candidate::Candidate::locators))
    }

    /// The hints under which a reconnection may come: what a table of many devices holds.
    pub fn hints(&self) -> impl Iterator<Item = Hint> {
        Trust::BOTH
            .into_iter()
            .filter_map(|trust| self.relation(trust).hint())
            .chain(self.introduced_hint())
    }

    /// The handshakes that are under way: what a table of many devices holds to find the
    /// server whose answer, or whose repeated first message, a handshake packet is.
    pub fn connections(&self) -> impl Iterator<Item = ConnectionId> {
        let asking = self
            .attempt
            .exchange()
            .map(crate::pairing::Exchange::connection);
        let answering = self
            .answering
            .as_ref()
            .map(|answering| answering.hello.connection);
        let pending = Trust::BOTH.into_iter().filter_map(|trust| {
            let pending = self.relation(trust).pending.as_ref()?;
            Some(pending.connection)
        });
        let typed = self.typed.as_ref().map(|typed| typed.connection);
        let own = asking.into_iter().chain(typed);
        own.chain(answering).chain(pending)
    }

    /// What the server has done so far.
    #[must_use]
    pub const fn stats(&self) -> ServerStats {
        self.stats
    }

    /// A number that changes with whatever a [row](Server::export) holds: time to write one.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// What the device's ticks stand for, by the newest boot that has said so; `None` without a pairing.
    #[must_use]
    pub fn device_clock(&self) -> Option<&Clock> {
        Some(&self.trusted.standing.session()?.clock)
    }

    /// Tells the server the time, in milliseconds since 1970: receipts carry it from now on.
    ///
    /// Call it again whenever the clock was changed, and once in an hour for the drift. Of a server that learns only from
    /// these calls that its clock was set back, each receipt that may be older is held against the clock before: a device
    /// is not dated by it where that makes its round trip too long. A server that was started since can not know; it may
    /// take a device's ticks for up to 10 s earlier than they were, by the clock before.
    pub const fn set_wall_clock(&mut self, now: Instant, unix_millis: u64) {
        self.wall.set(now, unix_millis);
    }

    /// Asks the device to keep back its data for so long from each receipt on; zero ends it. Alarms do not wait.
    pub const fn set_wait(&mut self, wait: Duration) {
        self.wait = wait;
    }

    /// Takes a datagram from the device; yields records that were not stored before.
    ///
    /// A frame is opened in its own buffer. A message of a handshake is kept, and worked on by
    /// [`Server::handle_timeout`].
    ///
    /// # Errors
    ///
    /// What is wrong with it; the server is as it was. Where [`Error::is_unknown`] says so, a
    /// [`refusal`] may be sent.
    pub fn handle_datagram<'b>(
        &mut self,
        now: Instant,
        datagram: &'b mut [u8],
    ) -> Result<Received<'b>, Error> {
        let handled = match Packet::parse(datagram) {
            Ok(Packet::Frame(_)) => self.handle_frame(now, datagram),
            Ok(Packet::Handshake(handshake)) => self
                .handle_handshake(now, (Model(handshake.model), handshake.step), datagram)
                .map(|()| Received::Handshake),
            Ok(Packet::Receipt(_) | Packet::Refused(_)) => {
                Err(seal::Error::UnexpectedPacket.into())
            }
            Err(error) => Err(error.into()),
        };
        self.stats.packets_refused += u64::from(handled.is_err());
        handled
    }

    /// Takes the word that a frame's records are on storage: a receipt will say so.
    ///
    /// # Errors
    ///
    /// [`Error::Seal`] when it can not be acknowledged now; it will come again.
    pub fn handle_stored(&mut self, now: Instant, stored: Stored) -> Result<(), Error> {
        let delay = match stored.space() {
            Space::Alarm => Duration::ZERO,
            _ => self.config.receipt_delay,
        };
        let mut handled = Err(Error::NotPaired);
        for trust in Trust::BOTH {
            let Some(session) = self.session_mut(trust) else {
                continue;
            };
            if session.knows(stored.epoch()) {
                handled = session.opener.commit(stored.share()).map_err(Error::from);
                session.want_receipt(now + delay);
            } else if handled == Err(Error::NotPaired) {
                handled = Err(seal::Error::UnknownEpoch.into());
            }
        }
        self.note_change();
        handled
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        self.events.pop_front()
    }

    /// The next frames that are lost: to be stored before the next receipt leaves.
    ///
    /// Poll it after every input, until it is `None`. Those that find no room here are not taken note of: the device
    /// repeats its list, and they come then.
    pub fn poll_loss(&mut self) -> Option<NamedLoss> {
        self.losses.pop_front()
    }

    const fn relation(&self, trust: Trust) -> &Relation {
        match trust {
            Trust::Trusted => &self.trusted,
            Trust::Quarantined => &self.quarantine,
        }
    }

    const fn relation_mut(&mut self, trust: Trust) -> &mut Relation {
        match trust {
            Trust::Trusted => &mut self.trusted,
            Trust::Quarantined => &mut self.quarantine,
        }
    }

    fn session_mut(&mut self, trust: Trust) -> Option<&mut Session> {
        self.relation_mut(trust).standing.session_mut()
    }

    /// The time in milliseconds since 1970.
    fn unix_millis(&self, now: Instant) -> Option<u64> {
        self.wall.now(now)
    }

    const fn note_change(&mut self) {
        self.revision = self.revision.wrapping_add(1);
    }

    fn note(&mut self, event: ServerEvent) {
        note(&mut self.events, event);
    }
}

/// Events that nobody polls give way to newer ones.
fn note(events: &mut Deque<ServerEvent, MAX_EVENTS>, event: ServerEvent) {
    if events.is_full() {
        events.pop_front();
    }
    let _ = events.push_back(event);
}
