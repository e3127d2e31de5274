use crate::link::head::Head;
use crate::link::packed::{Entry, Packed};
use crate::time::{Duration, Instant};
use crate::wire::Space;

const ALARM: u8 = 0x01;
/// Of no use later: handshakes.
const BRIEF: u8 = 0x02;
const CONTROL: u8 = 0x04;
/// Handed out, and the link has not said yet that it has taken it.
const HANDED: u8 = 0x40;
/// Its room is free as soon as it is needed.
const GONE: u8 = 0x80;

/// What a stored datagram is, as far as a gateway tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Alarm,
    Data,
    Control,
    Handshake,
}

/// The datagrams that wait for the server, oldest first, each behind a head of 8 bytes.
///
/// A head has the length, the device's place, flags, and the second in which the datagram came. What has
/// gone is closed up when it takes half of what is used, or its room is needed: so each byte moves about once.
#[derive(Debug)]
pub(super) struct Store<const BYTES: usize> {
    packed: Packed<BYTES>,
    gone: usize,
}

/// A datagram that is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stored<'a> {
    pub(super) at: usize,
    pub(super) place: u8,
    pub(super) kind: Kind,
    pub(super) is_handed: bool,
    pub(super) since: Instant,
    /// With its head.
    pub(super) whole_len: usize,
    pub(super) datagram: &'a [u8],
}

impl<const BYTES: usize> Store<BYTES> {
    pub(super) const fn new() -> Self {
        Self {
            packed: Packed::new(),
            gone: 0,
        }
    }

    /// How many bytes are taken, heads included.
    pub(super) fn used(&self) -> usize {
        self.packed.used().saturating_sub(self.gone)
    }

    /// What a datagram of this length takes; `None` when it could never be stored.
    pub(super) fn needed(len: usize) -> Option<usize> {
        let needed = len.checked_add(Head::LEN)?;
        (u16::try_from(len).is_ok() && needed <= BYTES).then_some(needed)
    }

    pub(super) fn has_room_for(&self, needed: usize) -> bool {
        self.used().saturating_add(needed) <= BYTES
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Stored<'_>> {
        self.packed.entries().filter_map(stored)
    }

    /// Those from this one on.
    pub(super) fn iter_from(&self, at: usize) -> impl Iterator<Item = Stored<'_>> {
        self.packed.entries_from(at).filter_map(stored)
    }

    pub(super) fn at(&self, at: usize) -> Option<Stored<'_>> {
        self.packed.entry_at(at).and_then(stored)
    }

    /// Puts a datagram last; `None`, and nothing done, without room.
    pub(super) fn push(
        &mut self,
        now: Instant,
        place: u8,
        kind: Kind,
        datagram: &[u8],
    ) -> Option<()> {
        let needed = Self::needed(datagram.len())?;
        if self.packed.free() < needed {
            self.close_up();
        }
        let mut head = Head::new(now, place, u16::try_from(datagram.len()).ok()?);
        head.flags = flags_of(kind);
        head.stamp = secs_of(now);
        let end = self.packed.used();
        self.packed.insert(Space::Data, end, head, datagram)
    }

    pub(super) fn mark_handed(&mut self, at: usize) {
        self.change(at, |flags| flags | HANDED);
    }

    /// What was handed out waits again, here.
    pub(super) fn mark_waiting(&mut self, at: usize) {
        self.change(at, |flags| flags & !HANDED);
    }

    /// Lets go of a datagram.
    pub(super) fn remove(&mut self, at: usize) {
        let Some(Stored { whole_len, .. }) = self.at(at) else {
            return;
        };
        self.change(at, |flags| flags | GONE);
        self.gone = self.gone.saturating_add(whole_len);
    }

    /// Closes up what has gone, where that is worth it. Places change by it.
    pub(super) fn tidy(&mut self) {
        if self.gone > self.packed.used() / 2 {
            self.close_up();
        }
    }

    fn close_up(&mut self) {
        self.packed.retain(|head, _| head.flags & GONE == 0);
        self.gone = 0;
    }

    fn change(&mut self, at: usize, change: impl Fn(u8) -> u8) {
        if let Some(Entry { mut head, .. }) = self.packed.entry_at(at) {
            head.flags = change(head.flags);
            self.packed.set_head(at, head);
        }
    }
}

fn stored(entry: Entry<'_>) -> Option<Stored<'_>> {
    let flags = entry.head.flags;
    let kind = match flags & (ALARM | BRIEF | CONTROL) {
        ALARM => Kind::Alarm,
        BRIEF => Kind::Handshake,
        CONTROL => Kind::Control,
        _ => Kind::Data,
    };
    (flags & GONE == 0).then_some(Stored {
        at: entry.at,
        place: entry.head.slot,
        kind,
        is_handed: flags & HANDED != 0,
        since: Instant::from_secs(entry.head.stamp.into()),
        whole_len: entry.head.whole_len(),
        datagram: entry.frame,
    })
}

const fn flags_of(kind: Kind) -> u8 {
    match kind {
        Kind::Alarm => ALARM,
        Kind::Data => 0,
        Kind::Control => CONTROL,
        Kind::Handshake => BRIEF,
    }
}

/// 136 years of them.
fn secs_of(now: Instant) -> u32 {
    u32::try_from(now.as_millis() / 1_000).unwrap_or(u32::MAX)
}

impl Stored<'_> {
    pub(super) fn is_older_than(&self, now: Instant, age: Duration) -> bool {
        now - self.since > age
    }
}
