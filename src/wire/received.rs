use heapless::Vec;

use super::Error;
use crate::bounded;

/// A run of counters that were received: `start` and up, without `end`.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CounterRange {
    /// The first counter of the range.
    pub start: u32,
    /// The first counter behind the range.
    pub end: u32,
}

impl CounterRange {
    pub(crate) const fn contains(self, counter: u32) -> bool {
        self.start <= counter && counter < self.end
    }
}

/// The counters of one space that were received: a floor, and at most `N` ranges above it.
///
/// ```text
///  0 ─────────────── floor     ranges[0]        ranges[1]
///  ██████████████████│░░░░░░░░░█████████░░░░░░░░█████░░░░░░░ …
/// ```
///
/// It is replay protection, deduplication and the content of receipts in one,
/// and takes 8 bytes a range.
///
/// **Rule.** The counter at the floor always fits, however full the set is. A sender
/// that keeps its lowest unacknowledged frame in flight is therefore never stuck.
///
/// ```
/// use iomt::wire::ReceivedSet;
///
/// let mut set = ReceivedSet::<16>::new();
/// set.insert(0)?;
/// set.insert(2)?;
/// assert_eq!(set.floor(), 1);
/// assert!(set.contains(2) && !set.contains(1));
/// set.insert(1)?;
/// assert_eq!(set.floor(), 3);
/// # Ok::<(), iomt::wire::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReceivedSet<const N: usize> {
    floor: u32,
    ranges: Vec<CounterRange, N>,
}

