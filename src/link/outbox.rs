use heapless::Deque;

use super::Retry;
use crate::time::Instant;
use crate::wire::{Space, copy};

/// How many frames of a space may be under way at once. Twice the ranges of a received set:
/// a receiver with holes everywhere still has room for most of them, and refuses the rest for a while.
const WINDOW: usize = 32;

/// What a receipt will name a frame by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameKey {
    /// The epoch's number.
    pub epoch: u32,
    /// The space.
    pub space: Space,
    /// The frame's counter.
    pub counter: u32,
}

/// The outbox has no room: the frame was not taken, and nothing was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the outbox is full")]
pub struct OutboxFull;

/// Sealed frames that wait for an acknowledgement, `FRAMES` of them and `BYTES` bytes at most.
///
/// ```text
/// entries   oldest ─► ┌─ key, place, due, attempts ─┬─ … ─┬─ … ─┐ ◄─ newest
/// bytes     ring      │ frame                       │ …   │ …   │
/// ```
///
/// **Rules.** A frame is kept until it is acknowledged, and only then. Alarms leave before
/// data, and data leaves them room: an eighth of the frames and of the bytes, at least one frame. In each space the lowest unacknowledged frame is always under way, so that a
/// receiver whose set is full is never stuck. An acknowledged frame's bytes are free once
/// all older ones are.
#[derive(Debug)]
pub struct Outbox<const BYTES: usize, const FRAMES: usize> {
    ring: [u8; BYTES],
    entries: Deque<Entry, FRAMES>,
    retry: Retry,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    key: FrameKey,
    start: usize,
    len: usize,
    /// When it is to be sent next.
    due: Instant,
    attempts: u8,
    is_acknowledged: bool,
}

impl<const BYTES: usize, const FRAMES: usize> Outbox<BYTES, FRAMES> {
    /// What data leaves to alarms.
    const ALARM_FRAMES: usize = if FRAMES < 16 { 1 } else { FRAMES / 8 };
    const ALARM_BYTES: usize = BYTES / 8;

    /// An empty outbox.
    #[must_use]
    pub const fn new(retry: Retry) -> Self {
        Self {
            ring: [0; BYTES],
            entries: Deque::new(),
            retry,
        }
    }

