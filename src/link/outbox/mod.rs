//! Sealed frames that wait for an acknowledgement.

mod paging;
mod search;

#[cfg(test)]
mod tests;

use self::search::{Line, Search, Tally};
use super::head::{Head, JUST_BELOW_A_MILLISECOND, low_millis};
use super::packed::{Entry, Packed};
use super::{Pace, Pacer, Retry};
use crate::time::{Duration, Instant};
use crate::wire::{Packet, Route, Space};

/// How many frames of a space may be under way at once. Twice the ranges of a received set:
/// a receiver with holes everywhere still has room for most of them, and refuses the rest for a while.
const WINDOW: usize = 32;
/// How many bytes of data may be under way at once, unless [`Outbox::set_window`] says otherwise.
const WINDOW_BYTES: usize = 8 * 1_024;
/// The longest back-off: due times are kept modulo 2^32 milliseconds, which are 49 days.
const LONGEST: Duration = Duration::from_secs(12 * 24 * 60 * 60);

/// What names a frame within its outbox.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameKey {
    /// The small number that the owner has given to the frame's epoch.
    pub epoch: u8,
    /// The space; alarm or data.
    pub space: Space,
    /// The frame's counter.
    pub counter: u32,
}

/// Whether somebody is waiting for a frame now.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Freshness {
    /// It was made while the peer was there: it leaves before the backlog.
    Live,
    /// It waits for its turn.
    Backlog,
    /// It leaves before all other data, as an alarm does: neither pace, hint nor window holds it back.
    First,
}

/// The outbox has no room: the frame was not taken, and nothing was lost.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the outbox is full")]
pub struct OutboxFull;

/// Why a frame was not taken. The outbox is as it was.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// There is no room.
    #[error(transparent)]
    Full(#[from] OutboxFull),
    /// It is not a data or alarm frame in the short form.
    #[error("not a data or alarm frame in the short form")]
    NotAFrame,
}

/// Sealed frames that wait for an acknowledgement, in one piece of memory of `BYTES` bytes.
///
/// ```text
/// ┌ alarms, in order ┬ data, in order ──────────────┬ free ┐
/// │ head 8 ‖ frame … │ head 8 ‖ frame ‖ head 8 ‖ …  │      │
/// └──────────────────┴──────────────────────────────┴──────┘
/// ```
///
/// A frame is in the short form: byte 0 has its space, then comes its counter. Which epoch a slot stands
/// for, and how its frames are routed, the owner knows. A frame costs its bytes and 8 more; the whole outbox
/// some 100 more than `BYTES`. In order means: as pushed, and by counter within an epoch.
///
/// **Rules.**
/// - A frame is kept until it is acknowledged or the owner takes it out.
/// - What leaves first: alarms; data that is [`Freshness::First`]; the lowest data frame; live frames that were never sent; what is to be sent
///   again; the backlog, in order.
/// - In each space the lowest unacknowledged frame that may be sent is always under way: neither window nor
///   size holds it back. So a receiver whose set is full is never stuck, and no batch can be too large.
/// - While nobody [answers](Outbox::set_probing) it is the only data frame that leaves: the others wait for an answer.
/// - Beside it, at most 32 frames of a space are under way, and of data so many bytes as the window has.
/// - A hint to wait and the pace hold back data, never alarms nor what is first.
/// - Data leaves an eighth of the bytes to alarms and to what is first.
///
/// Time: linear in the frames from the first one to the last that is under way, and over all of them for an
/// acknowledgement that frees something, which also moves what lies behind.
///
/// ```
/// use iomt::link::{Freshness, Outbox, Retry};
/// use iomt::time::{Duration, Instant};
///
/// let mut data = [0; 20];
/// data[0] = 0x01; // A frame, data, short, version 1; counter 0.
/// let mut alarm = data;
/// alarm[0] = 0x11;
///
/// let now = Instant::from_secs(1);
/// let mut outbox = Outbox::<1024>::new(Retry::DEFAULT);
/// outbox.push(now, 0, &data, Freshness::Live)?;
/// outbox.push(now, 0, &alarm, Freshness::Live)?;
/// assert_eq!(outbox.next_due(now, |_| true).map(|(_, frame)| frame), Some(&alarm[..]));
/// assert_eq!(outbox.next_due(now, |_| true).map(|(_, frame)| frame), Some(&data[..]));
/// assert_eq!(outbox.next_due(now, |_| true), None);
/// assert_eq!(outbox.acknowledge(now, |key| key.epoch == 0), 2);
/// # Ok::<(), iomt::link::PushError>(())
/// ```
#[derive(Debug)]
#[repr(C)] // The frames are last: the offset of an instruction does not reach beyond them.
pub struct Outbox<const BYTES: usize> {
    /// The latest `now`: what the wrapping due times count from.
    latest: Instant,
    /// Data, not alarms, waits until then.
    held_until: Instant,
    pacer: Option<Pacer>,
    retry: Retry,
    /// Of the data frames.
    tally: Tally,
    /// The highest counter of the epoch that data was last appended of.
    newest: Option<FrameKey>,
    window_bytes: usize,
    is_probing: bool,
    frames: Packed<BYTES>,
}

