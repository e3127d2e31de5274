//! A session as a row of the server's store, sealed under the server's own key.
//!
//! ```text
//! row      version 1 │ suite 1 │ nonce 24 │ sealed content │ tag 16
//! content  receipt key 32 │ chain 32 │ number varint │ shape 1 │ [psk 32 │ hint 8] │ epochs │ skipped │ note
//!   shape  bits 0-3: how many epochs; bits 4-6: how many skipped; bit 7: psk and hint follow
//! epoch    flags 1 │ key │ locator 8 │ [back varint] │ [run 8] │ [echo varint] │ data │ alarm
//!   flags  bits 0-1: number  0 none, 1 that of the newest, 2 so many before it: back follows
//!          bit 2: the key is open 32 ‖ salt 16, else the secret 32
//!          bit 3: run   bit 4: echo   bit 5: over, ends follow   bit 6: ranges follow
//!          bit 7: what is lost behind a power cut follows
//!   data, alarm  floor varint │ [end varint] │ [cut varint, 0 none, else one more] │ [ranges 1 │ lost 1 │ each start ctr24, end ctr24]
//! note     whatever the caller adds, up to the end
//! skipped  back varint │ locator 8 │ open 32
//! ```
//!
//! XChaCha20-Poly1305 with a random nonce, hedged by the content; associated data: version ‖ suite ‖ lv(tenant) ‖ lv(device).
//!
//! | | bytes |
//! |---|---|
//! | one epoch, empty sets | 176 |
//! | what a reconnection needs, psk and hint | 40 |
//! | a further epoch of this session, with what finds its twins | 69 |
//! | a further epoch that was handed over | 53 |
//! | a range, stored or lost | 6 |
//! | a skipped epoch | 41 |
//!
//! Counters that are not small any more take up to three bytes more each. A further epoch of the chain keeps
//! its open key and salt, 16 bytes more than the secret that is made of them, and so takes nine more than the 60 that were aimed
//! at: under another salt the open key finds the epoch of a device that was cloned or restored, on every worker.
//!
//! **Rule.** A row holds no key that seals towards the device. One that is older than the newest admits
//! frames again that were stored, which the store's key sees, and nothing else.

mod read;
mod write;

use heapless::Vec;
use zeroize::Zeroizing;

use self::write::write_content;
use super::ahead::MAX_SKIPPED;
use super::entropy::{Binding, draw, hedge};
use super::opened_epoch::{ALARM_RANGES, DATA_RANGES};
use super::schedule::{Label, MAX_OPENED};
use super::space_set::MAX_LOST;
use super::{Entropy, Error, Opener};
use crate::crypto::aead::{EXTENDED_NONCE_LEN, TAG_LEN, open_x, seal_x};
use crate::crypto::{KEY_LEN, SUITE, Secret};
use crate::wire::{Hint, Reader, Writer};

const VERSION: u8 = 1;
const HEAD_LEN: usize = 2 + EXTENDED_NONCE_LEN;

/// The longest note of a row.
pub const MAX_NOTE: usize = 96;

/// The longest name of a tenant or a device.
const MAX_NAME: usize = 64;
const MAX_ASSOCIATED: usize = 2 + 2 * (2 + MAX_NAME);

const MAX_SPACES: usize = 2 * (4 + 4 + 4 + 2) + 6 * (DATA_RANGES + ALARM_RANGES + 2 * MAX_LOST);
const MAX_EPOCH: usize = 1 + 48 + 8 + 5 + 8 + 4 + MAX_SPACES;
const MAX_CONTENT: usize =
    2 * KEY_LEN + 5 + 1 + 40 + MAX_OPENED * MAX_EPOCH + MAX_SKIPPED * (5 + 8 + KEY_LEN) + MAX_NOTE;

/// The longest row, of ten epochs that are full of holes. That of a device at rest has 176 bytes, or
/// 216 with its psk.
pub const MAX_ROW: usize = HEAD_LEN + MAX_CONTENT + TAG_LEN;

/// The key that a server's rows are sealed under; not Clone, wiped when dropped.
pub struct RowKey(Secret);

/// Whose row it is. A row does not open as another's.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowOwner<'a> {
    /// The tenant, by the server's name for it; 64 bytes at most.
    pub tenant: &'a [u8],
    /// The device, by the server's name for it; 64 bytes at most.
    pub device: &'a [u8],
}

/// What a server needs to answer a reconnection: the psk in use, and the hint that names it.
pub struct RowPsk {
    pub(crate) psk: Secret,
    pub(crate) hint: Hint,
}

/// What goes into a row.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// The session.
    pub opener: &'a Opener,
    /// What a reconnection needs.
    pub psk: Option<&'a RowPsk>,
    /// Whatever else belongs to the session; [`MAX_NOTE`] bytes at most.
    pub note: &'a [u8],
}

/// What was in a row.
pub struct OpenedRow {
    /// The session.
    pub opener: Opener,
    /// What a reconnection needs.
    pub psk: Option<RowPsk>,
    /// Whatever else the caller has added.
    pub note: Vec<u8, MAX_NOTE>,
}

impl core::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Row")
            .field("opener", &self.opener)
            .field("psk", &self.psk)
            .finish_non_exhaustive()
    }
}

impl core::fmt::Debug for OpenedRow {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("OpenedRow")
            .field("opener", &self.opener)
            .field("psk", &self.psk)
            .finish_non_exhaustive()
    }
}

