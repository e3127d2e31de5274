//! Which worker gets a datagram: any, where the rows know the device, else the one that has the handshake in its memory.

use iomt::node::{REFUSAL_LEN, refusal};
use iomt::pairing::Model;
use iomt::time::Duration;
use iomt::wire::{Handshake, Locator, Packet, Route};

use super::context::Context;
use super::fleet::{Fleet, Relation};
use super::network::{Address, Delivery};
use super::worker::Member;

/// How many refusals a second.
const REFUSALS: u32 = 5;

impl Fleet {
    pub fn handle(&mut self, context: &mut Context, delivery: Delivery) {
        let Ok(packet) = Packet::parse(&delivery.bytes) else {
            return;
        };
        let route = match packet {
            Packet::Frame(frame) => match frame.route {
                Route::Routed(locator) | Route::Unproved(locator, _) => self.by_locator(locator),
                Route::Short => self.by_path(delivery.from),
            },
            Packet::Handshake(handshake) => self.by_handshake(&handshake),
            _ => return,
        };
        match (route, packet) {
            (Some((worker, relation)), packet) => {
                let is_hello = matches!(packet, Packet::Handshake(hello)
                    if hello.step == 1 && hello.model != Model::FACTORY_KEYS.0);
                if is_hello {
                    self.note_hello(worker, relation, &delivery.bytes);
                }
                self.open(context, worker, relation, delivery);
            }
            (None, Packet::Handshake(hello))
                if hello.step == 1 && hello.model == Model::FACTORY_KEYS.0 =>
            {
                let worker = self.random.index(self.workers.len());
                let this = &mut self.workers[worker];
                match this.reception.handle_datagram(context.now, &delivery.bytes) {
                    Ok(()) => this.caller = Some(delivery.from),
                    Err(error) => context.say(|| format!("reception refuses: {error}")),
                }
                self.step_reception(context, worker);
            }
            // "to a message 1 only behind `StaticKey::check_hello`"
            (None, Packet::Handshake(_)) if !self.is_whole(&delivery.bytes) => {}
            _ => self.refuse(context, &delivery),
        }
    }

    /// What a message 1 by a secret meets here.
    fn note_hello(&mut self, worker: usize, relation: usize, hello: &[u8]) {
        if self.workers[worker].is_mute() {
            self.known[relation].swallowed += 1;
        }
        let version = self.relations[relation].version;
        let has_pending =
            |member: &Member| member.is_of(version) && member.server.connections().next().is_some();
        let mut others = self.workers.iter().enumerate();
        let is_split =
            others.any(|(other, this)| other != worker && has_pending(&this.members[relation]));
        let this = &self.workers[worker];
        let answers_anew = !has_pending(&this.members[relation]);
        let repeats_itself = answers_anew && this.source.repeats();
        let known = &mut self.known[relation];
        let is_answered_alike = repeats_itself && known.answered_alike.contains(hello);
        known.split[0] |= is_split || is_answered_alike;
        if repeats_itself {
            known.answered_alike.insert(hello.to_vec());
        }
    }

    pub fn refuse(&mut self, context: &mut Context, delivery: &Delivery) {
        if context.now - self.refused_in >= Duration::from_secs(1) {
            (self.refused_in, self.refusals) = (context.now, 0);
        }
        let mut out = [0; REFUSAL_LEN];
        let Some(bytes) = refusal(&delivery.bytes, &mut out).filter(|_| self.refusals < REFUSALS)
        else {
            return;
        };
        self.refusals += 1;
        context.send(Delivery {
            from: Address::Fleet(self.index),
            to: delivery.from,
            bytes: bytes.to_vec(),
        });
    }

    /// Any worker where the rows know it; else the one that has the handshake in its memory.
    fn by_locator(&mut self, Locator(locator): Locator) -> Option<(usize, usize)> {
        let knows = |relation: &Relation| relation.locators.contains(&locator);
        if let Some(relation) = self.relations.iter().position(knows) {
            return Some((self.any_worker(relation), relation));
        }
        self.find(|member| member.server.locators().any(|own| own.0 == locator))
    }

    /// That which had the last, or another.
    fn any_worker(&mut self, relation: usize) -> usize {
        if !self.random.permille(self.affinity) {
            self.known[relation].worker = self.random.index(self.workers.len());
        }
        self.known[relation].worker
    }

    fn by_path(&mut self, from: Address) -> Option<(usize, usize)> {
        let relation = self
            .known
            .iter()
            .position(|known| known.paths.contains(&Some(from)))?;
        Some((self.any_worker(relation), relation))
    }

    fn by_handshake(&mut self, handshake: &Handshake<'_>) -> Option<(usize, usize)> {
        let connection = handshake.connection;
        let known = self.find(|member| member.server.connections().any(|own| own == connection));
        if known.is_some() || handshake.step != 1 {
            return known;
        }
        let knows = |relation: &Relation| relation.hints.contains(&Some(handshake.hint));
        let relation = self.relations.iter().position(knows)?;
        Some((self.any_worker(relation), relation))
    }

    fn find(&self, knows: impl Fn(&Member) -> bool) -> Option<(usize, usize)> {
        self.workers.iter().enumerate().find_map(|(worker, this)| {
            let relation = this.members.iter().position(&knows)?;
            Some((worker, relation))
        })
    }
}
