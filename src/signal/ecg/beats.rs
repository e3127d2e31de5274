use heapless::Vec;

use super::candidate::{Candidate, REFRACTORY_MS};
use super::detector::RPeak;
use super::levels::{Fit, Levels, WHOLE, share_of};
use super::moment::Moment;
use super::recent::Recent;
use crate::bounded;

/// Decides which candidates are beats.
///
/// ```text
/// candidate ─> waits ─> above the threshold, and no T wave? ── yes ─> beat
///             (while it        │ no                                    ^
///              learns)         v                                       │
///                           rejected ── the highest, in an interval that is too long
/// ```
#[derive(Debug, Clone)]
pub(super) struct BeatFinder {
    times: Times,
    levels: Levels,
    intervals: Recent<8>,
    /// In the order in which they stand: those rejected since the last beat, then those that wait.
    candidates: Vec<Candidate, { 2 * WAITING }>,
    rejected: usize,
    /// Whether the first that waits is a beat, which another one, found late, has gone before.
    is_held: bool,
    is_learning: bool,
    last: Option<Last>,
    relax_at: Moment,
    resumed_at: Moment,
    /// Before this, without a new candidate, no beat becomes certain.
    due_at: Moment,
}

/// Maxima are a refractory period apart, so in two seconds there are at most nine.
const WAITING: usize = 12;

/// The last beat.
#[derive(Debug, Clone, Copy)]
struct Last {
    at: Moment,
    slope: u32,
}

/// The spans that the decisions need, in samples.
#[derive(Debug, Clone, Copy)]
struct Times {
    refractory: u32,
    t_wave: u32,
    p_wave: u32,
    memory: u32,
    patience: u32,
}

impl Times {
    fn new(rate_hz: u32) -> Self {
        let samples = |ms: u32| (rate_hz * ms).div_ceil(1_000);
        Self {
            refractory: samples(REFRACTORY_MS),
            // A T wave's top comes within 360 ms of its R peak, unless the heart is slow.
            t_wave: samples(360),
            // A P wave's top comes within 300 ms before its R peak, even in first-degree block.
            p_wave: samples(300),
            // Bounds the delay of a beat that is found late, and holds a beat of any heart above 30 a minute.
            memory: samples(2_000),
            // So long without a beat, the amplitude may have dropped.
            patience: samples(3_000),
        }
    }
}

impl BeatFinder {
    /// At `rate_hz`, with an envelope that says nothing below `floor`.
    pub(super) fn new(rate_hz: u32, floor: u32) -> Self {
        let times = Times::new(rate_hz);
        Self {
            times,
            levels: Levels::new(floor),
            intervals: Recent::new(),
            candidates: Vec::new(),
            rejected: 0,
            is_held: false,
            is_learning: true,
            last: None,
            relax_at: Moment::START.after(times.patience),
            resumed_at: Moment::START,
            due_at: Moment::START,
        }
    }

    /// Whether a candidate of this height can ever be a beat.
    pub(super) fn may_take(&self, height: u32) -> bool {
        height > self.levels.floor()
    }

    /// Takes a candidate in; it waits for its turn.
    pub(super) fn handle_candidate(&mut self, candidate: Candidate) {
        self.due_at = candidate.at;
        // There is more room than can wait; were there none, the newest would be lost.
        let _ = self.candidates.push(candidate);
    }

    /// Whether [`poll_peak`](Self::poll_peak) may have something to do at `now`.
    pub(super) fn is_due(&self, now: Moment) -> bool {
        self.due_at.has_come(now)
    }

    /// The next beat that is certain at `now`, if any.
    pub(super) fn poll_peak(&mut self, now: Moment) -> Option<RPeak> {
        if self.is_learning {
            self.due_at = Moment::START.after(self.times.memory);
            if !self.is_due(now) {
                return None;
            }
            self.end_learning(now);
        }
        self.due_at = now;
        while let Some(candidate) = self.candidates.get(self.rejected) {
            let height = candidate.height;
            if core::mem::take(&mut self.is_held) {
                return self.accept(self.rejected);
            }
            if self.is_beat(candidate) {
                let missed = self.missed_before(candidate.at);
                self.is_held = missed.is_some();
                return self.accept(missed.unwrap_or(self.rejected));
            }
            self.reject(height);
        }
        self.relax(now);
        let found = self.search_back(now);
        if found.is_none() {
            self.due_at = self.next_due();
        }
        found
    }

