use super::candidate::CandidateEpoch;
use super::few::Few;
use super::schedule::{Chain, OpenKey, WINDOW};
#[cfg(feature = "node")]
use crate::crypto::Secret;
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

#[cfg(feature = "node")]
const NO_CHAIN: Chain = Chain::new(0, Secret::new([0; 32]));
#[cfg(feature = "node")]
const NO_NAMES: [Locator; WINDOW] = [Locator([0; 8]); WINDOW];

pub(super) struct Skipped {
    pub(super) number: u32,
    pub(super) locator: Locator,
    pub(super) key: OpenKey,
}

impl Ahead {
    pub(super) fn new(chain: Chain) -> Self {
        Self {
            upcoming: locators_from(&chain),
            chain,
            skipped: Few::new(),
        }
    }

    /// Of no session.
    #[cfg(feature = "node")]
    pub(super) const fn closed() -> Self {
        Self {
            chain: NO_CHAIN,
            upcoming: NO_NAMES,
            skipped: Few::new(),
        }
    }

    #[cfg(feature = "node")]
    pub(super) fn close(&mut self) {
        self.restart(&NO_CHAIN, NO_NAMES);
    }

    /// Of a session that nobody was heard in yet, whose first epochs have these names.
    #[cfg(feature = "node")]
    pub(super) fn restart(&mut self, chain: &Chain, upcoming: [Locator; WINDOW]) {
        self.chain = chain.share();
        self.upcoming = upcoming;
        self.skipped.clear();
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

    pub(super) fn candidate(&self, locator: Locator, salt: Salt) -> Option<CandidateEpoch> {
        match self.skipped(locator) {
            Some(Skipped { number, key, .. }) => {
                Some(CandidateEpoch::new(*number, locator, key.share(), salt))
            }
            None => CandidateEpoch::upcoming(&self.chain, &self.upcoming, locator, salt),
        }
    }

    /// A frame of the candidate with this name is authentic.
    pub(super) fn pass(&mut self, locator: Locator) {
        if self.skipped(locator).is_some() {
            self.skipped.retain(|known| known.locator != locator);
            return;
        }
        for overtaken in self.upcoming {
            if overtaken == locator {
                break;
            }
            self.skip(overtaken);
        }
        self.chain = self.chain.next();
        self.upcoming = locators_from(&self.chain);
    }

    /// The lowest upcoming epoch is overtaken.
    fn skip(&mut self, locator: Locator) {
        if self.skipped.is_full() {
            self.skipped.remove_first();
        }
        let _ = self.skipped.push(Skipped {
            number: self.chain.number(),
            locator,
            key: self.chain.open_key(),
        });
        self.chain = self.chain.next();
    }
}

pub(super) fn locators_from(chain: &Chain) -> [Locator; WINDOW] {
    let mut link = chain.share();
    core::array::from_fn(|_| {
        let locator = link.locator();
        link = link.next();
        locator
    })
}
