/// Values of a complex: 136 ms of it, about 8 ms apart.
pub(super) const SHAPE_LEN: usize = 17;
/// How far apart they are.
pub(super) const SHAPE_STEP_MS: u32 = 8;
/// The signal around an R peak, in µV.
pub(super) type Shape = [i16; SHAPE_LEN];
/// The similarity of two shapes that are the same but for their size.
pub(super) const SAME: u32 = 256;

/// What the heart's usual QRS complex looks like: a running mean of those that came.
#[derive(Debug, Clone)]
pub(super) struct Template {
    mean: Shape,
    is_known: bool,
}

impl Template {
    pub(super) const fn new() -> Self {
        Self {
            mean: [0; SHAPE_LEN],
            is_known: false,
        }
    }

    /// Takes in a beat: the last 8 count most, of beats unlike the mean the last 32.
    pub(super) fn learn(&mut self, shape: &Shape) {
        if !self.is_known {
            self.mean = *shape;
            self.is_known = true;
        }
        let is_alike = self.similarity(shape) >= SAME / 2;
        let memory_bits = if is_alike { 3 } else { 5 };
        for (mean, value) in self.mean.iter_mut().zip(shape) {
            let rise = i32::from(*value) - i32::from(*mean);
            let part = (rise.unsigned_abs() >> memory_bits).cast_signed() * rise.signum();
            *mean = i16::try_from(i32::from(*mean) + part).unwrap_or(*mean);
        }
    }

    /// The square of the correlation coefficient, 0 to [`SAME`]; 0 for an opposite shape.
    ///
    /// Everything is the same as a template that is not known.
    pub(super) fn similarity(&self, shape: &Shape) -> u32 {
        if !self.is_known {
            return SAME;
        }
        let both = covariance(shape, &self.mean).max(0).cast_unsigned();
        let product = variance(shape) * variance(&self.mean);
        let whole = (product / u64::from(SAME)).max(1);
        let similarity = (both * both).checked_div(whole);
        similarity.map_or(0, |similarity| similarity.min(u64::from(SAME)) as u32)
    }
}

/// In units of 2^4 µV², as the covariance.
fn variance(shape: &Shape) -> u64 {
    covariance(shape, shape).cast_unsigned()
}

/// In units of 2^4 µV²: 17 products of at most 2^30, so that two of these multiply to below 2^62.
#[inline(never)] // Of three pairs.
fn covariance(a: &Shape, b: &Shape) -> i64 {
    let (mut products, mut a_sum, mut b_sum) = (0, 0, 0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (i32::from(*a), i32::from(*b));
        products += i64::from(a * b);
        a_sum += a;
        b_sum += b;
    }
    let sums = i64::from(a_sum) * i64::from(b_sum);
    // Of the magnitude: that division the core has at hand.
    let mean = (sums.unsigned_abs() / SHAPE_LEN as u64).cast_signed();
    (products - mean * sums.signum()) >> 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peak(height: i16) -> Shape {
        let mut shape = [0; SHAPE_LEN];
        shape[7..10].copy_from_slice(&[height / 2, height, height / 2]);
        shape
    }

    #[test]
    fn size_and_offset_make_no_difference_but_direction_does() {
        let mut template = Template::new();
        assert_eq!(template.similarity(&peak(-900)), SAME);
        template.learn(&peak(1_000));
        assert!(template.similarity(&peak(300)) >= SAME - 1);
        assert!(template.similarity(&peak(300).map(|value| value + 5_000)) >= SAME - 1);
        assert_eq!(template.similarity(&peak(-1_000)), 0);
        assert_eq!(template.similarity(&[0; SHAPE_LEN]), 0);
    }

    #[test]
    fn one_strange_beat_moves_little_and_many_are_learnt() {
        let mut template = Template::new();
        template.learn(&peak(1_000));
        template.learn(&peak(-1_000));
        assert!(template.similarity(&peak(1_000)) >= SAME - 1);
        (0..64).for_each(|_| template.learn(&peak(-1_000)));
        assert!(template.similarity(&peak(-1_000)) >= SAME - 1);
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        let mut extreme = [i16::MIN; SHAPE_LEN];
        let mut template = Template::new();
        template.learn(&extreme);
        extreme[0] = i16::MAX;
        (0..99).for_each(|_| template.learn(&extreme));
        assert!(template.similarity(&extreme) >= SAME - 1);
    }
}
