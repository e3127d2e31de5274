//! Images and frames on NOR flash, layout version 1.
//!
//! ```text
//! range start                                                                             range end
//! ┌ peer 0 ────────┬ peer 1 ────────┬ … ┬ unused ┬ log, as many segments as fit ─────────────┐
//! │ slot 0 │ slot 1│ slot 0 │ slot 1│   │        │ segment │ segment │ …           │ segment │
//! └────────────────┴────────────────┴───┴────────┴──────────────────────────────────────────┘
//!
//! slot      16                                                     up to 1024
//!          ┌──────────────────────────────────────────────────────┬──────────┐
//!          │ "IoMI" ‖ version 1 ‖ peer 1 ‖ length 2 ‖             │ image    │   the header is written last
//!          │ generation 4 ‖ crc 4 (header before it ‖ image)      │          │
//!          └──────────────────────────────────────────────────────┴──────────┘
//! segment   16                            8                       24       word   up to 1232
//!          ┌─────────────────────────────┬───────────────────────┬────────┬──────┬───────┬──────
//!          │ "IoMF" ‖ version 1 ‖ zero 7 │ sequence 4 ‖          │ item   │ mark │ frame │ item …
//!          │ ‖ crc 4 (of what is before) │ crc 4 (of sequence)   │        │      │       │
//!          └─────────────────────────────┴───────────────────────┴────────┴──────┴───────┴──────
//!           after an erase was finished   when taken into use
//! item      head 1 (version 1 ‖ space, 4 bits each) ‖ peer 1 ‖ length 2 ‖ counter 4 ‖ epoch 8 ‖
//!           crc 4 (of the frame) ‖ crc 4 (of the item before it)
//! ```
//!
//! Numbers are little-endian. Every field group begins at a multiple of a *word*, the larger of the flash's read and
//! write sizes, and items at a multiple of 8 bytes too; what is between is left erased (`FF`). No word is written
//! twice between two erases. A slot is as many erase units as hold 1,024 bytes and their header, a segment as many as
//! hold the longest frame. The log ends where the range ends, so that a peer more takes segments from its front alone.
//! A later version keeps the first 5 bytes of slots and segments and their check sums, so that this one refuses it.
//!
//! # Images
//!
//! Two slots are used in turn. The new image is written beside the old one, header last, and read back;
//! only then is the old one erased, and only then is it done. The valid slot of the higher generation is the
//! image. [`AsyncFlashStorage::open`] finishes what a power cut left undone: beside a valid slot nothing stays but
//! erased bytes. So of keys that an image no longer has, nothing is left on the flash once the replacement is
//! done, or after the next opening. Each image costs an erase of each slot at most.
//!
//! A slot that can not be read may hold the image: the new one goes beside it, and where neither can be read none is
//! stored until one can, or until the peer is erased. Only what
//! [`load_image`](crate::storage::Storage::load_image) has reported as damaged is written over.
//!
//! # Frames
//!
//! Frames are sealed, so that what is left of them tells nothing. They are appended to one segment until it is full,
//! then to the next erased one, round and round, so that all wear alike. A frame is freed by its *mark*, the word
//! behind its item: erased means stored, anything else freed. A segment whose frames are all freed is erased, when
//! the last of them is, so that appending needs no erase as a rule. An item that does not check is
//! stepped over, 8 bytes or a word at a time, to the next that does.
//!
//! While a segment can not be read, nobody is told that a frame is not there, and it is erased only where there is no
//! other, and no more of them are like that than were empty. Whatever can not be read is read once more first.
//!
//! The last erased segment is kept for alarms, where there are at least three: data is refused before.
//!
//! `sequential-storage`'s queue does not do here: its `pop` writes the header of an item twice, so that it needs
//! `MultiwriteNorFlash`, which flash with error correction can not be; it frees from the front alone, so that
//! one unacknowledged alarm holds all data behind it; and its pages name no layout version.
//!
//! # Cost
//!
//! Of RAM, 80 bytes beside the flash driver. [`scan`](crate::storage::Storage::scan) reads every stored byte, some
//! 80 instructions for each; finding and freeing read 32 bytes or two words of each stored frame.

