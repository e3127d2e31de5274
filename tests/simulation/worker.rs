//! A worker: opens a frame from the relation's row, stores what it says and the row in one transaction,
//! and only then says so.

use iomt::node::{Received, Reception, Recipient, Server, ServerEvent, Trust};
use iomt::pairing::Identity;
use iomt::reading::Value;
use iomt::seal::{MAX_ROW, Opened, RowOwner, Stored};
use iomt::time::{Duration, Instant};
use iomt::wire::{Hint, MAX_DATAGRAM, Record as Content};

use super::counts::Fault;
use super::device::first;
use super::fleet::Fleet;
use super::medium::Trouble;
use super::network::{Address, Delivery};
use super::random::Source;
use super::store::{EpochTagBytes, Place, Record, Row, index_of};
use super::world::Context;

pub struct Worker {
    pub members: Vec<Member>,
    pub reception: Reception,
    /// Where the last first message of a stranger came from.
    pub caller: Option<Address>,
    pub source: Source,
    /// What is wrong with its connection to the store.
    pub trouble: Trouble,
    /// Chances in a thousand: to die around a commit, to take its time for one.
    pub dies: u64,
    pub dawdles: u64,
}

/// A worker's memory of one relation.
pub struct Member {
    pub server: Box<Server>,
    /// The version of the rows that it stands on.
    version: u64,
    revision: u64,
    under_way: Option<Transaction>,
    pub wake: Option<Instant>,
    pub caller: Vec<Address>,
}

struct Transaction {
    rows: Vec<Row>,
    token: Option<Stored>,
    due: Instant,
}

impl Worker {
    pub fn new(identity: Identity, source: Source) -> Self {
        Self {
            members: Vec::new(),
            reception: Reception::new(identity),
            caller: None,
            source,
            trouble: Trouble::None,
            dies: 0,
            dawdles: 0,
        }
    }

    pub fn restart(&mut self, identity: Identity, members: Vec<Member>) {
        self.members = members;
        self.reception = Reception::new(identity);
        self.source.note_boot();
    }

    /// Whether the store answers.
    fn commits(&mut self) -> bool {
        match &mut self.trouble {
            Trouble::None => true,
            Trouble::ForEver(0) => false,
            Trouble::Once(0) => {
                self.trouble = Trouble::None;
                false
            }
            Trouble::Once(left) | Trouble::ForEver(left) => {
                *left -= 1;
                true
            }
        }
    }
}

impl Member {
    pub const fn new(server: Box<Server>) -> Self {
        let revision = server.revision();
        Self {
            server,
            version: 0,
            revision,
            under_way: None,
            wake: None,
            caller: Vec::new(),
        }
    }

    pub fn commit_due(&self) -> Option<Instant> {
        self.under_way.as_ref().map(|transaction| transaction.due)
    }
}

fn owner(device: &[u8; 8]) -> RowOwner<'_> {
    RowOwner {
        tenant: b"hospital",
        device,
    }
}

impl Fleet {
    /// Makes the worker's memory what the rows say, where they are newer.
    pub fn sync(&mut self, context: &mut Context, worker: usize, relation: usize) {
        let version = self.relations[relation].version;
        let member = &self.workers[worker].members[relation];
        if member.version == version {
            return;
        }
        let lacks = |trust| {
            self.relations[relation].rows[index_of(trust)].is_none()
                && member.server.row_hint(trust).is_some()
        };
        if lacks(Trust::Trusted) || lacks(Trust::Quarantined) {
            self.workers[worker].members[relation] =
                Member::new(self.new_server(relation, context.now));
        }
        let key = self.row_key();
        let name = relation.to_be_bytes();
        let member = &mut self.workers[worker].members[relation];
        for row in self.relations[relation].rows.iter().flatten() {
            let imported = member.server.import(context.now, &key, &owner(&name), row);
            context.check(|_| {
                imported
                    .map(|_| ())
                    .map_err(|error| format!("a row is refused: {error}"))
            });
        }
        while member.server.poll_event().is_some() || member.server.poll_loss().is_some() {}
        member.version = version;
        member.revision = member.server.revision();
    }

