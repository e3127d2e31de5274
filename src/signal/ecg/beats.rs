use heapless::{Deque, Vec};

use super::candidate::{Candidate, REFRACTORY_MS};
use super::levels::{Fit, Levels};
use super::recent::Recent;
use crate::bounded;

/// Decides which candidates are beats.
///
/// ```text
/// candidate ─> queue ─> above the threshold, and no T wave? ── yes ─> beat
///             (while it        │ no                                    ^
///              learns)         v                                       │
///                           rejected ── the highest, in an interval that is too long
/// ```
#[derive(Debug, Clone)]
pub(super) struct BeatFinder {
    times: Times,
    levels: Levels,
    intervals: Recent<8>,
    queue: Deque<Candidate, WAITING>,
    rejected: Vec<Candidate, WAITING>,
    last: Option<Candidate>,
    learn_until: Option<u64>,
    /// A beat that another one, found late, has gone before.
    held: Option<Candidate>,
    relax_at: u64,
    resumed_at: u64,
    /// Before this, without a new candidate, no beat becomes certain.
    due_at: u64,
}

/// Maxima are a refractory period apart, so in two seconds there are at most nine.
const WAITING: usize = 12;

/// The spans that the decisions need, in samples.
#[derive(Debug, Clone, Copy)]
struct Times {
    learning: u64,
    refractory: u64,
    t_wave: u64,
    p_wave: u64,
    memory: u64,
    patience: u64,
}

impl Times {
    fn new(rate_hz: u64) -> Self {
        let samples = |ms: u64| (rate_hz * ms).div_ceil(1_000);
        Self {
            // Two seconds hold a beat of any heart above 30 a minute.
            learning: samples(2_000),
            refractory: samples(REFRACTORY_MS),
            // A T wave's top comes within 360 ms of its R peak, unless the heart is slow.
            t_wave: samples(360),
            // A P wave's top comes within 300 ms before its R peak, even in first-degree block.
            p_wave: samples(300),
            // Bounds the delay of a beat that is found late.
            memory: samples(2_000),
            // So long without a beat, the amplitude may have dropped.
            patience: samples(3_000),
        }
    }

    /// After this a candidate is about to be forgotten.
    fn forgets_at(&self, at: u64) -> u64 {
        at.saturating_add(self.memory * 3 / 4)
    }
}

impl BeatFinder {
    /// At `rate_hz`, with an envelope that says nothing below `floor`.
    pub(super) fn new(rate_hz: u64, floor: u32) -> Self {
        let times = Times::new(rate_hz);
        Self {
            times,
            levels: Levels::new(floor),
            intervals: Recent::new(),
            queue: Deque::new(),
            rejected: Vec::new(),
            last: None,
            learn_until: Some(times.learning),
            relax_at: times.patience,
            resumed_at: 0,
            held: None,
            due_at: 0,
        }
    }

    /// Whether a candidate of this height can ever be a beat.
    pub(super) fn may_take(&self, height: i32) -> bool {
        height.unsigned_abs() > self.levels.floor()
    }

    /// Takes a candidate in; it waits for its turn.
    pub(super) fn handle_candidate(&mut self, candidate: Candidate) {
        // The queue is longer than what can wait; were it full, the newest would be lost.
        let _ = self.queue.push_back(candidate);
        self.due_at = 0;
    }

    /// Whether [`poll_beat`](Self::poll_beat) may have something to do at `now`.
    pub(super) fn is_due(&self, now: u64) -> bool {
        now >= self.due_at
    }

    /// The next beat that is certain at `now`, if any.
    pub(super) fn poll_beat(&mut self, now: u64) -> Option<Candidate> {
        if let Some(end) = self.learn_until.filter(|end| now < *end) {
            self.due_at = end;
            return None;
        }
        self.due_at = 0;
        if self.learn_until.take().is_some() {
            self.end_learning(now);
        }
        if let Some(beat) = self.held.take() {
            return Some(self.accept_at_once(beat));
        }
        while let Some(candidate) = self.queue.pop_front() {
            if let Some(beat) = self.judge(candidate) {
                return Some(beat);
            }
        }
        self.relax(now);
        let found = self.search_back(now);
        if found.is_none() {
            self.due_at = self.relax_at.min(self.search_back_at());
        }
        found
    }

    /// Says that the signal was interrupted: no interval and no T wave spans that.
    pub(super) fn interrupt(&mut self, now: u64) {
        if self.learn_until.take().is_some() {
            self.end_learning(now);
        }
        self.rejected.clear();
        self.due_at = 0;
        self.resumed_at = now;
        self.relax_at = now.saturating_add(self.times.patience);
    }

