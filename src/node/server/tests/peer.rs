use super::{identity, server_key};
use crate::pairing::label::LabelSecret;
use crate::pairing::{DescriptorHash, Exchange, Paired, PublicKey, StaticKey, Work};
use crate::seal::tests::Counting;
use crate::seal::{Entropy, Epoch, HandedEpoch, ResumptionSecret, SAVED_SESSION_LEN, Sealer};
use crate::time::{Duration, Instant};
use crate::wire::control::{ControlWriter, EpochEntry, Lost, SpaceEntry, Status};
use crate::wire::{ConnectionId, EnvelopeWriter, Frame, MAX_DATAGRAM, Packet, Run, Space, Tag};
use core::num::{NonZeroU32, NonZeroU64};
use std::collections::BTreeMap;
use std::vec::Vec;

/// The body of the descriptor that every peer begins with.
pub(super) const DESCRIPTOR: &[u8] = b"descriptor";

/// An epoch that is not drained, with its frames; all of it on flash.
#[derive(Debug)]
struct Held {
    epoch: Epoch,
    secret: HandedEpoch,
    run: Run,
    ends: [u32; 2],
    frames: BTreeMap<(u8, u32), Vec<u8>>,
    losses: Vec<Lost>,
    is_named: bool,
    is_newest: bool,
}

/// A device end made by hand: everything but its exchange and its sealer is on flash.
pub(super) struct Peer {
    key: StaticKey,
    pub(super) rng: Counting,
    pub(super) current: Option<ResumptionSecret>,
    pub(super) previous: Option<ResumptionSecret>,
    exchange: Option<Exchange>,
    keyed_with: Option<ResumptionSecret>,
    pub(super) sealer: Option<Sealer>,
    held: Vec<Held>,
    run: Run,
    sequence: u64,
    /// Whether a receipt has shown that the list of outstanding epochs was taken.
    is_reflected: bool,
    listed_at: u32,
    /// The server's time in the newest receipt, and when it came.
    pub(super) heard: Option<(u64, Instant)>,
    pub(super) due_ms: u32,
    pub(super) now: Instant,
    pub(super) wait_ms: Option<u64>,
}

impl core::fmt::Debug for Peer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Peer")
            .field("held", &self.held)
            .field("is_reflected", &self.is_reflected)
            .finish_non_exhaustive()
    }
}

fn copy_of(secret: &ResumptionSecret) -> ResumptionSecret {
    ResumptionSecret::from_secret_bytes(secret.secret_bytes()).unwrap()
}

impl Peer {
    pub(super) fn new(seed: u8) -> Self {
        Self {
            key: identity(seed).into(),
            rng: Counting(seed),
            current: None,
            previous: None,
            exchange: None,
            keyed_with: None,
            sealer: None,
            held: Vec::new(),
            run: Run([0; 8]),
            sequence: 0,
            is_reflected: false,
            listed_at: 0,
            heard: None,
            due_ms: 60_000,
            now: Instant::ZERO,
            wait_ms: None,
        }
    }

    pub(super) fn public(&self) -> PublicKey {
        self.key.public()
    }

    fn connection(&mut self) -> ConnectionId {
        let mut connection = [0; 8];
        self.rng.fill(&mut connection).unwrap();
        ConnectionId(connection)
    }

    fn begin(&mut self, mut exchange: Exchange, secret: Option<ResumptionSecret>) -> Vec<u8> {
        work_through(&mut exchange, &self.key);
        let hello = exchange.packet().unwrap().to_vec();
        self.exchange = Some(exchange);
        self.keyed_with = secret;
        hello
    }

    /// Message 1 by the keys alone.
    pub(super) fn meet(&mut self) -> Vec<u8> {
        let connection = self.connection();
        let promise = DescriptorHash::of_body(DESCRIPTOR);
        let Self { key, rng, .. } = self;
        let exchange = Exchange::meet(key, server_key(), promise, connection, rng);
        self.begin(exchange.unwrap(), None)
    }

    /// Message 1 by the current secret.
    pub(super) fn reconnect(&mut self) -> Vec<u8> {
        let secret = copy_of(self.current.as_ref().unwrap());
        self.reconnect_with(secret)
    }

    /// Message 1 by the secret before, where there is one.
    pub(super) fn reconnect_by_previous(&mut self) -> Option<Vec<u8>> {
        let secret = copy_of(self.previous.as_ref()?);
        Some(self.reconnect_with(secret))
    }

    fn reconnect_with(&mut self, secret: ResumptionSecret) -> Vec<u8> {
        let connection = self.connection();
        let Self { key, rng, .. } = self;
        let exchange = Exchange::reconnect(key, server_key(), &secret, connection, rng);
        self.begin(exchange.unwrap(), Some(secret))
    }

    /// Answers the reader of its label; message 2.
    pub(super) fn answer_label(&mut self, label: &LabelSecret, hello: &[u8]) -> Vec<u8> {
        let promise = DescriptorHash::of_body(DESCRIPTOR);
        let Self { key, rng, .. } = self;
        let exchange = Exchange::answer_label(key, label, promise, hello, rng);
        self.begin(exchange.unwrap(), None)
    }

