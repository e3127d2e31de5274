use super::opened_epoch::OpenedEpoch;
use super::schedule::EpochSecret;
use super::space_set::{NoRoom, SpaceSet};
use super::{Control, EpochTag, Error, Loss, LossCause, Opener, Settled};
use crate::wire::control::{ControlRecord, ListedEpoch, ListedSpace, Outstanding};
use crate::wire::{self, CounterRange, Space};

impl Opener {
    /// Takes what a control frame says is outstanding, where it says so.
    ///
    /// Older epochs that the list leaves out are closed and forgotten; listed ones that the server does
    /// not have are opened with the secret that stands there, and never take the place of a known
    /// one. What lies below the device's floor and is not stored is lost: `lost` is told each range
    /// once, to be stored before the next receipt leaves, which shows the device that the list was taken.
    ///
    /// A loss that `lost` gives back, for want of room, and what lies behind it stays outstanding: the receipt shows
    /// it, the device repeats its list, and that one goes on from there.
    ///
    /// Returns `None` for a frame that says nothing of it.
    ///
    /// # Errors
    ///
    /// [`Error::NotNewest`] when the frame is of another epoch than the newest that has
    /// authenticated, [`Error::Malformed`]; the opener is then as it was.
    pub fn handle_outstanding(
        &mut self,
        control: &Control<'_>,
        mut lost: impl FnMut(Loss) -> Result<(), Loss>,
    ) -> Result<Option<Settled>, Error> {
        let Some(list) = read(control)? else {
            return Ok(None);
        };
        let newest = self.epochs.newest_number();
        if newest.is_none() || control.mark.number != newest {
            return Err(Error::NotNewest);
        }
        let sealing = self.epochs.by_tag_mut(control.epoch());
        let sealing = sealing.ok_or(Error::NotNewest)?.locator;
        let mut without_secret = list.epochs().filter(|listed| listed.secret.is_none());
        if without_secret.any(|listed| listed.locator != sealing) {
            return Err(wire::Error::OutOfRange.into());
        }
        let mut settled = Settled {
            imported: 0,
            closed: self.close_all_but(&list, &mut lost),
        };
        for listed in list.epochs() {
            self.settle(control.epoch(), &listed, &mut settled, &mut lost);
        }
        Ok(Some(settled))
    }

    /// "an older epoch that it leaves out is closed, and only then forgotten"
    ///
    /// The device has nothing of it any more, so what the server lacks of it was acknowledged once.
    fn close_all_but(
        &mut self,
        list: &Outstanding<'_>,
        lost: &mut impl FnMut(Loss) -> Result<(), Loss>,
    ) -> usize {
        for epoch in self.epochs.iter_mut() {
            epoch.is_listed = false;
        }
        for tag in list.epochs().filter_map(|listed| tag_of(&listed)) {
            if let Some(epoch) = self.epochs.by_tag_mut(tag) {
                epoch.is_listed = true;
            }
        }
        let newest = self.epochs.newest_number();
        let mut closed = 0;
        self.epochs.retain(|epoch| {
            let stays = epoch.is_listed || epoch.number == newest || epoch.close(lost).is_err();
            closed += usize::from(!stays);
            stays
        });
        let is_listed = |locator| list.epochs().any(|listed| listed.locator == locator);
        self.ahead
            .skipped
            .retain(|skipped| is_listed(skipped.locator));
        closed
    }

    fn settle(
        &mut self,
        sealing: EpochTag,
        listed: &ListedEpoch<'_>,
        settled: &mut Settled,
        lost: &mut impl FnMut(Loss) -> Result<(), Loss>,
    ) {
        let tag = tag_of(listed).unwrap_or(sealing);
        if self.epochs.by_tag_mut(tag).is_none() {
            settled.imported += 1;
            settled.closed += usize::from(self.import(listed));
        }
        if let Some(epoch) = self.epochs.by_tag_mut(tag) {
            let goes_on = tag == sealing;
            // What has no room stays outstanding.
            let _ = epoch.settle(listed, goes_on, lost);
        }
    }

