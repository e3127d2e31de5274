use heapless::Vec;

use super::head::Head;
use crate::wire::{Space, Writer, copy};

/// Frames one behind the other: alarms, then data, then what is free.
///
/// ```text
/// 0                        alarms_end                               end           BYTES
/// ├ head frame ┆ head frame ┼ head frame ┆ head frame ┆ head frame ┼──────────────┤
/// │ alarm, in order         │ data, in order                       │ free         │
/// ```
///
/// **Rule.** From 0 to `end` stand whole frames, each behind its head, without a gap.
#[repr(C)] // The frames are last: the offset of an instruction does not reach beyond them.
pub(super) struct Packed<const BYTES: usize> {
    alarms_end: usize,
    /// Up to `end`: what is free is not written before it is needed, not even with zeros.
    bytes: Vec<u8, BYTES>,
}

/// A frame and where its head begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) at: usize,
    pub(super) head: Head,
    pub(super) frame: &'a [u8],
}

impl Entry<'_> {
    /// Where the next one begins.
    pub(super) const fn end(&self) -> usize {
        self.at.saturating_add(self.head.whole_len())
    }
}

impl<const BYTES: usize> core::fmt::Debug for Packed<BYTES> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Packed")
            .field("alarms_end", &self.alarms_end)
            .field("end", &self.used())
            .finish_non_exhaustive()
    }
}

impl<const BYTES: usize> Packed<BYTES> {
    pub(super) const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            alarms_end: 0,
        }
    }

    pub(super) fn used(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn free(&self) -> usize {
        BYTES.saturating_sub(self.used())
    }

    /// Where the frames of a space end; only alarms and data are here.
    pub(super) fn end_of(&self, space: Space) -> usize {
        match space {
            Space::Alarm => self.alarms_end,
            _ => self.used(),
        }
    }

    /// The frames of a space, in order.
    pub(super) fn entries_of(&self, space: Space) -> Entries<'_> {
        let start = match space {
            Space::Alarm => 0,
            _ => self.alarms_end,
        };
        self.entries_between(start, self.end_of(space))
    }

    /// All frames.
    pub(super) fn entries(&self) -> Entries<'_> {
        self.entries_from(0)
    }

    /// All frames from the one whose head begins here.
    pub(super) fn entries_from(&self, at: usize) -> Entries<'_> {
        self.entries_between(at, self.used())
    }

    #[inline(never)] // Whatever is asked of the frames begins here.
    fn entries_between(&self, at: usize, end: usize) -> Entries<'_> {
        Entries {
            rest: self.bytes.get(at..end).unwrap_or_default(),
            at,
        }
    }

    /// The frame whose head begins here.
    pub(super) fn entry_at(&self, at: usize) -> Option<Entry<'_>> {
        self.entries_between(at, self.used()).next()
    }

    #[inline(never)] // Whatever is noted of a frame ends here.
    pub(super) fn set_head(&mut self, at: usize, head: Head) {
        let slot = self.bytes.get_mut(at..).unwrap_or_default();
        // Has room: a head stands there.
        let _ = head.write(&mut Writer::new(slot));
    }

    /// Puts a frame where another one begins, or at the end of its space; `None`, and nothing done, without room.
    pub(super) fn insert(
        &mut self,
        space: Space,
        at: usize,
        head: Head,
        frame: &[u8],
    ) -> Option<()> {
        let gap = head.whole_len();
        let end = self.used().checked_add(gap)?;
        if at > self.used() {
            return None;
        }
        self.bytes.resize_default(end).ok()?;
        let moved = self.bytes.get_mut(at..)?;
        open_gap(moved, gap);
        let mut writer = Writer::new(moved);
        head.write(&mut writer).ok()?;
        writer.put(frame).ok()?;
        if space == Space::Alarm {
            self.alarms_end = self.alarms_end.saturating_add(gap);
        }
        Some(())
    }

    /// Takes out the frames that `keep` says no to: one pass, each byte behind them moves once.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(Head, &[u8]) -> bool) -> usize {
        let (mut from, mut to, mut gone) = (0, 0, 0);
        let mut alarms_end = 0;
        while let Some(entry) = self.entry_at(from) {
            let (next, len) = (entry.end(), entry.head.whole_len());
            let is_alarm = from < self.alarms_end;
            if keep(entry.head, entry.frame) {
                self.move_down(from, to, len);
                to = to.saturating_add(len);
            } else {
                gone += 1;
            }
            if is_alarm {
                alarms_end = to;
            }
            from = next;
        }
        self.alarms_end = alarms_end;
        self.bytes.truncate(to);
        gone
    }

    fn move_down(&mut self, from: usize, to: usize, len: usize) {
        let gap = from.saturating_sub(to);
        let moved = self.bytes.get_mut(to..from.saturating_add(len));
        close_gap(moved.unwrap_or_default(), gap);
    }
}

/// Walks over frames.
#[derive(Debug, Clone)]
pub(super) struct Entries<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let head = Head::read(self.rest).ok()?;
        let (whole, rest) = self.rest.split_at_checked(head.whole_len())?;
        let entry = Entry {
            at: self.at,
            head,
            frame: whole.get(Head::LEN..)?,
        };
        self.rest = rest;
        self.at = entry.end();
        Some(entry)
    }
}

/// Moves all but the last `gap` bytes up by `gap`, from the back, so much at a time as does not overlap.
fn open_gap(bytes: &mut [u8], gap: usize) {
    let mut rest = bytes;
    while let Some(at @ 1..) = rest.len().checked_sub(gap.max(1)) {
        let Some((front, behind)) = rest.split_at_mut_checked(at) else {
            return;
        };
        for (to, from) in behind.iter_mut().rev().zip(front.iter().rev()) {
            *to = *from;
        }
        rest = front;
    }
}

/// Moves all but the first `gap` bytes down by `gap`, from the front, so much at a time as does not overlap.
fn close_gap(bytes: &mut [u8], gap: usize) {
    let mut rest = bytes;
    while gap > 0 && rest.len() > gap {
        let Some((front, behind)) = rest.split_at_mut_checked(gap) else {
            return;
        };
        copy(behind, front);
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_gap_opens_and_closes_wherever_it_is() {
        for len in 0..40_u8 {
            for gap in 1..40 {
                let content: Vec<u8> = (0..len).collect();
                let mut bytes = content.clone();
                bytes.resize(content.len() + gap, 0xEE);
                open_gap(&mut bytes, gap);
                assert_eq!(bytes[gap..], content);
                close_gap(&mut bytes, gap);
                assert_eq!(bytes[..content.len()], content);
            }
        }
    }
}