    fn end_learning(&mut self, now: u64) {
        let heights = self.queue.iter().map(|candidate| candidate.height);
        self.levels.learn(heights.max().unwrap_or(0));
        self.relax_at = now.saturating_add(self.times.patience);
    }

    fn judge(&mut self, candidate: Candidate) -> Option<Candidate> {
        let threshold = self.levels.threshold_for(&self.fit(&candidate));
        if candidate.height <= threshold || self.is_t_wave(&candidate) {
            self.reject(candidate);
            return None;
        }
        let Some(missed) = self.missed_before(candidate.at) else {
            return Some(self.accept_at_once(candidate));
        };
        self.held = Some(candidate);
        Some(self.accept(missed))
    }

    fn fit(&self, candidate: &Candidate) -> Fit {
        let interval = match (self.last, self.intervals.median()) {
            (Some(last), Some(usual)) => {
                let interval = candidate.at.saturating_sub(last.at).saturating_mul(256);
                interval.checked_div(u64::from(usual)).unwrap_or(256)
            }
            _ => 256,
        };
        Fit {
            similarity: candidate.similarity,
            interval: u32::try_from(interval).unwrap_or(u32::MAX),
        }
    }

    fn reject(&mut self, candidate: Candidate) {
        self.levels.noise(candidate.height);
        if self.rejected.is_full() {
            bounded::remove(&mut self.rejected, 0);
        }
        let _ = self.rejected.push(candidate);
    }

    /// Soon after a beat and less than half as steep: its T wave (Pan and Tompkins).
    fn is_t_wave(&self, candidate: &Candidate) -> bool {
        self.last.is_some_and(|last| {
            candidate.at.saturating_sub(last.at) < self.times.t_wave
                && candidate.slope < last.slope / 2
        })
    }

    /// Where no next beat comes to say how long the interval was: after twice the usual one, or
    /// before the first of those rejected is forgotten.
    fn search_back(&mut self, now: u64) -> Option<Candidate> {
        let forgetting = |candidate: &Candidate| now > self.times.forgets_at(candidate.at);
        // What stands after that has not come yet.
        let known = now.saturating_sub(self.times.refractory);
        // They stand in order, so the first is forgotten first.
        if !self.rejected.first().is_some_and(forgetting) && !self.is_silent_for(known, 4) {
            return None;
        }
        let missed = self.missed_before(known)?;
        self.rejected.retain(|candidate| candidate.at > missed.at);
        Some(self.accept(missed))
    }

    /// When the next [`search_back`](Self::search_back) may find one.
    fn search_back_at(&self) -> u64 {
        let Some(first) = self.rejected.first() else {
            return u64::MAX;
        };
        let known = |until: u64| until.saturating_add(self.times.refractory);
        let forgotten = self.times.forgets_at(first.at);
        let silent = known(self.silent_until(4));
        silent.min(forgotten.max(known(self.silent_until(3))))
    }

    /// In an interval of more than 1.5 usual ones, the highest that is neither near enough to the
    /// beat before to be its T wave, nor near enough to the `next` one to be its P wave.
    fn missed_before(&self, next: u64) -> Option<Candidate> {
        let last = self.last.filter(|_| self.is_silent_for(next, 3))?;
        let earliest = last.at.saturating_add(self.times.t_wave);
        let earliest = earliest.max(next.saturating_sub(self.times.memory));
        let latest = next.saturating_sub(self.times.p_wave);
        let threshold = self.levels.search_back_threshold();
        let possible = self.rejected.iter().filter(|candidate| {
            (earliest..latest).contains(&candidate.at) && candidate.height > threshold
        });
        possible.max_by_key(|candidate| candidate.height).copied()
    }

    /// No beat has come for more than so many halves of the usual interval.
    fn is_silent_for(&self, now: u64, halves: u64) -> bool {
        now > self.silent_until(halves)
    }

    /// How long that silence, did no beat come, would not be too long.
    fn silent_until(&self, halves: u64) -> u64 {
        let (Some(last), Some(interval)) = (self.last, self.intervals.median()) else {
            return u64::MAX;
        };
        let since = last.at.max(self.resumed_at);
        since.saturating_add(u64::from(interval) * halves / 2)
    }

    /// After three seconds of silence, and every second from then on, expects smaller beats.
    fn relax(&mut self, now: u64) {
        if now >= self.relax_at {
            self.levels.relax();
            self.relax_at = now.saturating_add(self.times.patience / 3);
        }
    }

    fn accept_at_once(&mut self, beat: Candidate) -> Candidate {
        self.rejected.clear();
        self.accept(beat)
    }

