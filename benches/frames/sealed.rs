//! This crate: a device's sealer, a server's opener, and a server of many sessions.

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;

use iomt::seal::{
    Direction, MAX_ROW, Opener, Opening as Opened, Row, RowKey, RowOwner, SAVED_SESSION_LEN,
    Sealer, SessionLookup, SessionSecrets, SessionTable, Stored, SystemEntropy, open_batch,
};
use iomt::wire::{Frame, Locator, MAX_DATAGRAM, Packet, Route, Space};

use super::BATCH;
use super::clock::Contestant;

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

/// A server of many sessions, and their devices.
pub struct Fleet {
    sealers: Vec<(Locator, Sealer)>,
    table: SessionTable<u32>,
    openers: Vec<Opener>,
    plaintext: Vec<u8>,
    packets: Vec<Vec<u8>>,
    random: u64,
}

pub type Shared = Rc<RefCell<Fleet>>;

impl Fleet {
    pub fn new(sessions: u32, size: usize) -> Shared {
        let mut fleet = Self {
            sealers: Vec::with_capacity(sessions as usize),
            table: SessionTable::with_capacity(9 * sessions as usize),
            openers: Vec::with_capacity(sessions as usize),
            plaintext: vec![0x5A; size],
            packets: Vec::new(),
            random: 1,
        };
        for number in 0..sessions {
            let (mut sealer, mut opener) = session(number);
            let epoch = sealer.epoch().unwrap();
            let mut first = routed(&mut sealer, &fleet.plaintext, epoch.route(false));
            receive(&mut opener, &mut first);
            for locator in opener.locators() {
                assert!(fleet.table.insert(locator, number));
            }
            fleet.sealers.push((epoch.locator, sealer));
            fleet.openers.push(opener);
        }
        Rc::new(RefCell::new(fleet))
    }

    /// Frames of sessions that are picked at random.
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
}

fn owner(table: &SessionTable<u32>, packet: &[u8]) -> usize {
    let Ok(Packet::Frame(Frame {
        route: Route::Routed(locator),
        ..
    })) = Packet::parse(black_box(packet))
    else {
        panic!("a routed frame does not parse")
    };
    table.owners(locator).iter().next().unwrap() as usize
}

/// Parse, look up, check the set, open, take into the set: one frame after the other.
pub struct Opening(pub Shared);

impl Contestant for Opening {
    fn prepare(&mut self) {
        self.0.borrow_mut().prepare();
    }

    fn run(&mut self) {
        let fleet = &mut *self.0.borrow_mut();
        for packet in &mut fleet.packets {
            let opener = &mut fleet.openers[owner(&fleet.table, packet)];
            black_box(receive(opener, packet));
        }
    }
}

/// The same for a batch at once, as its users call it: all are opened, then all are stored.
pub struct OpeningBatch {
    fleet: Shared,
    stored: Vec<(u32, Stored)>,
}

impl OpeningBatch {
    pub fn new(fleet: &Shared) -> Self {
        Self {
            fleet: fleet.clone(),
            stored: Vec::with_capacity(BATCH),
        }
    }
}

impl Contestant for OpeningBatch {
    fn prepare(&mut self) {
        self.fleet.borrow_mut().prepare();
    }

    fn run(&mut self) {
        let fleet = &mut *self.fleet.borrow_mut();
        let openers = fleet.openers.as_mut_slice();
        open_batch(&fleet.table, openers, &mut fleet.packets, |_, outcome| {
            let Ok((name, Opened::Fresh(opened))) = outcome else {
                panic!("an honest frame does not open")
            };
            black_box(opened.plaintext());
            self.stored.push((name, opened.stored()));
        });
        for (name, stored) in self.stored.drain(..) {
            fleet.openers[name as usize].commit(stored).unwrap();
        }
    }
}

/// What a worker without memory does for each frame: open the row, open the frame, write the receipt.
pub struct OpeningRow {
    fleet: Shared,
    key: RowKey,
    row: Vec<u8>,
}

const OWNER: RowOwner<'_> = RowOwner {
    tenant: b"bench",
    device: b"patch",
};

impl OpeningRow {
    pub fn new(fleet: &Shared) -> Self {
        Self {
            fleet: fleet.clone(),
            key: RowKey::from_bytes(&[8; 32]).unwrap(),
            row: Vec::new(),
        }
    }
}

impl Contestant for OpeningRow {
    fn prepare(&mut self) {
        let fleet = &mut *self.fleet.borrow_mut();
        let row = Row {
            opener: &fleet.openers[0],
            psk: None,
            note: &[],
        };
        let mut out = [0; MAX_ROW];
        let row = self.key.seal(&OWNER, row, &mut SystemEntropy, &mut out);
        self.row = row.unwrap().to_vec();
        fleet.prepare();
    }

    fn run(&mut self) {
        let fleet = &mut *self.fleet.borrow_mut();
        for packet in &mut fleet.packets {
            black_box(owner(&fleet.table, packet));
            let mut row = self.key.open(&OWNER, black_box(&self.row)).unwrap();
            black_box(receive(&mut row.opener, packet));
            let mut out = [0; MAX_DATAGRAM];
            black_box(row.opener.receipt(None, &mut out).unwrap());
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
pub struct OpeningAlone(Shared);

impl OpeningAlone {
    pub fn new(size: usize) -> Self {
        Self(Fleet::new(1, size))
    }
}

impl Contestant for OpeningAlone {
    fn prepare(&mut self) {
        self.0.borrow_mut().prepare();
    }

    fn run(&mut self) {
        let fleet = &mut *self.0.borrow_mut();
        for packet in &mut fleet.packets {
            black_box(receive(&mut fleet.openers[0], black_box(packet)));
        }
    }
}
