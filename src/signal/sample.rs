//! The arithmetic of a second-order section, in `f32` and in integers.

use core::fmt::Debug;

use super::biquad::Biquad;

/// What a [`Sample`](super::Sample) can do; not for others to implement.
pub trait Arithmetic: Copy {
    /// What rounding left over.
    type Carry: Copy + Debug + PartialEq;
    /// No signal.
    const ZERO: Self;
    /// Nothing left over.
    const NO_CARRY: Self::Carry;

    /// This sample, brought into the range that the arithmetic is made for.
    #[must_use]
    fn admit(self, before: Self) -> Self;

    /// What the section makes of a constant `self`.
    #[must_use]
    fn settled(self, biquad: &Biquad<Self>) -> Self;

    /// What the section makes of `self`, which came after the inputs `before`.
    #[must_use]
    fn step(self, before: Pair<Self>, biquad: &Biquad<Self>, memory: &mut Memory<Self>) -> Self;
}

/// Two samples that came one after the other.
///
/// Not an array: it would be read in one piece soon after its halves were written, which processors are slow at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair<T> {
    newer: T,
    older: T,
}

impl<T: Copy> Pair<T> {
    pub(super) const fn both(sample: T) -> Self {
        Self {
            newer: sample,
            older: sample,
        }
    }

    pub(super) const fn newer(&self) -> T {
        self.newer
    }

    pub(super) const fn followed_by(self, sample: T) -> Self {
        Self {
            newer: sample,
            older: self.newer,
        }
    }
}

/// The last two outputs of a section, which are the last two inputs of the next one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Memory<T: Arithmetic> {
    outputs: Pair<T>,
    carry: T::Carry,
}

impl<T: Arithmetic> Memory<T> {
    pub(super) const EMPTY: Self = Self {
        outputs: Pair::both(T::ZERO),
        carry: T::NO_CARRY,
    };

    pub(super) const fn outputs(&self) -> Pair<T> {
        self.outputs
    }

    /// Goes on as if `x` had come for ever; returns what would have gone out.
    pub(super) fn settle(&mut self, biquad: &Biquad<T>, x: T) -> T {
        let y = x.settled(biquad);
        *self = Self {
            outputs: Pair::both(y),
            carry: T::NO_CARRY,
        };
        y
    }
}

/// Far below where a sum of five products could overflow.
pub(super) const LIMIT_F32: f32 = 1e30;

impl Arithmetic for f32 {
    type Carry = ();
    const ZERO: Self = 0.0;
    const NO_CARRY: () = ();

    #[inline]
    fn admit(self, before: Self) -> Self {
        if self.is_nan() {
            return before;
        }
        self.clamp(-LIMIT_F32, LIMIT_F32)
    }

    fn settled(self, biquad: &Biquad<Self>) -> Self {
        let ([b0, b1, b2], [a1, a2]) = (biquad.b, biquad.a);
        self * (b0 + b1 + b2) / (1.0 + a1 + a2)
    }

    #[inline]
    fn step(self, before: Pair<Self>, biquad: &Biquad<Self>, memory: &mut Memory<Self>) -> Self {
        let ([b0, b1, b2], [a1, a2]) = (biquad.b, biquad.a);
        let Pair {
            newer: x1,
            older: x2,
        } = before;
        let Pair {
            newer: y1,
            older: y2,
        } = memory.outputs;
        let y = b0 * self + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
        memory.outputs = memory.outputs.followed_by(y);
        y
    }
}

/// Integer coefficients are multiples of 2⁻³⁰, and samples stay within ±2³⁰.
pub(super) const FRACTION_BITS: u32 = 30;
pub(super) const ONE: i32 = 1 << FRACTION_BITS;

impl Arithmetic for i32 {
    type Carry = Pair<i32>;
    const ZERO: Self = 0;
    const NO_CARRY: Pair<i32> = Pair::both(0);

    #[inline]
    fn admit(self, _: Self) -> Self {
        self.clamp(-ONE, ONE)
    }

    fn settled(self, biquad: &Biquad<Self>) -> Self {
        let ([b0, b1, b2], [a1, a2]) = (biquad.b.map(i64::from), biquad.a.map(i64::from));
        let scale = i64::from(ONE) + a1 + a2;
        saturate((b0 + b1 + b2) * i64::from(self) / scale.max(1))
    }

    /// Stable sections have |a₁| + |a₂| < 3, and a design's |b₀| + |b₁| + |b₂| is at most 4,
    /// so the sum stays below 7 · 2⁶⁰ + 2³² and never wraps.
    #[inline]
    fn step(self, before: Pair<Self>, biquad: &Biquad<Self>, memory: &mut Memory<Self>) -> Self {
        let ([b0, b1, b2], [a1, a2]) = (biquad.b, biquad.a);
        let Pair {
            newer: x1,
            older: x2,
        } = before;
        let Pair {
            newer: y1,
            older: y2,
        } = memory.outputs;
        let product = |a: Self, b: Self| i64::from(a) * i64::from(b);
        let past = product(b1, x1) + product(b2, x2) - product(a1, y1) - product(a2, y2);
        // The newest input last: the sections wait for each other, and the past does not.
        let sum = past - shaped(biquad.a, memory.carry) + product(b0, self);
        let y = saturate(sum >> FRACTION_BITS);
        memory.outputs = memory.outputs.followed_by(y);
        memory.carry = memory.carry.followed_by(remainder(sum));
        y
    }
}

/// The past errors, weighted by a₁ and a₂ rounded to whole numbers.
///
/// The error then comes out through (1 + ⌊a₁⌉ z⁻¹ + ⌊a₂⌉ z⁻²) / A(z), which is near 1 wherever
/// the poles are (Higgins and Munson, IEEE Trans. Circuits Syst. 31, 1984).
#[inline]
fn shaped(a: [i32; 2], carry: Pair<i32>) -> i64 {
    let whole = |a: i32| (i64::from(a) + i64::from(ONE / 2)) >> FRACTION_BITS;
    let [a1, a2] = a.map(whole);
    a1 * i64::from(carry.newer) + a2 * i64::from(carry.older)
}

#[inline]
fn saturate(y: i64) -> i32 {
    let above_least = y.wrapping_add(i64::from(ONE)).cast_unsigned();
    if above_least > 2 * u64::from(ONE.unsigned_abs()) {
        return limit(y);
    }
    y as i32
}

/// Apart, for it is rare: a branch that is not taken costs the next section no wait.
#[cold]
fn limit(y: i64) -> i32 {
    if y < 0 { -ONE } else { ONE }
}

/// What the shift drops.
#[inline]
fn remainder(sum: i64) -> i32 {
    i32::try_from(sum & i64::from(ONE - 1)).unwrap_or(0)
}
