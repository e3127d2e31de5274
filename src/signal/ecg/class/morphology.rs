use super::evidence::Evidence;
use super::{COMPLEX_LEN, Complex, ONE};

/// Shapes that are told apart.
const FAMILIES: usize = 6;
/// A complex is moved by up to this many values to both sides to be compared.
const SHIFT: usize = 2;
/// A complex is of a family when the square of their concordance is above a half.
const ALIKE: u32 = WHOLE / 2;
/// The concordance of two that are the same.
const WHOLE: u32 = 1 << 16;
/// How many beats a family's means are taken over.
const MEMORY: i16 = 64;
/// A family that comes no more has half its weight after 355 beats, five minutes at 70 a minute: a
/// ventricular rhythm must last about as long to become the dominant one.
const FADING: u32 = 512;
/// How many beats tell how strange beats are of late.
const OF_LATE: u32 = 8;

/// What speaks for and against the ventricles, apart from the shape.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traits {
    /// The interval before over the usual one, in 1/8,192.
    before: i16,
    /// The interval after over the usual one, in 1/8,192.
    after: i16,
    /// Area over height of the complex, in 1/128 ms.
    width: i16,
}

/// The value in the middle. Counted, not sorted: what sorts in `core` can panic, as far as a linker sees.
fn median(complex: &Complex) -> i16 {
    let how_many = |is_so: &dyn Fn(i16) -> bool| complex.iter().filter(|uv| is_so(**uv)).count();
    let is_in_the_middle = |level: &i16| {
        let (below, up_to) = (how_many(&|uv| uv < *level), how_many(&|uv| uv <= *level));
        (below..up_to).contains(&(COMPLEX_LEN / 2))
    };
    complex.iter().copied().find(is_in_the_middle).unwrap_or(0)
}

impl Traits {
    pub(super) fn of(complex: &Complex, before: i16, after: i16, value_us: i32) -> Self {
        let level = i64::from(median(complex));
        let heights = || complex.iter().map(|uv| (i64::from(*uv) - level).abs());
        let height = heights().max().unwrap_or(0);
        let area = heights().sum::<i64>() * i64::from(value_us) * 128 / 1_000;
        let width = area
            .checked_div(height)
            .and_then(|width| i32::try_from(width).ok());
        let width = width.unwrap_or(0).min(WIDEST);
        Self {
            before,
            after,
            width: i16::try_from(width).unwrap_or(i16::MAX),
        }
    }

    fn approach(&mut self, other: &Self, memory: i16) {
        let step = |mean: &mut i16, value: i16| {
            *mean += (value - *mean).checked_div(memory).unwrap_or(0);
        };
        step(&mut self.before, other.before);
        step(&mut self.after, other.after);
        step(&mut self.width, other.width);
    }
}

/// Area over height beyond which a complex is not counted as wider: 208 ms.
const WIDEST: i32 = 208 * 128;

/// Beats of one shape.
#[derive(Debug, Clone)]
struct Family {
    mean: Complex,
    traits: Traits,
    beats: i16,
    /// How frequent it is of late.
    weight: u32,
}

/// The shapes that came.
#[derive(Debug, Clone)]
pub(super) struct Families {
    families: [Option<Family>; FAMILIES],
    /// One less the likeness to the likest family, in the mean of the last beats.
    strangeness: u32,
}

impl Families {
    pub(super) const fn new() -> Self {
        Self {
            families: [const { None }; FAMILIES],
            strangeness: 0,
        }
    }

    /// Takes a beat in, and says what speaks for and against a ventricle.
    pub(super) fn evidence(&mut self, complex: &Complex, beat: Traits) -> Option<Evidence> {
        // √ of 1/65,536 is 1/256; before this beat, so that it is not judged by itself.
        let strangeness = (self.strangeness << 10).isqrt();
        let family = self.learn(complex, &beat)?;
        let known = self.families.iter().flatten();
        let dominant = known.max_by_key(|family| family.dominance())?;
        Some(Evidence {
            difference: difference(complex, &dominant.mean),
            before: beat.before.into(),
            usual_before: family.before.into(),
            after: beat.after.into(),
            usual_after: family.after.into(),
            width: beat.width.into(),
            strangeness: i32::try_from(strangeness).unwrap_or(ONE),
        })
    }

