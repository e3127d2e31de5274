//! An armed device, the server that has read its label, and what strangers throw at either.

use std::vec::Vec;

use iomt::node::{Config, Device, DeviceEvent, Received, Server, ServerConfig};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{DescriptorHash, Exchange, Identity, StaticKey, Work};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::{Entropy, EntropyFailed};
use iomt::storage::MemoryStorage;
use iomt::time::{Duration, Instant};
use iomt::wire::{ConnectionId, Hint, MAX_DATAGRAM, Record, Space};

const SECRET: &[u8] = b"sixteen or more random bytes";
/// What a device that wants to compare digits advertises.
pub const TOKEN: &[u8] = b"advertised";
const STEP: Duration = Duration::from_millis(10);

/// Random values that are the same in every run, and are counted.
#[derive(Debug)]
pub struct Counted {
    seed: u8,
    pub draws: u64,
}

impl Counted {
    pub const fn new(seed: u8) -> Self {
        Self { seed, draws: 0 }
    }
}

impl Entropy for Counted {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.draws += 1;
        let draw = self.draws.to_le_bytes();
        for (byte, count) in out.iter_mut().zip(draw.iter().cycle()) {
            *byte = count ^ self.seed;
        }
        Ok(())
    }
}

/// What a stranger sends.
pub struct Forgery {
    pub name: &'static str,
    pub packet: Vec<u8>,
}

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(&[seed; 32]).unwrap()
}

fn label(secret: &[u8]) -> LabelSecret {
    LabelSecret::new(secret).unwrap()
}

pub fn device() -> Device<'static, 4096> {
    Device::new(identity(1), Descriptor::default(), Config::DEFAULT).unwrap()
}

pub fn armed_device() -> Device<'static, 4096> {
    let mut device = device();
    device.arm(label(SECRET));
    device
}

/// Message 1 of who has read a label with this secret.
pub fn hello(secret: &[u8]) -> Vec<u8> {
    let (rng, mut now) = (&mut Counted::new(0x70), Instant::ZERO);
    let mut server = Server::new(identity(3), ServerConfig::DEFAULT);
    server.pair(now, &label(secret), rng).unwrap();
    let mut buffer = [0; MAX_DATAGRAM];
    loop {
        if let Some(packet) = server.poll_transmit(now, &mut buffer) {
            return packet.to_vec();
        }
        now = now + STEP;
        server.handle_timeout(now, rng).unwrap();
    }
}

/// Header, a code that nobody has computed, and as many bytes as a message 1 of this model has.
pub fn forged(model: u8, hint: [u8; 8], message: usize) -> Vec<u8> {
    let header = [&[0x81, 1, model, 1], &[0xC0; 8][..], &hint].concat();
    [header, vec![0x5A; 16 + message]].concat()
}

/// First messages for a device that is armed; none knows its label.
pub fn at_the_device() -> Vec<Forgery> {
    let honest = hello(SECRET);
    let mut changed = honest.clone();
    changed[80] ^= 1;
    vec![
        Forgery {
            name: "of another label",
            packet: hello(b"another label's secret bytes"),
        },
        Forgery {
            name: "the right hint, no code",
            packet: forged(2, label(SECRET).hint().0, 54),
        },
        Forgery {
            name: "a recorded one, one bit changed",
            packet: changed,
        },
        Forgery {
            name: "of factory keys",
            packet: forged(5, [0; 8], 136),
        },
        Forgery {
            name: "the longest that there is",
            packet: forged(2, label(SECRET).hint().0, MAX_DATAGRAM - 36),
        },
    ]
}

/// First messages for a server that has this hint in use, and compares; none knows its key or the token.
pub fn at_the_server(hint: Hint) -> Vec<Forgery> {
    vec![
        Forgery {
            name: "a hint that is in use, no code",
            packet: forged(6, hint.0, 54),
        },
        Forgery {
            name: "a hint that nobody knows",
            packet: forged(6, [7; 8], 54),
        },
        Forgery {
            name: "of factory keys",
            packet: forged(5, [0; 8], 136),
        },
        Forgery {
            name: "of compared digits, no code",
            packet: forged(4, [0; 8], 38),
        },
        Forgery {
            name: "of compared digits, another token",
            packet: of_compared_digits(b"of another device", 0),
        },
    ]
}

/// Message 1 of who has heard this token.
pub fn of_compared_digits(token: &[u8], connection: u8) -> Vec<u8> {
    let key = StaticKey::from(identity(7));
    let descriptor = DescriptorHash::of_body(b"");
    let (connection, rng) = (ConnectionId([connection; 8]), &mut Counted::new(0x50));
    let exchange = Exchange::compare(&key, descriptor, token, connection, rng).unwrap();
    first_packet(exchange, &key)
}

