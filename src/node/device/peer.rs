//! One recipient of a device: its session, its frames, and what of them is on storage.

use super::Config;
use super::config::Keeping;
use super::contact::Contact;
use super::control::Control;
use super::epochs::{COUNTED, EpochRecord, Epochs, MAX_KEPT, NamedLoss, Origin, Progress};
use super::image::{Image, Loaded};
use super::ladder::Ladder;
use super::report::Rung;
use super::session::{MAX_FRAME, Numbering, Session};
use super::storing::{Purpose, Storing, Verdict};
use crate::link::{FrameKey, Freshness, Outbox};
use crate::node::Error;
use crate::pairing::PublicKey;
use crate::seal::ResumptionSecret;
use crate::storage::{FrameAddress, StoreReply, StoreRequest};
use crate::time::Instant;
use crate::wire::control::Why;
use crate::wire::{CounterRange, Record, Space, copy};

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

impl NextSession {
    /// That of a pairing.
    pub(super) const fn first(session: Session, current: ResumptionSecret) -> Self {
        Self {
            session,
            chained: Chained {
                current,
                previous: None,
            },
            by: None,
        }
    }
}

#[derive(Debug)]
pub(super) struct Peer<const BYTES: usize> {
    /// Its place among the recipients.
    pub(super) number: u8,
    pub(super) key: PublicKey,
    pub(super) session: Option<Session>,
    pub(super) next: Option<NextSession>,
    pub(super) chained: Option<Chained>,
    pub(super) epochs: Epochs,
    pub(super) outbox: Outbox<BYTES>,
    pub(super) storing: Storing,
    pub(super) control: Control,
    pub(super) contact: Contact,
    pub(super) ladder: Ladder,
    /// Whether it has the descriptor of this boot and pairing.
    pub(super) is_introduced: bool,
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
    pub(super) fn new(number: u8, key: PublicKey, now: Instant, config: &Config) -> Self {
        Self {
            number,
            key,
            session: None,
            next: None,
            chained: None,
            epochs: Epochs::new(),
            outbox: outbox(config),
            storing: Storing::default(),
            control: Control::new(),
            contact: Contact::new(now, config),
            ladder: Ladder::new(),
            is_introduced: false,
        }
    }

