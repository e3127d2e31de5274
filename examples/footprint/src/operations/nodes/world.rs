//! The device, its servers, what lies between them, and the turns that they take.

use core::mem::MaybeUninit;

use cortex_m_semihosting::hprintln;
use heapless::Vec;
use iomt::node::{
    Config, Device, DeviceEvent, DeviceSetup, Error, Keeping, PeerId, REFUSAL_LEN, Received,
    Server, ServerConfig, refusal,
};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{Identity, PublicKey};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::{Entropy, EntropyFailed, ResumptionSecret};
use iomt::storage::{FrameAddress, MAX_IMAGE, MemoryStorage, Storage, StoreReply};
use iomt::time::{Duration, Instant};
use iomt::wire::command::{Rights, Role};
use iomt::wire::{MAX_DATAGRAM, Space, WriteRecord};

use super::Failed;
use super::line::{Fate, Line};
use crate::meter::{measure, stack_of};

/// A device with outboxes that would be seen on the stack if one ever lay there.
type Sensor = Device<'static, 16_384, 2>;

/// Where a device is made and stays, where it is made again after a restart, and what outlives that.
pub struct Place {
    before: MaybeUninit<Sensor>,
    after: MaybeUninit<Sensor>,
    storage: MemoryStorage<40_000, 2>,
}

impl Place {
    /// Nothing is made there yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            before: MaybeUninit::uninit(),
            after: MaybeUninit::uninit(),
            storage: MemoryStorage::new(),
        }
    }
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

/// Sessions are renewed while they are looked at.
const CONFIG: Config = Config {
    keeping: Keeping::SessionAndFrames,
    session_age: Duration::from_secs(60),
    ..Config::DEFAULT
};
const DEVICE: &str = "a device";
const SERVER: &str = "a server";
const LABEL: [u8; 16] = [7; 16];
const FIRST_SECRET: [u8; 32] = [5; 32];
const KEYS: [[u8; 32]; 2] = [[0x21; 32], [0x22; 32]];
const DEVICE_KEY: [u8; 32] = [0x42; 32];

/// Bytes of which no two draws are alike: a node refuses a generator that repeats itself. Not random.
pub(super) struct Numbers(u32);

impl Entropy for Numbers {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        for byte in out {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (self.0 >> 24) as u8;
        }
        Ok(())
    }
}

/// How deep each call has gone, by its name.
#[derive(Default)]
struct Depths(Vec<(Call, usize), 32>);

/// Whose call it is, and its name.
type Call = (&'static str, &'static str);

impl Depths {
    fn of<R>(&mut self, call: Call, operation: impl FnOnce() -> R) -> R {
        let (result, depth) = stack_of(operation);
        match self.0.iter_mut().find(|(known, _)| *known == call) {
            Some((_, deepest)) => *deepest = depth.max(*deepest),
            None => assert!(self.0.push((call, depth)).is_ok(), "room for each call"),
        }
        result
    }
}

/// Device and servers, and what has become of them.
pub(super) struct World<'p> {
    device: &'p mut Sensor,
    spare: Option<&'p mut MaybeUninit<Sensor>>,
    storage: &'p mut MemoryStorage<40_000, 2>,
    servers: [Server; 2],
    pub(super) line: Line,
    numbers: Numbers,
    pub(super) now: Instant,
    depths: Depths,
    has_reconnected: [bool; 2],
    /// Whether the device does what it wants from its storage, or its caller does it step by step: in turns.
    stores_itself: bool,
    /// Readings that the device has refused to take.
    pub(super) refused: usize,
    /// Frames that have come from storage.
    pub(super) loaded: usize,
    /// Losses that a server has heard of.
    pub(super) named_losses: usize,
}

impl<'p> World<'p> {
    pub(super) fn new(place: &'p mut Place) -> Result<Self, Error> {
        let mut depths = Depths::default();
        let device = depths.of((DEVICE, "make_in"), || make(&mut place.before))?;
        let [first, second] = KEYS.map(|key| Identity::from_secret_bytes(&key));
        Ok(Self {
            device,
            spare: Some(&mut place.after),
            storage: &mut place.storage,
            servers: [first?, second?].map(|key| Server::new(key, ServerConfig::DEFAULT)),
            line: Line::default(),
            numbers: Numbers(1),
            now: Instant::ZERO,
            depths,
            has_reconnected: [false; 2],
            stores_itself: false,
            refused: 0,
            loaded: 0,
            named_losses: 0,
        })
    }

