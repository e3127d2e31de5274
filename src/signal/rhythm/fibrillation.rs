#[cfg(test)]
mod held_out;

use crate::signal::float::ln;

/// How many intervals the order is taken over: enough turns of three beats to tell them from chance.
const WINDOW: usize = 64;
/// How many of them the entropy is taken over: enough pairs, and short, for episodes end.
const RECENT: usize = 16;
/// Intervals this near count as equal: the scatter of a sinus node, and of the sampling.
const TOLERANCE_US: u32 = 30_000;
/// Fewer intervals say nothing.
const FEWEST: usize = 4;
/// 300 beats a minute: no ventricle conducts faster.
const SHORTEST_US: u32 = 200_000;
/// 20 beats a minute: longer is a pause, or lost beats.
const LONGEST_US: u32 = 3_000_000;
/// A faster rate counts as this one, lest a regular tachycardia pass for fibrillation.
const FAST_US: f32 = 450_000.0;
/// Entropy that speaks neither for fibrillation nor against it, in nats.
const NEUTRAL: f32 = -1.85;
/// More order than this has a cause: breathing, or ectopic beats in turns.
const ORDER: f32 = 0.4;
/// Evidence counts no further, lest a long rhythm hide its end.
const CERTAIN: f32 = 20.0;
/// What speaks against fibrillation before the first beat.
const UNKNOWN: f32 = -CERTAIN / 4.0;
/// Scatter that tells nothing of the order, in s²: 3 ms.
const STILL: f32 = 1e-5;
/// Intervals apart at which they are compared.
const LAGS: usize = 3;

/// Tells after each beat whether the heart fibrillates in the atria, from the intervals alone.
///
/// In atrial fibrillation an interval says nothing about the next one. The coefficient of sample
/// entropy (`CoSEn`, m = 1; Lake and Moorman, Am. J. Physiol. Heart Circ. Physiol. 300, 2011)
/// measures that, here over the last 16 intervals. An ectopic beat gives one short and one long
/// interval, which the median of three takes out first (Petrėnas et al., Comput. Biol. Med. 65,
/// 2015). Fibrillation also lacks order, which the correlations `r1`, `r2`, `r3` of the last 64
/// intervals one, two and three apart show: with breathing, an interval is like the next one; where
/// ectopic beats keep coming, each with its pause, it is unlike the next one, and like the one after
/// that (every second beat) or the third (every third beat). Order takes from the entropy.
///
/// Fibrillation lasts, and so does its absence: a beat is evidence, and evidence adds up between two
/// bounds, as in a sequential test (Page, Biometrika 41, 1954):
///
/// ```text
/// order    = max(r1, r2 − r1, r3 − r1)
/// evidence ← clamp(evidence + CoSEn + 1.85 − max(0, order − 0.4), −20, 20)
/// ```
///
/// Above zero it says fibrillation. So neither a short run of ectopic beats nor a few like intervals
/// within fibrillation turn it.
///
/// | | |
/// |---|---|
/// | intervals outside 0.2 s to 3 s | count as that bound |
/// | delay | causal; half of the episodes of AFDB that it told were told within 36 beats and nine of ten within 93, their ends within 34 and 60 |
/// | state | 268 bytes |
/// | cost | 105 comparisons, 250 products and three logarithms a beat |
/// | not told apart | atrial flutter with changing conduction |
/// | missed | fibrillation that the ventricles follow regularly |
///
/// It screens, and does not diagnose.
///
/// ```
/// use iomt::signal::rhythm::FibrillationScreen;
///
/// let mut screen = FibrillationScreen::new();
/// for beat in 0..200 {
///     let breathing = 20_000 * (beat % 5);
///     assert!(!screen.interval_us(800_000 + breathing));
/// }
/// ```
#[derive(Debug, Clone)]
pub struct FibrillationScreen {
    /// The oldest first; the newest `filled` count.
    window: [u32; WINDOW],
    filled: u8,
    /// Of the last intervals.
    entropy: f32,
    /// For fibrillation above zero, against it below.
    evidence: f32,
}

impl Default for FibrillationScreen {
    fn default() -> Self {
        Self::new()
    }
}

