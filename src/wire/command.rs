//! What a command holds: the one sentence that a server says to a device under seal.
//!
//! ```text
//! frame      byte0 0x3D │ locator 8 │ salt 16 │ ctr24 0 │ ciphertext │ tag 16
//! plaintext  tag varint · length varint · body; one record, nothing behind it
//!
//! 3 introduce  static key 32 │ first secret 32 │ role 1 │ rights 1
//! 5 revoke     static key 32
//!   role       0 recipient, beside the one that says so; 1 successor, in its place
//!   rights     bit 0: may introduce others
//!
//! answer, in a control frame: see control
//! ```
//!
//! Bit 0 of a tag says *critical*: what a device does not know it refuses, and says so. A command of an even tag that it
//! does not know counts as done. There is none in version 1.
//!
//! Reading borrows, and copies no secret.
//!
//! # Examples
//!
//! ```
//! use iomt::wire::command::{Command, Introduction, Rights, Role};
//!
//! let introduction = Introduction {
//!     key: &[1; 32],
//!     first: &[2; 32],
//!     role: Role::Recipient,
//!     rights: Rights::NONE,
//! };
//! let mut buffer = [0; Command::MAX_LEN];
//! let written = Command::Introduce(introduction).write(&mut buffer)?;
//! assert_eq!(written.len(), 68);
//! let Command::Introduce(read) = Command::parse(written)? else { panic!() };
//! assert_eq!((read.key, read.role), (&[1; 32][..], Role::Recipient));
//! # Ok::<(), iomt::wire::Error>(())
//! ```

use core::fmt;

use super::{Error, Reader, Tag, Writer};

/// The length of a static key, and of a first secret, in suite 1.
const KEY_LEN: usize = 32;

const INTRODUCE: Tag = Tag(3);
const REVOKE: Tag = Tag(5);

/// A command, by what it says.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Command<'a> {
    /// Another recipient is to come.
    Introduce(Introduction<'a>),
    /// The recipient of this static key is one no more.
    Revoke(&'a [u8]),
    /// A command that this version does not know and may pass over.
    Unknown {
        /// Its kind.
        tag: Tag,
        /// Its content.
        body: &'a [u8],
    },
}

impl<'a> Command<'a> {
    /// The longest plaintext of version 1.
    pub const MAX_LEN: usize = 2 + Introduction::BODY_LEN;

    /// Reads the plaintext of a command.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownCritical`] for a command that has to be understood and is not, [`Error::Reserved`] for a role or a
    /// right that this version does not have, or what is wrong with the bytes.
    pub fn parse(plaintext: &'a [u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(plaintext);
        let tag = Tag(reader.varint_as()?);
        let len = reader.varint_as()?;
        let body = reader.take(len)?;
        reader.finish()?;
        match tag {
            INTRODUCE => Introduction::parse(body).map(Self::Introduce),
            REVOKE if body.len() == KEY_LEN => Ok(Self::Revoke(body)),
            REVOKE => Err(Error::MalformedBody),
            tag if tag.is_critical() => Err(Error::UnknownCritical(tag)),
            tag => Ok(Self::Unknown { tag, body }),
        }
    }

    /// Writes the plaintext into `out`; [`Command::MAX_LEN`] bytes suffice for what this version knows.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`], or [`Error::OutOfRange`] for a key or a secret that is not of suite 1.
    pub fn write<'o>(&self, out: &'o mut [u8]) -> Result<&'o mut [u8], Error> {
        let mut writer = Writer::new(out);
        match self {
            Self::Introduce(introduction) => introduction.write(&mut writer)?,
            Self::Revoke(key) if key.len() == KEY_LEN => write_record(REVOKE, &[key], &mut writer)?,
            Self::Revoke(_) => return Err(Error::OutOfRange),
            Self::Unknown { tag, body } => write_record(*tag, &[body], &mut writer)?,
        }
        Ok(writer.finish())
    }
}

fn write_record(tag: Tag, fields: &[&[u8]], writer: &mut Writer<'_>) -> Result<(), Error> {
    let len: usize = fields.iter().map(|field| field.len()).sum();
    writer.varint(tag.0.into())?;
    writer.varint(u64::try_from(len).unwrap_or(u64::MAX))?;
    for field in fields {
        writer.put(field)?;
    }
    Ok(())
}

/// Another recipient, and what the device meets it by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Introduction<'a> {
    /// The recipient's static key.
    pub key: &'a [u8],
    /// The psk of the first handshake with it: a secret.
    pub first: &'a [u8],
    /// Which place it takes.
    pub role: Role,
    /// What it may do.
    pub rights: Rights,
}

impl fmt::Debug for Introduction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introduction")
            .field("role", &self.role)
            .field("rights", &self.rights)
            .finish_non_exhaustive()
    }
}

