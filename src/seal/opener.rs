use heapless::Vec;

use super::epoch::EpochKeys;
use super::receipt;
use super::schedule::{Chain, OpenKey};
use super::session::SessionSecrets;
use super::{EpochTag, Error};
use crate::crypto::Secret;
use crate::wire::{
    self, Envelope, Frame, Locator, Packet, ReceivedSet, Records, Route, Run, Salt, Space, TAG_LEN,
};

/// How many epochs ahead of the newest are found.
const WINDOW: usize = 8;
/// How many opened epochs are kept; the oldest gives way.
const MAX_EPOCHS: usize = 4;
/// Ranges of the received set of data, and of alarm.
const DATA_RANGES: usize = 16;
const ALARM_RANGES: usize = 4;

/// The server's end of a session: opens frames, says what is stored.
///
/// **Rule.** A frame is acknowledged only after [`Opener::commit`] was given its [`Stored`],
/// and a `Stored` comes only out of an [`Opened`]. So what was not stored is sent again.
///
/// It takes about 1.7 KiB, however much a stranger sends. A frame of a stranger costs one
/// search of a short table; a forged frame that names a real epoch costs one authentication.
pub struct Opener {
    id: [u8; 16],
    receipt_key: Secret,
    first_locator: Locator,
    /// The link of the lowest epoch above all that have opened.
    chain: Chain,
    /// The names of the epochs from that link on.
    upcoming: [Locator; WINDOW],
    /// Epochs that were overtaken by a later one: what opens them, and not what comes after.
    skipped: Vec<Skipped, { WINDOW - 1 }>,
    /// In the order of their numbers.
    epochs: Vec<OpenedEpoch, MAX_EPOCHS>,
}

struct Skipped {
    number: u32,
    locator: Locator,
    key: OpenKey,
}

struct OpenedEpoch {
    keys: EpochKeys,
    /// The boot that the epoch belongs to, from the first frame that said it.
    run: Option<Run>,
    data: ReceivedSet<DATA_RANGES>,
    alarm: ReceivedSet<ALARM_RANGES>,
}

/// What an authentic frame turned out to be.
#[derive(Debug)]
pub enum Opening<'b> {
    /// It was not stored before.
    Fresh(Opened<'b>),
    /// It was stored before and reveals nothing; the sender has missed a receipt.
    Duplicate,
}

/// The plaintext of an authentic frame that is not acknowledged yet.
#[derive(Debug)]
pub struct Opened<'b> {
    plaintext: &'b [u8],
    run: Option<Run>,
    mark: Mark,
}

/// A frame that the caller has stored.
#[derive(Debug)]
#[must_use = "a frame that is not committed is sent again"]
pub struct Stored {
    mark: Mark,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    epoch: EpochTag,
    space: Space,
    counter: u32,
}

impl Stored {
    /// The space that the frame belongs to.
    #[must_use]
    pub const fn space(&self) -> Space {
        self.mark.space
    }
}

impl<'b> Opened<'b> {
    /// The plaintext; lives as long as the packet's buffer.
    #[must_use]
    pub const fn plaintext(&self) -> &'b [u8] {
        self.plaintext
    }

    /// The plaintext, read as an envelope.
    ///
    /// # Errors
    ///
    /// [`wire::Error`]: what authenticates but does not decode is to be
    /// stored as its bytes and acknowledged, or it is sent for ever.
    pub fn envelope(&self) -> Result<Envelope<'b>, wire::Error> {
        Envelope::parse(self.plaintext)
    }

    /// The records, each under its sequence.
    ///
    /// # Errors
    ///
    /// As [`Opened::envelope`].
    pub fn records(&self) -> Result<Records<'b>, wire::Error> {
        self.envelope().map(|envelope| Records::new(&envelope))
    }

    /// The boot in which the records were made: with the sequence, their identity.
    ///
    /// A frame carries it until its epoch is acknowledged, and the opener remembers it. `None`
    /// for a frame that does not decode.
    #[must_use]
    pub const fn run(&self) -> Option<Run> {
        self.run
    }

    /// The epoch that the frame belongs to.
    #[must_use]
    pub const fn epoch(&self) -> EpochTag {
        self.mark.epoch
    }

    /// The space that the frame belongs to.
    #[must_use]
    pub const fn space(&self) -> Space {
        self.mark.space
    }

    /// The caller's word that the frame's records, or its bytes, are on storage for good.
    pub const fn stored(self) -> Stored {
        Stored { mark: self.mark }
    }
}

impl core::fmt::Debug for Opener {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Opener")
            .field("epochs", &self.epochs.len())
            .finish_non_exhaustive()
    }
}

impl Opener {
    pub(super) fn new(secrets: SessionSecrets) -> Self {
        Self {
            id: secrets.id,
            receipt_key: secrets.receipt_key,
            first_locator: secrets.chain.locator(),
            upcoming: locators_from(&secrets.chain),
            chain: secrets.chain,
            skipped: Vec::new(),
            epochs: Vec::new(),
        }
    }

