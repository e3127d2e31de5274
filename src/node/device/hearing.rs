//! What a recipient's receipts say, and what becomes of it.

use super::Config;
use super::epochs::{COUNTED, EpochRecord, Origin};
use super::peer::Peer;
use crate::link::FrameKey;
use crate::node::Error;
use crate::seal::{self, Acknowledgement, EpochTag, StoredReport};
use crate::time::Instant;
use crate::wire::{Locator, Packet, Receipt, Space};

/// Which epochs of this boot a receipt may date by; one type, so that receipts are verified by one routine.
pub(super) type OpenedHere<'a> = &'a dyn Fn(Locator) -> Option<EpochTag>;

/// What an authentic receipt has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) freed: usize,
    /// Whether the recipient was thought to be gone.
    pub(super) is_heard_again: bool,
}

impl<const BYTES: usize> Peer<BYTES> {
    /// Believes a receipt, where it is authentic.
    pub(super) fn handle_receipt(
        &mut self,
        now: Instant,
        packet: &[u8],
        config: &Config,
    ) -> Result<Heard, Error> {
        let Packet::Receipt(Receipt { locator, .. }) = Packet::parse(packet)? else {
            return Err(seal::Error::UnexpectedPacket.into());
        };
        let session = self.session.as_mut().ok_or(Error::NotPaired)?;
        let opened: OpenedHere<'_> = &|locator| self.epochs.tag_opened_here(locator);
        let report = session.sealer.verify(packet, opened)?;
        // Counters begin anew with each epoch: an echo of an earlier one says nothing of what this one has carried.
        let newest = self.epochs.newest().map(|record| record.epoch.locator);
        let echo = report.echo().filter(|_| newest == Some(locator));
        let is_heard_again = self.note_echo(now, echo, &report, config);
        let freed = self.note_stored(now, &report);
        self.drop_previous_secret();
        if self.control.is_echoed(echo) {
            if self.is_reflected(&report) {
                self.note_reflected();
            } else if self.control.note_passed_over() {
                self.ladder.note_hint();
            }
        }
        self.forget_drained(now);
        Ok(Heard {
            freed,
            is_heard_again,
        })
    }

    /// "Ranges are believed always; time, wait and «link alive» only with a tag opened in this boot and a
    /// counter not older than the newest seen."
    fn note_echo(
        &mut self,
        now: Instant,
        echo: Option<u32>,
        report: &StoredReport<'_>,
        config: &Config,
    ) -> bool {
        let Some(sent) = echo.and_then(|echo| self.control.note_echo(echo)) else {
            return false;
        };
        self.ladder.note_proof();
        self.outbox
            .hold_data_until(now + self.contact.bounded_wait(report.wait_ms()));
        if let Some(record) = self.epochs.newest() {
            self.contact.note_named(record.epoch.tag);
        }
        self.outbox.set_probing(false);
        self.contact
            .note_receipt(now, sent, report.server_time_ms(), config)
    }

    fn note_stored(&mut self, now: Instant, report: &StoredReport<'_>) -> usize {
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
        freed
    }

    /// "receipt opens -> drop previous"
    fn drop_previous_secret(&mut self) {
        if let Some(chained) = &mut self.chained
            && chained.previous.take().is_some()
        {
            self.storing.is_image_wanted = true;
        }
    }

    /// "It is reflected when receipts list each (tag, space) with a floor at least the one sent"
    ///
    /// And with every loss, and no epoch that was left out: that one the server has closed.
    fn is_reflected(&self, report: &StoredReport<'_>) -> bool {
        let knows_all = self.epochs.iter().all(|record| {
            let mut spaces = COUNTED.iter();
            spaces.all(|space| self.is_space_reflected(record, *space, report))
        });
        let mut listed = report.acknowledgements();
        knows_all && listed.all(|entry| self.epochs.by_tag(entry.epoch).is_some())
    }

    fn is_space_reflected(
        &self,
        record: &EpochRecord,
        space: Space,
        report: &StoredReport<'_>,
    ) -> bool {
        let tag = record.epoch.tag.short();
        let mut entries = report.acknowledgements();
        let Some(entry) = entries.find(|entry| (entry.epoch, entry.space) == (tag, space)) else {
            return false;
        };
        let floor = match record.origin {
            Origin::Here => 0,
            Origin::EarlierBoot | Origin::EarlierSession => self.floor(record, space),
        };
        let mut losses = self.epochs.losses(record.slot, space);
        entry.floor >= floor && losses.all(|loss| covers(&entry, loss.range.start, loss.range.end))
    }

    fn note_reflected(&mut self) {
        self.control.note_reflected();
        self.epochs.forget_losses();
        for record in self.epochs.iter_mut() {
            record.is_cut = false;
        }
    }

    /// Forgets epochs of which nothing waits, and which the server knows as well as it ever will.
    pub(super) fn forget_drained(&mut self, now: Instant) {
        while let Some(slot) = self.drained() {
            self.epochs.forget(slot);
            self.storing.is_image_wanted = true;
            self.control.want_outstanding(now);
        }
    }

    fn drained(&self) -> Option<u8> {
        let mut older = self.epochs.older();
        let drained = older.find(|record| {
            !record.is_cut
                && !self.epochs.has_losses_of(record.slot)
                && self.is_drained_and_freed(record)
        });
        drained.map(|record| record.slot)
    }

    fn is_drained_and_freed(&self, record: &EpochRecord) -> bool {
        COUNTED.iter().all(|space| {
            let progress = record.progress(*space);
            self.floor(record, *space) == progress.end && progress.freed == progress.end
        })
    }
}

fn covers(entry: &Acknowledgement<'_>, start: u32, end: u32) -> bool {
    let holds = |from: u32, to: u32| from <= start && end <= to;
    let above = start.max(entry.floor);
    end <= entry.floor
        || entry.ranges().any(|range| {
            holds(range.start, range.end) || (range.start <= above && end <= range.end)
        })
}
