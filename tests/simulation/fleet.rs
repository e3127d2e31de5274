use std::collections::BTreeSet;

use iomt::node::{Server, ServerConfig};
use iomt::pairing::{Identity, PublicKey, StaticKey, label::LabelSecret};
use iomt::seal::RowKey;
use iomt::time::Instant;
use iomt::wire::Hint;

use super::context::Context;
use super::counts::Fault;
use super::element::Element;
use super::network::Address;
use super::oracle::{Shelf, clocks};
use super::random::Random;
use super::worker::{Member, Worker};

/// What a server knows of a device, apart from its rows.
#[derive(Debug, Clone)]
pub struct Known {
    pub key: PublicKey,
    pub lineage: usize,
    /// Whether a session in quarantine is cleared at once, by policy.
    pub clears: bool,
    /// Where it was heard last: the trusted session, and that in quarantine.
    pub paths: [Option<Address>; 2],
    /// Which worker had its last datagram.
    pub worker: usize,
    /// How many messages 1 by its secret a worker has swallowed that can not answer, since anything of it was stored.
    pub swallowed: u32,
    /// Messages 1 that were answered by a worker whose generator gives the same answer to the same message.
    pub answered_alike: BTreeSet<Vec<u8>>,
    /// Whether two workers have each had a pending handshake with it at once: since the last reconnection, and at the one
    /// before.
    pub split: [bool; 2],
}

impl Known {
    /// Two rounds of a device's attempts.
    const ROUNDS: u32 = 2 * 8;

    /// "`KKpsk0` current → previous → IK": to the device this server looks like one that has lost its state. Where the
    /// worker that has its affinity can not draw or store, and another answers who shows his keys, the secrets stay
    /// unanswered and the keys do not; and the device is right to go on to them.
    pub const fn looks_lost(&self) -> bool {
        self.swallowed >= Self::ROUNDS
    }

    /// "pending = psk' (RAM, exactly one a relation)": two workers that answer each a message 1 of one device, under the same
    /// secret, break that rule. The first frame may confirm one of them while the device has taken the other: then neither
    /// its current nor its previous secret is known here, and its keys alone are left.
    ///
    /// So it is where a worker has answered, and has forgotten it with a commit that failed, and one with a generator as
    /// dead as its own answers the same message again, with the same answer: a frame from back then may confirm that, while
    /// the device has gone on to another.
    pub const fn had_two_pending(&self) -> bool {
        self.split[0] || self.split[1]
    }

    pub const fn note_reconnected(&mut self) {
        self.split = [false, self.split[0]];
    }
}

/// One pairing in the database: the rows of its sessions, and what it has of the device.
#[derive(Debug, Clone, Default)]
pub struct Relation {
    pub version: u64,
    pub rows: [Option<Vec<u8>>; 2],
    pub hints: [Option<Hint>; 2],
    pub locators: Vec<[u8; 8]>,
    pub shelf: Shelf,
}

impl Relation {
    /// Puts a backup in the place of this, as one more version.
    fn roll_back(&mut self, backup: &Self) {
        let version = self.version + 1;
        let mut shelf = core::mem::take(&mut self.shelf);
        shelf.roll_back(&backup.shelf);
        *self = Self {
            version,
            shelf,
            ..backup.clone()
        };
    }
}

/// A server: some workers, and the one store that all of them write.
pub struct Fleet {
    pub index: usize,
    secret: [u8; 32],
    row_key: [u8; 32],
    /// Of a key that is in a key service.
    public: Option<PublicKey>,
    pub affinity: u64,
    /// How those that hold the key are: chances in a thousand to dawdle, to fail.
    keys: (u64, u64),
    pub workers: Vec<Worker>,
    pub known: Vec<Known>,
    /// By lineage.
    pub relations: Vec<Relation>,
    pub backup: Option<Vec<Relation>>,
    config: ServerConfig,
    /// Milliseconds since 1970 when the run began, as this server's clock has it.
    pub wall_ms: i64,
    pub random: Random,
    pub(super) refusals: u32,
    pub(super) refused_in: Instant,
}

impl Fleet {
    pub fn new(
        index: usize,
        workers: usize,
        known: Vec<Known>,
        config: ServerConfig,
        has_key_service: bool,
        mut random: Random,
    ) -> Self {
        let mut secret = [0_u8; 32];
        let mut row_key = [0_u8; 32];
        for bytes in [&mut secret, &mut row_key] {
            bytes.fill_with(|| random.next().to_le_bytes()[0]);
        }
        let relations = vec![Relation::default(); known.len()];
        let mut fleet = Self {
            index,
            secret,
            row_key,
            public: None,
            affinity: 0,
            keys: (0, 0),
            workers: Vec::new(),
            known,
            relations,
            backup: None,
            config,
            wall_ms: clocks::START_MS,
            random,
            refusals: 0,
            refused_in: Instant::ZERO,
        };
        fleet.public = has_key_service.then(|| fleet.public());
        for _ in 0..workers {
            let source = super::random::Source::new(fleet.random.branch());
            let element = fleet.new_element();
            fleet.workers.push(Worker::new(element, source));
        }
        (0..workers).for_each(|worker| fleet.restart(worker, Instant::ZERO));
        fleet
    }

    pub fn identity(&self) -> Identity {
        Identity::from_secret_bytes(&self.secret).unwrap()
    }

    /// Whoever holds the key answers each worker, for each device, by itself.
    pub fn new_element(&mut self) -> Element {
        let mut element = Element::new(self.secret, self.public, self.random.branch());
        (element.dawdles, element.fails) = self.keys;
        element
    }

