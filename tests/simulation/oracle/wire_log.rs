//! Oracle: no two plaintexts under one key and nonce.
//!
//! A frame's (key, nonce) is (epoch, space, counter). What is seen of it outside is compared:
//!
//! | where | named by | rule |
//! |---|---|---|
//! | on storage | epoch tag, space, counter | the same bytes for ever |
//! | on the wire, salt shown | locator, salt, space, counter | one text for ever |
//! | on the wire, routed | the same, if its sender has shown one salt with the locator; locator, space, counter | at most as many texts as the locator has had salts |
//! | opened by its recipient | epoch tag, space, counter | one text for ever |
//! | on the wire, short | sender, space, counter | known above, or at most as many texts as the sender has had epochs |
//! | a row of a server's store | its nonce | one row for ever |
//! | message 1 or 2 of a handshake | its ephemeral key, of which the key of message 3 is made, too | the same bytes for ever |
//!
//! A short frame does not say which epoch it is of, and may be of the one before the newest; so of those that nobody
//! opens the rule is weaker. Frames that were sealed and went nowhere are not seen.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use super::shelf::Place;
use iomt::storage::FrameAddress;
use iomt::wire::{Frame, Locator, Packet, Route, Salt};

/// A locator and a salt: with the secret of the session, what a key is derived from.
type Epoch = ([u8; 8], [u8; 16]);

/// "version 1 │ suite 1 │ nonce 24"
const ROW_NONCE: std::ops::Range<usize> = 2..26;

#[derive(Debug, Clone, Default)]
pub struct WireLog {
    salts: BTreeMap<[u8; 8], BTreeSet<[u8; 16]>>,
    /// What is certain of its epoch.
    texts: BTreeMap<(Epoch, u8, u32), u64>,
    frames: BTreeMap<([u8; 8], u8, u32), BTreeSet<u64>>,
    stored: BTreeMap<([u8; 8], u8, u32), u64>,
    opened: BTreeMap<([u8; 16], u8, u32), u64>,
    rows: BTreeMap<Vec<u8>, u64>,
    ephemerals: BTreeMap<Vec<u8>, u64>,
    /// The epochs that a sender has opened.
    epochs: BTreeMap<usize, BTreeSet<Epoch>>,
    /// Short frames that were not seen in another form.
    short: BTreeMap<(usize, u8, u32), BTreeSet<u64>>,
}

impl WireLog {
    /// Looks at what a sender hands to the network; `sender` is one life of one device.
    pub fn note_sent(&mut self, sender: usize, datagram: &[u8]) -> Result<(), String> {
        match Packet::parse(datagram) {
            Ok(Packet::Frame(frame)) => self.note_frame(sender, &frame),
            Ok(Packet::Handshake(handshake)) if handshake.step < 3 => {
                let ephemeral = handshake.message.get(..32).unwrap_or_default().to_vec();
                let known = *self
                    .ephemerals
                    .entry(ephemeral)
                    .or_insert_with(|| digest(datagram));
                match known == digest(datagram) {
                    true => Ok(()),
                    false => Err(format!("one ephemeral key, two messages: {handshake:?}")),
                }
            }
            _ => Ok(()),
        }
    }

    pub fn note_stored(&mut self, address: &FrameAddress, frame: &[u8]) -> Result<(), String> {
        let key = (address.epoch, address.space.code(), address.counter);
        let known = *self.stored.entry(key).or_insert_with(|| digest(frame));
        match known == digest(frame) {
            true => Ok(()),
            false => Err(format!(
                "one key and nonce, two texts on storage: {address:?}"
            )),
        }
    }

    /// Looks at what a recipient has opened, which alone tells of a short frame which epoch it is of.
    pub fn note_opened(&mut self, place: &Place, sealed: u64) -> Result<(), String> {
        let key = (place.epoch, place.space, place.counter);
        match *self.opened.entry(key).or_insert(sealed) == sealed {
            true => Ok(()),
            false => Err(format!("one key and nonce, two texts opened: {place:02x?}")),
        }
    }

