//! Fragments for Bluetooth LE: a datagram cut to the size of an attribute value.

use super::CarrierError;
use super::error::check_datagram;
use crate::wire::{MAX_DATAGRAM, Writer};

mod reassembler;

#[cfg(test)]
mod tests;

pub use reassembler::{FragmentError, FragmentStats, PARTIAL_TIMEOUT, Reassembler};

/// What stands in front of a fragment's data.
pub const FRAGMENT_HEADER: usize = 2;
/// The most fragments of one datagram: [`MAX_DATAGRAM`] bytes, 18 in each.
pub const MAX_FRAGMENTS: usize = MAX_DATAGRAM.div_ceil(AttPayload::MIN.len() - FRAGMENT_HEADER);

const LAST: u8 = 0x80;
const MAX_INDEX: u8 = 0x7F;

/// How many bytes one write or notification carries: 20 to 512.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttPayload(u16);

impl AttPayload {
    /// Of the smallest MTU, 23: what every connection starts with.
    pub const MIN: Self = Self(20);
    /// The longest attribute value of the Core specification, and an MTU of 515.
    pub const MAX: Self = Self(512);

    /// What an ATT MTU leaves: three bytes less, for opcode and handle.
    ///
    /// An MTU below 23 can not exist and counts as 23; one above 515 is used up to 515.
    #[must_use]
    pub const fn from_mtu(mtu: u16) -> Self {
        match mtu {
            0..=23 => Self::MIN,
            24..515 => Self(mtu - 3),
            _ => Self::MAX,
        }
    }

    /// In bytes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub const fn len(self) -> usize {
        self.0 as usize
    }
}

/// A part of a datagram, as one attribute value.
///
/// ```text
///  byte 0             byte 1, bits 7 | 6-0    1 to 510 bytes
/// ┌──────────────────┬───────┬───────────────┬──────────────────┐
/// │ message number   │ last  │ index         │ data             │
/// └──────────────────┴───────┴───────────────┴──────────────────┘
///
/// 40 bytes at the smallest MTU, message 7:   07 00 ‹18 bytes›   07 01 ‹18 bytes›   07 82 ‹4 bytes›
/// ```
///
/// - The number counts datagrams on a connection and direction, modulo 256; it may start anywhere.
/// - The index counts from 0; the last fragment has bit 7 set. Index 127 is always the last.
/// - Fragments of one datagram leave in order. One of a single fragment may leave between those of another:
///   so an alarm overtakes a long datagram that is half sent.
/// - Fragments may differ in size, as the MTU may change in between.
///
/// There is no check sum: the radio has a CRC of 24 bits, and frames are sealed.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fragment<'a> {
    message: u8,
    index: u8,
    is_last: bool,
    data: &'a [u8],
}

impl<'a> Fragment<'a> {
    /// The first two bytes of the value.
    #[must_use]
    pub const fn header(&self) -> [u8; FRAGMENT_HEADER] {
        let last = if self.is_last { LAST } else { 0 };
        [self.message, last | self.index]
    }

    /// The rest of the value, in place: for stacks that gather.
    #[must_use]
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Writes the whole value at the start of `out`; returns the part that is filled.
    ///
    /// # Errors
    ///
    /// [`CarrierError::NoRoom`]; [`AttPayload::len`] bytes always suffice.
    pub fn write<'o>(&self, out: &'o mut [u8]) -> Result<&'o mut [u8], CarrierError> {
        let needed = FRAGMENT_HEADER.saturating_add(self.data.len());
        let no_room = |_| CarrierError::NoRoom { needed };
        let mut writer = Writer::new(out);
        writer.put(&self.header()).map_err(no_room)?;
        writer.put(self.data).map_err(no_room)?;
        Ok(writer.finish())
    }

    /// Reads a value; `None` when it is none that [`Fragments`] makes.
    fn parse(value: &'a [u8]) -> Option<Self> {
        let (&[message, second], data) = value.split_first_chunk()?;
        let (index, is_last) = (second & MAX_INDEX, second & LAST != 0);
        let has_successor = is_last || index < MAX_INDEX;
        let is_sized = !data.is_empty() && value.len() <= AttPayload::MAX.len();
        (has_successor && is_sized).then_some(Self {
            message,
            index,
            is_last,
            data,
        })
    }
}

/// Cuts datagrams into fragments; one for each connection and direction.
///
/// ```
/// use iomt::link::{AttPayload, Fragmenter, Reassembler};
/// use iomt::time::Instant;
///
/// let datagram = [0xA5; 100];
/// let mut fragmenter = Fragmenter::default();
/// let mut reassembler: Reassembler = Reassembler::default();
/// let mut delivered = false;
/// for fragment in fragmenter.fragments(&datagram, AttPayload::from_mtu(23))? {
///     let mut out = [0; AttPayload::MAX.len()];
///     let value = fragment.write(&mut out)?; // A notification, or a write.
///     assert!(value.len() <= 20);
///     if let Some(whole) = reassembler.handle_fragment(Instant::ZERO, value)? {
///         assert_eq!(whole, datagram);
///         delivered = true;
///     }
/// }
/// assert!(delivered);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Fragmenter {
    next: u8,
}

impl Fragmenter {
    /// The fragments of `datagram`, each at most `payload` long. Copies nothing.
    ///
    /// # Errors
    ///
    /// [`CarrierError`]: a datagram without bytes, or above [`MAX_DATAGRAM`].
    pub fn fragments<'a>(
        &mut self,
        datagram: &'a [u8],
        payload: AttPayload,
    ) -> Result<Fragments<'a>, CarrierError> {
        check_datagram(datagram)?;
        let message = self.next;
        self.next = message.wrapping_add(1);
        Ok(Fragments {
            message,
            index: 0,
            room: payload.len().saturating_sub(FRAGMENT_HEADER),
            rest: datagram,
        })
    }
}

/// The fragments of one datagram that are still to be sent, in order: at most [`MAX_FRAGMENTS`].
#[derive(Debug, Clone)]
pub struct Fragments<'a> {
    message: u8,
    index: u8,
    room: usize,
    rest: &'a [u8],
}

impl<'a> Iterator for Fragments<'a> {
    type Item = Fragment<'a>;

    fn next(&mut self) -> Option<Fragment<'a>> {
        let data = self.rest.get(..self.room).unwrap_or(self.rest);
        if data.is_empty() {
            return None;
        }
        self.rest = self.rest.get(data.len()..).unwrap_or_default();
        let fragment = Fragment {
            message: self.message,
            index: self.index,
            is_last: self.rest.is_empty(),
            data,
        };
        self.index = self.index.saturating_add(1);
        Some(fragment)
    }
}

impl core::iter::FusedIterator for Fragments<'_> {}
