use super::ONE;

/// How many things a beat is judged by.
pub(super) const FEATURES: usize = 8;

/// What speaks for and against a ventricle, in 1/8,192 where nothing else is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evidence {
    /// The area between the beat and the dominant shape over the area of that shape, up to 2.
    pub(super) difference: i32,
    /// The interval before over the usual one, and the mean of the beats of this shape.
    pub(super) before: i32,
    pub(super) usual_before: i32,
    /// The interval after over the usual one, and the mean of the beats of this shape.
    pub(super) after: i32,
    pub(super) usual_after: i32,
    /// Area over height of the complex, in 1/128 ms.
    pub(super) width: i32,
    /// How unlike any known shape the beats before were, 0 to 1.
    pub(super) strangeness: i32,
}

/// Logits for one, in 1/256, of a logistic regression: `held_out` fits them anew.
///
/// A beat speaks for a ventricle when it is unlike the dominant one, wide, and early, most at a
/// third of the interval: what is earlier yet is rather noise or rapid fibrillation. So do beats of
/// its shape that are early in the mean, and pauses after it and after them. Against it speaks that
/// no beat of late had a known shape: that is noise.
pub(super) const WEIGHTS: [i32; FEATURES] =
    [1_257, 10_788, 7_846, -12_741, 2_598, 755, 398, -4_708];
/// What the sum must pass: half a logit below even odds, for ventricular beats are the rarer ones.
pub(super) const LIMIT: i32 = 3_218;

impl Evidence {
    /// Each between 0 and 2.
    pub(super) fn features(&self) -> [i32; FEATURES] {
        let early = |before: i32| (ONE - before).max(0);
        [
            self.difference,
            self.width * 8 / 125,
            early(self.before),
            early(self.before) * early(self.before) / ONE,
            early(self.usual_before),
            self.after,
            self.usual_after,
            self.strangeness,
        ]
    }

    /// Above 0 for a ventricular beat; of eight products of 2^14 and 12,741 at most, below 2^31.
    pub(super) fn score(&self) -> i32 {
        let parts = self.features().into_iter().zip(WEIGHTS);
        parts.map(|(feature, weight)| feature * weight).sum::<i32>() - LIMIT * ONE
    }
}
