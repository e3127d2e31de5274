//! A device and a server on a fake clock, over a wire that does its worst.

#[cfg(feature = "alarm")]
mod alarms;
mod delivery;
mod epochs;
mod hostile;
mod keeping;
mod ladder;
mod lengths;
mod link;
mod radio;
mod randomness;
mod reboot;
mod reconnection;
mod strangers;
#[cfg(target_os = "linux")]
mod wiped;
mod wire_faults;
mod world;

use super::Device;

#[test]
fn the_sizes_are_those_of_the_documentation() {
    let tenths_of_kib = |bytes: usize| (bytes * 10 + 512) / 1_024;
    let documented = match (cfg!(feature = "cpace"), cfg!(feature = "comparison")) {
        (false, false) => 65..=65,
        (true, true) => 82..=82,
        _ => 65..=82,
    };
    let size = tenths_of_kib(size_of::<Device<'_, 0, 1>>());
    assert!(documented.contains(&size), "{size}");
    assert_eq!(
        tenths_of_kib(size_of::<Device<'_, 0, 2>>() - size_of::<Device<'_, 0, 1>>()),
        34
    );
}