impl<const N: usize> ReceivedSet<N> {
    /// A set that has received nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            floor: 0,
            ranges: Vec::new(),
        }
    }

    /// The lowest counter that was not received.
    #[must_use]
    pub const fn floor(&self) -> u32 {
        self.floor
    }

    /// The ranges above the floor, rising, apart from each other.
    #[must_use]
    pub fn ranges(&self) -> &[CounterRange] {
        &self.ranges
    }

    /// Whether `counter` was received.
    #[must_use]
    pub fn contains(&self, counter: u32) -> bool {
        counter < self.floor || self.ranges.iter().any(|range| range.contains(counter))
    }

    /// Whether [`ReceivedSet::insert`] would take `counter`.
    #[must_use]
    pub fn has_room_for(&self, counter: u32) -> bool {
        counter <= self.floor || !self.ranges.is_full() || self.touches_a_range(counter)
    }

    /// Marks `counter` as received; marking it twice is the same as once.
    ///
    /// # Errors
    ///
    /// [`Error::SetFull`] when it would need one more range than there is room for.
    pub fn insert(&mut self, counter: u32) -> Result<(), Error> {
        if self.contains(counter) {
            return Ok(());
        }
        let behind = counter.checked_add(1).ok_or(Error::OutOfRange)?;
        if counter == self.floor {
            self.raise_floor(behind);
            return Ok(());
        }
        self.insert_above(CounterRange {
            start: counter,
            end: behind,
        })
    }

    /// The counters below `end` that were not received, rising.
    pub fn holes_below(&self, end: u32) -> impl Iterator<Item = CounterRange> {
        let starts = self.ranges.iter().map(|range| range.start);
        let ends = self.ranges.iter().map(|range| range.end);
        let hole_ends = starts.chain([u32::MAX]).map(move |start| start.min(end));
        let hole_starts = core::iter::once(self.floor).chain(ends);
        hole_starts
            .zip(hole_ends)
            .map(|(start, end)| CounterRange { start, end })
            .filter(|hole| hole.start < hole.end)
    }

    /// Marks every counter below `floor` as received; it always has room.
    pub fn raise_floor(&mut self, floor: u32) {
        self.floor = self.floor.max(floor);
        while let Some(first) = self.ranges.first().copied()
            && first.start <= self.floor
        {
            self.floor = self.floor.max(first.end);
            bounded::remove(&mut self.ranges, 0);
        }
    }

    /// Puts a range behind all that are there: how a stored set comes back.
    #[cfg(feature = "seal")]
    pub(crate) fn push_range(&mut self, range: CounterRange) -> Result<(), Error> {
        let end = self.ranges.last().map_or(self.floor, |last| last.end);
        if range.start <= end || range.end <= range.start || range.end > super::MAX_COUNTER + 1 {
            return Err(Error::OutOfRange);
        }
        self.ranges.push(range).map_err(|_| Error::SetFull)
    }

    fn touches_a_range(&self, counter: u32) -> bool {
        self.ranges
            .iter()
            .any(|range| range.start <= counter.saturating_add(1) && counter <= range.end)
    }

    fn insert_above(&mut self, new: CounterRange) -> Result<(), Error> {
        let position = self.ranges.partition_point(|range| range.end < new.start);
        let joins_next = self
            .ranges
            .get(position + 1)
            .is_some_and(|next| next.start == new.end);
        match self.ranges.get_mut(position) {
            Some(range) if range.end == new.start => {
                range.end = new.end;
                if joins_next {
                    let next = bounded::remove(&mut self.ranges, position + 1);
                    if let (Some(range), Some(next)) = (self.ranges.get_mut(position), next) {
                        range.end = next.end;
                    }
                }
                Ok(())
            }
            Some(range) if range.start == new.end => {
                range.start = new.start;
                Ok(())
            }
            _ => bounded::insert(&mut self.ranges, position, new).map_err(|_| Error::SetFull),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    // IOMT-RCPT-002
    #[test]
    fn a_full_set_still_takes_its_floor() {
        let mut set = ReceivedSet::<2>::new();
        for counter in [2, 4] {
            set.insert(counter).unwrap();
        }
        assert_eq!(set.insert(6), Err(Error::SetFull));
        assert!(!set.has_room_for(6) && set.has_room_for(5) && set.has_room_for(0));
        for counter in [0, 1, 3] {
            set.insert(counter).unwrap();
        }
        assert_eq!((set.floor(), set.ranges()), (5, &[][..]));
        set.insert(6).unwrap();
    }

    // IOMT-RCPT-004
    #[test]
    fn filling_a_hole_joins_its_neighbours() {
        let mut set = ReceivedSet::<4>::new();
        for counter in [2, 4, 3] {
            set.insert(counter).unwrap();
        }
        assert_eq!(set.ranges(), [CounterRange { start: 2, end: 5 }]);
    }

    // IOMT-RCPT-004
    #[test]
    fn holes_are_what_a_raised_floor_fills() {
        let mut set = ReceivedSet::<4>::new();
        for counter in [0, 3, 4, 8] {
            set.insert(counter).unwrap();
        }
        let hole = |start, end| CounterRange { start, end };
        let below = |end| set.holes_below(end).collect::<std::vec::Vec<_>>();
        assert_eq!(below(1), []);
        assert_eq!(below(4), [hole(1, 3)]);
        assert_eq!(below(7), [hole(1, 3), hole(5, 7)]);
        assert_eq!(below(12), [hole(1, 3), hole(5, 8), hole(9, 12)]);
        set.raise_floor(7);
        assert_eq!((set.floor(), set.ranges()), (7, &[hole(8, 9)][..]));
        set.raise_floor(2);
        assert_eq!(set.floor(), 7);
        set.raise_floor(8);
        assert_eq!((set.floor(), set.ranges()), (9, &[][..]));
    }

    /// How many ranges a set with these counters has to remember.
    fn runs_above_floor(model: &BTreeSet<u32>) -> usize {
        let starts = model
            .iter()
            .filter(|counter| **counter > 0 && !model.contains(&(**counter - 1)));
        starts.count()
    }

    /// What is done to a set: a counter is received, or the floor is raised to it.
    fn step(set: &mut ReceivedSet<5>, model: &mut BTreeSet<u32>, (what, counter): (u8, u32)) {
        if what == 0 {
            set.raise_floor(counter);
            model.extend(0..counter);
            return;
        }
        let mut with = model.clone();
        let is_new = with.insert(counter);
        let has_room = runs_above_floor(&with) <= 5;
        if is_new {
            assert_eq!(set.has_room_for(counter), has_room);
        }
        assert_eq!(set.insert(counter).is_ok(), has_room);
        if has_room {
            *model = with;
        }
        for probe in [counter, counter + 1, counter.saturating_sub(1), set.floor()] {
            assert_eq!(set.contains(probe), model.contains(&probe));
        }
    }

    proptest! {
        // A million steps in all.
        #![proptest_config(ProptestConfig::with_cases(2_500))]
        // IOMT-RCPT-004, IOMT-RCPT-005
        #[test]
        fn agrees_with_a_plain_set(steps in proptest::collection::vec((0_u8..40, 0_u32..90), 400..401)) {
            let mut set = ReceivedSet::<5>::new();
            let mut model = BTreeSet::new();
            for (number, (what, counter)) in (0_u32..).zip(steps) {
                // The window moves on, as a sender's does.
                let counter = counter % 45 + number / 8;
                step(&mut set, &mut model, (what, counter));
                prop_assert!(!model.contains(&set.floor()));
                prop_assert!(set.ranges().iter().all(|range| range.start > set.floor()));
                prop_assert!(set.ranges().is_sorted_by(|a, b| a.end < b.start));
            }
            for probe in 0..140 {
                prop_assert_eq!(set.contains(probe), model.contains(&probe));
            }
            let holes = set.holes_below(140).flat_map(|hole| hole.start..hole.end);
            prop_assert!(holes.eq((0..140).filter(|counter| !model.contains(counter))));
        }

        /// "In each space the sender always has its lowest unacknowledged frame in flight, which a full
        /// set can always take: that is the liveness argument, and it is tested."
        // IOMT-RCPT-002, IOMT-RCPT-003
        #[test]
        fn whatever_is_lost_a_sender_with_its_lowest_frame_in_flight_gets_everything_through(
            seed in 1_u64..u64::MAX, loss_percent in 0_u64..95, window in 1_usize..40,
        ) {
            const FRAMES: u32 = 120;
            let mut chance = seed;
            let mut is_lost = || {
                chance ^= chance << 13;
                chance ^= chance >> 7;
                chance ^= chance << 17;
                chance % 100 < loss_percent
            };
            let mut set = ReceivedSet::<4>::new();
            let mut held: BTreeSet<u32> = (0..FRAMES).collect();
            let mut rounds = 0;
            while let Some(lowest) = held.first().copied() {
                prop_assert!(set.has_room_for(lowest) || set.contains(lowest));
                let sent: std::vec::Vec<_> = held.iter().copied().take(window).collect();
                for counter in sent {
                    if !is_lost() {
                        let _ = set.insert(counter);
                    }
                }
                if !is_lost() {
                    held.retain(|counter| !set.contains(*counter));
                }
                rounds += 1;
                prop_assert!(rounds < 100_000);
            }
            prop_assert_eq!((set.floor(), set.ranges()), (FRAMES, &[][..]));
        }
    }
}
