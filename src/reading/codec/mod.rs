//! Lossless waveform codecs.
//!
//! A waveform block carries its samples compressed, and names the codec by number
//! ([`CodecId`]). Blocks do not depend on each other: a lost frame costs one block.
//!
//! | number | codec | who has it | bits per sample of an ambulatory ECG (1 s / 5 s blocks) |
//! |---|---|---|---|
//! | 1 | [`small`]: fixed predictors on differences, adaptive Rice code | every implementation | 3.88 / 3.83 of 11 |
//! | 2 | [`large`]: a fixed and an adaptive prediction mixed, range coder | who agreed on it | 3.75 / 3.68 of 11 |
//!
//! ```
//! use iomt::reading::codec;
//!
//! let samples = [1024, 1026, 1029, 1030, 1030, 1028, 1027, 1027];
//! let mut block = [0; codec::max_encoded_len(8)];
//! let len = codec::encode(&samples, &mut block)?;
//! assert_eq!(len, 6);
//!
//! let mut back = [0; 8];
//! codec::decode(&block[..len], &mut back)?;
//! assert_eq!(back, samples);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

pub mod large;
pub mod small;
mod tier;

pub use small::{
    DecodeError, EncodeError, SAMPLE_MAX, SAMPLE_MIN, decode, encode, max_encoded_len,
};
pub use tier::Tier;

/// The number that names a waveform codec on the wire.
///
/// A number this build does not know is carried and shown, never guessed at.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodecId(u8);

impl CodecId {
    /// The [`small`] tier, which every implementation has.
    pub const SMALL: Self = Self(1);
    /// The [`large`] tier, for those who agreed on it.
    pub const LARGE: Self = Self(2);

    /// The codec with this number, known to this build or not.
    #[must_use]
    pub const fn new(number: u8) -> Self {
        Self(number)
    }

    /// The number as it stands on the wire.
    #[must_use]
    pub const fn as_u8(self) -> u8 {
        self.0
    }

    /// The codec itself, if this build has it.
    #[must_use]
    pub const fn tier(self) -> Option<Tier> {
        match self {
            Self::SMALL => Some(Tier::Small),
            Self::LARGE => Some(Tier::Large),
            _ => None,
        }
    }

    /// Whether this build can decode blocks of this codec.
    #[must_use]
    pub const fn is_supported(self) -> bool {
        self.tier().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_tiers_are_supported() {
        let supported = (0..=u8::MAX).filter(|&number| CodecId::new(number).is_supported());
        assert!(supported.eq([CodecId::SMALL.as_u8(), CodecId::LARGE.as_u8()]));
    }
}
