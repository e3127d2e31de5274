use heapless::Vec;

use crate::node::Error;
use crate::seal::{
    self, Entropy, Epoch, FirstDraw, SAVED_SESSION_LEN, SEAL_OVERHEAD, Sealer, StoredReport,
};
use crate::time::{Duration, Instant};
use crate::wire::{
    Locator, MAX_DATAGRAM, Record, RecordId, RecordWriter, Route, Run, Salt, Space, TAG_LEN,
};

/// "after 2^24 frames or 24 h of running"
const EPOCH_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// How soon a day that could not end is tried again.
const ROTATION_RETRY: Duration = Duration::from_secs(60);
/// How many epochs the outbox may span.
const MAX_EPOCHS: usize = 4;
/// The longest frame in the short form: with the longest header it still fits a datagram.
pub(super) const MAX_FRAME: usize = MAX_DATAGRAM - LONGEST_HEADER + SHORT_HEADER;

const LONGEST_HEADER: usize = Route::Unproved(Locator([0; 8]), Salt([0; 16])).header_len();
const SHORT_HEADER: usize = Route::Short.header_len();

/// A session and its epochs.
#[derive(Debug)]
pub(super) struct Session {
    sealer: Sealer,
    store: Store,
    /// Epochs with frames in the outbox; the one that is sealed in stands last.
    epochs: Vec<KnownEpoch, MAX_EPOCHS>,
    /// Whether the device has described itself.
    is_introduced: bool,
    rotation_due: Instant,
}

/// The boot that records are made in, and how many they are: one count towards every recipient.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbering {
    run: Run,
    next_sequence: u64,
}

impl Numbering {
    /// Takes the numbers of a draft that was sealed; the first of them.
    pub(super) const fn advance(&mut self, draft: &Draft) -> RecordId {
        let first = RecordId {
            run: self.run,
            sequence: self.next_sequence,
        };
        self.next_sequence = draft.next_sequence;
        first
    }
}

/// Where the chain position for the next epoch is.
#[derive(Debug)]
enum Store {
    Done,
    Wanted(SavedSession),
    UnderWay,
}

#[derive(Debug, Clone, Copy)]
struct KnownEpoch {
    epoch: Epoch,
    is_named: bool,
}

/// A session as it has to be stored: a secret, wiped when dropped.
#[derive(zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct SavedSession {
    /// Whose it is, so that a write that ends late is not taken for another session's.
    session: [u8; 16],
    bytes: [u8; SAVED_SESSION_LEN],
}

impl SavedSession {
    /// The bytes to store, replacing those of before.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn of_next_epoch(sealer: &mut Sealer, entropy: &mut impl Entropy) -> Result<Self, seal::Error> {
        Self::written_by(sealer, |sealer, out| sealer.begin_epoch(entropy, out))
    }

    fn of_now(sealer: &mut Sealer) -> Result<Self, seal::Error> {
        Self::written_by(sealer, Sealer::save)
    }

    fn written_by(
        sealer: &mut Sealer,
        write: impl FnOnce(&mut Sealer, &mut [u8; SAVED_SESSION_LEN]) -> Result<(), seal::Error>,
    ) -> Result<Self, seal::Error> {
        let mut saved = Self {
            session: sealer.session(),
            bytes: [0; SAVED_SESSION_LEN],
        };
        write(sealer, &mut saved.bytes)?;
        Ok(saved)
    }
}

impl core::fmt::Debug for SavedSession {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SavedSession(..)")
    }
}

/// What a boot needs before its first frame.
pub(super) struct Start {
    saved: SavedSession,
    pub(super) numbering: Numbering,
}

impl Start {
    /// `numbering` is that of the boot, where it has one already.
    pub(super) fn draw(
        sealer: &mut Sealer,
        first_draw: &mut FirstDraw,
        numbering: Option<Numbering>,
        entropy: &mut impl Entropy,
    ) -> Result<Self, seal::Error> {
        sealer.note_first_draw(first_draw.fingerprint());
        let entropy = &mut first_draw.watch(entropy);
        let saved = SavedSession::of_next_epoch(sealer, entropy)?;
        let numbering = match numbering {
            Some(numbering) => numbering,
            None => Numbering {
                run: sealer.draw_run(entropy)?,
                next_sequence: 0,
            },
        };
        Ok(Self { saved, numbering })
    }
}

impl Session {
    pub(super) fn new(now: Instant, sealer: Sealer, start: Start) -> Self {
        Self {
            sealer,
            store: Store::Wanted(start.saved),
            epochs: Vec::new(),
            is_introduced: false,
            rotation_due: now + EPOCH_AGE,
        }
    }

    /// Whether frames can be sealed.
    pub(super) fn is_open(&self) -> bool {
        self.sealer.epoch().is_some()
    }

    /// Whether the device is to describe itself now; says so once.
    pub(super) fn take_introduction(&mut self) -> bool {
        let is_due = self.is_open() && !self.is_introduced;
        self.is_introduced |= is_due;
        is_due
    }

    pub(super) fn poll_store(&mut self) -> Option<SavedSession> {
        match core::mem::replace(&mut self.store, Store::UnderWay) {
            Store::Wanted(saved) => Some(saved),
            other => {
                self.store = other;
                None
            }
        }
    }

    /// The session is on storage: the epoch that it was written for opens.
    pub(super) fn handle_stored(&mut self, saved: &SavedSession) -> Result<(), Error> {
        let is_ours = saved.session == self.sealer.session();
        if !is_ours || !matches!(self.store, Store::UnderWay) {
            return Err(Error::NotAwaited);
        }
        self.store = Store::Done;
        if self.sealer.has_begun() {
            self.open_epoch()?;
        }
        self.save_what_is_new()
    }

