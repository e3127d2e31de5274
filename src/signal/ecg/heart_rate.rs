use super::recent::Recent;
use crate::time::{Duration, SampleRate};

/// How many intervals the median is taken over.
const INTERVALS: usize = 8;
/// Fewer intervals than this say nothing.
const FEWEST: usize = 2;
/// 300 beats a minute: no ventricle conducts faster.
const SHORTEST: Duration = Duration::from_millis(200);
/// 20 beats a minute: a longer interval is a pause, and no rate.
const LONGEST: Duration = Duration::from_millis(3_000);
/// After so long without a beat there is no rate: the longest interval, and
/// one second for the detector's own delay.
const EXPIRY: Duration = Duration::from_millis(4_000);

/// The heart rate, from the positions of the beats.
///
/// It is the median of the last eight intervals between beats, so that one false,
/// missed or premature beat does not move it. It answers after three beats.
///
/// | | |
/// |---|---|
/// | formula | 60 · rate / median of the intervals in samples, to the nearest |
/// | range | 20 to 300 beats a minute |
/// | intervals outside 0.2 s to 3 s | are not counted |
/// | no beat for 4 s | no rate, and it starts anew |
/// | delay | three beats at first; a new rate shows after four or five beats |
/// | state | 96 bytes |
/// | cost | up to 128 comparisons a beat; a division when it is asked |
/// | source | the median of eight (Hamilton and Tompkins, IEEE Trans. Biomed. Eng. 33, 1986) |
///
/// A heart that stopped has no rate: [`HeartRate::bpm`] is asked with the present
/// index, and the last rate does not outlive its beats.
///
/// ```
/// use iomt::signal::ecg::HeartRate;
/// use iomt::time::SampleRate;
///
/// let mut heart_rate = HeartRate::new(SampleRate::hz(250));
/// for beat in [100, 300, 500, 700] {
///     heart_rate.beat(beat);
/// }
/// assert_eq!(heart_rate.bpm(800), Some(75));
/// assert_eq!(heart_rate.bpm(700 + 5 * 250), None);
/// ```
#[derive(Debug, Clone)]
pub struct HeartRate {
    samples_per_minute_x1000: u64,
    shortest: u64,
    longest: u64,
    expiry: u64,
    last: Option<u64>,
    interrupted: bool,
    intervals: Recent<INTERVALS>,
}

impl HeartRate {
    /// A heart rate over beats that are counted in samples at this rate.
    #[must_use]
    pub fn new(rate: SampleRate) -> Self {
        Self {
            samples_per_minute_x1000: u64::from(rate.as_millihertz()) * 60,
            shortest: rate.samples_in(SHORTEST),
            longest: rate.samples_in(LONGEST),
            expiry: rate.samples_in(EXPIRY),
            last: None,
            interrupted: false,
            intervals: Recent::new(),
        }
    }

    /// Takes a beat in: the index of its R peak. One that is not after the last is ignored.
    pub fn beat(&mut self, index: u64) {
        let Some(last) = self.last else {
            self.last = Some(index);
            return;
        };
        let Some(interval) = index.checked_sub(last).filter(|interval| *interval > 0) else {
            return;
        };
        self.last = Some(index);
        if interval > self.expiry {
            self.intervals.clear();
        }
        let interrupted = core::mem::take(&mut self.interrupted);
        if !interrupted && (self.shortest..=self.longest).contains(&interval) {
            self.intervals
                .push(u32::try_from(interval).unwrap_or(u32::MAX));
        }
    }

    /// Says that samples are missing: the interval that spans them is not counted.
    pub fn gap(&mut self) {
        self.interrupted = true;
    }

    /// Beats a minute at sample `now`, or `None` when too few beats came lately.
    #[must_use]
    pub fn bpm(&self, now: u64) -> Option<u16> {
        let silence = now.saturating_sub(self.last?);
        if silence > self.expiry || self.intervals.len() < FEWEST {
            return None;
        }
        let interval_x1000 = u64::from(self.intervals.median()?) * 1_000;
        let rounded = self.samples_per_minute_x1000 + interval_x1000 / 2;
        let per_minute = rounded.checked_div(interval_x1000)?;
        u16::try_from(per_minute).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: SampleRate = SampleRate::hz(250);

    fn after(beats: &[u64]) -> HeartRate {
        let mut heart_rate = HeartRate::new(RATE);
        for beat in beats {
            heart_rate.beat(*beat);
        }
        heart_rate
    }

    #[test]
    fn two_beats_are_not_yet_a_rate() {
        assert_eq!(after(&[0, 250]).bpm(250), None);
        assert_eq!(after(&[0, 250, 500]).bpm(500), Some(60));
    }

    #[test]
    fn asystole_does_not_show_the_old_rate() {
        let heart_rate = after(&[0, 250, 500, 750]);
        assert_eq!(heart_rate.bpm(750 + 4 * 250), Some(60));
        assert_eq!(heart_rate.bpm(750 + 4 * 250 + 1), None);
    }

    #[test]
    fn after_asystole_it_starts_anew() {
        let mut heart_rate = after(&[0, 250, 500, 750]);
        heart_rate.beat(3_000);
        assert_eq!(heart_rate.bpm(3_000), None);
        heart_rate.beat(3_125);
        heart_rate.beat(3_250);
        assert_eq!(heart_rate.bpm(3_250), Some(120));
    }

    #[test]
    fn one_missed_and_one_false_beat_do_not_move_it() {
        let heart_rate = after(&[0, 250, 500, 1_000, 1_250, 1_375, 1_500, 1_750]);
        assert_eq!(heart_rate.bpm(1_750), Some(60));
    }

    #[test]
    fn an_interval_across_a_gap_is_not_counted() {
        let mut heart_rate = after(&[0, 250, 500]);
        heart_rate.gap();
        heart_rate.beat(600);
        heart_rate.beat(850);
        assert_eq!(heart_rate.bpm(850), Some(60));
        assert_eq!(heart_rate.intervals.len(), 3);
    }

    #[test]
    fn a_beat_that_does_not_move_on_is_ignored() {
        let mut heart_rate = after(&[0, 250, 500]);
        heart_rate.beat(500);
        heart_rate.beat(100);
        heart_rate.beat(u64::MAX);
        assert_eq!(heart_rate.bpm(500), None);
    }

    #[test]
    fn a_new_rate_shows_after_four_or_five_beats() {
        let after_change = |from: u64, to: u64| {
            let mut heart_rate = after(&core::array::from_fn::<u64, 9, _>(|n| n as u64 * from));
            let last = 8 * from;
            let is_new = |beats: &u64| {
                heart_rate.beat(last + beats * to);
                heart_rate.bpm(last + beats * to) == Some((15_000 / to) as u16)
            };
            (1..9).find(is_new)
        };
        assert_eq!(after_change(250, 300), Some(4));
        assert_eq!(after_change(250, 200), Some(5));
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(size_of::<HeartRate>() <= 96);
    }

    #[test]
    fn rounds_to_the_nearest_beat_a_minute() {
        assert_eq!(after(&[0, 200, 400, 600]).bpm(600), Some(75));
        assert_eq!(after(&[0, 201, 402, 603]).bpm(603), Some(75));
        assert_eq!(after(&[0, 50, 100, 150]).bpm(150), Some(300));
        assert_eq!(after(&[0, 750, 1_500, 2_250]).bpm(2_250), Some(20));
        assert_eq!(after(&[0, 751, 1_502, 2_253]).bpm(2_253), None);
    }
}