    /// The session's name, equal on both sides; not a secret.
    #[must_use]
    pub const fn session(&self) -> [u8; 16] {
        self.id
    }

    /// Every locator under which a frame of this session may come: what a server's table holds.
    pub fn locators(&self) -> impl Iterator<Item = Locator> {
        let opened = self.epochs.iter().map(|epoch| epoch.keys.locator);
        let skipped = self.skipped.iter().map(|epoch| epoch.locator);
        opened.chain(skipped).chain(self.upcoming)
    }

    /// Opens a frame in its own buffer.
    ///
    /// Parse, look up, check the set, authenticate, reveal: in this order, so that a stranger
    /// costs least. A frame that is refused leaves packet and opener as they were.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedPacket`], [`Error::UnknownEpoch`],
    /// [`Error::NotAuthentic`]; [`wire::Error::SetFull`] for a
    /// frame that has no room in the received set yet.
    pub fn open<'b>(&mut self, packet: &'b mut [u8]) -> Result<Opening<'b>, Error> {
        let Packet::Frame(Frame {
            space,
            route,
            counter,
            ..
        }) = Packet::parse(packet)?
        else {
            return Err(Error::UnexpectedPacket);
        };
        let truncated = wire::Error::Truncated { missing: 1 };
        let body = packet.get_mut(route.header_len()..).ok_or(truncated)?;
        let (ciphertext, tag) = body.split_last_chunk_mut::<TAG_LEN>().ok_or(truncated)?;
        let mut sealed = Sealed {
            space,
            counter,
            ciphertext,
            tag,
        };
        let mark = match route {
            Route::Short => self.open_short(&mut sealed)?,
            Route::Routed(locator) => self.open_known(locator, None, &mut sealed)?,
            Route::Unproved(locator, salt) => match self.position_of(locator, Some(salt)) {
                Some(_) => self.open_known(locator, Some(salt), &mut sealed)?,
                None => self.open_candidate(locator, salt, &mut sealed)?,
            },
        };
        match mark {
            Some(mark) => {
                let run = self.note_run(mark.epoch, sealed.ciphertext);
                Ok(Opening::Fresh(Opened {
                    plaintext: sealed.ciphertext,
                    run,
                    mark,
                }))
            }
            None => {
                sealed.ciphertext.fill(0);
                Ok(Opening::Duplicate)
            }
        }
    }

    /// Marks a stored frame as received; receipts name it from now on.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEpoch`] when the epoch has given way meanwhile, or
    /// [`wire::Error::SetFull`]: the frame will come again, and
    /// the store's unique key keeps one.
    pub fn commit(&mut self, stored: Stored) -> Result<(), Error> {
        let Mark {
            epoch,
            space,
            counter,
        } = stored.mark;
        let epoch = self
            .epochs
            .iter_mut()
            .find(|opened| opened.keys.tag == epoch)
            .ok_or(Error::UnknownEpoch)?;
        match space {
            Space::Data => epoch.data.insert(counter)?,
            Space::Alarm => epoch.alarm.insert(counter)?,
            Space::Control | Space::Command => return Err(Error::UnexpectedPacket),
        }
        Ok(())
    }

    /// Writes a receipt of everything committed.
    ///
    /// # Errors
    ///
    /// [`wire::Error::NoRoom`];
    /// [`MAX_DATAGRAM`](crate::wire::MAX_DATAGRAM) bytes always suffice.
    pub fn receipt<'o>(&self, out: &'o mut [u8]) -> Result<&'o mut [u8], Error> {
        let locator = self
            .epochs
            .last()
            .map_or(self.first_locator, |newest| newest.keys.locator);
        let entries = self.epochs.iter().flat_map(OpenedEpoch::entries);
        receipt::emit(&self.receipt_key, locator, entries, out)
    }

    /// Remembers the run where a frame says it, recalls it where a frame does not.
    fn note_run(&mut self, epoch: EpochTag, plaintext: &[u8]) -> Option<Run> {
        let said = Envelope::parse(plaintext).ok()?.run();
        let epoch = self
            .epochs
            .iter_mut()
            .find(|opened| opened.keys.tag == epoch)?;
        epoch.run = epoch.run.or(said);
        said.or(epoch.run)
    }

    /// "the receiver tries its newest epoch, then the one before"
    fn open_short(&mut self, sealed: &mut Sealed<'_>) -> Result<Option<Mark>, Error> {
        let mut refusal = Error::UnknownEpoch;
        for epoch in self.epochs.iter().rev().take(2) {
            match epoch.open(sealed) {
                Err(error) => refusal = error,
                opened => return opened,
            }
        }
        Err(refusal)
    }

    fn open_known(
        &self,
        locator: Locator,
        salt: Option<Salt>,
        sealed: &mut Sealed<'_>,
    ) -> Result<Option<Mark>, Error> {
        let position = self.position_of(locator, salt).ok_or(Error::UnknownEpoch)?;
        self.epochs
            .get(position)
            .ok_or(Error::UnknownEpoch)?
            .open(sealed)
    }

    fn position_of(&self, locator: Locator, salt: Option<Salt>) -> Option<usize> {
        self.epochs.iter().position(|epoch| {
            epoch.keys.locator == locator && salt.is_none_or(|salt| epoch.keys.salt == salt)
        })
    }

    /// "the receiver derives a candidate and keeps it only when the frame authenticates"
    fn open_candidate(
        &mut self,
        locator: Locator,
        salt: Salt,
        sealed: &mut Sealed<'_>,
    ) -> Result<Option<Mark>, Error> {
        if let Some(position) = self
            .skipped
            .iter()
            .position(|epoch| epoch.locator == locator)
        {
            let epoch = self.skipped.get(position).ok_or(Error::UnknownEpoch)?;
            let (candidate, mark) =
                OpenedEpoch::try_first(epoch.number, locator, salt, &epoch.key, sealed)?;
            self.skipped.remove(position);
            self.keep(candidate);
            return Ok(mark);
        }
        let steps = self
            .upcoming
            .iter()
            .position(|upcoming| *upcoming == locator)
            .ok_or(Error::UnknownEpoch)?;
        let mut overtaken = Vec::<Skipped, { WINDOW - 1 }>::new();
        let mut chain = self.chain.share();
        for _ in 0..steps {
            let skipped = Skipped {
                number: chain.number(),
                locator: chain.locator(),
                key: chain.open_key(),
            };
            let _ = overtaken.push(skipped);
            chain = chain.next();
        }
        let (candidate, mark) =
            OpenedEpoch::try_first(chain.number(), locator, salt, &chain.open_key(), sealed)?;
        self.advance_past(&chain, overtaken);
        self.keep(candidate);
        Ok(mark)
    }

    fn advance_past(&mut self, opened: &Chain, overtaken: Vec<Skipped, { WINDOW - 1 }>) {
        for skipped in overtaken {
            if self.skipped.is_full() {
                self.skipped.remove(0);
            }
            let _ = self.skipped.push(skipped);
        }
        self.chain = opened.next();
        self.upcoming = locators_from(&self.chain);
    }

    /// Keeps the epochs in the order of their numbers; the oldest gives way.
    ///
    /// A skipped epoch that is older than all of a full table would be that oldest one, so it
    /// is forgotten: a frame that was held back until now drives out no epoch that is in use.
    fn keep(&mut self, epoch: OpenedEpoch) {
        if self.epochs.is_full() {
            self.epochs.remove(0);
        }
        let position = self
            .epochs
            .partition_point(|kept| kept.keys.number < epoch.keys.number);
        let _ = self.epochs.insert(position, epoch);
        if self.epochs.is_full()
            && let Some(oldest) = self.epochs.first().map(|kept| kept.keys.number)
        {
            self.skipped.retain(|skipped| skipped.number > oldest);
        }
    }
}

