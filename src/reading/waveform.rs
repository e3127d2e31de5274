use super::codec::{CodecId, DecodeError};
use super::{Decimal, Metric, Unit};
use crate::time::{Instant, SampleRate};

/// A stretch of a sampled signal, losslessly compressed and decodable alone.
///
/// A sample of `count` counts stands for (`count` − `zero`) × `scale` of `unit`.
///
/// ```
/// use iomt::reading::{Decimal, Metric, Unit, Waveform, codec};
/// use iomt::time::{Instant, SampleRate};
///
/// let samples = [1_024, 1_030, 1_041, 1_029];
/// let mut bytes = [0; 64];
/// let len = codec::encode(&samples, &mut bytes)?;
/// let block = Waveform {
///     metric: Metric::ECG_LEAD_II,
///     unit: Unit::MILLIVOLT,
///     start: Instant::ZERO,
///     rate: SampleRate::hz(360),
///     first_index: 0,
///     scale: Decimal::new(5, -3),
///     zero: 1_024,
///     codec: codec::CodecId::SMALL,
///     count: 4,
///     data: &bytes[..len],
/// };
/// let mut back = [0; 4];
/// assert_eq!(block.decode(&mut back)?, samples);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waveform<'a> {
    /// What is sampled.
    pub metric: Metric,
    /// The unit of `scale`.
    pub unit: Unit,
    /// When the first sample was taken, on the device's clock, to the microsecond.
    pub start: Instant,
    /// How often a sample is taken.
    pub rate: SampleRate,
    /// The number of the first sample within its signal and run; blocks of a whole signal follow without a gap.
    pub first_index: u64,
    /// The step of one count.
    pub scale: Decimal,
    /// The count that stands for zero.
    pub zero: i32,
    /// The codec by its number; see [`codec`](super::codec).
    pub codec: CodecId,
    /// How many samples the block holds.
    pub count: u16,
    /// The compressed samples.
    pub data: &'a [u8],
}

impl Waveform<'_> {
    /// Decompresses into the front of `samples`.
    ///
    /// # Errors
    ///
    /// [`WaveformError`]; `samples` then holds nothing of use.
    pub fn decode<'s>(&self, samples: &'s mut [i32]) -> Result<&'s mut [i32], WaveformError> {
        let unknown = WaveformError::UnknownCodec(self.codec.as_u8());
        let tier = self.codec.tier().ok_or(unknown)?;
        let needed = usize::from(self.count);
        let filled = samples
            .get_mut(..needed)
            .ok_or(WaveformError::NoRoom { needed })?;
        tier.decode(self.data, filled)?;
        Ok(filled)
    }
}

/// Why a waveform could not be decompressed.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WaveformError {
    /// The codec is one that this version lacks; the samples can be carried, not read.
    #[error("waveform codec {0} is not known")]
    UnknownCodec(u8),
    /// The slice is too short.
    #[error("no room: {needed} samples are needed")]
    NoRoom {
        /// How many samples the block holds.
        needed: usize,
    },
    /// The times of a series do not rise, or go on beyond 31 bits of milliseconds.
    #[error("the times of the series are out of range")]
    TooLong,
    /// The data is damaged.
    #[error(transparent)]
    Damaged(#[from] DecodeError),
}