    /// How many frames wait for an acknowledgement.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting().count()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting().next().is_none()
    }

    /// Whether a frame of `len` bytes has room in `space` now.
    #[must_use]
    pub fn has_room_for(&self, space: Space, len: usize) -> bool {
        self.place_in(space, len).is_some()
    }

    /// Whether frames of this epoch wait.
    #[must_use]
    pub fn holds_epoch(&self, epoch: u32) -> bool {
        self.waiting().any(|entry| entry.key.epoch == epoch)
    }

    /// Takes a frame; it is due at once.
    ///
    /// # Errors
    ///
    /// [`OutboxFull`]; the outbox is as it was.
    pub fn push(&mut self, now: Instant, key: FrameKey, frame: &[u8]) -> Result<(), OutboxFull> {
        let start = self.place_in(key.space, frame.len()).ok_or(OutboxFull)?;
        let slot = self
            .ring
            .get_mut(start..start.saturating_add(frame.len()))
            .ok_or(OutboxFull)?;
        copy(frame, slot);
        let entry = Entry {
            key,
            start,
            len: frame.len(),
            due: now,
            attempts: 0,
            is_acknowledged: false,
        };
        self.entries.push_back(entry).map_err(|_| OutboxFull)
    }

    /// The next frame to be sent, if one is due: alarms first, then the oldest.
    ///
    /// It counts as sent, and is due again after the retry delay.
    pub fn next_due(&mut self, now: Instant) -> Option<(FrameKey, &[u8])> {
        let index = self
            .due_index(Space::Alarm, now)
            .or_else(|| self.due_index(Space::Data, now))?;
        let entry = self.entries.iter_mut().nth(index)?;
        entry.due = now + self.retry.delay(entry.attempts, entry.key.counter);
        entry.attempts = entry.attempts.saturating_add(1);
        let entry = *entry;
        let frame = self
            .ring
            .get(entry.start..entry.start.saturating_add(entry.len))?;
        Some((entry.key, frame))
    }

    /// When [`Outbox::next_due`] has something next; `None` when nothing waits.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let next = |space| self.window(space).map(|(_, entry)| entry.due).min();
        [next(Space::Alarm), next(Space::Data)]
            .into_iter()
            .flatten()
            .min()
    }

    /// Lets go of every frame that `is_stored` says yes to; returns how many those were.
    ///
    /// A receipt is a sign of life: what still waits is not put off for longer than after a first sending.
    pub fn acknowledge(&mut self, now: Instant, is_stored: impl Fn(FrameKey) -> bool) -> usize {
        let mut freed = 0;
        for entry in self
            .entries
            .iter_mut()
            .filter(|entry| !entry.is_acknowledged)
        {
            if is_stored(entry.key) {
                entry.is_acknowledged = true;
                freed += 1;
            }
        }
        if freed > 0 {
            self.hasten(now);
        }
        while self
            .entries
            .front()
            .is_some_and(|oldest| oldest.is_acknowledged)
        {
            self.entries.pop_front();
        }
        freed
    }

    fn hasten(&mut self, now: Instant) {
        for entry in &mut self.entries {
            entry.attempts = entry.attempts.min(1);
            entry.due = entry.due.min(now + self.retry.delay(0, entry.key.counter));
        }
    }

    fn waiting(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.is_acknowledged)
    }

    /// The frames of a space that may be under way.
    fn window(&self, space: Space) -> impl Iterator<Item = (usize, &Entry)> {
        self.entries
            .iter()
            .enumerate()
            .filter(move |(_, entry)| !entry.is_acknowledged && entry.key.space == space)
            .take(WINDOW)
    }

    fn due_index(&self, space: Space, now: Instant) -> Option<usize> {
        self.window(space)
            .find(|(_, entry)| entry.due <= now)
            .map(|(index, _)| index)
    }

    /// Where a frame may stand: for data, only where an alarm would still find room behind it.
    fn place_in(&self, space: Space, len: usize) -> Option<usize> {
        let (frames, bytes) = match space {
            Space::Alarm => (0, 0),
            _ => (Self::ALARM_FRAMES, Self::ALARM_BYTES),
        };
        let has_entry = self.entries.len().saturating_add(frames) < FRAMES;
        has_entry
            .then(|| self.place_for(len.saturating_add(bytes)))
            .flatten()
    }

    /// Where `len` contiguous bytes are free behind the newest frame.
    fn place_for(&self, len: usize) -> Option<usize> {
        let (Some(oldest), Some(newest)) = (self.entries.front(), self.entries.back()) else {
            return (len <= BYTES).then_some(0);
        };
        let (head, tail) = (oldest.start, newest.start.saturating_add(newest.len));
        let has_wrapped = newest.start < head;
        if has_wrapped {
            return (tail.saturating_add(len) <= head).then_some(tail);
        }
        if tail.saturating_add(len) <= BYTES {
            return Some(tail);
        }
        (len <= head).then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::vec::Vec;

    const NOW: Instant = Instant::from_secs(100);

    fn key(space: Space, counter: u32) -> FrameKey {
        FrameKey {
            epoch: 0,
            space,
            counter,
        }
    }

    fn drain<const B: usize, const F: usize>(
        outbox: &mut Outbox<B, F>,
        now: Instant,
    ) -> Vec<FrameKey> {
        core::iter::from_fn(|| outbox.next_due(now).map(|(key, _)| key)).collect()
    }

    #[test]
    fn an_alarm_overtakes_the_backlog() {
        let mut outbox = Outbox::<1_024, 16>::new(Retry::DEFAULT);
        for counter in 0..4 {
            outbox
                .push(NOW, key(Space::Data, counter), &[0; 40])
                .unwrap();
        }
        outbox.push(NOW, key(Space::Alarm, 0), &[1; 40]).unwrap();
        let order = drain(&mut outbox, NOW);
        assert_eq!(order[0], key(Space::Alarm, 0));
        assert_eq!(
            order[1..],
            [0, 1, 2, 3].map(|counter| key(Space::Data, counter))
        );
    }

    #[test]
    fn a_frame_is_sent_until_it_is_acknowledged_and_no_longer() {
        let mut outbox = Outbox::<128, 4>::new(Retry::DEFAULT);
        outbox.push(NOW, key(Space::Data, 0), b"frame").unwrap();
        let mut now = NOW;
        for _ in 0..20 {
            assert_eq!(drain(&mut outbox, now).len(), 1);
            assert!(drain(&mut outbox, now).is_empty());
            now = outbox.poll_timeout().unwrap();
        }
        assert_eq!(outbox.acknowledge(now, |key| key.counter == 1), 0);
        assert_eq!(outbox.acknowledge(now, |key| key.counter == 0), 1);
        assert!(outbox.is_empty() && outbox.poll_timeout().is_none());
        assert!(drain(&mut outbox, now + Duration::from_secs(1_000)).is_empty());
    }

    #[test]
    fn a_full_outbox_refuses_and_loses_nothing() {
        let mut outbox = Outbox::<114, 8>::new(Retry::DEFAULT);
        for counter in 0..2 {
            outbox
                .push(NOW, key(Space::Data, counter), &[7; 50])
                .unwrap();
        }
        assert_eq!(
            outbox.push(NOW, key(Space::Data, 2), &[7; 1]),
            Err(OutboxFull)
        );
        assert_eq!(outbox.len(), 2);
        outbox.acknowledge(NOW, |key| key.counter == 0);
        assert!(outbox.has_room_for(Space::Data, 36) && !outbox.has_room_for(Space::Data, 37));
        outbox.push(NOW, key(Space::Data, 2), &[7; 36]).unwrap();
    }

    #[test]
    fn a_backlog_of_data_leaves_room_for_alarms_by_frames_and_by_bytes() {
        let mut by_frames = Outbox::<4_096, 16>::new(Retry::DEFAULT);
        let mut by_bytes = Outbox::<1_024, 100>::new(Retry::DEFAULT);
        let frames = (0..100)
            .take_while(|counter| {
                by_frames
                    .push(NOW, key(Space::Data, *counter), &[0; 8])
                    .is_ok()
            })
            .count();
        let bytes = (0..100)
            .take_while(|counter| {
                by_bytes
                    .push(NOW, key(Space::Data, *counter), &[0; 64])
                    .is_ok()
            })
            .count();
        assert_eq!((frames, bytes), (14, 14));
        for counter in 0..2 {
            by_frames
                .push(NOW, key(Space::Alarm, counter), &[0; 64])
                .unwrap();
            by_bytes
                .push(NOW, key(Space::Alarm, counter), &[0; 64])
                .unwrap();
        }
        assert_eq!(
            by_frames.push(NOW, key(Space::Alarm, 2), &[0; 8]),
            Err(OutboxFull)
        );
        assert_eq!(
            by_bytes.push(NOW, key(Space::Alarm, 2), &[0; 8]),
            Err(OutboxFull)
        );
    }

    #[test]
    fn after_an_outage_a_receipt_hastens_what_still_waits() {
        let mut outbox = Outbox::<1_024, 16>::new(Retry::DEFAULT);
        for counter in 0..3 {
            outbox
                .push(NOW, key(Space::Data, counter), &[0; 10])
                .unwrap();
        }
        let mut now = NOW;
        for _ in 0..12 {
            drain(&mut outbox, now);
            now = outbox.poll_timeout().unwrap();
        }
        drain(&mut outbox, now);
        outbox.acknowledge(now, |key| key.counter == 1);
        assert!(outbox.poll_timeout().unwrap() <= now + Retry::DEFAULT.first);
    }

    #[test]
    fn only_a_window_is_under_way_and_the_lowest_frame_always_is() {
        let mut outbox = Outbox::<4_096, 115>::new(Retry::DEFAULT);
        for counter in 0..100 {
            outbox
                .push(NOW, key(Space::Data, counter), &[0; 8])
                .unwrap();
        }
        let sent = drain(&mut outbox, NOW);
        assert_eq!((sent.len(), sent[0].counter), (WINDOW, 0));
        outbox.acknowledge(NOW, |key| (1..20).contains(&key.counter));
        let more = drain(&mut outbox, NOW);
        assert_eq!((more.len(), more[0].counter), (19, 32));
    }

    proptest! {
        #[test]
        fn agrees_with_a_plain_map(steps in proptest::collection::vec((0_u8..4, 1_usize..60, any::<u32>()), 1..200)) {
            let mut outbox = Outbox::<256, 8>::new(Retry::DEFAULT);
            let mut model: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
            for (counter, (action, len, pick)) in (0_u32..).zip(steps) {
                let now = NOW + Duration::from_secs(counter.into());
                if action < 2 {
                    let frame: Vec<u8> = (0..len).map(|offset| u8::try_from((usize::try_from(counter).unwrap() + offset) % 256).unwrap()).collect();
                    if outbox.push(now, key(Space::Data, counter), &frame).is_ok() {
                        model.insert(counter, frame);
                    }
                } else {
                    let gone: Vec<u32> = model.keys().copied().filter(|key| (key ^ pick) % 3 == 0).collect();
                    let freed = outbox.acknowledge(now, |key| gone.contains(&key.counter));
                    prop_assert_eq!(freed, gone.len());
                    model.retain(|key, _| !gone.contains(key));
                }
                prop_assert_eq!(outbox.len(), model.len());
                let later = now + Duration::from_secs(1_000_000);
                while let Some((key, frame)) = outbox.next_due(later) {
                    prop_assert_eq!(Some(frame), model.get(&key.counter).map(Vec::as_slice));
                }
                for entry in &mut outbox.entries {
                    entry.due = now;
                }
            }
        }
    }
}