impl FibrillationScreen {
    /// A screen that takes the rhythm for regular until it sees otherwise.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            window: [0; WINDOW],
            filled: 0,
            entropy: NEUTRAL,
            evidence: UNKNOWN,
        }
    }

    /// Takes the interval that ends with this beat, in microseconds, and tells of fibrillation.
    pub fn interval_us(&mut self, interval: u32) -> bool {
        let interval = interval.clamp(SHORTEST_US, LONGEST_US);
        if self.filled == 0 {
            self.window = [interval; WINDOW];
        }
        self.push(interval);
        if usize::from(self.filled) >= FEWEST {
            self.judge();
        }
        self.is_fibrillating()
    }

    /// What it said of the last beat.
    #[must_use]
    pub fn is_fibrillating(&self) -> bool {
        self.evidence > 0.0
    }

    /// The entropy of the last 16 intervals, in nats: about −2.5 in a regular rhythm, −1.3 in
    /// fibrillation.
    #[must_use]
    pub fn entropy(&self) -> f32 {
        self.entropy
    }

    /// How much speaks for fibrillation, −20 to 20: above zero it is told.
    #[must_use]
    pub fn evidence(&self) -> f32 {
        self.evidence
    }

    fn push(&mut self, interval: u32) {
        self.window.rotate_left(1);
        if let Some(newest) = self.window.last_mut() {
            *newest = interval;
        }
        self.filled = (self.filled + 1).min(WINDOW as u8);
    }

    fn judge(&mut self) {
        let filtered = self.without_single_beats();
        let few = usize::from(self.filled).min(RECENT);
        self.entropy = coefficient_of_sample_entropy(newest(&filtered, few));
        let surplus = (self.order() - ORDER).max(0.0);
        let evidence = self.evidence + self.entropy - NEUTRAL - surplus;
        self.evidence = evidence.clamp(-CERTAIN, CERTAIN);
    }

    /// How much order the last intervals have: a slow wave, or turns of two or three beats.
    fn order(&self) -> f32 {
        let [next, second, third] = correlations(newest(&self.window, usize::from(self.filled)));
        next.max(second.max(third) - next)
    }

    /// The median of each of the last intervals and the two before it.
    fn without_single_beats(&self) -> [u32; RECENT] {
        let mut filtered = [0; RECENT];
        let threes = newest(&self.window, RECENT + 2).windows(3);
        for (slot, three) in filtered.iter_mut().zip(threes) {
            if let [a, b, c] = *three {
                *slot = median_of_three(a, b, c);
            }
        }
        filtered
    }
}

fn newest(intervals: &[u32], count: usize) -> &[u32] {
    let first = intervals.len().saturating_sub(count);
    intervals.get(first..).unwrap_or_default()
}

/// `ln(B / A) + ln(2 r) − ln(mean)`: of B pairs of like intervals, A are followed by like ones.
fn coefficient_of_sample_entropy(intervals: &[u32]) -> f32 {
    // One each at the start, so that neither logarithm is of zero.
    let (mut followed, mut alike) = (1_u16, 1_u16);
    for (first, a) in intervals.windows(2).enumerate() {
        for b in intervals.windows(2).skip(first + 1) {
            let ([a, after_a], [b, after_b]) = (a, b) else {
                continue;
            };
            if a.abs_diff(*b) <= TOLERANCE_US {
                alike += 1;
                followed += u16::from(after_a.abs_diff(*after_b) <= TOLERANCE_US);
            }
        }
    }
    let mean = mean_us(intervals).max(FAST_US);
    let doubled_tolerance = 2.0 * TOLERANCE_US as f32;
    // The mean is in seconds in the publication, the tolerance too: only their ratio counts.
    ln(f32::from(alike) / f32::from(followed)) + ln(doubled_tolerance / 1e6) - ln(mean / 1e6)
}

/// How alike, −1 to 1, intervals are that are one, two and three apart.
fn correlations(intervals: &[u32]) -> [f32; LAGS] {
    let mean = mean_us(intervals);
    let deviation_s = |interval: &u32| (*interval as f32 - mean) / 1e6;
    let mean_product = |lag: usize| {
        let later = intervals.get(lag..).unwrap_or_default();
        let pairs = intervals.iter().zip(later);
        let sum: f32 = pairs.map(|(a, b)| deviation_s(a) * deviation_s(b)).sum();
        sum / later.len().max(1) as f32
    };
    let variance = mean_product(0) + STILL;
    core::array::from_fn(|lag| mean_product(lag + 1) / variance)
}

