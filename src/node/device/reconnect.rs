//! The handshake that a device begins: reconnection, and being met by its keys.
//!
//! ```text
//!  ladder due ──► Exchange ── message 1, repeated ──► ◄── message 2 ── work ──► next session, to be stored
//!                     │
//!                     └── nobody answers, or refuses ──► the next rung
//! ```
//!
//! There is one at a time, for all recipients.

use super::ladder::Ladder;
use super::peer::Agreed;
use super::{Device, Error, Rung};
use crate::pairing::{self, Exchange};
use crate::seal::Entropy;
use crate::time::{Duration, Instant};
use crate::wire::ConnectionId;

/// How soon a handshake that could not begin is tried again.
const AGAIN: Duration = Duration::from_secs(60);

/// A handshake that the device has begun.
#[derive(Debug)]
pub(super) struct Attempt {
    peer: u8,
    rung: Rung,
    pub(super) exchange: Exchange,
    /// Tells this handshake's pauses from those of other devices.
    salt: u32,
    sent: u8,
    /// How often it is sent at most.
    patience: u8,
    is_refused: bool,
    due: Instant,
}

impl Attempt {
    /// Somebody says, without proof, that nobody knows us there.
    pub(super) fn note_refused(&mut self, now: Instant) {
        self.is_refused = true;
        self.due = self.due.min(now);
    }

    /// When there is something to do; none while all waits for the static key, which is elsewhere and has no clock.
    pub(super) fn due(&self) -> Instant {
        match self.exchange.packet().is_some() || self.is_at_its_end() {
            true => self.due,
            false => Instant::NEVER,
        }
    }

    pub(super) const fn peer(&self) -> u8 {
        self.peer
    }

    /// Whether message 1 is to be sent now.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due() <= now && !self.is_at_its_end()
    }

    /// Message 1, where it is due.
    pub(super) fn poll_transmit(
        &mut self,
        now: Instant,
        retry: crate::link::Retry,
    ) -> Option<&[u8]> {
        if !self.is_due(now) {
            return None;
        }
        let packet = self.exchange.packet()?;
        self.due = now + retry.delay(self.sent, self.salt);
        self.sent = self.sent.saturating_add(1);
        Some(packet)
    }

    /// Whether nobody answers: refused, or the pause behind the last repetition is over.
    fn is_unanswered(&self, now: Instant) -> bool {
        self.due <= now && self.is_at_its_end()
    }

    const fn is_at_its_end(&self) -> bool {
        self.is_refused || self.sent >= self.patience
    }
}

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    /// Begins to reconnect where that is due and nothing else is under way.
    pub(super) fn begin_attempt(
        &mut self,
        now: Instant,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        if self.attempt.is_some() {
            return Ok(());
        }
        let mut peers = self.peers.iter();
        let Some(peer) = peers.find(|peer| peer.reconnection_due() <= now) else {
            return Ok(());
        };
        let number = peer.number;
        let begun = self.begin_attempt_with(now, number, entropy);
        if let (Err(_), Some(peer)) = (&begun, self.peer_mut(number)) {
            peer.ladder.postpone(now + AGAIN);
        }
        begun
    }

    #[inline(never)]
    fn begin_attempt_with(
        &mut self,
        now: Instant,
        number: u8,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let known = self.peers.iter().find(|peer| peer.number == number);
        let peer = known.ok_or(Error::NotPaired)?;
        let entropy = &mut self.draws.watch(entropy);
        let mut connection = ConnectionId([0; 8]);
        entropy
            .fill(&mut connection.0)
            .map_err(pairing::Error::Entropy)?;
        let (rung, key, secret) = peer.rung();
        let exchange = match secret {
            Some(secret) => Exchange::reconnect(&self.key, key, secret, connection, entropy)?,
            None => Exchange::meet(&self.key, key, self.descriptor_hash, connection, entropy)?,
        };
        let ConnectionId([a, b, c, d, ..]) = connection;
        self.attempt = Some(Attempt {
            peer: peer.number,
            rung,
            exchange,
            salt: u32::from_le_bytes([a, b, c, d]),
            sent: 0,
            patience: Ladder::attempts(rung, peer.has_secret()),
            is_refused: false,
            due: now,
        });
        Ok(())
    }

    #[inline(never)] // What it has of secrets is wiped in one place.
    pub(super) fn give_up_attempt(&mut self) {
        self.attempt = None;
    }

    /// Goes on to the next rung where nobody answers.
    pub(super) fn end_attempt(&mut self, now: Instant) {
        let retry = self.config.retry;
        let Some(attempt) = &self.attempt else { return };
        if !attempt.is_unanswered(now) {
            return;
        }
        let (number, is_refused) = (attempt.peer, attempt.is_refused);
        self.give_up_attempt();
        if let Some(peer) = self.peer_mut(number) {
            peer.climb(now, retry, is_refused);
        }
    }

    /// Message 2 was read: a session is agreed, and used once it is stored.
    #[inline(never)]
    pub(super) fn finish_attempt(
        &mut self,
        now: Instant,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let Some(attempt) = &mut self.attempt else {
            return Ok(());
        };
        let Some(mut paired) = attempt.exchange.poll_paired() else {
            return Ok(());
        };
        let (number, rung) = (attempt.peer, attempt.rung);
        self.give_up_attempt();
        if !self.is_of_use(number, rung) {
            return Ok(());
        }
        let current = paired.secrets.resumption().ok_or(pairing::Error::BadKey)?;
        let mut sealer = paired.secrets.into_sealer(self.key.hedge_secret())?;
        let start = self.start(&mut sealer, entropy)?;
        let config = self.config;
        if let Some(peer) = self.peer_mut(number) {
            let agreed = Agreed {
                start,
                current,
                by: Some(rung),
            };
            peer.ladder.note_agreed(now, config.retry);
            peer.take_next(now, sealer, agreed, &config);
        }
        Ok(())
    }

    /// Whether what a handshake has agreed is to be used, or has come too late.
    fn is_of_use(&mut self, number: u8, rung: Rung) -> bool {
        let Some(peer) = self.peer_mut(number) else {
            return false;
        };
        match rung {
            Rung::Keys => !peer.has_secret() || peer.ladder.accepts_keys(),
            // A receipt may have shown meanwhile that the recipient has the current one; then this one is over there too.
            Rung::Previous | Rung::Successor => peer.secret_for(rung).is_some(),
            Rung::Current => true,
        }
    }
}
