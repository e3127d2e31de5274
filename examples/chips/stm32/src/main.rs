//! A sensor on an STM32, here the L476RG of a Nucleo board: a serial line to its gateway, session and frames in its own
//! flash.
//!
//! ```text
//!  LM35 at A0 ─ each 10 s ─► Device ─► Driver ─► SerialPort ─► USART 2, 115,200 baud ─► gateway
//!                                           │
//!                                           └─► FlashStorage ─► 64 KiB at the end
//! ```
//!
//! It is checked by the project's checks, not linked, and has **not run on hardware**: take it as a beginning.
//! The factory writes the device's private key, 32 random bytes, and its label, 16, in front of the storage. To press the
//! blue button at power-up lets whoever has the label pair.
#![no_std]
#![no_main]

use embassy_executor::Spawner;
use embassy_stm32::adc::{Adc, SampleTime};
use embassy_stm32::flash::{Blocking as Polled, Flash};
use embassy_stm32::gpio::{Input, Pull};
use embassy_stm32::rng::{self, Rng};
use embassy_stm32::usart::{self, BufferedUart};
use embassy_stm32::{bind_interrupts, peripherals};
use embassy_time::Timer as Delay;
use iomt::driver::{Blocking, Driver, Next, SerialPort, Timer};
use iomt::node::{Config, Device, Error, Keeping};
use iomt::pairing::{Identity, label::LabelSecret};
use iomt::reading::{Decimal, Descriptor, Metric, Observation, Unit};
use iomt::seal::{Entropy, EntropyFailed};
use iomt::storage::{FlashStorage, MAX_IMAGE, Storage};
use iomt::time::Instant;
use iomt::wire::Space;

/// Where the factory's key and label lie, and behind them the storage.
const KEY: u32 = 0xE_F800;
const STORAGE: core::ops::Range<u32> = 0xF_0000..0x10_0000;

bind_interrupts!(struct Irqs {
    USART2 => usart::BufferedInterruptHandler<peripherals::USART2>;
    RNG => rng::InterruptHandler<peripherals::RNG>;
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

/// The chip's generator.
struct Noise(Rng<'static, peripherals::RNG>);

impl Entropy for Noise {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.0.fill_bytes(out);
        Ok(())
    }
}

#[embassy_executor::main]
async fn main(_spawner: Spawner) -> ! {
    let chip = embassy_stm32::init(embassy_stm32::Config::default());
    let (mut tx, mut rx) = ([0; 128], [0; 512]);
    let config = usart::Config::default();
    let uart = BufferedUart::new(
        chip.USART2,
        chip.PA3,
        chip.PA2,
        &mut tx,
        &mut rx,
        Irqs,
        config,
    );
    let mut line = SerialPort::new(uart.unwrap_or_else(|_| halt()));
    let mut noise = Noise(Rng::new(chip.RNG, Irqs));
    let is_pressed = Input::new(chip.PC13, Pull::None).is_low();
    let (mut adc, mut pin) = (Adc::new(chip.ADC1), chip.PA0);

    let mut flash = Flash::new_blocking(chip.FLASH);
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
        let sample = Delay::after_secs(10);
        // An event, or an error of the line: nothing that this device would do about it.
        if let Ok(Next::Signal(())) = driver.next_or(&mut line, &Clock, &mut board, sample).await {
            let counts = adc.blocking_read(&mut pin, SampleTime::CYCLES247_5);
            let (now, celsius) = (Clock.now(), celsius(counts));
            let reading =
                Observation::new(Metric::BODY_TEMPERATURE, Unit::CELSIUS, now, celsius.into());
            // Refused before it has paired, and when there is no room.
            let _ = driver.node.send(now, Space::Data, &[reading]);
        }
    }
}

/// What an LM35 at the converter's pin says: 10 mV for each degree, of 3.3 V in 4,096 counts.
fn celsius(counts: u16) -> Decimal {
    Decimal::new((i32::from(counts) * 3_300) >> 12, -1)
}

/// The device as it left the factory, armed where the button is pressed.
fn start(flash: &mut Flash<'_, Polled>, is_pressed: bool) -> Result<Device<'static, 8_192>, Error> {
    let mut factory = [0; 48];
    // The flash is in the address space: it can be read.
    let _ = flash.blocking_read(KEY, &mut factory);
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
