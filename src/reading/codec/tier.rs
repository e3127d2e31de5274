use super::{CodecId, DecodeError, EncodeError, large, small};

/// A waveform codec that this build has.
///
/// ```
/// use iomt::reading::codec::Tier;
///
/// let samples = [1024, 1026, 1029, 1030, 1030, 1028, 1027, 1027];
/// let mut block = [0; Tier::Small.max_encoded_len(8)];
/// let len = Tier::Small.encode(&samples, &mut block)?;
///
/// let mut back = [0; 8];
/// Tier::Small.decode(&block[..len], &mut back)?;
/// assert_eq!(back, samples);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tier {
    /// The [`small`] tier, which every implementation has.
    Small,
    /// The [`large`] tier, for those who agreed on it.
    Large,
}

impl Tier {
    /// Its number on the wire.
    #[must_use]
    pub const fn id(self) -> CodecId {
        match self {
            Self::Small => CodecId::SMALL,
            Self::Large => CodecId::LARGE,
        }
    }

    /// The most bytes that `count` samples can take.
    #[must_use]
    pub const fn max_encoded_len(self, count: usize) -> usize {
        match self {
            Self::Small => small::max_encoded_len(count),
            Self::Large => large::max_encoded_len(count),
        }
    }

    /// Encodes one channel's samples into `out` and returns how many bytes they took.
    ///
    /// # Errors
    ///
    /// [`EncodeError`], as [`small::encode`] has it.
    pub fn encode(self, samples: &[i32], out: &mut [u8]) -> Result<usize, EncodeError> {
        match self {
            Self::Small => small::encode(samples, out),
            Self::Large => large::encode(samples, out),
        }
    }

    /// Decodes a block of `samples.len()` samples.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] for bytes that no encoder makes of so many samples; `samples` then
    /// holds nothing of use.
    pub fn decode(self, bytes: &[u8], samples: &mut [i32]) -> Result<(), DecodeError> {
        match self {
            Self::Small => small::decode(bytes, samples),
            Self::Large => large::decode(bytes, samples),
        }
    }
}
