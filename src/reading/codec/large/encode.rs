use super::model::{Forecast, Model, REACH};
use super::range::{RangeEncoder, TOTAL_BITS};
use super::{EncodeError, SIZE_BITS};
use crate::reading::codec::small::choose::{Effort, shortlisted};
use crate::reading::codec::small::encode::{Survey, encode_with, packed_len, write_packed};
use crate::reading::codec::small::predictor::{Predictor, WEIGHT_BITS};
use crate::reading::codec::small::rice::{bit_len, fold, wrap};
use crate::reading::codec::small::{MODE_BITS, MODE_STEPPED};

/// Encodes one channel's samples into `out` and returns how many bytes they took.
///
/// Samples are within [`SAMPLE_MIN`](super::SAMPLE_MIN)`..=`[`SAMPLE_MAX`](super::SAMPLE_MAX).
/// No more than [`max_encoded_len`](super::max_encoded_len) bytes are ever needed; none
/// samples take none.
///
/// # Errors
///
/// [`EncodeError::OutOfRange`] for a sample of more than 24 bits, with `out` untouched;
/// [`EncodeError::NoRoom`] when `out` is too short, with the length it must have.
pub fn encode(samples: &[i32], out: &mut [u8]) -> Result<usize, EncodeError> {
    encode_with(samples, out, write_varying)
}

/// Writes the predicted form, and over it the packed form if that is shorter.
fn write_varying(samples: &[i32], survey: &Survey, out: &mut [u8]) -> usize {
    let predicted = write_predicted(samples, survey, out);
    if predicted <= packed_len(samples.len(), survey) {
        return predicted;
    }
    write_packed(samples, survey, out)
}

fn write_predicted(samples: &[i32], survey: &Survey, out: &mut [u8]) -> usize {
    let (step, width) = (survey.step, survey.width());
    let number = shortlisted(samples, step, width, Effort::THOROUGH);
    let size = first_size(samples, number, step);
    let mut encoder = RangeEncoder::new(out);
    if step > 0 {
        encoder.put(MODE_STEPPED, MODE_BITS);
        encoder.put(step, SIZE_BITS);
    }
    encoder.put(number, MODE_BITS);
    encoder.put(size, SIZE_BITS);
    let mut model = Model::new(number, size, step);
    for (index, &sample) in samples.iter().enumerate() {
        let sample = sample >> step;
        match samples.get(..index) {
            Some(past @ [_, ..]) => {
                let forecast = model.forecast(past);
                let symbol = write_residual(&mut encoder, &forecast, sample, width);
                model.learn(&forecast, sample, symbol);
            }
            _ => write_sized(&mut encoder, fold(sample)),
        }
    }
    encoder.finish()
}

/// The bit length of the mean residual among the first sixteen, in 1/32 of a sample.
fn first_size(samples: &[i32], number: u32, step: u32) -> u32 {
    let predictor = Predictor::new(number, step);
    let count = samples.len().min(17);
    let residual = |index: usize| {
        let (past, rest) = samples.split_at_checked(index)?;
        let rise = (rest.first()? >> step) - (past.last()? >> step);
        let residual = (rise << WEIGHT_BITS).saturating_sub(predictor.lean(past));
        Some(u64::from(residual.unsigned_abs()))
    };
    let sum: u64 = (1..count).filter_map(residual).sum();
    bit_len(u32::try_from(sum >> 4).unwrap_or(u32::MAX)).min(31)
}

fn write_residual(
    encoder: &mut RangeEncoder<'_>,
    forecast: &Forecast,
    sample: i32,
    width: u32,
) -> Option<i32> {
    let residual = wrap(sample.wrapping_sub(forecast.centre()), width);
    let symbol = residual >> forecast.coarse();
    let is_within = (-REACH..REACH).contains(&symbol);
    if is_within {
        let bounds = [symbol, symbol + 1].map(|symbol| forecast.share_below(symbol));
        let [start, end] = bounds;
        encoder.put_share(start, end);
    } else if symbol < 0 {
        encoder.put_share(0, forecast.share_below(-REACH));
        write_sized(encoder, (-REACH - 1 - symbol).unsigned_abs());
    } else {
        encoder.put_share(forecast.share_below(REACH), 1 << TOTAL_BITS);
        write_sized(encoder, (symbol - REACH).unsigned_abs());
    }
    let low = residual & ((1 << forecast.coarse()) - 1);
    encoder.put(low.unsigned_abs(), forecast.coarse());
    is_within.then_some(symbol)
}

/// Bit length, then the bits below the leading one.
fn write_sized(encoder: &mut RangeEncoder<'_>, value: u32) {
    let size = bit_len(value);
    encoder.put(size, SIZE_BITS);
    if let Some(below) = size.checked_sub(1) {
        encoder.put(value - (1 << below), below);
    }
}
