//! What a recipient is sent: control frames, frames of readings, and when.

use super::Config;
use super::config::Reach;
use super::epochs::{EpochRecord, Origin};
use super::peer::Peer;
use super::report::Rung;
use super::session::{MAX_CONTROL, MAX_FRAME};
use crate::link::{FrameKey, Retry};
use crate::node::Error;
use crate::pairing::PublicKey;
use crate::seal::{Entropy, ResumptionSecret};
use crate::time::Instant;
use crate::wire::control::{ControlWriter, EpochEntry, Lost, SpaceEntry, Status};
use crate::wire::{Frame, MAX_DATAGRAM, Packet, Route, Space};

impl<const BYTES: usize> Peer<BYTES> {
    /// When something is to be sent next; `now` or earlier: at once.
    pub(super) fn transmit_due(&self) -> Instant {
        if !self.is_speaking() {
            return Instant::NEVER;
        }
        let frame = self.outbox.poll_timeout(|slot| self.epochs.may_send(slot));
        frame.unwrap_or(Instant::NEVER).min(self.control.due())
    }

    pub(super) fn is_control_due(&self, now: Instant) -> bool {
        self.control.due() <= now
    }

    /// The next frame of readings that is due, with the header that its recipient needs.
    pub(super) fn poll_frame<'o>(
        &mut self,
        now: Instant,
        config: &Config,
        out: &'o mut [u8; MAX_DATAGRAM],
    ) -> Option<(FrameKey, &'o mut [u8])> {
        let epochs = &self.epochs;
        let (key, short) = self.outbox.next_due(now, |slot| epochs.may_send(slot))?;
        let record = self.epochs.by_slot(key.epoch)?;
        let is_waiting_in_log = key.counter >= record.progress(key.space).loaded;
        let route = route_of(record, &self.contact, config)?;
        let sent = routed(short, route, out);
        let stays = self.outbox.is_first(key) || self.outbox.is_refused(key);
        if is_waiting_in_log && !stays {
            // It was sent while it was fresh; its turn in the backlog comes from the log.
            self.outbox.remove(key);
        }
        sent.map(|sent| (key, sent))
    }

    /// A control frame: what is outstanding, while the server may not know it, and how the clock stands.
    pub(super) fn write_control<'o>(
        &mut self,
        now: Instant,
        config: &Config,
        out: &'o mut [u8; MAX_DATAGRAM],
    ) -> Option<&'o mut [u8]> {
        let mut buffer = [0_u8; MAX_FRAME];
        let len = self.write_control_records(now, config, out.get_mut(..MAX_CONTROL)?)?;
        let route = route_of(self.epochs.newest()?, &self.contact, config)?;
        let session = self.session.as_mut()?;
        let sealed = session.sealer.seal_control(out.get(..len)?, &mut buffer);
        let (counter, short) = sealed.ok()?;
        self.control
            .note_sent(now, counter, config.retry, config.due);
        routed(short, route, out)
    }

    fn write_control_records(
        &self,
        now: Instant,
        config: &Config,
        room: &mut [u8],
    ) -> Option<usize> {
        let mut writer = ControlWriter::new(room);
        if self.control.carries_outstanding() {
            let newest = self.epochs.newest()?.slot;
            let entries = self
                .epochs
                .iter()
                .map(|record| self.entry_of(record, newest));
            writer.outstanding(entries).ok()?;
            let session = self.session.as_ref();
            if let Some(answer) = session.and_then(|session| session.sealer.answer()) {
                writer.answer(&answer).ok()?;
            }
        }
        let (server_time_ms, age) = self.contact.newest_dating(now);
        writer
            .status(&Status {
                ticks: now,
                due_ms: core::num::NonZeroU32::new(
                    u32::try_from(config.due.as_millis()).unwrap_or(u32::MAX),
                ),
                server_time_ms,
                age,
            })
            .ok()?;
        Some(writer.finish().len())
    }

    fn entry_of<'e>(
        &'e self,
        record: &'e EpochRecord,
        newest: u8,
    ) -> EpochEntry<'e, impl Iterator<Item = Lost> + Clone + 'e> {
        let space = |space: Space| SpaceEntry {
            floor: self.floor(record, space),
            end: record.progress(space).end,
            losses: self.epochs.losses(record.slot, space),
        };
        EpochEntry {
            locator: record.epoch.locator,
            secret: (record.slot != newest).then_some(&record.secret.expose()[..]),
            is_cut: record.is_cut,
            run: record.run,
            data: Some(space(Space::Data)),
            alarm: Some(space(Space::Alarm)),
        }
    }

    // ---- timers

    /// When the next epoch is to begin.
    pub(super) fn rotation_due(&self) -> Instant {
        match &self.session {
            Some(session) if self.next.is_none() && self.has_room_for_epoch() => {
                session.rotation_due()
            }
            _ => Instant::NEVER,
        }
    }

    pub(super) fn rotate(&mut self, now: Instant, entropy: &mut impl Entropy) -> Result<(), Error> {
        let session = self.session.as_mut().ok_or(Error::NotPaired)?;
        session.rotate(now, entropy)?;
        self.storing.is_image_wanted = true;
        Ok(())
    }

    /// When three due intervals will have passed without a receipt.
    pub(super) fn silence_due(&self) -> Instant {
        match self.is_speaking() {
            true => self.contact.silence_due(),
            false => Instant::NEVER,
        }
    }

    /// Whether it falls silent now.
    pub(super) fn falls_silent(&mut self, now: Instant) -> bool {
        let falls_silent = self.silence_due() <= now && self.contact.fall_silent(now);
        self.outbox.set_probing(self.contact.is_silent());
        falls_silent
    }

    /// When a reconnection is to begin, the storage of one that is agreed not counted.
    pub(super) fn reconnection_due(&self) -> Instant {
        if self.next.is_some() || self.storing.is_scan_wanted {
            return Instant::NEVER;
        }
        let wanted = self.session.as_ref().map_or(Instant::ZERO, |session| {
            let is_stuck = !session.is_open() && !self.has_room_for_epoch();
            let is_wanted_now = is_stuck
                || session.sealer.is_out_of_reach()
                || self.ladder.is_hinted()
                || !self.contact.is_patient();
            match is_wanted_now {
                true => Instant::ZERO,
                false => session.ends,
            }
        });
        wanted.max(self.ladder.not_before())
    }

    /// What the next attempt to reconnect is made with; by the keys alone where there is no secret.
    pub(super) fn rung(&self) -> (Rung, PublicKey, Option<&ResumptionSecret>) {
        let rung = match self.ladder.rung() {
            // A receipt, or an answer, may have ended these since.
            gone @ (Rung::Previous | Rung::Successor) if self.secret_for(gone).is_none() => {
                Rung::Current
            }
            rung => rung,
        };
        let key = match (rung, &self.successor) {
            (Rung::Successor, Some(successor)) => successor.key,
            _ => self.key,
        };
        match self.secret_for(rung) {
            Some(secret) => (rung, key, Some(secret)),
            None => (Rung::Keys, self.key, None),
        }
    }

    pub(super) fn secret_for(&self, rung: Rung) -> Option<&ResumptionSecret> {
        let chained = self.chained.as_ref();
        match rung {
            Rung::Current => chained.map(|chained| &chained.current),
            Rung::Previous => chained.and_then(|chained| chained.previous.as_ref()),
            Rung::Successor => self.successor.as_ref().map(|successor| &successor.first),
            Rung::Keys => None,
        }
    }

    /// Goes on to the next rung.
    pub(super) fn climb(&mut self, now: Instant, retry: Retry, is_refused: bool) {
        let above = self.ladder.rung();
        let further = [Rung::Previous, Rung::Successor]
            .into_iter()
            .find(|rung| *rung > above && self.secret_for(*rung).is_some());
        self.ladder.climb(now, retry, is_refused, further);
    }

    /// Whether it is known by more than its key.
    pub(super) const fn has_secret(&self) -> bool {
        self.chained.is_some()
    }

    /// "previous = the psk that THIS handshake was keyed with"; by the keys, that which still stands.
    pub(super) fn secret_of(&self, rung: Rung) -> Option<ResumptionSecret> {
        let secret = match rung {
            Rung::Keys => self.secret_for(Rung::Current),
            rung => self.secret_for(rung),
        }?;
        ResumptionSecret::from_secret_bytes(secret.secret_bytes()).ok()
    }

    // ---- how it stands

    /// Whether everything that was taken is stored there, and every loss known.
    pub(super) fn is_settled(&self) -> bool {
        self.is_open()
            && self.next.is_none()
            && self.waiting() == 0
            && !self.control.carries_outstanding()
    }

    /// How many frames are neither acknowledged nor lost, at most.
    pub(super) fn waiting(&self) -> u64 {
        let in_log = self.epochs.iter().flat_map(|record| {
            super::epochs::COUNTED.iter().map(|space| {
                let progress = record.progress(*space);
                u64::from(progress.end.saturating_sub(progress.loaded))
            })
        });
        let in_ram = self.outbox.keys().filter(|key| {
            let record = self.epochs.by_slot(key.epoch);
            record.is_some_and(|record| key.counter < record.progress(key.space).loaded)
        });
        in_log.sum::<u64>() + u64::try_from(in_ram.count()).unwrap_or(u64::MAX)
    }
}

/// A frame in the short form, with the header that its recipient needs.
#[inline(never)] // For frames of readings and for control frames.
fn routed<'o>(short: &[u8], route: Route, out: &'o mut [u8; MAX_DATAGRAM]) -> Option<&'o mut [u8]> {
    let Ok(Packet::Frame(frame)) = Packet::parse(short) else {
        return None;
    };
    Frame { route, ..frame }.emit(out).ok()
}

/// "Short frames are for the newest epoch that a receipt on this connection has named"
fn route_of(
    record: &EpochRecord,
    contact: &super::contact::Contact,
    config: &Config,
) -> Option<Route> {
    let is_direct = matches!(config.reach, Reach::Direct) && record.origin == Origin::Here;
    match is_direct && contact.has_named(record.epoch.tag) {
        true => Some(Route::Short),
        false => record.route(),
    }
}
