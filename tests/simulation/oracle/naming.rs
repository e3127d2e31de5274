//! Which readings a loss names: it speaks of counters, and readings have sequences.
//!
//! Each frame of readings takes one counter of its space, in order; the sequence of its first record stands for it. So
//! between two frames that are known
//!
//! ```text
//!  sequence    40      41   42        43      44
//!  stored      yes     –    –         yes     yes
//!  counter     7       8    9         10      11     as many counters as frames: 41 is 8, 42 is 9
//!  lost                └────┘ [8, 10)                both are named
//! ```
//!
//! each stands under its own counter. Elsewhere (at the ends of an epoch, or where a counter was given away for what is
//! no reading) there are more counters than frames; then a loss excuses as many frames as it has counters there, and
//! not one more. What storage has kept does not go with the power: such a counter excuses nothing.

use std::collections::{BTreeMap, BTreeSet};

use iomt::seal::{Loss, LossCause};
use iomt::wire::{MAX_COUNTER, Run, Space};

use super::ledger::Counter;
use super::shelf::{Place, Shelf};

/// How much a loss is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The device, or the server, knew which frames.
    Told,
    /// "The power failed": what was not on storage then, and how much nobody knows.
    Cut,
}

/// The lost counters of one epoch and space.
#[derive(Debug, Default)]
struct Lost {
    told: Vec<(u32, u32)>,
    cut: Vec<(u32, u32)>,
}

impl Lost {
    fn note(&mut self, loss: &Loss, was_rolled_back: bool, kept: &BTreeSet<Counter>) {
        let range = (loss.range.start, loss.range.end);
        match loss.why {
            LossCause::Reported(_) => self.told.push(range),
            LossCause::AfterAcknowledgement if was_rolled_back => self.told.push(range),
            // Without a backup nobody forgets what it has acknowledged: it excuses nothing.
            LossCause::AfterAcknowledgement => {}
            _ => self.cut.extend(without_kept(loss, kept)),
        }
    }

    fn named(&self, counter: u32) -> Option<Named> {
        let has = |ranges: &[(u32, u32)]| {
            let mut ranges = ranges.iter();
            ranges.any(|(start, end)| (*start..*end).contains(&counter))
        };
        match (has(&self.told), has(&self.cut)) {
            (true, _) => Some(Named::Told),
            (_, true) => Some(Named::Cut),
            _ => None,
        }
    }
}

/// What of a lost range was never on storage.
fn without_kept(loss: &Loss, kept: &BTreeSet<Counter>) -> Vec<(u32, u32)> {
    let [tag @ .., _, _, _, _, _, _, _, _] = super::shelf::bytes_of(loss.epoch);
    let at = |counter| (tag, loss.space.code(), counter);
    let (mut from, mut left) = (loss.range.start, Vec::new());
    for (.., counter) in kept.range(at(loss.range.start)..at(loss.range.end)) {
        left.push((from, *counter));
        from = counter + 1;
    }
    left.push((from, loss.range.end));
    left.retain(|(start, end)| start < end);
    left
}

/// How many counters of these ranges lie within the window; those that are in two count once.
fn counters_within(ranges: &[(u32, u32)], (from, to): (u32, u32)) -> usize {
    let mut ranges = ranges.to_vec();
    ranges.sort_unstable();
    let (mut behind, mut count) = (from, 0);
    for (start, end) in ranges {
        let (start, end) = (start.max(behind), end.min(to));
        if start < end {
            count += (end - start) as usize;
            behind = end;
        }
    }
    count
}

const BEHIND_ALL: u32 = MAX_COUNTER + 1;

/// The losses of one boot and space at one recipient, against the readings that it does not have.
pub struct Names {
    lost: BTreeMap<[u8; 16], Lost>,
    places: BTreeMap<u64, Place>,
    /// What is left of the counters of epochs from which nothing ever came: nobody knows where they lie among the others.
    unseen: (usize, usize),
}

