use super::ahead::locators_from;
use super::candidate::CandidateEpoch;
use super::opened_epoch::Sealed;
use super::opener::Authentic;
use super::receipt_writer::{self, Echo};
use super::schedule::WINDOW;
use super::{CommandSealer, Error, SessionSecrets};
use crate::wire::{Locator, Route};

/// A session that is agreed, and in which nobody was heard yet.
///
/// It holds the roots and the names of the first epochs. What an [`Opener`](super::Opener) without an open epoch does, it does
/// with the keys of the one epoch that a frame names, in a third of the memory, without `std` a twentieth; nothing changes by it.
#[derive(Debug)]
pub(crate) struct Agreed {
    pub(super) secrets: SessionSecrets,
    pub(super) upcoming: [Locator; WINDOW],
}

impl Agreed {
    pub(crate) fn new(secrets: SessionSecrets) -> Self {
        Self {
            upcoming: locators_from(&secrets.chain),
            secrets,
        }
    }

    pub(crate) const fn id(&self) -> [u8; 16] {
        self.secrets.id()
    }

    pub(crate) const fn locators(&self) -> [Locator; WINDOW] {
        self.upcoming
    }

    pub(crate) fn command_sealer(&self) -> CommandSealer {
        self.secrets.command_sealer()
    }

    /// Decrypts a frame in place, or leaves it as it was; the epoch of the frame is what the session begins with.
    pub(crate) fn authenticate(
        &self,
        packet: &mut [u8],
    ) -> Result<(CandidateEpoch, Authentic), Error> {
        let (route, mut sealed, plaintext) = Sealed::of(packet)?;
        let Route::Unproved(locator, salt) = route else {
            return Err(Error::UnknownEpoch);
        };
        let candidate =
            CandidateEpoch::upcoming(&self.secrets.chain, &self.upcoming, locator, salt);
        let candidate = candidate.ok_or(Error::UnknownEpoch)?;
        let mark = candidate.open(&mut sealed)?;
        Ok((candidate, Authentic { mark, plaintext }))
    }

    /// The receipt that shows the device that this side has the keys.
    pub(crate) fn receipt<'o>(&self, out: &'o mut [u8]) -> Result<&'o mut [u8], Error> {
        let [next, ..] = self.upcoming;
        let echo = Echo::none(next);
        receipt_writer::emit(&self.secrets.receipt_key, &echo, core::iter::empty(), out)
    }
}
