//! What the chips with Embassy have in common.

use embassy_time::{Instant as Ticks, Timer as Delay};
use iomt::driver::Timer;
use iomt::time::Instant;

/// Embassy's clock.
pub struct Clock;

impl Timer for Clock {
    fn now(&self) -> Instant {
        Instant::from_micros(Ticks::now().as_micros())
    }

    async fn sleep_until(&self, due: Instant) {
        Delay::at(Ticks::from_micros(due.as_micros())).await;
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    cortex_m::peripheral::SCB::sys_reset()
}
