use super::CarrierError;
use super::error::check_datagram;
use crate::wire::{MAX_DATAGRAM, Writer, copy};

/// What stands in front of a datagram in a stream and in a [batch](super::Batch): its length, high byte first.
pub const STREAM_HEADER: usize = 2;

/// Writes `datagram` behind its length at the start of `out`; returns the part that is filled.
///
/// ```text
///  2 BE   1…1,232
/// ┌─────┬──────────┐
/// │ len │ datagram │      for streams that lose nothing: TCP, TLS, L2CAP channels, a pipe
/// └─────┴──────────┘
/// ```
///
/// # Errors
///
/// [`CarrierError`]; 1,234 bytes always suffice.
pub fn encode_stream<'o>(datagram: &[u8], out: &'o mut [u8]) -> Result<&'o mut [u8], CarrierError> {
    let mut writer = Writer::new(out);
    put(datagram, &mut writer)?;
    Ok(writer.finish())
}

/// Writes a datagram behind its length, or nothing.
pub(super) fn put(datagram: &[u8], writer: &mut Writer<'_>) -> Result<(), CarrierError> {
    check_datagram(datagram)?;
    let needed = writer
        .len()
        .saturating_add(STREAM_HEADER)
        .saturating_add(datagram.len());
    let no_room = |_| CarrierError::NoRoom { needed };
    let len = u16::try_from(datagram.len()).map_err(|_| CarrierError::TooLong {
        len: datagram.len(),
    })?;
    let slot = writer
        .reserve(STREAM_HEADER.saturating_add(datagram.len()))
        .map_err(no_room)?;
    let mut slot = Writer::new(slot);
    slot.put(&len.to_be_bytes()).map_err(no_room)?;
    slot.put(datagram).map_err(no_room)
}

/// Why a stream can not go on: where the next datagram begins, nobody knows any more. Close it.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// A datagram without bytes was announced.
    #[error("a datagram has at least one byte")]
    Empty,
    /// A datagram above the decoder's `N` was announced.
    #[error("a datagram of {len} bytes is too long")]
    TooLong {
        /// What was announced.
        len: usize,
    },
}

/// Finds datagrams in a stream; the other end of [`encode_stream`]. One for each connection.
///
/// `N` is the longest datagram that is accepted. Memory: `N` bytes and some 40, whatever arrives. Time: linear
/// in the bytes.
///
/// **Rule.** There is no way to find the beginning of a datagram again. After an error each further call has
/// the same error, and takes nothing: the connection is to be closed.
///
/// ```
/// use iomt::link::{StreamDecoder, encode_stream};
///
/// let mut out = [0; 7];
/// let bytes = encode_stream(b"alarm", &mut out)?;
/// assert_eq!(bytes, b"\x00\x05alarm");
///
/// let mut decoder = StreamDecoder::<256>::new();
/// assert_eq!(decoder.decode(&mut &bytes[..4]), Ok(None));
/// assert_eq!(decoder.decode(&mut &bytes[4..]), Ok(Some(&b"alarm"[..])));
/// # Ok::<(), iomt::link::CarrierError>(())
/// ```
#[derive(Debug)]
pub struct StreamDecoder<const N: usize = MAX_DATAGRAM> {
    header: [u8; STREAM_HEADER],
    buffer: [u8; N],
    /// How many bytes of header and datagram are here.
    len: usize,
    end: Option<StreamError>,
}

