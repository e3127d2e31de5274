use super::command::Commands;
use super::entropy::{Binding, Fingerprint, Fingerprints, draw, hedge};
use super::epoch::HandedEpoch;
use super::receipt::{StoredReport, check_proof};
use super::schedule::{Chain, Label, WINDOW};
use super::sealing_epoch::{SealingEpoch, laid_out, refuse_uncounted};
use super::session::{self, Loaded, SAVED_SESSION_LEN, Saved, SessionSecrets};
use super::{Entropy, EntropyFailed, Epoch, EpochTag, Error};
use crate::crypto::{KEY_LEN, Secret};
use crate::wire::control::{Answer, Outcome};
use crate::wire::{Locator, MAX_COUNTER, Packet, Run, Salt, Space};

/// From how many epochs above the newest that was named a device has to reconnect.
const REACH: u32 = WINDOW as u32;

/// The device's end of a session: seals frames, believes receipts.
///
/// **Rule.** Nothing of an epoch leaves the sealer before [`Sealer::epoch_stored`] has said
/// that the chain position behind it is on storage. A sealer that forgets that call seals nothing.
///
/// It takes about 510 bytes.
pub struct Sealer {
    id: [u8; 16],
    hash: [u8; KEY_LEN],
    receipt_key: Secret,
    static_secret: Secret,
    /// The link for the epoch that comes next.
    chain: Chain,
    commands: Commands,
    epoch: Option<SealingEpoch>,
    begun: Option<SealingEpoch>,
    fingerprints: Fingerprints,
    /// One behind the newest epoch that a receipt has named, and what of it was written last.
    reached: u32,
    written: u32,
}

impl core::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let epoch = self.epoch.as_ref().map(|epoch| epoch.names.number);
        f.debug_struct("Sealer")
            .field("epoch", &epoch)
            .finish_non_exhaustive()
    }
}

impl Sealer {
    pub(super) fn new(
        secrets: SessionSecrets,
        static_secret: Secret,
        previous_boot: Option<Fingerprint>,
    ) -> Self {
        Self {
            id: secrets.id,
            hash: secrets.hash,
            receipt_key: secrets.receipt_key,
            static_secret,
            chain: secrets.chain,
            commands: Commands::new(secrets.commands, 0),
            epoch: None,
            begun: None,
            reached: 0,
            written: 0,
            fingerprints: Fingerprints {
                previous_boot,
                this_boot: None,
                latest: None,
            },
        }
    }

    /// Restores the session that [`Sealer::begin_epoch`] wrote, after a reboot.
    ///
    /// # Errors
    ///
    /// [`Error::BadSavedSession`], or [`Error::BadKeyLength`] for the static secret.
    #[inline(never)] // Its parts are on the stack while it puts them together, and no longer.
    pub fn restore(saved: &[u8], static_secret: &[u8]) -> Result<Self, Error> {
        let static_secret = Secret::try_from(static_secret).map_err(|_| Error::BadKeyLength)?;
        let Loaded {
            secrets,
            outcome,
            reached,
            fingerprint,
        } = session::load(saved, &static_secret)?;
        let mut sealer = Self::new(secrets, static_secret, Some(Fingerprint(fingerprint)));
        sealer.commands.outcome = outcome;
        sealer.reached = reached;
        sealer.written = reached;
        Ok(sealer)
    }

    /// Says what the generator's first bytes of this boot were, where they were drawn for all sessions at once.
    #[cfg(feature = "node")]
    pub(crate) const fn note_first_draw(&mut self, first: Fingerprint) {
        if self.fingerprints.this_boot.is_none() {
            self.fingerprints.this_boot = Some(first);
        }
    }

    /// The session's name, equal on both sides; not a secret.
    #[must_use]
    pub const fn session(&self) -> [u8; 16] {
        self.id
    }

    /// Prepares the next epoch and writes the session as it must be stored before it is used.
    ///
    /// `out` takes [`SAVED_SESSION_LEN`] bytes. When they are stored and were read back, call
    /// [`Sealer::epoch_stored`]. Until then the epoch before goes on. A second call before
    /// that replaces the first.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`] when the generator fails, gives the same bytes as at the last boot,
    /// or the same bytes twice in a row.
    pub fn begin_epoch(
        &mut self,
        entropy: &mut impl Entropy,
        out: &mut [u8; SAVED_SESSION_LEN],
    ) -> Result<(), Error> {
        let random = self.draw(entropy)?;
        let salt = Salt(hedge(&random, &self.binding(Label::SALT)));
        self.write_session(&self.chain.next(), out)?;
        self.written = self.reached;
        self.begun = Some(SealingEpoch::of(&self.chain, salt));
        Ok(())
    }

    /// The epoch that was begun and is not stored yet, and what of it the caller's own image has to hold.
    #[allow(dead_code, reason = "for a device's image")]
    pub(crate) fn begun(&self) -> Option<(Epoch, HandedEpoch)> {
        self.begun.as_ref().map(SealingEpoch::handed)
    }

    /// The open epoch, and the secret that hands it over.
    #[allow(dead_code, reason = "for a device's image")]
    pub(crate) fn opened(&self) -> Option<(Epoch, HandedEpoch)> {
        self.epoch.as_ref().map(SealingEpoch::handed)
    }