    /// Takes up what an image says: its epochs are those of earlier boots, whose end nobody has written down.
    pub(super) fn restore(&mut self, loaded: Loaded<'_>, config: &Config) {
        self.chained = Some(Chained {
            current: loaded.current,
            previous: loaded.previous,
        });
        for mut record in loaded.epochs {
            record.is_cut = true;
            self.epochs.push(record);
        }
        self.storing.is_scan_wanted = matches!(config.keeping, Keeping::SessionAndFrames);
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
    pub(super) fn take_next(&mut self, next: NextSession) {
        self.next = Some(next);
        self.storing.is_image_wanted = true;
    }

    // ---- sealing

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
        records: &[Record<'_>],
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
        if progress.loaded == counter {
            progress.loaded = progress.end;
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

    fn lose(&mut self, now: Instant, loss: NamedLoss) {
        self.epochs.note_lost(loss);
        self.control.want_outstanding(now);
    }

    /// The lowest counter of a space that is neither acknowledged nor lost.
    pub(super) fn floor(&self, record: &EpochRecord, space: Space) -> u32 {
        let progress = record.progress(space);
        let in_ram = self.outbox.lowest(record.slot, space);
        in_ram.unwrap_or(progress.loaded).min(progress.loaded)
    }

    // ---- storage

    /// Whether there is something to be stored, now or after a pause.
    pub(super) fn wants_store(&self, now: Instant, config: &Config) -> bool {
        self.store_due(config).is_some_and(|due| due <= now)
    }

    /// When there is something to be stored next.
    pub(super) fn store_due(&self, config: &Config) -> Option<Instant> {
        let keeps_frames = matches!(config.keeping, Keeping::SessionAndFrames);
        let wants = self.storing.is_scan_wanted
            || (self.storing.is_image_wanted && self.has_image())
            || (keeps_frames && self.wants_to_keep());
        let load = self.wanted_load().filter(|_| keeps_frames);
        let at = self.storing.retry_at.unwrap_or(Instant::ZERO);
        let load_at = self.storing.load_at.unwrap_or(Instant::ZERO).max(at);
        match (wants, load) {
            (true, _) => Some(at),
            (false, load) => load.map(|_| load_at),
        }
    }

    /// Whether there is something that an image could say: an epoch that has no place does not open.
    fn has_image(&self) -> bool {
        let is_ready = |session: &Session| !session.sealer.has_begun() || self.has_room_for_epoch();
        self.next.is_some() || self.session.as_ref().is_some_and(is_ready)
    }

    fn wants_to_keep(&self) -> bool {
        self.outbox.first_unstored().is_some() || self.wanted_free().is_some()
    }

    /// What would be stored, where nothing is kept.
    pub(super) fn take_unstored(&mut self) -> Option<Purpose> {
        if !core::mem::take(&mut self.storing.is_image_wanted) {
            return None;
        }
        let before = self.next.as_ref().map(|_| Origin::EarlierSession);
        let (purpose, begun) = match (&self.next, &self.session) {
            (Some(next), _) => (Purpose::ImageOfSession(next.session.sealer.session()), 1),
            (None, Some(session)) if session.sealer.has_begun() => (Purpose::ImageOfEpoch, 1),
            _ => (Purpose::Image, 0),
        };
        self.storing.has_newest = self.epochs.for_image(before).count() + begun <= MAX_KEPT;
        Some(purpose)
    }

    /// What is to be stored next, and what for.
    pub(super) fn poll_store<'b>(
        &mut self,
        now: Instant,
        static_secret: &[u8],
        keeping: Keeping,
        buffer: &'b mut [u8],
    ) -> Option<(Purpose, StoreRequest<'b>)> {
        if !self.storing.is_due(now) {
            return None;
        }
        let peer = self.number;
        if self.storing.is_scan_wanted {
            return Some((Purpose::Scan, StoreRequest::Scan { peer }));
        }
        if self.storing.is_image_wanted && self.has_image() {
            let (purpose, bytes) = self.write_image(static_secret, buffer)?;
            return Some((purpose, StoreRequest::Image { peer, bytes }));
        }
        if !matches!(keeping, Keeping::SessionAndFrames) {
            return None;
        }
        self.poll_frames(now, buffer)
    }

    fn poll_frames<'b>(
        &self,
        now: Instant,
        buffer: &'b mut [u8],
    ) -> Option<(Purpose, StoreRequest<'b>)> {
        if let Some((key, frame)) = self.outbox.first_unstored() {
            let bytes = buffer.get_mut(..frame.len())?;
            copy(frame, bytes);
            let address = self.address_of(key)?;
            return Some((Purpose::Frame(key), StoreRequest::Frame { address, bytes }));
        }
        if let Some(key) = self.wanted_load().filter(|_| self.storing.may_load(now)) {
            let address = self.address_of(key)?;
            return Some((Purpose::Load(key), StoreRequest::Load { address }));
        }
        let key = self.wanted_free()?;
        let FrameAddress {
            peer, epoch, space, ..
        } = self.address_of(key)?;
        let below = key.counter;
        let request = StoreRequest::Free {
            peer,
            epoch,
            space,
            below,
        };
        Some((Purpose::Free(key), request))
    }

    fn address_of(&self, key: FrameKey) -> Option<FrameAddress> {
        Some(FrameAddress {
            peer: self.number,
            epoch: self.epochs.by_slot(key.epoch)?.epoch.tag.short(),
            space: key.space,
            counter: key.counter,
        })
    }

    /// The next frame of the log that is wanted in RAM: alarms first, then the oldest epoch.
    fn wanted_load(&self) -> Option<FrameKey> {
        for space in COUNTED {
            if !self.outbox.wants_more(space) {
                continue;
            }
            for record in self.epochs.iter() {
                let progress = record.progress(space);
                if progress.loaded < progress.end && record.route().is_some() {
                    return Some(FrameKey {
                        epoch: record.slot,
                        space,
                        counter: progress.loaded,
                    });
                }
            }
        }
        None
    }

    /// Frames of the log that may go: those below the floor, some at a time, and all of a drained epoch.
    fn wanted_free(&self) -> Option<FrameKey> {
        const AT_ONCE: u32 = 16;
        let newest = self.epochs.newest()?.slot;
        for record in self.epochs.iter() {
            for space in COUNTED {
                let (floor, progress) = (self.floor(record, space), record.progress(space));
                let is_over = floor == progress.end && record.slot != newest;
                let is_worth_it = floor.saturating_sub(progress.freed) >= AT_ONCE;
                if floor > progress.freed && (is_worth_it || is_over) {
                    return Some(FrameKey {
                        epoch: record.slot,
                        space,
                        counter: floor,
                    });
                }
            }
        }
        None
    }

    fn write_image<'b>(
        &mut self,
        static_secret: &[u8],
        buffer: &'b mut [u8],
    ) -> Option<(Purpose, &'b [u8])> {
        let before = self.next.as_ref().map(|_| Origin::EarlierSession);
        let (session, chained, purpose) = match &mut self.next {
            Some(next) => {
                let purpose = Purpose::ImageOfSession(next.session.sealer.session());
                (&mut next.session, &next.chained, purpose)
            }
            None => {
                let session = self.session.as_mut()?;
                let purpose = match session.sealer.has_begun() {
                    true => Purpose::ImageOfEpoch,
                    false => Purpose::Image,
                };
                (session, self.chained.as_ref()?, purpose)
            }
        };
        let begun = session.begun();
        let begun = begun.iter().map(|record| (record, record.origin));
        let records = self.epochs.for_image(before).chain(begun);
        self.storing.has_newest = records.clone().count() <= MAX_KEPT;
        let image = Image {
            session: session.write().ok()?,
            peer: &self.key,
            current: &chained.current,
            previous: chained.previous.as_ref(),
        };
        let bytes = image
            .write(records.take(MAX_KEPT), static_secret, buffer)
            .ok()?;
        self.storing.is_image_wanted = false;
        Some((purpose, bytes))
    }

