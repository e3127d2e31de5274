//! An identity as bytes that may lie in any storage: sealed under a key of the device.
//!
//! ```text
//! export   version 1 │ suite 1 │ nonce 24 │ sealed content │ tag 16
//! content  private key 32 │ fields                 of suite 1
//! field    tag varint │ length varint │ content    rising tags; unknown ones are skipped
//!   1 descriptor   32 bytes         what the device with this identity describes itself as
//!   2 record key   1 to 64 bytes    for the ledger: opaque here
//!   3 attestation  1 to 1,024 bytes what its maker says of it: opaque here
//! ```
//!
//! XChaCha20-Poly1305 under E(device key, "identity"), as the device key itself is the root of other keys, too, with a random nonce,
//! hedged by the content; associated data: version ‖ suite ‖ lv("identity").
//!
//! | | bytes |
//! |---|---|
//! | an identity alone | 74 |
//! | with its descriptor | 108 |
//! | with its record key (a seed of Ed25519) | 142 |

use core::fmt;

use zeroize::{Zeroize, Zeroizing};

use super::Identity;
use crate::crypto::aead::{EXTENDED_NONCE_LEN, TAG_LEN, open_x, seal_x};
use crate::crypto::{KEY_LEN, SUITE, Secret};
use crate::pairing::{DescriptorHash, Error};
use crate::seal::{Entropy, Hedge, Label, derive, draw};
use crate::wire::{self, Reader, Writer};

const VERSION: u8 = 1;
const HEAD: [u8; 2] = [VERSION, SUITE];
const HEAD_LEN: usize = HEAD.len() + EXTENDED_NONCE_LEN;
/// lv("identity") behind version and suite.
const ASSOCIATED: [u8; 12] = [
    VERSION, SUITE, 0, 8, b'i', b'd', b'e', b'n', b't', b'i', b't', b'y',
];

const DESCRIPTOR: u64 = 1;
const RECORD_KEY: u64 = 2;
const ATTESTATION: u64 = 3;

/// The longest record key that an identity carries, in bytes.
pub const MAX_RECORD_KEY: usize = 64;
/// The longest attestation that an identity carries, in bytes.
pub const MAX_ATTESTATION: usize = 1_024;
/// The longest export that this version writes.
pub const MAX_EXPORT: usize =
    HEAD_LEN + KEY_LEN + (2 + 32) + (2 + MAX_RECORD_KEY) + (3 + MAX_ATTESTATION) + TAG_LEN;

/// The secret that a device seals its identity under, or makes its static keys of ([`Identity::of_relation`]): of a fuse, a key
/// store, or a person's safe. One may serve for both: each is made with a key of its own.
///
/// Wiped when dropped, never printed, not `Clone`.
#[derive(Debug)]
pub struct DeviceKey(Secret);

/// What belongs to an identity, beside its key; all of it sealed together with the key.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Belongings<'a> {
    /// What the device with this identity describes itself as.
    pub descriptor: Option<DescriptorHash>,
    /// The private half of a key that records are signed with, at most [`MAX_RECORD_KEY`] bytes; empty for none.
    pub record_key: &'a [u8],
    /// What the maker says of the device, at most [`MAX_ATTESTATION`] bytes; empty for none.
    pub attestation: &'a [u8],
}

impl fmt::Debug for Belongings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Belongings")
            .field("descriptor", &self.descriptor)
            .finish_non_exhaustive()
    }
}

impl DeviceKey {
    /// Takes 32 bytes that nobody can guess.
    ///
    /// # Errors
    ///
    /// [`Error::BadKey`] for another length.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let key = Secret::try_from(bytes).map_err(|_| Error::BadKey)?;
        Ok(Self(key))
    }

    pub(super) const fn secret(&self) -> &Secret {
        &self.0
    }

    /// What an identity is sealed under.
    fn sealing(&self) -> Secret {
        derive(&self.0, Label::IDENTITY)
    }
}