    /// The device is armed, and one server has read its label.
    pub(super) fn pair(&mut self) -> Result<(), Failed> {
        let [label, same] = [LABEL; 2].map(|label| LabelSecret::new(&label));
        let (label, same) = (label.map_err(|_| "a label")?, same.map_err(|_| "a label")?);
        self.device("arm", |device, _| device.arm(label));
        self.device("allow_commands", |device, _| device.allow_commands());
        let now = self.now;
        let paired = self.server(0, "pair", |server, numbers| {
            server.pair(now, &same, numbers)
        });
        paired.map_err(|_| "a pairing")
    }

    /// The first server brings the second.
    pub(super) fn introduce(&mut self) -> Result<(), Error> {
        let (now, key) = (self.now, key_of(&KEYS[1])?);
        let [first, same] = [FIRST_SECRET; 2].map(|it| ResumptionSecret::from_secret_bytes(&it));
        let (first, same, device) = (first?, same?, key_of(&DEVICE_KEY)?);
        self.server(1, "expect_introduced", |server, _| {
            server.expect_introduced(device, same, None);
        });
        self.server(0, "introduce", |server, _| {
            server.introduce(now, key, first, (Role::Recipient, Rights::NONE))
        })
    }

    pub(super) fn revoke(&mut self) -> Result<(), Error> {
        let (now, key) = (self.now, key_of(&KEYS[1])?);
        self.server(0, "revoke", |server, _| server.revoke(now, key))
    }

    /// The device goes on after a reboot, from what storage holds.
    pub(super) fn restart(&mut self) -> Result<(), Error> {
        let spare = self.spare.take().ok_or(Error::NotAwaited)?;
        self.device = measure("a device: make it, in its place", || make(spare))?;
        self.numbers = Numbers(2);
        self.device("allow_commands", |device, _| device.allow_commands());
        let now = self.now;
        for place in 0..2 {
            let mut image = [0; MAX_IMAGE];
            let len = self.storage.load_image(place, &mut image).ok().flatten();
            let image = image.get(..len.unwrap_or(0)).unwrap_or_default();
            let resumed = self.device("resume", |device, numbers| {
                device.resume(now, image, numbers)
            });
            resumed?;
        }
        Ok(())
    }

    /// From now on datagrams are lost and forged.
    pub(super) fn disturb(&mut self) {
        self.line.is_disturbed = true;
    }

    pub(super) fn is_settled(&self) -> bool {
        self.device.is_ready() && self.device.is_settled()
    }

    pub(super) fn recipients(&self) -> usize {
        self.device.peers().count()
    }

    pub(super) fn have_reconnected(&self) -> bool {
        self.has_reconnected == [true; 2]
    }

    pub(super) fn lost(&self) -> u64 {
        self.device.stats().frames_lost
    }