    /// Says that the signal was interrupted: no interval and no T wave spans that.
    pub(super) fn interrupt(&mut self, now: Moment) {
        if self.is_learning {
            self.end_learning(now);
        }
        self.forget(self.rejected);
        self.due_at = now;
        self.resumed_at = now;
        self.relax_at = now.after(self.times.patience);
        self.let_age(now);
    }

    fn end_learning(&mut self, now: Moment) {
        self.is_learning = false;
        let heights = self.candidates.iter().map(|candidate| candidate.height);
        self.levels.learn(heights.max().unwrap_or(0));
        self.relax_at = now.after(self.times.patience);
    }

    fn is_beat(&self, candidate: &Candidate) -> bool {
        let threshold = self.levels.threshold_for(&self.fit(candidate));
        candidate.height > threshold && !self.is_t_wave(candidate)
    }

    fn fit(&self, candidate: &Candidate) -> Fit {
        let interval = self.last.zip(self.intervals.median());
        let interval =
            interval.and_then(|(last, usual)| share_of(candidate.at.span_since(last.at), usual));
        Fit {
            similarity: candidate.similarity,
            interval: interval.unwrap_or(WHOLE),
        }
    }

    /// The first that waits is no beat, but may turn out to have been one.
    fn reject(&mut self, height: u32) {
        self.levels.noise(height);
        self.rejected += 1;
        if self.rejected > WAITING {
            self.forget(1);
        }
    }

    /// Soon after a beat and less than half as steep: its T wave (Pan and Tompkins).
    fn is_t_wave(&self, candidate: &Candidate) -> bool {
        self.last.is_some_and(|last| {
            candidate.at.span_since(last.at) < self.times.t_wave && candidate.slope < last.slope / 2
        })
    }

    /// Where no next beat comes to say how long the interval was: after twice the usual one, or
    /// before the first of those rejected is forgotten.
    fn search_back(&mut self, now: Moment) -> Option<RPeak> {
        // What stands after that has not come yet.
        let known = now.before(self.times.refractory);
        // They stand in order, so the first is forgotten first.
        let first = self.candidates.first()?;
        let is_forgetting = now.span_since(first.at) > self.times.memory * 3 / 4;
        if !is_forgetting && !self.is_silent_for(known, 4) {
            return None;
        }
        let missed = self.missed_before(known)?;
        self.accept(missed)
    }

    /// Before this there is neither a [`search_back`](Self::search_back) nor a new level.
    fn next_due(&self) -> Moment {
        let silent = self.silent_until(3);
        let Some(silent) = silent.filter(|_| self.rejected > 0) else {
            return self.relax_at;
        };
        let silent = silent.after(self.times.refractory);
        match silent.has_come(self.relax_at) {
            true => silent,
            false => self.relax_at,
        }
    }

    /// In an interval of more than 1.5 usual ones, the highest that is neither near enough to the
    /// beat before to be its T wave, nor near enough to the `next` one to be its P wave.
    #[inline(never)] // With the next beat, and without one.
    fn missed_before(&self, next: Moment) -> Option<usize> {
        let last = self.last.filter(|_| self.is_silent_for(next, 3))?;
        let earliest = last.at.after(self.times.t_wave);
        let earliest = earliest.or_later(next.before(self.times.memory));
        let latest = next.before(self.times.p_wave + 1);
        let threshold = self.levels.search_back_threshold();
        let rejected = self.candidates.iter().take(self.rejected).enumerate();
        let possible = rejected.filter(|(_, candidate)| {
            earliest.has_come(candidate.at)
                && candidate.at.has_come(latest)
                && candidate.height > threshold
        });
        let highest = possible.max_by_key(|(_, candidate)| candidate.height)?;
        Some(highest.0)
    }

