use core::fmt;

use super::Error;

/// The longest varint: 64 bits in groups of seven.
const MAX_VARINT: usize = 10;

/// Reads a byte slice from front to back; the only place that knows offsets.
///
/// ```
/// use iomt::wire::{Error, Reader};
///
/// let mut reader = Reader::new(&[0x07, 0xAC, 0x02, 0xFF]);
/// assert_eq!(reader.u8(), Ok(7));
/// assert_eq!(reader.varint(), Ok(300));
/// assert_eq!(reader.finish(), Err(Error::TrailingBytes { count: 1 }));
/// ```
#[derive(Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

/// Without the bytes, which may be keys.
impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader({} bytes left)", self.rest.len())
    }
}

impl<'a> Reader<'a> {
    /// A reader at the first of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] when fewer are left.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        match self.rest.split_at_checked(count) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => Err(Error::Truncated {
                missing: count.saturating_sub(self.rest.len()),
            }),
        }
    }

    /// The next `N` bytes, as an array.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] when fewer are left.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        match self.rest.split_first_chunk::<N>() {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(*taken)
            }
            None => Err(Error::Truncated {
                missing: N.saturating_sub(self.rest.len()),
            }),
        }
    }

    /// The next byte.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] when none is left.
    pub fn u8(&mut self) -> Result<u8, Error> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// The next three bytes as a little-endian number.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] when fewer are left.
    pub fn u24(&mut self) -> Result<u32, Error> {
        self.array::<3>()
            .map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
    }

    /// The next varint: seven bits a byte, low group first, high bit set on all but the last.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], or [`Error::MalformedVarint`] for one that exceeds
    /// 64 bits or is longer than its value needs.
    pub fn varint(&mut self) -> Result<u64, Error> {
        let mut ahead = self.clone();
        let mut value = 0_u64;
        for group in 0..MAX_VARINT {
            let byte = ahead.u8()?;
            let bits = u64::from(byte & 0x7F);
            let shift = group * 7;
            if (bits << shift) >> shift != bits {
                return Err(Error::MalformedVarint);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                let is_overlong = byte == 0 && group > 0;
                if is_overlong {
                    return Err(Error::MalformedVarint);
                }
                *self = ahead;
                return Ok(value);
            }
        }
        Err(Error::MalformedVarint)
    }

    /// The next varint, where its field is narrower than 64 bits.
    ///
    /// # Errors
    ///
    /// As [`Reader::varint`]; a value that does not fit `T` is malformed too.
    pub fn varint_as<T: TryFrom<u64>>(&mut self) -> Result<T, Error> {
        let mut ahead = self.clone();
        let value = ahead
            .varint()?
            .try_into()
            .map_err(|_| Error::MalformedVarint)?;
        *self = ahead;
        Ok(value)
    }

    /// All that is left.
    #[must_use]
    pub fn rest(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.rest)
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// [`Error::TrailingBytes`] when something is left.
    pub const fn finish(self) -> Result<(), Error> {
        match self.rest.len() {
            0 => Ok(()),
            count => Err(Error::TrailingBytes { count }),
        }
    }
}

/// Writes into the caller's buffer from front to back.
///
/// A write that does not fit changes nothing.
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    len: usize,
}

/// Without the bytes, which may be keys.
impl fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Writer({} of {} bytes)", self.len, self.buffer.len())
    }
}

impl<'a> Writer<'a> {
    /// A writer at the start of `buffer`.
    #[must_use]
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, len: 0 }
    }

    /// How many bytes are written.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is written yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends `bytes`.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`] when they do not fit.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let needed = self.len.saturating_add(bytes.len());
        match self.buffer.get_mut(self.len..needed) {
            Some(slot) => {
                copy(bytes, slot);
                self.len = needed;
                Ok(())
            }
            None => Err(Error::NoRoom { needed }),
        }
    }

    /// Appends these parts, one behind the other; where not all of them fit, nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`] for the first that does not fit.
    #[cfg(feature = "seal")]
    #[inline(never)] // One call for many parts: each that is written in place is as long as a call.
    pub(crate) fn put_all(&mut self, parts: &[&[u8]]) -> Result<(), Error> {
        let start = self.len;
        let put = parts.iter().try_for_each(|part| self.put(part));
        if put.is_err() {
            self.len = start;
        }
        put
    }

    /// Appends one byte.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`] when it does not fit.
    pub fn u8(&mut self, byte: u8) -> Result<(), Error> {
        self.put(&[byte])
    }

    /// Appends the low 24 bits of `value`, little-endian.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`] when they do not fit, [`Error::OutOfRange`] when `value` has more.
    pub fn u24(&mut self, value: u32) -> Result<(), Error> {
        let [a, b, c, high] = value.to_le_bytes();
        if high != 0 {
            return Err(Error::OutOfRange);
        }
        self.put(&[a, b, c])
    }

    /// Appends `value` as the shortest varint.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`] when it does not fit.
    pub fn varint(&mut self, value: u64) -> Result<(), Error> {
        let mut bytes = [0_u8; MAX_VARINT];
        let mut len = 0;
        let mut left = value;
        for slot in &mut bytes {
            let [low, ..] = left.to_le_bytes();
            left >>= 7;
            len += 1;
            *slot = if left == 0 { low & 0x7F } else { low | 0x80 };
            if left == 0 {
                break;
            }
        }
        self.put(bytes.get(..len).unwrap_or_default())
    }

    /// How many bytes can still be written.
    #[must_use]
    pub const fn room(&self) -> usize {
        self.buffer.len().saturating_sub(self.len)
    }

    /// Appends `count` bytes that the caller fills.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`] when they do not fit.
    pub fn reserve(&mut self, count: usize) -> Result<&mut [u8], Error> {
        let start = self.len;
        let needed = start.saturating_add(count);
        let slot = self
            .buffer
            .get_mut(start..needed)
            .ok_or(Error::NoRoom { needed })?;
        self.len = needed;
        Ok(slot)
    }

    /// Takes back all but the first `len` bytes.
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// What is written so far.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }

    /// The part of the buffer that is filled.
    #[must_use]
    pub fn finish(self) -> &'a mut [u8] {
        self.buffer.get_mut(..self.len).unwrap_or_default()
    }
}

