//! Oracle: a time that was told is what it claims to be, within what it claims.

use iomt::time::{Duration, Instant};

use super::RECIPIENTS;

/// What a server's clock says when the run begins, in ms since 1970.
pub const START_MS: i64 = 1_790_000_000_000;
/// The clocks of both sides count whole milliseconds.
const ROUNDING: u64 = 2;
/// Within a round trip that is believed, a clock may have been set: the span then ends on another clock than it began on.
const ROUND_TRIP_MS: i64 = 10_000;

/// What the clocks of the servers have said, all the time.
#[derive(Debug)]
pub struct Clocks {
    /// By recipient: since when, and how many ms since 1970 it was at the beginning of the run.
    set: [Vec<(Instant, i64)>; RECIPIENTS],
}

impl Default for Clocks {
    fn default() -> Self {
        Self {
            set: core::array::from_fn(|_| vec![(Instant::ZERO, START_MS)]),
        }
    }
}

/// A time that somebody has told.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// Whose clock it is.
    pub place: usize,
    /// The moment that it is about.
    pub of: Instant,
    pub unix_ms: u64,
    pub uncertainty: Duration,
}

impl Clocks {
    pub fn note_set(&mut self, place: usize, now: Instant, at_start_ms: i64) {
        self.set[place].push((now, at_start_ms));
    }

    /// Whether it is the time of a clock that this recipient has had since then.
    pub fn is_true(&self, told: &Told, since: Instant) -> bool {
        let set = &self.set[told.place];
        let first = set.partition_point(|(from, _)| *from <= since);
        let since = &set[first.saturating_sub(1)..];
        let off = |at_start_ms: i64| {
            let truth = at_start_ms + i64::try_from(told.of.as_millis()).unwrap_or(i64::MAX);
            told.unix_ms.cast_signed().saturating_sub(truth)
        };
        let within = told.uncertainty.as_millis() + ROUNDING;
        since
            .iter()
            .any(|(_, clock)| off(*clock).unsigned_abs() <= within)
            || since.windows(2).any(|pair| {
                let (before, behind) = (off(pair[0].1), off(pair[1].1));
                before.abs_diff(behind) <= ROUND_TRIP_MS.unsigned_abs()
                    && before.signum() != behind.signum()
            })
    }

    /// What a device says of its recipient's clock; it has been on since then.
    pub fn check(&self, told: &Told, since: Instant) -> Result<(), String> {
        match self.is_true(told, since) {
            true => Ok(()),
            false => Err(format!("no clock has said this: {told:?}, {:?}", self.set)),
        }
    }

    /// What a server says of a device's ticks: some life of the device, of which each began then, has had them when it says.
    pub fn check_dating(
        &self,
        told: impl Fn(Instant) -> Told,
        lives: impl IntoIterator<Item = Instant>,
    ) -> Result<(), String> {
        let mut lives = lives.into_iter();
        match lives.any(|began| self.is_true(&told(began), began)) {
            true => Ok(()),
            false => Err(format!(
                "a reading is dated wrongly: {:?} after the start, {:?}",
                told(Instant::ZERO),
                self.set
            )),
        }
    }
}
