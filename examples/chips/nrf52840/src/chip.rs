//! Nordic's controller of the radio, and the layer beneath it that shares the radio's time with the flash.

use embassy_executor::Spawner;
use embassy_nrf::bind_interrupts;
use nrf_sdc::mpsl::{self, MultiprotocolServiceLayer as Mpsl, SessionMem, raw};
use nrf_sdc::{self as sdc, SoftdeviceController};
use rand_chacha::ChaCha20Rng;
use static_cell::StaticCell;

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
async fn run(mpsl: &'static Mpsl<'static>) -> ! {
    mpsl.run().await
}

/// Starts both. The controller advertises, and takes one connection at a time.
pub fn start_radio(
    layer: mpsl::Peripherals<'static>,
    controller: sdc::Peripherals<'static>,
    random: ChaCha20Rng,
    spawner: Spawner,
) -> Option<(&'static Mpsl<'static>, SoftdeviceController<'static>)> {
    static MPSL: StaticCell<Mpsl<'static>> = StaticCell::new();
    static SESSION: StaticCell<SessionMem<1>> = StaticCell::new();
    static RANDOM: StaticCell<ChaCha20Rng> = StaticCell::new();
    static MEMORY: StaticCell<sdc::Mem<4_720>> = StaticCell::new();

    let session = SESSION.init(SessionMem::new());
    let mpsl: &'static _ = MPSL.init(Mpsl::with_timeslots(layer, Irqs, CRYSTAL, session).ok()?);
    spawner.spawn(run(mpsl).ok()?);
    let builder = sdc::Builder::new().ok()?.support_adv().support_peripheral();
    let builder = builder.buffer_cfg(251, 251, 3, 3).ok()?;
    let (random, memory) = (RANDOM.init(random), MEMORY.init(sdc::Mem::new()));
    let controller = builder.build(controller, random, mpsl, memory).ok()?;
    Some((mpsl, controller))
}
