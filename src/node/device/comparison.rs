//! The device's part in a pairing by digits that a person compares; it begins.
//!
//! ```text
//!  compare ──► message 1, repeated ── message 2, work ──► message 3, repeated ── message 4 ──► DigitsReady
//!                                                                                                 │ confirm_digits
//!              owner ◄── receipt under the new keys: the other person has said yes too ── Keyed ◄─┘
//!  reject_digits, disarm, or two minutes without progress ──► gone
//! ```

use super::half_open::{Keyed, PATIENCE};
use super::work::work_once;
use super::{Device, DeviceEvent, Error};
use crate::link::Retry;
use crate::pairing::comparison::Digits;
use crate::pairing::{self, Exchange, SharedSecret, StaticKey, Work};
use crate::seal::Entropy;
use crate::time::Instant;
use crate::wire::ConnectionId;

/// The run that is under way.
#[derive(Debug, Default)]
pub(super) struct Comparison(Option<Run>);

#[derive(Debug)]
struct Run {
    exchange: Exchange,
    /// Tells this handshake's pauses from those of other devices.
    salt: u32,
    sent: u8,
    due: Instant,
    /// When it is given up.
    until: Instant,
}

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    /// Begins to pair with whoever a person compares digits with, in the place of whatever the device was armed with.
    ///
    /// `token` is what the device advertises meanwhile: some random bytes, no secret. Each run begins with a
    /// person, so that a stranger gets one guess in 10^6 for each time that somebody says yes without a look.
    ///
    /// # Errors
    ///
    /// [`Error::Pairing`] when the random number generator fails.
    pub fn compare(
        &mut self,
        now: Instant,
        token: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        self.disarm();
        let entropy = &mut self.draws.watch(entropy);
        let mut connection = ConnectionId([0; 8]);
        entropy
            .fill(&mut connection.0)
            .map_err(pairing::Error::Entropy)?;
        let (key, descriptor) = (&self.key, self.descriptor_hash);
        let exchange = Exchange::compare(key, descriptor, token, connection, entropy)?;
        let ConnectionId([a, b, c, d, ..]) = connection;
        self.comparison = Comparison(Some(Run {
            exchange,
            salt: u32::from_le_bytes([a, b, c, d]),
            sent: 0,
            due: now,
            until: now + PATIENCE,
        }));
        Ok(())
    }

    /// What the device shows, from [`DeviceEvent::DigitsReady`] on.
    #[must_use]
    pub fn digits(&self) -> Option<Digits> {
        self.comparison.0.as_ref()?.exchange.digits()
    }

    /// The person has seen these digits here, and said that the other side shows the same. The pairing finishes once the
    /// person has said so there.
    ///
    /// `seen` is what [`Device::digits`] gave when it was shown: a yes to the digits of an earlier run confirms no other run.
    ///
    /// # Errors
    ///
    /// [`Error::NotAwaited`] while there are no digits, or others.
    pub fn confirm_digits(&mut self, now: Instant, seen: Digits) -> Result<(), Error> {
        let run = self.comparison.0.as_mut().ok_or(Error::NotAwaited)?;
        let confirmed = run.exchange.confirm_digits(seen);
        confirmed.map_err(|_| Error::NotAwaited)?;
        let connection = run.exchange.connection();
        let keyed = Keyed::of(&mut run.exchange, &self.key)?;
        self.comparison.0 = None;
        if let Some(keyed) = keyed {
            self.half_open.take_in(now, connection, keyed);
        }
        Ok(())
    }

    /// The person has said no, or will say nothing: the run is over.
    pub fn reject_digits(&mut self) {
        self.comparison.0 = None;
    }

    /// Takes a packet of the run.
    pub(super) fn handle_comparison(&mut self, now: Instant, packet: &[u8]) -> Result<(), Error> {
        let run = self.comparison.0.as_mut().ok_or(Error::NotArmed)?;
        let had_digits = run.exchange.digits().is_some();
        run.exchange.handle_packet(packet)?;
        run.until = now + PATIENCE;
        if run.exchange.digits().is_some() && !had_digits {
            self.note(DeviceEvent::DigitsReady);
        }
        Ok(())
    }

    pub(super) fn expire_comparison(&mut self, now: Instant) {
        if self.comparison.0.take_if(|run| run.until <= now).is_some() {
            self.note(DeviceEvent::ComparisonFailed);
        }
    }
}

impl Comparison {
    pub(super) fn disarm(&mut self) {
        self.0 = None;
    }

    /// Whether a handshake packet is one of the run.
    pub(super) fn is_of(&self, connection: ConnectionId) -> bool {
        let run = self.0.as_ref();
        run.is_some_and(|run| run.exchange.connection() == connection)
    }

    pub(super) fn poll_work(&self) -> Work {
        let run = self.0.as_ref();
        run.map_or(Work::Idle, |run| run.exchange.poll_work())
    }

    /// Does one piece of work; behind the last one of a message, the answer to it is due.
    pub(super) fn work(
        &mut self,
        now: Instant,
        shared: Option<SharedSecret>,
        key: &StaticKey,
    ) -> Result<(), Error> {
        let Some(run) = &mut self.0 else {
            return Ok(());
        };
        work_once(&mut run.exchange, shared, key)?;
        if run.exchange.poll_work() == Work::Idle {
            (run.sent, run.due) = (0, now);
        }
        Ok(())
    }

    pub(super) fn poll_transmit(&mut self, now: Instant, retry: Retry) -> Option<&[u8]> {
        let run = self.0.as_mut()?;
        if run.transmit_due() > now {
            return None;
        }
        run.due = now + retry.delay(run.sent, run.salt);
        run.sent = run.sent.saturating_add(1);
        run.exchange.packet()
    }

    /// When something is to be sent, or the run given up.
    pub(super) fn due(&self) -> Instant {
        let run = self.0.as_ref();
        run.map_or(Instant::NEVER, |run| run.transmit_due().min(run.until))
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.0.as_ref().is_some_and(|run| run.transmit_due() <= now)
    }
}

impl Run {
    /// While there are digits the other side repeats itself.
    fn transmit_due(&self) -> Instant {
        let is_sent = self.exchange.packet().is_some() && self.exchange.digits().is_none();
        let is_idle = self.exchange.poll_work() == Work::Idle;
        match is_sent && is_idle {
            true => self.due,
            false => Instant::NEVER,
        }
    }
}