    /// Takes the answer of storage.
    pub(super) fn handle_stored(
        &mut self,
        now: Instant,
        purpose: Purpose,
        reply: StoreReply<'_>,
        config: &Config,
    ) -> Result<Outcome, Error> {
        if matches!(reply, StoreReply::Failed) {
            let verdict = self.storing.note_failed(now, purpose, config.retry);
            return Ok(self.handle_failed(now, purpose, verdict));
        }
        self.storing.note_done(purpose);
        match purpose {
            Purpose::Image => return Ok(self.keep_newest()),
            Purpose::ImageOfEpoch => return self.open_epoch(now),
            Purpose::ImageOfSession(id) => return self.open_session(now, id, config),
            Purpose::Erase => {}
            Purpose::Scan => self.finish_scan(),
            Purpose::Frame(key) => self.note_frame_stored(key),
            Purpose::Load(key) => return Ok(self.take_loaded(now, key, reply, config)),
            Purpose::Free(key) => {
                if let Some(record) = self.epochs.by_slot_mut(key.epoch) {
                    record.progress_mut(key.space).freed = key.counter;
                }
            }
        }
        Ok(Outcome::Nothing)
    }

    fn handle_failed(&mut self, now: Instant, purpose: Purpose, verdict: Verdict) -> Outcome {
        match (purpose, verdict) {
            (Purpose::Image | Purpose::ImageOfEpoch | Purpose::ImageOfSession(_), _) => {
                self.storing.is_image_wanted = true;
            }
            // The frame stays in RAM: it is sent from there, and only a reboot could lose it, by name.
            (Purpose::Frame(key), Verdict::GiveUp) => self.note_frame_stored(key),
            (Purpose::Load(key), Verdict::GiveUp) => {
                let end = key.counter.saturating_add(1);
                return self.note_absent(now, key, end);
            }
            (Purpose::Scan, Verdict::GiveUp) => self.finish_scan(),
            _ => {}
        }
        Outcome::Failed
    }

    fn open_epoch(&mut self, now: Instant) -> Result<Outcome, Error> {
        let session = self.session.as_mut().ok_or(Error::NotAwaited)?;
        let mut record = session.open_begun()?;
        self.keep_newest();
        record.is_kept = self.storing.has_newest;
        self.epochs.push(record).ok_or(Error::NotAwaited)?;
        self.control.begin_epoch(now);
        Ok(Outcome::EpochOpen)
    }

    /// An image that has the newest epoch is on storage: readings can be sealed in it.
    fn keep_newest(&mut self) -> Outcome {
        let has_newest = self.storing.has_newest;
        let Some(record) = self.epochs.newest_mut().filter(|_| has_newest) else {
            return Outcome::Nothing;
        };
        match core::mem::replace(&mut record.is_kept, true) {
            true => Outcome::Nothing,
            false => Outcome::EpochOpen,
        }
    }

