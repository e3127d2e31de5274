//! The serial carrier: a datagram between delimiters, with a check sum.

use cobs::{CobsEncoder, DestBufTooSmallError};
use crc::{CRC_32_MEF, Crc, NoTable};

use super::CarrierError;
use super::error::check_datagram;
use crate::wire::MAX_DATAGRAM;

mod decoder;

#[cfg(test)]
mod tests;

pub use decoder::{SerialDecoder, SerialStats};

/// The check sum at the end of a serial frame's content.
pub const SERIAL_CRC_LEN: usize = 4;
/// The longest serial frame: what [`encode_serial`] writes for a datagram of [`MAX_DATAGRAM`] bytes.
pub const MAX_SERIAL_FRAME: usize = frame_len(MAX_DATAGRAM);

const DELIMITER: u8 = 0;

/// Without a table: 1 KiB of flash less. Some 80 instructions a byte (size-optimised for a Cortex-M0) are
/// far below the 4,000 cycles that it has between two bytes of a UART, at 48 MHz and 115,200 baud.
static MEF: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_MEF);
/// What the register holds behind any content that ends with its check sum, so of the empty datagram's too.
const RESIDUE: u32 = Crc::<u32, NoTable>::new(&CRC_32_MEF).checksum(&[0; SERIAL_CRC_LEN]);

/// Writes `datagram` as one serial frame at the start of `out`; returns the part that is filled.
///
/// ```text
///  1    6 to 1,241 bytes, none of them zero     1
/// ┌────┬─────────────────────────────────────┬────┐
/// │ 00 │ COBS( datagram 1…1,232 ‖ crc 4 LE ) │ 00 │
/// └────┴─────────────────────────────────────┴────┘
/// ```
///
/// - **COBS** (Cheshire and Baker, 1999) takes the zeros out: one byte more, and one for every
///   254 bytes, whatever the content. So a zero on the line is a delimiter and nothing else.
/// - **Delimiters stand at both ends.** The first ends whatever noise the line made before it, so
///   that garbage never costs a good frame; the last delivers the frame at once. One byte a frame
///   buys both, and either one may be lost. The empty frame between two neighbours means nothing.
/// - **The check sum** is a CRC-32 over the datagram, low byte first: polynomial `741B8CD7`
///   (Koopman's), register and result reflected, initial value and final exclusive-or all ones,
///   `2D3DD0AE` for the digits 1 to 9. It is the complement of CRC-32/MEF, which does not see
///   zeros added at the end, so not a byte `01` in front of the last delimiter either.
///   In a datagram of any length it detects every error of up to five bits, where the CRC-32 of
///   Ethernet and CRC-32C detect three in the longest, and every burst of up to 32 bits. Of all
///   other damage it lets pass one in 2^32; to that belong wrong COBS code bytes, as they move
///   zeros. A CRC-16 would save two bytes and let pass one in 65,536: a gateway without keys has
///   nothing behind it that would notice.
///
/// The check sum protects from accidents, not from people: that is `seal`'s task.
/// Cost: one pass over the datagram, no copy beside `out`; 7 bytes more on the line, and one for every 254.
///
/// # Errors
///
/// [`CarrierError`]: a datagram without bytes or above [`MAX_DATAGRAM`], or too small an `out`;
/// [`MAX_SERIAL_FRAME`] bytes always suffice.
///
/// # Examples
///
/// A datagram of three bytes, its check sum `7BA37DA5`, and each zero replaced by a distance:
///
/// ```
/// use iomt::link::{MAX_SERIAL_FRAME, SerialDecoder, encode_serial};
///
/// let mut out = [0; MAX_SERIAL_FRAME];
/// let frame = encode_serial(&[0x09, 0x00, 0xA5], &mut out)?;
/// assert_eq!(frame, [0x00, 0x02, 0x09, 0x06, 0xA5, 0xA5, 0x7D, 0xA3, 0x7B, 0x00]);
///
/// let mut decoder: SerialDecoder = SerialDecoder::new();
/// assert_eq!(decoder.decode(&mut &frame[..]), Some(&[0x09, 0x00, 0xA5][..]));
/// # Ok::<(), iomt::link::CarrierError>(())
/// ```
pub fn encode_serial<'o>(datagram: &[u8], out: &'o mut [u8]) -> Result<&'o mut [u8], CarrierError> {
    check_datagram(datagram)?;
    let needed = frame_len(datagram.len());
    let room = out
        .get_mut(..needed)
        .ok_or(CarrierError::NoRoom { needed })?;
    let len = write_frame(datagram, room).ok_or(CarrierError::NoRoom { needed })?;
    Ok(out.get_mut(..len).unwrap_or_default())
}

/// Writes delimiter, content and delimiter; `None` when `out` is short of [`frame_len`].
fn write_frame(datagram: &[u8], out: &mut [u8]) -> Option<usize> {
    let (first, rest) = out.split_first_mut()?;
    *first = DELIMITER;
    let coded = stuff(datagram, rest).ok()?;
    *rest.get_mut(coded)? = DELIMITER;
    Some(coded.saturating_add(2))
}

fn stuff(datagram: &[u8], out: &mut [u8]) -> Result<usize, DestBufTooSmallError> {
    let mut encoder = CobsEncoder::new(out);
    encoder.push(datagram)?;
    encoder.push(&check_sum(datagram).to_le_bytes())?;
    Ok(encoder.finalize())
}

pub(crate) fn check_sum(datagram: &[u8]) -> u32 {
    !MEF.checksum(datagram)
}

/// The longest frame for a datagram of `len` bytes.
const fn frame_len(len: usize) -> usize {
    cobs::max_encoding_length(len + SERIAL_CRC_LEN) + 2
}
