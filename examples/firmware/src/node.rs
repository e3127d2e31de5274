//! The node as a whole: what it is made of, and one turn of its loop.

use core::mem::MaybeUninit;

use embedded_storage::nor_flash::ReadNorFlash;
use heapless::Vec;
use iomt::link::{MAX_SERIAL_FRAME, Retry, SerialDecoder, encode_serial};
use iomt::node::{Config, Device, DeviceEvent, DeviceSetup, Error, Keeping};
use iomt::pairing::{Identity, label::LabelSecret};
use iomt::reading::Descriptor;
use iomt::signal::ecg::UnsupportedRate;
use iomt::storage::{FlashStorage, MAX_IMAGE, Storage};
use iomt::time::{Duration, Instant};
use iomt::wire::MAX_DATAGRAM;
use semihosting::eprintln;

use crate::board::{self, MAX_RECEIVED, OUTBOX};
use crate::clock::Clock;
use crate::entropy::HostEntropy;
use crate::flash::{FACTORY_LEN, HostFlash, STORAGE};
use crate::recorder::Recorder;

const DESCRIPTOR: Descriptor<'static> = Descriptor {
    manufacturer: "Example Medical",
    model: "Emulated ECG",
    serial: "000386",
    firmware: "0.1.0",
    udi_device: "",
    udi_production: "",
};

/// Everything sooner than on a radio, so that half a minute shows it all: a session lasts a day otherwise.
const CONFIG: Config = Config {
    retry: Retry {
        first: Duration::from_millis(300),
        longest: Duration::from_secs(2),
    },
    keeping: Keeping::SessionAndFrames,
    due: Duration::from_secs(3),
    session_age: Duration::from_secs(6),
    ..Config::DEFAULT
};

type Sensor = Device<'static, OUTBOX>;
type Place = MaybeUninit<Sensor>;

/// Where the large parts lie: not on the stack, and empty until power-up.
pub struct Places {
    device: Place,
    recorder: Vec<Recorder, 1>,
    decoder: SerialDecoder<MAX_RECEIVED>,
}

impl Places {
    pub const fn new() -> Self {
        Self {
            device: Place::uninit(),
            recorder: Vec::new(),
            decoder: SerialDecoder::new(),
        }
    }
}

pub struct Node {
    device: &'static mut Sensor,
    recorder: &'static mut Recorder,
    decoder: &'static mut SerialDecoder<MAX_RECEIVED>,
    storage: FlashStorage<HostFlash>,
    clock: Clock,
}

impl Node {
    /// The node at power-up: it goes on where it was, or, at its first, may be paired.
    ///
    /// # Errors
    ///
    /// A word on what is missing.
    pub fn start(places: &'static mut Places, mut clock: Clock) -> Result<Self, &'static str> {
        let mut flash = HostFlash::open().map_err(|_| "there is no flash.bin")?;
        let mut factory = [0; FACTORY_LEN];
        flash
            .read(0, &mut factory)
            .map_err(|_| "flash.bin is too short")?;
        let (key, label) = factory.split_at(32);
        let device = make_device(&mut places.device, key);
        let device = device.map_err(|_| "the factory's key is none")?;
        make_recorder(&mut places.recorder).map_err(|_| "no such sample rate")?;
        let recorder = places
            .recorder
            .first_mut()
            .ok_or("this was the second power-up")?;
        let mut storage =
            FlashStorage::open(flash, STORAGE, 1).map_err(|_| "the storage does not open")?;
        match resume(device, &mut storage, clock.now())? {
            true => eprintln!("resumed"),
            false => {
                device.arm(LabelSecret::new(label).map_err(|_| "the label is too short")?);
                eprintln!("armed");
            }
        }
        board::start_uart();
        Ok(Self {
            device,
            recorder,
            decoder: &mut places.decoder,
            storage,
            clock,
        })
    }

    /// Whatever there is to do now: input first, then readings, then every output.
    ///
    /// Its parts are not inlined, so that the stack has room for the deepest of them, not for all.
    pub fn run(&mut self) {
        let now = self.clock.now();
        self.receive(now);
        self.work(now);
        self.store(now);
        if self.device.is_ready() {
            self.record(now);
        }
        while let Some(event) = self.device.poll_event() {
            tell(event);
        }
        self.send(now);
    }

    #[inline(never)]
    fn work(&mut self, now: Instant) {
        // What fails of a handshake begins anew by itself.
        let _ = self.device.handle_timeout(now, &mut HostEntropy);
    }

    #[inline(never)]
    fn receive(&mut self, now: Instant) {
        while let Some(byte) = board::read() {
            if let Some(datagram) = self.decoder.decode(&mut &[byte][..]) {
                // What is wrong with it was counted by the device.
                let _ = self.device.handle_datagram(now, datagram, &mut HostEntropy);
            }
        }
    }

    #[inline(never)]
    fn record(&mut self, now: Instant) {
        // Where the outbox is full, the block waits.
        let Ok(Some(samples)) = self.recorder.run(now, self.device) else {
            return;
        };
        let failures = self.device.stats().store_failures;
        self.store(now);
        if self.device.stats().store_failures == failures {
            eprintln!("kept {samples}");
        }
    }

    #[inline(never)]
    fn store(&mut self, now: Instant) {
        let _ = self.device.store_on(now, &mut self.storage);
    }

    #[inline(never)]
    fn send(&mut self, now: Instant) {
        let (mut buffer, mut frame) = ([0; MAX_DATAGRAM], [0; MAX_SERIAL_FRAME]);
        while let Some(datagram) = self.device.poll_transmit(now, &mut buffer) {
            if let Ok(frame) = encode_serial(datagram, &mut frame) {
                board::write(frame);
            }
        }
    }
}

/// Makes the device where it stays. Not inlined, so that the stack that it takes on the way is free again.
#[inline(never)]
fn make_device<'p>(place: &'p mut Place, key: &[u8]) -> Result<&'p mut Sensor, Error> {
    let identity = Identity::from_secret_bytes(key)?;
    Ok(DeviceSetup::new(identity, DESCRIPTOR, CONFIG)?.make_in(place))
}

#[inline(never)]
fn make_recorder(place: &mut Vec<Recorder, 1>) -> Result<(), UnsupportedRate> {
    let _ = place.push(Recorder::new()?);
    Ok(())
}

/// Whether the device was paired before: its session is on the flash.
#[inline(never)]
fn resume(
    device: &mut Sensor,
    storage: &mut FlashStorage<HostFlash>,
    now: Instant,
) -> Result<bool, &'static str> {
    let mut image = [0; MAX_IMAGE];
    let len = storage.load_image(0, &mut image);
    let len = len.map_err(|_| "the image is damaged")?;
    let Some(image) = len.and_then(|len| image.get(..len)) else {
        return Ok(false);
    };
    let resumed = device.resume(now, image, &mut HostEntropy);
    resumed.map_err(|_| "the image is not this device's")?;
    Ok(true)
}

/// Tells whoever watches the console: the host program reads it, and compares.
fn tell(event: DeviceEvent) {
    match event {
        DeviceEvent::Paired { .. } => eprintln!("paired"),
        DeviceEvent::Ready { .. } => eprintln!("ready"),
        DeviceEvent::Reconnected { by, .. } => eprintln!("reconnected by {by:?}"),
        DeviceEvent::Lost { frames, .. } => eprintln!("lost {frames}"),
        DeviceEvent::StorageFailed { .. } => eprintln!("storage failed"),
        DeviceEvent::Silent { .. } => eprintln!("silence"),
        DeviceEvent::Heard { .. } => eprintln!("heard"),
        _ => {}
    }
}
