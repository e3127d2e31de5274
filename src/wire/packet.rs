//! The clear header in front of every packet.
//!
//! ```text
//! byte 0     bits 7-6  kind     0 frame, 1 receipt, 2 handshake, 3 reserved
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
//! ```
//!
//! `ctr24` is little-endian. Nothing of a frame's header but its kind, space,
//! version and counter is authenticated; the epoch's tag stands for the rest.

use super::{ConnectionId, Error, Hint, Locator, Reader, Salt, Writer};

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
const SPACE_SHIFT: u8 = 4;
const HAS_LOCATOR: u8 = 0b1000;
const HAS_SALT: u8 = 0b0100;
const VERSION_MASK: u8 = 0b0011;

const KIND_FRAME: u8 = 0;
const KIND_RECEIPT: u8 = 1;
const KIND_HANDSHAKE: u8 = 2;

/// One of the counted streams that an epoch carries side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// Readings, delivered in any order.
    Data,
    /// What must overtake any backlog.
    Alarm,
    /// Clock, keep-alive, what is outstanding; sent once, never stored.
    Control,
    /// From server to device.
    Command,
}

impl Space {
    /// The number of the space in byte 0.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Data => 0,
            Self::Alarm => 1,
            Self::Control => 2,
            Self::Command => 3,
        }
    }

    /// The space with this number; only the low two bits count.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code & 0b11 {
            0 => Self::Data,
            1 => Self::Alarm,
            2 => Self::Control,
            _ => Self::Command,
        }
    }
}

/// How a frame says to which epoch it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Not at all: the receiver's newest epoch on this connection.
    Short,
    /// By its locator.
    Routed(Locator),
    /// By its locator, with the salt that the receiver still lacks.
    Unproved(Locator, Salt),
}

impl Route {
    /// Bytes of header that this route takes, byte 0 and the counter included.
    #[must_use]
    pub const fn header_len(self) -> usize {
        match self {
            Self::Short => 4,
            Self::Routed(_) => 12,
            Self::Unproved(..) => 28,
        }
    }

    const fn flags(self) -> u8 {
        match self {
            Self::Short => 0,
            Self::Routed(_) => HAS_LOCATOR,
            Self::Unproved(..) => HAS_LOCATOR | HAS_SALT,
        }
    }
}

/// A sealed frame, still closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The counted stream that it belongs to.
    pub space: Space,
    /// How it names its epoch.
    pub route: Route,
    /// Its number within epoch and space; at most [`MAX_COUNTER`].
    pub counter: u32,
    /// Ciphertext and tag.
    pub sealed: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Writes the frame's header to `writer`; ciphertext and tag come behind it.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`], or [`Error::OutOfRange`] for a counter above [`MAX_COUNTER`].
    pub fn emit_header(
        space: Space,
        route: Route,
        counter: u32,
        writer: &mut Writer<'_>,
    ) -> Result<(), Error> {
        if counter > MAX_COUNTER {
            return Err(Error::OutOfRange);
        }
        writer
            .u8(KIND_FRAME << KIND_SHIFT | space.code() << SPACE_SHIFT | route.flags() | VERSION)?;
        match route {
            Route::Short => {}
            Route::Routed(locator) => writer.put(&locator.0)?,
            Route::Unproved(locator, salt) => {
                writer.put(&locator.0)?;
                writer.put(&salt.0)?;
            }
        }
        writer.u24(counter)
    }

    /// Writes the whole frame into `out`.
    ///
    /// # Errors
    ///
    /// As [`Frame::emit_header`].
    pub fn emit<'o>(&self, out: &'o mut [u8]) -> Result<&'o mut [u8], Error> {
        let mut writer = Writer::new(out);
        Self::emit_header(self.space, self.route, self.counter, &mut writer)?;
        writer.put(self.sealed)?;
        Ok(writer.finish())
    }

    fn parse(byte0: u8, mut reader: Reader<'a>) -> Result<Self, Error> {
        let route = match (byte0 & HAS_LOCATOR != 0, byte0 & HAS_SALT != 0) {
            (false, false) => Route::Short,
            (true, false) => Route::Routed(Locator(reader.array()?)),
            (true, true) => Route::Unproved(Locator(reader.array()?), Salt(reader.array()?)),
            (false, true) => return Err(Error::Reserved),
        };
        let counter = reader.u24()?;
        if counter > MAX_COUNTER {
            return Err(Error::OutOfRange);
        }
        let sealed = at_least(reader.rest(), TAG_LEN)?;
        Ok(Self {
            space: Space::from_code(byte0 >> SPACE_SHIFT),
            route,
            counter,
            sealed,
        })
    }
}

