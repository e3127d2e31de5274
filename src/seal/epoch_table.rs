use super::candidate::CandidateEpoch;
use super::few::Few;
use super::opened_epoch::{Mark, OpenedEpoch, Origin, Sealed};
use super::schedule::{MAX_OPENED, OpenKey};
use super::{EpochTag, Error, Twin};
use crate::wire::{self, Locator, Salt};

/// "Locators may have several owners: all are tried, at most 4."
const MAX_TWINS: usize = 4;

/// The epochs that a server can open frames of, oldest first; the oldest gives way.
///
/// ```text
///   handed over, in the order of the list │ of this session, by number, twins side by side
/// ```
pub(super) struct EpochTable {
    epochs: Few<OpenedEpoch, { MAX_OPENED - 1 }>,
    pub(super) twin: Option<Twin>,
}

impl EpochTable {
    pub(super) const fn new() -> Self {
        Self {
            epochs: Few::new(),
            twin: None,
        }
    }

    #[cfg(feature = "node")]
    pub(super) fn clear(&mut self) {
        self.epochs.clear();
        self.twin = None;
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &OpenedEpoch> + Clone {
        self.epochs.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut OpenedEpoch> {
        self.epochs.iter_mut()
    }

    pub(super) fn by_tag(&self, tag: EpochTag) -> Option<&OpenedEpoch> {
        self.epochs.iter().find(|epoch| epoch.tag() == tag)
    }

    pub(super) fn by_tag_mut(&mut self, tag: EpochTag) -> Option<&mut OpenedEpoch> {
        self.epochs.iter_mut().find(|epoch| epoch.tag() == tag)
    }

    /// The number of the newest epoch of this session that has authenticated.
    pub(super) fn newest_number(&self) -> Option<u32> {
        self.epochs.last()?.number
    }

    /// As [`Opener::fetch`](super::Opener::fetch): one read of each line of the cache, so that none waits for another.
    pub(super) fn fetch(&self) {
        if let Some(epoch) = self.epochs.last() {
            epoch.fetch();
        }
    }

    /// The number that goes with a locator in this session, where one of its epochs is open.
    pub(super) fn number_of(&self, locator: Locator) -> Option<u32> {
        let mut owners = self.epochs.iter().filter(|epoch| epoch.locator == locator);
        owners.find_map(|epoch| epoch.number)
    }

    pub(super) fn retain(&mut self, keeps: impl FnMut(&mut OpenedEpoch) -> bool) {
        self.epochs.retain(keeps);
    }

    /// "the receiver tries its newest epoch, then the one before"
    pub(super) fn open_short(&self, sealed: &mut Sealed<'_>) -> Result<Mark, Error> {
        first_that_opens(self.epochs.iter().rev().take(2), sealed)
    }

    #[inline]
    pub(super) fn open_routed(
        &self,
        locator: Locator,
        sealed: &mut Sealed<'_>,
    ) -> Result<Mark, Error> {
        let owners = self.epochs.iter().filter(|epoch| epoch.locator == locator);
        first_that_opens(owners, sealed)
    }

    pub(super) fn open_salted(
        &self,
        locator: Locator,
        salt: Salt,
        sealed: &mut Sealed<'_>,
    ) -> Result<Mark, Error> {
        let owners = self.epochs.iter();
        first_that_opens(owners.filter(|epoch| epoch.may_be(locator, salt)), sealed)
    }

    /// Whether the very epoch of this salt is here.
    pub(super) fn has(&self, locator: Locator, salt: Salt) -> bool {
        self.epochs
            .iter()
            .any(|epoch| matches!(epoch.origin, Origin::Chain(..)) && epoch.may_be(locator, salt))
    }

    /// The number of a locator that is known, and what opens another epoch of it, by its salt.
    pub(super) fn twin_candidate(&self, locator: Locator) -> Option<(u32, OpenKey)> {
        let mut owners = self.epochs.iter().filter(|epoch| epoch.locator == locator);
        if owners.clone().count() >= MAX_TWINS {
            return None;
        }
        owners.find_map(|epoch| match (&epoch.origin, epoch.number) {
            (Origin::Chain(key, _), Some(number)) => Some((number, key.share())),
            _ => None,
        })
    }

    #[inline(never)] // An open epoch is on the stack here, and not in what leads to it.
    pub(super) fn keep_candidate(&mut self, candidate: CandidateEpoch) {
        self.keep(OpenedEpoch::of_candidate(candidate));
    }

    /// Keeps an epoch in its place; returns whether another has given way.
    pub(super) fn keep(&mut self, epoch: OpenedEpoch) -> bool {
        let is_twin = |known: &&OpenedEpoch| known.number == epoch.number;
        if let (Some(number), Some(known)) = (epoch.number, self.epochs.iter().find(is_twin)) {
            self.twin = Some(Twin {
                number,
                locator: epoch.locator,
                known: known.tag(),
                new: epoch.tag(),
            });
        }
        let gives_way = self.epochs.is_full();
        if gives_way {
            self.epochs.remove_first();
        }
        let number = epoch.number;
        let _ = self
            .epochs
            .insert_before(epoch, |kept| kept.number > number);
        gives_way
    }

    /// Puts back an epoch of a stored table, in its order.
    pub(super) fn restore(&mut self, epoch: OpenedEpoch) -> Result<(), wire::Error> {
        let room = self.epochs.push(epoch);
        room.map_err(|_| wire::Error::OutOfRange)
    }

    /// The lowest number of a table that is full and holds nothing handed over.
    pub(super) fn oldest_of_full(&self) -> Option<u32> {
        let oldest = self.epochs.first().filter(|_| self.epochs.is_full())?;
        oldest.number
    }

    /// Takes the epochs of the session before, as many as there is room for, the newest first.
    #[inline(never)] // An open epoch is on the stack here, and not in what leads to it.
    pub(super) fn inherit(&mut self, old: &mut Self) {
        self.twin = self.twin.or(old.twin);
        while let Some(epoch) = old.epochs.pop() {
            self.inherit_epoch(epoch);
        }
    }

    /// The same of another session of the device, which keeps them.
    #[cfg(feature = "node")]
    #[inline(never)] // An open epoch is on the stack here, and not in what leads to it.
    pub(super) fn copy(&mut self, other: &Self) {
        for epoch in other.epochs.iter().rev() {
            self.inherit_epoch(epoch.share());
        }
    }

    fn inherit_epoch(&mut self, mut epoch: OpenedEpoch) {
        if self.by_tag(epoch.tag()).is_none() {
            epoch.inherit();
            let _ = self.epochs.insert_before(epoch, |_| true);
        }
    }

    /// Another session takes the place of the one that was here: all epochs are over, and stay as those of an earlier one.
    /// The epoch of the tag `next` goes, since the new session begins with it.
    #[cfg(feature = "node")]
    pub(super) fn end_session(&mut self, next: EpochTag) {
        for epoch in self.epochs.iter_mut() {
            epoch.inherit();
        }
        self.epochs.retain(|epoch| epoch.tag() != next);
    }
}

#[inline]
fn first_that_opens<'e>(
    epochs: impl Iterator<Item = &'e OpenedEpoch>,
    sealed: &mut Sealed<'_>,
) -> Result<Mark, Error> {
    let mut refusal = Error::UnknownEpoch;
    for epoch in epochs {
        match epoch.open(sealed) {
            Err(error) => refusal = error,
            opened => return opened,
        }
    }
    Err(refusal)
}
