//! What the node stands on: random numbers, and the controller of the radio.

use core::cell::RefCell;

use critical_section::Mutex;
use embassy_executor::Spawner;
use embassy_nrf::bind_interrupts;
use embassy_nrf::mode::Blocking;
use embassy_nrf::rng::Rng;
use iomt::seal::{Entropy, EntropyFailed};
use nrf_sdc::mpsl::{self, MultiprotocolServiceLayer, SessionMem, raw};
use nrf_sdc::{self as sdc, SoftdeviceController};
use rand_core::{CryptoRng, RngCore, impls};
use static_cell::StaticCell;

pub type Shared = Mutex<RefCell<Rng<'static, Blocking>>>;

/// The chip's generator, which the radio's controller and the device share.
#[derive(Clone, Copy)]
pub struct Noise(pub &'static Shared);

impl Entropy for Noise {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl RngCore for Noise {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        critical_section::with(|cs| self.0.borrow_ref_mut(cs).blocking_fill_bytes(out));
    }
}

impl CryptoRng for Noise {}

/// The crystal of the development kit.
const CRYSTAL: raw::mpsl_clock_lfclk_cfg_t = raw::mpsl_clock_lfclk_cfg_t {
    source: raw::MPSL_CLOCK_LF_SRC_XTAL as u8,
    rc_ctiv: 0,
    rc_temp_ctiv: 0,
    accuracy_ppm: 20,
    skip_wait_lfclk_started: false,
};

bind_interrupts!(struct Irqs {
    EGU0_SWI0 => mpsl::LowPrioInterruptHandler;
    CLOCK_POWER => mpsl::ClockInterruptHandler;
    RADIO => mpsl::HighPrioInterruptHandler;
    TIMER0 => mpsl::HighPrioInterruptHandler;
    RTC0 => mpsl::HighPrioInterruptHandler;
});

#[embassy_executor::task]
async fn run_radio(mpsl: &'static MultiprotocolServiceLayer<'static>) -> ! {
    mpsl.run().await
}

/// The radio's timing layer, which runs from now on.
pub fn start_radio(
    parts: mpsl::Peripherals<'static>,
    spawner: Spawner,
) -> Option<&'static MultiprotocolServiceLayer<'static>> {
    static MPSL: StaticCell<MultiprotocolServiceLayer<'static>> = StaticCell::new();
    static SESSION: StaticCell<SessionMem<1>> = StaticCell::new();

    let session = SESSION.init(SessionMem::new());
    let layer = MultiprotocolServiceLayer::with_timeslots(parts, Irqs, CRYSTAL, session);
    let layer: &'static _ = MPSL.init(layer.ok()?);
    spawner.spawn(run_radio(layer).ok()?);
    Some(layer)
}

/// What the radio's controller keeps, for one connection.
pub type Memory = sdc::Mem<4_720>;

/// The radio's controller: it advertises, and takes one connection at a time.
pub fn controller<'d>(
    parts: sdc::Peripherals<'d>,
    noise: &'d mut Noise,
    mpsl: &'d MultiprotocolServiceLayer<'static>,
    memory: &'d mut Memory,
) -> Result<SoftdeviceController<'d>, sdc::Error> {
    let builder = sdc::Builder::new()?.support_adv().support_peripheral();
    let builder = builder.peripheral_count(1)?;
    let builder = builder.buffer_cfg(251, 251, 3, 3)?;
    builder.build(parts, noise, mpsl, memory)
}
