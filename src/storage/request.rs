use core::fmt;

use super::Error;
use crate::wire::Space;

/// Which stored frame.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameAddress {
    /// The peer whom the frame is for: a small number of the device's own.
    pub peer: u8,
    /// The first 8 bytes of the epoch's tag.
    pub epoch: [u8; 8],
    /// The space.
    pub space: Space,
    /// The frame's counter.
    pub counter: u32,
}

impl FrameAddress {
    /// Whether both are of the same peer, epoch and space.
    #[must_use]
    pub fn is_beside(&self, other: &Self) -> bool {
        (self.peer, self.epoch, self.space) == (other.peer, other.epoch, other.space)
    }
}

/// What a device wants from its storage; one at a time, each answered by a [`StoreReply`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum StoreRequest<'d> {
    /// Replace the peer's image, which is secret.
    Image {
        /// The peer.
        peer: u8,
        /// The image, at most [`MAX_IMAGE`](super::MAX_IMAGE) bytes.
        bytes: &'d [u8],
    },
    /// Forget the peer: image and frames.
    Erase {
        /// The peer.
        peer: u8,
    },
    /// Store a sealed frame.
    Frame {
        /// Where it will be looked for.
        address: FrameAddress,
        /// The frame, at most [`MAX_DATAGRAM`](crate::wire::MAX_DATAGRAM) bytes.
        bytes: &'d [u8],
    },
    /// Find this frame, or the next above it of the same peer, epoch and space.
    Load {
        /// The lowest that will do.
        address: FrameAddress,
    },
    /// These frames may go, sooner or later.
    Free {
        /// The peer.
        peer: u8,
        /// The first 8 bytes of the epoch's tag.
        epoch: [u8; 8],
        /// The space.
        space: Space,
        /// The lowest counter that stays.
        below: u32,
    },
    /// Name every stored frame of the peer, to the visitor of [`Storage::perform`](super::Storage::perform).
    Scan {
        /// The peer.
        peer: u8,
    },
}

/// Storage's answer to a [`StoreRequest`].
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreReply<'r> {
    /// It is done, and outlives a power cut.
    Done,
    /// It is not done, or nobody knows.
    Failed,
    /// The frame that was asked for, or the next above it.
    Found {
        /// Which frame it is.
        address: FrameAddress,
        /// The frame.
        bytes: &'r [u8],
    },
    /// No such frame is stored, nor one above it.
    Nothing,
}

impl<'r> StoreReply<'r> {
    /// The answer to a search that has left its frame at the start of `buffer`.
    pub(super) fn found(
        found: Result<Option<(FrameAddress, usize)>, Error>,
        buffer: &'r [u8],
    ) -> Self {
        match found {
            Ok(Some((address, len))) => buffer
                .get(..len)
                .map_or(Self::Failed, |bytes| Self::Found { address, bytes }),
            Ok(None) => Self::Nothing,
            Err(_) => Self::Failed,
        }
    }
}

impl From<Result<(), Error>> for StoreReply<'_> {
    fn from(result: Result<(), Error>) -> Self {
        result.map_or(Self::Failed, |()| Self::Done)
    }
}

/// Without the bytes, as `Debug`: an image is secret.
#[cfg(feature = "defmt")]
impl defmt::Format for StoreRequest<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        match self {
            Self::Image { peer, bytes } => {
                defmt::write!(f, "Image(peer {}, {} bytes)", peer, bytes.len());
            }
            Self::Erase { peer } => defmt::write!(f, "Erase(peer {})", peer),
            Self::Frame { address, bytes } => {
                defmt::write!(f, "Frame({}, {} bytes)", address, bytes.len());
            }
            Self::Load { address } => defmt::write!(f, "Load({})", address),
            Self::Free {
                peer,
                epoch,
                space,
                below,
            } => defmt::write!(
                f,
                "Free(peer {}, {}, {}, below {})",
                peer,
                epoch,
                space,
                below
            ),
            Self::Scan { peer } => defmt::write!(f, "Scan(peer {})", peer),
        }
    }
}

/// Without the bytes of an image, which are secret.
impl fmt::Debug for StoreRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image { peer, bytes } => {
                write!(f, "Image(peer {peer}, {} bytes)", bytes.len())
            }
            Self::Erase { peer } => write!(f, "Erase(peer {peer})"),
            Self::Frame { address, bytes } => {
                write!(f, "Frame({address:?}, {} bytes)", bytes.len())
            }
            Self::Load { address } => write!(f, "Load({address:?})"),
            Self::Free {
                peer,
                epoch,
                space,
                below,
            } => write!(f, "Free(peer {peer}, {epoch:?}, {space:?}, below {below})"),
            Self::Scan { peer } => write!(f, "Scan(peer {peer})"),
        }
    }
}