impl<const BYTES: usize> Outbox<BYTES> {
    /// What data leaves to alarms.
    const ALARM_BYTES: usize = BYTES / 8;

    /// What the outbox keeps beside the bytes of each frame.
    pub const FRAME_OVERHEAD: usize = Head::LEN;

    /// An empty outbox.
    #[must_use]
    pub const fn new(retry: Retry) -> Self {
        Self {
            frames: Packed::new(),
            retry,
            pacer: None,
            window_bytes: WINDOW_BYTES,
            is_probing: false,
            latest: Instant::ZERO,
            held_until: Instant::ZERO,
            tally: Tally::NONE,
            newest: None,
        }
    }

    /// Says how fast data may leave; `None`, as at first, for as fast as it is asked for. Alarms do not wait, and count.
    pub fn set_pace(&mut self, pace: Option<Pace>) {
        self.pacer = pace.map(Pacer::new);
    }

    /// Says how many bytes of data may be under way at once: 8 KiB at first. One frame always may.
    pub fn set_window(&mut self, bytes: usize) {
        self.window_bytes = bytes;
    }

    /// Says whether nobody answers: then the lowest data frame alone is sent, again and again, and what it costs to wait for
    /// somebody does not grow with what waits. Alarms leave all the same.
    pub fn set_probing(&mut self, is_probing: bool) {
        self.is_probing = is_probing;
    }

    /// How many frames are here. Looks at each.
    #[must_use]
    pub fn len(&self) -> usize {
        self.frames.entries().count()
    }

