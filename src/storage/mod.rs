//! Where a device's sessions and sealed frames lie while the power may fail.
//!
//! ```text
//!   node::Device                    this module                     the medium
//!   poll_store ───► StoreRequest ─► Storage::perform ─┬─► images    one for each peer: secrets,
//!                                                     │             replaced, read back, wiped
//!   handle_stored ◄─ StoreReply ◄─────────────────────┴─► frames    sealed bytes, appended,
//!   handle_found ◄── FrameAddress (a scan)                          found again, freed
//! ```
//!
//! The engine never waits: it emits a [`StoreRequest`], holds back what depends on it, and goes on
//! when the [`StoreReply`] comes. Who has blocking storage performs the request at once, who has
//! asynchronous storage when the radio leaves time.
//!
//! ```
//! use iomt::storage::{FrameAddress, MemoryStorage, Storage, StoreReply, StoreRequest};
//! use iomt::wire::{MAX_DATAGRAM, Space};
//!
//! let mut storage = MemoryStorage::<4096, 1>::new();
//! let address = FrameAddress { peer: 0, epoch: [7; 8], space: Space::Data, counter: 0 };
//! let requests = [
//!     StoreRequest::Frame { address, bytes: b"sealed" },
//!     StoreRequest::Load { address },
//! ];
//! let mut buffer = [0; MAX_DATAGRAM];
//! for request in &requests {
//!     // The last argument is told of what a scan finds.
//!     let reply = storage.perform(request, &mut buffer, &mut |_| {});
//!     assert_ne!(reply, StoreReply::Failed);
//! }
//! assert_eq!(&buffer[..6], b"sealed");
//! ```
//!
//! | adapter | medium | feature |
//! |---|---|---|
//! | [`MemoryStorage`] | RAM: tests, memory that a battery backs | `node` |
//! | [`FlashStorage`], [`AsyncFlashStorage`] | NOR flash | `flash` |
//! | [`FileStorage`] | a folder | `std` |
//!
//! **Rules.** What was answered with [`StoreReply::Done`] outlives a power cut at any later moment.
//! An image is the old one or the new one, whatever happens while it is replaced. After a replacement
//! is done nothing is left of the old one, so that wiped keys are gone. A store that is full refuses,
//! and overwrites nothing.

#[cfg(any(feature = "flash", feature = "driver"))]
mod asynchronous;
#[cfg(any(feature = "flash", feature = "std"))]
mod check;
#[cfg(feature = "std")]
mod file;
#[cfg(feature = "flash")]
pub mod flash;
#[cfg(any(feature = "flash", feature = "std"))]
mod header;
mod memory;
#[cfg(test)]
#[cfg(feature = "flash")]
#[path = "../../tests/support/nor_flash.rs"]
pub(crate) mod nor_flash;
mod request;

#[cfg(any(feature = "flash", feature = "driver"))]
pub use asynchronous::AsyncStorage;
#[cfg(feature = "std")]
pub use file::FileStorage;
#[cfg(feature = "flash")]
pub use flash::{AsyncFlashStorage, FlashStorage};
pub use memory::MemoryStorage;
pub use request::{FrameAddress, StoreReply, StoreRequest};

/// The longest image of a peer, in bytes.
pub const MAX_IMAGE: usize = 1_024;