impl<'a> Introduction<'a> {
    const BODY_LEN: usize = 2 * KEY_LEN + 2;

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        if self.key.len() != KEY_LEN || self.first.len() != KEY_LEN {
            return Err(Error::OutOfRange);
        }
        let last = [self.role.code(), self.rights.bits()];
        write_record(INTRODUCE, &[self.key, self.first, &last], writer)
    }

    fn parse(body: &'a [u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(body);
        let introduction = Self {
            key: reader.take(KEY_LEN)?,
            first: reader.take(KEY_LEN)?,
            role: Role::from_code(reader.u8()?).ok_or(Error::Reserved)?,
            rights: Rights::from_bits(reader.u8()?).ok_or(Error::Reserved)?,
        };
        reader.finish()?;
        Ok(introduction)
    }
}

/// Which place an introduced recipient takes.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Role {
    /// A place of its own, beside whoever has introduced it.
    #[default]
    Recipient,
    /// That of whoever has introduced it: its next static key.
    Successor,
}

impl Role {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Recipient => 0,
            Self::Successor => 1,
        }
    }

    /// The role with this number, where there is one.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Recipient),
            1 => Some(Self::Successor),
            _ => None,
        }
    }
}

/// What a recipient may do, beside receiving.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rights(u8);

impl Rights {
    /// Nothing more.
    pub const NONE: Self = Self(0);
    /// It may introduce others.
    pub const INTRODUCE: Self = Self(1);

    /// The bits on the wire.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The rights with these bits; `None` where one of them is not known: a right is never granted by accident.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        match bits & !Self::INTRODUCE.0 {
            0 => Some(Self(bits)),
            _ => None,
        }
    }

    /// Whether it may introduce others.
    #[must_use]
    pub const fn may_introduce(self) -> bool {
        self.0 & Self::INTRODUCE.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    const INTRODUCTION: Introduction<'_> = Introduction {
        key: &[0xA1; 32],
        first: &[0xB2; 32],
        role: Role::Successor,
        rights: Rights::INTRODUCE,
    };

    fn written() -> [u8; Command::MAX_LEN] {
        let mut out = [0; Command::MAX_LEN];
        Command::Introduce(INTRODUCTION).write(&mut out).unwrap();
        out
    }

    // IOMT-PAIR-080
    #[test]
    fn an_introduction_is_the_drawn_bytes() {
        let written = written();
        assert_eq!(written[..2], [3, 66]);
        assert_eq!(
            (&written[2..34], &written[34..66]),
            (&[0xA1; 32][..], &[0xB2; 32][..])
        );
        assert_eq!(written[66..], [1, 1]);
        let Ok(Command::Introduce(read)) = Command::parse(&written) else {
            panic!("not read back");
        };
        assert_eq!(read, INTRODUCTION);
    }

    // IOMT-PAIR-081
    #[test]
    fn what_is_cut_or_longer_or_not_known_is_refused() {
        let written = written();
        for len in 0..written.len() {
            assert!(Command::parse(&written[..len]).is_err(), "{len}");
        }
        let mut longer = written.to_vec();
        longer.push(0);
        assert_eq!(
            Command::parse(&longer).err(),
            Some(Error::TrailingBytes { count: 1 })
        );
        for (place, wrong) in [(66, 2), (66, 255), (67, 2), (67, 0x81)] {
            let mut reserved = written;
            reserved[place] = wrong;
            assert_eq!(Command::parse(&reserved).err(), Some(Error::Reserved));
        }
        let unknown = Command::parse(&[7, 0]);
        assert_eq!(unknown.err(), Some(Error::UnknownCritical(Tag(7))));
        assert!(Command::parse(&[5, 0]).is_err());
        assert!(matches!(
            Command::parse(&[4, 1, 9]),
            Ok(Command::Unknown { body: [9], .. })
        ));
    }

    // IOMT-PAIR-080
    #[test]
    fn a_revocation_is_the_drawn_bytes() {
        let mut out = [0; Command::MAX_LEN];
        let written = Command::Revoke(&[0xA1; 32]).write(&mut out).unwrap();
        assert_eq!(
            (&written[..2], &written[2..]),
            (&[5, 32][..], &[0xA1; 32][..])
        );
        assert!(matches!(Command::parse(written), Ok(Command::Revoke(key)) if key == [0xA1; 32]));
        assert!(Command::Revoke(&[1; 31]).write(&mut out).is_err());
    }

    // IOMT-SEC-001
    #[test]
    fn an_introduction_prints_neither_key_nor_secret() {
        let printed = format!("{INTRODUCTION:?}");
        assert_eq!(
            printed,
            "Introduction { role: Successor, rights: Rights(1), .. }"
        );
    }
}
