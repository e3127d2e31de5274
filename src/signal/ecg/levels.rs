use super::recent::Recent;
use super::shape::SAME;

/// A part of the whole is in 1/256.
pub(super) const WHOLE: u32 = 256;
/// A similarity that raises no doubt, of 256.
const UNLIKE: i32 = 256 - 32;
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
        WHOLE.saturating_sub(self.interval)
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
        let half = self.signal.median_or_zero() / 2;
        let noise = self.noise.median_or_zero();
        self.signal.clear();
        self.signal.push(half.max(noise.saturating_mul(3)));
    }

    pub(super) fn threshold(&self) -> u32 {
        let (noise, above) = self.noise_and_above();
        noise.saturating_add(above / 3).max(self.floor)
    }

    /// What a candidate of this kind must reach.
    ///
    /// The third of the way from noise to signal grows where there is noise, by half the doubt that
    /// a candidate raises: one that comes early and does not look like a beat must be as high as one.
    /// In a clean signal, ectopic beats look and come as they may.
    pub(super) fn threshold_for(&self, fit: &Fit) -> u32 {
        let (noise, above) = self.noise_and_above();
        let doubt = 6 * (UNLIKE - fit.similarity.cast_signed()) + 8 * fit.early().cast_signed();
        let ratio = self.noise_ratio().min(MUCH_NOISE).cast_signed();
        let share = (WHOLE.cast_signed() / 3 + ratio * doubt / 1_024).max(0);
        let above = (u64::from(above) * u64::from(share.cast_unsigned())) >> WHOLE.ilog2();
        let above = u32::try_from(above).unwrap_or(u32::MAX);
        noise.saturating_add(above).max(self.floor)
    }

    /// Whether a beat may well be none: how far it is from the usual one in shape, interval and
    /// height, as far as there is noise to make it so.
    pub(super) fn is_doubtful(&self, fit: &Fit, height: u32) -> bool {
        let signal = self.signal.median_or_zero().max(1);
        let height = share_of(height, signal).unwrap_or(u32::MAX);
        let unlike = SAME.saturating_sub(fit.similarity) * 3 / 4;
        let oddness = unlike
            .saturating_add(fit.interval.abs_diff(WHOLE))
            .saturating_add(height.abs_diff(WHOLE) / 2);
        self.noise_ratio().saturating_mul(oddness) > 70 * WHOLE
    }

    /// Noise over signal, in 1/256; 0 where there is neither.
    fn noise_ratio(&self) -> u32 {
        let (signal, noise) = (self.signal.median_or_zero(), self.noise.median_or_zero());
        share_of(noise, signal).unwrap_or(0)
    }

    /// The noise, and how far the signal is above it.
    fn noise_and_above(&self) -> (u32, u32) {
        let (signal, noise) = (self.signal.median_or_zero(), self.noise.median_or_zero());
        (noise, signal.saturating_sub(noise))
    }

    /// What a beat must reach that is looked for where one is overdue.
    pub(super) fn search_back_threshold(&self) -> u32 {
        (self.threshold() / 2).max(self.floor)
    }
}

/// A part over the whole, in 1/256; `None` where there is no whole.
#[inline(never)] // It divides 64 bits, which is no operation of a small core.
pub(super) fn share_of(part: u32, whole: u32) -> Option<u32> {
    let share = (u64::from(part) * u64::from(WHOLE)).checked_div(u64::from(whole))?;
    Some(u32::try_from(share).unwrap_or(u32::MAX))
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