    /// What was opened and not stored is forgotten.
    fn abort(&mut self, context: &mut Context, worker: usize, relation: usize) {
        self.workers[worker].members[relation] =
            Member::new(self.new_server(relation, context.now));
        self.sync(context, worker, relation);
        self.note_wake(context, worker, relation);
    }

    pub fn open(
        &mut self,
        context: &mut Context,
        worker: usize,
        relation: usize,
        delivery: Delivery,
    ) {
        if self.workers[worker].members[relation].under_way.is_some() {
            return; // It is busy; the sender repeats what nobody acknowledges.
        }
        self.sync(context, worker, relation);
        let (fleet, lineage) = (self.index, self.known[relation].lineage);
        let mut bytes = delivery.bytes.clone();
        let this = &mut self.workers[worker];
        let member = &mut this.members[relation];
        let (mut rows, mut token) = (Vec::new(), None);
        let received = member.server.handle_datagram(context.now, &mut bytes);
        match received.as_ref().ok().and_then(Received::sender) {
            Some(Recipient::Caller) => member.caller = vec![delivery.from],
            Some(Recipient::Quarantined) => self.known[relation].paths[1] = Some(delivery.from),
            Some(Recipient::Device) => self.known[relation].paths[0] = Some(delivery.from),
            None => {}
        }
        match received {
            Ok(Received::Records(opened) | Received::Quarantined(opened)) => {
                rows = rows_of(&opened);
                for row in rows
                    .iter()
                    .filter_map(|row| Some((row.run, row.sequence, row.value?)))
                {
                    context
                        .check(|oracles| oracles.ledger.check_stored(lineage, row.0, row.1, row.2));
                }
                token = Some(opened.stored());
            }
            Ok(_) => {}
            Err(error) => {
                context.say(|| {
                    format!(
                        "fleet {fleet} worker {worker}: {error}: {}",
                        first(&delivery.bytes)
                    )
                });
                if error.is_unknown() {
                    self.refuse(context, &delivery);
                }
                self.note_wake(context, worker, relation);
                return;
            }
        }
        if self.random.permille(self.workers[worker].dies) {
            // Between reveal and store.
            self.kill(context, worker, Fault::WorkerDeath);
            return;
        }
        let delay = match self.random.permille(self.workers[worker].dawdles) {
            true => self
                .random
                .between(Duration::from_millis(1), Duration::from_secs(2)),
            false => Duration::ZERO,
        };
        self.workers[worker].members[relation].under_way = Some(Transaction {
            rows,
            token,
            due: context.now + delay,
        });
        if delay == Duration::ZERO {
            self.commit(context, worker, relation);
        }
    }

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
        let (mut is_void, mut is_quarantined) = (false, false);
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
                }
                ServerEvent::Quarantined { keyed_with, .. } => {
                    let due = stored.hints[index_of(Trust::Quarantined)];
                    is_void |= keyed_with != Hint::NONE && due.is_some_and(|due| due != keyed_with);
                    is_quarantined = true;
                }
                ServerEvent::LossesUnnamed { .. } => {
                    context.check(|_| Err("losses that nobody named".into()));
                }
                _ => {}
            }
        }
        let losses: Vec<_> = std::iter::from_fn(|| member.server.poll_loss()).collect();
        if is_quarantined && self.known[relation].clears {
            member.server.clear_quarantine();
        }
        let changed = member.server.revision() != member.revision;
        if is_void || (changed && !this.commits()) {
            self.abort(context, worker, relation);
            return;
        }
        if changed && !self.write(context, worker, relation, rows, losses) {
            self.abort(context, worker, relation);
            return;
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
        losses: Vec<iomt::node::NamedLoss>,
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
                Ok(row) => written[index_of(trust)] = row.map(|row| row.to_vec()),
                Err(error) => {
                    context.say(|| format!("no row: {error}"));
                    return false;
                }
            }
        }
        let stored = &mut self.relations[relation];
        stored.rows = written;
        stored.hints =
            [Trust::Trusted, Trust::Quarantined].map(|trust| member.server.row_hint(trust));
        stored.version += 1;
        (member.version, member.revision) = (stored.version, member.server.revision());
        stored.locators = member.server.locators().map(|locator| locator.0).collect();
        let locators = stored.locators.len();
        context.check(|_| match locators <= 100 {
            true => Ok(()),
            false => Err(format!("{locators} locators")),
        });
        for row in rows {
            let inserted = stored.insert(row);
            context.check(|_| inserted);
        }
        for loss in losses {
            context.say(|| format!("lost: {loss:?}"));
            stored.note_loss(loss);
        }
        true
    }

    /// Timers and datagrams of one worker for one device.
    pub fn step_member(&mut self, context: &mut Context, worker: usize, relation: usize) {
        let Worker {
            members, source, ..
        } = &mut self.workers[worker];
        let member = &mut members[relation];
        for _ in 0..12 {
            if member
                .server
                .poll_timeout()
                .is_none_or(|due| due > context.now)
            {
                break;
            }
            if let Err(error) = member.server.handle_timeout(context.now, source) {
                context.say(|| format!("fleet {} worker {worker}: {error}", self.index));
            }
            transmit(context, self.index, member, &self.known[relation].paths);
        }
        transmit(context, self.index, member, &self.known[relation].paths);
        self.note_wake(context, worker, relation);
    }

    fn note_wake(&mut self, context: &mut Context, worker: usize, relation: usize) {
        let member = &mut self.workers[worker].members[relation];
        member.wake = member.server.poll_timeout();
        if member.wake.is_some_and(|wake| wake <= context.now) {
            context.counts.impatient += 1;
            member.wake = Some(context.now + Duration::from_secs(1));
        }
    }
}

