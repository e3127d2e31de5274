//! Oracle: a time that was told is what it claims to be, within what it claims.

use iomt::time::{Duration, Instant};

use super::RECIPIENTS;

/// What a server's clock says when the run begins, in ms since 1970.
pub const START_MS: i64 = 1_790_000_000_000;
/// The clocks of both sides count whole milliseconds.
const ROUNDING: u64 = 2;
/// How long a receipt may have been under way that a device lets count.
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

impl Told {
    /// By how many ms it may be off.
    const fn within(&self) -> u64 {
        self.uncertainty.as_millis() + ROUNDING
    }

    /// By how many ms it is behind this clock; negative for before.
    fn off(&self, at_start_ms: i64) -> i64 {
        let truth = at_start_ms + i64::try_from(self.of.as_millis()).unwrap_or(i64::MAX);
        self.unix_ms.cast_signed().saturating_sub(truth)
    }
}

impl Clocks {
    pub fn note_set(&mut self, place: usize, now: Instant, at_start_ms: i64) {
        self.set[place].push((now, at_start_ms));
    }

    /// The clocks that this recipient has had since then.
    fn since(&self, place: usize, since: Instant) -> &[(Instant, i64)] {
        let set = &self.set[place];
        let first = set.partition_point(|(from, _)| *from <= since);
        &set[first.saturating_sub(1)..]
    }

    /// Whether it is the time of a clock that this recipient has had since then.
    pub fn is_true(&self, told: &Told, since: Instant) -> bool {
        let within = told.within();
        let mut clocks = self.since(told.place, since).iter();
        clocks.any(|(_, clock)| told.off(*clock).unsigned_abs() <= within)
    }

    /// Whether whoever tells it, who was started then, could not know better.
    ///
    /// A receipt and the status that speaks of it may both be late, and the clock set back in between by as much: by the clock
    /// of now the round trip is short. Whoever was told of the change does not date by it. Who was started behind it has seen
    /// one clock only; but a device lets no receipt count that took longer than 10 s, so the clock before is missed by no
    /// more beside what is claimed, and to the one side. More may not be asked.
    fn is_excused(&self, told: &Told, since: Instant, started: Instant) -> bool {
        let mut changes = self.since(told.place, since).windows(2);
        let earliest = -(ROUND_TRIP_MS + told.within().cast_signed());
        changes.any(|pair| {
            let (before, behind) = (pair[0].1, pair[1].1);
            let is_unseen = pair[1].0 <= started && behind < before;
            is_unseen && (earliest..0).contains(&told.off(before))
        })
    }

    /// What a device says of its recipient's clock; it has been on since then.
    pub fn check(&self, told: &Told, since: Instant) -> Result<(), String> {
        match self.is_true(told, since) {
            true => Ok(()),
            false => Err(format!("no clock has said this: {told:?}, {:?}", self.set)),
        }
    }

    /// What a server that was started then says of a device's ticks: some life of the device, of which each began then, has had
    /// them when it says.
    pub fn check_dating(
        &self,
        told: impl Fn(Instant) -> Told,
        lives: impl IntoIterator<Item = Instant>,
        started: Instant,
    ) -> Result<(), String> {
        let mut lives = lives.into_iter();
        let is_right = |began| {
            let told = told(began);
            self.is_true(&told, began) || self.is_excused(&told, began, started)
        };
        match lives.any(is_right) {
            true => Ok(()),
            false => Err(format!(
                "a reading is dated wrongly: {:?} after the start, {:?}",
                told(Instant::ZERO),
                self.set
            )),
        }
    }
}
