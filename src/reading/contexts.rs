use core::ops::RangeInclusive;

use super::{Context, Gap, Method, Origin, SensorLocation, Status};

/// What contexts and gaps say of the other records of one run: which are meant, whenever they come.
///
/// Frames overtake each other, so that a context may come behind the records of which it speaks. It is kept under its
/// sequence, and [`Contexts::scope`] says which records that are stored already it changes. The last `N` contexts that
/// speak of all that follows are kept; the oldest give way. One of a single record is not kept: it changes that record,
/// or waits in the database for it.
///
/// ```
/// use iomt::reading::{Context, Contexts, DeviceWord, Status};
///
/// let mut contexts = Contexts::<4>::new();
/// let warm_up = Context { device: DeviceWord::WARM_UP.bits(), ..Context::default() };
/// assert_eq!(contexts.insert(10, &warm_up), Some(11..=u64::MAX));
/// assert_eq!(contexts.status_of(12), Status::CALIBRATING);
/// // From record 20 on the sensor is warm; a record that comes late is judged by what held for it.
/// assert_eq!(contexts.insert(19, &Context::default()), Some(20..=u64::MAX));
/// assert_eq!(contexts.status_of(20), Status::VALID);
/// assert_eq!(contexts.status_of(12), Status::CALIBRATING);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Contexts<const N: usize> {
    standing: heapless::Vec<Standing, N>,
}

/// A context, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Standing {
    sequence: u64,
    device: u32,
    location: SensorLocation,
    method: Method,
    origin: Origin,
    algorithm: heapless::String<{ Context::MAX_TEXT }>,
    algorithm_version: heapless::String<{ Context::MAX_TEXT }>,
}

impl Standing {
    fn new(sequence: u64, context: &Context<'_>) -> Option<Self> {
        Some(Self {
            sequence,
            device: context.device,
            location: context.location,
            method: context.method,
            origin: context.origin,
            algorithm: context.algorithm.try_into().ok()?,
            algorithm_version: context.algorithm_version.try_into().ok()?,
        })
    }

    fn context(&self) -> Context<'_> {
        Context {
            back: 0,
            device: self.device,
            location: self.location,
            method: self.method,
            origin: self.origin,
            algorithm: &self.algorithm,
            algorithm_version: &self.algorithm_version,
        }
    }
}

impl<const N: usize> Contexts<N> {
    /// None yet, as at the start of a run.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            standing: heapless::Vec::new(),
        }
    }

    /// Takes note of a context that is the record of this sequence; says which records it speaks of.
    ///
    /// `None` where there can be none: it reaches back beyond the run's first record, or its texts are too long.
    /// Linear in `N`. The same context again changes nothing.
    pub fn insert(&mut self, sequence: u64, context: &Context<'_>) -> Option<RangeInclusive<u64>> {
        if context.back != 0 {
            return context.scope(sequence);
        }
        let standing = Standing::new(sequence, context)?;
        let place = self
            .standing
            .iter()
            .position(|kept| kept.sequence >= sequence);
        let place = place.unwrap_or(self.standing.len());
        let is_known = self
            .standing
            .get(place)
            .is_some_and(|kept| kept.sequence == sequence);
        if !is_known {
            self.keep(place, standing);
        }
        self.scope(sequence, context)
    }

    /// Puts it to its place, where a full list lets go of the oldest. `insert` and `remove` of the list would be panics that a
    /// linker sees.
    fn keep(&mut self, place: usize, standing: Standing) {
        match self.standing.push(standing) {
            Ok(()) => {
                if let Some(behind @ [_, ..]) = self.standing.get_mut(place..) {
                    behind.rotate_right(1);
                }
            }
            // What is older than all that are kept would give way at once.
            Err(standing) => {
                if let Some(before @ [_, ..]) = self.standing.get_mut(..place) {
                    before.rotate_left(1);
                    if let Some(newest) = before.last_mut() {
                        *newest = standing;
                    }
                }
            }
        }
    }

    /// Which records a context speaks of: all behind it, up to the next that is known to speak of all that follow.
    #[must_use]
    pub fn scope(&self, sequence: u64, context: &Context<'_>) -> Option<RangeInclusive<u64>> {
        let scope = context.scope(sequence)?;
        if context.back != 0 {
            return Some(scope);
        }
        let next = self.standing.iter().find(|kept| kept.sequence > sequence);
        // The next context is a record, too, but none of which another speaks.
        let last = next.map_or(u64::MAX, |next| next.sequence.saturating_sub(1));
        (*scope.start() <= last).then_some(*scope.start()..=last)
    }

    /// The context that stands for the record of this sequence; `None` before the first that speaks of all that follow.
    #[must_use]
    pub fn of(&self, sequence: u64) -> Option<Context<'_>> {
        let before = |kept: &&Standing| kept.sequence < sequence;
        self.standing
            .iter()
            .rev()
            .find(before)
            .map(Standing::context)
    }

    /// What the standing context says against the record of this sequence: to be added to its own status.
    #[must_use]
    pub fn status_of(&self, sequence: u64) -> Status {
        self.of(sequence)
            .map_or(Status::VALID, |context| context.implied_status())
    }
}

