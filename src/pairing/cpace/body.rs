//! The bytes of a run: its messages, and what both sides bind the handshake to.

use super::share::Said;
use crate::crypto::KEY_LEN;
use crate::crypto::ristretto::is_share;
use crate::pairing::noise::XX_PSK0;
use crate::pairing::{Error, Hello, Model, Offer};
use crate::wire::{ConnectionId, Hint, Reader, VERSION, Writer};

/// "step … 0x40 = `CPace`": the four messages count from here.
pub(super) const STEPS: [u8; 4] = [0x41, 0x42, 0x43, 0x44];
const HALF: usize = 16;
const OFFER_LEN: usize = 4;
pub(super) const SHARE_LEN: usize = KEY_LEN + OFFER_LEN;
/// sid ‖ lv(Ya) ‖ lv(ADa) ‖ lv(Yb) ‖ lv(ADb)
pub(super) const TRANSCRIPT_LEN: usize = 2 * HALF + 2 * (2 + KEY_LEN + 2 + OFFER_LEN);
pub(super) const MAX_CHANNEL: usize = 64;

pub(super) type Half = [u8; HALF];
/// Both halves, the initiator's first.
pub(super) type SessionId = [Half; 2];

/// "CI = lv(version) ‖ lv(protocol name) ‖ lv(model)"
pub(super) fn channel(buffer: &mut [u8; MAX_CHANNEL]) -> Result<&[u8], Error> {
    let mut writer = Writer::new(buffer);
    put_lv(&mut writer, &[VERSION])?;
    put_lv(&mut writer, &XX_PSK0.protocol_name())?;
    put_lv(&mut writer, &[Model::PASSCODE.0])?;
    Ok(writer.finish())
}

/// "pre = sid ‖ lv(Ya) ‖ lv(ADa) ‖ lv(Yb) ‖ lv(ADb)"
pub(super) fn transcript(
    session: &[u8],
    said: [Said<'_>; 2],
) -> Result<[u8; TRANSCRIPT_LEN], Error> {
    let mut bytes = [0; TRANSCRIPT_LEN];
    let mut writer = Writer::new(&mut bytes);
    writer.put(session)?;
    for said in said {
        put_lv(&mut writer, said.point)?;
        put_lv(&mut writer, said.associated)?;
    }
    Ok(bytes)
}

fn put_lv(writer: &mut Writer<'_>, field: &[u8]) -> Result<(), Error> {
    let len = u16::try_from(field.len()).unwrap_or(u16::MAX);
    writer.put(&len.to_be_bytes())?;
    Ok(writer.put(field)?)
}

/// "AD = offers"
pub(super) const fn offer() -> [u8; OFFER_LEN] {
    Offer::within(Model::PASSCODE).to_bytes()
}

/// The point of a share: one of the group, beside an offer that is taken.
///
/// Version 1 has one offer for this model: the other's is the same to the byte. What a later version can do besides it says
/// in the offers of the handshake behind.
pub(super) fn check_share(share: &[u8; SHARE_LEN]) -> Result<[u8; KEY_LEN], Error> {
    let mut reader = Reader::new(share);
    let point = reader.array()?;
    if !is_share(&point) {
        return Err(Error::BadKey);
    }
    match reader.array::<OFFER_LEN>()? == offer() {
        true => Ok(point),
        false => Err(Error::Downgraded),
    }
}

const fn hello_of(connection: ConnectionId) -> Hello {
    Hello {
        model: Model::PASSCODE,
        connection,
        hint: Hint::NONE,
    }
}

pub(super) fn write<'o>(
    connection: ConnectionId,
    step: u8,
    parts: &[&[u8]],
    out: &'o mut [u8],
) -> Result<&'o [u8], Error> {
    let mut writer = Writer::new(out);
    hello_of(connection).header(step).emit_header(&mut writer)?;
    for part in parts {
        writer.put(part)?;
    }
    Ok(writer.finish())
}

pub(super) fn read<const N: usize>(
    connection: ConnectionId,
    step: u8,
    packet: &[u8],
) -> Result<[u8; N], Error> {
    exactly(hello_of(connection).message(packet, step)?)
}

fn exactly<const N: usize>(message: &[u8]) -> Result<[u8; N], Error> {
    let mut reader = Reader::new(message);
    let body = reader.array()?;
    reader.finish()?;
    Ok(body)
}
