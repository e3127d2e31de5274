use super::place_bit;
use crate::link::Retry;
use crate::storage::StoreReply;
use crate::time::Instant;

/// The places of recipients that are gone, and whose image and frames are to be wiped.
#[derive(Debug, Default)]
pub(super) struct Erasing {
    places: u32,
    /// Nothing is wiped before.
    retry_at: Instant,
    attempts: u8,
}

impl Erasing {
    pub(super) const fn want(&mut self, places: u32) {
        self.places |= places;
    }

    /// The place that is to be wiped now.
    pub(super) fn poll(&self, now: Instant) -> Option<u8> {
        (self.due() <= now).then(|| u8::try_from(self.places.trailing_zeros()).unwrap_or(u8::MAX))
    }

    /// When a place is to be wiped next.
    pub(super) const fn due(&self) -> Instant {
        match self.is_wanted() {
            true => self.retry_at,
            false => Instant::NEVER,
        }
    }

    pub(super) const fn is_wanted(&self) -> bool {
        self.places != 0
    }

    pub(super) fn note_answer(
        &mut self,
        now: Instant,
        place: u8,
        reply: &StoreReply<'_>,
        retry: Retry,
    ) {
        if matches!(reply, StoreReply::Failed) {
            self.retry_at = now + retry.delay(self.attempts, u32::from(place));
            self.attempts = self.attempts.saturating_add(1);
            return;
        }
        self.places &= !place_bit(place);
        self.retry_at = Instant::ZERO;
        self.attempts = 0;
    }
}
