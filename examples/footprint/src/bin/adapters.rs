//! Storage on NOR flash, and a device and a server run by `driver` over a serial line, a stream and Bluetooth LE.
//!
//! Asynchronous, so that a linker sees a panic in it: Rust's own, in a future that is polled behind its end.

#![no_std]
#![no_main]

#[path = "../panic/halts.rs"]
mod panic;

use core::convert::Infallible;
use core::hint::black_box;
use core::pin::pin;
use core::task::{Context, Waker};

use cortex_m_rt::entry;
use embedded_io_async::{Read, Write};
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use iomt::driver::{
    Blocking, Characteristics, Driver, GattPort, SerialPort, Store, StoreFailed, StreamPort, Timer,
};
use iomt::node::{Config, Device, Error, NamedLoss, Server, ServerConfig, Trust};
use iomt::pairing::Identity;
use iomt::reading::Descriptor;
use iomt::seal::{Entropy, Opened};
use iomt::storage::{FlashStorage, Storage};
use iomt::time::Instant;
use iomt_footprint::{Generator, now};

#[entry]
fn main() -> ! {
    let _ = black_box(keep());
    let _ = black_box(drive_device());
    let _ = black_box(drive_server());
    iomt_footprint::idle()
}

fn identity() -> Result<Identity, iomt::pairing::Error> {
    Identity::from_secret_bytes(&black_box([4; 32]))
}

/// A flash that the compiler can not see through.
struct Flash;

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 4;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        bytes.fill(black_box(offset as u8));
        black_box(Ok(()))
    }

    fn capacity(&self) -> usize {
        black_box(64 * 1_024)
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 4_096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        black_box((from, to));
        black_box(Ok(()))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        black_box((offset, bytes));
        black_box(Ok(()))
    }
}

fn storage() -> Result<FlashStorage<Flash>, iomt::storage::Error> {
    FlashStorage::open(Flash, 0..black_box(32 * 1_024), 2)
}

fn keep() -> Result<(), iomt::storage::Error> {
    let mut storage = storage()?;
    let mut image = [0; iomt::storage::MAX_IMAGE];
    black_box(storage.load_image(black_box(1), &mut image)?);
    storage.erase_peer(black_box(1))?;
    black_box(storage.release());
    Ok(())
}

/// A line that the compiler can not see through.
struct Line;

impl embedded_io_async::ErrorType for Line {
    type Error = Infallible;
}

impl Read for Line {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, Infallible> {
        out.fill(black_box(3));
        Ok(black_box(out.len()).min(out.len()))
    }
}

impl Write for Line {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(black_box(bytes).len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Characteristics for Line {
    type Error = Infallible;

    async fn receive(&mut self, value: &mut [u8; 512]) -> Result<usize, Infallible> {
        value.fill(black_box(7));
        Ok(black_box(value.len()))
    }

    async fn send(&mut self, value: &[u8]) -> Result<(), Infallible> {
        black_box(value);
        Ok(())
    }

    fn mtu(&self) -> u16 {
        black_box(23)
    }
}

struct Clock;

impl Timer for Clock {
    fn now(&self) -> Instant {
        now()
    }

    async fn sleep_until(&self, due: Instant) {
        black_box(due);
    }
}

/// A database that the compiler can not see through.
struct Database(Generator);

impl Store for Database {
    async fn store(&mut self, frame: &Opened<'_>, trust: Trust) -> Result<(), StoreFailed> {
        black_box((frame.plaintext(), trust));
        black_box(Ok(()))
    }

    async fn name_lost(&mut self, loss: NamedLoss) -> Result<(), StoreFailed> {
        black_box(loss);
        black_box(Ok(()))
    }

    fn entropy(&mut self) -> &mut impl Entropy {
        &mut self.0
    }
}

fn drive_device() -> Result<(), Error> {
    let identity = identity()?;
    let device = Device::<2_048>::new(identity, Descriptor::default(), Config::DEFAULT)?;
    let mut driver = Driver::new(device);
    let Ok(storage) = storage() else {
        return Ok(());
    };
    let mut board = (Blocking(storage), Generator);
    let mut line = SerialPort::new(Line);
    poll(driver.next_event(&mut line, &Clock, &mut board));
    let mut radio = GattPort::new(Clock);
    radio.connect(Line);
    poll(driver.next_event(&mut radio, &Clock, &mut board));
    Ok(())
}

fn drive_server() -> Result<(), Error> {
    let server = Server::new(identity()?, ServerConfig::DEFAULT);
    let (mut driver, mut store) = (Driver::new(server), Database(Generator));
    let mut stream = StreamPort::new(Line);
    poll(driver.next_event(&mut stream, &Clock, &mut store));
    black_box(driver.take_error());
    Ok(())
}

fn poll(future: impl Future) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    while future.as_mut().poll(&mut context).is_pending() {}
}
