//! A sensor on an nRF52840 with Bluetooth LE: Nordic's controller, the host of TrouBLE, Embassy.
//!
//! ```text
//!  temperature ─ each 10 s ─► Device ─► Driver ─► GattPort ─► TrouBLE ─► phone or gateway
//!                               │
//!                               └─► AsyncFlashStorage ─► flash, 64 KiB at the end, when the radio leaves time
//! ```
//!
//! It is checked by the project's checks, not linked, and has **not run on hardware**: take it as a beginning. The factory
//! writes the device's key and label (`FACTORY_LEN`) in front of the storage. To press button 1 of the development kit at
//! power-up lets whoever has the label pair. LED 1 goes out when the sensor has started; where it stays on, it has halted.
//! `iomt::link::ble` says what else a good peripheral does: a resolvable address, other intervals, `ADVERTISEMENT_ARMED`.
#![no_std]
#![no_main]

mod chip;
#[path = "../../shared/device.rs"]
mod device;
#[path = "../../shared/embassy.rs"]
mod embassy;
#[path = "../../shared/gatt.rs"]
mod gatt;
#[path = "../../shared/noise.rs"]
mod noise;
#[path = "../../shared/trouble.rs"]
mod trouble;

use embassy_executor::Spawner;
use embassy_nrf::gpio::{Input, Level, Output, OutputDrive, Pull};
use embassy_nrf::rng::Rng;
use embassy_time::{Duration, Ticker};
use iomt::driver::Timer;
use iomt::reading::{Decimal, Metric, Observation, Unit};
use iomt::storage::AsyncFlashStorage;
use nrf_sdc::{self as sdc, mpsl};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use static_cell::StaticCell;
use trouble_host::prelude::{Address, DefaultPacketPool, HostResources};

use device::{FACTORY_LEN, Sensor, halt, start};
use embassy::{Clock, resume};
use gatt::Gatt;
use noise::Noise;
use trouble::Radio;

/// Where the factory has written, and behind it the storage.
const FACTORY: u32 = 0xE_F000;
const STORAGE: core::ops::Range<u32> = 0xF_0000..0x10_0000;
/// The chip's own temperature, no patient's: under a code for trials, until your sensor is there.
const DIE_TEMPERATURE: Metric = Metric::vendor(Metric::NO_VENDOR, 256);

#[embassy_executor::main]
async fn main(spawner: Spawner) -> ! {
    static PLACE: StaticCell<Sensor> = StaticCell::new();
    let p = embassy_nrf::init(Default::default());
    let mut led = Output::new(p.P0_13, Level::Low, OutputDrive::Standard);
    let is_pressed = Input::new(p.P0_11, Pull::Up).is_low();
    let mut rng = Rng::new_blocking(p.RNG);
    rng.set_bias_correction(true);
    let mut address = [0xC0; 6];
    rng.blocking_fill_bytes(&mut address[..5]);
    // The device keeps the chip's generator, and the controller has one that it has seeded.
    let random = ChaCha20Rng::from_rng(&mut rng);

    let layer =
        mpsl::Peripherals::new(p.RTC0, p.TIMER0, p.TEMP, p.PPI_CH19, p.PPI_CH30, p.PPI_CH31);
    let controller = sdc::Peripherals::new(
        p.PPI_CH17, p.PPI_CH18, p.PPI_CH20, p.PPI_CH21, p.PPI_CH22, p.PPI_CH23, p.PPI_CH24,
        p.PPI_CH25, p.PPI_CH26, p.PPI_CH27, p.PPI_CH28, p.PPI_CH29,
    );
    let radio = chip::start_radio(layer, controller, random, spawner);
    let (mpsl, controller) = radio.unwrap_or_else(|| halt());

    let mut flash = mpsl::Flash::take(mpsl, p.NVMC);
    let mut factory = [0; FACTORY_LEN];
    let read = flash.read(FACTORY, &mut factory);
    read.unwrap_or_else(|_| halt());
    let device = start(PLACE.uninit(), &factory, is_pressed).unwrap_or_else(|| halt());
    let storage = AsyncFlashStorage::open(flash, STORAGE, 1).await;
    let mut board = (storage.unwrap_or_else(|_| halt()), Noise(rng));
    resume(device, &mut board).await;

    let mut resources: HostResources<DefaultPacketPool, 1, 2> = HostResources::new();
    let stack = trouble_host::new(controller, &mut resources);
    let stack = stack.set_random_address(Address::random(address)).build();
    let (mut host, peripheral) = (stack.runner(), stack.peripheral());
    let gatt = &Gatt::new_default("").unwrap_or_else(|_| halt());
    led.set_high();
    let mut ticker = Ticker::every(Duration::from_secs(10));
    let measure = async || {
        ticker.next().await;
        let celsius = Decimal::new(mpsl.get_temperature().raw() * 25, -2);
        Observation::new(DIE_TEMPERATURE, Unit::CELSIUS, Clock.now(), celsius.into())
    };
    let radio = Radio { peripheral, gatt };
    radio.serve(host.run(), device, &mut board, measure).await
}
