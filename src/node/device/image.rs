//! What a device keeps of one recipient across a reboot, as it lies on its storage.
//!
//! ```text
//! version 1 │ place 1 │ flags 1 │ [session 175, see seal::SAVED_SESSION_LEN] │ peer's static key 32
//! │ psk 32 [│ previous psk 32] [│ successor's static key 32 │ its first psk 32]
//! │ count 1 │ count × epoch │ code 8
//!
//! flags   bit 0: previous psk follows   bit 1: session follows   bit 2: successor follows
//!         bit 3: has paired   bit 4: may introduce   bit 5: came by its keys alone
//! epoch   number 4 │ locator 8 │ salt 16 │ secret 32 │ run 8
//!         │ flags 1 (bit 0: named by a receipt, bit 1: of an earlier session)
//! ```
//!
//! Without a session: a recipient that was introduced, and that the device has not met yet. Numbers are big-endian. The code is an HMAC under a key of the static secret over all before it:
//! a flipped bit, or another device's image, is not taken for one.

use super::epochs::{EpochRecord, MAX_UNDRAINED, Origin};
use super::peer::{Chained, Successor, Vouching};
use crate::crypto::Secret;
use crate::crypto::hash::{equal, hmac};
use crate::pairing::PublicKey;
use crate::seal::{self, Epoch, HandedEpoch, Label, ResumptionSecret, SAVED_SESSION_LEN, derive};
use crate::storage::MAX_IMAGE;
use crate::wire::{self, Locator, Reader, Run, Salt, Writer};

const VERSION: u8 = 2;
const CODE_LEN: usize = 8;
const EPOCH_LEN: usize = 4 + 8 + 16 + 32 + 8 + 1;

/// The longest image.
const MAX_LEN: usize =
    3 + SAVED_SESSION_LEN + 32 + 2 * 32 + 2 * 32 + 1 + MAX_UNDRAINED * EPOCH_LEN + CODE_LEN;

const _: () = assert!(MAX_LEN <= MAX_IMAGE && MAX_LEN <= wire::MAX_DATAGRAM);

const HAS_PREVIOUS: u8 = 1;
const HAS_SESSION: u8 = 1 << 1;
const HAS_SUCCESSOR: u8 = 1 << 2;
const HAS_PAIRED: u8 = 1 << 3;
const MAY_INTRODUCE: u8 = 1 << 4;
const IS_DOUBTED: u8 = 1 << 5;
const IS_NAMED: u8 = 1;
const IS_OF_EARLIER_SESSION: u8 = 2;

/// What an image is written from; the epochs come beside it.
pub(super) struct Image<'a> {
    pub(super) place: u8,
    pub(super) session: Option<&'a [u8; SAVED_SESSION_LEN]>,
    pub(super) peer: &'a PublicKey,
    pub(super) chained: &'a Chained,
    pub(super) successor: Option<&'a Successor>,
    pub(super) vouching: Vouching,
}

/// What an image says; secrets are taken out of it only when it is clear where they stay.
pub(super) struct Loaded<'a> {
    pub(super) place: u8,
    pub(super) session: Option<&'a [u8]>,
    pub(super) peer: PublicKey,
    current: &'a [u8],
    previous: Option<&'a [u8]>,
    /// Its static key, and its first psk.
    successor: Option<(PublicKey, &'a [u8])>,
    pub(super) vouching: Vouching,
    pub(super) epochs: StoredEpochs<'a>,
}

impl Loaded<'_> {
    pub(super) fn chained(&self) -> Option<Chained> {
        let secret = |bytes| ResumptionSecret::from_secret_bytes(bytes).ok();
        Some(Chained {
            current: secret(self.current)?,
            previous: self.previous.and_then(secret),
        })
    }

    pub(super) fn successor(&self) -> Option<Successor> {
        let (key, first) = self.successor?;
        let first = ResumptionSecret::from_secret_bytes(first).ok()?;
        Some(Successor { key, first })
    }
}

/// The epochs of an image, all of which can be read; they are not kept, for there may be many.
pub(super) struct StoredEpochs<'a>(&'a [u8]);

impl Iterator for StoredEpochs<'_> {
    type Item = EpochRecord;

    fn next(&mut self) -> Option<EpochRecord> {
        let (epoch, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        read_epoch(epoch).ok()
    }
}