impl<const N: usize> Default for StreamDecoder<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> StreamDecoder<N> {
    /// A decoder for a connection that has just begun.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            header: [0; STREAM_HEADER],
            buffer: [0; N],
            len: 0,
            end: None,
        }
    }

    /// Takes bytes off the front of `input` up to the end of the next datagram, and returns that.
    ///
    /// `None` says that all of `input` was taken. The input may be cut anywhere.
    ///
    /// # Errors
    ///
    /// [`StreamError`]: now and for ever.
    pub fn decode(&mut self, input: &mut &[u8]) -> Result<Option<&[u8]>, StreamError> {
        if let Some(end) = self.end {
            return Err(end);
        }
        while self.len < STREAM_HEADER {
            let Some((byte, rest)) = input.split_first() else {
                return Ok(None);
            };
            *input = rest;
            if let Some(slot) = self.header.get_mut(self.len) {
                *slot = *byte;
            }
            self.len += 1;
        }
        let whole = self.announced().inspect_err(|end| self.end = Some(*end))?;
        self.fill(whole, input);
        if self.len < whole.saturating_add(STREAM_HEADER) {
            return Ok(None);
        }
        self.len = 0;
        Ok(self.buffer.get(..whole))
    }

    fn announced(&self) -> Result<usize, StreamError> {
        match usize::from(u16::from_be_bytes(self.header)) {
            0 => Err(StreamError::Empty),
            len if len > N.min(MAX_DATAGRAM) => Err(StreamError::TooLong { len }),
            len => Ok(len),
        }
    }

    /// Takes what is there of a datagram of `whole` bytes.
    fn fill(&mut self, whole: usize, input: &mut &[u8]) {
        let here = self.len.saturating_sub(STREAM_HEADER);
        let slot = self.buffer.get_mut(here..whole).unwrap_or_default();
        let Some((taken, rest)) = input.split_at_checked(slot.len().min(input.len())) else {
            return;
        };
        copy(taken, slot);
        *input = rest;
        self.len = self.len.saturating_add(taken.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn line(datagrams: &[Vec<u8>]) -> Vec<u8> {
        let mut out = [0; MAX_DATAGRAM + STREAM_HEADER];
        let written = |datagram: &Vec<u8>| encode_stream(datagram, &mut out).unwrap().to_vec();
        datagrams.iter().flat_map(written).collect()
    }

    // IOMT-CARR-040
    #[test]
    fn the_longest_datagram_passes_and_one_byte_more_ends_the_stream() {
        let longest = [7; MAX_DATAGRAM];
        let mut decoder: StreamDecoder = StreamDecoder::new();
        let bytes = line(&[longest.to_vec()]);
        assert_eq!(decoder.decode(&mut &bytes[..]), Ok(Some(&longest[..])));
        let too_long = Err(StreamError::TooLong { len: 1_233 });
        assert_eq!(decoder.decode(&mut &[0x04, 0xD1, 1][..]), too_long);
        let mut good = &bytes[..];
        assert_eq!(decoder.decode(&mut good), too_long);
        assert_eq!(good.len(), bytes.len());
    }

    // IOMT-CARR-040
    #[test]
    fn an_empty_datagram_ends_the_stream() {
        let mut decoder: StreamDecoder = StreamDecoder::new();
        assert_eq!(decoder.decode(&mut &[0, 0][..]), Err(StreamError::Empty));
        assert_eq!(encode_stream(&[], &mut [0; 8]), Err(CarrierError::Empty));
    }

    #[test]
    fn an_output_that_is_short_by_one_is_refused() {
        let refused = encode_stream(&[1; 10], &mut [0; 11]).map(|_| ());
        assert_eq!(refused, Err(CarrierError::NoRoom { needed: 12 }));
    }

    proptest! {
        // IOMT-CARR-040
        #[test]
        fn datagrams_come_back_however_the_stream_is_cut(
            datagrams in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..60), 0..12),
            chunk in 1_usize..100,
        ) {
            let mut decoder = StreamDecoder::<60>::new();
            let mut found = Vec::new();
            for mut chunk in line(&datagrams).chunks(chunk) {
                while let Some(datagram) = decoder.decode(&mut chunk).unwrap() {
                    found.push(datagram.to_vec());
                }
                prop_assert!(chunk.is_empty());
            }
            prop_assert_eq!(found, datagrams);
        }
    }
}
