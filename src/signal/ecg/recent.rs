/// The last `N` values of something, and their median.
#[derive(Debug, Clone)]
pub(super) struct Recent<const N: usize> {
    values: [u32; N],
    count: u8,
    next: u8,
    median: u32,
}

impl<const N: usize> Recent<N> {
    const LEN: u8 = {
        assert!(0 < N && N < 128, "no room, or more than its counts count");
        N as u8
    };

    pub(super) const fn new() -> Self {
        Self {
            values: [0; N],
            count: 0,
            next: 0,
            median: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.count)
    }

    pub(super) fn clear(&mut self) {
        (self.count, self.next, self.median) = (0, 0, 0);
    }

    /// Takes a value in; the oldest of `N` makes room.
    pub(super) fn push(&mut self, value: u32) {
        if let Some(slot) = self.values.get_mut(usize::from(self.next)) {
            *slot = value;
        }
        self.next = (self.next + 1) % Self::LEN;
        self.count = (self.count + 1).min(Self::LEN);
        self.median = self.find_median();
    }

    /// The middle value, the upper one of two; `None` when there is none.
    pub(super) fn median(&self) -> Option<u32> {
        (self.count > 0).then_some(self.median)
    }

    /// The same, and 0 when there is none.
    pub(super) fn median_or_zero(&self) -> u32 {
        self.median
    }

    /// The value that has no more than half of them below and more than half not above it.
    fn find_median(&self) -> u32 {
        let known = || self.values.iter().take(self.len());
        let middle = self.len() / 2;
        let is_middle = |value: &&u32| {
            let below = known().filter(|other| *other < value).count();
            let not_above = known().filter(|other| *other <= value).count();
            (below..not_above).contains(&middle)
        };
        known().find(is_middle).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_one_outlier() {
        let mut recent = Recent::<4>::new();
        assert_eq!(recent.median(), None);
        for value in [5, 5, 900] {
            recent.push(value);
        }
        assert_eq!(recent.median(), Some(5));
    }

    #[test]
    fn the_median_is_that_of_the_sorted_values() {
        let mut recent = Recent::<8>::new();
        let mut all = std::vec::Vec::new();
        for n in 0..200_u32 {
            let value = n * n % 13;
            recent.push(value);
            all.push(value);
            let mut last = all[all.len().saturating_sub(8)..].to_vec();
            last.sort_unstable();
            assert_eq!(recent.median(), Some(last[last.len() / 2]));
        }
    }

    #[test]
    fn the_oldest_value_makes_room() {
        let mut recent = Recent::<2>::new();
        for value in [1, 2, 3] {
            recent.push(value);
        }
        assert_eq!((recent.median(), recent.len()), (Some(3), 2));
        recent.clear();
        assert_eq!(recent.median(), None);
    }
}
