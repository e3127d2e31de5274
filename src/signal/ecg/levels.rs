use super::recent::Recent;
use super::shape::SAME;

/// A part of the whole is in 1/256.
const WHOLE: i64 = 256;
/// A similarity that raises no doubt, of 256.
const UNLIKE: i64 = 256 - 32;
/// More noise than this part of the signal, in 1/256, makes no further difference.
const MUCH_NOISE: u32 = 160;

/// How a candidate compares with the usual beat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    /// Of its shape, 0 to [`SAME`].
    pub(super) similarity: u32,
    /// The interval before it over the usual one, in 1/256.
    pub(super) interval: u32,
}

impl Fit {
    /// The part of the usual interval by which it comes too early, in 1/256.
    fn early(&self) -> u32 {
        256_u32.saturating_sub(self.interval)
    }
}

/// How high QRS complexes and everything else have been, and where the line between them is.
///
/// ```text
/// height ─┬─ signal: median of the last 8 beats
///         │
///         ├─ threshold: noise + 1/3 of (signal − noise), never below the floor
///         ├─ search-back threshold: half of it
///         ├─ noise: median of the last 8 other maxima
///         └─ 0
/// ```
///
/// Medians, so that one artefact moves nothing; eight, so that a new amplitude
/// is learnt within five beats.
#[derive(Debug, Clone)]
pub(super) struct Levels {
    signal: Recent<8>,
    noise: Recent<8>,
    floor: u32,
}

impl Levels {
    /// Nothing below `floor` is ever a beat.
    pub(super) fn new(floor: u32) -> Self {
        Self {
            signal: Recent::new(),
            noise: Recent::new(),
            floor,
        }
    }

    pub(super) fn floor(&self) -> u32 {
        self.floor
    }

    pub(super) fn beat(&mut self, height: u32) {
        self.signal.push(height);
    }

    pub(super) fn noise(&mut self, height: u32) {
        self.noise.push(height);
    }

    /// Starts from the largest height seen, when nothing else is known.
    pub(super) fn learn(&mut self, largest: u32) {
        self.signal.clear();
        self.noise.clear();
        self.signal.push(largest);
    }

    /// Halves what is expected of a beat, for the signal may have become smaller, but not
    /// below three times the noise.
    pub(super) fn relax(&mut self) {
        let half = self.signal.median().unwrap_or(0) / 2;
        let noise = self.noise.median().unwrap_or(0);
        self.signal.clear();
        self.signal.push(half.max(noise.saturating_mul(3)));
    }

    pub(super) fn threshold(&self) -> u32 {
        let signal = self.signal.median().unwrap_or(0);
        let noise = self.noise.median().unwrap_or(0);
        let above = signal.saturating_sub(noise) / 3;
        noise.saturating_add(above).max(self.floor)
    }

    /// What a candidate of this kind must reach.
    ///
    /// The third of the way from noise to signal grows where there is noise, by half the doubt that
    /// a candidate raises: one that comes early and does not look like a beat must be as high as one.
    /// In a clean signal, ectopic beats look and come as they may.
    pub(super) fn threshold_for(&self, fit: &Fit) -> u32 {
        let noise = self.noise.median().unwrap_or(0);
        let above = self.signal.median().unwrap_or(0).saturating_sub(noise);
        let doubt = 6 * (UNLIKE - i64::from(fit.similarity)) + 8 * i64::from(fit.early());
        let ratio = i64::from(self.noise_ratio().min(MUCH_NOISE));
        let share = (WHOLE / 3 + ratio * doubt / 1_024).max(0);
        let above = i64::from(above) * share / WHOLE;
        let threshold = i64::from(noise).saturating_add(above);
        u32::try_from(threshold).unwrap_or(u32::MAX).max(self.floor)
    }

    /// Whether a beat may well be none: how far it is from the usual one in shape, interval and
    /// height, as far as there is noise to make it so.
    pub(super) fn is_doubtful(&self, fit: &Fit, height: u32) -> bool {
        let signal = u64::from(self.signal.median().unwrap_or(0)).max(1);
        let height = u64::from(height) * 256 / signal;
        let unlike = u64::from(SAME.saturating_sub(fit.similarity)) * 3 / 4;
        let oddness = unlike + u64::from(fit.interval.abs_diff(256)) + height.abs_diff(256) / 2;
        u64::from(self.noise_ratio()).saturating_mul(oddness) > 70 * 256
    }

    /// Noise over signal, in 1/256; 0 where there is neither.
    fn noise_ratio(&self) -> u32 {
        let noise = u64::from(self.noise.median().unwrap_or(0)) * 256;
        let ratio = noise.checked_div(u64::from(self.signal.median().unwrap_or(0)));
        u32::try_from(ratio.unwrap_or(0)).unwrap_or(u32::MAX)
    }

    /// What a beat must reach that is looked for where one is overdue.
    pub(super) fn search_back_threshold(&self) -> u32 {
        (self.threshold() / 2).max(self.floor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_lies_between_noise_and_signal() {
        let mut levels = Levels::new(10);
        levels.learn(1_000);
        assert_eq!(levels.threshold(), 333);
        levels.noise(200);
        assert_eq!(levels.threshold(), 200 + 266);
        assert_eq!(levels.search_back_threshold(), 233);
    }

    #[test]
    fn in_noise_what_is_early_and_unlike_must_be_higher() {
        let usual = Fit {
            similarity: 224,
            interval: 256,
        };
        let early = Fit {
            interval: 128,
            ..usual
        };
        let unlike = Fit {
            similarity: 20,
            ..usual
        };
        let mut levels = Levels::new(10);
        levels.learn(1_000);
        for fit in [&usual, &early, &unlike] {
            assert_eq!(levels.threshold_for(fit), 332);
            assert!(!levels.is_doubtful(fit, 1_000));
        }
        levels.noise(300);
        let [plain, early, unlike] = [&usual, &early, &unlike].map(|fit| levels.threshold_for(fit));
        assert_eq!(plain, 532);
        assert!(early > 650 && unlike > 700, "{early} {unlike}");
    }

    #[test]
    fn doubt_needs_noise_and_something_odd() {
        let usual = Fit {
            similarity: 250,
            interval: 260,
        };
        let odd = Fit {
            similarity: 90,
            interval: 150,
        };
        let mut levels = Levels::new(10);
        levels.learn(1_000);
        levels.noise(400);
        assert!(!levels.is_doubtful(&usual, 900));
        assert!(levels.is_doubtful(&odd, 700));
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        let fit = Fit {
            similarity: 0,
            interval: u32::MAX,
        };
        let mut levels = Levels::new(1);
        levels.noise(u32::MAX);
        assert_eq!(levels.threshold_for(&fit), u32::MAX);
        levels.beat(1);
        assert!(levels.is_doubtful(&fit, u32::MAX));
    }

    #[test]
    fn the_floor_holds_when_there_is_no_signal() {
        let mut levels = Levels::new(10);
        assert_eq!(levels.threshold(), 10);
        levels.learn(4);
        levels.relax();
        assert_eq!(levels.search_back_threshold(), 10);
    }

    #[test]
    fn silence_does_not_make_beats_of_the_noise() {
        let mut levels = Levels::new(10);
        levels.learn(1_000);
        levels.noise(60);
        (0..20).for_each(|_| levels.relax());
        assert_eq!(levels.threshold(), 100);
    }

    #[test]
    fn one_artefact_moves_nothing() {
        let mut levels = Levels::new(10);
        (0..8).for_each(|_| levels.beat(800));
        let before = levels.threshold();
        levels.beat(u32::MAX);
        assert_eq!(levels.threshold(), before);
    }
}
