use super::DecodeError;
use super::bits::BitReader;
use super::predictor::Predictor;
use super::rice::{RiceCode, bit_len, unfold, wrap};
use super::{MODE_BITS, MODE_CONSTANT, MODE_PACKED, MODE_STEPPED, START_BITS};
use super::{SAMPLE_BITS, SIZE_BITS};

/// Decodes a block of `samples.len()` samples.
///
/// The count comes from the record that carries the block. Time is bounded by it, whatever
/// the bytes say: 17 multiplications and at most 40 bits a sample.
///
/// # Errors
///
/// A [`DecodeError`] for bytes that no encoder makes of so many samples; `samples` then
/// holds nothing of use.
pub fn decode(bytes: &[u8], samples: &mut [i32]) -> Result<(), DecodeError> {
    let mut reader = BitReader::new(bytes);
    if !samples.is_empty() {
        read_block(&mut reader, samples)?;
    }
    reader.finish()
}

fn read_block(reader: &mut BitReader<'_>, samples: &mut [i32]) -> Result<(), DecodeError> {
    let mut mode = reader.take(MODE_BITS);
    if mode == MODE_CONSTANT {
        samples.fill(read_first(reader, SAMPLE_BITS)?);
        return Ok(());
    }
    let mut step = 0;
    let mut is_canonical = true;
    if mode == MODE_STEPPED {
        step = reader.take(SIZE_BITS);
        mode = reader.take(MODE_BITS);
        is_canonical = (1..SAMPLE_BITS).contains(&step) && mode < MODE_STEPPED;
    }
    if !is_canonical {
        return Err(reader.refusal(DecodeError::NotCanonical));
    }
    match mode {
        MODE_PACKED => read_packed(reader, step, samples)?,
        number => read_residuals(reader, number, step, samples)?,
    }
    check_survey(samples, step).map_err(|error| reader.refusal(error))
}

fn read_packed(
    reader: &mut BitReader<'_>,
    step: u32,
    samples: &mut [i32],
) -> Result<(), DecodeError> {
    let size = read_size(reader, SAMPLE_BITS - step)?;
    let mut seen = 0;
    for sample in samples {
        let folded = reader.take(size);
        seen |= folded;
        *sample = unfold(folded) << step;
    }
    if bit_len(seen) != size {
        return Err(reader.refusal(DecodeError::NotCanonical));
    }
    Ok(())
}

fn read_residuals(
    reader: &mut BitReader<'_>,
    number: u32,
    step: u32,
    samples: &mut [i32],
) -> Result<(), DecodeError> {
    let width = SAMPLE_BITS - step;
    let predictor = Predictor::new(number, step);
    let mut code = RiceCode::new(reader.take(START_BITS), width);
    for index in 0..samples.len() {
        let Some((past, [sample, ..])) = samples.split_at_mut_checked(index) else {
            break;
        };
        let value = if past.is_empty() {
            read_first(reader, width)?
        } else {
            let error = unfold(code.read(reader, index)?);
            wrap(predictor.predict(past) + error, width)
        };
        *sample = value << step;
    }
    Ok(())
}

#[cfg_attr(not(target_pointer_width = "64"), inline(never))] // Of a flat line, and of one that varies.
fn read_first(reader: &mut BitReader<'_>, width: u32) -> Result<i32, DecodeError> {
    let size = read_size(reader, width)?;
    let folded = match size.checked_sub(1) {
        Some(below) => 1 << below | reader.take(below),
        None => 0,
    };
    Ok(unfold(folded))
}

/// How many bits there are, at most `width`.
fn read_size(reader: &mut BitReader<'_>, width: u32) -> Result<u32, DecodeError> {
    let size = reader.take(SIZE_BITS);
    if size > width {
        return Err(reader.refusal(DecodeError::OutOfRange { index: 0 }));
    }
    Ok(size)
}

/// Refuses what the encoder would have written as constant, or with a larger step.
pub(in crate::reading::codec) fn check_survey(
    samples: &[i32],
    step: u32,
) -> Result<(), DecodeError> {
    let first = samples.first().copied().unwrap_or(0);
    let (differing, set) = samples.iter().fold((0, 0), |(differing, set), &sample| {
        (differing | sample ^ first, set | sample)
    });
    if differing == 0 || set.trailing_zeros() != step {
        return Err(DecodeError::NotCanonical);
    }
    Ok(())
}
