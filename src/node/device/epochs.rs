//! The epochs of one recipient whose frames are not all acknowledged yet.
//!
//! ```text
//!              acknowledged or lost      in RAM          in the log only
//!  counters   0 ───────────────── floor ─────── loaded ─────────────── end
//!                                                 │                      └─ one behind the last that was used
//!                                                 └─ frames below are in the outbox, acknowledged or lost
//! ```

use heapless::Vec;

use crate::bounded;
use crate::seal::{Epoch, EpochTag, HandedEpoch};
use crate::wire::control::{Lost, Why};
use crate::wire::{CounterRange, Locator, Route, Run, Space};

/// How many epochs of one recipient may wait for acknowledgement at once.
///
/// As many as a server finds ahead of the newest that it has opened, and one that a reconnection begins with.
/// A boot beyond that opens none until a reconnection has handed them over; readings are refused until then.
pub(super) const MAX_UNDRAINED: usize = 9;
/// How many of them an image keeps. The one beyond, that of a reconnection, is for control frames alone until
/// another is drained: so a reboot may forget it, and the next reconnection finds a place.
pub(super) const MAX_KEPT: usize = MAX_UNDRAINED - 1;
/// How many ranges of lost frames are named at once: one for each space of each epoch at least.
const MAX_LOSSES: usize = 2 * MAX_UNDRAINED;

/// The spaces in which frames are counted, kept and acknowledged.
pub(super) const COUNTED: [Space; 2] = [Space::Alarm, Space::Data];

/// One epoch: what the server needs to open its frames, and how far it is acknowledged.
#[derive(Debug)]
pub(super) struct EpochRecord {
    /// Stands for the epoch in the outbox.
    pub(super) slot: u8,
    pub(super) epoch: Epoch,
    pub(super) secret: HandedEpoch,
    pub(super) run: Run,
    /// Whether a receipt of the present session has listed it.
    pub(super) is_named: bool,
    pub(super) origin: Origin,
    /// Whether an image on storage has it: only then it seals readings.
    pub(super) is_kept: bool,
    /// Whether the power was cut in it: what was taken behind the end is lost, and how much nobody knows.
    pub(super) is_cut: bool,
    alarm: Progress,
    data: Progress,
}

/// Where an epoch's keys come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The chain of the present session, opened in this boot.
    Here,
    /// The chain of the present session, opened before the last reboot.
    EarlierBoot,
    /// An earlier session: the server has it only from `outstanding`.
    EarlierSession,
}

/// How far the frames of one space are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    pub(super) loaded: u32,
    pub(super) end: u32,
    pub(super) freed: u32,
}

impl Progress {
    /// Where all frames are in RAM or gone.
    pub(super) const fn in_ram(end: u32) -> Self {
        Self {
            loaded: end,
            end,
            freed: end,
        }
    }
}

/// Frames that will never come, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NamedLoss {
    pub(super) slot: u8,
    pub(super) space: Space,
    pub(super) range: CounterRange,
    pub(super) why: Why,
}

impl EpochRecord {
    pub(super) fn new(epoch: Epoch, secret: HandedEpoch, run: Run, origin: Origin) -> Self {
        Self {
            slot: 0,
            epoch,
            secret,
            run,
            is_named: false,
            origin,
            is_kept: false,
            is_cut: false,
            alarm: Progress::default(),
            data: Progress::default(),
        }
    }

    pub(super) const fn progress(&self, space: Space) -> &Progress {
        match space {
            Space::Alarm => &self.alarm,
            _ => &self.data,
        }
    }

    pub(super) const fn progress_mut(&mut self, space: Space) -> &mut Progress {
        match space {
            Space::Alarm => &mut self.alarm,
            _ => &mut self.data,
        }
    }

    /// The header of its frames; `None` while the server could not open them.
    pub(super) fn route(&self) -> Option<Route> {
        match (self.is_named, self.origin) {
            (true, _) => Some(self.epoch.route(true)),
            (false, Origin::EarlierSession) => None,
            (false, _) => Some(self.epoch.route(false)),
        }
    }

