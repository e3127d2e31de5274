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
//! The factory writes the device's key and label (`FACTORY_LEN`) in front of the storage. To press the blue button at
//! power-up lets whoever has the label pair. The LED goes out when the sensor has started; where it stays on, it has halted.
#![no_std]
#![no_main]

#[path = "../../shared/device.rs"]
mod device;
#[path = "../../shared/embassy.rs"]
mod embassy;
#[path = "../../shared/noise.rs"]
mod noise;

use embassy_executor::Spawner;
use embassy_stm32::adc::{Adc, SampleTime};
use embassy_stm32::flash::Flash;
use embassy_stm32::gpio::{Input, Level, Output, Pull, Speed};
use embassy_stm32::rcc;
use embassy_stm32::rng::{self, Rng};
use embassy_stm32::usart::{self, BufferedUart};
use embassy_stm32::{Config, bind_interrupts, peripherals};
use embassy_time::{Duration, Ticker};
use iomt::driver::{Blocking, Driver, Next, SerialPort, Timer};
use iomt::reading::{Decimal, Metric, Observation, Unit};
use iomt::storage::FlashStorage;
use iomt::wire::Space;
use static_cell::StaticCell;

use device::{FACTORY_LEN, Sensor, halt, start};
use embassy::{Clock, resume};
use noise::Noise;

/// Where the factory has written, and behind it the storage.
const FACTORY: u32 = 0xE_F800;
const STORAGE: core::ops::Range<u32> = 0xF_0000..0x10_0000;

bind_interrupts!(struct Irqs {
    USART2 => usart::BufferedInterruptHandler<peripherals::USART2>;
    RNG => rng::InterruptHandler<peripherals::RNG>;
});

#[embassy_executor::main]
async fn main(_spawner: Spawner) -> ! {
    static PLACE: StaticCell<Sensor> = StaticCell::new();

    let chip = embassy_stm32::init(clocks());
    let mut led = Output::new(chip.PA5, Level::High, Speed::Low);
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
    let noise = Noise(Rng::new(chip.RNG, Irqs));
    let is_pressed = Input::new(chip.PC13, Pull::None).is_low();
    let (mut adc, mut pin) = (Adc::new(chip.ADC1), chip.PA0);

    let mut flash = Flash::new_blocking(chip.FLASH);
    let mut factory = [0; FACTORY_LEN];
    let read = flash.blocking_read(FACTORY, &mut factory);
    read.unwrap_or_else(|_| halt());
    let device = start(PLACE.uninit(), &factory, is_pressed).unwrap_or_else(|| halt());
    let storage = FlashStorage::open(flash, STORAGE, 1).unwrap_or_else(|_| halt());
    let mut board = (Blocking(storage), noise);
    resume(device, &mut board).await;
    let mut driver = Driver::new(device);

    led.set_low();
    let mut ticker = Ticker::every(Duration::from_secs(10));
    loop {
        // An event, or an error of the line: nothing that this device would do about it.
        if let Ok(Next::Signal(())) = driver
            .next_or(&mut line, &Clock, &mut board, ticker.next())
            .await
        {
            let counts = adc.blocking_read(&mut pin, SampleTime::CYCLES247_5);
            let (now, celsius) = (Clock.now(), celsius(counts));
            let reading =
                Observation::new(Metric::ROOM_TEMPERATURE, Unit::CELSIUS, now, celsius.into());
            // Refused before it has paired, and when there is no room.
            let _ = driver.node.send(now, Space::Data, &[reading]);
        }
    }
}

/// 72 MHz for the core, and clocks for generator and converter, which have none by default and would be waited for without
/// end: 48 MHz for the one, the core's for the other. Chips with an HSI48 may take that.
fn clocks() -> Config {
    let mut config = Config::default();
    config.rcc.hsi = true;
    config.rcc.pll = Some(rcc::Pll {
        source: rcc::PllSource::HSI,
        prediv: rcc::PllPreDiv::DIV1,
        mul: rcc::PllMul::MUL18,
        divp: None,
        divq: Some(rcc::PllQDiv::DIV6),
        divr: Some(rcc::PllRDiv::DIV4),
    });
    config.rcc.sys = rcc::Sysclk::PLL1_R;
    config.rcc.mux.clk48sel = rcc::mux::Clk48sel::PLL1_Q;
    config.rcc.mux.adcsel = rcc::mux::Adcsel::SYS;
    config
}

/// What an LM35 at the converter's pin says: 10 mV for each degree, of 3.3 V in 4,096 counts.
fn celsius(counts: u16) -> Decimal {
    Decimal::new((i32::from(counts) * 3_300) >> 12, -1)
}
