use iomt::node::{Received, Reception, Recipient, Server, Trust};
use iomt::time::{Duration, Instant};
use iomt::wire::MAX_DATAGRAM;

use super::context::Context;
use super::counts::Fault;
use super::device::first;
use super::element::Element;
use super::fleet::Fleet;
use super::medium::Trouble;
use super::network::{Address, Delivery};
use super::oracle::clocks::Told;
use super::oracle::{shelf, wire_log};
use super::random::{Noise, Source};
use super::transaction::{Transaction, index_of, owner};

/// How often an engine is asked again at one time; what still has something to do then is in a loop.
const TURNS: usize = 64;

pub struct Worker {
    pub members: Vec<Member>,
    pub reception: Reception,
    /// Where the last first message of a stranger came from.
    pub caller: Option<Address>,
    pub source: Source,
    /// Who holds the key, for its reception.
    pub element: Element,
    /// What is wrong with its connection to the store.
    pub trouble: Trouble,
    /// How many commits have failed alone, and how many since one failed for ever.
    pub strikes: (u64, u64),
    /// Chances in a thousand: to die around a commit, to take its time for one.
    pub dies: u64,
    pub dawdles: u64,
    /// After how many more calls of its engines it dies.
    pub dies_after: Option<u64>,
}

/// A worker's memory of one relation.
pub struct Member {
    pub server: Box<Server>,
    /// When that began: of what was before it knows what the rows say.
    started: Instant,
    /// Who holds the key.
    pub element: Element,
    /// The version of the rows that it stands on.
    pub(super) version: u64,
    pub(super) revision: u64,
    pub(super) under_way: Option<Transaction>,
    pub wake: Option<Instant>,
    pub caller: Vec<Address>,
}

impl Worker {
    pub fn new(element: Element, source: Source) -> Self {
        Self {
            members: Vec::new(),
            reception: Reception::new(element.key()),
            element,
            caller: None,
            source,
            trouble: Trouble::None,
            strikes: (0, 0),
            dies: 0,
            dawdles: 0,
            dies_after: None,
        }
    }

    pub fn restart(&mut self, members: Vec<Member>) {
        self.members = members;
        self.reception = Reception::new(self.element.key());
        self.element.forget();
        self.dies_after = None;
        self.source.note_boot();
    }

    pub fn elements(&mut self) -> impl Iterator<Item = &mut Element> {
        let members = self.members.iter_mut().map(|member| &mut member.element);
        members.chain([&mut self.element])
    }

    /// Whether it can answer nobody: it can not draw, or not store.
    pub const fn is_mute(&self) -> bool {
        !matches!(self.source.noise, Noise::Good) || matches!(self.trouble, Trouble::ForEver(0))
    }