impl Names {
    pub fn new(shelf: &Shelf, kept: &BTreeSet<Counter>, run: Run, space: Space) -> Self {
        let mut lost: BTreeMap<[u8; 16], Lost> = BTreeMap::new();
        for loss in shelf.losses_of(run, space) {
            let of_epoch = lost.entry(super::shelf::bytes_of(loss.epoch)).or_default();
            of_epoch.note(loss, shelf.was_rolled_back, kept);
        }
        let places: BTreeMap<u64, Place> = shelf.places_of(run, space).collect();
        let seen: BTreeSet<_> = places.values().map(|place| place.epoch).collect();
        let unseen = lost.keys().filter(|epoch| !seen.contains(*epoch));
        let unseen = room(&lost, unseen.map(|epoch| (*epoch, (0, BEHIND_ALL))));
        Self {
            lost,
            places,
            unseen,
        }
    }

    /// What the losses say of each of these frames, which rise and were all taken in this boot and space.
    ///
    /// `is_excused` has another explanation, and leaves the counters to the others.
    pub fn judge(
        &mut self,
        taken: &[u64],
        is_excused: impl Fn(u64) -> bool,
    ) -> BTreeMap<u64, Named> {
        let mut named = BTreeMap::new();
        let alike = |a: &u64, b: &u64| self.places.range(*a..=*b).next().is_none();
        let gaps: Vec<&[u64]> = taken.chunk_by(alike).collect();
        for gap in gaps {
            if !self.places.contains_key(&gap[0]) {
                named.extend(self.judge_gap(gap, &is_excused));
            }
        }
        // What came once and went with a backup: its counter is known.
        for sequence in taken {
            if let Some(place) = self.places.get(sequence)
                && let Some(said) = self.lost.get(&place.epoch)
                && let Some(said) = said.named(place.counter)
            {
                named.insert(*sequence, said);
            }
        }
        named
    }

    fn judge_gap(&mut self, gap: &[u64], is_excused: &impl Fn(u64) -> bool) -> Vec<(u64, Named)> {
        let (first, last) = (gap[0], gap[gap.len() - 1]);
        let before = self.places.range(..first).next_back().map(|(_, at)| *at);
        let behind = self.places.range(last..).next().map(|(_, at)| *at);
        if let (Some(before), Some(behind)) = (before, behind)
            && before.epoch == behind.epoch
            && before.counter + 1 + gap.len() as u32 == behind.counter
        {
            let counters = before.counter + 1..behind.counter;
            let each = gap.iter().zip(counters);
            let said = |counter| self.lost.get(&before.epoch)?.named(counter);
            return each
                .filter_map(|(sequence, counter)| Some((*sequence, said(counter)?)))
                .collect();
        }
        let (told, mut cut) = room(&self.lost, windows(before, behind));
        let open: Vec<u64> = gap
            .iter()
            .copied()
            .filter(|own| !is_excused(*own))
            .collect();
        let mut unseen = 0;
        if before.is_none() || before.map(|at| at.epoch) != behind.map(|at| at.epoch) {
            unseen = self.unseen.0.min(open.len().saturating_sub(told));
            self.unseen.0 -= unseen;
            cut += self.unseen.1;
        }
        let marks = std::iter::repeat_n(Named::Told, told + unseen)
            .chain(std::iter::repeat_n(Named::Cut, cut));
        open.into_iter().zip(marks).collect()
    }
}

type Window = ([u8; 16], (u32, u32));

/// Which counters the readings between these two can have, epochs apart from which nothing came.
fn windows(before: Option<Place>, behind: Option<Place>) -> Vec<Window> {
    match (before, behind) {
        (Some(before), Some(behind)) if before.epoch == behind.epoch => {
            vec![(before.epoch, (before.counter + 1, behind.counter))]
        }
        _ => {
            let from = before.map(|at| (at.epoch, (at.counter + 1, BEHIND_ALL)));
            let to = behind.map(|at| (at.epoch, (0, at.counter)));
            from.into_iter().chain(to).collect()
        }
    }
}

/// How many counters are told, and how many are cut, in these windows.
fn room(
    lost: &BTreeMap<[u8; 16], Lost>,
    windows: impl IntoIterator<Item = Window>,
) -> (usize, usize) {
    windows
        .into_iter()
        .filter_map(|(epoch, window)| Some((lost.get(&epoch)?, window)))
        .fold((0, 0), |(told, cut), (lost, window)| {
            (
                told + counters_within(&lost.told, window),
                cut + counters_within(&lost.cut, window),
            )
        })
}