    /// Takes note of a frame that lies in the log since before the reboot.
    pub(super) fn note_found(&mut self, space: Space, counter: u32) {
        let progress = self.progress_mut(space);
        if progress.end == 0 {
            *progress = Progress {
                loaded: counter,
                end: counter,
                freed: counter,
            };
        }
        progress.loaded = progress.loaded.min(counter);
        progress.freed = progress.freed.min(counter);
        progress.end = progress.end.max(counter.saturating_add(1));
    }
}

/// The epochs of one recipient, oldest first; the one that is sealed in stands last.
#[derive(Debug, Default)]
pub(super) struct Epochs {
    records: Vec<EpochRecord, MAX_UNDRAINED>,
    losses: Vec<NamedLoss, MAX_LOSSES>,
}

impl Epochs {
    pub(super) const fn new() -> Self {
        Self {
            records: Vec::new(),
            losses: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// Adds the newest; `false` where there is no room, and nothing has changed.
    pub(super) fn push(&mut self, mut record: EpochRecord) -> Option<u8> {
        let mut slots = 0..=u8::MAX;
        let slot = slots.find(|slot| self.by_slot(*slot).is_none())?;
        record.slot = slot;
        self.records.push(record).ok()?;
        Some(slot)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &EpochRecord> + Clone {
        self.records.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut EpochRecord> {
        self.records.iter_mut()
    }

    /// All but the newest.
    pub(super) fn older(&self) -> core::slice::Iter<'_, EpochRecord> {
        let older = self.records.split_last().map(|(_, older)| older);
        older.unwrap_or_default().iter()
    }

    pub(super) fn newest(&self) -> Option<&EpochRecord> {
        self.records.last()
    }

    pub(super) fn newest_mut(&mut self) -> Option<&mut EpochRecord> {
        self.records.last_mut()
    }

    #[inline(never)] // As the next: everybody asks.
    pub(super) fn by_slot(&self, slot: u8) -> Option<&EpochRecord> {
        self.records.iter().find(|record| record.slot == slot)
    }

    /// Whether the server can open the frames of the epoch in this slot.
    pub(super) fn may_send(&self, slot: u8) -> bool {
        let record = self.by_slot(slot);
        record.is_some_and(|record| record.route().is_some())
    }

    #[inline(never)]
    pub(super) fn by_slot_mut(&mut self, slot: u8) -> Option<&mut EpochRecord> {
        self.records.iter_mut().find(|record| record.slot == slot)
    }

    pub(super) fn by_tag(&self, tag: [u8; 8]) -> Option<&EpochRecord> {
        self.records
            .iter()
            .find(|record| record.epoch.tag.short() == tag)
    }

    pub(super) fn by_tag_mut(&mut self, tag: [u8; 8]) -> Option<&mut EpochRecord> {
        self.records
            .iter_mut()
            .find(|record| record.epoch.tag.short() == tag)
    }

    /// The tag of an epoch that was opened in this boot: only such a one dates a receipt.
    pub(super) fn tag_opened_here(&self, locator: Locator) -> Option<EpochTag> {
        self.records
            .iter()
            .rev()
            .find(|record| record.origin == Origin::Here && record.epoch.locator == locator)
            .map(|record| record.epoch.tag)
    }

    /// What an image says of them, each with its origin: under a session that follows, `before` is that of all.
    pub(super) fn for_image(
        &self,
        before: Option<Origin>,
    ) -> impl Iterator<Item = (&EpochRecord, Origin)> + Clone {
        let stays = move |record: &&EpochRecord| before.is_none() || record.is_kept;
        let records = self.records.iter().filter(stays);
        records.map(move |record| (record, before.unwrap_or(record.origin)))
    }

    /// A new session has come: the server has these epochs only from `outstanding` now.
    pub(super) fn hand_over(&mut self) {
        for record in &mut self.records {
            record.origin = Origin::EarlierSession;
            record.is_named = false;
        }
    }

    /// Forgets the record in this slot, with its losses.
    pub(super) fn forget(&mut self, slot: u8) {
        self.records.retain(|record| record.slot != slot);
        self.forget_strays();
    }

    /// Forgets what no image has.
    pub(super) fn forget_unkept(&mut self) {
        while let Some(record) = self.records.iter().find(|record| !record.is_kept) {
            self.forget(record.slot);
        }
        self.forget_strays();
    }

    /// Forgets losses of epochs that are gone.
    fn forget_strays(&mut self) {
        let records = &self.records;
        self.losses
            .retain(|loss| records.iter().any(|record| record.slot == loss.slot));
    }

    /// The losses of a space, rising and apart from each other.
    pub(super) fn losses(&self, slot: u8, space: Space) -> impl Iterator<Item = Lost> + Clone {
        let mut behind = 0;
        self.losses
            .iter()
            .filter(move |loss| loss.slot == slot && loss.space == space)
            .filter_map(move |loss| {
                let start = loss.range.start.max(behind);
                behind = behind.max(loss.range.end);
                let range = CounterRange {
                    start,
                    end: loss.range.end,
                };
                (start < range.end).then_some(Lost {
                    range,
                    why: loss.why,
                })
            })
    }

    /// How many frames of a space are lost in what no image has.
    #[inline(never)] // For each space.
    pub(super) fn lost_unkept(&self, space: Space) -> u32 {
        let unkept = self.records.iter().filter(|record| !record.is_kept);
        unkept
            .flat_map(|record| self.losses(record.slot, space))
            .map(|loss| loss.range.end.saturating_sub(loss.range.start))
            .sum()
    }

    pub(super) fn has_losses_of(&self, slot: u8) -> bool {
        self.losses.iter().any(|loss| loss.slot == slot)
    }

    /// Names frames as lost, until `outstanding` has told the server.
    ///
    /// What has no place of its own widens a loss of its space: the server calls lost only what it has
    /// not stored, and a frame that comes all the same ends its loss.
    pub(super) fn note_lost(&mut self, new: NamedLoss) {
        if let Some(loss) = self.losses.iter_mut().find(|loss| loss.touches(&new)) {
            loss.widen(&new);
            return;
        }
        if self.losses.is_full() {
            if let Some(loss) = self.losses.iter_mut().find(|loss| loss.is_beside(&new)) {
                loss.widen(&new);
                return;
            }
            self.join_two();
        }
        let position = self
            .losses
            .partition_point(|loss| order_of(loss) < order_of(&new));
        let _ = bounded::insert(&mut self.losses, position, new);
    }

    /// Makes room: of a full list two stand in one space of one epoch.
    fn join_two(&mut self) {
        let pair = self.losses.windows(2).position(|pair| match pair {
            [first, second] => first.is_beside(second),
            _ => false,
        });
        let Some(first) = pair else { return };
        let second = bounded::remove(&mut self.losses, first.saturating_add(1));
        if let (Some(first), Some(second)) = (self.losses.get_mut(first), second) {
            first.widen(&second);
        }
    }

    /// The server knows all losses.
    pub(super) fn forget_losses(&mut self) {
        self.losses.clear();
    }
}

impl NamedLoss {
    fn is_beside(&self, other: &Self) -> bool {
        (self.slot, self.space) == (other.slot, other.space)
    }

    fn touches(&self, other: &Self) -> bool {
        self.is_beside(other)
            && self.why == other.why
            && self.range.start <= other.range.end
            && other.range.start <= self.range.end
    }

    fn widen(&mut self, other: &Self) {
        self.range.start = self.range.start.min(other.range.start);
        self.range.end = self.range.end.max(other.range.end);
    }
}

const fn order_of(loss: &NamedLoss) -> (u8, u8, u32) {
    (loss.slot, loss.space.code(), loss.range.start)
}