    fn accept(&mut self, mut beat: Candidate) -> Candidate {
        beat.is_doubtful = self.levels.is_doubtful(&self.fit(&beat), beat.height);
        if let Some(last) = self.last.filter(|last| last.at >= self.resumed_at) {
            let interval = u32::try_from(beat.at.saturating_sub(last.at));
            self.intervals.push(interval.unwrap_or(u32::MAX));
        }
        self.levels.beat(beat.height);
        self.relax_at = beat.at.saturating_add(self.times.patience);
        self.last = Some(beat);
        beat
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const FLOOR: u32 = 10;

    fn candidate(at: u64, height: u32) -> Candidate {
        Candidate {
            at,
            height,
            slope: height / 10,
            r_index: at,
            r_uv: 0,
            similarity: 256,
            is_doubtful: false,
        }
    }

    /// Runs to `end` at 250 Hz, with candidates coming 0.24 s after they stand.
    fn run(finder: &mut BeatFinder, candidates: &[Candidate], now: u64, end: u64) -> Vec<u64> {
        let step = |now: u64| {
            let due = candidates
                .iter()
                .filter(|candidate| candidate.at + 60 == now);
            due.for_each(|candidate| finder.handle_candidate(*candidate));
            finder.poll_beat(now).map(|beat| beat.at)
        };
        (now..end).filter_map(step).collect()
    }

    /// A beat each 200 samples, the first at 100, without those at `missing`.
    fn regular(beats: u64, missing: &[u64]) -> Vec<Candidate> {
        let at = (0..beats).map(|beat| 100 + 200 * beat);
        at.filter(|at| !missing.contains(at))
            .map(|at| candidate(at, 1_000))
            .collect()
    }

    fn found(candidates: &[Candidate]) -> Vec<u64> {
        run(&mut BeatFinder::new(250, FLOOR), candidates, 0, 2_200)
    }

    #[test]
    fn gives_the_beats_it_learnt_from_in_order() {
        let expected: Vec<u64> = (0..10).map(|beat| 100 + 200 * beat).collect();
        assert_eq!(found(&regular(10, &[])), expected);
    }

    #[test]
    fn a_high_wave_soon_after_a_beat_is_a_beat_only_if_it_is_steep() {
        let mut candidates = regular(10, &[]);
        let late = candidate(1_180, 800);
        candidates.insert(6, Candidate { slope: 40, ..late });
        assert!(!found(&candidates).contains(&1_180));
        candidates[6] = late;
        assert!(found(&candidates).contains(&1_180));
    }

    #[test]
    fn a_low_beat_is_found_once_the_next_one_comes() {
        let mut candidates = regular(10, &[1_300]);
        candidates.push(candidate(1_290, 300));
        let beats = found(&candidates);
        assert!(beats.is_sorted());
        assert!(beats.contains(&1_290) && beats.len() == 10, "{beats:?}");
    }

    #[test]
    fn a_p_wave_before_the_next_beat_is_not_taken_for_a_missed_one() {
        let mut candidates = regular(10, &[1_300]);
        candidates.push(candidate(1_440, 300));
        assert!(!found(&candidates).contains(&1_440));
    }

    #[test]
    fn in_a_regular_rhythm_nothing_low_is_a_beat() {
        let mut candidates = regular(10, &[]);
        candidates.push(candidate(1_190, 300));
        assert_eq!(found(&candidates).len(), 10);
    }

    #[test]
    fn what_is_below_the_floor_is_never_a_beat() {
        let low: Vec<Candidate> = (0..10).map(|n| candidate(100 + 200 * n, FLOOR)).collect();
        assert_eq!(found(&low), [0; 0]);
    }

    #[test]
    fn beats_much_smaller_than_before_are_found_after_the_silence() {
        let mut finder = BeatFinder::new(250, FLOOR);
        run(&mut finder, &regular(10, &[]), 0, 2_200);
        let small: Vec<Candidate> = (0..20).map(|n| candidate(2_300 + 200 * n, 50)).collect();
        let beats = run(&mut finder, &small, 2_200, 6_500);
        assert_eq!(beats.last(), Some(&6_100));
        assert!(beats.len() > 12, "{beats:?}");
    }

    #[test]
    fn no_interval_spans_an_interruption() {
        let mut finder = BeatFinder::new(250, FLOOR);
        run(&mut finder, &regular(10, &[]), 0, 2_200);
        finder.interrupt(9_000);
        let after = [candidate(9_100, 300), candidate(9_200, 1_000)];
        assert_eq!(run(&mut finder, &after, 9_000, 9_300), [9_200]);
        assert_eq!(finder.intervals.median(), Some(200));
    }
}