    /// The mean traits of the beat's family.
    fn learn(&mut self, complex: &Complex, traits: &Traits) -> Option<Traits> {
        for family in self.families.iter_mut().flatten() {
            family.weight -= family.weight / FADING;
        }
        let families = self.families.iter_mut().flatten();
        let likenesses = families.map(|family| (best_shift(complex, &family.mean), family));
        let nearest = likenesses.max_by_key(|((likeness, _), _)| *likeness);
        if let Some(((likeness, _), _)) = &nearest {
            self.strangeness -= self.strangeness / OF_LATE;
            self.strangeness += WHOLE.saturating_sub(*likeness) / OF_LATE;
        }
        if let Some(((_, shift), family)) = nearest.filter(|((likeness, _), _)| *likeness >= ALIKE)
        {
            family.learn(shifted(complex, shift), traits);
            return Some(family.traits);
        }
        let weight = |slot: &&mut Option<Family>| slot.as_ref().map_or(0, |family| family.weight);
        let rarest = self.families.iter_mut().min_by_key(weight)?;
        *rarest = Some(Family {
            mean: *complex,
            traits: *traits,
            beats: 1,
            weight: 1 << 16,
        });
        Some(*traits)
    }
}

impl Family {
    /// Takes in a complex that lies on the mean.
    fn learn(&mut self, complex: impl Iterator<Item = i16>, traits: &Traits) {
        self.weight += 1 << 16;
        self.beats = (self.beats + 1).min(MEMORY);
        for (mean, value) in self.mean.iter_mut().zip(complex) {
            let step = (i32::from(value) - i32::from(*mean)).checked_div(i32::from(self.beats));
            *mean = i16::try_from(i32::from(*mean) + step.unwrap_or(0)).unwrap_or(*mean);
        }
        self.traits.approach(traits, self.beats);
    }

    /// Frequent, not premature and not wide.
    fn dominance(&self) -> i64 {
        let timely = i64::from(self.traits.before).min(i64::from(ONE)).pow(3) >> 31;
        let width = i64::from(self.traits.width).max(NARROW);
        i64::from(self.weight) * timely * NARROW / width
    }
}

/// Area over height up to which a complex is not counted as wide: 67 ms.
const NARROW: i64 = 67 * 128;

/// The complex moved by `shift` − `SHIFT` values, its ends held.
fn shifted(complex: &Complex, shift: usize) -> impl Iterator<Item = i16> {
    (0..COMPLEX_LEN).map(move |at| {
        let at = (at + shift).saturating_sub(SHIFT).min(COMPLEX_LEN - 1);
        complex.get(at).copied().unwrap_or(0)
    })
}

/// The largest square of the concordance, in 1/65,536, and the shift that gives it.
fn best_shift(complex: &Complex, mean: &Complex) -> (u32, usize) {
    let shifts = (0..=2 * SHIFT).map(|shift| (likeness(complex, mean, shift), shift));
    shifts
        .max_by_key(|(likeness, _)| *likeness)
        .unwrap_or((0, SHIFT))
}

/// 2 cov(a, b) / (var a + var b), squared: unlike the correlation coefficient, it tells a beat from
/// one that is twice as high (Lin, Biometrics 45, 1989, about the means); 0 for an opposite shape.
fn likeness(complex: &Complex, mean: &Complex, shift: usize) -> u32 {
    let own = || shifted(complex, shift).map(i64::from);
    let other = || mean.iter().map(|value| i64::from(*value));
    // In units of 2^5 (1/8 µV)²: sums of 32 products of 2^30 stay below 2^31.
    let len = COMPLEX_LEN as i64;
    let (own_sum, other_sum) = (own().sum::<i64>(), other().sum::<i64>());
    let products = own().zip(other()).map(|(a, b)| a * b).sum::<i64>();
    let both = (products - own_sum * other_sum / len) >> 5;
    let own = (own().map(|a| a * a).sum::<i64>() - own_sum * own_sum / len) >> 5;
    let other = (other().map(|b| b * b).sum::<i64>() - other_sum * other_sum / len) >> 5;
    let twice = (both.max(0) * 2 * i64::from(WHOLE)).checked_div((own + other).max(1));
    let concordance = twice.map_or(0, |twice| twice.min(i64::from(WHOLE)) as u64);
    ((concordance * concordance) >> 16) as u32
}