    pub fn set_keys(&mut self, dawdles: u64, fails: u64) {
        self.keys = (dawdles, fails);
        for element in self.workers.iter_mut().flat_map(Worker::elements) {
            (element.dawdles, element.fails) = self.keys;
        }
    }

    pub fn public(&self) -> PublicKey {
        self.identity().public()
    }

    pub fn row_key(&self) -> RowKey {
        RowKey::from_bytes(&self.row_key).unwrap()
    }

    pub fn unix_ms(&self, now: Instant) -> u64 {
        let ms = self.wall_ms + i64::try_from(now.as_millis()).unwrap();
        u64::try_from(ms).unwrap_or(0)
    }

    fn key(&self) -> StaticKey {
        Element::new(self.secret, self.public, Random::new(0)).key()
    }

    /// Whether a message 1 is whole: of a damaged one nobody can say that its sender is not known.
    pub fn is_whole(&self, hello: &[u8]) -> bool {
        self.key().check_hello(hello).is_ok()
    }

    pub fn new_server(&self, relation: usize, now: Instant) -> Box<Server> {
        let mut server = Box::new(Server::new(self.key(), self.config));
        server.expect(self.known[relation].key);
        server.set_wall_clock(now, self.unix_ms(now));
        server
    }

    /// A worker begins with nothing but the store.
    pub fn restart(&mut self, worker: usize, now: Instant) {
        let members = (0..self.known.len())
            .map(|relation| {
                let element = self.new_element();
                Member::new(self.new_server(relation, now), element, now)
            })
            .collect();
        self.workers[worker].restart(members);
    }

    pub fn set_clock(&mut self, context: &mut Context, wall_ms: i64) {
        let now = context.now;
        // No clock shows a time before 1970, and whoever sets one back further finds it there.
        let first_ms = -i64::try_from(now.as_millis()).unwrap();
        self.wall_ms = wall_ms.max(first_ms);
        context
            .oracles
            .clocks
            .note_set(self.index, now, self.wall_ms);
        let unix = self.unix_ms(now);
        for member in self
            .workers
            .iter_mut()
            .flat_map(|worker| &mut worker.members)
        {
            member.server.set_wall_clock(now, unix);
        }
    }

    /// The store as it was when the backup was made; whoever remembers more is started again.
    pub fn restore_backup(&mut self, now: Instant) -> bool {
        let Some(backup) = self.backup.clone() else {
            return false;
        };
        for (relation, old) in self.relations.iter_mut().zip(&backup) {
            relation.roll_back(old);
        }
        (0..self.workers.len()).for_each(|worker| self.restart(worker, now));
        true
    }

    /// Somebody reads the label, and one worker pairs.
    pub fn pair(
        &mut self,
        context: &mut Context,
        relation: usize,
        label: &[u8],
        paths: &[Address],
    ) {
        let worker = self.random.index(self.workers.len());
        let label = LabelSecret::new(label).unwrap();
        let Worker {
            members, source, ..
        } = &mut self.workers[worker];
        let member = &mut members[relation];
        member.caller = paths.to_vec();
        if let Err(error) = member.server.pair(context.now, &label, source) {
            context.say(|| format!("fleet {} does not pair: {error}", self.index));
        }
        self.step_member(context, worker, relation);
    }

    pub fn due(&self) -> Option<Instant> {
        let members = self.workers.iter().flat_map(|worker| worker.members.iter());
        let wakes =
            members.flat_map(|member| [member.wake, member.commit_due(), member.element.due()]);
        let receptions = self
            .workers
            .iter()
            .flat_map(|worker| [worker.reception.poll_timeout(), worker.element.due()]);
        wakes.chain(receptions).flatten().min()
    }

    pub fn step(&mut self, context: &mut Context) {
        for worker in 0..self.workers.len() {
            self.step_reception(context, worker);
            for relation in 0..self.known.len() {
                let member = &self.workers[worker].members[relation];
                if member.commit_due().is_some_and(|due| due <= context.now) {
                    self.commit(context, worker, relation);
                }
                let member = &self.workers[worker].members[relation];
                let dues = [member.wake, member.element.due()];
                if dues.into_iter().flatten().any(|due| due <= context.now) {
                    self.step_member(context, worker, relation);
                }
            }
        }
    }

    pub(super) fn step_reception(&mut self, context: &mut Context, worker: usize) {
        let Worker {
            reception,
            source,
            element,
            ..
        } = &mut self.workers[worker];
        for _ in 0..4 {
            let wanted = reception.poll_dh();
            if let Some((peer, shared)) = element.poll(context.now, wanted, &mut context.counts)
                && let Err(error) = reception.handle_dh(context.now, peer, shared)
            {
                context.say(|| format!("reception behind its key: {error}"));
            }
            if reception.poll_timeout().is_none_or(|due| due > context.now) {
                return;
            }
            if let Err(error) = reception.handle_timeout(context.now, source) {
                context.say(|| format!("reception: {error}"));
            }
            let Some(caller) = reception.poll_caller() else {
                continue;
            };
            let Some(relation) = self
                .known
                .iter()
                .position(|known| known.key == caller.key())
            else {
                return;
            };
            self.sync(context, worker, relation);
            let this = &mut self.workers[worker];
            let member = &mut this.members[relation];
            member.caller = this.caller.into_iter().collect();
            if let Err(error) = member.server.welcome(context.now, caller) {
                context.say(|| format!("welcome: {error}"));
            }
            self.step_member(context, worker, relation);
            return;
        }
    }

    /// A worker dies: all that it remembered is gone.
    pub fn kill(&mut self, context: &mut Context, worker: usize, fault: Fault) {
        context.counts.note(fault);
        context.say(|| format!("fleet {}: worker {worker} dies", self.index));
        self.restart(worker, context.now);
    }
}
