//! What is known of a recipient's presence, and of its clock.

use core::num::NonZeroU64;

use super::Config;
use crate::link::Freshness;
use crate::seal::EpochTag;
use crate::time::{Duration, Instant};

/// "three due intervals pass without a receipt"
const INTERVALS: u64 = 3;
/// The longest wait that a recipient may ask for at once.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// "a sample above 10 s is not used"
const LONGEST_ROUND_TRIP: Duration = Duration::from_secs(10);
/// How much two clocks may drift apart, in millionths.
const DRIFT_PPM: u64 = 100;

#[derive(Debug)]
pub(super) struct Contact {
    /// Who is not heard until then has fallen silent; `None` once it has.
    patience_ends: Option<Instant>,
    /// Whether it has fallen silent, and was not heard since.
    is_silent: bool,
    /// When the newest fresh receipt came.
    heard: Option<Instant>,
    /// The newest receipt that dates: the server's time in it, and when it came. One that answers too late does not.
    dated: Option<(NonZeroU64, Instant)>,
    sample: Option<Sample>,
    /// The newest epoch that a receipt on this connection has named.
    named: Option<EpochTag>,
}

/// The server's time at one instant, and by how much it may be off.
#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Instant,
    server_ms: u64,
    error: Duration,
}

impl Contact {
    pub(super) fn new(now: Instant, config: &Config) -> Self {
        Self {
            patience_ends: Some(patience(now, config)),
            is_silent: false,
            heard: None,
            dated: None,
            sample: None,
            named: None,
        }
    }

    pub(super) fn begin_session(&mut self, now: Instant, config: &Config) {
        self.patience_ends = Some(patience(now, config));
        self.named = None;
    }

    /// Whether it is worth waiting for in this session.
    pub(super) const fn is_patient(&self) -> bool {
        self.patience_ends.is_some()
    }

    pub(super) const fn is_silent(&self) -> bool {
        self.is_silent
    }

    /// Whether a frame that is made now is worth sending before the backlog.
    pub(super) const fn freshness(&self) -> Freshness {
        match self.is_silent {
            true => Freshness::Backlog,
            false => Freshness::Live,
        }
    }

    /// Whether a fresh receipt came within the last `span`.
    pub(super) fn was_heard_within(&self, now: Instant, span: Duration) -> bool {
        self.heard.is_some_and(|heard| now - heard <= span)
    }

    pub(super) fn silence_due(&self) -> Instant {
        self.patience_ends.unwrap_or(Instant::NEVER)
    }

    /// Whether it falls silent now, and was not before.
    pub(super) fn fall_silent(&mut self, now: Instant) -> bool {
        if self.silence_due() > now {
            return false;
        }
        self.patience_ends = None;
        !core::mem::replace(&mut self.is_silent, true)
    }

    /// Takes note of a fresh receipt: it answers a control frame that was sent at `sent`.
    ///
    /// Whether the recipient was thought to be gone.
    pub(super) fn note_receipt(
        &mut self,
        now: Instant,
        sent: Instant,
        server_ms: Option<u64>,
        config: &Config,
    ) -> bool {
        let was_silent = core::mem::replace(&mut self.is_silent, false);
        self.patience_ends = Some(patience(now, config));
        self.heard = Some(now);
        let round_trip = now - sent;
        let time = server_ms.and_then(NonZeroU64::new);
        if let Some(time) = time.filter(|_| round_trip <= LONGEST_ROUND_TRIP) {
            self.dated = Some((time, now));
            self.take_sample(now, round_trip, time.get());
        }
        was_silent
    }

    /// The server's clock stood at `server_ms` at some moment of the round trip.
    fn take_sample(&mut self, now: Instant, round_trip: Duration, server_ms: u64) {
        let new = Sample {
            at: now,
            server_ms: server_ms.saturating_add(round_trip.as_millis() / 2),
            error: round_trip,
        };
        let keeps_old = self
            .sample
            .is_some_and(|old| old.error_at(now) < new.error && old.agrees_with(&new));
        if !keeps_old {
            self.sample = Some(new);
        }
    }

    /// The server's time, in milliseconds since 1970, and by how much it may be off.
    pub(super) fn server_time(&self, now: Instant) -> Option<(u64, Duration)> {
        let sample = self.sample?;
        Some((sample.time_at(now), sample.error_at(now)))
    }

    /// What a status says of the newest receipt that dates: its time, and its age.
    pub(super) fn newest_dating(&self, now: Instant) -> (Option<NonZeroU64>, Duration) {
        match self.dated {
            Some((time, came)) => (Some(time), now - came),
            None => (None, Duration::ZERO),
        }
    }

    pub(super) fn bounded_wait(&self, wait_ms: Option<u64>) -> Duration {
        Duration::from_millis(wait_ms.unwrap_or(0)).min(LONGEST_WAIT)
    }

    pub(super) const fn note_named(&mut self, tag: EpochTag) {
        self.named = Some(tag);
    }

    pub(super) fn has_named(&self, tag: EpochTag) -> bool {
        self.named == Some(tag)
    }

    pub(super) const fn disconnect(&mut self) {
        self.named = None;
    }
}

impl Sample {
    fn time_at(&self, now: Instant) -> u64 {
        self.server_ms.saturating_add((now - self.at).as_millis())
    }

    /// The round trip, and what two clocks may have drifted apart since.
    fn error_at(&self, now: Instant) -> Duration {
        let drift = (now - self.at).as_micros() / (1_000_000 / DRIFT_PPM);
        self.error + Duration::from_micros(drift)
    }

    fn agrees_with(&self, new: &Self) -> bool {
        let apart = self.time_at(new.at).abs_diff(new.server_ms);
        apart <= (self.error_at(new.at) + new.error).as_millis()
    }
}

fn patience(now: Instant, config: &Config) -> Instant {
    now + config.due.saturating_mul(INTERVALS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIX: u64 = 1_767_225_600_000;

    // IOMT-LINK-011, IOMT-OUT-010
    #[test]
    fn a_receipt_that_answers_after_more_than_ten_seconds_dates_nothing_here_or_at_the_server() {
        let config = Config::DEFAULT;
        let mut contact = Contact::new(Instant::ZERO, &config);
        let sent = Instant::from_secs(100);
        let late = sent + LONGEST_ROUND_TRIP + Duration::from_millis(1);
        contact.note_receipt(late, sent, Some(UNIX), &config);
        assert_eq!(contact.server_time(late), None);
        assert_eq!(contact.newest_dating(late), (None, Duration::ZERO));
        let (sent, came) = (Instant::from_secs(200), Instant::from_secs(210));
        contact.note_receipt(came, sent, Some(UNIX), &config);
        // One that comes late leaves what the one before has told.
        let late = came + Duration::from_secs(60);
        contact.note_receipt(late, came, Some(UNIX + 1), &config);
        let dated = (NonZeroU64::new(UNIX), Duration::from_secs(60));
        assert_eq!(contact.newest_dating(late), dated);
    }
}
