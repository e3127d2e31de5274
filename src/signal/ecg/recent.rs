/// The last `N` values of something, for a mean or a median over them.
#[derive(Debug, Clone)]
pub(super) struct Recent<const N: usize> {
    values: [u32; N],
    count: usize,
    next: usize,
}

impl<const N: usize> Recent<N> {
    pub(super) const fn new() -> Self {
        Self {
            values: [0; N],
            count: 0,
            next: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn clear(&mut self) {
        self.count = 0;
        self.next = 0;
    }

    /// Takes a value in; the oldest of `N` makes room.
    pub(super) fn push(&mut self, value: u32) {
        if let Some(slot) = self.values.get_mut(self.next) {
            *slot = value;
        }
        self.next = (self.next + 1) % N;
        self.count = (self.count + 1).min(N);
    }

    /// The middle value, the upper one of two; `None` when there is none.
    pub(super) fn median(&self) -> Option<u32> {
        let mut sorted = [u32::MAX; N];
        for (slot, value) in sorted.iter_mut().zip(self.values.iter().take(self.count)) {
            *slot = *value;
        }
        sorted.sort_unstable();
        let middle = sorted.get(self.count / 2).copied();
        middle.filter(|_| self.count > 0)
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
