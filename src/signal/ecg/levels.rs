use super::recent::Recent;

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
