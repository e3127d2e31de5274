//! Base32 of RFC 4648, without padding: what a QR code has a compact mode for, and what a person can type.

use super::payload::LabelError;
use crate::wire::Writer;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// How many characters `len` bytes take.
pub(super) const fn encoded_len(len: usize) -> usize {
    (len * 8).div_ceil(5)
}

/// The characters of some bytes, in front of the rest of `out`; how many there are.
pub(super) fn encode(bytes: &[u8], out: &mut Writer<'_>) -> Result<(), crate::wire::Error> {
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            out.u8(character(bits >> count))?;
        }
        bits &= (1 << count) - 1;
    }
    if count > 0 {
        out.u8(character(bits << (5 - count)))?;
    }
    Ok(())
}

/// The bytes of some characters, large or small. There is one way to write them: what is left over has to
/// be zero, and less than a character.
pub(super) fn decode(text: &[u8], out: &mut Writer<'_>) -> Result<(), LabelError> {
    let (mut bits, mut count) = (0_u32, 0_u32);
    for character in text {
        bits = bits << 5 | value(*character).ok_or(LabelError::NotALabel)?;
        count += 5;
        if count >= 8 {
            count -= 8;
            let [byte, ..] = (bits >> count).to_le_bytes();
            out.u8(byte).map_err(|_| LabelError::NotALabel)?;
            bits &= (1 << count) - 1;
        }
    }
    match (bits, count) {
        (0, ..5) => Ok(()),
        _ => Err(LabelError::NotALabel),
    }
}

fn character(bits: u32) -> u8 {
    let place = usize::try_from(bits & 31).unwrap_or_default();
    ALPHABET.get(place).copied().unwrap_or_default()
}

fn value(character: u8) -> Option<u32> {
    let large = character.to_ascii_uppercase();
    let place = ALPHABET.iter().position(|known| *known == large)?;
    u32::try_from(place).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn encoded(bytes: &[u8]) -> Vec<u8> {
        let mut out = [0; 64];
        let mut writer = Writer::new(&mut out);
        encode(bytes, &mut writer).unwrap();
        assert_eq!(writer.len(), encoded_len(bytes.len()));
        writer.finish().to_vec()
    }

    fn decoded(text: &[u8]) -> Option<Vec<u8>> {
        let mut out = [0; 64];
        let mut writer = Writer::new(&mut out);
        decode(text, &mut writer).ok()?;
        Some(writer.finish().to_vec())
    }

    /// RFC 4648, section 10.
    #[test]
    fn the_vectors_of_the_rfc_come_out_without_their_padding() {
        for (bytes, text) in [
            (&b""[..], &b""[..]),
            (b"f", b"MY"),
            (b"fo", b"MZXQ"),
            (b"foo", b"MZXW6"),
            (b"foob", b"MZXW6YQ"),
            (b"fooba", b"MZXW6YTB"),
            (b"foobar", b"MZXW6YTBOI"),
        ] {
            assert_eq!(encoded(bytes), text);
            assert_eq!(decoded(text).unwrap(), bytes);
            assert_eq!(decoded(&text.to_ascii_lowercase()).unwrap(), bytes);
        }
    }

    // IOMT-LABEL-003
    #[test]
    fn a_second_way_to_write_the_same_bytes_is_refused() {
        for text in [
            &b"MZ"[..],
            b"M",
            b"MYA",
            b"MZXW6A",
            b"MY======",
            b"M1",
            b"M Y",
        ] {
            assert_eq!(decoded(text), None);
        }
    }
}