impl Image<'_> {
    /// Writes the image; `out` takes [`MAX_LEN`] bytes.
    pub(super) fn write<'e, 'o>(
        &self,
        epochs: impl Iterator<Item = (&'e EpochRecord, Origin)> + Clone,
        static_secret: &[u8],
        out: &'o mut [u8],
    ) -> Result<&'o mut [u8], seal::Error> {
        let mut writer = Writer::new(out);
        let Chained { current, previous } = self.chained;
        let previous = previous.as_ref().map(ResumptionSecret::secret_bytes);
        let successor = self.successor;
        let count = epochs.clone().count();
        writer.put_all(&[
            &[VERSION, self.place, self.flags()],
            self.session.map_or(&[][..], |session| session),
            self.peer.as_bytes(),
            current.secret_bytes(),
            previous.unwrap_or_default(),
            successor.map_or(&[][..], |successor| successor.key.as_bytes()),
            successor.map_or(&[][..], |successor| successor.first.secret_bytes()),
            &[u8::try_from(count).unwrap_or(u8::MAX)],
        ])?;
        for (record, origin) in epochs {
            write_epoch(record, origin, &mut writer)?;
        }
        writer.reserve(CODE_LEN)?;
        let image = writer.finish();
        if let Some((content, code)) = image.split_last_chunk_mut() {
            *code = code_of(content, static_secret)?;
        }
        Ok(image)
    }

    fn flags(&self) -> u8 {
        [
            (HAS_PREVIOUS, self.chained.previous.is_some()),
            (HAS_SESSION, self.session.is_some()),
            (HAS_SUCCESSOR, self.successor.is_some()),
            (HAS_PAIRED, self.vouching.has_paired),
            (MAY_INTRODUCE, self.vouching.may_introduce),
            (IS_DOUBTED, self.vouching.is_doubted),
        ]
        .into_iter()
        .filter_map(|(bit, is_set)| is_set.then_some(bit))
        .sum()
    }
}

/// Reads an image. The caller's session code is checked by whoever restores it.
pub(super) fn load<'a>(image: &'a [u8], static_secret: &[u8]) -> Result<Loaded<'a>, seal::Error> {
    let damaged = seal::Error::BadSavedSession;
    let (content, code) = image.split_last_chunk::<CODE_LEN>().ok_or(damaged)?;
    if !equal(code, &code_of(content, static_secret)?) {
        return Err(damaged);
    }
    read(content).ok_or(damaged)
}

fn read(content: &[u8]) -> Option<Loaded<'_>> {
    let (&[VERSION, place, flags], rest) = content.split_first_chunk()? else {
        return None;
    };
    let has = |bit: u8| flags & bit != 0;
    let mut reader = Reader::new(rest);
    let mut part = |is_there: bool, len: usize| reader.take(if is_there { len } else { 0 }).ok();
    let session = part(has(HAS_SESSION), SAVED_SESSION_LEN)?;
    let (peer, current) = (part(true, 32)?, part(true, 32)?);
    let previous = part(has(HAS_PREVIOUS), 32)?;
    let (successor, first) = (part(has(HAS_SUCCESSOR), 32)?, part(has(HAS_SUCCESSOR), 32)?);
    let count = usize::from(reader.u8().ok()?);
    let epochs = reader.rest();
    if count > MAX_UNDRAINED || epochs.len() != count * EPOCH_LEN {
        return None;
    }
    Some(Loaded {
        place,
        session: has(HAS_SESSION).then_some(session),
        peer: PublicKey::from_bytes(peer).ok()?,
        current,
        previous: has(HAS_PREVIOUS).then_some(previous),
        successor: match has(HAS_SUCCESSOR) {
            true => Some((PublicKey::from_bytes(successor).ok()?, first)),
            false => None,
        },
        vouching: Vouching {
            has_paired: has(HAS_PAIRED),
            may_introduce: has(MAY_INTRODUCE),
            is_doubted: has(IS_DOUBTED),
        },
        epochs: StoredEpochs(epochs),
    })
}

fn write_epoch(
    record: &EpochRecord,
    origin: Origin,
    writer: &mut Writer<'_>,
) -> Result<(), wire::Error> {
    let earlier = match origin {
        Origin::EarlierSession => IS_OF_EARLIER_SESSION,
        Origin::Here | Origin::EarlierBoot => 0,
    };
    let named = if record.is_named { IS_NAMED } else { 0 };
    writer.put_all(&[
        &record.epoch.number.to_be_bytes(),
        &record.epoch.locator.0,
        &record.epoch.salt.0,
        record.secret.expose(),
        &record.run.0,
        &[earlier | named],
    ])
}

fn read_epoch(bytes: &[u8; EPOCH_LEN]) -> Result<EpochRecord, wire::Error> {
    let mut reader = Reader::new(bytes);
    let number = u32::from_be_bytes(reader.array()?);
    let (locator, salt) = (Locator(reader.array()?), Salt(reader.array()?));
    let secret = HandedEpoch::from_bytes(reader.array()?);
    let epoch = Epoch {
        number,
        locator,
        salt,
        tag: secret.tag(),
    };
    let run = Run(reader.array()?);
    let flags = reader.u8()?;
    let origin = match flags & IS_OF_EARLIER_SESSION {
        0 => Origin::EarlierBoot,
        _ => Origin::EarlierSession,
    };
    let mut record = EpochRecord::new(epoch, secret, run, origin);
    record.is_named = flags & IS_NAMED != 0;
    record.is_kept = true;
    Ok(record)
}

fn code_of(content: &[u8], static_secret: &[u8]) -> Result<[u8; CODE_LEN], seal::Error> {
    let secret = Secret::try_from(static_secret).map_err(|_| seal::Error::BadKeyLength)?;
    Ok(hmac(&derive(&secret, Label::IMAGE), &[content]))
}
