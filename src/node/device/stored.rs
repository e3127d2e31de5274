//! What becomes of a recipient when storage answers: epochs and sessions open, frames are freed or lost.

use super::config::Config;
use super::epochs::{COUNTED, NamedLoss};
use super::peer::{NextSession, Outcome, Peer};
use super::report::Rung;
use super::storing::{Purpose, Verdict};
use crate::link::{FrameKey, Freshness};
use crate::node::Error;
use crate::storage::{FrameAddress, StoreReply};
use crate::time::Instant;
use crate::wire::CounterRange;
use crate::wire::control::Why;

impl<const BYTES: usize> Peer<BYTES> {
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
        if matches!(purpose, Purpose::Image | Purpose::ImageOfEpoch) {
            self.note_answer_stored(now);
        }
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
            (Purpose::Frame(key), Verdict::GiveUp) => self.note_frame_given_up(key),
            (Purpose::Load(key), Verdict::GiveUp) => {
                let end = key.counter.saturating_add(1);
                return self.pass_over(now, key, end);
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
        let is_stored = |next: &&mut NextSession| next.session.sealer.session() == stored;
        let Some(next) = self.next.as_mut().filter(is_stored) else {
            // Another has taken its place meanwhile, and is stored next.
            return Ok(Outcome::Nothing);
        };
        let mut record = next.session.open_begun()?;
        record.is_kept = self.storing.has_newest;
        let [alarm, data] = COUNTED;
        let lost = [
            self.epochs.lost_unkept(alarm),
            self.epochs.lost_unkept(data),
        ];
        self.epochs.forget_unkept();
        next.session.ends = now + config.session_age;
        self.epochs.hand_over();
        for record in self.epochs.iter() {
            self.outbox.withdraw_epoch(record.slot);
        }
        let pushed = self.epochs.push(record);
        let next = self.next.take().ok_or(Error::NotAwaited)?;
        pushed.ok_or(Error::NotAwaited)?;
        self.session = Some(next.session);
        let had_secret = self.chained.replace(next.chained).is_some();
        match next.by {
            Some(Rung::Keys) => self.vouching.is_doubted |= had_secret,
            Some(Rung::Successor) => self.succeed(),
            Some(Rung::Current | Rung::Previous) | None => {}
        }
        self.storing.is_answer_wanted = false;
        self.control.begin_epoch(now);
        self.contact.begin_session(now, config);
        self.is_introduced &= matches!(next.by, Some(Rung::Current | Rung::Previous));
        // What was named as lost in an epoch that is forgotten is named in this one.
        for (space, frames) in COUNTED.into_iter().zip(lost) {
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
        // Below, nobody would load it again.
        if is_crowded && progress.loaded <= key.counter {
            self.outbox.remove(key);
        }
    }

    /// However crowded it is: RAM has the only one.
    fn note_frame_given_up(&mut self, key: FrameKey) {
        self.outbox.mark_refused(key);
        if let Some(record) = self.epochs.by_slot_mut(key.epoch) {
            let progress = record.progress_mut(key.space);
            if progress.loaded == key.counter {
                progress.loaded = key.counter.saturating_add(1);
            }
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
        let is_wanted = |address: &FrameAddress| {
            address.epoch == record.epoch.tag.short()
                && address.space == wanted.space
                && (wanted.counter..end).contains(&address.counter)
        };
        let found = match reply {
            StoreReply::Found { address, bytes } if is_wanted(&address) => Some((address, bytes)),
            _ => None,
        };
        let behind = found.map_or(end, |(address, _)| address.counter);
        let held = self.outbox.lowest_from(wanted);
        if held.is_some_and(|held| held < behind) {
            return self.pass_over(now, wanted, behind);
        }
        let Some((address, bytes)) = found else {
            return self.note_absent(now, wanted, end);
        };
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

    /// Frames that should be in the log and are not, up to the first that is in RAM.
    fn pass_over(&mut self, now: Instant, from: FrameKey, end: u32) -> Outcome {
        let held = self.outbox.lowest_from(from);
        let Some(held) = held.filter(|held| *held < end) else {
            return self.note_absent(now, from, end);
        };
        if held > from.counter {
            return self.note_absent(now, from, held);
        }
        if let Some(record) = self.epochs.by_slot_mut(from.epoch) {
            record.progress_mut(from.space).loaded = held.saturating_add(1);
        }
        Outcome::Nothing
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