    /// The new session is on storage: it is used from now on, and inherits what waits.
    fn open_session(
        &mut self,
        now: Instant,
        stored: [u8; 16],
        config: &Config,
    ) -> Result<Outcome, Error> {
        let is_stored = |next: &mut NextSession| next.session.sealer.session() == stored;
        let Some(mut next) = self.next.take_if(is_stored) else {
            // Another has taken its place meanwhile, and is stored next.
            return Ok(Outcome::Nothing);
        };
        let mut record = next.session.open_begun()?;
        record.is_kept = self.storing.has_newest;
        let lost = COUNTED.map(|space| (space, self.epochs.lost_unkept(space)));
        self.epochs.forget(|record| !record.is_kept);
        next.session.ends = now + config.session_age;
        self.epochs.hand_over();
        for record in self.epochs.iter() {
            self.outbox.withdraw_epoch(record.slot);
        }
        self.epochs.push(record).ok_or(Error::NotAwaited)?;
        self.session = Some(next.session);
        self.chained = Some(next.chained);
        self.control.begin_epoch(now);
        self.contact.begin_session(now, config);
        self.is_introduced &= next.by.is_some_and(|by| by != Rung::Keys);
        // What was named as lost in an epoch that is forgotten is named in this one.
        for (space, frames) in lost {
            for _ in 0..frames {
                let _ = self.skip(now, space);
            }
        }
        Ok(Outcome::SessionOpen { by: next.by })
    }

    /// Takes note of a frame that lies on storage since an earlier boot.
    pub(super) fn note_found(&mut self, address: &FrameAddress) {
        if let Some(record) = self.epochs.by_tag_mut(address.epoch) {
            record.note_found(address.space, address.counter);
        }
    }

    /// All stored frames are named: the next epoch may begin.
    fn finish_scan(&mut self) {
        self.storing.is_scan_wanted = false;
    }

    fn note_frame_stored(&mut self, key: FrameKey) {
        self.outbox.mark_stored(key);
        let Some(record) = self.epochs.by_slot_mut(key.epoch) else {
            return;
        };
        let progress = record.progress_mut(key.space);
        // Half of RAM is for what is made next, and a quarter more for what is first in line; what has no place waits in
        // the log for its turn.
        if progress.loaded == key.counter && self.outbox.wants_more(key.space) {
            progress.loaded = key.counter.saturating_add(1);
            return;
        }
        let is_crowded = match self.outbox.is_first(key) {
            true => self.outbox.used() > BYTES / 4 * 3,
            false => self.contact.is_silent() || self.outbox.used() > BYTES / 2,
        };
        if is_crowded {
            self.outbox.remove(key);
        }
    }

    fn take_loaded(
        &mut self,
        now: Instant,
        wanted: FrameKey,
        reply: StoreReply<'_>,
        config: &Config,
    ) -> Outcome {
        let Some(record) = self.epochs.by_slot_mut(wanted.epoch) else {
            return Outcome::Nothing;
        };
        let end = record.progress(wanted.space).end;
        let StoreReply::Found { address, bytes } = reply else {
            return self.note_absent(now, wanted, end);
        };
        if address.epoch != record.epoch.tag.short()
            || address.space != wanted.space
            || address.counter < wanted.counter
            || address.counter >= end
        {
            return self.note_absent(now, wanted, end);
        }
        let key = FrameKey {
            counter: address.counter,
            ..wanted
        };
        let is_in_ram = self.outbox.contains(key);
        if !is_in_ram
            && self
                .outbox
                .push(now, key.epoch, bytes, Freshness::Backlog)
                .is_err()
        {
            self.storing.note_no_room(now, config.retry);
            return Outcome::Nothing;
        }
        let outcome = match address.counter == wanted.counter {
            true => Outcome::Nothing,
            false => self.note_absent(now, wanted, address.counter),
        };
        if let Some(record) = self.epochs.by_slot_mut(wanted.epoch) {
            record.progress_mut(wanted.space).loaded = address.counter.saturating_add(1);
        }
        outcome
    }

    /// Frames that should be in the log and are not.
    fn note_absent(&mut self, now: Instant, from: FrameKey, end: u32) -> Outcome {
        if let Some(record) = self.epochs.by_slot_mut(from.epoch) {
            record.progress_mut(from.space).loaded = end;
        }
        let loss = NamedLoss {
            slot: from.epoch,
            space: from.space,
            range: CounterRange {
                start: from.counter,
                end,
            },
            why: Why::Damaged,
        };
        self.lose(now, loss);
        Outcome::Lost(loss)
    }
}

fn outbox<const BYTES: usize>(config: &Config) -> Outbox<BYTES> {
    let mut outbox = Outbox::new(config.retry);
    outbox.set_window(config.in_flight_bytes);
    outbox.set_pace(config.pace);
    outbox
}