fn mean_us(intervals: &[u32]) -> f32 {
    let sum: f32 = intervals.iter().map(|interval| *interval as f32).sum();
    sum / intervals.len().max(1) as f32
}

fn median_of_three(a: u32, b: u32, c: u32) -> u32 {
    a.min(b).max(a.max(b).min(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(intervals: impl Iterator<Item = u32>) -> f32 {
        let mut screen = FibrillationScreen::new();
        let told = intervals.map(|interval| screen.interval_us(interval));
        let (count, yes) = told.fold((0_u16, 0_u16), |(count, yes), told| {
            (count + 1, yes + u16::from(told))
        });
        f32::from(yes) / f32::from(count)
    }

    /// Intervals without any order, from 0.45 to 1.05 s.
    fn irregular() -> impl Iterator<Item = u32> {
        core::iter::successors(Some(1_u32), |seed| {
            Some(seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223))
        })
        .map(|seed| 450_000 + (seed >> 8) % 600_000)
    }

    #[test]
    fn tells_irregular_intervals_within_sixty_beats() {
        let mut screen = FibrillationScreen::new();
        let first = irregular().position(|interval| screen.interval_us(interval));
        assert!(first.is_some_and(|beats| beats < 60), "{first:?}");
        assert!(share(irregular().take(1_000)) > 0.95);
    }

    #[test]
    fn lets_breathing_and_ectopic_beats_pass() {
        let ectopic = |beat: u32| match beat % 9 {
            0 => 520_000,
            1 => 1_080_000,
            other => 790_000 + 5_000 * (other % 3),
        };
        assert!(share((0..1_000).map(ectopic)) < 0.01);
        let bigeminy = |beat: u32| {
            if beat.is_multiple_of(2) {
                520_000
            } else {
                1_080_000
            }
        };
        assert!(share((0..1_000).map(bigeminy)) < 0.01);
    }

    #[test]
    fn lets_ectopic_beats_in_turns_pass_whose_coupling_varies() {
        let mut scatter = irregular().map(|interval| (interval - 450_000) / 4);
        let mut in_turns = |every: u32| {
            let mut cycle = 0;
            core::iter::from_fn(move || {
                cycle += 1;
                Some(cycle % every)
            })
            .zip(scatter.by_ref().take(1_000))
            .map(|(turn, scatter)| match turn {
                0 => 450_000 + scatter,
                1 => 1_050_000 - scatter,
                _ => 760_000 + scatter / 8,
            })
            .collect::<std::vec::Vec<_>>()
        };
        for every in [2, 3] {
            let told = share(in_turns(every).into_iter());
            assert!(told < 0.05, "every {every}: {told}");
        }
    }

    #[test]
    fn lets_deep_breathing_pass() {
        let mut scatter = irregular().map(|interval| (interval - 450_000) / 10);
        let breath = [
            0, 60_000, 140_000, 200_000, 240_000, 240_000, 200_000, 140_000, 60_000,
        ];
        let breaths = breath.into_iter().cycle().zip(scatter.by_ref());
        let told = share(
            breaths
                .map(|(rise, scatter)| 700_000 + rise + scatter)
                .take(1_000),
        );
        assert!(told < 0.05, "{told}");
    }

    #[test]
    fn holds_to_fibrillation_over_a_few_like_intervals() {
        let mut screen = FibrillationScreen::new();
        for interval in irregular().take(200) {
            screen.interval_us(interval);
        }
        for _ in 0..16 {
            assert!(screen.interval_us(700_000));
        }
        let ended = (0..60).position(|_| !screen.interval_us(700_000));
        assert!(ended.is_some(), "{}", screen.evidence());
    }

    #[test]
    fn takes_any_interval() {
        let any = [0, u32::MAX, 1, 800_000].into_iter().cycle();
        assert!(share(any.clone().take(500)) <= 1.0);
        let mut screen = FibrillationScreen::new();
        for interval in any.take(500) {
            screen.interval_us(interval);
            assert!(screen.evidence().abs() <= CERTAIN);
        }
        assert_eq!(share(core::iter::repeat_n(0, 500)), 0.0);
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(size_of::<FibrillationScreen>() <= 268);
    }
}