impl Identity {
    /// Seals the key pair, and what belongs to it, into the front of `out`.
    ///
    /// ```
    /// use iomt::pairing::{Belongings, DescriptorHash, DeviceKey, Identity};
    /// use iomt::seal::SystemEntropy;
    ///
    /// let identity = Identity::generate(&mut SystemEntropy)?;
    /// let belongings = Belongings {
    ///     descriptor: Some(DescriptorHash::of_body(b"the body of the descriptor record")),
    ///     ..Belongings::default()
    /// };
    /// let key = DeviceKey::from_bytes(&[7; 32])?; // As if it came from a fuse.
    /// let mut flash = [0; 128];
    /// let export = identity.export(&key, &belongings, &mut SystemEntropy, &mut flash)?;
    ///
    /// let (imported, its) = Identity::import(&key, export)?;
    /// assert_eq!((imported.public(), its), (identity.public(), belongings));
    /// # Ok::<(), iomt::pairing::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`]; [`Error::NoRoom`] where `out` is too small, of which [`MAX_EXPORT`] bytes
    /// always suffice, or [`Error::Malformed`] for something that is too long.
    pub fn export<'o>(
        &self,
        key: &DeviceKey,
        belongings: &Belongings<'_>,
        entropy: &mut impl Entropy,
        out: &'o mut [u8],
    ) -> Result<&'o mut [u8], Error> {
        let random = draw(entropy)?;
        // Before anything is written: `out` holds no private key where it is refused.
        let needed = export_len(belongings)?;
        let bytes = out.get_mut(..needed).ok_or(Error::NoRoom { needed })?;
        let (head, sealed) = bytes
            .split_at_mut_checked(HEAD_LEN)
            .ok_or(Error::BadExport)?;
        let (content, tag) = sealed
            .split_last_chunk_mut::<TAG_LEN>()
            .ok_or(Error::BadExport)?;
        write_content(self, belongings, content)?;
        let nonce = Hedge::new(&random, key.0.expose(), 0).value(Label::IDENTITY, &[], content);
        let mut writer = Writer::new(head);
        writer.put(&HEAD)?;
        writer.put(&nonce)?;
        *tag = seal_x(&key.sealing(), &nonce, &ASSOCIATED, content).ok_or(Error::BadExport)?;
        Ok(bytes)
    }

    /// Opens what [`Identity::export`] has sealed, in its own buffer, where what belongs to it stays, in the
    /// clear. The private key is wiped there. Costs one scalar multiplication.
    ///
    /// # Errors
    ///
    /// [`Error::BadExport`], whatever is wrong with it: another key, another version, a changed byte.
    /// Where it is not authentic, the buffer is as it was.
    pub fn import<'b>(
        key: &DeviceKey,
        export: &'b mut [u8],
    ) -> Result<(Self, Belongings<'b>), Error> {
        let (head, sealed) = export
            .split_at_mut_checked(HEAD_LEN)
            .ok_or(Error::BadExport)?;
        let nonce = match head.split_first_chunk() {
            Some((front, nonce)) if *front == HEAD => nonce.try_into(),
            _ => return Err(Error::BadExport),
        };
        let nonce = nonce.map_err(|_| Error::BadExport)?;
        let (content, tag) = sealed
            .split_last_chunk_mut::<TAG_LEN>()
            .ok_or(Error::BadExport)?;
        open_x(&key.sealing(), &nonce, &ASSOCIATED, content, tag).map_err(|_| Error::BadExport)?;
        let (private, fields) = content
            .split_first_chunk_mut::<KEY_LEN>()
            .ok_or(Error::BadExport)?;
        let bytes = Zeroizing::new(*private);
        private.zeroize();
        let belongings = read_fields(fields).map_err(|_| Error::BadExport)?;
        Ok((Self::from_secret_bytes(&bytes[..])?, belongings))
    }
}

/// How long an export is.
fn export_len(belongings: &Belongings<'_>) -> Result<usize, wire::Error> {
    let Belongings {
        descriptor,
        record_key,
        attestation,
    } = belongings;
    if record_key.len() > MAX_RECORD_KEY || attestation.len() > MAX_ATTESTATION {
        return Err(wire::Error::OutOfRange);
    }
    let field = |len: usize| match len {
        0 => 0,
        1..=127 => 2 + len,
        _ => 3 + len,
    };
    let fields = descriptor.map_or(0, |_| field(32)) + field(record_key.len());
    Ok(HEAD_LEN + KEY_LEN + fields + field(attestation.len()) + TAG_LEN)
}

/// Fills the content to its last byte.
fn write_content(
    identity: &Identity,
    belongings: &Belongings<'_>,
    content: &mut [u8],
) -> Result<(), wire::Error> {
    let mut writer = Writer::new(content);
    writer.put(identity.secret_bytes())?;
    let descriptor = belongings.descriptor.as_ref();
    let descriptor = descriptor.map_or(&[][..], DescriptorHash::as_slice);
    for (tag, field) in [
        (DESCRIPTOR, descriptor),
        (RECORD_KEY, belongings.record_key),
        (ATTESTATION, belongings.attestation),
    ] {
        if !field.is_empty() {
            writer.varint(tag)?;
            writer.varint(u64::try_from(field.len()).map_err(|_| wire::Error::OutOfRange)?)?;
            writer.put(field)?;
        }
    }
    Ok(())
}

fn read_fields(fields: &[u8]) -> Result<Belongings<'_>, wire::Error> {
    let mut reader = Reader::new(fields);
    let mut belongings = Belongings::default();
    let mut previous = 0;
    while reader.left() > 0 {
        let tag = reader.varint()?;
        let len = reader.varint_as()?;
        let field = reader.take(len)?;
        if tag <= previous {
            return Err(wire::Error::OutOfRange);
        }
        previous = tag;
        match (tag, len) {
            (DESCRIPTOR, _) => belongings.descriptor = Some(DescriptorHash::read(field)?),
            (RECORD_KEY, 1..=MAX_RECORD_KEY) => belongings.record_key = field,
            (ATTESTATION, 1..=MAX_ATTESTATION) => belongings.attestation = field,
            (RECORD_KEY | ATTESTATION, _) => return Err(wire::Error::OutOfRange),
            _ => {}
        }
    }
    Ok(belongings)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