    /// No beat has come for more than so many halves of the usual interval.
    fn is_silent_for(&self, now: Moment, halves: u32) -> bool {
        self.silent_until(halves)
            .is_some_and(|end| now.since(end) > 0)
    }

    /// How long that silence, did no beat come, would not be too long.
    #[inline(never)] // Asked three times.
    fn silent_until(&self, halves: u32) -> Option<Moment> {
        let since = self.last?.at.or_later(self.resumed_at);
        Some(since.after(self.intervals.median()? * halves / 2))
    }

    /// After three seconds of silence, and every second from then on, expects smaller beats.
    fn relax(&mut self, now: Moment) {
        if self.relax_at.has_come(now) {
            self.levels.relax();
            self.relax_at = now.after(self.times.patience / 3);
            self.let_age(now);
        }
    }

    /// Keeps what happened long ago within the clock's reach; called at least every second of silence.
    #[inline(never)] // In silence, and at an interruption.
    fn let_age(&mut self, now: Moment) {
        let oldest = now.before(Moment::LONGEST);
        self.resumed_at = self.resumed_at.or_later(oldest);
        if let Some(last) = &mut self.last {
            // Behind an interruption as before: no interval spans it.
            last.at = last.at.or_later(oldest.before(1));
        }
        for candidate in &mut self.candidates {
            candidate.at = candidate.at.or_later(oldest);
        }
    }

    /// Takes the candidate of this number for a beat, and forgets those before it.
    #[inline(never)] // From the three places where one becomes certain.
    fn accept(&mut self, number: usize) -> Option<RPeak> {
        let beat = self.candidates.get(number)?;
        let at = beat.at;
        let peak = RPeak {
            index: beat.r_index,
            amplitude_uv: beat.r_uv,
            is_doubtful: self.levels.is_doubtful(&self.fit(beat), beat.height),
        };
        let last = Last {
            at,
            slope: beat.slope,
        };
        self.levels.beat(beat.height);
        if let Some(before) = self.last.replace(last)
            && self.resumed_at.has_come(before.at)
        {
            self.intervals.push(at.span_since(before.at));
        }
        // It is asked whether the last beat came before it, and nothing else: so it stays within the clock's reach.
        self.resumed_at = self.resumed_at.or_later(at);
        self.relax_at = at.after(self.times.patience);
        self.forget(number + 1);
        Some(peak)
    }

    /// Forgets the oldest candidates.
    #[inline(never)] // From three places, none of them often.
    fn forget(&mut self, count: usize) {
        for _ in 0..count {
            bounded::remove(&mut self.candidates, 0);
        }
        self.rejected = self.rejected.saturating_sub(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const FLOOR: u32 = 10;

    fn moment(at: u64) -> Moment {
        Moment::START.after(at.try_into().unwrap())
    }

    fn candidate(at: u64, height: u32) -> Candidate {
        Candidate {
            at: moment(at),
            height,
            slope: height / 10,
            r_index: at,
            r_uv: 0,
            similarity: 256,
        }
    }

    /// Runs to `end` at 250 Hz, with candidates coming 0.24 s after they stand.
    fn run(finder: &mut BeatFinder, candidates: &[Candidate], now: u64, end: u64) -> Vec<u64> {
        let step = |now: u64| {
            let due = candidates
                .iter()
                .filter(|candidate| candidate.r_index + 60 == now);
            due.for_each(|candidate| finder.handle_candidate(*candidate));
            finder.poll_peak(moment(now)).map(|peak| peak.index)
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

    /// Else it would seem to lie ahead after months of a rhythm without a pause of three seconds.
    #[test]
    fn each_beat_takes_the_last_interruption_along_with_the_clock() {
        let mut finder = BeatFinder::new(250, FLOOR);
        run(&mut finder, &regular(10, &[]), 0, 2_200);
        assert_eq!(finder.resumed_at, finder.last.unwrap().at);
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
        finder.interrupt(moment(9_000));
        let after = [candidate(9_100, 300), candidate(9_200, 1_000)];
        assert_eq!(run(&mut finder, &after, 9_000, 9_300), [9_200]);
        assert_eq!(finder.intervals.median(), Some(200));
    }
}
