//! The clear header in front of every packet.
//!
//! ```text
//! byte 0     bits 7-6  kind     0 frame, 1 receipt, 2 handshake, 3 refused
//!            bits 5-4  space    0 data, 1 alarm, 2 control, 3 command        frames only
//!            bit  3    locator  the 8 bytes of the epoch's locator follow    frames only
//!            bit  2    salt     the 16 bytes of the epoch's salt follow      with a locator only
//!            bits 1-0  version  1; 3 announces an extension byte
//!
//! short      byte0                    ctr24 ciphertext tag16         20 bytes of overhead
//! routed     byte0 locator8           ctr24 ciphertext tag16         28
//! unproved   byte0 locator8 salt16    ctr24 ciphertext tag16         44
//! receipt    byte0 locator8 body proof16
//! handshake  byte0 suite1 model1 step1 conn8 hint8 [mac16 in step 1] message
//! refused    byte0 reference8                                         9 in all
//! ```
//!
//! `ctr24` is little-endian. Nothing of a frame's header but its kind, space,
//! version and counter is authenticated; the epoch's tag stands for the rest.

mod frame;
mod handshake;
mod receipt;
mod refused;

#[cfg(test)]
mod tests;

pub use frame::{Frame, Route, Space};
pub use handshake::Handshake;
pub use receipt::Receipt;
pub use refused::Refused;

use super::{Error, Reader};

/// The protocol version of this crate.
pub const VERSION: u8 = 1;
/// The longest packet: what an IPv6 path carries unfragmented, less its headers.
pub const MAX_DATAGRAM: usize = 1_232;
/// The authentication tag at the end of a frame.
pub const TAG_LEN: usize = 16;
/// The proof at the end of a receipt.
pub const PROOF_LEN: usize = 16;
/// The code that shows that the sender of a first handshake message knows what it needs to.
pub const MAC1_LEN: usize = 16;
/// The header of a handshake packet, without the code of step 1.
pub const HANDSHAKE_HEADER: usize = 20;
/// The largest counter; an epoch holds no more than 2^24 − 1 frames a space, since the last code means none.
pub const MAX_COUNTER: u32 = 0x00FF_FFFE;

const KIND_SHIFT: u8 = 6;
const VERSION_MASK: u8 = 0b0011;

const KIND_FRAME: u8 = 0;
const KIND_RECEIPT: u8 = 1;
const KIND_HANDSHAKE: u8 = 2;
const KIND_REFUSED: u8 = 3;

/// A packet by its kind: the first thing that is known of a datagram.
///
/// ```
/// use iomt::wire::{Error, Packet, Route, Space};
///
/// // A short frame: data space, counter 5, no ciphertext, and its tag.
/// let mut bytes = [0_u8; 20];
/// bytes[0] = 0x01;
/// bytes[1] = 5;
/// let Ok(Packet::Frame(frame)) = Packet::parse(&bytes) else { panic!() };
/// assert_eq!((frame.space, frame.route, frame.counter), (Space::Data, Route::Short, 5));
///
/// assert_eq!(Packet::parse(&bytes[..19]), Err(Error::Truncated { missing: 1 }));
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Packet<'a> {
    /// Sealed records.
    Frame(Frame<'a>),
    /// What is stored.
    Receipt(Receipt<'a>),
    /// Two devices meet.
    Handshake(Handshake<'a>),
    /// Nobody here knows the sender.
    Refused(Refused),
}

impl<'a> Packet<'a> {
    /// Reads the clear header.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedVersion`], [`Error::Reserved`], [`Error::OutOfRange`] or
    /// [`Error::Truncated`], by what is wrong first; [`Error::TrailingBytes`] for a datagram above
    /// [`MAX_DATAGRAM`], or behind a refusal.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, Error> {
        Self::read(datagram)
    }

    /// The same within the caller, where a frame's time is short.
    #[inline]
    pub(crate) fn read(datagram: &'a [u8]) -> Result<Self, Error> {
        if let Some(count @ 1..) = datagram.len().checked_sub(MAX_DATAGRAM) {
            return Err(Error::TrailingBytes { count });
        }
        let mut reader = Reader::new(datagram);
        let byte0 = reader.u8()?;
        match byte0 & VERSION_MASK {
            VERSION => {}
            other => return Err(Error::UnsupportedVersion(other)),
        }
        match byte0 >> KIND_SHIFT {
            KIND_FRAME => Frame::parse(byte0, reader).map(Packet::Frame),
            KIND_RECEIPT => Receipt::parse(byte0, reader).map(Packet::Receipt),
            KIND_HANDSHAKE => Handshake::parse(byte0, reader).map(Packet::Handshake),
            _ => Refused::parse(byte0, reader).map(Packet::Refused),
        }
    }
}

/// "Receipts and handshakes have bits 5-2 zero", and so have refusals.
fn refuse_reserved_bits(byte0: u8) -> Result<(), Error> {
    match byte0 & 0b0011_1100 {
        0 => Ok(()),
        _ => Err(Error::Reserved),
    }
}

fn at_least(bytes: &[u8], len: usize) -> Result<&[u8], Error> {
    match len.checked_sub(bytes.len()) {
        None | Some(0) => Ok(bytes),
        Some(missing) => Err(Error::Truncated { missing }),
    }
}
