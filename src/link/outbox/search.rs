use super::WINDOW;
use crate::link::head::Head;
use crate::wire::Space;

/// What is known of the data frames without looking at them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Those that were sent.
    pub(super) under_way: usize,
    pub(super) bytes_under_way: usize,
    /// Live ones that were not.
    pub(super) fresh: usize,
    /// Those that leave before all others.
    pub(super) first: usize,
}

impl Tally {
    pub(super) const NONE: Self = Self {
        under_way: 0,
        bytes_under_way: 0,
        fresh: 0,
        first: 0,
    };

    pub(super) fn add(&mut self, head: Head) {
        if head.was_sent() {
            self.under_way += 1;
            self.bytes_under_way = self.bytes_under_way.saturating_add(head.len.into());
        }
        self.fresh += usize::from(head.is_fresh());
        self.first += usize::from(head.is_first());
    }
}

/// Frames that wait each for itself: the one that is due first leaves first.
pub(super) struct Line {
    pub(super) space: Space,
    /// Whether a frame stands in it.
    pub(super) has: fn(Head) -> bool,
    /// How many stand in it at most.
    pub(super) len: usize,
    /// How many of those that may be sent count.
    pub(super) window: usize,
}

impl Line {
    pub(super) const ALARMS: Self = Self {
        space: Space::Alarm,
        has: |_| true,
        len: usize::MAX,
        window: WINDOW,
    };

    /// Data that leaves as alarms do. Where there is none nothing is looked at.
    pub(super) const fn first(tally: Tally) -> Self {
        Self {
            space: Space::Data,
            has: Head::is_first,
            len: tally.first,
            window: WINDOW,
        }
    }

    /// Data that is due again.
    pub(super) const fn under_way(tally: Tally, is_probing: bool) -> Self {
        Self {
            space: Space::Data,
            has: Head::was_sent,
            len: tally.under_way,
            window: if is_probing { 1 } else { usize::MAX },
        }
    }
}

/// What a walk over the data frames is after: the first of each kind, by what leaves first.
pub(super) struct Search {
    /// What may still come.
    ahead: Tally,
    lowest: First,
    fresh: First,
    retry: Option<usize>,
    backlog: First,
}

/// The first frame of a kind, and where it is: it decides for all of its kind, so that they leave in order.
#[derive(Debug, Clone, Copy)]
enum First {
    NotSeen,
    Waits,
    MayLeave(usize),
}

impl First {
    const fn note(&mut self, at: usize, may_leave: bool) {
        if self.is_seen() {
            return;
        }
        *self = match may_leave {
            true => Self::MayLeave(at),
            false => Self::Waits,
        };
    }

    const fn is_seen(&self) -> bool {
        !matches!(self, Self::NotSeen)
    }

    const fn found(self) -> Option<usize> {
        match self {
            Self::MayLeave(at) => Some(at),
            _ => None,
        }
    }
}

impl Search {
    pub(super) const fn new(ahead: Tally) -> Self {
        Self {
            ahead,
            lowest: First::NotSeen,
            fresh: First::NotSeen,
            retry: None,
            backlog: First::NotSeen,
        }
    }

    pub(super) const fn is_at_lowest(&self) -> bool {
        !self.lowest.is_seen()
    }

    pub(super) fn pass(&mut self, head: Head) {
        let count = if head.was_sent() {
            &mut self.ahead.under_way
        } else if head.is_fresh() {
            &mut self.ahead.fresh
        } else {
            return;
        };
        *count = count.saturating_sub(1);
    }

    pub(super) fn note(&mut self, at: usize, head: Head, may_leave: bool) {
        self.lowest.note(at, may_leave);
        if head.was_sent() {
            self.retry = self.retry.or(may_leave.then_some(at));
        } else if head.is_fresh() {
            self.fresh.note(at, may_leave);
        } else {
            self.backlog.note(at, may_leave);
        }
    }

    /// Whether nothing that is still ahead goes before what was found.
    pub(super) const fn is_over(&self) -> bool {
        let no_fresh = self.fresh.is_seen() || self.ahead.fresh == 0;
        let no_retry = self.retry.is_some() || self.ahead.under_way == 0;
        let first = matches!(self.lowest, First::MayLeave(_));
        first || (no_fresh && no_retry && self.backlog.is_seen())
    }

    pub(super) fn found(self) -> Option<usize> {
        self.lowest
            .found()
            .or(self.fresh.found())
            .or(self.retry)
            .or(self.backlog.found())
    }
}
