//! Student's t distribution with five degrees of freedom, in integers.
//!
//! Residuals of biosignals have tails between Gauss and Laplace; this is their shape.

/// Probabilities are in units of 2^−15.
pub(super) const ONE: u32 = 1 << 15;
/// The table goes to 16 scales, in steps of an eighth.
const REACH: u64 = 16;
const ENTRIES: usize = 129;

/// The distribution function at n/8 scales, n = 0 to 128.
#[rustfmt::skip]
const TABLE: [u16; ENTRIES] = [
     16384,  17934,  19455,  20922,  22310,  23603,  24789,  25860,  26817,  27662,  28400,  29040,
     29591,  30063,  30466,  30808,  31098,  31343,  31551,  31727,  31875,  32001,  32108,  32198,
     32275,  32340,  32396,  32444,  32485,  32520,  32550,  32576,  32599,  32618,  32635,  32650,
     32663,  32674,  32684,  32693,  32701,  32708,  32714,  32719,  32724,  32728,  32731,  32735,
     32738,  32740,  32743,  32745,  32747,  32749,  32750,  32752,  32753,  32754,  32755,  32756,
     32757,  32758,  32759,  32759,  32760,  32760,  32761,  32761,  32762,  32762,  32763,  32763,
     32763,  32764,  32764,  32764,  32764,  32765,  32765,  32765,  32765,  32765,  32766,  32766,
     32766,  32766,  32766,  32766,  32766,  32766,  32766,  32766,  32767,  32767,  32767,  32767,
     32767,  32767,  32767,  32767,  32767,  32767,  32767,  32767,  32767,  32767,  32767,  32767,
     32767,  32767,  32767,  32767,  32767,  32767,  32767,  32768,  32768,  32768,  32768,  32768,
     32768,  32768,  32768,  32768,  32768,  32768,  32768,  32768,  32768,
];

/// The place and the width of a distribution, in 1/32 of a sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Student {
    mean: i32,
    scale: u32,
    /// 2^32 over the scale.
    reciprocal: u64,
}

impl Student {
    /// A scale of at least 1.
    pub(super) fn new(mean: i32, scale: u32) -> Self {
        let scale = scale.max(1);
        Self {
            mean,
            scale,
            reciprocal: u64::from(u32::MAX / scale),
        }
    }

    pub(super) fn mean(&self) -> i32 {
        self.mean
    }

    pub(super) fn scale(&self) -> u32 {
        self.scale
    }

    /// The probability of all below `bound`, 0 to 2^15; it never falls as the bound rises.
    pub(super) fn below(&self, bound: i64) -> u32 {
        let distance = bound.saturating_sub(i64::from(self.mean));
        let above = self.above_centre(distance.unsigned_abs());
        if distance < 0 { ONE - above } else { above }
    }

    fn above_centre(&self, distance: u64) -> u32 {
        if distance >= u64::from(self.scale) * REACH {
            return ONE;
        }
        // In 1/256 scale, below 4,096.
        let place = (distance * self.reciprocal) >> 24;
        let index = usize::try_from(place >> 5).unwrap_or(ENTRIES);
        let entry = |index: usize| TABLE.get(index).map_or(ONE, |entry| u32::from(*entry));
        let (low, high) = (entry(index), entry(index + 1));
        low + (((high - low) * (place & 31) as u32) >> 5)
    }
}
