//! A sensor on an ESP32-C3: a serial line to its gateway, session and frames in the module's flash, and no executor.
//!
//! ```text
//!  TSENS ─ each 10 s ─► Device ─► encode_serial ─► UART 1, 115,200 baud ─► gateway
//!                         │
//!                         └─► FlashStorage ─► the last 64 KiB of 4 MiB
//! ```
//!
//! It is checked by the project's checks, not linked, and has **not run on hardware**: take it as a beginning. The factory
//! writes the device's key and label (`FACTORY_LEN`) in front of the storage; keep both out of the partition table. A button
//! at GPIO 10 that is pressed at power-up lets whoever has the label pair (not BOOT: then the chip waits for a download).
//! An LED at GPIO 3 goes out when the sensor has started; where it stays on, it has halted. The bootloader
//! of ESP-IDF wants a descriptor in the image beside: see `esp-bootloader-esp-idf`.
#![no_std]
#![no_main]

#[path = "../../shared/device.rs"]
mod device;
#[path = "../../shared/noise.rs"]
mod noise;

use embedded_storage::nor_flash::ReadNorFlash;
use esp_hal::gpio::{Input, InputConfig, Level, Output, OutputConfig, Pull};
use esp_hal::rng::{Trng, TrngSource};
use esp_hal::tsens::{self, TemperatureSensor};
use esp_hal::uart::{self, Uart};
use esp_hal::{Blocking, time};
use esp_storage::FlashStorage as Flash;
use iomt::link::{MAX_SERIAL_FRAME, SerialDecoder, encode_serial};
use iomt::reading::{Decimal, Metric, Observation, Unit};
use iomt::storage::{FlashStorage, MAX_IMAGE, Storage};
use iomt::time::{Duration, Instant};
use iomt::wire::{MAX_DATAGRAM, Space};
use static_cell::StaticCell;

use device::{FACTORY_LEN, Sensor, halt, start};
use noise::Noise;

/// Where the factory has written, and behind it the storage.
const FACTORY: u32 = 0x3E_F000;
const STORAGE: core::ops::Range<u32> = 0x3F_0000..0x40_0000;
const INTERVAL: Duration = Duration::from_secs(10);
/// The chip's own temperature, no patient's: under a code for trials, until your sensor is there.
const DIE_TEMPERATURE: Metric = Metric::vendor(Metric::NO_VENDOR, 256);

#[esp_hal::main]
fn main() -> ! {
    static PLACE: StaticCell<Sensor> = StaticCell::new();

    let chip = esp_hal::init(esp_hal::Config::default());
    let mut led = Output::new(chip.GPIO3, Level::High, OutputConfig::default());
    let uart = Uart::new(chip.UART1, uart::Config::default()).unwrap_or_else(|_| halt());
    let mut uart = uart.with_rx(chip.GPIO6).with_tx(chip.GPIO7);
    let thermometer = TemperatureSensor::new(chip.TSENS, tsens::Config::default());
    let thermometer = thermometer.unwrap_or_else(|_| halt());
    // The generator is fed by the noise of the converter.
    let _source = TrngSource::new(chip.RNG, chip.ADC1);
    let mut noise = Noise(Trng::try_new().unwrap_or_else(|_| halt()));
    let pull = InputConfig::default().with_pull(Pull::Up);
    let is_pressed = Input::new(chip.GPIO10, pull).is_low();

    let mut flash = Flash::new(chip.FLASH);
    let mut factory = [0; FACTORY_LEN];
    let read = flash.read(FACTORY, &mut factory);
    read.unwrap_or_else(|_| halt());
    let device = start(PLACE.uninit(), &factory, is_pressed).unwrap_or_else(|| halt());
    let mut storage = FlashStorage::open(flash, STORAGE, 1).unwrap_or_else(|_| halt());
    let mut image = [0; MAX_IMAGE];
    if let Ok(Some(len)) = storage.load_image(0, &mut image) {
        // A damaged image, as storage that can not be read: the device goes on as one that has never paired.
        let _ = device.resume(now(), &image[..len], &mut noise);
    }

    led.set_low();
    let mut decoder: SerialDecoder = SerialDecoder::new();
    let mut due = now();
    loop {
        receive(&mut uart, &mut decoder, device, &mut noise);
        // What fails of a handshake begins anew by itself, and storage that fails is asked again.
        let _ = device.handle_timeout(now(), &mut noise);
        let _ = device.store_on(now(), &mut storage);
        if due <= now() {
            due = due + INTERVAL;
            // Refused before it has paired, and when there is no room.
            let reading = temperature(&thermometer);
            let _ = device.send(now(), Space::Data, &[reading]);
        }
        while device.poll_event().is_some() {}
        send(&mut uart, device);
    }
}

fn temperature(thermometer: &TemperatureSensor<'_>) -> Observation {
    let tenths = (thermometer.get_temperature().to_celsius() * 10.0) as i32;
    let celsius = Decimal::new(tenths, -1);
    Observation::new(DIE_TEMPERATURE, Unit::CELSIUS, now(), celsius.into())
}

fn receive(
    uart: &mut Uart<'_, Blocking>,
    decoder: &mut SerialDecoder,
    device: &mut Sensor,
    noise: &mut Noise<Trng>,
) {
    let mut bytes = [0; 64];
    while let Ok(len @ 1..) = uart.read_buffered(&mut bytes) {
        let mut rest = &bytes[..len];
        while let Some(datagram) = decoder.decode(&mut rest) {
            // What is wrong with it was counted by the device.
            let _ = device.handle_datagram(now(), datagram, noise);
        }
    }
}

fn send(uart: &mut Uart<'_, Blocking>, device: &mut Sensor) {
    let (mut buffer, mut frame) = ([0; MAX_DATAGRAM], [0; MAX_SERIAL_FRAME]);
    while let Some(datagram) = device.poll_transmit(now(), &mut buffer) {
        let mut rest = encode_serial(datagram, &mut frame).map_or(&[][..], |frame| frame);
        while let Ok(len @ 1..) = uart.write(rest) {
            rest = &rest[len..];
        }
    }
}

fn now() -> Instant {
    Instant::from_micros(time::Instant::now().duration_since_epoch().as_micros())
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    esp_hal::system::software_reset()
}
