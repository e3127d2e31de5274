use super::moment::Moment;

/// No beat follows another within this: 250 a minute, the most an adult's ventricles conduct.
pub(super) const REFRACTORY_MS: u32 = 240;
/// A hump of the envelope: a QRS complex, or a tall T wave, or noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Where the hump is.
    pub(super) at: Moment,
    /// The envelope there.
    pub(super) height: u32,
    /// The steepest slope that went into it.
    pub(super) slope: u32,
    /// Where the R peak would be, in the caller's samples.
    pub(super) r_index: u64,
    /// How high the R peak would be.
    pub(super) r_uv: i32,
    /// How much it looks like the beats before, of 256.
    pub(super) similarity: u32,
}

/// A maximum of the envelope, before it is known to be the largest around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Maximum {
    pub(super) at: Moment,
    pub(super) height: u32,
    pub(super) slope: u32,
}

/// Finds the maxima of the envelope that no larger one follows within the refractory period.
#[derive(Debug, Clone)]
pub(super) struct MaximumFinder {
    refractory: u32,
    older: u32,
    newer: u32,
    best: Option<Maximum>,
}

impl MaximumFinder {
    pub(super) fn new(refractory: u32) -> Self {
        Self {
            refractory,
            older: 0,
            newer: 0,
            best: None,
        }
    }

    /// Takes in what the envelope is at `now`; a maximum comes out a refractory period after it.
    ///
    /// `steepest` is asked for the slope where there is a maximum of this height to keep.
    #[inline]
    pub(super) fn push(
        &mut self,
        now: Moment,
        height: u32,
        steepest: impl FnOnce(u32) -> u32,
    ) -> Option<Maximum> {
        let is_maximum = self.newer > self.older && self.newer >= height;
        if is_maximum && self.best.is_none_or(|best| self.newer > best.height) {
            self.best = Some(Maximum {
                at: now.before(1),
                height: self.newer,
                slope: steepest(self.newer),
            });
        }
        self.older = core::mem::replace(&mut self.newer, height);
        self.best
            .take_if(|best| now.span_since(best.at) >= self.refractory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn maxima(heights: &[u32]) -> Vec<i32> {
        let mut finder = MaximumFinder::new(5);
        let quiet = core::iter::repeat_n(&0, 10);
        let heights = heights.iter().chain(quiet).zip(0..);
        let found = heights
            .filter_map(|(height, now)| finder.push(Moment::START.after(now), *height, |_| 0));
        found
            .map(|maximum| maximum.at.since(Moment::START))
            .collect()
    }

    #[test]
    fn a_larger_maximum_within_the_refractory_period_wins() {
        assert_eq!(maxima(&[0, 5, 0, 9, 0, 4, 0, 0]), [3]);
    }

    #[test]
    fn maxima_further_apart_both_count() {
        assert_eq!(maxima(&[0, 9, 0, 0, 0, 0, 0, 4, 0]), [1, 7]);
    }

    #[test]
    fn a_plateau_counts_once_and_a_flat_line_never() {
        assert_eq!(maxima(&[0, 9, 9, 9, 0]), [1]);
        assert_eq!(maxima(&[0; 20]), [0; 0]);
    }
}