/// How many bytes `value` takes as a varint.
pub(crate) const fn varint_len(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

/// Copies as much of `from` as there is room for: unlike the library's own, without a panic where lengths differ.
pub(crate) fn copy(from: &[u8], to: &mut [u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // IOMT-DATA-003, IOMT-DATA-002
    #[test]
    fn refuses_an_over_long_varint() {
        // DESIGN: "over-long varints are refused."
        assert_eq!(
            Reader::new(&[0x80, 0x00]).varint(),
            Err(Error::MalformedVarint)
        );
        assert_eq!(
            Reader::new(&[0xFF, 0x80, 0x00]).varint(),
            Err(Error::MalformedVarint)
        );
        assert_eq!(Reader::new(&[0x00]).varint(), Ok(0));
    }

    // IOMT-DATA-004
    #[test]
    fn refuses_a_varint_above_64_bits() {
        let largest = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01];
        assert_eq!(Reader::new(&largest).varint(), Ok(u64::MAX));
        let above = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02];
        assert_eq!(Reader::new(&above).varint(), Err(Error::MalformedVarint));
        assert_eq!(
            Reader::new(&[0x80; 11]).varint(),
            Err(Error::MalformedVarint)
        );
    }

    // IOMT-DATA-005, IOMT-DATA-008
    #[test]
    fn a_refused_field_leaves_the_reader_where_it_was() {
        let mut reader = Reader::new(&[0x80, 0x00, 0x05]);
        assert!(reader.varint().is_err());
        assert_eq!(reader.take(4), Err(Error::Truncated { missing: 1 }));
        assert_eq!(reader.left(), 3);
        let mut reader = Reader::new(&[0xAC, 0x02]);
        assert_eq!(reader.varint_as::<u8>(), Err(Error::MalformedVarint));
        assert_eq!(reader.varint_as::<u16>(), Ok(300));
    }

    #[test]
    fn a_write_that_does_not_fit_changes_nothing() {
        let mut buffer = [0xEE_u8; 3];
        let mut writer = Writer::new(&mut buffer);
        writer.u8(1).unwrap();
        assert_eq!(writer.put(&[2, 3, 4]), Err(Error::NoRoom { needed: 4 }));
        assert_eq!(writer.finish(), [1]);
        assert_eq!(buffer, [1, 0xEE, 0xEE]);
    }

    // IOMT-DATA-001
    #[test]
    fn u24_is_little_endian_and_bounded() {
        let mut buffer = [0_u8; 3];
        Writer::new(&mut buffer).u24(0x01_02_03).unwrap();
        assert_eq!(buffer, [3, 2, 1]);
        assert_eq!(Reader::new(&buffer).u24(), Ok(0x01_02_03));
        assert_eq!(
            Writer::new(&mut buffer).u24(0x0100_0000),
            Err(Error::OutOfRange)
        );
    }

    proptest! {
        // IOMT-DATA-002
        #[test]
        fn varints_come_back(value: u64) {
            let mut buffer = [0_u8; MAX_VARINT];
            let mut writer = Writer::new(&mut buffer);
            writer.varint(value).unwrap();
            let written = writer.finish();
            prop_assert_eq!(written.len(), varint_len(value));
            let mut reader = Reader::new(written);
            prop_assert_eq!(reader.varint(), Ok(value));
            prop_assert_eq!(reader.finish(), Ok(()));
        }
    }
}