/// What a server says it has stored, not yet proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt<'a> {
    /// An epoch of the session that the receipt is about.
    pub locator: Locator,
    /// Stored ranges and what goes with them.
    pub body: &'a [u8],
    /// The code over all before it.
    pub proof: [u8; PROOF_LEN],
}

impl<'a> Receipt<'a> {
    /// Byte 0 of every receipt of version 1.
    pub const BYTE0: u8 = KIND_RECEIPT << KIND_SHIFT | VERSION;
    /// Byte 0 and locator.
    pub const HEADER_LEN: usize = 9;

    fn parse(byte0: u8, mut reader: Reader<'a>) -> Result<Self, Error> {
        refuse_reserved_bits(byte0)?;
        let locator = Locator(reader.array()?);
        let body_len = at_least(reader.clone().rest(), PROOF_LEN)?.len() - PROOF_LEN;
        let body = reader.take(body_len)?;
        Ok(Self {
            locator,
            body,
            proof: reader.array()?,
        })
    }
}

/// One message of a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handshake<'a> {
    /// The cryptographic suite.
    pub suite: u8,
    /// The association model.
    pub model: u8,
    /// The number of the message, from 1.
    pub step: u8,
    /// Which handshake it belongs to.
    pub connection: ConnectionId,
    /// Which secret it is about.
    pub hint: Hint,
    /// The code in front of the first message.
    pub mac1: Option<[u8; MAC1_LEN]>,
    /// The Noise message.
    pub message: &'a [u8],
}

impl<'a> Handshake<'a> {
    /// Writes the header, up to and without the code of step 1.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`].
    pub fn emit_header(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        writer.put(&[
            KIND_HANDSHAKE << KIND_SHIFT | VERSION,
            self.suite,
            self.model,
            self.step,
        ])?;
        writer.put(&self.connection.0)?;
        writer.put(&self.hint.0)
    }

