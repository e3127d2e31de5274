use heapless::Vec;

use super::opened_epoch::{Mark, OpenedEpoch, Sealed};
use super::receipt;
use super::schedule::{Chain, MAX_OPENED, OpenKey, WINDOW};
use super::session::SessionSecrets;
use super::{EpochTag, Error};
use crate::crypto::Secret;
use crate::wire::{
    self, Envelope, Frame, Locator, Packet, Records, Route, Run, Salt, Space, TAG_LEN,
};

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
    skipped: Overtaken,
    /// In the order of their numbers.
    epochs: Vec<OpenedEpoch, MAX_OPENED>,
}

type Overtaken = Vec<Skipped, { WINDOW - 1 }>;

struct Skipped {
    number: u32,
    locator: Locator,
    key: OpenKey,
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

    /// The epoch's place in the session, from 0.
    #[must_use]
    pub const fn epoch_number(&self) -> u32 {
        self.mark.number
    }

    /// The frame's number within epoch and space.
    #[must_use]
    pub const fn counter(&self) -> u32 {
        self.mark.counter
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
            Route::Routed(locator) => match self.opened(locator, None) {
                Some(epoch) => epoch.open(&mut sealed)?,
                None => return Err(Error::UnknownEpoch),
            },
            Route::Unproved(locator, salt) => match self.opened(locator, Some(salt)) {
                Some(epoch) => epoch.open(&mut sealed)?,
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
            ..
        } = stored.mark;
        self.epochs
            .iter_mut()
            .find(|opened| opened.keys.tag == epoch)
            .ok_or(Error::UnknownEpoch)?
            .insert(space, counter)
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

    fn opened(&self, locator: Locator, salt: Option<Salt>) -> Option<&OpenedEpoch> {
        self.epochs.iter().find(|epoch| {
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
        let mut skipped = self.skipped.iter();
        let mut upcoming = self.upcoming.iter();
        if let Some(position) = skipped.position(|epoch| epoch.locator == locator) {
            self.open_skipped(position, salt, sealed)
        } else if let Some(steps) = upcoming.position(|upcoming| *upcoming == locator) {
            self.open_upcoming(steps, locator, salt, sealed)
        } else {
            Err(Error::UnknownEpoch)
        }
    }

    fn open_skipped(
        &mut self,
        position: usize,
        salt: Salt,
        sealed: &mut Sealed<'_>,
    ) -> Result<Option<Mark>, Error> {
        let epoch = self.skipped.get(position).ok_or(Error::UnknownEpoch)?;
        let (candidate, mark) =
            OpenedEpoch::try_first(epoch.number, epoch.locator, salt, &epoch.key, sealed)?;
        self.skipped.remove(position);
        self.keep(candidate);
        Ok(mark)
    }

    /// Opens the epoch `steps` links ahead; those on the way there become skipped ones.
    fn open_upcoming(
        &mut self,
        steps: usize,
        locator: Locator,
        salt: Salt,
        sealed: &mut Sealed<'_>,
    ) -> Result<Option<Mark>, Error> {
        let mut overtaken = Overtaken::new();
        let mut chain = self.chain.share();
        for locator in self.upcoming.into_iter().take(steps) {
            let _ = overtaken.push(Skipped::at(&chain, locator));
            chain = chain.next();
        }
        let Skipped {
            number,
            locator,
            key,
        } = Skipped::at(&chain, locator);
        let (candidate, mark) = OpenedEpoch::try_first(number, locator, salt, &key, sealed)?;
        self.advance_past(&chain, overtaken);
        self.keep(candidate);
        Ok(mark)
    }

    fn advance_past(&mut self, opened: &Chain, overtaken: Overtaken) {
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

impl Skipped {
    /// The epoch of a link whose locator is known already.
    fn at(link: &Chain, locator: Locator) -> Self {
        Self {
            number: link.number(),
            locator,
            key: link.open_key(),
        }
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
