//! One recipient of a device: its session, its frames, and what of them is on storage.

use super::Config;
use super::config::Keeping;
use super::contact::Contact;
use super::control::Control;
use super::epochs::{EpochRecord, Epochs, MAX_KEPT, NamedLoss, Progress};
use super::image::Loaded;
use super::ladder::Ladder;
use super::report::Rung;
use super::session::{MAX_FRAME, Numbering, Session, Start, WriteRecords};
use super::storing::Storing;
use crate::link::{Freshness, Outbox};
use crate::node::Error;
use crate::pairing::PublicKey;
use crate::seal::{ResumptionSecret, Sealer};
use crate::time::Instant;
use crate::wire::control::Why;
use crate::wire::{CounterRange, Space};

/// The secrets of which a reconnection may be made.
#[derive(Debug)]
pub(super) struct Chained {
    pub(super) current: ResumptionSecret,
    /// That of the handshake which gave the current one, until the server has proved that it has that too.
    pub(super) previous: Option<ResumptionSecret>,
}

/// A session that is agreed and not on storage yet; the one before goes on.
#[derive(Debug)]
pub(super) struct NextSession {
    pub(super) session: Session,
    pub(super) chained: Chained,
    /// By what it was reconnected; `None` for a pairing.
    pub(super) by: Option<Rung>,
}

/// What a handshake has come to, beside its sealer.
#[derive(Debug)]
pub(super) struct Agreed {
    pub(super) start: Start,
    pub(super) current: ResumptionSecret,
    /// By what it was reconnected; `None` for a pairing.
    pub(super) by: Option<Rung>,
}

/// Who is to take a recipient's place, and what the device meets it by.
#[derive(Debug)]
pub(super) struct Successor {
    pub(super) key: PublicKey,
    pub(super) first: ResumptionSecret,
}

/// What a recipient's word counts for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Vouching {
    /// A person has paired it: nobody else may end that.
    pub(super) has_paired: bool,
    pub(super) may_introduce: bool,
    /// It came by its keys alone where it should have had a secret: its word counts for nothing until it pairs.
    pub(super) is_doubted: bool,
}

impl Vouching {
    /// Whoever has paired.
    pub(super) const PAIRED: Self = Self {
        has_paired: true,
        may_introduce: true,
        is_doubted: false,
    };
}

#[derive(Debug)]
pub(super) struct Peer<const BYTES: usize> {
    pub(super) ladder: Ladder,
    pub(super) storing: Storing,
    pub(super) contact: Contact,
    pub(super) control: Control,
    /// Its place among the recipients.
    pub(super) number: u8,
    /// Who is to hear that it is on storage.
    pub(super) introduced_by: Option<u8>,
    pub(super) vouching: Vouching,
    /// Whether it has the descriptor of this boot and pairing.
    pub(super) is_introduced: bool,
    pub(super) chained: Option<Chained>,
    pub(super) key: PublicKey,
    pub(super) successor: Option<Successor>,
    pub(super) epochs: Epochs,
    pub(super) session: Option<Session>,
    pub(super) next: Option<NextSession>,
    pub(super) outbox: Outbox<BYTES>,
}

/// What storage has let come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Nothing,
    /// An epoch is open.
    EpochOpen,
    /// A new session is in use: by reconnection, or by pairing.
    SessionOpen {
        by: Option<Rung>,
    },
    /// Storage has failed.
    Failed,
    /// Frames are lost.
    Lost(NamedLoss),
}

impl<const BYTES: usize> Peer<BYTES> {
    #[inline(always)] // As a call, it would fill a recipient on the stack, outbox and all, and then move it.
    pub(super) fn new(number: u8, key: PublicKey, now: Instant, config: &Config) -> Self {
        Self {
            number,
            key,
            session: None,
            next: None,
            chained: None,
            successor: None,
            vouching: Vouching::default(),
            introduced_by: None,
            epochs: Epochs::new(),
            outbox: Outbox::new(config.retry),
            storing: Storing::default(),
            control: Control::new(),
            contact: Contact::new(now, config),
            ladder: Ladder::new(),
            is_introduced: false,
        }
    }

    /// Takes up what an image says: its epochs are those of earlier boots, whose end nobody has written down.
    pub(super) fn restore(&mut self, loaded: Loaded<'_>, config: &Config) {
        self.number = loaded.place;
        self.chained = loaded.chained();
        self.successor = loaded.successor();
        self.vouching = loaded.vouching;
        for mut record in loaded.epochs {
            record.is_cut = true;
            self.epochs.push(record);
        }
        self.storing.is_scan_wanted = matches!(config.keeping, Keeping::SessionAndFrames);
    }

