use heapless::{Deque, Vec};

use super::candidate::Candidate;
use super::levels::Levels;
use super::recent::Recent;

/// Decides which candidates are beats.
///
/// ```text
/// candidate ──> queue ──> above the threshold, and no T wave? ──yes──────────────────> beat
///              (waits while                     │no                                     ^
///              it learns)                       v                                       │
///                                            rejected ──a beat is overdue: the highest──┘
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
    relax_at: u64,
    resumed_at: u64,
}

/// Maxima are a refractory period apart, so in two seconds there are at most nine.
const WAITING: usize = 12;

/// The spans that the decisions need, in samples.
#[derive(Debug, Clone, Copy)]
struct Times {
    learning: u64,
    t_wave: u64,
    memory: u64,
    patience: u64,
}

impl Times {
    fn new(rate_hz: u64) -> Self {
        let samples = |ms: u64| (rate_hz * ms).div_ceil(1_000);
        Self {
            // Two seconds hold a beat of any heart above 30 a minute.
            learning: samples(2_000),
            // A T wave ends within 360 ms of its R peak, unless the heart is slow.
            t_wave: samples(360),
            // Bounds the delay of a beat that is found late.
            memory: samples(2_000),
            // So long without a beat, the amplitude may have dropped.
            patience: samples(3_000),
        }
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
        }
    }

    /// Takes a candidate in; it waits for its turn.
    pub(super) fn handle_candidate(&mut self, candidate: Candidate) {
        // The queue is longer than what can wait; were it full, the newest would be lost.
        let _ = self.queue.push_back(candidate);
    }

    /// The next beat that is certain at `now`, if any.
    pub(super) fn poll_beat(&mut self, now: u64) -> Option<Candidate> {
        if self.learn_until.is_some_and(|end| now < end) {
            return None;
        }
        if self.learn_until.take().is_some() {
            self.end_learning(now);
        }
        match self.queue.pop_front() {
            Some(candidate) => self.judge(candidate),
            None => self.search_back(now),
        }
    }

    /// Says that the signal was interrupted: no interval and no T wave spans that.
    pub(super) fn interrupt(&mut self, now: u64) {
        if self.learn_until.take().is_some() {
            self.end_learning(now);
        }
        self.rejected.clear();
        self.resumed_at = now;
        self.relax_at = now.saturating_add(self.times.patience);
    }

    fn end_learning(&mut self, now: u64) {
        let heights = self.queue.iter().map(|candidate| candidate.height);
        self.levels.learn(heights.max().unwrap_or(0));
        self.relax_at = now.saturating_add(self.times.patience);
    }

    fn judge(&mut self, candidate: Candidate) -> Option<Candidate> {
        if candidate.height > self.levels.threshold() && !self.is_t_wave(&candidate) {
            self.rejected.clear();
            return Some(self.accept(candidate));
        }
        self.levels.noise(candidate.height);
        if self.rejected.is_full() {
            self.rejected.remove(0);
        }
        let _ = self.rejected.push(candidate);
        None
    }

    /// Soon after a beat and less than half as steep: its T wave (Pan and Tompkins).
    fn is_t_wave(&self, candidate: &Candidate) -> bool {
        self.last.is_some_and(|last| {
            candidate.at.saturating_sub(last.at) < self.times.t_wave
                && candidate.slope < last.slope / 2
        })
    }

    /// A beat is overdue after one and a half intervals: take the highest that was rejected.
    fn search_back(&mut self, now: u64) -> Option<Candidate> {
        self.relax(now);
        let last = self.last?;
        let interval = u64::from(self.intervals.median()?);
        let silence = now.saturating_sub(last.at.max(self.resumed_at));
        if silence.saturating_mul(2) <= interval * 3 {
            return None;
        }
        let threshold = self.levels.search_back_threshold();
        let earliest = now.saturating_sub(self.times.memory);
        let earliest = earliest.max(last.at.saturating_add(self.times.t_wave));
        let possible =
            |candidate: &&Candidate| candidate.at > earliest && candidate.height > threshold;
        let found = self.rejected.iter().filter(possible);
        let found = *found.max_by_key(|candidate| candidate.height)?;
        self.rejected.retain(|candidate| candidate.at > found.at);
        Some(self.accept(found))
    }

    /// After three seconds of silence, and every second from then on, expects smaller beats.
    fn relax(&mut self, now: u64) {
        if now >= self.relax_at {
            self.levels.relax();
            self.relax_at = now.saturating_add(self.times.patience / 3);
        }
    }

    fn accept(&mut self, beat: Candidate) -> Candidate {
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
