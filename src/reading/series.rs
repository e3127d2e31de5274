use super::codec::{self, CodecId};
use super::{Decimal, Metric, Status, Unit, WaveformError};
use crate::time::{Duration, Instant};

/// Many values of one metric, compressed as a waveform block is: a trend, at regular times or not.
///
/// A missing value has no place in a series: it ends one, and the next begins behind it.
///
/// ```
/// use iomt::reading::{Cadence, Metric, Series, Status, Unit, codec};
/// use iomt::time::{Duration, Instant};
///
/// let rates = [72, 72, 73, 74];
/// let mut data = [0; 64];
/// let len = codec::encode(&rates, &mut data)?;
/// let series = Series {
///     metric: Metric::HEART_RATE,
///     unit: Unit::BEATS_PER_MINUTE,
///     start: Instant::ZERO,
///     cadence: Cadence::Every(Duration::from_secs(1)),
///     exponent: 0,
///     status: Status::VALID,
///     codec: codec::CodecId::SMALL,
///     count: 4,
///     data: &data[..len],
/// };
/// let mut mantissas = [0; 4];
/// assert_eq!(series.decode(&mut mantissas)?, rates);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Series<'a> {
    /// What is measured.
    pub metric: Metric,
    /// The unit of the values.
    pub unit: Unit,
    /// When the first value was measured; carried to the millisecond, the rest is cut.
    pub start: Instant,
    /// When the others were.
    pub cadence: Cadence<'a>,
    /// The power of ten that all mantissas are multiplied by.
    pub exponent: i8,
    /// What has to be known of all values before they are used.
    pub status: Status,
    /// The codec by its number; see [`codec`].
    pub codec: CodecId,
    /// How many values there are.
    pub count: u16,
    /// The compressed mantissas.
    pub data: &'a [u8],
}

/// When the values of a series were measured.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence<'a> {
    /// So long after each other; carried to the millisecond, the rest is cut, at most 49 days.
    Every(Duration),
    /// So many milliseconds after the one before, the first after `start`, compressed as the values are.
    Listed(&'a [u8]),
}

impl Series<'_> {
    /// Decompresses the mantissas into the front of `mantissas`.
    ///
    /// # Errors
    ///
    /// [`WaveformError`]; `mantissas` then holds nothing of use.
    pub fn decode<'s>(&self, mantissas: &'s mut [i32]) -> Result<&'s mut [i32], WaveformError> {
        self.decompress(self.data, mantissas)
    }

    /// Writes the time of each value behind `start` into the front of `millis`, in milliseconds.
    ///
    /// # Errors
    ///
    /// [`WaveformError`]; a sum beyond 31 bits of milliseconds, or an interval below zero, is damage.
    pub fn times_ms<'s>(&self, millis: &'s mut [i32]) -> Result<&'s mut [i32], WaveformError> {
        let filled = match self.cadence {
            Cadence::Listed(intervals) => self.decompress(intervals, millis)?,
            Cadence::Every(interval) => {
                let needed = usize::from(self.count);
                let filled = millis
                    .get_mut(..needed)
                    .ok_or(WaveformError::NoRoom { needed })?;
                let interval =
                    i32::try_from(interval.as_millis()).map_err(|_| WaveformError::TooLong)?;
                filled.fill(interval);
                if let Some(first) = filled.first_mut() {
                    *first = 0;
                }
                filled
            }
        };
        let mut sum = 0_i32;
        for place in filled.iter_mut() {
            let next = sum.checked_add(*place).filter(|_| *place >= 0);
            sum = next.ok_or(WaveformError::TooLong)?;
            *place = sum;
        }
        Ok(filled)
    }

    /// The value of a mantissa.
    #[must_use]
    pub const fn value(&self, mantissa: i32) -> Decimal {
        Decimal::new(mantissa, self.exponent)
    }

    fn decompress<'s>(
        &self,
        data: &[u8],
        out: &'s mut [i32],
    ) -> Result<&'s mut [i32], WaveformError> {
        if !self.codec.is_supported() {
            return Err(WaveformError::UnknownCodec(self.codec.as_u8()));
        }
        let needed = usize::from(self.count);
        let filled = out
            .get_mut(..needed)
            .ok_or(WaveformError::NoRoom { needed })?;
        codec::decode(data, filled)?;
        Ok(filled)
    }
}
