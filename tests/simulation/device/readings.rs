use iomt::reading::{Metric, Observation, Unit};
use iomt::wire::{Record, RecordId, Space};

use super::{Last, Node};
use crate::simulation::context::Context;
use crate::simulation::counts::Fault;
use crate::simulation::oracle::{RECIPIENTS, Reading, bounds};
use crate::simulation::random::Noise;

/// How many records a frame has at most.
const MOST_RECORDS: usize = 4;

impl Node {
    pub(super) fn take_reading(&mut self, context: &mut Context) {
        if self.is_quiet || self.next_reading > context.now {
            return;
        }
        self.next_reading = context.now + self.build.interval;
        let burst = core::mem::take(&mut self.burst);
        if burst > 0 {
            context.counts.note(Fault::Burst);
        }
        let doses = 1 + u64::from(self.random.permille(120)) + burst;
        let space = match self.random.permille(100) {
            true => Space::Alarm,
            false => Space::Data,
        };
        let value = context.oracles.ledger.next_value();
        // Two doses of one second are alike to the byte.
        for _ in 0..doses {
            let records = 1 + self.random.below(self.build.records);
            if self.take(context, space, value, records).is_none() {
                break;
            }
        }
        if self.source.noise == Noise::Good && self.random.permille(30) {
            self.take_snapshot(context.now);
        }
    }

    /// Its server is there again: a last backlog.
    pub(super) fn take_last_backlog(&mut self, context: &mut Context) {
        for _ in 0..self.random.below(120) {
            let value = context.oracles.ledger.next_value();
            self.take(context, Space::Data, value, 1);
        }
        self.last = Last::Alarms;
    }

    /// Behind the last backlog, an alarm.
    pub(super) fn take_last_alarm(&mut self, context: &mut Context) {
        let backlog = self.engine.as_ref().map_or(0, |engine| engine.backlog());
        if self.last != Last::Alarms {
            return;
        }
        let value = context.oracles.ledger.next_value();
        if let Some(id) = self.take(context, Space::Alarm, value, 1) {
            self.last = Last::Done;
            context.counts.alarms += u64::from(backlog > 0);
            let lineage = self.build.lineage;
            context.oracles.ledger.note_alarm(lineage, id, context.now);
        }
    }

    /// Takes so many readings as one frame.
    fn take(
        &mut self,
        context: &mut Context,
        space: Space,
        value: i32,
        records: u64,
    ) -> Option<RecordId> {
        let ticks = self.ticks(context.now);
        let engine = self.engine.as_mut().filter(|engine| engine.is_ready())?;
        let backlog = engine.backlog();
        context.check(|_| bounds::check_backlog(backlog));
        let reading = Observation::new(
            Metric::HEART_RATE,
            Unit::BEATS_PER_MINUTE,
            ticks,
            value.into(),
        );
        let all = [Record::Observation(reading); MOST_RECORDS];
        let taken = engine.send(ticks, space, &all[..usize::try_from(records).unwrap()]);
        self.lost_to = [false; RECIPIENTS];
        self.read_events(context);
        match taken {
            Ok(id) => {
                self.note_taken(context, space, value, id, records);
                Some(id)
            }
            Err(error) => {
                context.say(|| format!("device {} refuses a reading: {error}", self.index));
                None
            }
        }
    }

    fn note_taken(
        &self,
        context: &mut Context,
        space: Space,
        value: i32,
        id: RecordId,
        records: u64,
    ) {
        context.say(|| {
            format!(
                "device {} takes {id:?} {space:?} {value}, {records} records",
                self.index
            )
        });
        let reading = Reading {
            space: match self.build.config.quiet {
                true => Space::Data,
                false => space,
            },
            value,
            frame: id.sequence,
            life: self.life,
            at: context.now,
            to: self.ready,
            lost_to: self.lost_to,
        };
        context.counts.readings += records;
        for sequence in id.sequence..id.sequence + records {
            let id = RecordId { sequence, ..id };
            let lineage = self.build.lineage;
            context.check(|oracles| oracles.ledger.accept(lineage, id, reading));
        }
    }
}
