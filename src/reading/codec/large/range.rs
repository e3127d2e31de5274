//! The range coder: the only code that knows bytes.
//!
//! Low and range are 32 bits. A carry goes into the bytes already written, so that nothing is held back.

use super::DecodeError;

/// Shares of the range are in units of 2^−16.
pub(super) const TOTAL_BITS: u32 = 16;
/// Below that, a byte is shifted out.
const RANGE_MIN: u32 = 1 << 24;

/// An interval of the unit range that stands for what was coded so far.
#[derive(Debug)]
struct Interval {
    low: u32,
    range: u32,
}

impl Interval {
    const WHOLE: Self = Self {
        low: 0,
        range: u32::MAX,
    };

    /// Narrows it to the part from `start` on, `size` long; says by how much low grew, and if it overflowed.
    fn narrow(&mut self, unit: u32, start: u32, size: u32) -> (u32, bool) {
        let growth = unit.wrapping_mul(start);
        let (low, carry) = self.low.overflowing_add(growth);
        self.low = low;
        self.range = unit.wrapping_mul(size);
        (growth, carry)
    }

    /// Gives the byte that no later step can change but by a carry.
    fn shift(&mut self) -> Option<u8> {
        if self.range >= RANGE_MIN {
            return None;
        }
        let [byte, ..] = self.low.to_be_bytes();
        self.low <<= 8;
        self.range <<= 8;
        Some(byte)
    }

    /// The fewest bytes with which a number lies within it, and that number.
    fn shortest(&self) -> (u32, u64) {
        let low = u64::from(self.low);
        let end = low + u64::from(self.range);
        for bytes in 0..4 {
            let step = 1_u64 << (32 - 8 * bytes);
            let number = low.next_multiple_of(step);
            if number < end {
                return (bytes, number);
            }
        }
        (4, low)
    }
}

/// Writes numbers, and goes on counting when the output is full.
#[derive(Debug)]
pub(super) struct RangeEncoder<'a> {
    out: &'a mut [u8],
    len: usize,
    interval: Interval,
}

impl<'a> RangeEncoder<'a> {
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Self {
            out,
            len: 0,
            interval: Interval::WHOLE,
        }
    }

    /// Appends what has the share from `start` up to `end` of 2^16.
    pub(super) fn put_share(&mut self, start: u32, end: u32) {
        let unit = self.interval.range >> TOTAL_BITS;
        self.narrow(unit, start, end.saturating_sub(start));
    }

    /// Appends the low `bits` bits of `value`, at most 24; it has no others.
    pub(super) fn put(&mut self, value: u32, bits: u32) {
        let low_bits = bits.min(12);
        self.put_short(value >> low_bits, bits - low_bits);
        self.put_short(value & ((1 << low_bits) - 1), low_bits);
    }

    fn put_short(&mut self, value: u32, bits: u32) {
        let unit = self.interval.range >> bits;
        self.narrow(unit, value, 1);
    }

    /// Returns how many bytes there are, even if they found no room.
    pub(super) fn finish(mut self) -> usize {
        let (bytes, number) = self.interval.shortest();
        if number > u64::from(u32::MAX) {
            self.carry();
        }
        let [.., a, b, c, d] = number.to_be_bytes();
        for byte in [a, b, c, d].into_iter().take(bytes as usize) {
            self.push(byte);
        }
        self.len
    }

    fn narrow(&mut self, unit: u32, start: u32, size: u32) {
        if let (_, true) = self.interval.narrow(unit, start, size) {
            self.carry();
        }
        while let Some(byte) = self.interval.shift() {
            self.push(byte);
        }
    }

    fn carry(&mut self) {
        let written = self.out.iter_mut().take(self.len).rev();
        // Where the output is full, bytes behind it are lost, and with them what they carry.
        for byte in written {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                return;
            }
        }
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.out.get_mut(self.len) {
            *slot = byte;
        }
        self.len += 1;
    }
}

/// Reads numbers; past the end it sees zeros, until [`finish`](Self::finish) or too many of them tell.
#[derive(Debug)]
pub(super) struct RangeDecoder<'a> {
    bytes: &'a [u8],
    /// How many bytes the encoder had written at this point.
    len: usize,
    interval: Interval,
    /// The number that the bytes stand for, above low.
    above: u32,
}

impl<'a> RangeDecoder<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let first = |index| u32::from(bytes.get(index).copied().unwrap_or(0));
        Self {
            bytes,
            len: 0,
            interval: Interval::WHOLE,
            above: first(0) << 24 | first(1) << 16 | first(2) << 8 | first(3),
        }
    }

    /// Where in 0..2^16 the next share lies; [`take_share`](Self::take_share) must follow.
    pub(super) fn peek(&self) -> u32 {
        let unit = (self.interval.range >> TOTAL_BITS).max(1);
        (self.above / unit).min((1 << TOTAL_BITS) - 1)
    }

    /// Consumes the share from `start` up to `end`, in which [`peek`](Self::peek) lies.
    pub(super) fn take_share(&mut self, start: u32, end: u32) -> Result<(), DecodeError> {
        let unit = self.interval.range >> TOTAL_BITS;
        self.narrow(unit, start, end.saturating_sub(start))
    }

    /// The next `bits` bits as a number; `bits` is at most 24.
    pub(super) fn take(&mut self, bits: u32) -> Result<u32, DecodeError> {
        let low_bits = bits.min(12);
        let high = self.take_short(bits - low_bits)?;
        Ok(high << low_bits | self.take_short(low_bits)?)
    }

    fn take_short(&mut self, bits: u32) -> Result<u32, DecodeError> {
        let unit = (self.interval.range >> bits).max(1);
        let value = (self.above / unit).min((1 << bits) - 1);
        self.narrow(unit, value, 1)?;
        Ok(value)
    }

    /// Checks that the bytes end as the encoder ends them.
    pub(super) fn finish(self) -> Result<(), DecodeError> {
        let (bytes, number) = self.interval.shortest();
        let len = self.len.saturating_add(bytes as usize);
        if self.bytes.len() < len {
            return Err(DecodeError::Truncated);
        }
        if self.bytes.len() > len {
            return Err(DecodeError::TrailingBytes);
        }
        if number - u64::from(self.interval.low) != u64::from(self.above) {
            return Err(DecodeError::NotCanonical);
        }
        Ok(())
    }

    fn narrow(&mut self, unit: u32, start: u32, size: u32) -> Result<(), DecodeError> {
        let (growth, _) = self.interval.narrow(unit, start, size);
        self.above = self.above.wrapping_sub(growth);
        // What is past the last share, no encoder makes.
        if self.above >= self.interval.range {
            return Err(DecodeError::NotCanonical);
        }
        while self.interval.shift().is_some() {
            let next = self.bytes.get(self.len + 4).copied().unwrap_or(0);
            self.above = self.above << 8 | u32::from(next);
            self.len += 1;
        }
        if self.len > self.bytes.len() {
            return Err(DecodeError::Truncated);
        }
        Ok(())
    }
}
