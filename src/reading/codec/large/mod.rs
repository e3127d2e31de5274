//! The large tier.

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
