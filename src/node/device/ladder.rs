//! When a device reconnects to one recipient, and by what.
//!
//! ```text
//!  due: the session has lasted its time │ no receipt for three due intervals │ epochs beyond the server's reach
//!       │ no room for another epoch     │ «I do not know you», at most once a step
//!   │
//!   ▼            8 times no answer, or refused                            no answer either
//!  Current ─────────────────────────────────► Previous ───────► Keys ───────► pause, and from the top
//! ```

use crate::link::Retry;
use crate::node::device::Rung;
use crate::time::Instant;

/// How often message 1 is sent before the next rung is tried.
pub(super) const ATTEMPTS: u8 = 8;

#[derive(Debug)]
pub(super) struct Ladder {
    rung: Rung,
    /// Nothing is tried before.
    not_before: Instant,
    rounds: u8,
    /// The recipient has said, without proof, that it does not know us.
    is_hinted: bool,
}

impl Ladder {
    pub(super) const fn new() -> Self {
        Self {
            rung: Rung::Current,
            not_before: Instant::ZERO,
            rounds: 0,
            is_hinted: false,
        }
    }

    pub(super) const fn not_before(&self) -> Instant {
        self.not_before
    }

    pub(super) const fn is_hinted(&self) -> bool {
        self.is_hinted
    }

    pub(super) const fn rung(&self) -> Rung {
        self.rung
    }

    /// "«I do not know you» without proof is a hint: one reconnection per back-off step."
    pub(super) const fn note_hint(&mut self) {
        self.is_hinted = true;
    }

    /// Nobody has answered on this rung.
    pub(super) fn climb(&mut self, now: Instant, retry: Retry, has_previous: bool) {
        self.rung = match (self.rung, has_previous) {
            (Rung::Current, true) => Rung::Previous,
            (Rung::Current | Rung::Previous, _) => Rung::Keys,
            (Rung::Keys, _) => {
                self.pause(now, retry);
                Rung::Current
            }
        };
    }

    /// After each round, whatever came of it.
    fn pause(&mut self, now: Instant, retry: Retry) {
        self.not_before = now + retry.delay(self.rounds, u32::from(self.rounds));
        self.rounds = self.rounds.saturating_add(1);
        self.is_hinted = false;
    }

    /// A new session is agreed.
    pub(super) fn note_agreed(&mut self, now: Instant, retry: Retry) {
        self.rung = Rung::Current;
        self.pause(now, retry);
    }

    /// The recipient has proved that it knows the session.
    pub(super) const fn note_proof(&mut self) {
        self.rounds = 0;
        self.is_hinted = false;
        self.rung = Rung::Current;
    }
}