    /// Says that what [`Sealer::begin_epoch`] wrote is on storage: the epoch opens, its link is wiped.
    ///
    /// # Errors
    ///
    /// [`Error::NoEpoch`] when none was begun.
    pub fn epoch_stored(&mut self) -> Result<(), Error> {
        if self.begun.is_none() {
            return Err(Error::NoEpoch);
        }
        self.chain = self.chain.next();
        // Not taken out: its keys would stay where they were.
        core::mem::swap(&mut self.epoch, &mut self.begun);
        self.begun = None;
        Ok(())
    }

    /// Whether a receipt has said something that the saved session does not know yet.
    #[must_use]
    pub const fn wants_saving(&self) -> bool {
        self.written < self.reached
    }

    /// Writes the session as it stands; while an epoch is begun, as [`Sealer::begin_epoch`] has written it, with what has
    /// become of commands since.
    ///
    /// # Errors
    ///
    /// [`Error::NoEpoch`] when none is open and none is begun.
    pub fn save(&mut self, out: &mut [u8; SAVED_SESSION_LEN]) -> Result<(), Error> {
        match (&self.begun, &self.epoch) {
            (Some(_), _) => self.write_session(&self.chain.next(), out)?,
            (None, Some(_)) => self.write_session(&self.chain, out)?,
            (None, None) => return Err(Error::NoEpoch),
        }
        self.written = self.reached;
        Ok(())
    }

    fn write_session(&self, next: &Chain, out: &mut [u8; SAVED_SESSION_LEN]) -> Result<(), Error> {
        let fingerprint = self.fingerprints.this_boot.ok_or(EntropyFailed)?;
        let saved = Saved {
            id: &self.id,
            hash: &self.hash,
            receipt_key: &self.receipt_key,
            next,
            commands: &self.commands,
            reached: self.reached,
            fingerprint: fingerprint.0,
        };
        saved.write(&self.static_secret, out)
    }

    /// Draws the name of this boot for its records.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`], as [`Sealer::begin_epoch`].
    pub fn draw_run(&mut self, entropy: &mut impl Entropy) -> Result<Run, Error> {
        let random = self.draw(entropy)?;
        Ok(Run(hedge(&random, &self.binding(Label::RUN))))
    }

    /// The open epoch.
    #[must_use]
    pub fn epoch(&self) -> Option<Epoch> {
        Some(self.epoch.as_ref()?.names)
    }