/// The area between the two over the area of the mean, up to 2.
fn difference(complex: &Complex, mean: &Complex) -> i32 {
    let (_, shift) = best_shift(complex, mean);
    let len = COMPLEX_LEN as i64;
    let level = shifted(complex, shift).map(i64::from).sum::<i64>() / len;
    let mean_level = mean.iter().map(|value| i64::from(*value)).sum::<i64>() / len;
    let pairs = shifted(complex, shift).zip(mean);
    let between = pairs.map(|(a, b)| (i64::from(a) - level - i64::from(*b) + mean_level).abs());
    let area = mean
        .iter()
        .map(|b| (i64::from(*b) - mean_level).abs())
        .sum::<i64>();
    let share = (between.sum::<i64>() * i64::from(ONE)).checked_div(area);
    share.map_or(2 * ONE, |share| share.min(i64::from(2 * ONE)) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peak(height: i16) -> Complex {
        let mut complex = [0; COMPLEX_LEN];
        complex[11..14].copy_from_slice(&[height / 2, height, height / 2]);
        complex
    }

    fn likest(complex: &Complex, mean: &Complex) -> u32 {
        best_shift(complex, mean).0
    }

    #[test]
    fn a_shape_a_fifth_higher_is_the_same_and_one_of_thrice_the_height_or_opposite_is_not() {
        assert!(likest(&peak(8_000), &peak(8_000)) >= WHOLE - 8);
        assert!(likest(&peak(9_600), &peak(8_000)) > WHOLE * 9 / 10);
        assert!(likest(&peak(24_000), &peak(8_000)) < ALIKE);
        assert_eq!(likest(&[0; COMPLEX_LEN], &[0; COMPLEX_LEN]), 0);
        assert!(likest(&peak(-8_000), &peak(8_000)) < ALIKE / 8);
    }

    #[test]
    fn the_middle_is_that_of_the_sorted_values() {
        let mut state = 1_u32;
        for kinds in [1, 2, 3, 7, 65_535] {
            let complex: Complex = core::array::from_fn(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((state >> 16) % kinds) as u16 as i16
            });
            let mut sorted = complex;
            sorted.sort_unstable();
            assert_eq!(median(&complex), sorted[COMPLEX_LEN / 2]);
        }
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        let mut extreme = [i16::MIN; COMPLEX_LEN];
        extreme[COMPLEX_LEN / 2..].fill(i16::MAX);
        let opposite = extreme.map(|value| !value);
        let traits = Traits::of(&extreme, i16::MAX, i16::MAX, i32::MAX);
        let mut families = Families::new();
        for _ in 0..2_000 {
            for complex in [&extreme, &opposite] {
                families.evidence(complex, traits).unwrap().score();
            }
        }
    }

    #[test]
    fn what_has_no_known_shape_is_strange_until_it_comes_again() {
        let traits = Traits::of(&peak(8_000), 8_192, 8_192, 8_333);
        let mut families = Families::new();
        let mut strangeness =
            |complex: &Complex| families.evidence(complex, traits).unwrap().strangeness;
        for _ in 0..9 {
            strangeness(&peak(8_000));
        }
        assert!(strangeness(&peak(8_000)) < ONE / 16);
        strangeness(&peak(-8_000));
        let after_one = strangeness(&peak(8_000));
        assert!(after_one > ONE / 4);
        for _ in 0..30 {
            strangeness(&peak(8_000));
        }
        assert!(strangeness(&peak(8_000)) < after_one / 4);
    }
}