fn transmit(
    context: &mut Context,
    fleet: usize,
    member: &mut Member,
    paths: &[Option<Address>; 2],
) {
    if member.under_way.is_some() {
        return; // "only then call poll_transmit"
    }
    let mut out = [0; MAX_DATAGRAM];
    while let Some(sent) = member.server.poll_transmit(context.now, &mut out) {
        let to = match sent.to {
            Recipient::Device => paths[0].as_slice(),
            Recipient::Quarantined => paths[1].as_slice(),
            Recipient::Caller => &member.caller,
        };
        let datagram = &*sent.datagram;
        context.check(|oracles| oracles.wire.note_sent(usize::MAX, datagram));
        for to in to {
            let bytes = datagram.to_vec();
            context.say(|| format!("fleet {fleet} -> {to:?}: {}", first(&bytes)));
            context.send(Delivery {
                from: Address::Fleet(fleet),
                to: *to,
                bytes,
            });
        }
    }
}

fn rows_of(opened: &Opened<'_>) -> Vec<Row> {
    let EpochTagBytes(epoch) = opened.epoch().into();
    let place = Place {
        epoch,
        space: opened.space().code(),
        counter: opened.counter(),
    };
    let (Some(run), Ok(envelope), Ok(records)) =
        (opened.run(), opened.envelope(), opened.records())
    else {
        return Vec::new();
    };
    let mut values = records.map(|(_, record)| match record {
        Ok(Content::Observation(observation)) => match observation.value {
            Value::Number(number) => Some(number.mantissa()),
            _ => None,
        },
        _ => None,
    });
    let raw = envelope.records().flatten();
    raw.filter(|raw| raw.tag.is_numbered())
        .map(|raw| Row {
            run,
            sequence: raw.sequence,
            record: Record {
                tag: raw.tag.0,
                body: raw.body.to_vec(),
            },
            value: values.next().flatten(),
            place,
        })
        .collect()
}
