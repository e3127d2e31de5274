use super::detector::RPeak;
use crate::signal::ppg::Respiration;
use crate::time::SampleRate;

/// Values a second between beats: what [`Respiration`] works at.
const WORK_HZ: u32 = 5;
/// A longer interval is a pause or a loss, and no breath is seen through it.
const LONGEST_S: u64 = 3;

/// The rate of breathing, from how the R peaks of one ECG channel grow and shrink with it.
///
/// The chest turns the heart's axis and changes the impedance as it moves, and with both the height of the
/// R wave (Moody et al., Computers in Cardiology 12, 1985). Heights are joined by lines, and the waves of
/// that curve are counted as [`Respiration`] does.
///
/// | | |
/// |---|---|
/// | formula | height of the R peak, linear in between at 5 Hz; 60 · n / time of n whole breaths |
/// | range | 6 to 30 breaths a minute, and at most half the heart rate |
/// | delay | it looks back 32 s, and one beat |
/// | state | under 1,300 bytes |
/// | cost | at a beat, 15 multiplications each 1/5 s since the one before; 1,500 when it is asked |
/// | not told | in frequent ectopic beats, whose heights are others |
///
/// A doubtful peak is passed over. An interval of more than 3 s begins it anew.
///
/// ```
/// use iomt::signal::ecg::{EcgRespiration, RPeak};
/// use iomt::time::SampleRate;
///
/// let mut respiration = EcgRespiration::new(SampleRate::hz(250));
/// for beat in 0..60_u64 {
///     let breath = (beat as f64 * 0.8 / 4.0 * core::f64::consts::TAU).sin();
///     respiration.beat(&RPeak { index: beat * 200, amplitude_uv: 1_000 + (80.0 * breath) as i32, is_doubtful: false });
/// }
/// assert!(respiration.per_minute().is_some_and(|rate| (rate - 15.0).abs() < 0.5));
/// ```
#[derive(Debug, Clone)]
pub struct EcgRespiration {
    counter: Respiration,
    millihertz: u64,
    last: Option<RPeak>,
    /// Values made since the last beginning, and the sample at which that was.
    made: u64,
    begin: u64,
}

impl EcgRespiration {
    /// A rate of breathing from R peaks that are counted in samples at this rate.
    #[must_use]
    pub fn new(rate: SampleRate) -> Self {
        Self {
            counter: Respiration::new(SampleRate::hz(WORK_HZ)),
            millihertz: u64::from(rate.as_millihertz()),
            last: None,
            made: 0,
            begin: 0,
        }
    }

    /// Takes a beat in. One that is doubtful, or not after the last, is ignored.
    pub fn beat(&mut self, peak: &RPeak) {
        if peak.is_doubtful {
            return;
        }
        let Some(last) = self.last else {
            return self.restart(*peak);
        };
        let Some(interval) = peak.index.checked_sub(last.index).filter(|gap| *gap > 0) else {
            return;
        };
        if interval.saturating_mul(1_000) > LONGEST_S * self.millihertz {
            self.counter.reset();
            return self.restart(*peak);
        }
        self.draw(&last, peak, interval);
        self.last = Some(*peak);
    }

    /// Breaths a minute over the last 32 s before the last beat; none before they are full.
    #[must_use]
    pub fn per_minute(&self) -> Option<f32> {
        self.counter.per_minute()
    }

    /// Forgets what was before a gap.
    pub fn reset(&mut self) {
        self.counter.reset();
        self.last = None;
    }

    fn restart(&mut self, peak: RPeak) {
        self.begin = peak.index;
        self.made = 0;
        self.last = Some(peak);
    }

    /// The values of the line from one peak to the next, without that on the next one.
    fn draw(&mut self, last: &RPeak, peak: &RPeak, interval: u64) {
        // At most 3 s of intervals, so at most 16 values.
        loop {
            let at = self.begin.saturating_add(self.offset(self.made));
            if at >= peak.index {
                return;
            }
            let part = at.saturating_sub(last.index) as f32 / interval as f32;
            let (from, to) = (last.amplitude_uv as f32, peak.amplitude_uv as f32);
            self.counter.push(from + (to - from) * part);
            self.made = self.made.saturating_add(1);
        }
    }

    /// Samples from the beginning to this value.
    fn offset(&self, made: u64) -> u64 {
        made.saturating_mul(self.millihertz) / u64::from(WORK_HZ * 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peak(index: u64, amplitude_uv: i32) -> RPeak {
        RPeak {
            index,
            amplitude_uv,
            is_doubtful: false,
        }
    }

    /// Beats 0.8 s apart for a minute, whose height follows so many breaths a minute.
    fn breathing(
        hz: u64,
        per_minute: f64,
        mut each: impl FnMut(u64, RPeak) -> RPeak,
    ) -> EcgRespiration {
        let mut respiration = EcgRespiration::new(SampleRate::hz(hz as u32));
        for beat in 0..75_u64 {
            let turns = beat as f64 * 0.8 * per_minute / 60.0;
            let height = 900.0 + 60.0 * (turns * core::f64::consts::TAU).sin();
            respiration.beat(&each(beat, peak(beat * hz * 4 / 5, height as i32)));
        }
        respiration
    }

    #[test]
    fn counts_breaths_at_any_rate() {
        for hz in [100, 360, 1_000] {
            for per_minute in [9.0, 15.0, 24.0] {
                let told = breathing(hz, per_minute, |_, peak| peak).per_minute();
                assert!(
                    told.is_some_and(|told| (f64::from(told) - per_minute).abs() < 0.7),
                    "{told:?}"
                );
            }
        }
    }

    #[test]
    fn doubtful_peaks_are_passed_over() {
        let told = breathing(250, 15.0, |beat, peak| match beat % 9 {
            0 => RPeak {
                amplitude_uv: 9_000,
                is_doubtful: true,
                ..peak
            },
            _ => peak,
        });
        assert!(
            told.per_minute()
                .is_some_and(|told| (told - 15.0).abs() < 0.7)
        );
    }

    #[test]
    fn a_pause_and_a_reset_begin_anew() {
        let mut respiration = breathing(250, 15.0, |_, peak| peak);
        respiration.beat(&peak(1_000_000, 900));
        assert_eq!(respiration.per_minute(), None);
        let mut respiration = breathing(250, 15.0, |_, peak| peak);
        respiration.reset();
        assert_eq!(respiration.per_minute(), None);
    }

    #[test]
    fn takes_any_beats() {
        let mut respiration = EcgRespiration::new(SampleRate::hz(1_000));
        for (index, height) in [
            (0, i32::MAX),
            (0, 0),
            (u64::MAX - 9, i32::MIN),
            (5, 1),
            (u64::MAX, 7),
        ] {
            respiration.beat(&peak(index, height));
        }
        assert_eq!(respiration.per_minute(), None);
        assert!(size_of::<EcgRespiration>() < 1_300);
    }
}