    /// Writes the whole packet into `out`.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`].
    pub fn emit<'o>(&self, out: &'o mut [u8]) -> Result<&'o mut [u8], Error> {
        let mut writer = Writer::new(out);
        self.emit_header(&mut writer)?;
        if let Some(mac1) = &self.mac1 {
            writer.put(mac1)?;
        }
        writer.put(self.message)?;
        Ok(writer.finish())
    }

    fn parse(byte0: u8, mut reader: Reader<'a>) -> Result<Self, Error> {
        refuse_reserved_bits(byte0)?;
        let (suite, model, step) = (reader.u8()?, reader.u8()?, reader.u8()?);
        if step == 0 {
            return Err(Error::OutOfRange);
        }
        let connection = ConnectionId(reader.array()?);
        let hint = Hint(reader.array()?);
        let mac1 = match step {
            1 => Some(reader.array()?),
            _ => None,
        };
        Ok(Self {
            suite,
            model,
            step,
            connection,
            hint,
            mac1,
            message: reader.rest(),
        })
    }
}

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Packet<'a> {
    /// Sealed records.
    Frame(Frame<'a>),
    /// What is stored.
    Receipt(Receipt<'a>),
    /// Two devices meet.
    Handshake(Handshake<'a>),
}

impl<'a> Packet<'a> {
    /// Reads the clear header.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedVersion`], [`Error::UnknownKind`], [`Error::Reserved`],
    /// [`Error::OutOfRange`] or [`Error::Truncated`], by what is wrong first;
    /// [`Error::TrailingBytes`] for a datagram above [`MAX_DATAGRAM`].
    pub fn parse(datagram: &'a [u8]) -> Result<Self, Error> {
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
            other => Err(Error::UnknownKind(other)),
        }
    }
}

/// "Receipts and handshakes have bits 5-2 zero."
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    const LOCATOR: Locator = Locator([1, 2, 3, 4, 5, 6, 7, 8]);
    const SALT: Salt = Salt([0xA5; 16]);

    fn frame(route: Route, sealed: &[u8]) -> Frame<'_> {
        Frame {
            space: Space::Alarm,
            route,
            counter: 0x01_02_03,
            sealed,
        }
    }

    #[test]
    fn the_three_forms_of_a_frame_are_the_drawn_bytes() {
        let sealed = [0xCC; 17];
        let mut out = [0_u8; 64];
        let short = frame(Route::Short, &sealed).emit(&mut out).unwrap();
        assert_eq!(short[..4], [0x11, 3, 2, 1]);
        assert_eq!(short.len() - 1, 20);
        let routed = frame(Route::Routed(LOCATOR), &sealed)
            .emit(&mut out)
            .unwrap();
        assert_eq!(routed[..12], [0x19, 1, 2, 3, 4, 5, 6, 7, 8, 3, 2, 1]);
        assert_eq!(routed.len() - 1, 28);
        let unproved = frame(Route::Unproved(LOCATOR, SALT), &sealed)
            .emit(&mut out)
            .unwrap();
        assert_eq!(unproved[..10], [0x1D, 1, 2, 3, 4, 5, 6, 7, 8, 0xA5]);
        assert_eq!(unproved.len() - 1, 44);
    }

    #[test]
    fn every_truncation_of_every_packet_is_refused_or_shorter_inside() {
        let sealed = [0xCC; 16];
        let mut out = [0_u8; 64];
        for route in [
            Route::Short,
            Route::Routed(LOCATOR),
            Route::Unproved(LOCATOR, SALT),
        ] {
            let bytes = frame(route, &sealed).emit(&mut out).unwrap();
            for len in 0..bytes.len() {
                assert!(matches!(
                    Packet::parse(&bytes[..len]),
                    Err(Error::Truncated { missing: 1.. })
                ));
            }
        }
    }

    #[test]
    fn refuses_a_salt_without_a_locator() {
        assert_eq!(Packet::parse(&[0b0000_0101; 64]), Err(Error::Reserved));
    }

    #[test]
    fn refuses_versions_and_kinds_it_does_not_know() {
        assert_eq!(
            Packet::parse(&[0b0000_0011; 64]),
            Err(Error::UnsupportedVersion(3))
        );
        assert_eq!(
            Packet::parse(&[0b0000_0000; 64]),
            Err(Error::UnsupportedVersion(0))
        );
        assert_eq!(
            Packet::parse(&[0b1100_0001; 64]),
            Err(Error::UnknownKind(3))
        );
    }

    #[test]
    fn receipts_and_handshakes_have_bits_5_to_2_zero() {
        for bit in 2..6 {
            assert_eq!(
                Packet::parse(&[0b0100_0001 | 1 << bit; 64]),
                Err(Error::Reserved)
            );
            assert_eq!(
                Packet::parse(&[0b1000_0001 | 1 << bit; 64]),
                Err(Error::Reserved)
            );
        }
    }

    #[test]
    fn refuses_the_counter_that_means_none() {
        let mut bytes = [0xFF_u8; 24];
        bytes[0] = 0x01;
        assert_eq!(Packet::parse(&bytes), Err(Error::OutOfRange));
        bytes[1] = 0xFE;
        assert!(Packet::parse(&bytes).is_ok());
    }

    #[test]
    fn refuses_a_datagram_above_the_limit() {
        let mut bytes = [0_u8; MAX_DATAGRAM + 2];
        bytes[0] = 0x01;
        assert_eq!(
            Packet::parse(&bytes),
            Err(Error::TrailingBytes { count: 2 })
        );
        assert!(Packet::parse(&bytes[..MAX_DATAGRAM]).is_ok());
    }

    #[test]
    fn handshake_steps_count_from_one() {
        let mut bytes = [0_u8; 64];
        bytes[0] = 0x81;
        assert_eq!(Packet::parse(&bytes), Err(Error::OutOfRange));
    }

    proptest! {
        #[test]
        fn parsing_any_bytes_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = Packet::parse(&bytes);
        }

        #[test]
        fn what_parses_is_written_back_to_the_byte(mut bytes in proptest::collection::vec(any::<u8>(), 1..80), kind in 0_u8..3) {
            bytes[0] = bytes[0] & 0b0011_1100 | kind << 6 | VERSION;
            let mut out = [0_u8; 128];
            let written: Option<Vec<u8>> = match Packet::parse(&bytes) {
                Ok(Packet::Frame(frame)) => Some(frame.emit(&mut out).unwrap().to_vec()),
                Ok(Packet::Handshake(handshake)) => Some(handshake.emit(&mut out).unwrap().to_vec()),
                _ => None,
            };
            prop_assert!(written.is_none_or(|written| written == bytes));
        }
    }
}
