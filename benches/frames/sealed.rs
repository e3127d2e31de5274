//! This crate: a device's sealer, a server's opener, and a server of many sessions.

use std::collections::HashMap;
use std::hint::black_box;

use iomt::seal::{
    Direction, Opener, Opening as Opened, SAVED_SESSION_LEN, Sealer, SessionSecrets, SystemEntropy,
};
use iomt::wire::{Frame, Locator, MAX_DATAGRAM, Packet, Route, Space};

use super::clock::{BATCH, Contestant};

fn session(number: u32) -> (Sealer, Opener) {
    let mut secret = [1; 32];
    secret[..4].copy_from_slice(&number.to_be_bytes());
    let secrets =
        || SessionSecrets::derive(&secret, &[2; 32], &[3; 32], Direction::DeviceResponded).unwrap();
    let mut sealer = secrets().into_sealer(&[4; 32]).unwrap();
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer.begin_epoch(&mut SystemEntropy, &mut saved).unwrap();
    sealer.epoch_stored().unwrap();
    (sealer, secrets().into_opener())
}

/// A device in the first row, a server in the others.
pub struct Sealing {
    sealer: Sealer,
    plaintext: Vec<u8>,
    frames: Vec<Vec<u8>>,
}

impl Sealing {
    pub fn new(size: usize) -> Self {
        Self {
            sealer: session(0).0,
            plaintext: vec![0x5A; size],
            frames: vec![vec![0; MAX_DATAGRAM]; BATCH],
        }
    }
}

impl Contestant for Sealing {
    fn prepare(&mut self) {}

    fn run(&mut self) {
        for frame in &mut self.frames {
            let plaintext = black_box(&self.plaintext[..]);
            let sealed = self.sealer.seal(Space::Data, plaintext, frame);
            black_box(sealed.unwrap());
        }
    }
}

/// Parse, look up, check the set, open, take into the set; sessions are picked at random.
pub struct Opening {
    sealers: Vec<(Locator, Sealer)>,
    openers: HashMap<Locator, Opener>,
    plaintext: Vec<u8>,
    packets: Vec<Vec<u8>>,
    random: u64,
}

impl Opening {
    pub fn new(sessions: u32, size: usize) -> Self {
        let mut opening = Self {
            sealers: Vec::new(),
            openers: HashMap::new(),
            plaintext: vec![0x5A; size],
            packets: Vec::new(),
            random: 1,
        };
        for number in 0..sessions {
            let (mut sealer, mut opener) = session(number);
            let epoch = sealer.epoch().unwrap();
            let mut first = routed(&mut sealer, &opening.plaintext, epoch.route(false));
            receive(&mut opener, &mut first);
            opening.sealers.push((epoch.locator, sealer));
            opening.openers.insert(epoch.locator, opener);
        }
        opening
    }
}

impl Contestant for Opening {
    fn prepare(&mut self) {
        self.packets.clear();
        for _ in 0..BATCH {
            self.random = self
                .random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let place = (self.random >> 33) as usize % self.sealers.len();
            let (locator, sealer) = &mut self.sealers[place];
            let packet = routed(sealer, &self.plaintext, Route::Routed(*locator));
            self.packets.push(packet);
        }
    }

    fn run(&mut self) {
        for packet in &mut self.packets {
            let Ok(Packet::Frame(Frame {
                route: Route::Routed(locator),
                ..
            })) = Packet::parse(black_box(packet))
            else {
                panic!("a routed frame does not parse")
            };
            let opener = self.openers.get_mut(&locator).unwrap();
            black_box(receive(opener, packet));
        }
    }
}

fn routed(sealer: &mut Sealer, plaintext: &[u8], route: Route) -> Vec<u8> {
    let mut out = [0; MAX_DATAGRAM];
    let short = sealer.seal(Space::Data, plaintext, &mut out).unwrap();
    let Ok(Packet::Frame(frame)) = Packet::parse(short) else {
        panic!("a sealed frame does not parse")
    };
    let routed = Frame { route, ..frame };
    routed.emit(&mut [0; MAX_DATAGRAM]).unwrap().to_vec()
}

fn receive(opener: &mut Opener, packet: &mut [u8]) -> usize {
    let Ok(Opened::Fresh(opened)) = opener.open(packet) else {
        panic!("an honest frame does not open")
    };
    let len = opened.plaintext().len();
    opener.commit(opened.stored()).unwrap();
    len
}

/// One session's opening, where the packet comes to the opener by itself: no table.
pub struct OpeningAlone(Opening);

impl OpeningAlone {
    pub fn new(size: usize) -> Self {
        Self(Opening::new(1, size))
    }
}

impl Contestant for OpeningAlone {
    fn prepare(&mut self) {
        self.0.prepare();
    }

    fn run(&mut self) {
        let opener = self.0.openers.values_mut().next().unwrap();
        for packet in &mut self.0.packets {
            black_box(receive(opener, black_box(packet)));
        }
    }
}