    /// Looks at a row that a server has sealed for its store.
    pub fn note_row(&mut self, row: &[u8]) -> Result<(), String> {
        let nonce = row.get(ROW_NONCE).unwrap_or_default().to_vec();
        let text = digest(row);
        match *self.rows.entry(nonce).or_insert(text) == text {
            true => Ok(()),
            false => Err("one nonce, two rows".into()),
        }
    }

    fn note_frame(&mut self, sender: usize, frame: &Frame<'_>) -> Result<(), String> {
        match frame.route {
            Route::Unproved(Locator(locator), Salt(salt)) => {
                self.salts.entry(locator).or_default().insert(salt);
                let epochs = self.epochs.entry(sender).or_default();
                epochs.insert((locator, salt));
                self.note_epoch((locator, salt), frame)?;
                self.note_text(locator, frame)
            }
            Route::Routed(Locator(locator)) => {
                if let Some(epoch) = self.only_epoch(sender, locator) {
                    self.note_epoch(epoch, frame)?;
                }
                self.note_text(locator, frame)
            }
            Route::Short => self.note_short(sender, frame),
        }
    }

    /// The epoch of this locator that a sender has opened, where it is one.
    fn only_epoch(&self, sender: usize, locator: [u8; 8]) -> Option<Epoch> {
        let epochs = self.epochs.get(&sender)?;
        let mut named = epochs.range((locator, [0; 16])..=(locator, [0xFF; 16]));
        let first = named.next()?;
        named.next().is_none().then_some(*first)
    }

    fn note_epoch(&mut self, epoch: Epoch, frame: &Frame<'_>) -> Result<(), String> {
        let key = (epoch, frame.space.code(), frame.counter);
        let text = digest(frame.sealed);
        match *self.texts.entry(key).or_insert(text) == text {
            true => Ok(()),
            false => Err(format!(
                "two texts under one key: {:?} {} of {:02x?}",
                frame.space, frame.counter, epoch.0
            )),
        }
    }

    fn note_short(&mut self, sender: usize, frame: &Frame<'_>) -> Result<(), String> {
        let epochs = self.epochs.entry(sender).or_default();
        let (space, text) = (frame.space.code(), digest(frame.sealed));
        let is_known = epochs.iter().any(|(locator, _)| {
            let texts = self.frames.get(&(*locator, space, frame.counter));
            texts.is_some_and(|texts| texts.contains(&text))
        });
        if is_known {
            return Ok(());
        }
        let texts = self
            .short
            .entry((sender, space, frame.counter))
            .or_default();
        texts.insert(text);
        match texts.len() <= epochs.len() {
            true => Ok(()),
            false => Err(format!(
                "{} short texts of {} epochs: {:?} {}",
                texts.len(),
                epochs.len(),
                frame.space,
                frame.counter,
            )),
        }
    }

    /// Nothing changes where this is a text too many.
    fn note_text(&mut self, locator: [u8; 8], frame: &Frame<'_>) -> Result<(), String> {
        let key = (locator, frame.space.code(), frame.counter);
        // A frame that waited for its receipt over a reboot may be the first that is seen of its epoch.
        let salts = self.salts.get(&locator).map_or(1, BTreeSet::len);
        let texts = self.frames.entry(key).or_default();
        let text = digest(frame.sealed);
        if !texts.contains(&text) && texts.len() >= salts {
            return Err(format!(
                "{} texts under {salts} keys: {:?} {} of {locator:02x?}",
                texts.len() + 1,
                frame.space,
                frame.counter,
            ));
        }
        texts.insert(text);
        Ok(())
    }
}

/// What a frame has sealed, before its recipient opens it in place.
pub fn sealed_digest(datagram: &[u8]) -> Option<u64> {
    match Packet::parse(datagram) {
        Ok(Packet::Frame(frame)) => Some(digest(frame.sealed)),
        _ => None,
    }
}

fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