    pub(super) fn heart_rate(&self) -> Observation {
        let bpm = 72.into();
        Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, self.now, bpm)
    }

    pub(super) fn send<R: WriteRecord>(
        &mut self,
        space: Space,
        records: &[R],
    ) -> Result<(), Error> {
        let now = self.now;
        let sent = self.device("send", |device, _| device.send(now, space, records));
        sent.map(|_| ())
    }

    /// One reading on its whole way, in instructions: nothing else is under way.
    pub(super) fn count_a_delivery(&mut self) -> Result<(), Error> {
        let (now, pulse, mut buffer) = (self.now, self.heart_rate(), [0; MAX_DATAGRAM]);
        let device = &mut *self.device;
        measure("a device: send a heart rate", || {
            device.send(now, Space::Data, &[pulse])
        })?;
        self.store()?;
        let device = &mut *self.device;
        let len = measure("a device: transmit its frame", || {
            device.poll_transmit(now, &mut buffer).map(|it| it.len())
        });
        let len = len.ok_or(Error::NotAwaited)?;
        hprintln!("bytes {} a heart rate: its frame", len);
        let (server, numbers) = (&mut self.servers[0], &mut self.numbers);
        let later = now + ServerConfig::DEFAULT.receipt_delay;
        let mut out = [0; MAX_DATAGRAM];
        let receipt = measure("a server: from a frame to its receipt", || {
            let datagram = buffer.get_mut(..len).unwrap_or_default();
            if let Received::Records(opened) = server.handle_datagram(now, datagram)? {
                server.handle_stored(now, opened.stored())?;
            }
            server.handle_timeout(later, numbers)?;
            let receipt = server.poll_transmit(later, &mut out).map(|it| it.len());
            receipt.ok_or(Error::NotAwaited)
        })?;
        hprintln!("bytes {} a heart rate: its receipt", receipt);
        let (device, numbers) = (&mut *self.device, &mut self.numbers);
        measure("a device: believe the receipt", || {
            device.handle_datagram(later, out.get(..receipt).unwrap_or_default(), numbers)
        })?;
        self.now = later;
        if self.device.waiting() == 0 {
            Ok(())
        } else {
            Err(Error::NotAwaited)
        }
    }

    /// Packets of nobody, of every kind, and what anybody can say of what was overheard; whether all were refused.
    pub(super) fn strangers(&mut self) -> bool {
        let mut are_refused = true;
        for kind in 0..=u8::MAX {
            let mut datagram = [kind; 64];
            let said = self.tell_device(&datagram);
            are_refused &= said.is_err();
            for at in 0..2 {
                let now = self.now;
                self.server(at, "handle_datagram", |server, _| {
                    let _ = server.handle_datagram(now, &mut datagram);
                });
            }
        }
        are_refused
    }

    /// Turns until something is so.
    pub(super) fn until(
        &mut self,
        what: Failed,
        is_so: impl Fn(&Self) -> bool,
    ) -> Result<(), Failed> {
        for _ in 0..20_000 {
            self.turn().map_err(|_| what)?;
            if is_so(self) {
                return Ok(());
            }
        }
        Err(what)
    }

    /// Everybody does what is due, and hears what is said.
    pub(super) fn turn(&mut self) -> Result<(), Error> {
        self.now = (self.now + Duration::from_millis(10)).max(self.due());
        let now = self.now;
        let _ = self.device("handle_timeout", |device, numbers| {
            device.handle_timeout(now, numbers)
        });
        self.store()?;
        while let Some(event) = self.device("poll_event", |device, _| device.poll_event()) {
            if let DeviceEvent::Reconnected {
                peer: PeerId(at), ..
            } = event
            {
                self.has_reconnected[usize::from(at) % 2] = true;
            }
        }
        self.device_speaks()?;
        for at in 0..2 {
            self.server_turns(at);
        }
        Ok(())
    }

    fn due(&mut self) -> Instant {
        let device = self.device("poll_timeout", |device, _| device.poll_timeout());
        let servers =
            [0, 1].map(|at| self.server(at, "poll_timeout", |server, _| server.poll_timeout()));
        let due = [device, servers[0], servers[1]].into_iter().flatten().min();
        due.unwrap_or(self.now)
            .min(self.now + Duration::from_secs(1))
    }

    /// Does what the device wants from its storage.
    fn store(&mut self) -> Result<(), Error> {
        self.stores_itself = !self.stores_itself;
        if self.stores_itself {
            return self.store_on();
        }
        let (now, mut buffer, mut found) = (self.now, [0; MAX_DATAGRAM], [0; MAX_DATAGRAM]);
        loop {
            let out = &mut buffer;
            let request = self.device("poll_store", |device, _| device.poll_store(now, out));
            let Some(request) = request else {
                return Ok(());
            };
            let (device, depths) = (&mut *self.device, &mut self.depths);
            let note = &mut |address: FrameAddress| {
                depths.of((DEVICE, "handle_found"), || device.handle_found(&address));
            };
            let reply = self.storage.perform(&request, &mut found, note);
            self.loaded += usize::from(matches!(reply, StoreReply::Found { .. }));
            self.device("handle_stored", |device, _| {
                device.handle_stored(now, reply)
            })?;
        }
    }

    fn store_on(&mut self) -> Result<(), Error> {
        let (device, storage, now) = (&mut *self.device, &mut *self.storage, self.now);
        let store = || device.store_on(now, storage);
        self.depths.of((DEVICE, "store_on"), store)
    }

    fn device_speaks(&mut self) -> Result<(), Error> {
        let (now, mut buffer) = (self.now, [0; MAX_DATAGRAM]);
        loop {
            let out = &mut buffer;
            let spoken = self.device("poll_transmit_to", |device, _| {
                let spoken = device.poll_transmit_to(now, out);
                spoken.map(|(peer, datagram)| (peer, datagram.len()))
            });
            let Some((peer, len)) = spoken else {
                return Ok(());
            };
            let datagram = buffer.get_mut(..len).unwrap_or_default();
            // Whoever pairs is the first one.
            let at = peer.map_or(0, |PeerId(peer)| usize::from(peer) % 2);
            match self.line.fate(at, datagram) {
                Fate::Lost => continue,
                Fate::Forged(byte) => {
                    self.tell_server(at, &mut forged(datagram, byte));
                    self.refuse(datagram);
                }
                Fate::Arrives => {}
            }
            self.tell_server(at, datagram);
        }
    }

    /// Anybody can say that nobody knows the sender.
    fn refuse(&mut self, datagram: &[u8]) {
        let mut out = [0; REFUSAL_LEN];
        if let Some(refusal) = refusal(datagram, &mut out) {
            let _ = self.tell_device(refusal);
        }
    }

    fn tell_server(&mut self, at: usize, datagram: &mut [u8]) {
        let now = self.now;
        let stored = self.server(at, "handle_datagram", |server, _| {
            match server.handle_datagram(now, datagram) {
                Ok(Received::Records(opened) | Received::Quarantined(opened)) => {
                    Some(opened.stored())
                }
                _ => None,
            }
        });
        if let Some(stored) = stored {
            let _ = self.server(at, "handle_stored", |server, _| {
                server.handle_stored(now, stored)
            });
        }
    }

    fn tell_device(&mut self, datagram: &[u8]) -> Result<(), Error> {
        let now = self.now;
        self.device("handle_datagram", |device, numbers| {
            device.handle_datagram(now, datagram, numbers)
        })
    }

    fn server_turns(&mut self, at: usize) {
        let (now, mut buffer) = (self.now, [0; MAX_DATAGRAM]);
        let _ = self.server(at, "handle_timeout", |server, numbers| {
            server.handle_timeout(now, numbers)
        });
        while self
            .server(at, "poll_event", |server, _| server.poll_event())
            .is_some()
        {}
        while self
            .server(at, "poll_loss", |server, _| server.poll_loss())
            .is_some()
        {
            self.named_losses += 1;
        }
        loop {
            let out = &mut buffer;
            let len = self.server(at, "poll_transmit", |server, _| {
                server.poll_transmit(now, out).map(|it| it.len())
            });
            let Some(len) = len else {
                return;
            };
            let datagram = buffer.get_mut(..len).unwrap_or_default();
            match self.line.fate(at, datagram) {
                Fate::Lost => continue,
                Fate::Forged(byte) => {
                    let _ = self.tell_device(&forged(datagram, byte));
                }
                Fate::Arrives => {}
            }
            let _ = self.tell_device(datagram);
        }
    }

    /// How deep each call has gone.
    pub(super) fn show(&self) {
        for ((whose, name), depth) in &self.depths.0 {
            hprintln!("call {} {}: `{}`", depth, whose, name);
        }
    }

    fn device<R>(
        &mut self,
        name: &'static str,
        call: impl FnOnce(&mut Sensor, &mut Numbers) -> R,
    ) -> R {
        let (device, numbers) = (&mut *self.device, &mut self.numbers);
        self.depths.of((DEVICE, name), || call(device, numbers))
    }

    fn server<R>(
        &mut self,
        at: usize,
        name: &'static str,
        call: impl FnOnce(&mut Server, &mut Numbers) -> R,
    ) -> R {
        let (server, numbers) = (&mut self.servers[at], &mut self.numbers);
        self.depths.of((SERVER, name), || call(server, numbers))
    }
}

/// Makes a device where it stays.
fn make(place: &mut MaybeUninit<Sensor>) -> Result<&mut Sensor, Error> {
    let identity = Identity::from_secret_bytes(&DEVICE_KEY)?;
    let setup = DeviceSetup::new(identity, Descriptor::default(), CONFIG)?;
    Ok(setup.make_in(place))
}

fn key_of(private: &[u8; 32]) -> Result<PublicKey, Error> {
    Ok(Identity::from_secret_bytes(private)?.public())
}

/// The same, with this byte changed.
fn forged(datagram: &[u8], byte: usize) -> Vec<u8, MAX_DATAGRAM> {
    let mut forged = Vec::from_slice(datagram).unwrap_or_default();
    if let Some(byte) = forged.get_mut(byte) {
        *byte ^= 0x10;
    }
    forged
}
