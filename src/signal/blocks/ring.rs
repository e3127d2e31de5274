/// The last `N` values, in the memory of `N` values and two counts.
///
/// A room for none keeps nothing, and is no error.
///
/// | | |
/// |---|---|
/// | formula | `ago(k)` after push n is x\[n − k\], 0 ≤ k < N |
/// | range | any value |
/// | delay | none |
/// | state | that of N values, and 16 bytes, rounded up to whole words |
/// | cost | a store and two comparisons a push; constant but for `fill` and `iter` |
/// | source | Knuth, *The Art of Computer Programming* 1, section 2.2.2: a queue in a circle |
///
/// ```
/// use iomt::signal::blocks::RingBuffer;
///
/// let mut ring = RingBuffer::<u8, 3>::new(0);
/// let dropped = [1, 2, 3, 4, 5].map(|value| ring.push(value));
/// assert_eq!(dropped, [None, None, None, Some(1), Some(2)]);
/// assert_eq!([0, 1, 2, 3].map(|age| ring.ago(age)), [Some(5), Some(4), Some(3), None]);
/// assert!(ring.iter().eq([3, 4, 5]));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RingBuffer<T: Copy, const N: usize> {
    slots: [T; N],
    /// Where the next value goes; the oldest one stands there once the ring is full.
    next: usize,
    len: usize,
}

impl<T: Copy, const N: usize> RingBuffer<T, N> {
    /// An empty ring; `blank` stands in its slots, and never comes out.
    #[must_use]
    pub const fn new(blank: T) -> Self {
        Self {
            slots: [blank; N],
            next: 0,
            len: 0,
        }
    }

    /// How many values it holds, at most `N`.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the next value pushes one out.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.len >= N
    }

    /// Takes a value in; returns the oldest one where the ring was full.
    pub fn push(&mut self, value: T) -> Option<T> {
        let was_full = self.is_full();
        let Some(slot) = self.slots.get_mut(self.next) else {
            return Some(value);
        };
        let oldest = core::mem::replace(slot, value);
        self.next += 1;
        if self.next >= N {
            self.next = 0;
        }
        if was_full {
            return Some(oldest);
        }
        self.len += 1;
        None
    }

    /// The value that came `age` pushes before the newest.
    #[must_use]
    pub fn ago(&self, age: usize) -> Option<T> {
        if age >= self.len {
            return None;
        }
        let at = match self.next.checked_sub(age + 1) {
            Some(at) => at,
            None => (self.next + N).checked_sub(age + 1)?,
        };
        self.slots.get(at).copied()
    }

    /// The values, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        let (newer, older) = self.slots.split_at_checked(self.next).unwrap_or_default();
        let unused = N.saturating_sub(self.len);
        // While the ring fills, the unused slots are those from `next` on.
        older.iter().skip(unused).chain(newer).copied()
    }

    /// Fills every slot with one value.
    pub fn fill(&mut self, value: T) {
        self.slots = [value; N];
        self.next = 0;
        self.len = N;
    }

    /// Forgets all values.
    pub fn clear(&mut self) {
        self.next = 0;
        self.len = 0;
    }
}
