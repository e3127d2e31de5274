use super::shape::{SHAPE_LEN, Shape};

/// How many values are kept: 0.64 s at 399 Hz, from the tip of a QRS complex to its candidate.
const LEN: usize = 256;

/// The recent past of the signal, in which the R peak is looked for.
#[derive(Debug, Clone)]
pub(super) struct History {
    values: [i16; LEN],
    /// Wraps as the values do.
    next: u8,
    known: usize,
    held: usize,
}

/// The value of a signal that is furthest from the mean around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extremum {
    /// How many values came after it.
    pub(super) age: usize,
    /// Its distance from the mean.
    pub(super) uv: i32,
}

/// Of two tips that are nearly alike, the R wave is the one that points up.
fn weight(uv: i32) -> u32 {
    let height = uv.unsigned_abs();
    if uv < 0 { height * 7 / 8 } else { height }
}

impl History {
    pub(super) const fn new() -> Self {
        Self {
            values: [0; LEN],
            next: 0,
            known: 0,
            held: 0,
        }
    }

    /// Forgets all: the signal was zero.
    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }

    #[inline]
    pub(super) fn push(&mut self, uv: i16) {
        if let Some(slot) = self.values.get_mut(usize::from(self.next)) {
            *slot = uv;
        }
        self.next = self.next.wrapping_add(1);
        self.known = (self.known + 1).min(LEN);
    }

    /// Says that the next value is none, but goes on with the newest; no tip is found there.
    pub(super) fn hold(&mut self) {
        self.held = (self.held + 1).min(LEN);
    }

    /// The newest value; zero before there is one.
    pub(super) fn newest(&self) -> i16 {
        self.ago(0)
    }

    /// The extremum among the values up to `reach` from the one `age` pushes ago.
    ///
    /// `None` when none of them is known.
    pub(super) fn extremum(&self, age: usize, reach: usize) -> Option<Extremum> {
        let oldest = (age + reach + 1).min(self.known);
        let ages = age.saturating_sub(reach).max(self.held)..oldest;
        let count = u32::try_from(ages.len()).unwrap_or(u32::MAX);
        let sum: i32 = ages.clone().map(|age| i32::from(self.ago(age))).sum();
        // Of the magnitude, which every core can divide.
        let mean = sum.unsigned_abs().checked_div(count)?.cast_signed() * sum.signum();
        // At the ends of the reach there can be a P or T wave, so a tip loses up to a quarter there.
        let reach = u32::try_from(reach).unwrap_or(u32::MAX).max(1);
        let (mut best, mut most) = (None, 0);
        for tip in ages {
            let uv = i32::from(self.ago(tip)) - mean;
            let weight = weight(uv);
            if weight < most {
                continue;
            }
            let away = u32::try_from(tip.abs_diff(age)).unwrap_or(reach);
            let merit = weight - weight / 4 * away / reach;
            if merit >= most {
                (best, most) = (Some(Extremum { age: tip, uv }), merit);
            }
        }
        best
    }

    /// The values around the one `age` pushes ago, `step` apart; `None` unless all are known.
    pub(super) fn shape(&self, age: usize, step: usize) -> Option<Shape> {
        let half = step * (SHAPE_LEN / 2);
        let oldest = age.saturating_add(half);
        if oldest >= self.known || age < half + self.held {
            return None;
        }
        let mut shape = [0; SHAPE_LEN];
        for (slot, back) in shape.iter_mut().zip(0..) {
            *slot = self.ago(oldest - back * step);
        }
        Some(shape)
    }

    #[inline]
    pub(super) fn ago(&self, age: usize) -> i16 {
        let at = usize::from(self.next).wrapping_sub(age + 1) % LEN;
        self.values.get(at).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(values: &[i16]) -> History {
        let mut history = History::new();
        values.iter().for_each(|value| history.push(*value));
        history
    }

    #[test]
    fn finds_the_tip_whichever_way_it_points() {
        let up = history(&[10, 10, 50, 10, 10]);
        assert_eq!(up.extremum(2, 2), Some(Extremum { age: 2, uv: 32 }));
        let down = history(&[10, 10, 10, -50, 10]);
        assert_eq!(down.extremum(2, 2), Some(Extremum { age: 1, uv: -48 }));
    }

    #[test]
    fn of_two_tips_nearly_alike_takes_the_one_that_points_up() {
        let both = history(&[0, 0, 80, 0, 0, -88, 0, 0]);
        assert_eq!(both.extremum(4, 4).map(|tip| tip.age), Some(5));
        let down = history(&[0, 0, 80, 0, 0, -120, 0, 0]);
        assert_eq!(down.extremum(4, 4).map(|tip| tip.age), Some(2));
    }

    #[test]
    fn of_two_tips_alike_takes_the_one_nearer_to_the_middle() {
        let both = history(&[80, 0, 0, 0, 0, 76, 0, 0, 0]);
        assert_eq!(both.extremum(4, 4).map(|tip| tip.age), Some(3));
    }

    #[test]
    fn looks_neither_before_the_start_nor_after_the_end() {
        let short = history(&[-9, 0, 0]);
        assert_eq!(short.extremum(2, 40), Some(Extremum { age: 2, uv: -6 }));
        assert_eq!(short.extremum(9, 2), None);
        assert_eq!(History::new().extremum(0, 9), None);
    }

    #[test]
    fn finds_no_tip_in_what_is_held() {
        let mut ended = history(&[0, 0, 0, 50]);
        (0..3).for_each(|_| {
            ended.hold();
            ended.push(ended.newest());
        });
        let tip = ended.extremum(3, 3);
        assert_eq!(tip.map(|tip| tip.age), Some(3));
    }

    #[test]
    fn keeps_the_newest_when_it_is_full() {
        let long = history(&[1; 2 * LEN]);
        assert_eq!(long.newest(), 1);
        assert_eq!(
            long.extremum(LEN, LEN),
            Some(Extremum {
                age: LEN - 1,
                uv: 0
            })
        );
    }
}
