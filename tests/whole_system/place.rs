use std::collections::{BTreeMap, VecDeque};

use iomt::node::{NamedLoss, Received, Server, ServerConfig, ServerEvent};
use iomt::pairing::{Identity, PublicKey};
use iomt::reading::{Observation, Value};
use iomt::seal::Opened;
use iomt::time::Instant;
use iomt::wire::{MAX_DATAGRAM, Record, Run};

use super::oracle::{Oracles, Shelf, shelf, wire_log};
use super::random::{Random, Source};

/// What becomes of the datagrams between the device and a recipient, in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    Passes,
    /// Each of them is lost.
    Loses,
    /// Each is lost with the chance of one in so many.
    LosesOneOf(u32),
    /// They wait until it passes.
    Holds,
}

/// One direction between the device and a recipient.
#[derive(Debug)]
pub struct Way {
    pub path: Path,
    random: Random,
    on_the_way: VecDeque<Vec<u8>>,
    /// All that ever left.
    pub said: Vec<Vec<u8>>,
}

impl Way {
    pub const fn new(seed: u64) -> Self {
        Self {
            path: Path::Passes,
            random: Random::new(seed),
            on_the_way: VecDeque::new(),
            said: Vec::new(),
        }
    }

    pub fn send(&mut self, datagram: &[u8]) {
        self.said.push(datagram.to_vec());
        let is_lost = match self.path {
            Path::Loses => true,
            Path::LosesOneOf(many) => self.random.below(many.into()) == 0,
            Path::Passes | Path::Holds => false,
        };
        if !is_lost {
            self.on_the_way.push_back(datagram.to_vec());
        }
    }

    /// What arrives, whoever has said it.
    pub fn inject(&mut self, datagram: &[u8]) {
        self.on_the_way.push_back(datagram.to_vec());
    }

    pub fn take(&mut self) -> Option<Vec<u8>> {
        match self.path {
            Path::Holds => None,
            _ => self.on_the_way.pop_front(),
        }
    }
}

/// A recipient: its engine, its database, and the ways there and back.
pub struct Place {
    secret: [u8; 32],
    source: Source,
    pub server: Server,
    /// The database: its unique key is the identity of a record.
    pub rows: BTreeMap<(Run, u64), Row>,
    pub losses: Vec<NamedLoss>,
    /// The same for the oracles.
    pub shelf: Shelf,
    pub complaints: Vec<String>,
    pub events: Vec<ServerEvent>,
    /// The readings as they came, each once.
    pub arrived: Vec<Observation>,
    pub repeated: usize,
    /// How many frames it still forgets after they were opened and before they are stored.
    pub deaths: usize,
    pub up: Way,
    pub down: Way,
}

#[derive(Debug, Clone)]
pub struct Row {
    pub at: Instant,
    pub content: Vec<u8>,
    pub reading: Option<Observation>,
}

impl Row {
    pub fn value(&self) -> Option<i32> {
        match self.reading?.value {
            Value::Number(number) => Some(number.mantissa()),
            _ => None,
        }
    }
}

impl Place {
    pub fn new(seed: u8, device: PublicKey) -> Self {
        let secret = [seed; 32];
        let identity = Identity::from_secret_bytes(&secret).unwrap();
        let mut server = Server::new(identity, ServerConfig::DEFAULT);
        server.expect(device);
        Self {
            secret,
            source: Source::new(Random::new(seed.into())),
            server,
            rows: BTreeMap::new(),
            losses: Vec::new(),
            shelf: Shelf::default(),
            complaints: Vec::new(),
            events: Vec::new(),
            arrived: Vec::new(),
            repeated: 0,
            deaths: 0,
            up: Way::new(seed.into()),
            down: Way::new(0x100 + u64::from(seed)),
        }
    }

    pub fn key(&self) -> PublicKey {
        Identity::from_secret_bytes(&self.secret).unwrap().public()
    }

    /// The readings that are stored, in the order of their identities.
    pub fn values(&self) -> Vec<i32> {
        self.rows.values().filter_map(Row::value).collect()
    }

    /// Does all that is due, and hears what has come.
    pub fn step(&mut self, now: Instant, oracles: &mut Oracles) -> bool {
        let mut has_worked = false;
        while self.server.poll_timeout().is_some_and(|due| due <= now) {
            let _ = self.server.handle_timeout(now, &mut self.source);
            self.drain(now);
            has_worked = true;
        }
        while let Some(mut datagram) = self.up.take() {
            self.receive(now, &mut datagram, oracles);
            self.drain(now);
            has_worked = true;
        }
        has_worked
    }

    fn receive(&mut self, now: Instant, datagram: &mut [u8], oracles: &mut Oracles) {
        let sealed = wire_log::sealed_digest(datagram).unwrap_or_default();
        let Ok(Received::Records(opened) | Received::Quarantined(opened)) =
            self.server.handle_datagram(now, datagram)
        else {
            return;
        };
        if let Some(left) = self.deaths.checked_sub(1) {
            self.deaths = left;
            return;
        }
        let shelved = shelf::rows_of(&opened).and_then(|rows| {
            if let Some(row) = rows.first() {
                oracles.wire.note_opened(&row.place, sealed)?;
            }
            rows.into_iter().try_for_each(|row| self.shelf.insert(row))
        });
        self.complaints.extend(shelved.err());
        for (key, row) in rows_of(now, &opened) {
            match self.rows.get(&key) {
                None => {
                    self.arrived.extend(row.reading);
                    self.rows.insert(key, row);
                }
                Some(known) => {
                    assert_eq!(known.content, row.content, "one identity, two contents");
                    self.repeated += 1;
                }
            }
        }
        // What has no room to be acknowledged comes again.
        let _ = self.server.handle_stored(now, opened.stored());
    }

    fn drain(&mut self, now: Instant) {
        let mut out = [0; MAX_DATAGRAM];
        while let Some(sent) = self.server.poll_transmit(now, &mut out) {
            self.down.send(sent.datagram);
        }
        self.events
            .extend(std::iter::from_fn(|| self.server.poll_event()));
        while let Some(loss) = self.server.poll_loss() {
            self.complaints.extend(self.shelf.note_loss(loss).err());
            self.losses.push(loss);
        }
    }
}

fn rows_of(now: Instant, opened: &Opened<'_>) -> Vec<((Run, u64), Row)> {
    let run = opened.run().expect("every frame names its run");
    let envelope = opened.envelope().unwrap();
    let readings: BTreeMap<u64, Observation> = opened
        .records()
        .unwrap()
        .filter_map(|(sequence, record)| match record.unwrap() {
            Record::Observation(reading) => Some((sequence, reading)),
            _ => None,
        })
        .collect();
    let raw = envelope.records().map(Result::unwrap);
    raw.filter(|record| record.tag.is_numbered())
        .map(|record| {
            let row = Row {
                at: now,
                content: record.body.to_vec(),
                reading: readings.get(&record.sequence).copied(),
            };
            ((run, record.sequence), row)
        })
        .collect()
}
