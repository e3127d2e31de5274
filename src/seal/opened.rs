use zeroize::Zeroize;

use super::EpochTag;
use super::opened_epoch::Mark;
use super::space_set::Standing;
use crate::wire::control::ControlRecords;
use crate::wire::{self, Envelope, Records, Run, Space};

/// What an authentic frame turned out to be.
#[derive(Debug)]
pub enum Opening<'b> {
    /// It was not stored before.
    Fresh(Opened<'b>),
    /// It was stored before and reveals nothing; the sender has missed a receipt.
    Duplicate,
    /// The device says how it is. There is nothing to commit: the next receipt echoes it.
    Control(Control<'b>),
}

/// The plaintext of an authentic frame that is not acknowledged yet.
#[derive(Debug)]
pub struct Opened<'b> {
    pub(super) plaintext: &'b [u8],
    pub(super) run: Option<Run>,
    pub(super) mark: Mark,
}

/// A frame that the caller has stored.
#[derive(Debug)]
#[must_use = "a frame that is not committed is sent again"]
pub struct Stored {
    pub(super) mark: Mark,
}

impl Stored {
    /// The same word for another session that knows the epoch.
    #[cfg(feature = "node")]
    pub(crate) const fn share(&self) -> Self {
        Self { mark: self.mark }
    }

    /// The space that the frame belongs to.
    #[must_use]
    pub const fn space(&self) -> Space {
        self.mark.space
    }

    /// The epoch that the frame belongs to.
    #[must_use]
    pub const fn epoch(&self) -> EpochTag {
        self.mark.epoch
    }

    /// The frame's number within epoch and space.
    #[must_use]
    pub const fn counter(&self) -> u32 {
        self.mark.counter
    }
}

impl<'b> Opened<'b> {
    /// The plaintext; lives as long as the packet's buffer.
    #[must_use]
    pub const fn plaintext(&self) -> &'b [u8] {
        self.plaintext
    }

    /// The plaintext, read as an envelope.
    ///
    /// # Errors
    ///
    /// [`wire::Error`]: what authenticates but does not decode is to be
    /// stored as its bytes and acknowledged, or it is sent for ever.
    pub fn envelope(&self) -> Result<Envelope<'b>, wire::Error> {
        Envelope::parse(self.plaintext)
    }

    /// The records, each under its sequence.
    ///
    /// # Errors
    ///
    /// As [`Opened::envelope`].
    pub fn records(&self) -> Result<Records<'b>, wire::Error> {
        self.envelope().map(|envelope| Records::new(&envelope))
    }

    /// The boot in which the records were made: with the sequence, their identity.
    ///
    /// A frame carries it until its epoch is acknowledged, and the opener remembers it. `None`
    /// for a frame that does not decode.
    #[must_use]
    pub const fn run(&self) -> Option<Run> {
        self.run
    }

    /// The epoch that the frame belongs to.
    #[must_use]
    pub const fn epoch(&self) -> EpochTag {
        self.mark.epoch
    }

    /// The space that the frame belongs to.
    #[must_use]
    pub const fn space(&self) -> Space {
        self.mark.space
    }

    /// The epoch's place in the session, from 0; `None` for one that was handed over from another session.
    #[must_use]
    pub const fn epoch_number(&self) -> Option<u32> {
        self.mark.number
    }

    /// The frame's number within epoch and space.
    #[must_use]
    pub const fn counter(&self) -> u32 {
        self.mark.counter
    }

    /// Whether the frame was given up as lost before: its commit ends that [`Loss`](super::Loss).
    ///
    /// Of many losses those next to each other are remembered as one, so now and then it is a frame
    /// that was stored all along: the store's unique key keeps one.
    #[must_use]
    pub fn ends_loss(&self) -> bool {
        self.mark.standing == Standing::Lost
    }

    /// The caller's word that the frame's records, or its bytes, are on storage for good.
    pub const fn stored(self) -> Stored {
        Stored { mark: self.mark }
    }
}

/// The plaintext of an authentic control frame: newer than all that were opened in its epoch.
///
/// It may hold the secrets of epochs, so the buffer is wiped when this is dropped.
pub struct Control<'b> {
    pub(super) plaintext: &'b mut [u8],
    pub(super) mark: Mark,
}

impl Control<'_> {
    /// The plaintext.
    #[must_use]
    pub const fn plaintext(&self) -> &[u8] {
        self.plaintext
    }

    /// Its records, in order. What is outstanding goes to
    /// [`Opener::handle_outstanding`](super::Opener::handle_outstanding).
    #[must_use]
    pub const fn records(&self) -> ControlRecords<'_> {
        ControlRecords::new(self.plaintext)
    }

    /// The epoch that the frame belongs to.
    #[must_use]
    pub const fn epoch(&self) -> EpochTag {
        self.mark.epoch
    }

    /// The frame's number within the control space of its epoch.
    #[must_use]
    pub const fn counter(&self) -> u32 {
        self.mark.counter
    }
}

impl core::fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Control")
            .field("mark", &self.mark)
            .finish_non_exhaustive()
    }
}

impl Drop for Control<'_> {
    fn drop(&mut self) {
        self.plaintext.zeroize();
    }
}
