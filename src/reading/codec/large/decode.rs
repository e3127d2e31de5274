use super::model::{Forecast, Model, REACH};
use super::range::{RangeDecoder, TOTAL_BITS};
use super::{DecodeError, SIZE_BITS};
use crate::reading::codec::small;
use crate::reading::codec::small::SAMPLE_BITS;
use crate::reading::codec::small::decode::check_survey;
use crate::reading::codec::small::rice::{unfold, wrap};
use crate::reading::codec::small::{MODE_BITS, MODE_CONSTANT, MODE_PACKED, MODE_STEPPED};

/// Decodes a block of `samples.len()` samples.
///
/// The count comes from the record that carries the block. Time is bounded by it, whatever
/// the bytes say.
///
/// # Errors
///
/// A [`DecodeError`] for bytes that no encoder makes of so many samples; `samples` then
/// holds nothing of use.
pub fn decode(bytes: &[u8], samples: &mut [i32]) -> Result<(), DecodeError> {
    if samples.is_empty() {
        return small::decode(bytes, samples);
    }
    let mut decoder = RangeDecoder::new(bytes);
    match decoder.take(MODE_BITS)? {
        MODE_CONSTANT | MODE_PACKED => return small::decode(bytes, samples),
        MODE_STEPPED => {
            let step = decoder.take(SIZE_BITS)?;
            if !(1..SAMPLE_BITS).contains(&step) {
                return Err(DecodeError::NotCanonical);
            }
            match decoder.take(MODE_BITS)? {
                MODE_PACKED => return small::decode(bytes, samples),
                MODE_CONSTANT | MODE_STEPPED => return Err(DecodeError::NotCanonical),
                number => read_predicted(&mut decoder, number, step, samples)?,
            }
        }
        number => read_predicted(&mut decoder, number, 0, samples)?,
    }
    decoder.finish()
}

fn read_predicted(
    decoder: &mut RangeDecoder<'_>,
    number: u32,
    step: u32,
    samples: &mut [i32],
) -> Result<(), DecodeError> {
    let width = SAMPLE_BITS - step;
    let mut model = Model::new(number, decoder.take(SIZE_BITS)?, step);
    for index in 0..samples.len() {
        let Some((past, [sample, ..])) = samples.split_at_mut_checked(index) else {
            break;
        };
        let out_of_range = DecodeError::OutOfRange { index };
        let value = if past.is_empty() {
            unfold(read_sized(decoder, width)?.ok_or(out_of_range)?)
        } else {
            let forecast = model.forecast(past);
            let (residual, symbol) = read_residual(decoder, &forecast)?;
            if wrap(residual, width) != residual {
                return Err(out_of_range);
            }
            let value = wrap(forecast.centre().wrapping_add(residual), width);
            model.learn(&forecast, value, symbol);
            value
        };
        *sample = value << step;
    }
    check_survey(samples, step)
}

/// A residual, and the symbol it had if it was no escape.
fn read_residual(
    decoder: &mut RangeDecoder<'_>,
    forecast: &Forecast,
) -> Result<(i32, Option<i32>), DecodeError> {
    let share = decoder.peek();
    let found = forecast.symbol_at(share);
    let symbol = match found {
        Some(symbol) => {
            let bounds = [symbol, symbol + 1].map(|symbol| forecast.share_below(symbol));
            let [start, end] = bounds;
            decoder.take_share(start, end)?;
            symbol
        }
        None => read_escape(decoder, forecast, share)?,
    };
    let low = decoder.take(forecast.coarse())?;
    let high = i64::from(symbol) << forecast.coarse();
    // Out of range of 32 bits is out of range of a sample, too.
    let residual = i32::try_from(high | i64::from(low)).unwrap_or(i32::MAX);
    Ok((residual, found))
}

fn read_escape(
    decoder: &mut RangeDecoder<'_>,
    forecast: &Forecast,
    share: u32,
) -> Result<i32, DecodeError> {
    let lowest = forecast.share_below(-REACH);
    let is_low = share < lowest;
    if is_low {
        decoder.take_share(0, lowest)?;
    } else {
        decoder.take_share(forecast.share_below(REACH), 1 << TOTAL_BITS)?;
    }
    let beyond = read_sized(decoder, SAMPLE_BITS)?;
    let beyond = beyond.ok_or(DecodeError::NotCanonical)?.cast_signed();
    Ok(if is_low {
        -REACH - 1 - beyond
    } else {
        REACH + beyond
    })
}

/// A number of at most `width` bits after its length; `None` for a larger one.
fn read_sized(decoder: &mut RangeDecoder<'_>, width: u32) -> Result<Option<u32>, DecodeError> {
    let size = decoder.take(SIZE_BITS)?;
    if size > width {
        return Ok(None);
    }
    Ok(Some(match size.checked_sub(1) {
        Some(below) => 1 << below | decoder.take(below)?,
        None => 0,
    }))
}
