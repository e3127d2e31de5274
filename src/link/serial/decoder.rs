use cobs::{DecodeResult, DecoderState};

use super::{MEF, RESIDUE, SERIAL_CRC_LEN};
use crate::wire::MAX_DATAGRAM;

/// Finds datagrams in the bytes of a serial line; the other end of [`encode_serial`](super::encode_serial).
///
/// `N` is the longest datagram that is accepted. Memory: `N` bytes and some 40, whatever arrives.
/// Time: linear in the bytes. The check sum is computed when a frame ends: for the longest some 100,000
/// instructions of a Cortex-M0, 2 ms at 48 MHz, in which the UART's buffer has to hold what comes.
///
/// **Every frame whose bytes arrive whole and in order is delivered at its last byte, whatever came
/// before it**; a frame that is damaged costs only itself. Garbage, half a frame at power-up, a frame
/// cut short by the sender's reset: the delimiter in front of the next frame ends them. Where a frame
/// has lost its last delimiter, the first one of its successor stands in.
///
/// What is delivered was sent, but for damage that the check sum does not see, one in 2^32.
///
/// ```
/// use iomt::link::{MAX_SERIAL_FRAME, SerialDecoder, encode_serial};
///
/// let mut out = [0; MAX_SERIAL_FRAME];
/// let mut line = vec![0xFF, 0x13, 0x00, 0x47]; // Noise of a connector,
/// line.extend_from_slice(encode_serial(b"alarm", &mut out)?); // then a frame.
///
/// let mut decoder = SerialDecoder::<256>::new();
/// for mut chunk in line.chunks(3) {
///     while let Some(datagram) = decoder.decode(&mut chunk) {
///         assert_eq!(datagram, b"alarm");
///     }
/// }
/// assert_eq!(decoder.stats().delivered, 1);
/// # Ok::<(), iomt::link::CarrierError>(())
/// ```
#[derive(Debug)]
pub struct SerialDecoder<const N: usize = MAX_DATAGRAM> {
    cobs: DecoderState,
    /// The datagram; what goes beyond `N` is the check sum of the longest.
    buffer: [u8; N],
    tail: [u8; SERIAL_CRC_LEN],
    /// How many bytes the frame has so far, those without room counted too.
    len: usize,
    stats: SerialStats,
}

/// What became of the frames on a serial line; each count stops at its maximum.
///
/// What stands between two delimiters counts once, in one of these; nothing between them does not count.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SerialStats {
    /// Datagrams delivered.
    pub delivered: u32,
    /// Dropped: not COBS. A byte was lost or added, or it was noise.
    pub malformed: u32,
    /// Dropped: fewer bytes than a check sum and one.
    pub too_short: u32,
    /// Dropped: a datagram above the decoder's `N`, or delimiters were lost.
    pub too_long: u32,
    /// Number of datagrams dropped: the check sum is wrong.
    pub corrupt: u32,
}

impl<const N: usize> SerialDecoder<N> {
    /// A decoder for a line of which nothing is known.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            cobs: DecoderState::Idle,
            buffer: [0; N],
            tail: [0; SERIAL_CRC_LEN],
            len: 0,
            stats: SerialStats {
                delivered: 0,
                malformed: 0,
                too_short: 0,
                too_long: 0,
                corrupt: 0,
            },
        }
    }

    /// Takes bytes off the front of `input` up to the end of the next datagram, and returns that.
    ///
    /// `None` says that all of `input` was taken. The input may be cut anywhere.
    pub fn decode(&mut self, input: &mut &[u8]) -> Option<&[u8]> {
        while let Some((byte, rest)) = input.split_first() {
            *input = rest;
            if let Some(len) = self.take(*byte) {
                return self.buffer.get(..len);
            }
        }
        None
    }

    /// What was delivered and what was dropped, since the beginning.
    #[must_use]
    pub const fn stats(&self) -> &SerialStats {
        &self.stats
    }

    /// Takes one byte; the length of the datagram that it completes.
    fn take(&mut self, byte: u8) -> Option<usize> {
        match self.cobs.feed(byte) {
            Ok(DecodeResult::NoData) => None,
            Ok(DecodeResult::DataContinue(content)) => {
                self.append(content);
                None
            }
            Ok(DecodeResult::DataComplete) => self.finish(),
            Err(_) => {
                self.len = 0;
                count(&mut self.stats.malformed);
                None
            }
        }
    }

    fn append(&mut self, byte: u8) {
        let slot = match self.len.checked_sub(N) {
            None => self.buffer.get_mut(self.len),
            Some(beyond) => self.tail.get_mut(beyond),
        };
        if let Some(slot) = slot {
            *slot = byte;
        }
        self.len = self.len.saturating_add(1);
    }

    /// Ends a frame; the length of its datagram when that is sound.
    fn finish(&mut self) -> Option<usize> {
        let content = core::mem::take(&mut self.len);
        let Some(datagram @ 1..) = content.checked_sub(SERIAL_CRC_LEN) else {
            count(&mut self.stats.too_short);
            return None;
        };
        if datagram > N {
            count(&mut self.stats.too_long);
            return None;
        }
        if !self.is_sound(content) {
            count(&mut self.stats.corrupt);
            return None;
        }
        count(&mut self.stats.delivered);
        Some(datagram)
    }

    /// Whether the first `content` bytes end with their check sum.
    fn is_sound(&self, content: usize) -> bool {
        let in_tail = content.saturating_sub(N);
        let mut digest = MEF.digest();
        digest.update(self.buffer.get(..content.min(N)).unwrap_or_default());
        digest.update(self.tail.get(..in_tail).unwrap_or_default());
        digest.finalize() == RESIDUE
    }
}

impl<const N: usize> Default for SerialDecoder<N> {
    fn default() -> Self {
        Self::new()
    }
}

const fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}