    /// Takes message 2 (or 3 of a label): the new session is on flash when it returns.
    pub(super) fn take_answer(&mut self, packet: &[u8]) -> Result<(), crate::pairing::Error> {
        let mut exchange = self.exchange.take().expect("a handshake");
        if let Err(error) = exchange.handle_packet(packet) {
            self.exchange = Some(exchange);
            return Err(error);
        }
        work_through(&mut exchange, &self.key);
        let Some(paired) = exchange.poll_paired() else {
            self.exchange = Some(exchange);
            return Err(crate::pairing::Error::NotAuthentic);
        };
        self.adopt(paired);
        Ok(())
    }

    pub(super) const fn expects_answer(&self) -> bool {
        self.exchange.is_some()
    }

    /// Whether another message 2 does nothing any more.
    pub(super) fn take_answer_fails(&mut self, packet: &[u8]) -> bool {
        self.exchange.is_none() || self.take_answer(packet).is_err()
    }

    /// The session as an image of the flash has it.
    pub(super) fn save(&mut self) -> [u8; SAVED_SESSION_LEN] {
        let mut saved = [0; SAVED_SESSION_LEN];
        self.sealer.as_mut().unwrap().save(&mut saved).unwrap();
        saved
    }

    /// Another device with that image.
    pub(super) fn restored_from(&self, saved: &[u8], seed: u8) -> Self {
        let mut clone = Self::new(1);
        clone.rng = Counting(seed);
        clone.sequence = 100;
        clone.sealer = Some(Sealer::restore(saved, self.key.hedge_secret()).unwrap());
        clone
    }

    /// "write {current = psk', previous = the psk that THIS handshake was keyed with, …}"
    fn adopt(&mut self, mut paired: Paired) {
        self.current = paired.secrets.resumption();
        self.previous = self.keyed_with.take();
        let sealer = paired.secrets.into_sealer(self.key.hedge_secret());
        self.sealer = Some(sealer.unwrap());
        self.open_epoch();
    }

    /// A boot, or a day.
    pub(super) fn open_epoch(&mut self) {
        let sealer = self.sealer.as_mut().unwrap();
        let mut saved = [0; SAVED_SESSION_LEN];
        sealer.begin_epoch(&mut self.rng, &mut saved).unwrap();
        sealer.epoch_stored().unwrap();
        if self.run == Run([0; 8]) {
            self.run = sealer.draw_run(&mut self.rng).unwrap();
        }
        let (epoch, secret) = sealer.opened().unwrap();
        for held in &mut self.held {
            held.is_newest = false;
        }
        self.held.push(Held {
            epoch,
            secret,
            run: self.run,
            ends: [0; 2],
            frames: BTreeMap::new(),
            losses: Vec::new(),
            is_named: false,
            is_newest: true,
        });
        self.is_reflected = false;
        self.listed_at = 0;
        self.heard = None;
        // The first records of a session: who it is.
        if self.sequence == 0 {
            self.seal_record(Space::Data, Tag::DESCRIPTOR, DESCRIPTOR);
        }
    }

    /// The power fails: RAM is gone, and with it the boot's run.
    pub(super) fn crash(&mut self) {
        (self.exchange, self.sealer, self.heard) = (None, None, None);
        self.keyed_with = None;
        (self.run, self.sequence) = (Run([0; 8]), 0);
    }

    /// Forgets what it had agreed with the server, as an image from before does.
    pub(super) fn lose_secrets(&mut self) {
        self.crash();
        (self.current, self.previous) = (None, None);
    }

    /// Seals a reading and keeps it until it is acknowledged.
    pub(super) fn seal(&mut self, body: &[u8]) -> Vec<u8> {
        self.seal_record(Space::Data, Tag::OBSERVATION, body)
    }

    pub(super) fn seal_alarm(&mut self, body: &[u8]) -> Vec<u8> {
        self.seal_record(Space::Alarm, Tag::OBSERVATION, body)
    }

    fn seal_record(&mut self, space: Space, tag: Tag, body: &[u8]) -> Vec<u8> {
        let mut plaintext = [0; 256];
        let mut writer =
            EnvelopeWriter::new(&mut plaintext, self.sequence, Some(self.run)).unwrap();
        writer.record(tag, body).unwrap();
        let plaintext = writer.finish();
        self.sequence += 1;
        let sealer = self.sealer.as_mut().unwrap();
        let counter = sealer.next_counter(space);
        let frame = sealer
            .seal(space, plaintext, &mut [0; 512])
            .unwrap()
            .to_vec();
        let held = self.held.last_mut().unwrap();
        held.ends[usize::from(space.code())] = counter + 1;
        held.frames.insert((space.code(), counter), frame.clone());
        routed(held, &frame)
    }

    /// Every frame that is not acknowledged, oldest first, as it would be sent now.
    pub(super) fn frames(&self) -> Vec<Vec<u8>> {
        let frames_of = |held: &Held| -> Vec<_> {
            let frames = held.frames.values();
            frames.map(|frame| routed(held, frame)).collect()
        };
        self.held.iter().flat_map(frames_of).collect()
    }

