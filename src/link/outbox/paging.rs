//! What an owner asks who keeps the frames on storage too, and only some of them here.

use super::{FrameKey, Outbox, WINDOW, key_of};
use crate::link::head::Head;
use crate::wire::Space;

impl<const BYTES: usize> Outbox<BYTES> {
    /// The lowest counter that is here of an epoch and space.
    #[must_use]
    pub fn lowest(&self, slot: u8, space: Space) -> Option<u32> {
        self.lowest_from(FrameKey {
            epoch: slot,
            space,
            counter: 0,
        })
    }

    /// The lowest counter from this one on that is here of its epoch and space.
    #[must_use]
    pub fn lowest_from(&self, key: FrameKey) -> Option<u32> {
        self.frames
            .entries_of(key.space)
            .filter(|entry| entry.head.slot == key.epoch)
            .filter_map(|entry| key_of(entry.head, entry.frame))
            .filter(|here| here.space == key.space && here.counter >= key.counter)
            .map(|here| here.counter)
            .min()
    }

    /// Takes the word that storage has refused a frame: it may be sent, and is nowhere else; whether it was here.
    pub fn mark_refused(&mut self, key: FrameKey) -> bool {
        self.mark(key, Head::refused)
    }

    /// Whether this frame is here alone: storage has refused it.
    #[must_use]
    pub fn is_refused(&self, key: FrameKey) -> bool {
        self.is_here(key, Head::is_refused)
    }

    /// Whether this frame is here and waits for the answer of storage.
    #[must_use]
    pub fn is_unstored(&self, key: FrameKey) -> bool {
        self.is_here(key, |head| !head.is_stored())
    }

    /// The first frame that waits for [`Outbox::mark_stored`] or [`Outbox::mark_refused`]; alarms come first.
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