/// Why storage did not do what it was asked for.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The medium itself reports a failure.
    #[error("the medium failed")]
    Medium,
    /// What was written does not read back.
    #[error("what was written does not read back")]
    NotVerified,
    /// There was an image, or the first was being written or the last erased when the power failed, and it does not
    /// check: there is none, as after a loss of state, and that is to be reported.
    #[error("the image is damaged")]
    Damaged,
    /// There is no room for another frame; nothing was overwritten.
    #[error("the storage is full")]
    Full,
    /// The image or frame is longer than any can be.
    #[error("{len} bytes are more than the {limit} that can be stored")]
    TooLong {
        /// How long it is.
        len: usize,
        /// How long it may be.
        limit: usize,
    },
    /// The caller's buffer is too small for what was found.
    #[error("no room: {needed} bytes are needed")]
    NoRoom {
        /// How large the buffer has to be, at least.
        needed: usize,
    },
    /// The storage was not made for so many peers.
    #[error("there is no peer {0} here")]
    UnknownPeer(u8),
    /// The medium holds what this version does not understand, and must not overwrite.
    #[error("the storage is of layout version {0}, which is not known")]
    UnknownVersion(u8),
    /// The flash is too small, or its units do not suit.
    #[error("the flash does not suit: {0}")]
    Geometry(&'static str),
}

/// Storage that answers before it returns.
///
/// Whoever implements this for a medium of their own keeps the rules of the [module](self).
pub trait Storage {
    /// Reads the peer's newest whole image to the start of `out`; returns its length, `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`] when `out` is short of it; [`MAX_IMAGE`] bytes always suffice.
    fn load_image(&mut self, peer: u8, out: &mut [u8]) -> Result<Option<usize>, Error>;

    /// Replaces the peer's image, reads the new one back, and wipes the old one.
    ///
    /// # Errors
    ///
    /// Whatever hinders it. The image is then the old one or the new one.
    fn store_image(&mut self, peer: u8, image: &[u8]) -> Result<(), Error>;

    /// Wipes the peer's image, and frees all its frames.
    ///
    /// # Errors
    ///
    /// Whatever hinders it; it may be asked for again.
    fn erase_peer(&mut self, peer: u8) -> Result<(), Error>;

    /// Stores a frame.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] among others; no stored frame is touched.
    fn append(&mut self, address: FrameAddress, frame: &[u8]) -> Result<(), Error>;

    /// Reads to the start of `out` the frame at `address`, or of those of the same peer, epoch and space
    /// the next above it.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`] when `out` is short of it; [`MAX_DATAGRAM`](crate::wire::MAX_DATAGRAM) bytes always suffice.
    fn find(
        &mut self,
        address: FrameAddress,
        out: &mut [u8],
    ) -> Result<Option<(FrameAddress, usize)>, Error>;

    /// Lets go of all frames of the same peer, epoch and space below `limit`. They may be named still for a while,
    /// and after a power cut.
    ///
    /// # Errors
    ///
    /// Whatever hinders it; it may be asked for again.
    fn free(&mut self, limit: FrameAddress) -> Result<(), Error>;

    /// Names every stored frame of the peer, in no order that one may rely on.
    ///
    /// # Errors
    ///
    /// Whatever hinders it; what was named until then is stored.
    fn scan(&mut self, peer: u8, visit: &mut dyn FnMut(FrameAddress)) -> Result<(), Error>;

    /// Does what `request` asks for. A frame that was asked for is read into `buffer`
    /// ([`MAX_DATAGRAM`](crate::wire::MAX_DATAGRAM) bytes suffice), and `visit` is told what a scan finds.
    fn perform<'b>(
        &mut self,
        request: &StoreRequest<'_>,
        buffer: &'b mut [u8],
        visit: &mut dyn FnMut(FrameAddress),
    ) -> StoreReply<'b> {
        match *request {
            StoreRequest::Image { peer, bytes } => self.store_image(peer, bytes).into(),
            StoreRequest::Erase { peer } => self.erase_peer(peer).into(),
            StoreRequest::Frame { address, bytes } => self.append(address, bytes).into(),
            StoreRequest::Load { address } => {
                let found = self.find(address, buffer);
                StoreReply::found(found, buffer)
            }
            StoreRequest::Free {
                peer,
                epoch,
                space,
                below,
            } => {
                let counter = below;
                let limit = FrameAddress {
                    peer,
                    epoch,
                    space,
                    counter,
                };
                self.free(limit).into()
            }
            StoreRequest::Scan { peer } => self.scan(peer, visit).into(),
        }
    }
}
