//! A device and a server that pair over a label, and one heart rate between them.

use cortex_m_semihosting::hprintln;
use iomt::node::{Config, Device, DeviceEvent, Error, Received, Server, ServerConfig};
use iomt::pairing::Identity;
use iomt::pairing::label::LabelSecret;
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::storage::StoreReply;
use iomt::time::{Duration, Instant};
use iomt::wire::{MAX_DATAGRAM, Record, Space};

use crate::Noise;
use crate::meter::{measure, stack_of};

/// A device with an outbox of 1,024 bytes.
type Sensor = Device<'static, 1_024>;

/// Both ends of the conversation, and how deep the device's calls have gone.
struct World<'w> {
    device: &'w mut Sensor,
    server: &'w mut Server,
    now: Instant,
    deepest: usize,
    is_stored: bool,
}

/// Pairs the two, and lets the device deliver.
pub(super) fn run() -> Result<(), Error> {
    let label = [7; 16];
    let identity = Identity::from_secret_bytes(&[0x21; 32])?;
    let server = &mut Server::new(identity, ServerConfig::DEFAULT);
    let identity = Identity::from_secret_bytes(&[0x42; 32])?;
    let mut device = Device::new(identity, Descriptor::default(), Config::DEFAULT);
    let Ok(device) = &mut device else {
        return Err(Error::Pairing(iomt::pairing::Error::BadKey));
    };
    device.arm(LabelSecret::new(&label)?);
    server.pair(Instant::ZERO, &LabelSecret::new(&label)?, &mut Noise)?;
    let mut world = World {
        device,
        server,
        now: Instant::ZERO,
        deepest: 0,
        is_stored: false,
    };
    for _ in 0..2_000 {
        world.turn()?;
        if world.is_stored && world.device.is_settled() {
            hprintln!("worst {} any call of a device", world.deepest);
            return Ok(());
        }
    }
    Err(Error::Pairing(iomt::pairing::Error::NotAuthentic))
}

impl World<'_> {
    fn turn(&mut self) -> Result<(), Error> {
        self.now = self.now + Duration::from_millis(10);
        let now = self.now;
        let mut buffer = [0; MAX_DATAGRAM];
        let _ = self.deep(|device| device.handle_timeout(now, &mut Noise));
        while self.deep(|device| device.poll_store(now, &mut buffer).is_some()) {
            self.deep(|device| device.handle_stored(now, StoreReply::Done))?;
        }
        if let Some(DeviceEvent::Ready { .. }) = self.device.poll_event() {
            self.send()?;
        }
        while let Some(len) = self.deep(|device| {
            let datagram = device.poll_transmit(now, &mut buffer);
            datagram.map(|datagram| datagram.len())
        }) {
            self.hear(buffer.get_mut(..len).unwrap_or_default())?;
        }
        let _ = self.server.handle_timeout(now, &mut Noise);
        while let Some(datagram) = self.server.poll_transmit(now, &mut buffer) {
            let device = &mut *self.device;
            let (_, depth) = stack_of(|| device.handle_datagram(now, &datagram, &mut Noise));
            self.deepest = self.deepest.max(depth);
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
        measure("a device: send a heart rate", || {
            let record = Record::Observation(pulse);
            self.device.send(self.now, Space::Data, &[record])
        })?;
        Ok(())
    }

    fn hear(&mut self, datagram: &mut [u8]) -> Result<(), Error> {
        if let Ok(Received::Records(opened)) = self.server.handle_datagram(self.now, datagram) {
            self.server.handle_stored(self.now, opened.stored())?;
            self.is_stored = true;
        }
        Ok(())
    }

    fn deep<R>(&mut self, call: impl FnOnce(&mut Sensor) -> R) -> R {
        let (result, depth) = stack_of(|| call(self.device));
        self.deepest = self.deepest.max(depth);
        result
    }
}
