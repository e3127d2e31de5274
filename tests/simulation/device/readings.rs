use iomt::reading::{Metric, Observation, Unit};
use iomt::wire::{Record, Space};

use super::Node;
use crate::simulation::context::Context;
use crate::simulation::oracle::{RECIPIENTS, Reading, bounds};
use crate::simulation::random::Noise;

impl Node {
    pub(super) fn take_reading(&mut self, context: &mut Context) {
        if self.is_quiet || self.next_reading > context.now {
            return;
        }
        self.next_reading = context.now + self.build.interval;
        let ticks = self.ticks(context.now);
        let doses = 1 + u64::from(self.random.permille(120)) + core::mem::take(&mut self.burst);
        let space = match self.random.permille(100) {
            true => Space::Alarm,
            false => Space::Data,
        };
        let value = context.oracles.ledger.next_value();
        // Two doses of one second are alike to the byte.
        for _ in 0..doses {
            let Some(engine) = self.engine.as_mut().filter(|engine| engine.is_ready()) else {
                return;
            };
            let backlog = engine.backlog();
            context.check(|_| bounds::check_backlog(backlog));
            let reading = Observation::new(
                Metric::HEART_RATE,
                Unit::BEATS_PER_MINUTE,
                ticks,
                value.into(),
            );
            let taken = engine.send(ticks, space, &[Record::Observation(reading)]);
            self.lost_to = [false; RECIPIENTS];
            self.read_events(context);
            match taken {
                Ok(id) => {
                    let reading = Reading {
                        space,
                        value,
                        life: self.life,
                        at: context.now,
                        to: self.ready,
                        lost_to: self.lost_to,
                    };
                    context.counts.readings += 1;
                    context.say(|| format!("device {} takes {id:?} {space:?} {value}", self.index));
                    let lineage = self.build.lineage;
                    context.check(|oracles| oracles.ledger.accept(lineage, id, reading));
                }
                Err(error) => {
                    context.say(|| format!("device {} refuses a reading: {error}", self.index));
                }
            }
        }
        if self.source.noise == Noise::Good && self.random.permille(30) {
            self.take_snapshot(context.now);
        }
    }
}