fn first_packet(mut exchange: Exchange, key: &StaticKey) -> Vec<u8> {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key).unwrap();
    }
    exchange.packet().unwrap().to_vec()
}

/// Message 1 with a code that is right, of a stranger who has the server's public key and a static key of its own.
pub fn of_a_stranger(number: u8) -> Forgery {
    let key = StaticKey::from(identity(7));
    let (server, descriptor) = (identity(2).public(), DescriptorHash::of_body(b""));
    let (connection, rng) = (ConnectionId([number; 8]), &mut Counted::new(0x60));
    let exchange = Exchange::meet(&key, server, descriptor, connection, rng).unwrap();
    Forgery {
        name: "a right code, another static key",
        packet: first_packet(exchange, &key),
    }
}

/// How an honest pairing went, up to its first reading.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How long it took on the clock that both are told.
    pub took: Duration,
    /// Datagrams of both sides.
    pub datagrams: usize,
    /// Random values that the device has drawn: each is in front of a multiplication.
    pub draws: u64,
}

/// An honest device and its server, and a clock; each does one multiplication in ten milliseconds.
pub struct Scene {
    pub now: Instant,
    pub device: Device<'static, 4096>,
    pub server: Server,
    pub at_device: Counted,
    at_server: Counted,
    flash: MemoryStorage<4096, 1>,
    pub datagrams: usize,
    /// Records that the server has stored.
    pub records: usize,
}

impl Scene {
    fn of(device: Device<'static, 4096>) -> Self {
        Self {
            now: Instant::ZERO,
            device,
            server: Server::new(identity(2), ServerConfig::DEFAULT),
            at_device: Counted::new(0x10),
            at_server: Counted::new(0x20),
            flash: MemoryStorage::new(),
            datagrams: 0,
            records: 0,
        }
    }

    /// A device that is armed, and a server that has read its label.
    pub fn by_label() -> Self {
        let mut scene = Self::of(armed_device());
        scene
            .server
            .pair(Instant::ZERO, &label(SECRET), &mut scene.at_server)
            .unwrap();
        scene
    }

    /// A device and a server that have each other's key; a session lasts ten seconds.
    pub fn by_factory_keys() -> Self {
        let config = Config {
            session_age: Duration::from_secs(10),
            ..Config::DEFAULT
        };
        let device = Device::new(identity(1), Descriptor::default(), config).unwrap();
        let mut scene = Self::of(device);
        scene.server.expect(identity(1).public());
        scene
            .device
            .meet(Instant::ZERO, identity(2).public())
            .unwrap();
        scene
    }

    /// Ten milliseconds; in front of each datagram for the device `flood` has its turn.
    pub fn step(
        &mut self,
        mut flood: impl FnMut(&mut Device<'static, 4096>, &mut Counted, Instant),
    ) {
        self.now = self.now + STEP;
        let (now, mut buffer) = (self.now, [0; MAX_DATAGRAM]);
        let _ = self.server.handle_timeout(now, &mut self.at_server);
        let _ = self.device.handle_timeout(now, &mut self.at_device);
        while let Some(datagram) = self.server.poll_transmit(now, &mut buffer) {
            flood(&mut self.device, &mut self.at_device, now);
            self.datagrams += 1;
            let device = &mut self.device;
            let _ = device.handle_datagram(now, &datagram, &mut self.at_device);
        }
        self.device.store_on(now, &mut self.flash).unwrap();
        while let Some(event) = self.device.poll_event() {
            if let DeviceEvent::Ready { .. } = event {
                let (metric, unit) = (Metric::HEART_RATE, Unit::BEATS_PER_MINUTE);
                let pulse = Observation::new(metric, unit, now, 72.into());
                let records = [Record::Observation(pulse)];
                self.device.send(now, Space::Data, &records).unwrap();
            }
        }
        while let Some(datagram) = self.device.poll_transmit(now, &mut buffer) {
            self.datagrams += 1;
            if let Ok(Received::Records(opened)) = self.server.handle_datagram(now, datagram) {
                self.records += opened.records().unwrap().count();
                self.server.handle_stored(now, opened.stored()).unwrap();
            }
        }
    }
}

/// Pairs an armed device; in front of each honest datagram `flood` has its turn. The server at the end.
pub fn pair(
    mut flood: impl FnMut(&mut Device<'static, 4096>, &mut Counted, Instant),
) -> (Outcome, Server) {
    let mut scene = Scene::by_label();
    while scene.records < 2 {
        assert!(
            scene.now < Instant::from_secs(60),
            "the pairing does not finish"
        );
        scene.step(&mut flood);
    }
    let outcome = Outcome {
        took: scene.now.checked_since(Instant::ZERO).unwrap(),
        datagrams: scene.datagrams,
        draws: scene.at_device.draws,
    };
    (outcome, scene.server)
}