impl Context<'_> {
    /// Which records of its run it speaks of, as the record of this sequence: the one `back` before, or all behind it.
    ///
    /// `None` where it reaches back beyond the first record.
    #[must_use]
    pub fn scope(&self, sequence: u64) -> Option<RangeInclusive<u64>> {
        match self.back {
            0 => Some(sequence.checked_add(1)?..=u64::MAX),
            back => {
                let meant = sequence.checked_sub(back.into())?;
                Some(meant..=meant)
            }
        }
    }
}

impl Gap {
    /// The sequences that never come: what waits for them can go on. `None` where nobody knows how many.
    #[must_use]
    pub fn sequences(&self) -> Option<RangeInclusive<u64>> {
        let further = u64::from(self.count.checked_sub(1)?);
        Some(self.first_sequence..=self.first_sequence.saturating_add(further))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::{DeviceWord, GapReason};

    fn with_word(word: DeviceWord) -> Context<'static> {
        Context {
            device: word.bits(),
            algorithm: "beats",
            ..Context::default()
        }
    }

    #[test]
    fn a_context_that_comes_late_changes_only_what_it_speaks_of() {
        let mut contexts = Contexts::<4>::new();
        contexts.insert(50, &Context::default());
        // The frame with the fault was overtaken.
        let fault = with_word(DeviceWord::FAULT);
        assert_eq!(contexts.insert(30, &fault), Some(31..=49));
        assert_eq!(contexts.insert(30, &fault), Some(31..=49), "again");
        assert_eq!(contexts.status_of(30), Status::VALID);
        assert_eq!(contexts.status_of(31), Status::INVALID);
        assert_eq!(contexts.status_of(51), Status::VALID);
        assert_eq!(contexts.of(40), Some(fault));
    }

    #[test]
    fn a_context_of_one_record_stands_for_no_other() {
        let mut contexts = Contexts::<2>::new();
        let motion = Context {
            back: 3,
            ..with_word(DeviceWord::MOTION)
        };
        assert_eq!(contexts.insert(10, &motion), Some(7..=7));
        assert_eq!(contexts.insert(2, &motion), None, "before the first");
        assert_eq!(contexts.of(11), None);
    }

    #[test]
    fn the_oldest_gives_way_and_what_it_said_is_not_guessed() {
        let mut contexts = Contexts::<2>::new();
        for sequence in [10, 20, 30] {
            contexts.insert(sequence, &with_word(DeviceWord::FAULT));
        }
        assert_eq!(contexts.of(15), None);
        assert!(contexts.of(25).is_some() && contexts.of(35).is_some());
        contexts.insert(5, &with_word(DeviceWord::WARM_UP));
        assert_eq!(contexts.of(7), None, "older than all that are kept");
    }

    #[test]
    fn a_gap_names_what_never_comes() {
        let gap = |count| Gap {
            first_sequence: 300,
            count,
            reason: GapReason::NO_ROOM,
        };
        assert_eq!(gap(12).sequences(), Some(300..=311));
        assert_eq!(gap(0).sequences(), None);
    }
}
