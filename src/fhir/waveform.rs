use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::observation::concept;
use super::{Context, Number, Observation, Quantity, SampledData};
use crate::reading::{Decimal, Waveform, WaveformError};
use crate::time::SampleRate;

impl Observation {
    /// The Observation of a waveform block: its samples as sampled data, decompressed.
    ///
    /// The period is rounded to the picosecond, or to nine digits where that is coarser: 1/360 s has no end. A block has
    /// no profile, whatever it samples: those of vital signs take single values alone. The number of its first sample
    /// within the signal has no place in R4.
    ///
    /// # Errors
    ///
    /// [`WaveformError`] where the block can not be decompressed.
    pub fn waveform(block: &Waveform<'_>, context: &Context<'_>) -> Result<Self, WaveformError> {
        let mut samples = vec![0; usize::from(block.count)];
        let samples = block.decode(&mut samples)?;
        let zero = i64::from(block.zero);
        let counts = samples.iter().map(|count| i64::from(*count) - zero);
        let code = concept(block.metric, Some(block.unit), None);
        Ok(Self {
            value_sampled_data: Some(SampledData {
                origin: Quantity::of(Decimal::from(0), block.unit),
                period: Number(period_millis(block.rate)),
                factor: Some(Number(block.scale)),
                dimensions: 1,
                data: Some(join(counts)).filter(|data| !data.is_empty()),
            }),
            ..Self::new(code, context)
        })
    }
}

impl SampledData {
    /// Reads the samples back; `None` where one is no number.
    #[must_use]
    pub fn samples(&self) -> Option<Vec<i64>> {
        let data = self.data.as_deref().unwrap_or_default();
        data.split_whitespace()
            .map(|sample| sample.parse().ok())
            .collect()
    }

    /// Reads the sample rate back, to the nearest millihertz; `None` where a period is not positive.
    #[must_use]
    pub fn rate(&self) -> Option<SampleRate> {
        let period = self.period.0;
        let mantissa = u128::try_from(period.mantissa()).ok().filter(|m| *m > 0)?;
        let places = u32::try_from(-i32::from(period.exponent())).ok()?;
        // 1,000,000 mHz in one period of a millisecond.
        let scale = 10_u128.checked_pow(places)?.checked_mul(1_000_000)?;
        let millihertz = (scale + mantissa / 2) / mantissa;
        SampleRate::from_millihertz(u32::try_from(millihertz).ok()?)
    }
}

/// The samples with blanks between them.
fn join(samples: impl Iterator<Item = i64>) -> String {
    let mut text = String::new();
    for sample in samples {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&sample.to_string());
    }
    text
}

/// Milliseconds between two samples, without zeros at the end.
fn period_millis(rate: SampleRate) -> Decimal {
    let millihertz = u64::from(rate.as_millihertz());
    (0..=9_i8)
        .rev()
        .find_map(|places| {
            let scale = 10_u64.pow(u32::from(places.unsigned_abs())) * 1_000_000;
            let mantissa = (scale + millihertz / 2) / millihertz;
            let mantissa = i32::try_from(mantissa).ok()?;
            Some(trimmed(Decimal::new(mantissa, -places)))
        })
        .unwrap_or(Decimal::new(1, 0))
}

fn trimmed(number: Decimal) -> Decimal {
    let shorter = |number: &Decimal| {
        let exponent = number.exponent().checked_add(1).filter(|e| *e <= 0)?;
        number.rescaled(exponent)
    };
    core::iter::successors(Some(number), shorter)
        .last()
        .unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_tells_its_rate_to_the_millihertz() {
        for (rate, text) in [
            (SampleRate::hz(250), "4"),
            (SampleRate::hz(360), "2.77777778"),
            (SampleRate::hz(1), "1000"),
            (SampleRate::from_millihertz(62_472).unwrap(), "16.0071712"),
            (SampleRate::from_millihertz(1).unwrap(), "1000000"),
        ] {
            let period = period_millis(rate);
            let data = SampledData {
                origin: Quantity::default(),
                period: Number(period),
                factor: None,
                dimensions: 1,
                data: None,
            };
            assert_eq!(data.rate(), Some(rate), "{period}");
            assert!(period.to_string().starts_with(text), "{period}");
        }
    }
}