    /// Whether a receipt has named the open epoch.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.epoch
            .as_ref()
            .is_some_and(|epoch| epoch.names.number < self.reached)
    }

    /// Whether the newest epoch is eight or more above the newest that a receipt has named, or that
    /// may have been: the server does not find it, or will not find the next one.
    ///
    /// It is sealed in all the same; a reconnection hands it over.
    #[must_use]
    pub fn is_out_of_reach(&self) -> bool {
        let newest = self.begun.as_ref().or(self.epoch.as_ref());
        let named = self.reached.saturating_sub(1);
        newest.is_some_and(|epoch| epoch.names.number >= named.saturating_add(REACH))
    }

    /// The counter that the next frame in this space takes: one behind the last that was used.
    ///
    /// Zero where no epoch is open, or for a space that a device does not seal in.
    #[must_use]
    pub fn next_counter(&self, space: Space) -> u32 {
        let next = self.epoch.as_ref().map(|epoch| &epoch.next);
        next.and_then(|next| next.get(usize::from(space.code())))
            .copied()
            .unwrap_or_default()
    }

    /// Uses up a counter for nothing: "A counter whose store failed is burnt, never reused."
    ///
    /// # Errors
    ///
    /// As [`Sealer::seal_in_place`].
    pub fn skip(&mut self, space: Space) -> Result<u32, Error> {
        refuse_uncounted(space)?;
        let epoch = self.epoch.as_mut().ok_or(Error::NoEpoch)?;
        let next = epoch.next_mut(space)?;
        let counter = *next;
        *next = counter.saturating_add(1);
        Ok(counter)
    }

    /// Whether half of the open epoch's counters are used up: time to begin the next.
    #[must_use]
    pub fn is_epoch_worn(&self) -> bool {
        let worn = |next: &u32| *next > MAX_COUNTER / 2;
        self.epoch
            .as_ref()
            .is_some_and(|epoch| epoch.next.iter().any(worn))
    }

    /// Whether an epoch was begun that is not stored yet.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        self.begun.is_some()
    }

    /// Whether the open epoch has sealed something.
    #[must_use]
    pub fn is_epoch_used(&self) -> bool {
        self.epoch
            .as_ref()
            .is_some_and(|epoch| epoch.next != [0; 3])
    }

    /// Seals a frame in the short form, in place.
    ///
    /// `buffer` holds four bytes for the header, the plaintext, and 16 bytes for the tag.
    /// Returns the frame's counter; the buffer is then the frame.
    ///
    /// # Errors
    ///
    /// [`Error::NoEpoch`], [`Error::EpochFull`], [`Error::UnexpectedPacket`] for another space than
    /// data and alarm, whose frames wait for acknowledgement, or a buffer shorter than
    /// [`SEAL_OVERHEAD`](super::SEAL_OVERHEAD). No counter is used then.
    pub fn seal_in_place(&mut self, space: Space, buffer: &mut [u8]) -> Result<u32, Error> {
        refuse_uncounted(space)?;
        self.seal_any(space, buffer)
    }

    fn seal_any(&mut self, space: Space, buffer: &mut [u8]) -> Result<u32, Error> {
        let epoch = self.epoch.as_mut().ok_or(Error::NoEpoch)?;
        epoch.seal(space, buffer)
    }

    /// Seals the records of a control frame into `out`, in the short form; its counter, and the frame.
    ///
    /// Such a frame is sealed when it is sent, never stored and never acknowledged: a receipt
    /// that echoes its counter is all that comes of it.
    ///
    /// # Errors
    ///
    /// As [`Sealer::seal`].
    pub fn seal_control<'o>(
        &mut self,
        plaintext: &[u8],
        out: &'o mut [u8],
    ) -> Result<(u32, &'o mut [u8]), Error> {
        let frame = laid_out(plaintext, out)?;
        let counter = self.seal_any(Space::Control, frame)?;
        Ok((counter, frame))
    }

    /// Seals `plaintext` into `out`, in the short form.
    ///
    /// # Errors
    ///
    /// As [`Sealer::seal_in_place`], and [`wire::Error::NoRoom`](crate::wire::Error::NoRoom).
    pub fn seal<'o>(
        &mut self,
        space: Space,
        plaintext: &[u8],
        out: &'o mut [u8],
    ) -> Result<&'o mut [u8], Error> {
        let frame = laid_out(plaintext, out)?;
        self.seal_in_place(space, frame)?;
        Ok(frame)
    }

    /// Checks a receipt and returns what it says; takes note of it where it names the open epoch.
    ///
    /// A receipt that echoes a control frame is proved with the tag of that frame's epoch. The open
    /// one is known here; `opened` names the others that were opened in this boot, since
    /// only they date a receipt. Whether an echo is fresh is for the caller to judge.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedPacket`] for another packet,
    /// [`Error::UnknownEpoch`] for an echo of an epoch that is not known, or [`Error::NotAuthentic`].
    pub fn verify<'p>(
        &mut self,
        packet: &'p [u8],
        opened: impl Fn(Locator) -> Option<EpochTag>,
    ) -> Result<StoredReport<'p>, Error> {
        let Packet::Receipt(receipt) = Packet::parse(packet)? else {
            return Err(Error::UnexpectedPacket);
        };
        let report = StoredReport::parse(receipt.body)?;
        let echoed = match report.echo() {
            Some(_) => self
                .tag_of(receipt.locator)
                .or_else(|| opened(receipt.locator))
                .ok_or(Error::UnknownEpoch)?,
            None => EpochTag([0; 16]),
        };
        check_proof(&self.receipt_key, &receipt, echoed)?;
        if let Some(epoch) = &self.epoch
            && report.names(epoch.keys.tag)
        {
            self.reached = epoch.names.number.saturating_add(1);
        }
        Ok(report)
    }

    /// Whether a packet is a command of this session that was not taken yet. Costs no derivation but the first time.
    #[must_use]
    pub fn awaits_command(&mut self, packet: &[u8]) -> bool {
        self.commands.is_addressed_by(packet)
    }

    /// Decrypts a command in place; what it says is to be done, be on storage, and then be told to
    /// [`Sealer::note_command`]. Until then it opens again.
    ///
    /// # Errors
    ///
    /// [`Error::UnexpectedPacket`] for another packet, [`Error::NotAuthentic`], or [`Error::NoEpoch`] while no epoch is open,
    /// in which it could be answered.
    pub fn open_command<'p>(&self, packet: &'p mut [u8]) -> Result<&'p [u8], Error> {
        if self.epoch.is_none() {
            return Err(Error::NoEpoch);
        }
        self.commands.open(packet)
    }

    /// Says what has become of the command that was opened: the next one may come. To be saved before it is
    /// [answered](Sealer::answer).
    pub fn note_command(&mut self, outcome: Outcome) {
        self.commands.note_taken(outcome);
    }

    /// What to answer in every control frame that says what is outstanding; `None` before the first command.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        self.commands.answer()
    }

    fn tag_of(&self, locator: Locator) -> Option<EpochTag> {
        let epoch = self.epoch()?;
        (epoch.locator == locator).then_some(epoch.tag)
    }

    const fn binding(&self, purpose: Label) -> Binding<'_> {
        Binding {
            purpose,
            static_secret: self.static_secret.expose(),
            number: self.chain.number() as u64,
            hash: &self.hash,
            payload: &[],
        }
    }

    /// Draws random bytes and refuses a generator that is seen to repeat itself.
    fn draw(&mut self, entropy: &mut impl Entropy) -> Result<Secret, EntropyFailed> {
        let random = draw(entropy)?;
        self.fingerprints.check(Fingerprint::of(&random))?;
        Ok(random)
    }
}
