//! What the chips with Embassy have in common.

use embassy_time::{Instant as Ticks, Timer as Delay};
use iomt::driver::{Board, Timer};
use iomt::storage::{AsyncStorage, MAX_IMAGE};
use iomt::time::Instant;

use crate::device::Sensor;

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

/// Goes on with the session that was stored before the power went.
pub async fn resume(device: &mut Sensor, board: &mut impl Board) {
    let mut image = [0; MAX_IMAGE];
    if let Ok(Some(len)) = board.storage().load_image(0, &mut image).await {
        // A damaged image, as storage that can not be read: the device goes on as one that has never paired.
        let _ = device.resume(Clock.now(), &image[..len], board.entropy());
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    cortex_m::peripheral::SCB::sys_reset()
}