    /// Opens an epoch by its secret; whether another has given way to it.
    fn import(&mut self, listed: &ListedEpoch<'_>) -> bool {
        let Some(secret) = secret_of(listed) else {
            return false;
        };
        let locator = listed.locator;
        let skipped = self.ahead.skipped(locator).map(|skipped| skipped.number);
        let number = skipped.or_else(|| self.epochs.number_of(locator));
        let epoch = OpenedEpoch::handed(number, locator, secret);
        self.epochs.keep(epoch)
    }
}

fn read<'c>(control: &'c Control<'_>) -> Result<Option<Outstanding<'c>>, Error> {
    let mut refusal = None;
    for record in control.records() {
        match record {
            Ok(ControlRecord::Outstanding(list)) => return Ok(Some(list)),
            Ok(_) => {}
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    refusal.map_or(Ok(None), |error| Err(error.into()))
}

fn secret_of(listed: &ListedEpoch<'_>) -> Option<EpochSecret> {
    listed.secret?.try_into().ok().map(EpochSecret::from_bytes)
}

fn tag_of(listed: &ListedEpoch<'_>) -> Option<EpochTag> {
    Some(EpochTag(secret_of(listed)?.tag()))
}

impl OpenedEpoch {
    /// Says of each loss whose it is.
    fn noting<'l, F: FnMut(Loss) -> Result<(), Loss>>(
        &self,
        lost: &'l mut F,
    ) -> impl FnMut(Space, CounterRange, LossCause) -> Result<(), NoRoom> + use<'l, F> {
        let (epoch, run) = (self.tag(), self.run);
        move |space, range, why| {
            lost(Loss {
                epoch,
                run,
                space,
                range,
                why,
            })
            .map_err(|_| NoRoom)
        }
    }

    fn close(&mut self, lost: &mut impl FnMut(Loss) -> Result<(), Loss>) -> Result<(), NoRoom> {
        let mut note = self.noting(lost);
        self.data
            .close(|range, why| note(Space::Data, range, why))?;
        self.alarm
            .close(|range, why| note(Space::Alarm, range, why))
    }

    fn settle(
        &mut self,
        listed: &ListedEpoch<'_>,
        goes_on: bool,
        lost: &mut impl FnMut(Loss) -> Result<(), Loss>,
    ) -> Result<(), NoRoom> {
        self.run = self.run.or(Some(listed.run));
        self.is_over |= !goes_on;
        let mut note = self.noting(lost);
        let account = match (listed.is_cut, goes_on) {
            (_, true) => Account::Running,
            (true, false) => Account::Cut,
            (false, false) => Account::Over,
        };
        let (data, alarm) = (listed.space(Space::Data), listed.space(Space::Alarm));
        account.settle(data, &mut self.data, |range, why| {
            note(Space::Data, range, why)
        })?;
        account.settle(alarm, &mut self.alarm, |range, why| {
            note(Space::Alarm, range, why)
        })
    }
}

/// What the device knows of the counters of an epoch.
#[derive(Debug, Clone, Copy)]
enum Account {
    /// It seals on: the last counter is not the last.
    Running,
    /// It seals nothing more: "refuses counters above `last`".
    Over,
    /// The power failed in it: what was taken behind its end is lost, and how much nobody knows.
    Cut,
}

impl Account {
    fn settle<const N: usize>(
        self,
        listed: Option<&ListedSpace<'_>>,
        set: &mut SpaceSet<N>,
        mut note: impl FnMut(CounterRange, LossCause) -> Result<(), NoRoom>,
    ) -> Result<(), NoRoom> {
        let losses = listed.map(ListedSpace::losses).into_iter().flatten();
        let (floor, end) = listed.map_or((0, 0), |space| (space.floor, space.end));
        if matches!(self, Self::Over) && listed.is_some() {
            set.end = end;
        }
        set.settle(floor, losses, LossCause::AfterAcknowledgement, &mut note)?;
        match self {
            Self::Cut => set.cut(end, note),
            Self::Running | Self::Over => Ok(()),
        }
    }
}