impl core::fmt::Debug for RowKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RowKey(..)")
    }
}

impl core::fmt::Debug for RowPsk {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RowPsk(..)")
    }
}

#[allow(dead_code, reason = "for the server that answers reconnections")]
impl RowPsk {
    pub(crate) const fn new(psk: [u8; KEY_LEN], hint: Hint) -> Self {
        Self {
            psk: Secret::new(psk),
            hint,
        }
    }

    #[cfg(feature = "pairing")]
    pub(crate) fn of(secret: &super::ResumptionSecret) -> Self {
        Self {
            psk: secret.psk().share(),
            hint: secret.hint(),
        }
    }

    /// Names the psk in a handshake's header.
    #[must_use]
    pub const fn hint(&self) -> Hint {
        self.hint
    }

    pub(crate) const fn expose(&self) -> &[u8; KEY_LEN] {
        self.psk.expose()
    }
}

impl RowKey {
    /// The key with these bytes, as a key service keeps them.
    ///
    /// # Errors
    ///
    /// [`Error::BadKeyLength`] when they are not 32.
    pub fn from_bytes(key: &[u8]) -> Result<Self, Error> {
        let key = Secret::try_from(key).map_err(|_| Error::BadKeyLength)?;
        Ok(Self(key))
    }

    /// Writes a row into `out`: the layout and its sizes stand in the module's drawing.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`]; [`wire::Error::NoRoom`](crate::wire::Error::NoRoom), of which
    /// [`MAX_ROW`] bytes always suffice, or [`wire::Error::OutOfRange`](crate::wire::Error::OutOfRange)
    /// for a name above 64 bytes.
    pub fn seal<'o>(
        &self,
        owner: &RowOwner<'_>,
        row: Row<'_>,
        entropy: &mut impl Entropy,
        out: &'o mut [u8],
    ) -> Result<&'o mut [u8], Error> {
        let random = draw(entropy)?;
        let mut associated = [0; MAX_ASSOCIATED];
        let associated = owner.associated(&mut associated)?;
        let mut writer = Writer::new(out);
        writer.put(&[VERSION, SUITE])?;
        writer.reserve(EXTENDED_NONCE_LEN)?;
        write_content(row, &mut writer)?;
        writer.reserve(TAG_LEN)?;
        let bytes = writer.finish();
        if let Some((head, sealed)) = bytes.split_at_mut_checked(HEAD_LEN)
            && let Some((_, nonce)) = head.split_last_chunk_mut::<EXTENDED_NONCE_LEN>()
            && let Some((content, tag)) = sealed.split_last_chunk_mut::<TAG_LEN>()
        {
            *nonce = self.nonce(&random, associated, content);
            *tag = seal_x(&self.0, nonce, associated, content).ok_or(Error::BadRow)?;
        }
        Ok(bytes)
    }

    /// Hedged like every random value: a dead generator repeats no nonce with another content.
    fn nonce(
        &self,
        random: &Secret,
        associated: &[u8],
        content: &[u8],
    ) -> [u8; EXTENDED_NONCE_LEN] {
        let binding = Binding {
            purpose: Label::ROW,
            static_secret: self.0.expose(),
            number: 0,
            hash: associated,
            payload: content,
        };
        hedge(random, &binding)
    }

    /// Reads a row: about 30 derivations for one epoch.
    ///
    /// # Errors
    ///
    /// [`Error::BadRow`], whatever is wrong with it.
    pub fn open(&self, owner: &RowOwner<'_>, row: &[u8]) -> Result<OpenedRow, Error> {
        let mut reader = Reader::new(row);
        let head = reader.array().map_err(|_| Error::BadRow)?;
        let nonce = reader.array().map_err(|_| Error::BadRow)?;
        let sealed = reader.rest().split_last_chunk::<TAG_LEN>();
        let (sealed, tag) = sealed.ok_or(Error::BadRow)?;
        if head != [VERSION, SUITE] {
            return Err(Error::BadRow);
        }
        let mut content = Zeroizing::new([0_u8; MAX_CONTENT]);
        let content = content.get_mut(..sealed.len()).ok_or(Error::BadRow)?;
        crate::wire::copy(sealed, content);
        let mut associated = [0; MAX_ASSOCIATED];
        let associated = owner.associated(&mut associated)?;
        open_x(&self.0, &nonce, associated, content, tag).map_err(|_| Error::BadRow)?;
        read::read_content(content).map_err(|_| Error::BadRow)
    }
}

/// Reads content that is taken for authentic.
#[cfg(test)]
pub(super) fn read_for_tests(content: &[u8]) -> Option<OpenedRow> {
    read::read_content(content).ok()
}

impl RowOwner<'_> {
    /// "associated data = version ‖ tenant ‖ device"
    fn associated<'o>(&self, out: &'o mut [u8; MAX_ASSOCIATED]) -> Result<&'o [u8], Error> {
        let mut writer = Writer::new(out);
        writer.put(&[VERSION, SUITE])?;
        for name in [self.tenant, self.device] {
            let len = u16::try_from(name.len()).unwrap_or(u16::MAX);
            if name.len() > MAX_NAME {
                return Err(crate::wire::Error::OutOfRange.into());
            }
            writer.put(&len.to_be_bytes())?;
            writer.put(name)?;
        }
        Ok(writer.finish())
    }
}
