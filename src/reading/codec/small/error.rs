use thiserror::Error;

/// Why samples were not encoded: always the caller's fault.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A sample needs more than 24 bits.
    #[error("sample {index} is outside -8388608..=8388607")]
    OutOfRange {
        /// Position of the first such sample.
        index: usize,
    },
    /// The output is too short; what it holds now is unspecified.
    #[error("the block needs {needed} bytes")]
    NoRoom {
        /// The exact length of this block in bytes.
        needed: usize,
    },
}

/// Why a block was refused: always the block's fault, or that of the sample count it came with.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end before the last sample.
    #[error("the block ends before its last sample")]
    Truncated,
    /// Whole bytes follow the last sample.
    #[error("bytes follow the last sample")]
    TrailingBytes,
    /// The bits that fill the last byte are not zero.
    #[error("the padding is not zero")]
    Padding,
    /// A value needs more bits than a sample has.
    #[error("sample {index} is out of range")]
    OutOfRange {
        /// Position of that sample.
        index: usize,
    },
    /// The format has a shorter or a fixed way to write this, and demands it.
    #[error("the block is not in canonical form")]
    NotCanonical,
}