/// A frame behind its header.
struct Sealed<'b> {
    space: Space,
    counter: u32,
    ciphertext: &'b mut [u8],
    tag: &'b [u8; TAG_LEN],
}

impl OpenedEpoch {
    fn try_first(
        number: u32,
        locator: Locator,
        salt: Salt,
        key: &OpenKey,
        sealed: &mut Sealed<'_>,
    ) -> Result<(Self, Option<Mark>), Error> {
        let keys = EpochKeys::derive(number, locator, salt, &key.secret(salt));
        let candidate = Self {
            keys,
            run: None,
            data: ReceivedSet::new(),
            alarm: ReceivedSet::new(),
        };
        let mark = candidate.open(sealed)?;
        Ok((candidate, mark))
    }

    /// Decrypts in place. `None` for an authentic duplicate.
    fn open(&self, sealed: &mut Sealed<'_>) -> Result<Option<Mark>, Error> {
        let Sealed { space, counter, .. } = *sealed;
        let (is_known, has_room) = match space {
            Space::Data => (self.data.contains(counter), self.data.has_room_for(counter)),
            Space::Alarm => (
                self.alarm.contains(counter),
                self.alarm.has_room_for(counter),
            ),
            Space::Control | Space::Command => return Err(Error::UnexpectedPacket),
        };
        if !has_room {
            return Err(wire::Error::SetFull.into());
        }
        self.keys
            .open(space, counter, sealed.ciphertext, sealed.tag)?;
        Ok((!is_known).then_some(Mark {
            epoch: self.keys.tag,
            space,
            counter,
        }))
    }

    /// What receipts say of this epoch: nothing of a space in which nothing is stored.
    fn entries(&self) -> impl Iterator<Item = receipt::Entry<'_>> + Clone {
        let data = receipt::Entry::new(
            self.keys.tag,
            Space::Data,
            self.data.floor(),
            self.data.ranges(),
        );
        let alarm = receipt::Entry::new(
            self.keys.tag,
            Space::Alarm,
            self.alarm.floor(),
            self.alarm.ranges(),
        );
        [data, alarm].into_iter().filter(|entry| !entry.is_empty())
    }
}

fn locators_from(chain: &Chain) -> [Locator; WINDOW] {
    let mut link = chain.share();
    core::array::from_fn(|_| {
        let locator = link.locator();
        link = link.next();
        locator
    })
}
