#![doc = include_str!("format.md")]

mod adaptive;
mod decode;
mod encode;
mod model;
mod range;
mod student;

pub use super::small::{DecodeError, EncodeError, SAMPLE_MAX, SAMPLE_MIN, max_encoded_len};
pub use decode::decode;
pub use encode::encode;

use super::small::SIZE_BITS;

#[cfg(test)]
mod tests;
