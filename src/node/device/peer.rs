//! One recipient of a device: its session, its frames, and what of them is on storage.

use super::Config;
use super::config::{Keeping, Reach};
use super::contact::Contact;
use super::control::Control;
use super::epochs::{COUNTED, EpochRecord, Epochs, MAX_UNDRAINED, NamedLoss, Origin};
use super::image::{Image, Loaded};
use super::ladder::Ladder;
use super::report::Rung;
use super::session::{MAX_FRAME, Numbering, Session};
use super::storing::{Purpose, Storing, Verdict};
use crate::link::{FrameKey, Freshness, Outbox};
use crate::node::Error;
use crate::pairing::PublicKey;
use crate::seal::{Entropy, ResumptionSecret, StoredReport};
use crate::storage::{FrameAddress, StoreReply, StoreRequest};
use crate::time::Instant;
use crate::wire::{
    CounterRange, Frame, MAX_DATAGRAM, Packet, Record, Route, Space, Why, copy,
};

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
            outbox: Outbox::new(config.retry, config.in_flight_bytes),
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

    /// Whether frames can be sealed.
    pub(super) fn is_open(&self) -> bool {
        self.session.as_ref().is_some_and(Session::is_open)
    }

    /// Whether one more epoch could be begun; a place is left for that of a reconnection.
    pub(super) fn has_room_for_epoch(&self) -> bool {
        self.epochs.len() < MAX_UNDRAINED - 1
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
        let session = self.session.as_mut().ok_or(Error::NotPaired)?;
        let mut buffer = [0_u8; MAX_FRAME];
        let draft = session.draft(numbering, records, &mut buffer)?;
        if !self.outbox.has_room_for(space, draft.len()) {
            return Err(crate::link::OutboxFull.into());
        }
        let frame = buffer.get_mut(..draft.len()).unwrap_or_default();
        let counter = session.seal(space, frame)?;
        let record = self.epochs.newest_mut().ok_or(Error::NotPaired)?;
        let slot = record.slot;
        let progress = record.progress_mut(space);
        progress.end = counter.saturating_add(1);
        let freshness = match config.keeping {
            Keeping::SessionAndFrames => Freshness::Unstored,
            Keeping::Session | Keeping::Nothing => {
                progress.loaded = progress.end;
                Freshness::Stored
            }
        };
        self.outbox.push(now, slot, frame, freshness)?;
        Ok(draft.next_sequence)
    }

    /// Gives a frame's counter away for records that this recipient has no room for: they are lost to it, by name.
    pub(super) fn skip(&mut self, space: Space) -> Option<NamedLoss> {
        let counter = self.session.as_mut()?.sealer.skip(space).ok()?;
        let record = self.epochs.newest_mut()?;
        let slot = record.slot;
        let progress = record.progress_mut(space);
        progress.end = counter.saturating_add(1);
        if progress.loaded == counter {
            progress.loaded = progress.end;
        }
        let loss = self.lose(slot, space, counter, counter.saturating_add(1), Why::NoRoom);
        Some(loss)
    }

    fn lose(&mut self, slot: u8, space: Space, start: u32, end: u32, why: Why) -> NamedLoss {
        let loss = NamedLoss {
            slot,
            space,
            range: CounterRange { start, end },
            why,
        };
        self.epochs.note_lost(loss);
        self.control.want_outstanding();
        loss
    }

    /// The lowest counter of a space that is neither acknowledged nor lost.
    pub(super) fn floor(&self, record: &EpochRecord, space: Space) -> u32 {
        let progress = record.progress(space);
        let in_ram = self.outbox.lowest(record.slot, space);
        in_ram.unwrap_or(progress.loaded).min(progress.loaded)
    }

    fn is_drained(&self, record: &EpochRecord) -> bool {
        let mut spaces = COUNTED.iter();
        spaces.all(|space| self.floor(record, *space) == record.progress(*space).end)
    }

    // ---- storage

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
        if self.storing.is_image_wanted {
            let (purpose, bytes) = self.write_image(static_secret, buffer)?;
            return Some((purpose, StoreRequest::Image { peer, bytes }));
        }
        if !matches!(keeping, Keeping::SessionAndFrames) {
            return None;
        }
        self.poll_frames(buffer)
    }

    fn poll_frames<'b>(&self, buffer: &'b mut [u8]) -> Option<(Purpose, StoreRequest<'b>)> {
        if let Some((key, frame)) = self.outbox.first_unstored() {
            let bytes = buffer.get_mut(..frame.len())?;
            copy(frame, bytes);
            let address = self.address_of(key)?;
            return Some((Purpose::Frame(key), StoreRequest::Frame { address, bytes }));
        }
        if let Some(key) = self.wanted_load() {
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
        let origin_before = match self.next {
            Some(_) => Some(Origin::EarlierSession),
            None => None,
        };
        let (session, chained, purpose) = match &mut self.next {
            Some(next) => (&mut next.session, &next.chained, Purpose::ImageOfSession),
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
        let records = self
            .epochs
            .iter()
            .map(|record| (record, origin_before.unwrap_or(record.origin)));
        let records = records.chain(begun.iter().map(|record| (record, record.origin)));
        let image = Image {
            session: session.to_store().ok()?,
            peer: &self.key,
            current: &chained.current,
            previous: chained.previous.as_ref(),
        };
        let bytes = image.write(records, static_secret, buffer).ok()?;
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
            let verdict = self.storing.note_failed(now, config.retry);
            return Ok(self.handle_failed(now, purpose, verdict));
        }
        self.storing.note_done();
        match purpose {
            Purpose::Image => {}
            Purpose::ImageOfEpoch => return self.open_epoch(now),
            Purpose::ImageOfSession => return self.open_session(now, config),
            Purpose::Erase => {}
            Purpose::Scan => self.finish_scan(),
            Purpose::Frame(key) => self.note_frame_stored(now, key),
            Purpose::Load(key) => return Ok(self.take_loaded(now, key, reply)),
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
            (Purpose::Image | Purpose::ImageOfEpoch | Purpose::ImageOfSession, _) => {
                self.storing.is_image_wanted = true;
            }
            // The frame stays in RAM: it is sent from there, and only a reboot could lose it, by name.
            (Purpose::Frame(key), Verdict::GiveUp) => self.note_frame_stored(now, key),
            (Purpose::Load(key), Verdict::GiveUp) => {
                let end = key.counter.saturating_add(1);
                return self.note_absent(key, end);
            }
            (Purpose::Scan, Verdict::GiveUp) => self.finish_scan(),
            _ => {}
        }
        Outcome::Failed
    }

    fn open_epoch(&mut self, now: Instant) -> Result<Outcome, Error> {
        let session = self.session.as_mut().ok_or(Error::NotAwaited)?;
        let record = session.open_begun()?;
        self.epochs.push(record).ok_or(Error::NotAwaited)?;
        self.control.begin_epoch(now);
        Ok(Outcome::EpochOpen)
    }

    /// The new session is on storage: it is used from now on, and inherits what waits.
    fn open_session(&mut self, now: Instant, config: &Config) -> Result<Outcome, Error> {
        let mut next = self.next.take().ok_or(Error::NotAwaited)?;
        let record = next.session.open_begun()?;
        next.session.ends = now + config.session_age;
        self.epochs.hand_over();
        self.epochs.push(record).ok_or(Error::NotAwaited)?;
        self.session = Some(next.session);
        self.chained = Some(next.chained);
        self.control.begin_epoch(now);
        self.contact.begin_session(now, config);
        self.is_introduced &= next.by.is_some_and(|by| by != Rung::Keys);
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

    fn note_frame_stored(&mut self, now: Instant, key: FrameKey) {
        self.outbox.mark_stored(key, now);
        let Some(record) = self.epochs.by_slot_mut(key.epoch) else {
            return;
        };
        let progress = record.progress_mut(key.space);
        if progress.loaded == key.counter {
            progress.loaded = key.counter.saturating_add(1);
        } else if !self.contact.is_alive() {
            // It waits in the log for its turn; nobody hears it now.
            self.outbox.evict(key);
        }
    }

    fn take_loaded(&mut self, now: Instant, wanted: FrameKey, reply: StoreReply<'_>) -> Outcome {
        let Some(record) = self.epochs.by_slot_mut(wanted.epoch) else {
            return Outcome::Nothing;
        };
        let end = record.progress(wanted.space).end;
        let StoreReply::Found { address, bytes } = reply else {
            return self.note_absent(wanted, end);
        };
        if address.epoch != record.epoch.tag.short()
            || address.space != wanted.space
            || address.counter < wanted.counter
            || address.counter >= end
        {
            return self.note_absent(wanted, end);
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
            return Outcome::Nothing;
        }
        let outcome = match address.counter == wanted.counter {
            true => Outcome::Nothing,
            false => self.note_absent(wanted, address.counter),
        };
        if let Some(record) = self.epochs.by_slot_mut(wanted.epoch) {
            record.progress_mut(wanted.space).loaded = address.counter.saturating_add(1);
        }
        outcome
    }

    /// Frames that should be in the log and are not.
    fn note_absent(&mut self, from: FrameKey, end: u32) -> Outcome {
        if let Some(record) = self.epochs.by_slot_mut(from.epoch) {
            record.progress_mut(from.space).loaded = end;
        }
        let loss = self.lose(from.epoch, from.space, from.counter, end, Why::Damaged);
        Outcome::Lost(loss)
    }

    // ---- what the server says

    /// Believes a receipt: frees what is stored, takes note of what the server knows.
    pub(super) fn handle_report(&mut self, now: Instant, report: &StoredReport<'_>) -> usize {
        let mut freed = 0;
        for entry in report.acknowledgements() {
            let Some(record) = self.epochs.by_tag_mut(entry.epoch) else {
                continue;
            };
            if !record.is_named {
                record.is_named = true;
                self.storing.is_image_wanted = true;
            }
            let (slot, space) = (record.slot, entry.space);
            let is_stored = |key: FrameKey| {
                (key.epoch, key.space) == (slot, space) && entry.covers(key.counter)
            };
            freed += self.outbox.acknowledge(now, is_stored);
        }
        if let Some(chained) = &mut self.chained
            && chained.previous.take().is_some()
        {
            self.storing.is_image_wanted = true;
        }
        if self.control.awaits_reflection() && self.is_reflected(report) {
            self.note_reflected(report);
        }
        self.forget_drained();
        freed
    }

    /// "It is reflected when receipts list each (tag, space) with a floor at least the one sent"
    ///
    /// And with every loss, and no epoch that was left out: then the server has closed that one.
    fn is_reflected(&self, report: &StoredReport<'_>) -> bool {
        let knows_all = self.epochs.iter().all(|record| {
            COUNTED.iter().all(|space| {
                let tag = record.epoch.tag.short();
                let mut entries = report.acknowledgements();
                let entry = entries.find(|entry| entry.epoch == tag && entry.space == *space);
                entry.is_some_and(|entry| {
                    let mut losses = self.epochs.losses(record.slot, *space);
                    entry.floor >= self.floor_of_log(record, *space)
                        && losses.all(|loss| entry.covers_range(loss.range))
                })
            })
        });
        let mut listed = report.acknowledgements();
        knows_all && listed.all(|entry| self.epochs.by_tag(entry.epoch).is_some())
    }

    /// What a frame log began with after a reboot: all below is acknowledged or lost.
    fn floor_of_log(&self, record: &EpochRecord, space: Space) -> u32 {
        match record.origin {
            Origin::Here => 0,
            _ => self.floor(record, space),
        }
    }

    fn note_reflected(&mut self, report: &StoredReport<'_>) {
        self.control.note_reflected();
        self.epochs.forget_losses(|_| true);
        for record in self.epochs.iter_mut() {
            record.is_cut = false;
        }
        let _ = report;
    }

    /// Forgets epochs of which nothing waits, and which the server knows as well as it ever will.
    pub(super) fn forget_drained(&mut self) {
        let newest = self.epochs.newest().map(|record| record.slot);
        let over: heapless::Vec<u8, MAX_UNDRAINED> = self
            .epochs
            .iter()
            .filter(|record| Some(record.slot) != newest && !record.is_cut)
            .filter(|record| self.is_drained(record) && self.is_freed(record))
            .filter(|record| !self.epochs.has_losses_of(record.slot))
            .map(|record| record.slot)
            .collect();
        if !over.is_empty() {
            self.epochs.forget(|record| over.contains(&record.slot));
            self.storing.is_image_wanted = true;
            self.control.want_outstanding();
        }
    }

    /// Whether the log holds nothing of it any more.
    fn is_freed(&self, record: &EpochRecord) -> bool {
        COUNTED.iter().all(|space| {
            let progress = record.progress(*space);
            progress.freed == progress.end
        })
    }

    // ---- sending

    /// The next frame of readings that is due, with the header that its recipient needs.
    pub(super) fn poll_frame<'o>(
        &mut self,
        now: Instant,
        config: &Config,
        out: &'o mut [u8; MAX_DATAGRAM],
    ) -> Option<(FrameKey, &'o mut [u8])> {
        let epochs = &self.epochs;
        let may_send = |slot: u8| epochs.by_slot(slot).is_some_and(|record| record.route().is_some());
        let (key, short) = self.outbox.next_due(now, may_send)?;
        let Ok(Packet::Frame(frame)) = Packet::parse(short) else {
            return None;
        };
        let record = self.epochs.by_slot(key.epoch)?;
        let route = self.route_of(record, config)?;
        let frame = Frame { route, ..frame };
        let is_waiting_in_log = key.counter >= record.progress(key.space).loaded;
        let sent = frame.emit(out).ok();
        if is_waiting_in_log {
            self.outbox.evict(key);
        }
        sent.map(|sent| (key, sent))
    }

    /// "Short frames are for the newest epoch that a receipt on this connection has named"
    pub(super) fn route_of(&self, record: &EpochRecord, config: &Config) -> Option<Route> {
        let is_direct = matches!(config.reach, Reach::Direct);
        if is_direct && self.contact.names_on_connection(record.epoch.tag) {
            return Some(Route::Short);
        }
        record.route()
    }
}
