/// A moment on the detector's clock, which counts the values that it works on, and wraps.
///
/// What happened longer ago than [`LONGEST`](Self::LONGEST) is taken to have happened then, so that
/// moments which meet are never half a turn of the clock apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(u32);

impl Moment {
    pub(super) const START: Self = Self(0);
    /// The longest span that is told from longer ones: two weeks or more.
    pub(super) const LONGEST: u32 = 1 << 29;
    /// By so much the clock moves on in a longer gap: half a day. Many of them may come on end.
    pub(super) const LONGEST_GAP: u32 = Self::LONGEST >> 5;

    pub(super) const fn after(self, span: u32) -> Self {
        let Self(count) = self;
        Self(count.wrapping_add(span))
    }

    pub(super) const fn before(self, span: u32) -> Self {
        let Self(count) = self;
        Self(count.wrapping_sub(span))
    }

    /// How long ago `earlier` was; negative where it has yet to come.
    pub(super) const fn since(self, earlier: Self) -> i32 {
        self.before(earlier.0).0.cast_signed()
    }

    /// The same, none where it has yet to come.
    pub(super) fn span_since(self, earlier: Self) -> u32 {
        self.since(earlier).max(0).cast_unsigned()
    }

    pub(super) const fn has_come(self, now: Self) -> bool {
        now.since(self) >= 0
    }

    /// The later one of two.
    pub(super) const fn or_later(self, other: Self) -> Self {
        if self.has_come(other) { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_goes_on_where_it_wraps() {
        let before = Moment::START.before(3);
        let after = before.after(8);
        assert_eq!((after.since(before), before.since(after)), (8, -8));
        assert_eq!((after.span_since(before), before.span_since(after)), (8, 0));
        assert!(before.has_come(after) && before.has_come(before) && !after.has_come(before));
        assert_eq!(before.or_later(after), after);
        assert_eq!(after.or_later(before), after);
    }
}
