//! The adaptive Rice code of the residuals.

use super::DecodeError;
use super::bits::{BitReader, BitWriter, MAX_PUT};

/// So many zeros announce a value written in full.
pub(super) const ESCAPE: u32 = 16;

/// The low `width` bits of `value` as a signed number; `width` is 1 to 24.
pub(in crate::reading::codec) fn wrap(value: i32, width: u32) -> i32 {
    value << (32 - width) >> (32 - width)
}

/// Zigzag: 0, −1, 1, −2, 2 … become 0, 1, 2, 3, 4 …
pub(in crate::reading::codec) fn fold(value: i32) -> u32 {
    (value << 1 ^ value >> 31).cast_unsigned()
}

/// The inverse of [`fold`].
pub(in crate::reading::codec) fn unfold(folded: u32) -> i32 {
    (folded >> 1).cast_signed() ^ -(folded & 1).cast_signed()
}

/// How many bits `value` needs: 0 for 0, 3 for 4 to 7.
pub(in crate::reading::codec) fn bit_len(value: u32) -> u32 {
    u32::BITS - value.leading_zeros()
}

/// What the code has learnt of the size of the residuals: two decaying sums, 8 bytes.
#[derive(Debug)]
pub(super) struct RiceCode {
    /// About 4 times the mean of the last 4 folded residuals.
    fast: u32,
    /// About 32 times the mean of the last 32.
    slow: u32,
    /// Bits of a sample, and so of a folded residual: 1 to 24.
    width: u32,
}

impl RiceCode {
    /// A code that expects folded residuals of about `4^start`; `start` is 0 to 7.
    pub(super) fn new(start: u32, width: u32) -> Self {
        let mean = 1 << (2 * start);
        Self {
            fast: 4 * mean,
            slow: 32 * mean,
            width,
        }
    }

    pub(super) fn write(&mut self, writer: &mut BitWriter<'_>, folded: u32) {
        let exponent = self.exponent();
        let quotient = folded >> exponent;
        if quotient < ESCAPE {
            Self::write_short(writer, quotient, folded - (quotient << exponent), exponent);
        } else {
            writer.put(0, ESCAPE);
            writer.put(folded, self.width);
        }
        self.learn(folded.min(ESCAPE << exponent));
    }

    /// The zeros, the one behind them and the remainder, at once where they fit.
    fn write_short(writer: &mut BitWriter<'_>, quotient: u32, remainder: u32, exponent: u32) {
        let bits = quotient + 1 + exponent;
        if bits <= MAX_PUT {
            writer.put(1 << exponent | remainder, bits);
        } else {
            writer.put(1, quotient + 1);
            writer.put(remainder, exponent);
        }
    }

    pub(super) fn read(
        &mut self,
        reader: &mut BitReader<'_>,
        index: usize,
    ) -> Result<u32, DecodeError> {
        let exponent = self.exponent();
        let quotient = reader.take_zeros(ESCAPE);
        let is_escaped = quotient == ESCAPE;
        let folded = match is_escaped {
            true => reader.take(self.width),
            false => quotient << exponent | reader.take(exponent),
        };
        if folded >> self.width != 0 {
            return Err(reader.refusal(DecodeError::OutOfRange { index }));
        }
        let longest = ESCAPE << exponent;
        if is_escaped && folded < longest {
            return Err(reader.refusal(DecodeError::NotCanonical));
        }
        self.learn(folded.min(longest));
        Ok(folded)
    }

    /// The bit length of 0.42 times the mean: at most 24.
    fn exponent(&self) -> u32 {
        bit_len((25 * self.fast + self.slow) >> 8)
    }

    /// Folded residuals stay below 2^24, so `fast` below 2^26 and `slow` below 2^29.
    fn learn(&mut self, folded: u32) {
        self.fast = self.fast - (self.fast >> 2) + folded;
        self.slow = self.slow - (self.slow >> 5) + folded;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_reversible_at_the_extremes() {
        for value in [0, -1, 1, -8_388_608, 8_388_607] {
            assert_eq!(unfold(fold(value)), value);
        }
        assert_eq!(fold(-8_388_608), 0xFF_FFFF);
    }

    #[test]
    fn wraps_into_the_width() {
        assert_eq!(wrap(8_388_608, 24), -8_388_608);
        assert_eq!(wrap(1, 1), -1);
        assert_eq!(wrap(-3, 24), -3);
    }

    #[test]
    fn the_exponent_stays_within_24_bits_on_the_largest_residuals() {
        let mut code = RiceCode::new(7, 24);
        for _ in 0..1_000 {
            code.learn(0xFF_FFFF);
        }
        assert_eq!(code.exponent(), 24);
    }

    #[test]
    fn the_exponent_returns_to_zero_on_a_flat_line() {
        let mut code = RiceCode::new(7, 24);
        for _ in 0..1_000 {
            code.learn(0);
        }
        assert_eq!(code.exponent(), 0);
    }

    #[test]
    fn refuses_an_escape_for_a_value_that_needs_none() {
        let mut out = [0; 5];
        let mut writer = BitWriter::new(&mut out);
        writer.put(0, ESCAPE);
        writer.put(15, 24);
        assert_eq!(writer.finish(), 5);
        let result = RiceCode::new(0, 24).read(&mut BitReader::new(&out), 1);
        assert_eq!(result, Err(DecodeError::NotCanonical));
    }
}
