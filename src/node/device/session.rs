use super::PadTo;
use super::epochs::{EpochRecord, Origin};
use crate::node::Error;
use crate::seal::{self, Draws, Entropy, SAVED_SESSION_LEN, SEAL_OVERHEAD, Sealer};
use crate::time::{Duration, Instant};
use crate::wire::{self, Locator, MAX_DATAGRAM, RecordId, RecordWriter, Route, Run, Salt, Space};

/// "after 2^24 frames or 24 h of running"
const EPOCH_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// How soon a day that could not end is tried again.
const ROTATION_RETRY: Duration = Duration::from_secs(60);
/// The longest frame in the short form: with the longest header it still fits a datagram.
pub(super) const MAX_FRAME: usize = MAX_DATAGRAM - LONGEST_HEADER + SHORT_HEADER;

/// The longest plaintext of a frame of records.
const MAX_PLAINTEXT: usize = MAX_FRAME - SEAL_OVERHEAD;

/// The longest plaintext of a control frame.
pub(super) const MAX_CONTROL: usize = MAX_FRAME - SEAL_OVERHEAD;

const LONGEST_HEADER: usize = Route::Unproved(Locator([0; 8]), Salt([0; 16])).header_len();
const SHORT_HEADER: usize = Route::Short.header_len();

/// What writes the records of a frame: once for each recipient, as each has its own head and numbers.
pub(super) type WriteRecords<'a> = &'a dyn Fn(&mut RecordWriter<'_>) -> Result<(), wire::Error>;

/// The boot that records are made in, and how many they are: one count towards every recipient.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbering {
    pub(super) run: Run,
    pub(super) next_sequence: u64,
}

impl Numbering {
    /// Takes `count` numbers; the first of them.
    pub(super) const fn advance_to(&mut self, next_sequence: u64) -> RecordId {
        let first = RecordId {
            run: self.run,
            sequence: self.next_sequence,
        };
        self.next_sequence = next_sequence;
        first
    }
}

/// One session with one recipient: what seals, and what has to be on storage before it may.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) sealer: Sealer,
    saved: Saved,
    run: Run,
    rotation_due: Instant,
    /// When a reconnection is to give new keys.
    pub(super) ends: Instant,
}

/// The sealer's state as it has to be stored: a secret, wiped when dropped.
#[derive(zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub(super) struct Saved([u8; SAVED_SESSION_LEN]);

impl core::fmt::Debug for Saved {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Saved(..)")
    }
}

/// What a session needs before its first frame of this boot.
#[derive(Debug)]
pub(super) struct Start {
    saved: Saved,
    pub(super) numbering: Numbering,
}

impl Start {
    /// Begins the sealer's first epoch of this boot; `numbering` is that of the boot, where it has one already.
    pub(super) fn draw(
        sealer: &mut Sealer,
        draws: &mut Draws,
        numbering: Option<Numbering>,
        entropy: &mut impl Entropy,
    ) -> Result<Self, seal::Error> {
        sealer.note_first_draw(draws.first(entropy)?);
        let entropy = &mut draws.watch(entropy);
        let mut saved = Saved([0; SAVED_SESSION_LEN]);
        sealer.begin_epoch(entropy, &mut saved.0)?;
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
    /// A session whose first epoch of this boot is begun, and waits for storage.
    pub(super) fn new(now: Instant, sealer: Sealer, start: Start, age: Duration) -> Self {
        Self {
            sealer,
            saved: start.saved,
            run: start.numbering.run,
            rotation_due: now + EPOCH_AGE,
            ends: now + age,
        }
    }

    /// Whether frames can be sealed.
    pub(super) fn is_open(&self) -> bool {
        self.sealer.epoch().is_some()
    }

    /// Begins the next epoch, which opens when what [`Session::write`] gives is on storage.
    pub(super) fn rotate(
        &mut self,
        now: Instant,
        entropy: &mut impl Entropy,
    ) -> Result<(), seal::Error> {
        self.rotation_due = now + ROTATION_RETRY;
        self.sealer.begin_epoch(entropy, &mut self.saved.0)?;
        self.rotation_due = now + EPOCH_AGE;
        Ok(())
    }

    /// When the next epoch is to begin.
    ///
    /// An epoch that has sealed nothing goes on.
    pub(super) fn rotation_due(&self) -> Instant {
        if !self.sealer.is_epoch_used() || self.sealer.has_begun() {
            return Instant::NEVER;
        }
        match self.sealer.is_epoch_worn() {
            true => Instant::ZERO,
            false => self.rotation_due,
        }
    }

    /// The sealer's state as it has to be stored now.
    pub(super) fn write(&mut self) -> Result<&[u8; SAVED_SESSION_LEN], seal::Error> {
        self.sealer.save(&mut self.saved.0)?;
        Ok(&self.saved.0)
    }

    /// The epoch that is begun, as it has to be stored before it opens.
    pub(super) fn begun(&self) -> Option<EpochRecord> {
        let (epoch, secret) = self.sealer.begun()?;
        Some(EpochRecord::new(epoch, secret, self.run, Origin::Here))
    }

    /// What was begun is on storage: the epoch opens.
    pub(super) fn open_begun(&mut self) -> Result<EpochRecord, seal::Error> {
        let record = self.begun().ok_or(seal::Error::NoEpoch)?;
        self.sealer.epoch_stored()?;
        Ok(record)
    }

    /// Writes head and records where a short frame has them. Nothing has changed yet.
    pub(super) fn draft(
        &self,
        numbering: Numbering,
        records: WriteRecords<'_>,
        pad_to: PadTo,
        frame: &mut [u8; MAX_FRAME],
    ) -> Result<Draft, Error> {
        if !self.is_open() {
            return Err(Error::NotPaired);
        }
        let run = (!self.sealer.is_named()).then_some(numbering.run);
        let plaintext = frame
            .get_mut(SHORT_HEADER..SHORT_HEADER + MAX_PLAINTEXT)
            .unwrap_or_default();
        let mut writer = RecordWriter::new(plaintext, numbering.next_sequence, run)?;
        records(&mut writer)?;
        let next_sequence = writer.next_sequence();
        pad_to.fill(&mut writer, MAX_PLAINTEXT);
        Ok(Draft {
            plaintext_len: writer.finish().len(),
            next_sequence,
        })
    }

    /// Seals a draft in place; the frame's counter.
    pub(super) fn seal(&mut self, space: Space, frame: &mut [u8]) -> Result<u32, Error> {
        Ok(self.sealer.seal_in_place(space, frame)?)
    }
}

/// A frame that is written and not sealed.
pub(super) struct Draft {
    plaintext_len: usize,
    pub(super) next_sequence: u64,
}

impl Draft {
    /// How long the sealed frame is.
    pub(super) const fn len(&self) -> usize {
        self.plaintext_len + SEAL_OVERHEAD
    }
}