    /// Loses an unacknowledged frame, and will say so.
    pub(super) fn lose(&mut self, counter: u32, why: crate::wire::control::Why) {
        let held = self.held.last_mut().unwrap();
        held.frames.remove(&(0, counter)).unwrap();
        let range = crate::wire::CounterRange {
            start: counter,
            end: counter + 1,
        };
        held.losses.push(Lost { range, why });
        self.is_reflected = false;
    }

    /// Says everything anew, as when something has become outstanding.
    pub(super) fn want_outstanding(&mut self) {
        self.is_reflected = false;
    }

    /// A control frame: what is outstanding, until that is reflected, and how it is.
    pub(super) fn control(&mut self, now: Instant) -> Vec<u8> {
        self.now = now;
        let (server_time_ms, age) = match self.heard {
            Some((time, at)) => (NonZeroU64::new(time), now - at),
            None => (None, Duration::ZERO),
        };
        let status = Status {
            ticks: now,
            due_ms: NonZeroU32::new(self.due_ms),
            server_time_ms,
            age,
        };
        let mut plaintext = [0; 1_100];
        let mut writer = ControlWriter::new(&mut plaintext);
        if !self.is_reflected {
            let entries: Vec<_> = self.held.iter().map(Held::entry).collect();
            writer.outstanding(entries.iter().cloned()).unwrap();
        }
        writer.status(&status).unwrap();
        let plaintext = writer.finish();
        let sealer = self.sealer.as_mut().unwrap();
        let mut out = [0; MAX_DATAGRAM];
        let (_, frame) = sealer.seal_control(plaintext, &mut out).unwrap();
        routed(self.held.last().unwrap(), frame)
    }

    /// Believes a receipt.
    pub(super) fn take_receipt(&mut self, packet: &[u8]) -> Result<(), crate::seal::Error> {
        let held = &mut self.held;
        let tags: Vec<_> = held.iter().map(|held| held.epoch).collect();
        let known = |locator| {
            let epoch = tags.iter().find(|epoch| epoch.locator == locator)?;
            Some(epoch.tag)
        };
        let report = self.sealer.as_mut().unwrap().verify(packet, known)?;
        self.previous = None;
        if let Some(time) = report.server_time_ms() {
            self.heard = Some((time, self.now));
        }
        self.wait_ms = report.wait_ms().or(self.wait_ms);
        let (mut listed, mut strangers) = (0, 0);
        for entry in report.acknowledgements() {
            let Some(held) = held
                .iter_mut()
                .find(|held| held.epoch.tag.short() == entry.epoch)
            else {
                strangers += 1;
                continue;
            };
            held.is_named = true;
            held.frames.retain(|(space, counter), _| {
                *space != entry.space.code() || !entry.covers(*counter)
            });
            let floor = held.floor(entry.space);
            listed += usize::from(entry.floor >= floor);
        }
        let is_echoed = report.echo().is_some_and(|echo| echo >= self.listed_at);
        self.is_reflected |= is_echoed && strangers == 0 && listed == 2 * held.len();
        if self.is_reflected {
            held.retain(|held| held.is_newest || !held.frames.is_empty());
        }
        Ok(())
    }

    pub(super) fn is_drained(&self) -> bool {
        self.held.iter().all(|held| held.frames.is_empty())
    }

    pub(super) const fn is_reflected(&self) -> bool {
        self.is_reflected
    }

    pub(super) fn epochs(&self) -> usize {
        self.held.len()
    }
}

impl Held {
    /// The lowest counter that is still held.
    fn floor(&self, space: Space) -> u32 {
        let mut held = self.frames.keys().filter(|(code, _)| *code == space.code());
        let lowest = held.next().map(|(_, counter)| *counter);
        lowest.unwrap_or(self.ends[usize::from(space.code())])
    }

    fn entry(&self) -> EpochEntry<'_, core::iter::Copied<core::slice::Iter<'_, Lost>>> {
        let space = |space: Space| SpaceEntry {
            floor: self.floor(space),
            end: self.ends[usize::from(space.code())],
            losses: match space {
                Space::Data => self.losses.iter().copied(),
                _ => [].iter().copied(),
            },
        };
        EpochEntry {
            locator: self.epoch.locator,
            secret: (!self.is_newest).then_some(&self.secret.expose()[..]),
            is_cut: false,
            run: self.run,
            data: Some(space(Space::Data)),
            alarm: Some(space(Space::Alarm)),
        }
    }
}

fn routed(held: &Held, frame: &[u8]) -> Vec<u8> {
    let Ok(Packet::Frame(frame)) = Packet::parse(frame) else {
        panic!("not a frame")
    };
    let frame = Frame {
        route: held.epoch.route(held.is_named),
        ..frame
    };
    frame.emit(&mut [0; MAX_DATAGRAM]).unwrap().to_vec()
}

fn work_through(exchange: &mut Exchange, key: &StaticKey) {
    while exchange.poll_work() != Work::Idle {
        if exchange.work_with(key).is_err() {
            return;
        }
    }
}