    /// Whether no frame is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.used() == 0
    }

    /// How many bytes are taken, heads included.
    #[must_use]
    pub fn used(&self) -> usize {
        self.frames.used()
    }

    /// Whether a frame of `len` bytes has room in `space` now.
    #[must_use]
    pub fn has_room_for(&self, space: Space, len: usize) -> bool {
        Self::fits(space, len, self.frames.free())
    }

    /// Whether an empty outbox has room for a frame of this length.
    #[cfg(feature = "node")]
    pub(crate) const fn could_hold(space: Space, len: usize) -> bool {
        Self::fits(space, len, BYTES)
    }

    const fn fits(space: Space, len: usize, free: usize) -> bool {
        let reserve = match space {
            Space::Alarm => 0,
            _ => Self::ALARM_BYTES,
        };
        let needed = len.saturating_add(Head::LEN).saturating_add(reserve);
        len <= u16::MAX as usize && needed <= free
    }

    /// The same for a frame of this freshness: what is first has the room that data leaves to alarms.
    #[must_use]
    pub fn has_room(&self, space: Space, freshness: Freshness, len: usize) -> bool {
        match freshness {
            Freshness::First => self.has_room_for(Space::Alarm, len),
            Freshness::Live | Freshness::Backlog => self.has_room_for(space, len),
        }
    }

    /// Whether this frame is here, and is to leave before all other data.
    #[must_use]
    pub fn is_first(&self, key: FrameKey) -> bool {
        self.is_here(key, Head::is_first)
    }

    /// Whether this frame is here.
    #[must_use]
    pub fn contains(&self, key: FrameKey) -> bool {
        self.find(key).is_some()
    }

    /// The bytes of this frame.
    #[must_use]
    pub fn frame(&self, key: FrameKey) -> Option<&[u8]> {
        self.find(key).map(|entry| entry.frame)
    }

    /// Whether frames of this epoch are here.
    #[must_use]
    pub fn holds_epoch(&self, slot: u8) -> bool {
        self.frames.entries().any(|entry| entry.head.slot == slot)
    }

    /// What is here: alarms, then data, each in order.
    pub fn keys(&self) -> impl Iterator<Item = FrameKey> {
        self.frames
            .entries()
            .filter_map(|entry| key_of(entry.head, entry.frame))
    }

    /// Takes a frame that may be sent at once: it needs no storage, or is stored. One that is here already stays as it is.
    ///
    /// # Errors
    ///
    /// [`PushError`]; the outbox is as it was.
    pub fn push(
        &mut self,
        now: Instant,
        slot: u8,
        frame: &[u8],
        freshness: Freshness,
    ) -> Result<FrameKey, PushError> {
        let len = len_of(frame)?;
        self.latest = self.latest.max(now);
        self.put(Head::new(now, slot, len).stored(), frame, freshness)
    }

    /// Takes a frame that must not be sent before [`Outbox::mark_stored`].
    ///
    /// # Errors
    ///
    /// [`PushError`]; the outbox is as it was.
    pub fn push_unstored(
        &mut self,
        now: Instant,
        slot: u8,
        frame: &[u8],
        freshness: Freshness,
    ) -> Result<FrameKey, PushError> {
        let len = len_of(frame)?;
        self.latest = self.latest.max(now);
        self.put(Head::new(now, slot, len), frame, freshness)
    }

    /// Takes the word that a frame is on storage; whether it was here.
    pub fn mark_stored(&mut self, key: FrameKey) -> bool {
        self.mark(key, Head::stored)
    }

    /// The next frame to be sent, if one is due, of the epochs that `may_send` says yes to.
    ///
    /// It counts as sent, and is due again after the retry delay.
    pub fn next_due(
        &mut self,
        now: Instant,
        may_send: impl Fn(u8) -> bool,
    ) -> Option<(FrameKey, &[u8])> {
        self.latest = self.latest.max(now);
        let (_, at) = self.next(now, &may_send).filter(|(due, _)| *due <= now)?;
        let Entry { head, frame, .. } = self.frames.entry_at(at)?;
        let key = key_of(head, frame)?;
        let due = self.due_after(now, head.attempts(), key.counter);
        self.frames.set_head(at, head.sent(due));
        if key.space == Space::Data {
            self.note_sent(head);
        }
        if let Some(pacer) = &mut self.pacer {
            pacer.charge(now, head.len.into());
        }
        Some((key, self.frames.entry_at(at)?.frame))
    }

    /// When [`Outbox::next_due`] has something next; `None` when nothing may be sent.
    ///
    /// At the earliest it is the latest `now` that the outbox was told.
    #[must_use]
    pub fn poll_timeout(&self, may_send: impl Fn(u8) -> bool) -> Option<Instant> {
        self.next(self.latest, &may_send).map(|(due, _)| due)
    }

    /// Holds data back until then; alarms go on. A later call replaces it; who calls it bounds it.
    pub fn hold_data_until(&mut self, until: Instant) {
        self.held_until = until;
    }

    /// Lets go of every frame that `is_stored` says yes to; returns how many those were.
    ///
    /// A receipt is a sign of life: what still waits is not put off for longer than after a first sending.
    pub fn acknowledge(&mut self, now: Instant, is_stored: impl Fn(FrameKey) -> bool) -> usize {
        let freed = self.release(&is_stored);
        if freed > 0 {
            self.hasten(now);
        }
        freed
    }

    /// The peer is there again: what waits is not put off for longer than after a first sending.
    pub fn hasten(&mut self, now: Instant) {
        self.latest = self.latest.max(now);
        let mut at = 0;
        while let Some(Entry { mut head, .. }) = self.frames.entry_at(at) {
            if head.was_sent() {
                let salt = u32::try_from(at).unwrap_or(u32::MAX);
                head.hasten(low_millis(now), self.due_after(now, 0, salt));
                self.frames.set_head(at, head);
            }
            at = at.saturating_add(head.whole_len());
        }
    }

    /// Takes a frame out that was not acknowledged: it is on storage, or is to be lost; whether it was here.
    pub fn remove(&mut self, key: FrameKey) -> bool {
        self.contains(key) && self.release(&|other| other == key) > 0
    }

    /// Takes all frames of an epoch out; returns how many those were.
    pub fn forget_epoch(&mut self, slot: u8) -> usize {
        if self.newest.is_some_and(|newest| newest.epoch == slot) {
            self.newest = None;
        }
        self.release(&|key| key.epoch == slot)
    }

    /// Puts the epoch's frames back among those that were never sent: they may not be sent for a while.
    pub fn withdraw_epoch(&mut self, slot: u8) {
        let mut at = 0;
        self.tally = Tally::NONE;
        while let Some(Entry { mut head, .. }) = self.frames.entry_at(at) {
            if head.slot == slot {
                head = head.withdrawn();
                self.frames.set_head(at, head);
            }
            if at >= self.frames.end_of(Space::Alarm) {
                self.tally.add(head);
            }
            at = at.saturating_add(head.whole_len());
        }
    }

    fn put(
        &mut self,
        head: Head,
        frame: &[u8],
        freshness: Freshness,
    ) -> Result<FrameKey, PushError> {
        let head = match freshness {
            Freshness::Live => head.live(),
            Freshness::Backlog => head,
            Freshness::First => head.first(),
        };
        let key = key_of(head, frame).ok_or(PushError::NotAFrame)?;
        let Some(at) = self.place_of(key) else {
            return Ok(key);
        };
        if !self.has_room(key.space, freshness, frame.len()) {
            return Err(OutboxFull.into());
        }
        let is_last = at == self.frames.end_of(key.space);
        self.frames
            .insert(key.space, at, head, frame)
            .ok_or(OutboxFull)?;
        if key.space == Space::Data {
            self.tally.add(head);
            self.newest = if is_last { Some(key) } else { self.newest };
        }
        Ok(key)
    }

    /// Where a frame goes: before the first of its epoch with a higher counter, else last; `None` when it is here.
    fn place_of(&self, key: FrameKey) -> Option<usize> {
        let end = self.frames.end_of(key.space);
        if self.newest.is_some_and(|newest| {
            (newest.epoch, newest.space) == (key.epoch, key.space) && newest.counter < key.counter
        }) {
            return Some(end);
        }
        for entry in self.frames.entries_of(key.space) {
            match key_of(entry.head, entry.frame) {
                Some(known) if known == key => return None,
                Some(known) if known.epoch == key.epoch && known > key => return Some(entry.at),
                _ => {}
            }
        }
        Some(end)
    }

    #[inline(never)] // As the next: once for all marks and questions.
    fn mark(&mut self, key: FrameKey, marked: fn(Head) -> Head) -> bool {
        let Some(Entry { at, head, .. }) = self.find(key) else {
            return false;
        };
        self.frames.set_head(at, marked(head));
        true
    }

    /// Whether this frame is here, and its head is so.
    #[inline(never)]
    fn is_here(&self, key: FrameKey, is: fn(Head) -> bool) -> bool {
        self.find(key).is_some_and(|entry| is(entry.head))
    }

    fn find(&self, key: FrameKey) -> Option<Entry<'_>> {
        self.frames
            .entries_of(key.space)
            .find(|entry| key_of(entry.head, entry.frame) == Some(key))
    }

    fn release(&mut self, is_gone: &dyn Fn(FrameKey) -> bool) -> usize {
        let mut tally = Tally::NONE;
        let gone = self.frames.retain(|head, frame| {
            let key = key_of(head, frame);
            let is_kept = !key.is_some_and(is_gone);
            if is_kept && key.is_some_and(|key| key.space == Space::Data) {
                tally.add(head);
            }
            is_kept
        });
        self.tally = tally;
        gone
    }

    fn note_sent(&mut self, before: Head) {
        if before.was_sent() {
            return;
        }
        self.tally.under_way += 1;
        let len = before.len.into();
        self.tally.bytes_under_way = self.tally.bytes_under_way.saturating_add(len);
        let was_fresh = usize::from(before.is_fresh());
        self.tally.fresh = self.tally.fresh.saturating_sub(was_fresh);
    }

    /// What a head says of a frame that is due after a back-off.
    fn due_after(&self, now: Instant, attempts: u8, salt: u32) -> u32 {
        let delay = self.retry.delay(attempts, salt).min(LONGEST);
        low_millis(now + delay + JUST_BELOW_A_MILLISECOND)
    }

    /// When the next frame leaves, and where that is: of those that are due together, the one that goes before the others.
    #[inline(never)] // When one is due, and which: one search, asked by both.
    fn next(&self, now: Instant, may_send: &MaySend<'_>) -> Option<(Instant, usize)> {
        let millis = low_millis(now);
        let mut next = None;
        let mut note = |due: Instant, at: usize| {
            if next.is_none_or(|(first, _)| due < first) {
                next = Some((due, at));
            }
        };
        for line in [Line::ALARMS, Line::first(self.tally)] {
            if let Some((wait, at)) = self.soonest(millis, &line, may_send) {
                note(after(now, wait), at);
            }
        }
        if let Some(at) = self.pick(millis, may_send) {
            note(self.data_ready_at(now, at), at);
        } else {
            let line = Line::under_way(self.tally, self.is_probing);
            if let Some((wait, at)) = self.soonest(millis, &line, may_send) {
                note(after(now, wait).max(self.held_until), at);
            }
        }
        next
    }

    /// The frame of a line that is due first, and in how many milliseconds.
    fn soonest(&self, now: u32, line: &Line, may_send: &MaySend<'_>) -> Option<(u32, usize)> {
        let (mut ahead, mut window) = (line.len, line.window);
        let mut entries = self.frames.entries_of(line.space);
        let mut soonest = None;
        while ahead > 0 && window > 0 {
            let Some(Entry { at, head, .. }) = entries.next() else {
                break;
            };
            if !(line.has)(head) {
                continue;
            }
            ahead -= 1;
            if !is_open(head, may_send) {
                continue;
            }
            window -= 1;
            let wait = head.wait_millis(now);
            if soonest.is_none_or(|(shortest, _)| wait < shortest) {
                soonest = Some((wait, at));
            }
        }
        soonest
    }

    /// When pace and hint let this data frame go: `now`, or later.
    fn data_ready_at(&self, now: Instant, at: usize) -> Instant {
        let paced = self.pacer.zip(self.frames.entry_at(at));
        let paced = paced.map_or(now, |(pacer, entry)| pacer.ready_at(now, entry.frame.len()));
        paced.max(self.held_until).max(now)
    }

    /// The data frame that is to leave before all others, pace and hint aside.
    fn pick(&self, now: u32, may_send: &MaySend<'_>) -> Option<usize> {
        let mut search = Search::new(self.tally);
        for entry in self.frames.entries_of(Space::Data) {
            search.pass(entry.head);
            if is_open(entry.head, may_send) {
                let is_due = entry.head.wait_millis(now) == 0;
                let has_window = search.is_at_lowest() || self.has_window_for(entry.head);
                search.note(entry.at, entry.head, is_due && has_window);
            }
            if search.is_over() || (self.is_probing && !search.is_at_lowest()) {
                break;
            }
        }
        search.found()
    }

    /// "a single frame is always allowed so that a batch that is too large can never block"
    fn has_window_for(&self, head: Head) -> bool {
        let Tally {
            under_way,
            bytes_under_way,
            ..
        } = self.tally;
        let bytes = bytes_under_way.saturating_add(head.len.into());
        let has_room = under_way < WINDOW && bytes <= self.window_bytes;
        head.was_sent() || under_way == 0 || has_room
    }
}

/// Whether frames of the epoch in this slot may be sent.
type MaySend<'a> = dyn Fn(u8) -> bool + 'a;

fn is_open(head: Head, may_send: &MaySend<'_>) -> bool {
    head.is_stored() && may_send(head.slot)
}

fn after(now: Instant, wait_millis: u32) -> Instant {
    match wait_millis {
        0 => now,
        wait => Instant::from_millis(now.as_millis().saturating_add(wait.into())),
    }
}

fn len_of(frame: &[u8]) -> Result<u16, PushError> {
    u16::try_from(frame.len()).map_err(|_| PushError::NotAFrame)
}

/// The key of a frame in the short form; `None` for anything else, and for spaces that are not kept.
fn key_of(head: Head, frame: &[u8]) -> Option<FrameKey> {
    match Packet::parse(frame) {
        Ok(Packet::Frame(frame)) => {
            let is_kept = matches!(frame.space, Space::Data | Space::Alarm);
            (is_kept && frame.route == Route::Short).then_some(FrameKey {
                epoch: head.slot,
                space: frame.space,
                counter: frame.counter,
            })
        }
        _ => None,
    }
}
