//! What a person does so that two meet: reads a label, types a passcode, or compares digits.

use iomt::pairing::cpace::Passcode;
use iomt::pairing::label::LabelSecret;
use libfuzzer_sys::arbitrary::{self, Arbitrary};

use crate::keys::LABEL;
use crate::world::Script;

/// What vouches for a pairing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouching {
    Label,
    Passcode,
    Digits,
}

/// What happens to two of which one is armed, for a passcode or for digits.
#[derive(Debug, Arbitrary)]
pub struct Armed {
    by_digits: bool,
    pub script: Script,
}

impl Armed {
    #[must_use]
    pub const fn vouching(&self) -> Vouching {
        match self.by_digits {
            true => Vouching::Digits,
            false => Vouching::Passcode,
        }
    }
}

pub(crate) fn label() -> LabelSecret {
    LabelSecret::new(LABEL).expect("a long secret")
}

pub(crate) fn passcode() -> Passcode {
    Passcode::new(b"482 916").expect("six digits")
}
