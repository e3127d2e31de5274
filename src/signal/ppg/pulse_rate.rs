use super::Pulse;
use crate::time::{Duration, SampleRate};

/// Pulses that are kept: those of 8 s at 240 a minute.
const KEPT: usize = 32;
/// The rate is the mean over so long: one breath or two, which speed the heart up and down.
const WINDOW: Duration = Duration::from_millis(8_000);
/// An interval this much off the median is of a false or a missed pulse.
const TOLERATED_PER_CENT: u64 = 25;
/// Fewer intervals than this say nothing.
const FEWEST: usize = 3;

/// The heart rate at rest, from the places of the pulses.
///
/// It is the mean of the intervals of the last 8 s without those that are more than 25 % off
/// their median. In exercise take [`PpgHeartRate`](super::PpgHeartRate).
///
/// | | |
/// |---|---|
/// | formula | 60 · n / Σ intervals in seconds |
/// | range | 30 to 240 a minute |
/// | delay | it looks back 8 s |
/// | state | under 300 bytes |
/// | cost | some 1,000 comparisons when it is asked |
/// | source | the outliers as in Task Force of the ESC and NASPE, Circulation 93, 1996 |
#[derive(Debug, Clone)]
pub struct PulseRate {
    samples_per_minute: f32,
    window: u64,
    /// The newest last.
    pulses: [u64; KEPT],
    count: usize,
}

impl PulseRate {
    /// A rate of pulses that are counted in samples at `rate`.
    #[must_use]
    pub fn new(rate: SampleRate) -> Self {
        Self {
            samples_per_minute: rate.as_hz_f32() * 60.0,
            window: rate.samples_in(WINDOW),
            pulses: [0; KEPT],
            count: 0,
        }
    }

    /// Takes a pulse in; one that is not after the last is ignored.
    pub fn pulse(&mut self, pulse: &Pulse) {
        let last = self.pulses.last().copied().unwrap_or(0);
        if self.count > 0 && pulse.index <= last {
            return;
        }
        self.pulses.rotate_left(1);
        if let Some(newest) = self.pulses.last_mut() {
            *newest = pulse.index;
        }
        self.count = (self.count + 1).min(KEPT);
    }

    /// Beats a minute over the 8 s before sample `now`; none where fewer than three intervals agree.
    #[must_use]
    pub fn per_minute(&self, now: u64) -> Option<f32> {
        let begin = now.saturating_sub(self.window);
        let median = self.median(begin)?;
        let tolerated = median / 100 * TOLERATED_PER_CENT + median % 100 * TOLERATED_PER_CENT / 100;
        let agreeing = self
            .intervals(begin)
            .filter(|interval| interval.abs_diff(median) <= tolerated);
        let (count, sum) = agreeing.fold((0_usize, 0_u64), |(count, sum), interval| {
            (count + 1, sum.saturating_add(interval))
        });
        let rate = self.samples_per_minute * count as f32 / sum as f32;
        (count >= FEWEST && (30.0..=240.0).contains(&rate)).then_some(rate)
    }

    fn intervals(&self, begin: u64) -> impl Iterator<Item = u64> + Clone {
        let known = self.pulses.iter().skip(KEPT - self.count);
        let inside = known.filter(move |pulse| **pulse >= begin);
        inside.clone().zip(inside.skip(1)).map(|(a, b)| b - a)
    }

    /// The interval that as many are below as above.
    fn median(&self, begin: u64) -> Option<u64> {
        let all = self.intervals(begin);
        let middle = all.clone().count() / 2;
        all.clone().find(|value| {
            let below = all.clone().filter(|other| other < value).count();
            let not_above = all.clone().filter(|other| other <= value).count();
            (below..not_above).contains(&middle)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(indices: &[u64]) -> PulseRate {
        let mut rate = PulseRate::new(SampleRate::hz(100));
        for index in indices {
            rate.pulse(&Pulse {
                index: *index,
                amplitude: 1.0,
                correlation: 1.0,
            });
        }
        rate
    }

    #[test]
    fn a_missed_and_a_false_pulse_do_not_move_it() {
        let rate = after(&[0, 100, 200, 400, 500, 530, 600, 700]);
        assert_eq!(rate.per_minute(750), Some(60.0));
    }

    #[test]
    fn without_pulses_there_is_no_rate() {
        assert_eq!(after(&[]).per_minute(0), None);
        assert_eq!(after(&[0, 100, 200]).per_minute(250), None);
        assert_eq!(after(&[0, 100, 200, 300]).per_minute(300), Some(60.0));
        assert_eq!(after(&[0, 100, 200, 300]).per_minute(1_300), None);
    }

    #[test]
    fn indices_that_go_back_or_leap_are_survived() {
        let rate = after(&[u64::MAX - 1, 5, u64::MAX, 7]);
        assert_eq!(rate.per_minute(u64::MAX), None);
        assert_eq!(after(&[0, 1, 2, u64::MAX - 3]).per_minute(10), None);
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(size_of::<PulseRate>() < 300);
    }
}
