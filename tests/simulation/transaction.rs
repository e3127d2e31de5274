use iomt::node::{NamedLoss, ServerEvent, Trust};
use iomt::seal::{MAX_ROW, RowOwner, Stored};
use iomt::time::Instant;
use iomt::wire::Hint;

use super::context::Context;
use super::counts::Fault;
use super::fleet::Fleet;
use super::oracle::bounds;
use super::oracle::shelf::Row;
use super::worker::Worker;

/// What a worker writes into the store as one.
pub struct Transaction {
    pub rows: Vec<Row>,
    pub token: Option<Stored>,
    pub due: Instant,
}

pub const fn index_of(trust: Trust) -> usize {
    match trust {
        Trust::Trusted => 0,
        Trust::Quarantined => 1,
    }
}

pub fn owner(device: &[u8; 8]) -> RowOwner<'_> {
    RowOwner {
        tenant: b"hospital",
        device,
    }
}

impl Fleet {
    /// Everything or nothing: records, losses and rows, where nobody else was faster.
    pub fn commit(&mut self, context: &mut Context, worker: usize, relation: usize) {
        let this = &mut self.workers[worker];
        let member = &mut this.members[relation];
        let Some(Transaction { rows, token, .. }) = member.under_way.take() else {
            return;
        };
        let stored = &self.relations[relation];
        if member.version != stored.version {
            context.counts.note(Fault::StaleRow);
            self.abort(context, worker, relation);
            return;
        }
        if let Some(token) = token
            && let Err(error) = member.server.handle_stored(context.now, token)
        {
            context.say(|| format!("not acknowledged: {error}"));
        }
        let (mut is_void, mut is_quarantined, mut is_reconnected) = (false, false, false);
        while let Some(event) = member.server.poll_event() {
            context.say(|| {
                format!(
                    "fleet {} worker {worker} of {relation}: {event:?}",
                    self.index
                )
            });
            match event {
                ServerEvent::Reconnected { keyed_with, .. } => {
                    let due = stored.hints[index_of(Trust::Trusted)];
                    is_void |= due.is_some_and(|due| due != keyed_with);
                    is_reconnected = true;
                }
                ServerEvent::Quarantined { keyed_with, .. } => {
                    let due = stored.hints[index_of(Trust::Quarantined)];
                    is_void |= keyed_with != Hint::NONE && due.is_some_and(|due| due != keyed_with);
                    is_quarantined = true;
                    let place = self.index;
                    let ledger = &mut context.oracles.ledger;
                    let known = &self.known[relation];
                    if known.looks_lost() || known.had_two_pending() {
                        ledger.note_doubtful_at(relation, place);
                    }
                    context.check(|oracles| oracles.ledger.check_quarantine(relation, place));
                }
                _ => {}
            }
        }
        let losses: Vec<NamedLoss> = std::iter::from_fn(|| member.server.poll_loss()).collect();
        if is_quarantined && self.known[relation].clears {
            member.server.clear_quarantine();
        }
        let changed = member.server.revision() != member.revision;
        if is_void || (changed && !this.commits()) {
            self.abort(context, worker, relation);
            return;
        }
        if !self.lives_on(context, worker) {
            return;
        }
        if changed && !self.write(context, worker, relation, rows, losses) {
            self.abort(context, worker, relation);
            return;
        }
        if is_reconnected {
            self.known[relation].note_reconnected();
        }
        if self.random.permille(self.workers[worker].dies) {
            // Between store and receipt.
            self.kill(context, worker, Fault::WorkerDeath);
            return;
        }
        self.step_member(context, worker, relation);
    }

    fn write(
        &mut self,
        context: &mut Context,
        worker: usize,
        relation: usize,
        rows: Vec<Row>,
        losses: Vec<NamedLoss>,
    ) -> bool {
        let (key, name) = (self.row_key(), relation.to_be_bytes());
        let Worker {
            members, source, ..
        } = &mut self.workers[worker];
        let member = &mut members[relation];
        let mut written = [None, None];
        let mut buffer = [0; MAX_ROW];
        for trust in [Trust::Trusted, Trust::Quarantined] {
            match member
                .server
                .export(trust, &key, &owner(&name), source, &mut buffer)
            {
                Ok(row) => {
                    let row = row.map(|row| row.to_vec());
                    let noted = row
                        .iter()
                        .try_for_each(|row| context.oracles.wire.note_row(row));
                    context.check(|_| noted);
                    written[index_of(trust)] = row;
                }
                Err(error) => {
                    context.say(|| format!("no row: {error}"));
                    return false;
                }
            }
        }
        self.known[relation].swallowed = 0;
        let stored = &mut self.relations[relation];
        stored.rows = written;
        stored.hints =
            [Trust::Trusted, Trust::Quarantined].map(|trust| member.server.row_hint(trust));
        stored.version += 1;
        (member.version, member.revision) = (stored.version, member.server.revision());
        stored.locators = member.server.locators().map(|locator| locator.0).collect();
        let locators = stored.locators.len();
        context.check(|_| bounds::check("locators of a server", locators, bounds::LOCATORS));
        for row in rows {
            let alarm = context.oracles.ledger.take_alarm(relation, &row);
            if let Some(taken) = alarm.filter(|_| self.index == 0) {
                let took = context.now - taken;
                context.counts.slowest_alarm = context.counts.slowest_alarm.max(took);
                context.check(|_| bounds::check_alarm(took));
            }
            let inserted = stored.shelf.insert(row);
            context.check(|_| inserted);
        }
        for loss in losses {
            context.say(|| format!("lost: {loss:?}"));
            let noted = stored.shelf.note_loss(loss);
            context.check(|_| noted);
        }
        true
    }
}