    /// Whether the store answers.
    pub(super) fn commits(&mut self) -> bool {
        match &mut self.trouble {
            Trouble::None => true,
            Trouble::ForEver(0) => {
                self.strikes.1 += 1;
                false
            }
            Trouble::Once(0) => {
                self.trouble = Trouble::None;
                self.strikes.0 += 1;
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
    pub const fn new(server: Box<Server>, element: Element, started: Instant) -> Self {
        let revision = server.revision();
        Self {
            server,
            started,
            element,
            version: 0,
            revision,
            under_way: None,
            wake: None,
            caller: Vec::new(),
        }
    }

    /// Whether it stands on these rows.
    pub const fn is_of(&self, version: u64) -> bool {
        self.version == version
    }

    pub fn commit_due(&self) -> Option<Instant> {
        self.under_way.as_ref().map(|transaction| transaction.due)
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
            self.forget(context, worker, relation);
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

    fn forget(&mut self, context: &Context, worker: usize, relation: usize) {
        let element = self.new_element();
        self.workers[worker].members[relation] =
            Member::new(self.new_server(relation, context.now), element, context.now);
    }

    /// What was opened and not stored is forgotten.
    pub(super) fn abort(&mut self, context: &mut Context, worker: usize, relation: usize) {
        self.forget(context, worker, relation);
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
        let fleet = self.index;
        let mut bytes = delivery.bytes.clone();
        let sealed = wire_log::sealed_digest(&bytes).unwrap_or_default();
        let this = &mut self.workers[worker];
        let member = &mut this.members[relation];
        let (mut rows, mut token, mut is_dated) = (Vec::new(), None, false);
        let wake = member.server.poll_timeout();
        let received = member.server.handle_datagram(context.now, &mut bytes);
        match received.as_ref().ok().and_then(Received::sender) {
            Some(Recipient::Caller) => member.caller = vec![delivery.from],
            Some(Recipient::Quarantined) => self.known[relation].paths[1] = Some(delivery.from),
            Some(Recipient::Device) => self.known[relation].paths[0] = Some(delivery.from),
            None => {}
        }
        is_dated |= matches!(received, Ok(Received::Records(_)));
        match received {
            Ok(Received::Records(opened) | Received::Quarantined(opened)) => {
                match shelf::rows_of(&opened) {
                    Ok(found) => rows = found,
                    Err(complaint) => context.check(|_| Err(complaint)),
                }
                if let Some(row) = rows.first() {
                    context.check(|oracles| oracles.wire.note_opened(&row.place, sealed));
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
                self.check_unmoved(context, worker, relation, wake);
                return;
            }
        }
        if is_dated {
            self.check_dating(context, worker, relation, &rows);
        }
        if !self.lives_on(context, worker) {
            return;
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

    /// What the server makes of the ticks of a reading: its time, or that it can not tell.
    fn check_dating(
        &self,
        context: &mut Context,
        worker: usize,
        relation: usize,
        rows: &[shelf::Row],
    ) {
        let member = &self.workers[worker].members[relation];
        let ledger = &context.oracles.ledger;
        let ticks = rows.last().and_then(|row| ledger.ticks_of(relation, row));
        let clock = member.server.device_clock();
        let dated = ticks.and_then(|ticks| Some((ticks, clock?.at(ticks)?)));
        let Some((ticks, wall)) = dated else { return };
        context.counts.datings += 1;
        let told = |began: Instant| Told {
            place: self.index,
            of: began + (ticks - Instant::ZERO),
            unix_ms: wall.unix_millis.cast_unsigned(),
            uncertainty: wall.uncertainty,
        };
        context.check(|oracles| {
            let lives = oracles.ledger.lives_of(relation);
            oracles.clocks.check_dating(told, lives, member.started)
        });
    }

    /// Between two calls of its engines a worker may die.
    pub(super) fn lives_on(&mut self, context: &mut Context, worker: usize) -> bool {
        match &mut self.workers[worker].dies_after {
            None => true,
            Some(0) => {
                self.kill(context, worker, Fault::WorkerCrashBetweenCalls);
                false
            }
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }

    /// Timers, keys and datagrams of one worker for one device.
    pub fn step_member(&mut self, context: &mut Context, worker: usize, relation: usize) {
        for _ in 0..TURNS {
            self.agree(context, worker, relation);
            if !self.lives_on(context, worker) {
                return;
            }
            let Worker {
                members, source, ..
            } = &mut self.workers[worker];
            let member = &mut members[relation];
            let due = member.server.poll_timeout();
            let is_due = due.is_some_and(|due| due <= context.now);
            if is_due && let Err(error) = member.server.handle_timeout(context.now, source) {
                context.say(|| format!("fleet {} worker {worker}: {error}", self.index));
            }
            transmit(context, self.index, member, &self.known[relation].paths);
            if !is_due || member.under_way.is_some() {
                break;
            }
        }
        self.note_wake(context, worker, relation);
    }

    /// Answers what an engine wants of its static key, once the answer is there.
    fn agree(&mut self, context: &mut Context, worker: usize, relation: usize) {
        let Member {
            server, element, ..
        } = &mut self.workers[worker].members[relation];
        let answer = element.poll(context.now, server.poll_dh(), &mut context.counts);
        if let Some((peer, shared)) = answer
            && let Err(error) = server.handle_dh(context.now, peer, shared)
        {
            context.say(|| format!("fleet {} behind its key: {error}", self.index));
        }
    }

    /// "the server is as it was": what it has refused neither wakes it nor lets it sleep longer.
    ///
    /// It has not had its turn yet, which comes behind all that arrives at one time; so what is due now is not late.
    fn check_unmoved(
        &mut self,
        context: &mut Context,
        worker: usize,
        relation: usize,
        wake: Option<Instant>,
    ) {
        let fleet = self.index;
        let member = &mut self.workers[worker].members[relation];
        member.wake = member.server.poll_timeout();
        let is_late = wake.is_some_and(|wake| wake < context.now);
        if member.wake != wake || is_late {
            let moved = (wake, member.wake);
            context.check(|_| {
                Err(format!(
                    "fleet {fleet} wakes at another time for what it refuses: {moved:?}"
                ))
            });
        }
    }

    /// A worker that waits for its transaction does what is due behind it.
    fn note_wake(&mut self, context: &mut Context, worker: usize, relation: usize) {
        let fleet = self.index;
        let member = &mut self.workers[worker].members[relation];
        let wake = member.server.poll_timeout();
        member.wake = wake.filter(|_| member.under_way.is_none());
        if let Some(wake) = member.wake
            && wake <= context.now
        {
            context.check(|_| Err(format!("fleet {fleet} wakes in the past: {wake:?}")));
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
