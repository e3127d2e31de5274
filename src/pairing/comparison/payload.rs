//! The fields that this model adds to the payloads: tags 3 and 4, behind those of all models.

use super::code::{Commitment, NONCE_LEN, Nonce};
use crate::crypto::hash::HASH_LEN;
use crate::pairing::payload::{MAX_PAYLOAD, Payload, put_field};
use crate::wire::{Error, Reader, Writer};

/// 3 commitment, 32 bytes, in message 2.
const COMMITMENT: u64 = 3;
/// 4 nonce, 16 bytes, in message 3.
const NONCE: u64 = 4;
/// The longest payload that is written.
pub(in crate::pairing) const MAX: usize = MAX_PAYLOAD + 2 + HASH_LEN;

pub(in crate::pairing) fn with_commitment<'o>(
    payload: Payload<'_>,
    commitment: &Commitment,
    out: &'o mut [u8; MAX],
) -> Result<&'o [u8], Error> {
    with(payload, COMMITMENT, commitment, out)
}

pub(in crate::pairing) fn with_nonce<'o>(
    payload: Payload<'_>,
    nonce: &Nonce,
    out: &'o mut [u8; MAX],
) -> Result<&'o [u8], Error> {
    with(payload, NONCE, nonce, out)
}

fn with<'o>(
    payload: Payload<'_>,
    tag: u64,
    content: &[u8],
    out: &'o mut [u8; MAX],
) -> Result<&'o [u8], Error> {
    let mut common = [0; MAX_PAYLOAD];
    let common = payload.emit(&mut common)?;
    let mut writer = Writer::new(out);
    writer.put(common)?;
    put_field(tag, content, &mut writer)?;
    Ok(writer.finish())
}

pub(in crate::pairing) fn commitment_in(payload: &[u8]) -> Result<Commitment, Error> {
    find::<HASH_LEN>(COMMITMENT, payload)
}

pub(in crate::pairing) fn nonce_in(payload: &[u8]) -> Result<Nonce, Error> {
    find::<NONCE_LEN>(NONCE, payload)
}

/// A field of a payload that was parsed: its tags rise.
fn find<const N: usize>(wanted: u64, payload: &[u8]) -> Result<[u8; N], Error> {
    let mut reader = Reader::new(payload);
    loop {
        let tag = reader.varint()?;
        let len = reader.varint_as()?;
        let mut content = Reader::new(reader.take(len)?);
        if tag == wanted {
            let found = content.array()?;
            content.finish()?;
            return Ok(found);
        }
    }
}
