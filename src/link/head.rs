use crate::time::{Duration, Instant};
use crate::wire::{Error, Reader, Writer};

const STORED: u8 = 0x80;
const LIVE: u8 = 0x40;
const FIRST: u8 = 0x20;
const REFUSED: u8 = 0x10;
const ATTEMPTS: u8 = 0x0F;

/// What is kept of a frame beside its bytes: here as the outbox reads it.
///
/// ```text
///  2 LE   1      1                                                          4 LE
/// ┌─────┬──────┬──────────────────────────────────────────────────────────┬─────┐
/// │ len │ slot │ bit 7 stored, 6 live, 5 first, 4 refused, 3-0 times sent │ due │   ms, modulo 2^32
/// └─────┴──────┴──────────────────────────────────────────────────────────┴─────┘
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Of the frame, without this head.
    pub(super) len: u16,
    /// The epoch's.
    pub(super) slot: u8,
    pub(super) flags: u8,
    pub(super) stamp: u32,
}

impl Head {
    /// How many bytes it takes.
    pub(super) const LEN: usize = 8;

    pub(super) const fn new(now: Instant, slot: u8, len: u16) -> Self {
        Self {
            len,
            slot,
            flags: 0,
            stamp: low_millis(now),
        }
    }

    pub(super) const fn stored(mut self) -> Self {
        self.flags |= STORED;
        self
    }

    /// Storage has refused it: it may be sent, and is nowhere else.
    pub(super) const fn refused(mut self) -> Self {
        self.flags |= STORED | REFUSED;
        self
    }

    pub(super) const fn live(mut self) -> Self {
        self.flags |= LIVE;
        self
    }

    pub(super) const fn first(mut self) -> Self {
        self.flags |= FIRST;
        self
    }

    /// Never sent, and not live.
    pub(super) const fn withdrawn(mut self) -> Self {
        self.flags &= STORED | FIRST | REFUSED;
        self
    }

    /// Of head and frame together.
    pub(super) const fn whole_len(self) -> usize {
        (self.len as usize).saturating_add(Self::LEN)
    }

    pub(super) const fn is_stored(self) -> bool {
        self.flags & STORED != 0
    }

    /// Whether storage has refused it.
    pub(super) const fn is_refused(self) -> bool {
        self.flags & REFUSED != 0
    }

    /// Whether it leaves before all other data.
    pub(super) const fn is_first(self) -> bool {
        self.flags & FIRST != 0
    }

    pub(super) const fn was_sent(self) -> bool {
        self.attempts() != 0
    }

    /// "live frames (never sent yet, pushed while live)"
    pub(super) const fn is_fresh(self) -> bool {
        self.flags & LIVE != 0 && !self.was_sent()
    }

    pub(super) const fn attempts(self) -> u8 {
        self.flags & ATTEMPTS
    }

    /// Counts a sending; it is due again at `due`.
    pub(super) fn sent(mut self, due: u32) -> Self {
        let attempts = self.attempts().saturating_add(1).min(ATTEMPTS);
        self.flags = self.flags & !ATTEMPTS | attempts;
        self.stamp = due;
        self
    }

    /// As if it had been sent once only, and is due at `limit` at the latest.
    pub(super) fn hasten(&mut self, now: u32, limit: u32) {
        if self.attempts() > 1 {
            self.flags = self.flags & !ATTEMPTS | 1;
        }
        if self.wait_millis(now) > limit.wrapping_sub(now) {
            self.stamp = limit;
        }
    }

    /// How long until it is due; a frame that was never sent is due at once.
    ///
    /// Back-offs are below half the range of the count: a due time further ahead has passed.
    pub(super) const fn wait_millis(self, now: u32) -> u32 {
        let ahead = self.stamp.wrapping_sub(now);
        let has_passed = !self.was_sent() || ahead > i32::MAX as u32;
        if has_passed { 0 } else { ahead }
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        Ok(Self {
            len: u16::from_le_bytes(reader.array()?),
            slot: reader.u8()?,
            flags: reader.u8()?,
            stamp: u32::from_le_bytes(reader.array()?),
        })
    }

    pub(super) fn write(self, writer: &mut Writer<'_>) -> Result<(), Error> {
        writer.put(&self.len.to_le_bytes())?;
        writer.put(&[self.slot, self.flags])?;
        writer.put(&self.stamp.to_le_bytes())
    }
}

/// Due times are rounded up, so that nothing is sent before its time.
pub(super) const JUST_BELOW_A_MILLISECOND: Duration = Duration::from_micros(999);

/// The count that due times are kept in.
#[expect(clippy::cast_possible_truncation, reason = "the count wraps")]
pub(super) const fn low_millis(at: Instant) -> u32 {
    at.as_millis() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_from_its_eight_bytes() {
        let mut head = Head::new(Instant::from_millis(7), 3, 96).stored().live();
        head = head.sent(1_009);
        let mut bytes = [0; Head::LEN];
        head.write(&mut Writer::new(&mut bytes)).unwrap();
        assert_eq!(bytes, [96, 0, 3, 0xC1, 0xF1, 0x03, 0, 0]);
        assert_eq!(Head::read(&bytes), Ok(head));
    }

    #[test]
    fn a_due_time_is_kept_across_the_wrap_of_the_count() {
        let before = Instant::from_millis(u64::from(u32::MAX) - 100);
        let mut head = Head::new(before, 0, 20);
        assert_eq!(head.wait_millis(low_millis(before)), 0);
        head = head.sent(low_millis(before + Duration::from_secs(1)));
        assert_eq!(head.wait_millis(low_millis(before)), 1_000);
        let after = before + Duration::from_millis(900);
        assert_eq!(head.wait_millis(low_millis(after)), 100);
        assert_eq!(
            head.wait_millis(low_millis(after + Duration::from_millis(100))),
            0
        );
    }

    #[test]
    fn the_count_of_sendings_stops_at_its_maximum() {
        let mut head = Head::new(Instant::ZERO, 0, 20).stored();
        for _ in 0..300 {
            head = head.sent(1_000);
        }
        assert_eq!((head.attempts(), head.is_stored()), (15, true));
        assert!(!head.is_refused() && head.refused().is_refused());
        assert!(
            head.refused().withdrawn().is_refused(),
            "it is nowhere else"
        );
    }
}
