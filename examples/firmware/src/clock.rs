use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;
use iomt::time::{Instant, TickUnwrapper};

use crate::board::CLOCK_HZ;

/// Milliseconds since power-up; wraps after 49 days.
static MILLIS: AtomicU32 = AtomicU32::new(0);

/// Time since power-up: the core's own timer interrupts a thousand times a second.
pub struct Clock(TickUnwrapper);

impl Clock {
    pub fn start(mut timer: SYST) -> Self {
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(CLOCK_HZ / 1_000 - 1);
        timer.clear_current();
        timer.enable_counter();
        timer.enable_interrupt();
        Self(TickUnwrapper::new(u32::BITS))
    }

    pub fn now(&mut self) -> Instant {
        let millis = self.0.unwrap(MILLIS.load(Ordering::Relaxed).into());
        Instant::from_millis(millis)
    }
}

#[exception]
fn SysTick() {
    // The only one who writes, so that no other step comes between.
    MILLIS.store(
        MILLIS.load(Ordering::Relaxed).wrapping_add(1),
        Ordering::Relaxed,
    );
}
