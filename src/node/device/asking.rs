//! What a recipient asks of storage: its image, its frames, and those of the log that are wanted in RAM.

use super::config::{Config, Keeping};
use super::epochs::{COUNTED, MAX_KEPT, Origin};
use super::image::Image;
use super::peer::Peer;
use super::report::Rung;
use super::session::Session;
use super::storing::{Kind, Purpose};
use crate::link::FrameKey;
use crate::storage::{FrameAddress, StoreRequest};
use crate::time::Instant;
use crate::wire::copy;

impl<const BYTES: usize> Peer<BYTES> {
    /// Whether there is something to be stored, now or after a pause.
    pub(super) fn wants_store(&self, now: Instant, config: &Config) -> bool {
        self.store_due(config) <= now
    }

    /// When there is something to be stored next.
    pub(super) fn store_due(&self, config: &Config) -> Instant {
        let storing = &self.storing;
        if storing.is_scan_wanted {
            return storing.due(Kind::Image);
        }
        let mut first = Instant::NEVER;
        let mut note = |is_wanted: bool, due: Instant| {
            if is_wanted {
                first = first.min(due);
            }
        };
        note(self.wants_image(), storing.due(Kind::Image));
        if matches!(config.keeping, Keeping::SessionAndFrames) {
            let is_unstored = self.outbox.first_unstored().is_some();
            note(is_unstored, storing.due(Kind::Frame));
            note(self.wanted_load().is_some(), storing.load_due());
            note(self.wanted_free().is_some(), storing.due(Kind::Log));
        }
        first
    }

    fn wants_image(&self) -> bool {
        self.storing.is_image_wanted && self.has_image()
    }

    /// Whether there is something that an image could say: an epoch that has no place does not open.
    fn has_image(&self) -> bool {
        let is_ready = |session: &Session| !session.sealer.has_begun() || self.has_room_for_epoch();
        match &self.session {
            _ if self.next.is_some() => true,
            Some(session) => is_ready(session),
            None => self.chained.is_some(),
        }
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
        let peer = self.number;
        let may_write = self.storing.due(Kind::Image) <= now;
        if self.storing.is_scan_wanted {
            return may_write.then_some((Purpose::Scan, StoreRequest::Scan { peer }));
        }
        if may_write && self.wants_image() {
            let (purpose, bytes) = self.write_image(static_secret, buffer)?;
            return Some((purpose, StoreRequest::Image { peer, bytes }));
        }
        if !matches!(keeping, Keeping::SessionAndFrames) {
            return None;
        }
        self.poll_frames(now, buffer)
    }

    /// What storage has refused is in RAM alone: there is nothing to be loaded where its turn has come.
    fn pass_over_refused(&mut self) {
        let Self { epochs, outbox, .. } = self;
        for record in epochs.iter_mut() {
            for space in COUNTED {
                let epoch = record.slot;
                let progress = record.progress_mut(space);
                let is_here = |counter| {
                    let key = FrameKey {
                        epoch,
                        space,
                        counter,
                    };
                    outbox.is_refused(key)
                };
                while progress.loaded < progress.end && is_here(progress.loaded) {
                    progress.loaded = progress.loaded.saturating_add(1);
                }
            }
        }
    }

    fn poll_frames<'b>(
        &mut self,
        now: Instant,
        buffer: &'b mut [u8],
    ) -> Option<(Purpose, StoreRequest<'b>)> {
        self.pass_over_refused();
        let unstored = self.outbox.first_unstored();
        if let Some((key, frame)) = unstored.filter(|_| self.storing.due(Kind::Frame) <= now) {
            let bytes = buffer.get_mut(..frame.len())?;
            copy(frame, bytes);
            let address = self.address_of(key)?;
            return Some((Purpose::Frame(key), StoreRequest::Frame { address, bytes }));
        }
        let wanted = self.wanted_load();
        if let Some(key) = wanted.filter(|_| self.storing.load_due() <= now) {
            let address = self.address_of(key)?;
            return Some((Purpose::Load(key), StoreRequest::Load { address }));
        }
        let wanted = self.wanted_free();
        let key = wanted.filter(|_| self.storing.due(Kind::Log) <= now)?;
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
                let key = FrameKey {
                    epoch: record.slot,
                    space,
                    counter: progress.loaded,
                };
                let may_wait = progress.loaded < progress.end && record.route().is_some();
                // What storage has not taken yet it can not give back.
                if may_wait && !self.outbox.is_unstored(key) {
                    return Some(key);
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
        let by = self.next.as_ref().and_then(|next| next.by);
        let (session, chained, purpose) = match &mut self.next {
            Some(next) => {
                let purpose = Purpose::ImageOfSession(next.session.sealer.session());
                (Some(&mut next.session), Some(&next.chained), purpose)
            }
            None => {
                let session = self.session.as_mut();
                let has_begun = |session: &&mut Session| session.sealer.has_begun();
                let purpose = match session.as_ref().is_some_and(has_begun) {
                    true => Purpose::ImageOfEpoch,
                    false => Purpose::Image,
                };
                (session, self.chained.as_ref(), purpose)
            }
        };
        let begun = session.as_ref().and_then(|session| session.begun());
        let begun = begun.iter().map(|record| (record, record.origin));
        let records = self.epochs.for_image(before).chain(begun);
        self.storing.has_newest = records.clone().count() <= MAX_KEPT;
        let (peer, successor) = match (by, &self.successor) {
            (Some(Rung::Successor), Some(successor)) => (&successor.key, None),
            (_, successor) => (&self.key, successor.as_ref()),
        };
        let image = Image {
            place: self.number,
            session: match session {
                Some(session) => Some(session.write().ok()?),
                None => None,
            },
            peer,
            chained: chained?,
            successor,
            vouching: self.vouching,
        };
        let bytes = image
            .write(records.take(MAX_KEPT), static_secret, buffer)
            .ok()?;
        self.storing.is_image_wanted = false;
        Some((purpose, bytes))
    }
}
