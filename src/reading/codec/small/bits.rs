//! Bits in and out of bytes, most significant first: the only code that knows bit offsets.

use core::slice;

use super::DecodeError;

/// The most bits that are written at once.
pub(super) const MAX_PUT: u32 = 24;

/// Writes bits, and goes on counting when the output is full.
#[derive(Debug)]
pub(super) struct BitWriter<'a> {
    out: &'a mut [u8],
    len: usize,
    pending: u32,
    pending_bits: u32,
}

impl<'a> BitWriter<'a> {
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Self {
            out,
            len: 0,
            pending: 0,
            pending_bits: 0,
        }
    }

    /// Appends the low `bits` bits of `value`; `bits` is at most [`MAX_PUT`] and `value` has no others.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))] // From a dozen places.
    pub(super) fn put(&mut self, value: u32, bits: u32) {
        debug_assert!(bits <= MAX_PUT && value >> bits == 0);
        self.pending = self.pending << bits | value;
        self.pending_bits += bits;
        while self.pending_bits >= 8 {
            self.pending_bits -= 8;
            let [byte, ..] = (self.pending >> self.pending_bits).to_le_bytes();
            self.push(byte);
        }
    }

    /// Fills the last byte with zeros; returns how many bytes there are, even if they found no room.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))] // From three places.
    pub(super) fn finish(mut self) -> usize {
        if self.pending_bits > 0 {
            self.put(0, 8 - self.pending_bits);
        }
        self.len
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.out.get_mut(self.len) {
            *slot = byte;
        }
        self.len += 1;
    }
}

/// Reads bits; those past the end are zeros, but then whatever is said of the block is that it is cut.
#[derive(Debug)]
pub(super) struct BitReader<'a> {
    rest: slice::Iter<'a, u8>,
    /// The next bits, left-aligned; below the lowest of them all zeros.
    window: u32,
    window_bits: u32,
    is_truncated: bool,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes.iter(),
            window: 0,
            window_bits: 0,
            is_truncated: false,
        }
    }

    /// The next `bits` bits as a number; `bits` is at most 24.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))] // From nine places.
    pub(super) fn take(&mut self, bits: u32) -> u32 {
        debug_assert!(bits <= 24);
        self.refill();
        let value = self.window.checked_shr(32 - bits).unwrap_or(0);
        self.skip(bits);
        value
    }

    /// Counts zeros up to `limit` (at most 24), and consumes the one that ends them before the limit.
    pub(super) fn take_zeros(&mut self, limit: u32) -> u32 {
        debug_assert!(limit <= 24);
        self.refill();
        let zeros = self.window.leading_zeros().min(limit);
        self.skip((zeros + 1).min(limit));
        zeros
    }

    /// What is wrong with a block in which `error` was found: that first of which it may be the consequence.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))] // From six places.
    pub(super) fn refusal(&self, error: DecodeError) -> DecodeError {
        match self.is_truncated {
            true => DecodeError::Truncated,
            false => error,
        }
    }

    /// Checks that only the padding of the last byte is left, and that it is zero.
    pub(super) fn finish(self) -> Result<(), DecodeError> {
        if self.is_truncated {
            return Err(DecodeError::Truncated);
        }
        if self.window_bits >= 8 || !self.rest.as_slice().is_empty() {
            return Err(DecodeError::TrailingBytes);
        }
        if self.window != 0 {
            return Err(DecodeError::Padding);
        }
        Ok(())
    }

    /// Brings the window to 25 bits or more while there are bytes.
    fn refill(&mut self) {
        while self.window_bits <= 24 {
            let Some(&byte) = self.rest.next() else {
                return;
            };
            self.window |= u32::from(byte) << (24 - self.window_bits);
            self.window_bits += 8;
        }
    }

    fn skip(&mut self, bits: u32) {
        self.is_truncated |= bits > self.window_bits;
        self.window_bits = self.window_bits.saturating_sub(bits);
        self.window <<= bits;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_back_in_order() {
        let mut out = [0; 8];
        let mut writer = BitWriter::new(&mut out);
        let fields = [(0b101, 3), (0, 0), (0xFF_FFFF, 24), (0, 24), (1, 1)];
        for (value, bits) in fields {
            writer.put(value, bits);
        }
        assert_eq!(writer.finish(), 7);
        assert_eq!(
            out,
            [0b1011_1111, 0xFF, 0xFF, 0b1110_0000, 0, 0, 0b0001_0000, 0]
        );
        let mut reader = BitReader::new(&out[..7]);
        for (value, bits) in fields {
            assert_eq!(reader.take(bits), value);
        }
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn a_full_output_is_still_counted() {
        let mut out = [0; 1];
        let mut writer = BitWriter::new(&mut out);
        writer.put(0xABCDEF, 24);
        assert_eq!(writer.finish(), 3);
        assert_eq!(out, [0xAB]);
    }

    #[test]
    fn the_limit_needs_no_closing_one() {
        let mut reader = BitReader::new(&[0b0000_1000, 0b0000_0101]);
        assert_eq!(reader.take_zeros(16), 4);
        assert_eq!(reader.take_zeros(7), 7);
        assert_eq!(reader.take_zeros(7), 1);
        assert_eq!(reader.take(1), 0);
        assert_eq!(reader.take(1), 1);
        assert_eq!(reader.take(1), 0);
        assert_eq!(reader.finish(), Err(DecodeError::Truncated));
    }

    #[test]
    fn zeros_that_run_off_the_end_are_truncation() {
        let mut reader = BitReader::new(&[0]);
        let error = DecodeError::NotCanonical;
        assert_eq!(reader.refusal(error), error);
        assert_eq!(reader.take_zeros(16), 16);
        assert_eq!(reader.refusal(error), DecodeError::Truncated);
        assert_eq!(reader.finish(), Err(DecodeError::Truncated));
    }

    #[test]
    fn refuses_what_follows_the_last_bit() {
        let mut reader = BitReader::new(&[0b1000_0001]);
        assert_eq!(reader.take(1), 1);
        assert_eq!(reader.finish(), Err(DecodeError::Padding));
        let mut reader = BitReader::new(&[0x80, 0]);
        assert_eq!(reader.take(1), 1);
        assert_eq!(reader.finish(), Err(DecodeError::TrailingBytes));
    }
}
