use super::EpochTag;
use crate::wire::control::Why;
use crate::wire::{CounterRange, Locator, MAX_COUNTER, Run, Space};

/// Frames that are lost, as the server's store has to record them.
///
/// It is not the last word: a gateway may have held one of them back, and brings it yet
/// ([`Opened::ends_loss`](super::Opened::ends_loss)).
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// The epoch that they belong to.
    pub epoch: EpochTag,
    /// The boot that they were made in.
    pub run: Option<Run>,
    /// Their space.
    pub space: Space,
    /// Their counters.
    pub range: CounterRange,
    /// The reason.
    pub why: LossCause,
}

impl Loss {
    /// Whether nobody knows how many they are: `range` goes to the end of the counters.
    #[must_use]
    pub const fn is_open_ended(&self) -> bool {
        self.range.end > MAX_COUNTER
    }
}

/// Why frames are lost.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LossCause {
    /// The device says why.
    Reported(Why),
    /// The device has let go of them, and the server does not have them: it acknowledged them, and
    /// was restored from a backup since.
    AfterAcknowledgement,
    /// The power failed in this epoch: what was taken and not on storage is gone, and how much nobody knows.
    Cut,
}

/// Two epochs of one number in one session: the device was restored from an image, or cloned.
///
/// Both are opened, stored and acknowledged; they are never taken for one.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Twin {
    /// The number of both.
    pub number: u32,
    /// The locator of both.
    pub locator: Locator,
    /// The epoch that was there before.
    pub known: EpochTag,
    /// The epoch that came.
    pub new: EpochTag,
}

/// What a list of outstanding epochs has led to.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settled {
    /// Epochs that the server did not have.
    pub imported: usize,
    /// Epochs that the list left out, or that gave way: they are forgotten.
    pub closed: usize,
}
