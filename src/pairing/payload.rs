use core::fmt;

use super::Offer;
use crate::crypto::hash::{equal, sha256};
use crate::wire::{self, Reader, Writer};

/// SHA-256 of the body of the device's descriptor record.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DescriptorHash([u8; 32]);

impl DescriptorHash {
    /// The hash of a record body of tag [`DESCRIPTOR`](crate::wire::Tag::DESCRIPTOR).
    #[must_use]
    pub fn of_body(body: &[u8]) -> Self {
        Self(sha256(&[body]))
    }

    /// Whether `body` is the one that was promised.
    #[must_use]
    pub fn matches(&self, body: &[u8]) -> bool {
        equal(&self.0, &sha256(&[body]))
    }
}

impl DescriptorHash {
    pub(super) const fn as_slice(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn read(field: &[u8]) -> Result<Self, wire::Error> {
        Ok(Self(*whole(field)?))
    }

    pub(crate) const fn from_bytes(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DescriptorHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "DescriptorHash({a:02x}{b:02x}{c:02x}{d:02x}..)")
    }
}

/// What the two sides tell each other inside a handshake.
///
/// ```text
/// field        tag varint │ length varint │ content     rising tags; unknown ones are skipped
/// 1 offer      4 bytes     in messages 1 and 2
/// 2 descriptor 32 bytes    from the device
/// 3, 4         numeric comparison: commitment, nonce
/// 5, 6         kept free: the key that a device signs records with, 32 bytes; an attestation, up to 1 KiB
/// ```
///
/// Every message that is read may be 36 bytes longer than this version writes it: a record key with tag and length takes
/// 34. Two things have no room. Message 1 of factory keys has 172 bytes of the [`MAX_HANDSHAKE`](super::MAX_HANDSHAKE) that any
/// version 1 takes, so 20 are left: a device that meets its server so says its record key in a record. And an
/// attestation of up to 1 KiB fits no packet of 192 bytes, which is what one half-open pairing costs a device: it lies with
/// the identity (`Belongings`, of the same bound), and goes into a record as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Payload<'p> {
    pub(super) offer: Option<Offer>,
    pub(super) descriptor: Option<&'p [u8; 32]>,
}

/// The longest payload that this version writes.
pub(super) const MAX_PAYLOAD: usize = 40;

const OFFER: u64 = 1;
const DESCRIPTOR: u64 = 2;

impl<'p> Payload<'p> {
    pub(super) fn emit<'o>(&self, out: &'o mut [u8]) -> Result<&'o mut [u8], wire::Error> {
        let mut writer = Writer::new(out);
        if let Some(offer) = self.offer {
            put_field(OFFER, &offer.to_bytes(), &mut writer)?;
        }
        if let Some(descriptor) = self.descriptor {
            put_field(DESCRIPTOR, descriptor, &mut writer)?;
        }
        Ok(writer.finish())
    }

    pub(super) fn parse(bytes: &'p [u8]) -> Result<Self, wire::Error> {
        let mut reader = Reader::new(bytes);
        let (mut offer, mut descriptor) = (None, None);
        let mut previous = 0;
        while reader.left() > 0 {
            let tag = reader.varint()?;
            let len = reader.varint_as()?;
            let content = reader.take(len)?;
            if tag <= previous {
                return Err(wire::Error::OutOfRange);
            }
            previous = tag;
            match tag {
                OFFER => offer = Some(Offer::from_bytes(*whole(content)?)),
                DESCRIPTOR => descriptor = Some(whole(content)?),
                _ => {}
            }
        }
        Ok(Self { offer, descriptor })
    }
}

/// Writes a field behind those with lower tags.
pub(super) fn put_field(
    tag: u64,
    content: &[u8],
    writer: &mut Writer<'_>,
) -> Result<(), wire::Error> {
    writer.varint(tag)?;
    writer.varint(content.len() as u64)?;
    writer.put(content)
}

/// A field that has this length and no other.
fn whole<const N: usize>(content: &[u8]) -> Result<&[u8; N], wire::Error> {
    let (field, rest) = content.split_first_chunk().ok_or(wire::Error::Truncated {
        missing: N.saturating_sub(content.len()),
    })?;
    Reader::new(rest).finish()?;
    Ok(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload() -> Payload<'static> {
        Payload {
            offer: Some(Offer::OURS),
            descriptor: Some(&[7; 32]),
        }
    }

    #[test]
    fn comes_back_and_fits_its_bound() {
        let mut out = [0; MAX_PAYLOAD];
        let bytes = &*payload().emit(&mut out).unwrap();
        assert_eq!(bytes.len(), MAX_PAYLOAD);
        assert_eq!(Payload::parse(bytes), Ok(payload()));
    }

    // IOMT-PAIR-020
    #[test]
    fn there_is_room_for_a_record_key_and_an_attestation() {
        let mut out = [0; MAX_PAYLOAD];
        let bytes = &*payload().emit(&mut out).unwrap();
        let record_key = [&[5, 32][..], &[0x51; 32]].concat();
        // 1,024 as a varint.
        let attestation = [&[6, 0x80, 0x08][..], &[0x52; 1_024]].concat();
        let later = [bytes, &record_key, &attestation].concat();
        assert_eq!(Payload::parse(&later), Ok(payload()));
        let out_of_order = [bytes, &attestation, &record_key].concat();
        assert_eq!(Payload::parse(&out_of_order), Err(wire::Error::OutOfRange));
        assert!(Payload::parse(&later[..later.len() - 1]).is_err());
    }

    // IOMT-PAIR-020, IOMT-PAIR-021
    #[test]
    fn unknown_fields_are_skipped_and_repeated_ones_refused() {
        let mut out = [0; MAX_PAYLOAD];
        let bytes = &*payload().emit(&mut out).unwrap();
        let later = [bytes, &[9, 2, 0xAA, 0xBB]].concat();
        assert_eq!(Payload::parse(&later), Ok(payload()));
        let repeated = [bytes, &bytes[6..]].concat();
        assert_eq!(Payload::parse(&repeated), Err(wire::Error::OutOfRange));
        for len in 0..bytes.len() {
            let cut_at_a_field = len == 0 || len == 6;
            assert_eq!(Payload::parse(&bytes[..len]).is_ok(), cut_at_a_field);
        }
    }
}
