use heapless::Vec;

use super::few::Few;
use super::opened_epoch::OpenedEpoch;
use super::schedule::{Chain, OpenKey, WINDOW};
use crate::bounded;
use crate::wire::{Locator, Salt};

/// The epochs of a session that have not opened yet.
///
/// ```text
///   opened    skipped   opened │ upcoming × 8
///   ──────────────────────────►│──────────────►   chain: only ever kept at its foremost used link
///             └─ what opens it, and not what comes after
/// ```
pub(super) struct Ahead {
    /// The link of the lowest epoch above all that have opened.
    pub(super) chain: Chain,
    /// The names of the epochs from that link on.
    upcoming: [Locator; WINDOW],
    /// Epochs that were overtaken by a later one, lowest first.
    pub(super) skipped: Few<Skipped, { MAX_SKIPPED - 1 }>,
}

/// "the receiver keeps (locator, `open_n`), at most 7, never `chain_n`"
pub(super) const MAX_SKIPPED: usize = WINDOW - 1;

pub(super) struct Skipped {
    pub(super) number: u32,
    pub(super) locator: Locator,
    pub(super) key: OpenKey,
}

/// An epoch that a frame may open, and what follows when it does.
pub(super) struct Candidate {
    pub(super) epoch: OpenedEpoch,
    /// Its link and the epochs on the way to it; without one, the epoch was skipped before.
    link: Option<Chain>,
    overtaken: Vec<Skipped, MAX_SKIPPED>,
}

impl Ahead {
    pub(super) fn new(chain: Chain) -> Self {
        Self {
            upcoming: locators_from(&chain),
            chain,
            skipped: Few::new(),
        }
    }

    pub(super) fn locators(&self) -> impl Iterator<Item = Locator> {
        let skipped = self.skipped.iter().map(|epoch| epoch.locator);
        skipped.chain(self.upcoming)
    }

    pub(super) const fn next_locator(&self) -> Locator {
        let [next, ..] = self.upcoming;
        next
    }

    pub(super) fn skipped(&self, locator: Locator) -> Option<&Skipped> {
        self.skipped.iter().find(|epoch| epoch.locator == locator)
    }

    /// "the receiver derives a candidate and keeps it only when the frame authenticates"
    pub(super) fn candidate(&self, locator: Locator, salt: Salt) -> Option<Candidate> {
        if let Some(Skipped { number, key, .. }) = self.skipped(locator) {
            let epoch = OpenedEpoch::of_chain(*number, locator, key.share(), salt);
            return Some(Candidate {
                epoch,
                link: None,
                overtaken: Vec::new(),
            });
        }
        let mut upcoming = self.upcoming.iter();
        let steps = upcoming.position(|upcoming| *upcoming == locator)?;
        let mut overtaken = Vec::new();
        let mut link = self.chain.share();
        for locator in self.upcoming.into_iter().take(steps) {
            let _ = overtaken.push(Skipped {
                number: link.number(),
                locator,
                key: link.open_key(),
            });
            link = link.next();
        }
        let epoch = OpenedEpoch::of_chain(link.number(), locator, link.open_key(), salt);
        Some(Candidate {
            epoch,
            link: Some(link),
            overtaken,
        })
    }

    /// A frame of the candidate is authentic.
    pub(super) fn pass(&mut self, candidate: &mut Candidate) {
        let Candidate {
            epoch,
            link,
            overtaken,
        } = candidate;
        let Some(link) = link else {
            self.skipped.retain(|known| known.locator != epoch.locator);
            return;
        };
        while let Some(skipped) = bounded::remove(overtaken, 0) {
            if self.skipped.is_full() {
                self.skipped.remove_first();
            }
            let _ = self.skipped.push(skipped);
        }
        self.chain = link.next();
        self.upcoming = locators_from(&self.chain);
    }
}

fn locators_from(chain: &Chain) -> [Locator; WINDOW] {
    let mut link = chain.share();
    core::array::from_fn(|_| {
        let locator = link.locator();
        link = link.next();
        locator
    })
}
