#![doc = include_str!("format.md")]

mod bits;
pub(in crate::reading::codec) mod choose;
pub(in crate::reading::codec) mod decode;
pub(in crate::reading::codec) mod encode;
mod error;
pub(in crate::reading::codec) mod predictor;
pub(in crate::reading::codec) mod rice;

pub use decode::decode;
pub use encode::encode;
pub use error::{DecodeError, EncodeError};

/// The smallest sample, −2^23.
pub const SAMPLE_MIN: i32 = -(1 << (SAMPLE_BITS - 1));
/// The largest sample, 2^23 − 1.
pub const SAMPLE_MAX: i32 = (1 << (SAMPLE_BITS - 1)) - 1;

pub(in crate::reading::codec) const SAMPLE_BITS: u32 = 24;
/// Bits of the mode field; modes below [`predictor::COUNT`] name a predictor.
pub(in crate::reading::codec) const MODE_BITS: u32 = 5;
pub(in crate::reading::codec) const MODE_PACKED: u32 = 29;
pub(in crate::reading::codec) const MODE_STEPPED: u32 = 30;
pub(in crate::reading::codec) const MODE_CONSTANT: u32 = 31;
/// Bits of the field with the start of the Rice code.
const START_BITS: u32 = 3;
/// Bits of a field that counts bits.
pub(in crate::reading::codec) const SIZE_BITS: u32 = 5;

/// The most bytes that `count` samples can take: 3 a sample and 3 more.
///
/// Saturates at `usize::MAX`.
#[must_use]
pub const fn max_encoded_len(count: usize) -> usize {
    if count == 0 {
        return 0;
    }
    count.saturating_mul(3).saturating_add(3)
}

#[cfg(test)]
mod tests;