mod blocking;
mod geometry;
mod image;
mod item;
mod log;
mod medium;
mod segment;

#[cfg(test)]
mod tests;

pub use blocking::FlashStorage;

use core::fmt;
use core::ops::Range;

use embedded_storage_async::nor_flash::NorFlash;

use super::{AsyncStorage, Error, FrameAddress};
use geometry::Geometry;
use image::Images;
use log::Log;
use medium::Medium;

/// How many peers the layout has room for at most.
pub const MAX_PEERS: u8 = 32;

/// Images and frames on asynchronous NOR flash; see `storage::flash` for layout and cost.
pub struct AsyncFlashStorage<F> {
    medium: Medium<F>,
    images: Images,
    log: Log,
}

impl<F: NorFlash> AsyncFlashStorage<F> {
    /// Opens the storage in `range` of the flash, for `peers` peers (1 to 32), and finishes what a power cut left undone.
    ///
    /// Nothing has to be formatted: what is not of this layout counts as free, and is erased when its place is needed.
    /// One slot takes 1,040 bytes and one segment 1,288 (for words of 8 bytes or less), each rounded up to whole erase
    /// units; at least two segments are needed, and with three or more, one is kept for alarms.
    ///
    /// # Errors
    ///
    /// [`Error::Geometry`] when the range does not suit; [`Error::UnknownVersion`] when a later version wrote here,
    /// and nothing is changed then; [`Error::Medium`].
    pub async fn open(flash: F, range: Range<u32>, peers: u8) -> Result<Self, Error> {
        let geometry = Geometry::new::<F>(&range, flash.capacity(), peers)?;
        let mut medium = Medium::new(flash, geometry);
        let mut images = Images::default();
        images.check_versions(&mut medium).await?;
        let log = Log::open(&mut medium).await?;
        images.finish(&mut medium).await?;
        Ok(Self {
            medium,
            images,
            log,
        })
    }

    /// The flash driver again.
    #[must_use]
    pub fn release(self) -> F {
        self.medium.release()
    }

    fn check_peer(&self, peer: u8) -> Result<(), Error> {
        if peer < self.medium.geometry().peers {
            Ok(())
        } else {
            Err(Error::UnknownPeer(peer))
        }
    }
}

impl<F: NorFlash> AsyncStorage for AsyncFlashStorage<F> {
    async fn load_image(&mut self, peer: u8, out: &mut [u8]) -> Result<Option<usize>, Error> {
        self.check_peer(peer)?;
        self.images.load(&mut self.medium, peer, out).await
    }

    async fn store_image(&mut self, peer: u8, image: &[u8]) -> Result<(), Error> {
        self.check_peer(peer)?;
        self.images.store(&mut self.medium, peer, image).await
    }

    async fn erase_peer(&mut self, peer: u8) -> Result<(), Error> {
        self.check_peer(peer)?;
        self.images.erase(&mut self.medium, peer).await?;
        let is_freed = |address: &FrameAddress| address.peer == peer;
        self.log.free(&mut self.medium, &is_freed).await
    }

    async fn append(&mut self, address: FrameAddress, frame: &[u8]) -> Result<(), Error> {
        self.check_peer(address.peer)?;
        self.log.append(&mut self.medium, address, frame).await
    }

    async fn find(
        &mut self,
        address: FrameAddress,
        out: &mut [u8],
    ) -> Result<Option<(FrameAddress, usize)>, Error> {
        self.check_peer(address.peer)?;
        self.log.find(&mut self.medium, address, out).await
    }

    async fn free(&mut self, limit: FrameAddress) -> Result<(), Error> {
        self.check_peer(limit.peer)?;
        let is_freed =
            |address: &FrameAddress| address.is_beside(&limit) && address.counter < limit.counter;
        self.log.free(&mut self.medium, &is_freed).await
    }

    async fn scan(&mut self, peer: u8, visit: &mut dyn FnMut(FrameAddress)) -> Result<(), Error> {
        self.check_peer(peer)?;
        self.log.scan(&mut self.medium, peer, visit).await
    }
}

impl<F> fmt::Debug for AsyncFlashStorage<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncFlashStorage")
            .field("geometry", self.medium.geometry())
            .finish_non_exhaustive()
    }
}
