//! A sensor on an nRF52840 with Bluetooth LE: Nordic's controller, the host of TrouBLE, Embassy.
//!
//! ```text
//!  temperature ─ each 10 s ─► Device ─► Driver ─► Radio: fragments, GATT ─► phone or gateway
//!                               │
//!                               └─► AsyncFlashStorage ─► flash, 64 KiB at the end, when the radio leaves time
//! ```
//!
//! It is checked by the project's checks, not linked, and has **not run on hardware**: take it as a beginning. The factory
//! writes the device's key and label (`FACTORY_LEN`) in front of the storage. To press button 1 of
//! the development kit at power-up lets whoever has the label pair. LED 1 goes out when the sensor has started; where it
//! stays on, it has halted. `iomt::link::ble` says what else a good peripheral does: a resolvable address, intervals that
//! change.
#![no_std]
#![no_main]

mod chip;
#[path = "../../shared/device.rs"]
mod device;
#[path = "../../shared/embassy.rs"]
mod embassy;
mod radio;

use core::cell::RefCell;
use core::future::pending;

use critical_section::Mutex;
use embassy_executor::Spawner;
use embassy_futures::join::join;
use embassy_futures::select::{Either, select};
use embassy_nrf::gpio::{Input, Level, Output, OutputDrive, Pull};
use embassy_nrf::rng::Rng;
use embassy_time::{Duration, Timer as Delay};
use iomt::driver::{Driver, Next, Timer};
use iomt::reading::{Decimal, Metric, Observation, Unit};
use iomt::storage::{AsyncFlashStorage, AsyncStorage, MAX_IMAGE};
use iomt::wire::Space;
use nrf_sdc as sdc;
use nrf_sdc::mpsl;
use rand_core::RngCore;
use static_cell::StaticCell;
use trouble_host::prelude::*;

use chip::Noise;
use device::{FACTORY_LEN, Sensor, halt, start};
use embassy::Clock;
use radio::{Gatt, Gone, Radio};

/// Where the factory has written, and behind it the storage.
const FACTORY: u32 = 0xE_F000;
const STORAGE: core::ops::Range<u32> = 0xF_0000..0x10_0000;
const INTERVAL: Duration = Duration::from_secs(10);
/// The chip's own temperature, no patient's: under a code for trials, until your sensor is there.
const DIE_TEMPERATURE: Metric = Metric::vendor(Metric::NO_VENDOR, 256);

#[embassy_executor::main]
async fn main(spawner: Spawner) -> ! {
    static PLACE: StaticCell<Sensor> = StaticCell::new();
    static RNG: StaticCell<chip::Shared> = StaticCell::new();

    let p = embassy_nrf::init(Default::default());
    let mut led = Output::new(p.P0_13, Level::Low, OutputDrive::Standard);
    let is_pressed = Input::new(p.P0_11, Pull::Up).is_low();
    let generator = RNG.init(Mutex::new(RefCell::new(Rng::new_blocking(p.RNG))));
    let (mut noise, mut radio_noise) = (Noise(generator), Noise(generator));
    let parts =
        mpsl::Peripherals::new(p.RTC0, p.TIMER0, p.TEMP, p.PPI_CH19, p.PPI_CH30, p.PPI_CH31);
    let mpsl = chip::start_radio(parts, spawner).unwrap_or_else(|| halt());
    let parts = sdc::Peripherals::new(
        p.PPI_CH17, p.PPI_CH18, p.PPI_CH20, p.PPI_CH21, p.PPI_CH22, p.PPI_CH23, p.PPI_CH24,
        p.PPI_CH25, p.PPI_CH26, p.PPI_CH27, p.PPI_CH28, p.PPI_CH29,
    );
    let mut memory = chip::Memory::new();
    let controller = chip::controller(parts, &mut radio_noise, mpsl, &mut memory);

    let mut flash = mpsl::Flash::take(mpsl, p.NVMC);
    let mut factory = [0; FACTORY_LEN];
    let read = flash.read(FACTORY, &mut factory);
    read.unwrap_or_else(|_| halt());
    let device = start(PLACE.uninit(), &factory, is_pressed).unwrap_or_else(|| halt());
    let mut driver = Driver::new(device);
    let storage = AsyncFlashStorage::open(flash, STORAGE, 1).await;
    let mut storage = storage.unwrap_or_else(|_| halt());
    let mut image = [0; MAX_IMAGE];
    if let Ok(Some(len)) = storage.load_image(0, &mut image).await {
        // A damaged image: the device goes on as one that has never paired.
        let _ = driver.node.resume(Clock.now(), &image[..len], &mut noise);
    }

    let mut address = [0xC0; 6];
    noise.fill_bytes(&mut address[..5]);
    let mut resources: HostResources<DefaultPacketPool, 1, 2> = HostResources::new();
    let stack = trouble_host::new(controller.unwrap_or_else(|_| halt()), &mut resources)
        .set_random_address(Address::random(address))
        .build();
    let gatt = Gatt::new_default("").unwrap_or_else(|_| halt());
    let (mut host, mut peripheral) = (stack.runner(), stack.peripheral());
    let (mut radio, mut board) = (Radio::new(&gatt), (storage, noise));
    led.set_high();
    let serve = async {
        let mut due = embassy_time::Instant::now();
        loop {
            let is_connected = radio.is_connected();
            let connected = async {
                match is_connected {
                    true => pending().await,
                    false => radio::accept(&mut peripheral, &gatt).await,
                }
            };
            let signal = select(connected, Delay::at(due));
            match driver.next_or(&mut radio, &Clock, &mut board, signal).await {
                Ok(Next::Signal(Either::First(connection))) => radio.set(Some(connection)),
                Ok(Next::Signal(Either::Second(()))) => {
                    due += INTERVAL;
                    let celsius = Decimal::new(mpsl.get_temperature().raw() * 25, -2);
                    let (metric, now) = (DIE_TEMPERATURE, Clock.now());
                    let reading = Observation::new(metric, Unit::CELSIUS, now, celsius.into());
                    // Refused before it has paired, and when there is no room.
                    let _ = driver.node.send(now, Space::Data, &[reading]);
                }
                Ok(Next::Event(_)) => {}
                Err(Gone) => {
                    radio.set(None);
                    driver.node.handle_disconnected();
                }
            }
        }
    };
    join(host.run(), serve).await.1
}