    pub(super) fn verify<'p>(&mut self, receipt: &'p [u8]) -> Result<StoredReport<'p>, Error> {
        let report = self.sealer.verify(receipt, |_| None)?;
        self.save_what_is_new()?;
        Ok(report)
    }

    /// The first receipt for an epoch is remembered across reboots.
    fn save_what_is_new(&mut self) -> Result<(), Error> {
        if self.sealer.wants_saving() && matches!(self.store, Store::Done) {
            self.store = Store::Wanted(SavedSession::of_now(&mut self.sealer)?);
        }
        Ok(())
    }

    /// Takes note that a receipt has named an epoch; its slot.
    pub(super) fn note_named(&mut self, tag: [u8; 8]) -> Option<u8> {
        let known = self
            .epochs
            .iter_mut()
            .find(|known| known.epoch.tag.short() == tag)?;
        known.is_named = true;
        Some(slot_of(known.epoch.number))
    }

    /// Begins the next epoch, where that is due.
    pub(super) fn rotate(&mut self, now: Instant, entropy: &mut impl Entropy) -> Result<(), Error> {
        match self.rotation_due() {
            Some(due) if due <= now || self.sealer.is_epoch_worn() => {
                self.begin_epoch(now, entropy)
            }
            _ => Ok(()),
        }
    }

    fn begin_epoch(&mut self, now: Instant, entropy: &mut impl Entropy) -> Result<(), Error> {
        self.rotation_due = now + ROTATION_RETRY;
        self.store = Store::Wanted(SavedSession::of_next_epoch(&mut self.sealer, entropy)?);
        self.rotation_due = now + EPOCH_AGE;
        Ok(())
    }

    /// When the next epoch is to begin; `None` while it can not, or need not.
    ///
    /// An epoch that has sealed nothing goes on: the server finds only so many epochs ahead
    /// of the newest of which it has seen a frame.
    pub(super) fn rotation_due(&self) -> Option<Instant> {
        let is_stored = matches!(self.store, Store::Done);
        let can_rotate = is_stored && self.sealer.is_epoch_used() && self.span() < MAX_EPOCHS;
        can_rotate.then_some(self.rotation_due)
    }

    /// How many epochs began since the oldest that still has frames, that one included.
    fn span(&self) -> usize {
        let number = |known: Option<&KnownEpoch>| known.map_or(0, |known| known.epoch.number);
        let behind = number(self.epochs.last()).saturating_sub(number(self.epochs.first()));
        usize::try_from(behind).map_or(usize::MAX, |behind| behind.saturating_add(1))
    }

    fn open_epoch(&mut self) -> Result<(), Error> {
        self.sealer.epoch_stored()?;
        let epoch = self.sealer.epoch().ok_or(seal::Error::NoEpoch)?;
        self.epochs
            .push(KnownEpoch {
                epoch,
                is_named: false,
            })
            .map_err(|_| Error::NotAwaited)
    }

    /// Keeps the newest epoch, and those of which frames wait.
    pub(super) fn forget_drained(&mut self, holds_frames: impl Fn(u8) -> bool) {
        let newest = self.epochs.last().map(|known| known.epoch.number);
        self.epochs.retain(|known| {
            Some(known.epoch.number) == newest || holds_frames(slot_of(known.epoch.number))
        });
    }

    pub(super) fn route_of(&self, slot: u8) -> Option<Route> {
        let known = self
            .epochs
            .iter()
            .find(|known| slot_of(known.epoch.number) == slot)?;
        Some(known.epoch.route(known.is_named))
    }

    /// Writes head and records where a short frame has them. Nothing has changed yet.
    pub(super) fn draft(
        &self,
        numbering: Numbering,
        records: &[Record<'_>],
        frame: &mut [u8; MAX_FRAME],
    ) -> Result<Draft, Error> {
        if !self.is_open() {
            return Err(Error::NotPaired);
        }
        if records.is_empty() {
            return Err(Error::NoRecords);
        }
        let run = (!self.sealer.is_named()).then_some(numbering.run);
        let plaintext = frame
            .get_mut(SHORT_HEADER..MAX_FRAME - TAG_LEN)
            .unwrap_or_default();
        let mut writer = RecordWriter::new(plaintext, numbering.next_sequence, run)?;
        for record in records {
            writer.push(record)?;
        }
        let next_sequence = writer.next_sequence();
        Ok(Draft {
            plaintext_len: writer.finish().len(),
            next_sequence,
        })
    }

    /// Seals a draft in place; the slot of its epoch.
    pub(super) fn seal(&mut self, space: Space, frame: &mut [u8]) -> Result<u8, Error> {
        let epoch = self.sealer.epoch().ok_or(Error::NotPaired)?.number;
        self.sealer.seal_in_place(space, frame)?;
        Ok(slot_of(epoch))
    }
}

/// What the outbox calls an epoch: the epochs that it spans are fewer than 256.
const fn slot_of(number: u32) -> u8 {
    let [low, ..] = number.to_le_bytes();
    low
}

/// A frame that is written and not sealed.
pub(super) struct Draft {
    plaintext_len: usize,
    next_sequence: u64,
}

impl Draft {
    /// How long the sealed frame is.
    pub(super) const fn len(&self) -> usize {
        self.plaintext_len + SEAL_OVERHEAD
    }
}
