//! What the starting points for chips share: a device is made of what the factory has written, and of nothing else.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(
    clippy::indexing_slicing,
    dead_code,
    unreachable_pub,
    reason = "firmware's own file, of which this program takes a part"
)]
#[path = "../examples/chips/shared/device.rs"]
mod device;

use core::mem::MaybeUninit;

use device::{FACTORY_LEN, start};

fn written() -> [u8; FACTORY_LEN] {
    core::array::from_fn(|index| index as u8 * 5 + 3)
}

#[test]
fn a_device_starts_of_what_the_factory_has_written() {
    for is_pressed in [false, true] {
        let mut place = Box::new(MaybeUninit::uninit());
        let device = start(&mut place, &written(), is_pressed).unwrap();
        assert!(!device.is_ready() && device.poll_event().is_none());
    }
}

#[test]
fn no_device_has_the_key_or_the_label_of_erased_flash() {
    for erased in [0x00, 0xFF] {
        for range in [0..32, 32..FACTORY_LEN, 0..FACTORY_LEN] {
            let mut factory = written();
            factory[range].fill(erased);
            let mut place = Box::new(MaybeUninit::uninit());
            assert!(start(&mut place, &factory, true).is_none());
        }
    }
}
