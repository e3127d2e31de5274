use core::fmt;

use super::Error;
use super::schedule::{EpochSecret, Label};
use crate::crypto::{KEY_LEN, Secret, aead};
use crate::wire::{Locator, Route, Salt, Space, VERSION, write_hex};

/// Names one epoch, salt included: commits to its keys.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct EpochTag(pub(super) [u8; 16]);

impl EpochTag {
    /// The tag with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The tag's 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The first half, which stands for the tag in receipts.
    #[must_use]
    pub const fn short(&self) -> [u8; 8] {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        [a, b, c, d, e, f, g, h]
    }
}

impl fmt::Debug for EpochTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex("EpochTag", &self.0, f)
    }
}

/// What may be known of an epoch: its names, not its keys.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch {
    /// Its place in the session, from 0.
    pub number: u32,
    /// Names it in associated data and receipts.
    pub tag: EpochTag,
    /// Names it on the wire.
    pub locator: Locator,
    /// Goes with its first frames.
    pub salt: Salt,
}

impl Epoch {
    /// The header of its frames, before and after a receipt has named it.
    #[must_use]
    pub const fn route(&self, is_named: bool) -> Route {
        if is_named {
            Route::Routed(self.locator)
        } else {
            Route::Unproved(self.locator, self.salt)
        }
    }
}

/// The keys of one epoch, for either side.
///
/// That of data is kept, since nearly every frame needs it; the others are derived when they are used.
pub(super) struct EpochKeys {
    pub(super) tag: EpochTag,
    secret: EpochSecret,
    data: Secret,
}

impl EpochKeys {
    pub(super) fn derive(secret: EpochSecret) -> Self {
        Self {
            tag: EpochTag(secret.tag()),
            data: secret.key(Label::DATA),
            secret,
        }
    }

    pub(super) const fn secret(&self) -> &EpochSecret {
        &self.secret
    }

    pub(super) fn seal(
        &self,
        space: Space,
        counter: u32,
        buffer: &mut [u8],
    ) -> Result<[u8; 16], Error> {
        let header = canonical_header(space, self.tag, counter);
        let counter = counter.into();
        match self.other_key(space)? {
            Some(key) => aead::seal(&key, counter, &header, buffer),
            None => aead::seal(&self.data, counter, &header, buffer),
        }
        .ok_or(Error::EpochFull)
    }

    #[inline]
    pub(super) fn open(
        &self,
        space: Space,
        counter: u32,
        buffer: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), Error> {
        let header = canonical_header(space, self.tag, counter);
        let counter = counter.into();
        match self.other_key(space)? {
            Some(key) => aead::open(&key, counter, &header, buffer, tag),
            None => aead::open(&self.data, counter, &header, buffer, tag),
        }
        .map_err(|_| Error::NotAuthentic)
    }

    /// The key of another space than data.
    fn other_key(&self, space: Space) -> Result<Option<Secret>, Error> {
        match space {
            Space::Data => Ok(None),
            Space::Alarm => Ok(Some(self.secret.key(Label::ALARM))),
            Space::Control => Ok(Some(self.secret.key(Label::CONTROL))),
            Space::Command => Err(Error::UnexpectedPacket),
        }
    }
}

/// The secret of one epoch on its way to the device's storage or to the server: wiped when dropped.
///
/// Whoever has it reads and forges the frames of that epoch, and of no other.
#[allow(dead_code, reason = "a device's image and its lists hold them")]
pub(crate) struct HandedEpoch(EpochSecret);

#[allow(dead_code, reason = "a device's image and its lists hold them")]
impl HandedEpoch {
    pub(crate) const fn from_bytes(secret: [u8; KEY_LEN]) -> Self {
        Self(EpochSecret::from_bytes(secret))
    }

    pub(crate) const fn expose(&self) -> &[u8; KEY_LEN] {
        self.0.expose()
    }

    /// The tag that commits to it.
    pub(crate) fn tag(&self) -> EpochTag {
        EpochTag(self.0.tag())
    }

    pub(super) const fn of(keys: &EpochKeys) -> Self {
        Self(keys.secret.share())
    }
}

impl fmt::Debug for HandedEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandedEpoch(..)")
    }
}

const CANONICAL_HEADER_LEN: usize = 26;

/// "version u8 ‖ kind·space u8 ‖ epoch tag 16 ‖ counter u64 LE"
pub(super) fn canonical_header(
    space: Space,
    tag: EpochTag,
    counter: u32,
) -> [u8; CANONICAL_HEADER_LEN] {
    let tag = u128::from_le_bytes(tag.0);
    let kind = u128::from(u16::from_le_bytes([VERSION, space.code() << 4]));
    let (first, rest) = (kind | tag << 16, u128::from(counter) << 16 | tag >> 112);
    let mut header = [0_u8; CANONICAL_HEADER_LEN];
    // In the words in which the MAC reads them: a word that was written in two parts is waited for.
    let words = [first as u64, (first >> 64) as u64, rest as u64];
    for (place, word) in header.as_chunks_mut().0.iter_mut().zip(words) {
        *place = word.to_le_bytes();
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    // IOMT-SEAL-011, IOMT-DATA-001
    #[test]
    fn the_canonical_header_is_the_drawn_bytes() {
        let tag = EpochTag([0xAB; 16]);
        let header = canonical_header(Space::Alarm, tag, 0x01_02_03);
        assert_eq!(header[..2], [1, 0x10]);
        assert_eq!(header[2..18], [0xAB; 16]);
        assert_eq!(header[18..], [3, 2, 1, 0, 0, 0, 0, 0]);
    }
}
