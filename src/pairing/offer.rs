use super::{Error, Model};
use crate::crypto::SUITE;
use crate::wire::VERSION;

/// What a side can do: the versions, suites and models that it knows, in no order of preference.
///
/// ```text
/// versions 1 │ suites 1 │ models 2, little-endian          bit n stands for number n
/// ```
///
/// Both offers are inside the handshake, so nobody on the way can take something out of
/// them. Each side then checks that the highest version and suite that both know was used. Models have no order: which
/// one is used follows from what the person holds, or from what both had before.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    versions: u8,
    suites: u8,
    models: u16,
}

impl Offer {
    /// What this version of the crate can do.
    pub const OURS: Self = Self {
        versions: 1 << VERSION,
        suites: 1 << SUITE,
        models: 1 << Model::LABEL_SECRET.0
            | 1 << Model::FACTORY_KEYS.0
            | 1 << Model::RECONNECTION.0,
    };

    /// What is said in a handshake of this model.
    ///
    /// A pairing that a person vouches for names itself alone: who has only a label has no key to choose another
    /// model with, and its bytes are those of the first version.
    pub(super) const fn within(model: Model) -> Self {
        match model {
            Model::LABEL_KEY
            | Model::LABEL_SECRET
            | Model::PASSCODE
            | Model::NUMERIC_COMPARISON => Self {
                models: 1 << model.0,
                ..Self::OURS
            },
            _ => Self::OURS,
        }
    }

    /// The same, with the suites that one can use besides by what the person holds.
    pub(super) const fn and_suites(self, suites: u8) -> Self {
        Self {
            suites: self.suites | suites,
            ..self
        }
    }

    pub(super) const fn to_bytes(self) -> [u8; 4] {
        let [low, high] = self.models.to_le_bytes();
        [self.versions, self.suites, low, high]
    }

    pub(super) const fn from_bytes([versions, suites, low, high]: [u8; 4]) -> Self {
        Self {
            versions,
            suites,
            models: u16::from_le_bytes([low, high]),
        }
    }

    /// Whether the version and suite in use are the best that both sides know, and the model is one that both know.
    pub(super) fn check(self, theirs: Self, model: Model) -> Result<(), Error> {
        self.check_suite(theirs, model, SUITE)
    }

    fn check_suite(self, theirs: Self, model: Model, suite: u8) -> Result<(), Error> {
        let version_is_best = highest(self.versions & theirs.versions) == Some(VERSION);
        let suite_is_best = highest(self.suites & theirs.suites) == Some(suite);
        let model_bit = 1_u16.checked_shl(model.0.into()).unwrap_or(0);
        let model_is_common = self.models & theirs.models & model_bit != 0;
        if version_is_best && suite_is_best && model_is_common {
            Ok(())
        } else {
            Err(Error::Downgraded)
        }
    }
}

#[cfg(feature = "pq")]
impl Offer {
    /// What is said in a hybrid handshake: that one could do without, too.
    pub(super) const fn hybrid(model: Model) -> Self {
        Self::within(model).and_suites(1 << super::hybrid::SUITE)
    }

    pub(super) fn check_hybrid(self, theirs: Self, model: Model) -> Result<(), Error> {
        self.check_suite(theirs, model, super::hybrid::SUITE)
    }
}

fn highest(bits: u8) -> Option<u8> {
    bits.checked_ilog2().and_then(|bit| u8::try_from(bit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    // IOMT-PAIR-023, IOMT-VER-002
    #[test]
    fn a_better_common_choice_that_was_not_used_is_a_downgrade() {
        let newer = Offer {
            versions: 0b0110,
            ..Offer::OURS
        };
        assert_eq!(Offer::OURS.check(newer, Model::LABEL_SECRET), Ok(()));
        assert_eq!(
            newer.check(newer, Model::LABEL_SECRET),
            Err(Error::Downgraded)
        );
        let stronger = Offer {
            suites: 0b0110,
            ..Offer::OURS
        };
        assert_eq!(
            stronger.check(stronger, Model::LABEL_SECRET),
            Err(Error::Downgraded)
        );
    }

    // IOMT-PAIR-023
    #[test]
    fn nothing_in_common_is_refused() {
        let other = Offer {
            suites: 0b0100,
            ..Offer::OURS
        };
        assert_eq!(
            Offer::OURS.check(other, Model::LABEL_SECRET),
            Err(Error::Downgraded)
        );
        assert_eq!(
            Offer::OURS.check(Offer::OURS, Model::PASSCODE),
            Err(Error::Downgraded)
        );
    }
}
