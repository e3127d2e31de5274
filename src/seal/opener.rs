use core::ops::Range;

#[cfg(feature = "node")]
use super::agreed::Agreed;
use super::ahead::Ahead;
use super::candidate::CandidateEpoch;
use super::epoch_table::EpochTable;
use super::opened_epoch::{Mark, OpenedEpoch, Sealed};
use super::receipt_writer::{self, Echo, ServerClock};
use super::session::SessionSecrets;
use super::space_set::Standing;
use super::{Control, EpochTag, Error, Opened, Opening, Stored, Twin};
use crate::crypto::Secret;
use crate::wire::{Envelope, Locator, Route, Run, Salt, Space};

/// The server's end of a session: opens frames, says what is stored.
///
/// **Rule.** A frame is acknowledged only after [`Opener::commit`] was given its [`Stored`],
/// and a `Stored` comes only out of an [`Opened`]. So what was not stored is sent again.
///
/// **Rule.** It can not seal: whoever has it, or a row of it, reads frames and makes receipts, and
/// says nothing else to the device.
///
/// It takes at most 5.9 KiB, however much a stranger sends; with `std` 0.9 KiB while one epoch is open, and
/// 0.6 KiB more for each further one, of which a heap holds all but the newest. A frame of a stranger costs one
/// search of a short table; a forged frame that names a real epoch costs one authentication,
/// where a device was cloned up to four.
pub struct Opener {
    pub(super) receipt_key: Secret,
    pub(super) ahead: Ahead,
    pub(super) epochs: EpochTable,
}

/// An authentic frame that was decrypted in its packet, and has not shown what it holds.
#[derive(Debug)]
pub(crate) struct Authentic {
    pub(super) mark: Mark,
    pub(super) plaintext: Range<usize>,
}

#[cfg(test)]
impl Opener {
    pub(super) const fn chain_for_tests(&self) -> &[u8; 32] {
        self.ahead.chain.expose()
    }
}

#[cfg(feature = "node")]
impl Authentic {
    pub(crate) const fn epoch(&self) -> EpochTag {
        self.mark.epoch
    }
}

impl core::fmt::Debug for Opener {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Opener")
            .field("epochs", &self.epochs.iter().count())
            .finish_non_exhaustive()
    }
}

impl Opener {
    pub(super) fn new(secrets: SessionSecrets) -> Self {
        Self {
            receipt_key: secrets.receipt_key,
            ahead: Ahead::new(secrets.chain),
            epochs: EpochTable::new(),
        }
    }

    /// Takes over from the session before, when this one is confirmed: "the old one is dead, except
    /// for the epochs that `outstanding` lists inside the new one".
    ///
    /// The old epochs stay open until the first [`Opener::handle_outstanding`] lists or closes them.
    pub fn inherit(&mut self, mut old: Self) {
        self.inherit_from(&mut old);
    }

    /// The same of one that stays where it is, without its epochs.
    pub(crate) fn inherit_from(&mut self, old: &mut Self) {
        self.epochs.inherit(&mut old.epochs);
    }

    /// The place of a session; of no use to anybody before one [takes it](Self::restart).
    #[cfg(feature = "node")]
    pub(crate) const fn closed() -> Self {
        Self {
            receipt_key: Secret::new([0; 32]),
            ahead: Ahead::closed(),
            epochs: EpochTable::new(),
        }
    }

    #[cfg(feature = "node")]
    pub(crate) fn close(&mut self) {
        self.receipt_key = Secret::new([0; 32]);
        self.ahead.close();
        self.epochs.clear();
    }

    /// The session in which `first` has brought an authentic frame takes the place of this one and takes over from it: as
    /// [`Opener::inherit`], where it stands.
    #[cfg(feature = "node")]
    pub(crate) fn restart(&mut self, agreed: &Agreed, first: CandidateEpoch) {
        self.receipt_key = agreed.secrets.receipt_key.share();
        self.ahead.restart(&agreed.secrets.chain, agreed.upcoming);
        self.epochs.end_session(first.tag());
        self.begin_epoch(first);
    }

    /// Every locator under which a frame of this session may come: what a server's table holds.
    ///
    /// They change when a frame opens a new epoch and when a list of outstanding epochs is taken.
    pub fn locators(&self) -> impl Iterator<Item = Locator> {
        let opened = self.epochs.iter().map(|epoch| epoch.locator);
        opened.chain(self.ahead.locators())
    }

