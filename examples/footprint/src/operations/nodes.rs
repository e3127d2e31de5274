//! A device and a server that pair over a label, and one heart rate between them.

use core::mem::MaybeUninit;

use cortex_m_semihosting::hprintln;
use heapless::Vec;
use iomt::node::{Config, Device, DeviceEvent, DeviceSetup, Error, Received, Server, ServerConfig};
use iomt::pairing::Identity;
use iomt::pairing::label::LabelSecret;
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::{Entropy, EntropyFailed};
use iomt::storage::{MAX_IMAGE, StoreReply, StoreRequest};
use iomt::time::{Duration, Instant};
use iomt::wire::{MAX_DATAGRAM, Space};

use crate::meter::{measure, stack_of};

/// A device with an outbox that would be seen on the stack if it ever lay there.
type Sensor = Device<'static, 16_384>;
/// Where it is made and stays.
pub type Place = MaybeUninit<Sensor>;

/// Its session is renewed while it is looked at.
const CONFIG: Config = Config {
    session_age: Duration::from_secs(5),
    ..Config::DEFAULT
};

/// Bytes of which no two draws are alike: a node refuses a generator that repeats itself. Not random.
struct Numbers(u32);

impl Entropy for Numbers {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        for byte in out {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (self.0 >> 24) as u8;
        }
        Ok(())
    }
}

/// Both ends of the conversation, and how deep the device's calls have gone.
struct World<'w> {
    device: &'w mut Sensor,
    server: &'w mut Server,
    numbers: Numbers,
    now: Instant,
    deepest: usize,
    is_sent: bool,
    has_reconnected: bool,
    /// What storage holds of the device.
    image: Vec<u8, MAX_IMAGE>,
}

/// Pairs the two, lets the device deliver and reconnect, and begins it anew.
pub(super) fn run(place: &mut Place) -> Result<(), Error> {
    let label = [7; 16];
    let identity = Identity::from_secret_bytes(&[0x21; 32])?;
    let server = &mut Server::new(identity, ServerConfig::DEFAULT);
    let mut numbers = Numbers(1);
    server.pair(Instant::ZERO, &LabelSecret::new(&label)?, &mut numbers)?;
    let (device, deepest) = stack_of(|| make(place));
    let mut world = World {
        device: device?,
        server,
        numbers,
        now: Instant::ZERO,
        deepest,
        is_sent: false,
        has_reconnected: false,
        image: Vec::new(),
    };
    let label = LabelSecret::new(&label)?;
    world.deep(|device, _| device.arm(label));
    for _ in 0..2_000 {
        world.turn()?;
        if world.is_sent && world.has_reconnected && world.device.is_settled() {
            let World {
                now,
                deepest,
                image,
                ..
            } = world;
            return restart(place, now, &image, deepest);
        }
    }
    Err(Error::NotAwaited)
}

/// Makes a device where it stays.
fn make(place: &mut Place) -> Result<&mut Sensor, Error> {
    let identity = Identity::from_secret_bytes(&[0x42; 32])?;
    let setup = DeviceSetup::new(identity, Descriptor::default(), CONFIG)?;
    Ok(setup.make_in(place))
}

/// The device goes on after a reboot, from its image.
fn restart(place: &mut Place, now: Instant, image: &[u8], deepest: usize) -> Result<(), Error> {
    let device = measure("a device: make it, in its place", || make(place))?;
    let (resumed, depth) = stack_of(|| device.resume(now, image, &mut Numbers(2)));
    resumed?;
    hprintln!("worst {} any call of a device", deepest.max(depth));
    Ok(())
}

impl World<'_> {
    fn turn(&mut self) -> Result<(), Error> {
        self.now = self.now + Duration::from_millis(10);
        let now = self.now;
        let mut buffer = [0; MAX_DATAGRAM];
        let _ = self.deep(|device, numbers| device.handle_timeout(now, numbers));
        while let Some(stored) = self.deep(|device, _| {
            let request = device.poll_store(now, &mut buffer);
            request.map(|request| match request {
                StoreRequest::Image { bytes, .. } => bytes.len(),
                _ => 0,
            })
        }) {
            if let Some(image @ [_, ..]) = buffer.get(..stored) {
                self.image = Vec::from_slice(image).unwrap_or_default();
            }
            self.deep(|device, _| device.handle_stored(now, StoreReply::Done))?;
        }
        match self.deep(|device, _| device.poll_event()) {
            Some(DeviceEvent::Ready { .. }) if !self.is_sent => self.send()?,
            Some(DeviceEvent::Reconnected { .. }) => self.has_reconnected = true,
            _ => {}
        }
        while let Some(len) = self.deep(|device, _| {
            let datagram = device.poll_transmit(now, &mut buffer);
            datagram.map(|datagram| datagram.len())
        }) {
            self.hear(buffer.get_mut(..len).unwrap_or_default())?;
        }
        let _ = self.server.handle_timeout(now, &mut self.numbers);
        while let Some(datagram) = self.server.poll_transmit(now, &mut buffer) {
            let _ = self.deep(|device, numbers| device.handle_datagram(now, &datagram, numbers));
        }
        Ok(())
    }

    fn send(&mut self) -> Result<(), Error> {
        let pulse = Observation::new(
            Metric::HEART_RATE,
            Unit::BEATS_PER_MINUTE,
            self.now,
            72.into(),
        );
        let now = self.now;
        measure("a device: send a heart rate", || {
            self.device.send(now, Space::Data, &[pulse])
        })?;
        self.is_sent = true;
        Ok(())
    }

    fn hear(&mut self, datagram: &mut [u8]) -> Result<(), Error> {
        if let Ok(Received::Records(opened)) = self.server.handle_datagram(self.now, datagram) {
            self.server.handle_stored(self.now, opened.stored())?;
        }
        Ok(())
    }

    fn deep<R>(&mut self, call: impl FnOnce(&mut Sensor, &mut Numbers) -> R) -> R {
        let (result, depth) = stack_of(|| call(self.device, &mut self.numbers));
        self.deepest = self.deepest.max(depth);
        result
    }
}
