//! A sensor on Embassy: an nRF52840 with a serial line to its gateway, session and frames in its own flash.
//!
//! ```text
//!  Temp ─ each 10 s ─► Device ─► Driver ─► SerialPort ─► UARTE0, 115,200 baud ─► gateway
//!                        │
//!                        └─► FlashStorage ─► NVMC, 64 KiB at the end
//! ```
//!
//! It is built by the project's checks, and has **not run on hardware**: take it as a beginning.
//! The factory writes the device's private key, 32 random bytes, and its label, 16, in front of the storage. To press button 1
//! of the development kit at power-up lets whoever has the label pair.
#![no_std]
#![no_main]

use embassy_executor::Spawner;
use embassy_nrf::buffered_uarte::{self, BufferedUarte};
use embassy_nrf::gpio::{Input, Pull};
use embassy_nrf::mode::Blocking as Polled;
use embassy_nrf::nvmc::Nvmc;
use embassy_nrf::rng::Rng;
use embassy_nrf::temp::{self, Temp};
use embassy_nrf::{bind_interrupts, peripherals, uarte};
use embassy_time::Timer as Delay;
use iomt::driver::{Blocking, Driver, Next, SerialPort, Timer};
use iomt::node::{Config, Device, Error, Keeping};
use iomt::pairing::{Identity, label::LabelSecret};
use iomt::reading::{Decimal, Descriptor, Metric, Observation, Unit};
use iomt::seal::{Entropy, EntropyFailed};
use iomt::storage::{FlashStorage, MAX_IMAGE, Storage};
use iomt::time::Instant;
use iomt::wire::{Record, Space};

/// Where the factory's key and label lie, and behind them the storage.
const KEY: u32 = 0xE_F000;
const STORAGE: core::ops::Range<u32> = 0xF_0000..0x10_0000;

bind_interrupts!(struct Irqs {
    UARTE0 => buffered_uarte::InterruptHandler<peripherals::UARTE0>;
    TEMP => temp::InterruptHandler;
});

/// Embassy's clock.
struct Clock;

impl Timer for Clock {
    fn now(&self) -> Instant {
        Instant::from_micros(embassy_time::Instant::now().as_micros())
    }

    async fn sleep_until(&self, due: Instant) {
        Delay::at(embassy_time::Instant::from_micros(due.as_micros())).await;
    }
}

/// The chip's generator, with its bias correction on.
struct Noise<'d>(Rng<'d, Polled>);

impl Entropy for Noise<'_> {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.0.blocking_fill_bytes(out);
        Ok(())
    }
}

#[embassy_executor::main]
async fn main(_spawner: Spawner) -> ! {
    let chip = embassy_nrf::init(embassy_nrf::config::Config::default());
    let (mut rx, mut tx) = ([0; 512], [0; 128]);
    let uart = BufferedUarte::new(
        chip.UARTE0,
        chip.TIMER0,
        chip.PPI_CH0,
        chip.PPI_CH1,
        chip.PPI_GROUP0,
        chip.P0_08,
        chip.P0_06,
        Irqs,
        uarte::Config::default(),
        &mut rx,
        &mut tx,
    );
    let mut line = SerialPort::new(uart);
    let mut thermometer = Temp::new(chip.TEMP, Irqs);
    let mut noise = Noise(Rng::new_blocking(chip.RNG));
    noise.0.set_bias_correction(true);
    let is_pressed = Input::new(chip.P0_11, Pull::Up).is_low();

    let mut flash = Nvmc::new(chip.NVMC);
    let device = start(&mut flash, is_pressed).unwrap_or_else(|_| halt());
    let mut driver = Driver::new(device);
    let mut storage = FlashStorage::open(flash, STORAGE, 1).unwrap_or_else(|_| halt());
    let mut image = [0; MAX_IMAGE];
    if let Ok(Some(len)) = storage.load_image(0, &mut image) {
        // A damaged image: the device goes on as one that has never paired.
        let _ = driver.node.resume(Clock.now(), &image[..len], &mut noise);
    }

    let mut board = (Blocking(storage), noise);
    loop {
        let sample = async {
            Delay::after_secs(10).await;
            thermometer.read().await.to_bits()
        };
        // An event, or an error of the line: nothing that this device would do about it.
        if let Ok(Next::Signal(quarters)) =
            driver.next_or(&mut line, &Clock, &mut board, sample).await
        {
            let celsius = Decimal::new(quarters.saturating_mul(25), -2);
            let now = Clock.now();
            let reading =
                Observation::new(Metric::BODY_TEMPERATURE, Unit::CELSIUS, now, celsius.into());
            // Refused before it has paired, and when there is no room.
            let _ = driver
                .node
                .send(now, Space::Data, &[Record::Observation(reading)]);
        }
    }
}

/// The device as it left the factory, armed where the button is pressed.
fn start(flash: &mut Nvmc<'_>, is_pressed: bool) -> Result<Device<'static, 8_192>, Error> {
    let mut factory = [0; 48];
    // The flash is in the address space: it can be read.
    let _ = embedded_storage::nor_flash::ReadNorFlash::read(flash, KEY, &mut factory);
    let config = Config {
        keeping: Keeping::SessionAndFrames,
        ..Config::DEFAULT
    };
    let key = Identity::from_secret_bytes(&factory[..32])?;
    let mut device = Device::new(key, Descriptor::default(), config)?;
    if is_pressed {
        device.arm(LabelSecret::new(&factory[32..])?);
    }
    Ok(device)
}

fn halt() -> ! {
    loop {
        cortex_m::asm::wfi();
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    cortex_m::peripheral::SCB::sys_reset()
}
