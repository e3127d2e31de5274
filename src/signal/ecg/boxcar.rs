/// A moving sum over the last `len` values, in constant time and exact.
///
/// `N` is the room, `len <= N` the length in use. It starts full of zeros.
#[derive(Debug, Clone)]
pub(super) struct Boxcar<const N: usize> {
    values: [i32; N],
    len: usize,
    next: usize,
    sum: i32,
}

impl<const N: usize> Boxcar<N> {
    /// A moving sum over `len` values; a length outside `1..=N` is brought into it.
    pub(super) const fn new(len: usize) -> Self {
        let len = match len {
            0 => 1,
            len if len > N => N,
            len => len,
        };
        Self {
            values: [0; N],
            len,
            next: 0,
            sum: 0,
        }
    }

    /// How many values the sum is over.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Fills it with zeros again.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.len);
    }

    /// Takes a value in, drops the oldest, and returns the sum.
    ///
    /// Wrapping arithmetic gives the right sum whenever the sum itself fits.
    pub(super) fn push(&mut self, value: i32) -> i32 {
        if let Some(slot) = self.values.get_mut(self.next) {
            let oldest = core::mem::replace(slot, value);
            self.sum = self.sum.wrapping_add(value).wrapping_sub(oldest);
        }
        self.next += 1;
        if self.next >= self.len {
            self.next = 0;
        }
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_the_last_values_only() {
        let mut boxcar = Boxcar::<8>::new(3);
        let sums = [1, 2, 3, 4, 5].map(|value| boxcar.push(value));
        assert_eq!(sums, [1, 3, 6, 9, 12]);
        boxcar.clear();
        assert_eq!(boxcar.push(7), 7);
    }

    #[test]
    fn a_length_beyond_the_room_is_cut() {
        assert_eq!(Boxcar::<4>::new(9).len(), 4);
        assert_eq!(Boxcar::<4>::new(0).len(), 1);
    }
}
