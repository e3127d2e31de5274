use super::{COMPLEX_LEN, Complex, ONE};

/// Shapes that are told apart.
const FAMILIES: usize = 6;
/// A complex is moved by up to this many values to both sides to be compared.
const SHIFT: usize = 2;
/// A complex is of a family when the square of their correlation coefficient is above 0.8.
const ALIKE: i64 = 205;
/// How many beats a family's means are taken over.
const MEMORY: i16 = 16;

/// What speaks for and against the ventricles, apart from the shape.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traits {
    /// The interval before over the usual one, in 1/256.
    before: i16,
    /// The interval after over the usual one, in 1/256.
    after: i16,
    /// Area over height of the complex, in 1/16 ms.
    width: i16,
}

impl Traits {
    pub(super) fn of(complex: &Complex, before: i32, after: i32, value_us: i32) -> Self {
        let mut sorted = *complex;
        sorted.sort_unstable();
        let level = sorted
            .get(COMPLEX_LEN / 2)
            .map_or(0, |level| i64::from(*level));
        let heights = || complex.iter().map(|uv| (i64::from(*uv) - level).abs());
        let height = heights().max().unwrap_or(0);
        let area = heights().sum::<i64>() * i64::from(value_us) * 16 / 1_000;
        let width = area
            .checked_div(height)
            .and_then(|width| i32::try_from(width).ok());
        let width = width.unwrap_or(0).min(WIDEST);
        let [before, after, width] =
            [before, after, width].map(|value| i16::try_from(value).unwrap_or(i16::MAX));
        Self {
            before,
            after,
            width,
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
const WIDEST: i32 = 208 * 16;

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
}

impl Families {
    pub(super) const fn new() -> Self {
        Self {
            families: [const { None }; FAMILIES],
        }
    }

    /// Takes a beat in, and says whether it is a ventricular one.
    pub(super) fn is_ventricular(&mut self, complex: &Complex, traits: Traits) -> bool {
        let Some(of_family) = self.learn(complex, &traits) else {
            return false;
        };
        let known = self.families.iter().flatten();
        let dominant = known.max_by_key(|family| family.dominance());
        let difference = dominant.map_or(0, |family| difference(complex, &family.mean));
        score(difference, &traits, &of_family) > 0
    }

    /// The mean traits of the beat's family.
    fn learn(&mut self, complex: &Complex, traits: &Traits) -> Option<Traits> {
        let likeness = |family: &Family| best_shift(complex, &family.mean).0;
        for family in self.families.iter_mut().flatten() {
            family.weight -= family.weight / 128;
        }
        let known = self.families.iter_mut().flatten();
        let nearest = known.max_by_key(|family| likeness(family));
        if let Some(family) = nearest.filter(|family| likeness(family) >= ALIKE) {
            family.learn(complex, traits);
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
    fn learn(&mut self, complex: &Complex, traits: &Traits) {
        self.weight += 1 << 16;
        self.beats = (self.beats + 1).min(MEMORY);
        let (_, shift) = best_shift(complex, &self.mean);
        for (mean, value) in self.mean.iter_mut().zip(shifted(complex, shift)) {
            let step = (i32::from(value) - i32::from(*mean)).checked_div(i32::from(self.beats));
            *mean = i16::try_from(i32::from(*mean) + step.unwrap_or(0)).unwrap_or(*mean);
        }
        self.traits.approach(traits, self.beats);
    }

    /// Frequent, not premature and not wide.
    fn dominance(&self) -> i64 {
        let timely = i64::from(self.traits.before).min(i64::from(ONE)).pow(3) >> 16;
        let width = i64::from(self.traits.width).max(NARROW);
        i64::from(self.weight) * timely * NARROW / width
    }
}

/// Area over height up to which a complex is not counted as wide: 67 ms.
const NARROW: i64 = 67 * 16;

/// Above 0 for a ventricular beat. The weights come of a logistic regression.
fn score(difference: i32, beat: &Traits, family: &Traits) -> i32 {
    let [beat, family] = [beat, family].map(|traits| {
        let Traits {
            before,
            after,
            width,
        } = *traits;
        [before, after, width].map(i32::from)
    });
    let ([before, after, width], [usual_before, usual_after, usual_width]) = (beat, family);
    let shape = 3_034 * difference + 272 * width + 768 * usual_width;
    let rhythm = 2_401 * after - 3_360 * before;
    let rhythm_of_family = 2_860 * usual_after - 6_319 * usual_before;
    shape + rhythm + rhythm_of_family - 6_308 * ONE
}

/// The complex moved by `shift` − `SHIFT` values, its ends held.
fn shifted(complex: &Complex, shift: usize) -> impl Iterator<Item = i16> {
    (0..COMPLEX_LEN).map(move |at| {
        let at = (at + shift).saturating_sub(SHIFT).min(COMPLEX_LEN - 1);
        complex.get(at).copied().unwrap_or(0)
    })
}

/// The largest square of the correlation coefficient, in 1/256, and the shift that gives it.
fn best_shift(complex: &Complex, mean: &Complex) -> (i64, usize) {
    let shifts = (0..=2 * SHIFT).map(|shift| (likeness(complex, mean, shift), shift));
    shifts
        .max_by_key(|(likeness, _)| *likeness)
        .unwrap_or((0, SHIFT))
}

fn likeness(complex: &Complex, mean: &Complex, shift: usize) -> i64 {
    let own = || shifted(complex, shift).map(i64::from);
    let other = || mean.iter().map(|value| i64::from(*value));
    // In units of 2^5 µV²: sums of 32 products of 2^30, and products of two such below 2^61.
    let len = COMPLEX_LEN as i64;
    let (own_sum, other_sum) = (own().sum::<i64>(), other().sum::<i64>());
    let products = own().zip(other()).map(|(a, b)| a * b).sum::<i64>();
    let both = (products - own_sum * other_sum / len) >> 5;
    let own = (own().map(|a| a * a).sum::<i64>() - own_sum * own_sum / len) >> 5;
    let other = (other().map(|b| b * b).sum::<i64>() - other_sum * other_sum / len) >> 5;
    let both = both.max(0);
    let whole = (own * other / 256).max(1);
    (both * both).checked_div(whole).unwrap_or(0)
}

/// The area between the two over the area of the mean, in 1/256, up to 2.
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