    /// The tags of the epochs that are open, oldest first.
    pub fn open_epochs(&self) -> impl Iterator<Item = EpochTag> {
        self.epochs.iter().map(OpenedEpoch::tag)
    }

    /// Two epochs of one number that have come, said once: the device was restored or cloned.
    pub const fn poll_twin(&mut self) -> Option<Twin> {
        self.epochs.twin.take()
    }

    /// Opens a frame in its own buffer.
    ///
    /// Parse, look up, check the set, authenticate, reveal: in this order, so that a stranger
    /// costs least. A frame that is refused leaves packet and opener as they were.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedPacket`], [`Error::UnknownEpoch`],
    /// [`Error::NotAuthentic`], [`Error::BeyondEnd`]; [`Error::Replayed`] for an old control
    /// frame; [`wire::Error::SetFull`](crate::wire::Error::SetFull) for a frame that has no room in the received set yet.
    pub fn open<'b>(&mut self, packet: &'b mut [u8]) -> Result<Opening<'b>, Error> {
        let authentic = self.authenticate(packet)?;
        self.reveal(authentic, packet)
    }

    /// Reads what the opening of a frame of the newest epoch will read, and does nothing with it.
    ///
    /// Among many sessions most of the time of an opening is waiting for memory. A server that has a batch of frames
    /// calls this for the session of each of them before it opens the first one: then it waits for all of
    /// them at once. It changes nothing that can be seen.
    pub fn fetch(&self) {
        self.epochs.fetch();
    }

    /// Opens frames one after the other, each in its own buffer; costs no memory beside them.
    ///
    /// Two copies of one frame in one batch are both fresh: the store's unique key keeps one.
    pub fn open_each<'b>(
        &mut self,
        packets: impl IntoIterator<Item = &'b mut [u8]>,
    ) -> impl Iterator<Item = Result<Opening<'b>, Error>> {
        packets.into_iter().map(|packet| self.open(packet))
    }

    /// Marks a stored frame as received; receipts name it from now on.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEpoch`] when the epoch has given way meanwhile, or
    /// [`wire::Error::SetFull`](crate::wire::Error::SetFull): the frame will come again, and
    /// the store's unique key keeps one.
    pub fn commit(&mut self, stored: Stored) -> Result<(), Error> {
        let Mark {
            epoch,
            space,
            counter,
            ..
        } = stored.mark;
        let epoch = self.epochs.by_tag_mut(epoch);
        epoch.ok_or(Error::UnknownEpoch)?.insert(space, counter)
    }

    /// Writes a receipt of everything committed; it echoes the newest control frame.
    ///
    /// It needs no state and changes none: any worker may send one. What it says has to be on
    /// storage before it leaves, the epochs that it names included: an epoch that a receipt has named
    /// does not say its salt again.
    ///
    /// Where `out` has no room for all ranges the lowest of each space are named.
    ///
    /// # Errors
    ///
    /// [`wire::Error::NoRoom`](crate::wire::Error::NoRoom); [`MAX_DATAGRAM`](crate::wire::MAX_DATAGRAM) bytes always suffice.
    pub fn receipt<'o>(
        &self,
        clock: Option<ServerClock>,
        out: &'o mut [u8],
    ) -> Result<&'o mut [u8], Error> {
        let own = || {
            self.epochs
                .iter()
                .rev()
                .filter(|epoch| epoch.number.is_some())
        };
        let echo = own().find_map(|epoch| {
            let counter = epoch.echo?;
            Some(Echo::of(epoch.locator, epoch.tag(), counter))
        });
        let newest = own().next().map(|epoch| epoch.locator);
        let echo = echo.unwrap_or_else(|| Echo::none(newest.unwrap_or(self.ahead.next_locator())));
        let entries = self.epochs.iter().flat_map(OpenedEpoch::entries);
        receipt_writer::emit(&self.receipt_key, &echo.dated(clock), entries, out)
    }

    /// The first half of [`Opener::open`]: the frame is decrypted in place, or is as it was.
    ///
    /// So one packet can be tried on the sessions of one device, one after the other.
    #[inline]
    pub(crate) fn authenticate(&mut self, packet: &mut [u8]) -> Result<Authentic, Error> {
        let (route, mut sealed, plaintext) = Sealed::of(packet)?;
        let mark = match route {
            Route::Short => self.epochs.open_short(&mut sealed)?,
            Route::Routed(locator) => self.epochs.open_routed(locator, &mut sealed)?,
            Route::Unproved(locator, salt) => self.open_unproved(locator, salt, &mut sealed)?,
        };
        Ok(Authentic { mark, plaintext })
    }

    /// The second half of [`Opener::open`], for the packet that the first half has decrypted.
    #[inline]
    pub(crate) fn reveal<'b>(
        &mut self,
        authentic: Authentic,
        packet: &'b mut [u8],
    ) -> Result<Opening<'b>, Error> {
        let plaintext = packet.get_mut(authentic.plaintext);
        let plaintext = plaintext.ok_or(Error::UnexpectedPacket)?;
        Ok(self.open_mark(authentic.mark, plaintext))
    }

    /// Takes over what is known of another session's epochs, which stays as it is.
    #[cfg(feature = "node")]
    pub(crate) fn copy_epochs(&mut self, other: &Self) {
        self.epochs.copy(&other.epochs);
    }

    #[inline(never)] // Of few frames: its keys are not on the stack of all others.
    fn open_unproved(
        &mut self,
        locator: Locator,
        salt: Salt,
        sealed: &mut Sealed<'_>,
    ) -> Result<Mark, Error> {
        let refusal = match self.epochs.open_salted(locator, salt, sealed) {
            Ok(mark) => return Ok(mark),
            Err(refusal) => refusal,
        };
        if self.epochs.has(locator, salt) {
            return Err(refusal);
        }
        match self.epochs.twin_candidate(locator) {
            Some((number, key)) => {
                let twin = CandidateEpoch::new(number, locator, key, salt);
                let mark = self.open_candidate(&twin, sealed, refusal)?;
                self.epochs.keep_candidate(twin);
                Ok(mark)
            }
            None => {
                let ahead = self.ahead.candidate(locator, salt).ok_or(refusal)?;
                let mark = self.open_candidate(&ahead, sealed, refusal)?;
                self.begin_epoch(ahead);
                Ok(mark)
            }
        }
    }

    fn open_candidate(
        &self,
        candidate: &CandidateEpoch,
        sealed: &mut Sealed<'_>,
        refusal: Error,
    ) -> Result<Mark, Error> {
        if self.epochs.by_tag(candidate.tag()).is_some() {
            // It was handed over, and so has no salt here: that one has judged the frame.
            return Err(refusal);
        }
        candidate.open(sealed)
    }

    /// A frame of it is authentic.
    #[inline(never)] // Of few frames: the epoch that it keeps is not on the stack of all others.
    fn begin_epoch(&mut self, candidate: CandidateEpoch) {
        self.ahead.pass(candidate.locator);
        self.epochs.keep_candidate(candidate);
        self.forget_skipped_below_the_table();
    }

    /// A skipped epoch that is older than all of a full table would be the one that gives way, so it
    /// is forgotten: a frame that was held back until now drives out no epoch that is in use.
    fn forget_skipped_below_the_table(&mut self) {
        if let Some(oldest) = self.epochs.oldest_of_full() {
            self.ahead.skipped.retain(|skipped| skipped.number > oldest);
        }
    }

    #[inline]
    fn open_mark<'b>(&mut self, mark: Mark, plaintext: &'b mut [u8]) -> Opening<'b> {
        match (mark.space, mark.standing) {
            (Space::Control, _) => {
                if let Some(epoch) = self.epochs.by_tag_mut(mark.epoch) {
                    epoch.echo = Some(mark.counter);
                }
                Opening::Control(Control { plaintext, mark })
            }
            (_, Standing::Stored) => {
                plaintext.fill(0);
                Opening::Duplicate
            }
            (_, Standing::New | Standing::Lost) => Opening::Fresh(Opened {
                run: self.note_run(mark.epoch, plaintext),
                plaintext,
                mark,
            }),
        }
    }

    /// Remembers the run where a frame says it, recalls it where a frame does not.
    #[inline]
    fn note_run(&mut self, epoch: EpochTag, plaintext: &[u8]) -> Option<Run> {
        let said = Envelope::parse(plaintext).ok()?.run();
        let epoch = self.epochs.by_tag_mut(epoch)?;
        epoch.run = epoch.run.or(said);
        said.or(epoch.run)
    }
}
