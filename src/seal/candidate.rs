use super::epoch::EpochKeys;
use super::opened_epoch::{Mark, Sealed};
use super::schedule::{Chain, OpenKey, WINDOW};
use super::space_set::Standing;
use super::{EpochTag, Error};
use crate::wire::{Locator, Salt};

/// An epoch that a frame may open: its keys alone, and nothing of what an open one keeps of its frames.
///
/// "the receiver derives a candidate and keeps it only when the frame authenticates"
pub(crate) struct CandidateEpoch {
    pub(super) number: u32,
    pub(super) locator: Locator,
    pub(super) key: OpenKey,
    pub(super) salt: Salt,
    pub(super) keys: EpochKeys,
}

impl CandidateEpoch {
    pub(super) fn new(number: u32, locator: Locator, key: OpenKey, salt: Salt) -> Self {
        let keys = EpochKeys::derive(key.secret(salt));
        Self {
            number,
            locator,
            key,
            salt,
            keys,
        }
    }

    /// Of the epochs of these names, the first of which is that of the link.
    pub(super) fn upcoming(
        chain: &Chain,
        names: &[Locator; WINDOW],
        locator: Locator,
        salt: Salt,
    ) -> Option<Self> {
        let steps = names.iter().position(|name| *name == locator)?;
        let mut link = chain.share();
        for _ in 0..steps {
            link = link.next();
        }
        Some(Self::new(link.number(), locator, link.open_key(), salt))
    }

    pub(super) const fn tag(&self) -> EpochTag {
        self.keys.tag
    }

    /// Decrypts in place the first frame: none is stored, and no control frame came.
    pub(super) fn open(&self, sealed: &mut Sealed<'_>) -> Result<Mark, Error> {
        let Sealed { space, counter, .. } = *sealed;
        self.keys
            .open(space, counter, sealed.ciphertext, sealed.tag)?;
        Ok(Mark {
            epoch: self.keys.tag,
            number: Some(self.number),
            space,
            counter,
            standing: Standing::New,
        })
    }
}
