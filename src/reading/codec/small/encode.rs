use super::EncodeError;
use super::bits::BitWriter;
use super::choose::{Choice, choose};
use super::predictor::Predictor;
use super::rice::{RiceCode, bit_len, fold, wrap};
use super::{MODE_BITS, MODE_CONSTANT, MODE_PACKED, MODE_STEPPED, START_BITS};
use super::{SAMPLE_BITS, SAMPLE_MAX, SAMPLE_MIN, SIZE_BITS};

/// Encodes one channel's samples into `out` and returns how many bytes they took.
///
/// Samples are within [`SAMPLE_MIN`]`..=`[`SAMPLE_MAX`]. No more than
/// [`max_encoded_len`](super::max_encoded_len) bytes are ever needed; none samples take
/// none. It takes three or four passes over the samples.
///
/// # Errors
///
/// [`EncodeError::OutOfRange`] for a sample of more than 24 bits, with `out` untouched;
/// [`EncodeError::NoRoom`] when `out` is too short, with the length it must have.
pub fn encode(samples: &[i32], out: &mut [u8]) -> Result<usize, EncodeError> {
    encode_with(samples, out, write_varying)
}

/// The frame of both tiers: none samples, a flat line, and what `write_varying` makes of all others.
///
/// That returns how many bytes are needed, also where `out` is shorter.
pub(in crate::reading::codec) fn encode_with(
    samples: &[i32],
    out: &mut [u8],
    write_varying: impl FnOnce(&[i32], &Survey, &mut [u8]) -> usize,
) -> Result<usize, EncodeError> {
    let Some(&first) = samples.first() else {
        return Ok(0);
    };
    let survey = Survey::of(samples)?;
    let needed = if survey.is_constant {
        write_constant(first, out)
    } else {
        write_varying(samples, &survey, out)
    };
    if needed > out.len() {
        return Err(EncodeError::NoRoom { needed });
    }
    Ok(needed)
}

/// What must be known of all samples before the first is written.
#[derive(Debug)]
pub(in crate::reading::codec) struct Survey {
    pub(in crate::reading::codec) is_constant: bool,
    /// All samples are multiples of `2^step`, not all of `2^(step + 1)`.
    pub(in crate::reading::codec) step: u32,
    /// The folded sample with the most bits, in units of `2^step`.
    size: u32,
}

impl Survey {
    pub(in crate::reading::codec) fn of(samples: &[i32]) -> Result<Self, EncodeError> {
        let first = samples.first().copied().unwrap_or(0);
        let (mut differing, mut set, mut folded) = (0, 0, 0);
        for (index, &sample) in samples.iter().enumerate() {
            if !(SAMPLE_MIN..=SAMPLE_MAX).contains(&sample) {
                return Err(EncodeError::OutOfRange { index });
            }
            differing |= sample ^ first;
            set |= sample;
            folded |= fold(sample);
        }
        let step = set.trailing_zeros();
        Ok(Self {
            is_constant: differing == 0,
            step,
            size: bit_len(folded).saturating_sub(step),
        })
    }

    pub(in crate::reading::codec) fn width(&self) -> u32 {
        SAMPLE_BITS - self.step
    }
}

fn write_constant(sample: i32, out: &mut [u8]) -> usize {
    let mut writer = BitWriter::new(out);
    writer.put(MODE_CONSTANT, MODE_BITS);
    write_first(&mut writer, sample);
    writer.finish()
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
    let choice = choose(samples, survey.step, survey.width());
    let mut writer = BitWriter::new(out);
    write_step(&mut writer, survey.step);
    write_residuals(&mut writer, samples, survey, choice);
    writer.finish()
}

fn write_residuals(writer: &mut BitWriter<'_>, samples: &[i32], survey: &Survey, choice: Choice) {
    let (step, width) = (survey.step, survey.width());
    let predictor = Predictor::new(choice.predictor, step);
    writer.put(choice.predictor, MODE_BITS);
    writer.put(choice.start, START_BITS);
    let mut code = RiceCode::new(choice.start, width);
    for (index, &sample) in samples.iter().enumerate() {
        let Some(past @ [_, ..]) = samples.get(..index) else {
            write_first(writer, sample >> step);
            continue;
        };
        let error = (sample >> step) - predictor.predict(past);
        code.write(writer, fold(wrap(error, width)));
    }
}

pub(in crate::reading::codec) fn packed_len(count: usize, survey: &Survey) -> usize {
    let prefix = if survey.step > 0 { 20 } else { 10 };
    let size = usize::try_from(survey.size).unwrap_or(usize::MAX);
    count
        .saturating_mul(size)
        .saturating_add(prefix)
        .div_ceil(8)
}

pub(in crate::reading::codec) fn write_packed(
    samples: &[i32],
    survey: &Survey,
    out: &mut [u8],
) -> usize {
    let mut writer = BitWriter::new(out);
    write_step(&mut writer, survey.step);
    writer.put(MODE_PACKED, MODE_BITS);
    writer.put(survey.size, SIZE_BITS);
    for &sample in samples {
        writer.put(fold(sample >> survey.step), survey.size);
    }
    writer.finish()
}

fn write_step(writer: &mut BitWriter<'_>, step: u32) {
    if step > 0 {
        writer.put(MODE_STEPPED, MODE_BITS);
        writer.put(step, SIZE_BITS);
    }
}

/// Bit length, then the bits below the leading one.
fn write_first(writer: &mut BitWriter<'_>, sample: i32) {
    let folded = fold(sample);
    let size = bit_len(folded);
    writer.put(size, SIZE_BITS);
    if let Some(below) = size.checked_sub(1) {
        writer.put(folded - (1 << below), below);
    }
}
