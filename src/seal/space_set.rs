use heapless::Vec;

use super::Error;
use super::loss::LossCause;
use crate::bounded;
use crate::wire::control::Lost;
use crate::wire::{self, CounterRange, MAX_COUNTER, ReceivedSet};

/// How many lost ranges of one space are remembered; the lowest two become one where more come.
pub(super) const MAX_LOST: usize = 8;

/// What is stored of one space of one epoch, and what is known to be lost.
///
/// ```text
///   0 ─────────────── floor          ranges             end
///   ██████░░░████░░████│─────────────█████──────────────│
///         lost    lost                                  └─ one behind the last counter, of an epoch that is over
/// ```
///
/// **Rules.** A lost counter is in the set, so that it holds up nothing and takes no range; it is taken
/// out of the lost ranges, and is a frame like any other, should it come all the same. What is given up is
/// noted first: where there is no room for the note, nothing more is, and the next list goes on from there.
#[derive(Clone)]
pub(super) struct SpaceSet<const N: usize> {
    pub(super) set: ReceivedSet<N>,
    pub(super) lost: Vec<CounterRange, MAX_LOST>,
    pub(super) end: u32,
    /// Where the power failed: all behind is lost, but for what has come all the same.
    pub(super) cut: Option<u32>,
}

/// There is no room to note another loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoRoom;

/// How a counter stands in the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    New,
    /// It was given up, or lies between two that were.
    Lost,
    Stored,
}

impl<const N: usize> SpaceSet<N> {
    /// The end of a space that goes on.
    pub(super) const OPEN_END: u32 = MAX_COUNTER + 1;

    pub(super) const fn new() -> Self {
        Self {
            set: ReceivedSet::new(),
            lost: Vec::new(),
            end: Self::OPEN_END,
            cut: None,
        }
    }

    /// "refuses counters above `last`"; a counter without room is refused as well.
    #[inline]
    pub(super) fn standing(&self, counter: u32) -> Result<Standing, Error> {
        let is_stored = self.set.contains(counter) && !self.is_lost(counter);
        if is_stored {
            return Ok(Standing::Stored);
        }
        if counter >= self.end {
            return Err(Error::BeyondEnd);
        }
        match (self.set.contains(counter), self.set.has_room_for(counter)) {
            (true, _) => Ok(Standing::Lost),
            (false, true) if self.cut.is_some_and(|cut| cut <= counter) => Ok(Standing::Lost),
            (false, true) => Ok(Standing::New),
            (false, false) => Err(wire::Error::SetFull.into()),
        }
    }

    /// Marks a stored frame; one that was lost is so no more.
    #[inline]
    pub(super) fn insert(&mut self, counter: u32) -> Result<(), Error> {
        self.take_out_of_lost(counter);
        Ok(self.set.insert(counter)?)
    }

    /// Gives up what is below `floor` and not stored, from the lowest up, and says of each part why.
    pub(super) fn settle(
        &mut self,
        floor: u32,
        losses: impl Iterator<Item = Lost> + Clone,
        otherwise: LossCause,
        mut note: impl FnMut(CounterRange, LossCause) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom> {
        let (mut reached, mut noted) = (floor, Ok(()));
        for hole in self.set.holes_below(floor) {
            let mut given_up = hole;
            noted = split(hole, losses.clone(), otherwise, |part, why| {
                given_up.end = part.start;
                note(part, why)?;
                given_up.end = part.end;
                Ok(())
            });
            remember(&mut self.lost, given_up);
            if noted.is_err() {
                reached = given_up.end;
                break;
            }
        }
        self.set.raise_floor(reached);
        noted
    }

    /// Says, once, that what was sealed from `end` on and is not stored is lost: the device can not tell how much.
    ///
    /// Where the device had said before how many there were, that stands. Else whatever comes is taken.
    /// From the highest down, so that the cut is always where it was said to be.
    pub(super) fn cut(
        &mut self,
        end: u32,
        mut note: impl FnMut(CounterRange, LossCause) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom> {
        if self.end == 0 {
            self.end = Self::OPEN_END;
        }
        while let Some(part) = self.last_hole_from(end) {
            note(part, LossCause::Cut)?;
            self.cut = Some(part.start);
        }
        self.cut = self.cut.or(Some(end)).map(|cut| cut.min(end));
        Ok(())
    }

    /// Of what no cut has given up, the last part from `start` on that is not stored.
    fn last_hole_from(&self, start: u32) -> Option<CounterRange> {
        let hole = self.set.holes_below(self.cut.unwrap_or(self.end)).last()?;
        let start = hole.start.max(start);
        let end = hole.end;
        (start < end).then_some(CounterRange { start, end })
    }

    /// Gives up all that is known to have been sealed and is not stored.
    pub(super) fn close(
        &mut self,
        note: impl FnMut(CounterRange, LossCause) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom> {
        let last = self.set.ranges().last().map_or(0, |last| last.end);
        let end = match self.end {
            Self::OPEN_END => last,
            end => end,
        };
        // What lies behind a cut was said to be lost then.
        let end = end.min(self.cut.unwrap_or(end));
        self.settle(
            end,
            core::iter::empty(),
            LossCause::AfterAcknowledgement,
            note,
        )
    }

    fn is_lost(&self, counter: u32) -> bool {
        self.lost.iter().any(|range| range.contains(counter))
    }

    fn take_out_of_lost(&mut self, counter: u32) {
        let found = self.lost.iter().position(|range| range.contains(counter));
        let Some(range) = found.and_then(|position| bounded::remove(&mut self.lost, position))
        else {
            return;
        };
        let before = CounterRange {
            start: range.start,
            end: counter,
        };
        let behind = CounterRange {
            start: counter.saturating_add(1),
            end: range.end,
        };
        for part in [before, behind] {
            if part.start < part.end {
                remember(&mut self.lost, part);
            }
        }
    }
}

/// Keeps the lost ranges in order. Of a full list the lowest two become one: what lies between them is
/// stored, and would be taken once more, which the store's key sees.
fn remember(lost: &mut Vec<CounterRange, MAX_LOST>, new: CounterRange) {
    if new.start == new.end {
        return;
    }
    if let Some(range) = lost.iter_mut().find(|range| range.end == new.start) {
        range.end = new.end;
        return;
    }
    if lost.is_full()
        && let Some(lowest) = bounded::remove(lost, 0)
    {
        match lost.first_mut() {
            Some(next) if next.start < new.start => next.start = lowest.start,
            _ => {
                let joined = CounterRange {
                    start: lowest.start.min(new.start),
                    end: lowest.end.max(new.end),
                };
                let _ = bounded::insert(lost, 0, joined);
                return;
            }
        }
    }
    let position = lost.partition_point(|range| range.start < new.start);
    let _ = bounded::insert(lost, position, new);
}

fn split(
    hole: CounterRange,
    losses: impl Iterator<Item = Lost>,
    otherwise: LossCause,
    mut note: impl FnMut(CounterRange, LossCause) -> Result<(), NoRoom>,
) -> Result<(), NoRoom> {
    let mut start = hole.start;
    let mut note = |range: CounterRange, why| {
        if range.start < range.end {
            note(range, why)?;
        }
        Ok(())
    };
    for loss in losses {
        let known = CounterRange {
            start: loss.range.start.max(start),
            end: loss.range.end.min(hole.end),
        };
        if known.start < known.end {
            let unknown = CounterRange {
                start,
                end: known.start,
            };
            note(unknown, otherwise)?;
            note(known, LossCause::Reported(loss.why))?;
            start = known.end;
        }
    }
    let end = hole.end;
    note(CounterRange { start, end }, otherwise)
}