    /// Goes on with the session of an image.
    #[inline(never)] // As below.
    pub(super) fn go_on(&mut self, now: Instant, sealer: Sealer, start: Start, config: &Config) {
        self.session = Some(Session::new(now, sealer, start, config.session_age));
        self.storing.is_image_wanted = self.has_room_for_epoch();
    }

    /// Whether readings can be sealed.
    pub(super) fn is_open(&self) -> bool {
        self.is_speaking() && self.epochs.newest().is_some_and(|record| record.is_kept)
    }

    /// Whether control frames can be sealed.
    pub(super) fn is_speaking(&self) -> bool {
        self.session.as_ref().is_some_and(Session::is_open)
    }

    /// Whether one more epoch could be begun; a place is left for that of a reconnection.
    pub(super) fn has_room_for_epoch(&self) -> bool {
        self.epochs.len() < MAX_KEPT
    }

    /// Takes a session that is agreed: it is used once it is on storage.
    #[inline(never)] // A session passes over the stack here, and is not to lie there while others compute.
    pub(super) fn take_next(
        &mut self,
        now: Instant,
        sealer: Sealer,
        agreed: Agreed,
        config: &Config,
    ) {
        let Agreed { start, current, by } = agreed;
        let previous = by.and_then(|rung| self.secret_of(rung));
        self.next = Some(NextSession {
            session: Session::new(now, sealer, start, config.session_age),
            chained: Chained { current, previous },
            by,
        });
        self.storing.is_image_wanted = true;
    }

    /// Seals the records for this recipient and keeps the frame.
    ///
    /// # Errors
    ///
    /// [`Error::NotPaired`], [`Error::OutboxFull`] or [`Error::Wire`]; nothing has changed then.
    pub(super) fn send(
        &mut self,
        now: Instant,
        space: Space,
        numbering: Numbering,
        records: WriteRecords<'_>,
        config: &Config,
    ) -> Result<u64, Error> {
        let is_open = self.is_open();
        let session = self.session.as_mut().ok_or(Error::NotPaired)?;
        let mut buffer = [0_u8; MAX_FRAME];
        let draft = session.draft(numbering, records, config.pad_to, &mut buffer)?;
        let freshness = match space {
            Space::Alarm if config.quiet => Freshness::First,
            _ => self.contact.freshness(),
        };
        let space = config.space_of(space);
        if !is_open || !self.outbox.has_room(space, freshness, draft.len()) {
            return Err(crate::link::OutboxFull.into());
        }
        let frame = buffer.get_mut(..draft.len()).unwrap_or_default();
        let counter = session.seal(space, frame)?;
        let record = self.epochs.newest_mut().ok_or(Error::NotPaired)?;
        let slot = record.slot;
        let progress = record.progress_mut(space);
        progress.end = counter.saturating_add(1);
        match config.keeping {
            Keeping::SessionAndFrames => self.outbox.push_unstored(now, slot, frame, freshness)?,
            Keeping::Session | Keeping::Nothing => {
                *progress = Progress::in_ram(progress.end);
                self.outbox.push(now, slot, frame, freshness)?
            }
        };
        Ok(draft.next_sequence)
    }

    /// Gives a frame's counter away for records that this recipient has no room for: they are lost to it, by name.
    pub(super) fn skip(&mut self, now: Instant, space: Space) -> Option<NamedLoss> {
        let counter = self.session.as_mut()?.sealer.skip(space).ok()?;
        let record = self.epochs.newest_mut()?;
        let slot = record.slot;
        let progress = record.progress_mut(space);
        progress.end = counter.saturating_add(1);
        // Nothing is to be loaded or freed there.
        for done in [&mut progress.loaded, &mut progress.freed] {
            if *done == counter {
                *done = progress.end;
            }
        }
        let loss = NamedLoss {
            slot,
            space,
            range: CounterRange {
                start: counter,
                end: counter.saturating_add(1),
            },
            why: Why::NoRoom,
        };
        self.lose(now, loss);
        Some(loss)
    }

    pub(super) fn lose(&mut self, now: Instant, loss: NamedLoss) {
        self.epochs.note_lost(loss);
        self.control.want_outstanding(now);
    }

    /// The lowest counter of a space that is neither acknowledged nor lost.
    pub(super) fn floor(&self, record: &EpochRecord, space: Space) -> u32 {
        let progress = record.progress(space);
        let in_ram = self.outbox.lowest(record.slot, space);
        in_ram.unwrap_or(progress.loaded).min(progress.loaded)
    }
}
