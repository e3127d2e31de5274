//! What an owner asks who keeps the frames on storage too, and only some of them here.

use super::{FrameKey, Outbox, WINDOW, key_of};
use crate::wire::Space;

impl<const BYTES: usize> Outbox<BYTES> {
    /// The lowest counter that is here of an epoch and space.
    #[must_use]
    pub fn lowest(&self, slot: u8, space: Space) -> Option<u32> {
        let keys = self
            .frames
            .entries_of(space)
            .filter(|entry| entry.head.slot == slot)
            .filter_map(|entry| key_of(entry.head, entry.frame));
        keys.map(|key| key.counter).min()
    }

    /// The first frame that waits for [`Outbox::mark_stored`]; alarms come first.
    #[must_use]
    pub fn first_unstored(&self) -> Option<(FrameKey, &[u8])> {
        let mut entries = self.frames.entries();
        let entry = entries.find(|entry| !entry.head.is_stored())?;
        Some((key_of(entry.head, entry.frame)?, entry.frame))
    }

    /// Whether more frames of the backlog are wanted here: those of this space fill neither a window
    /// nor half of the bytes.
    #[must_use]
    pub fn wants_more(&self, space: Space) -> bool {
        let count = self.frames.entries_of(space).take(WINDOW).count();
        count < WINDOW && (count == 0 || self.used() <= BYTES / 2)
    }
}
