//! A device and a server over Bluetooth LE, whose fragments get lost; and many frames.

use super::world::{Radio, World};
use crate::node::{Config, Keeping, Reach};
use crate::seal::LossCause;
use crate::time::Duration;
use crate::wire::Space;

const MINUTE: Duration = Duration::from_secs(60);
const CONFIG: Config = Config {
    keeping: Keeping::SessionAndFrames,
    reach: Reach::Direct,
    ..Config::DEFAULT
};

#[test]
fn pairing_readings_and_a_reboot_over_bluetooth_le_at_small_usual_and_large_mtu_with_fragments_lost()
 {
    for mtu in [23, 24, 27, 65, 185, 247, 512] {
        let mut world = World::with_config(0, CONFIG);
        world.up.radio = Some(Radio::new(mtu, 40));
        world.down.radio = Some(Radio::new(mtu, 40));
        let done = |world: &World| world.is_quiet(1);
        assert!(world.run_until(MINUTE, done), "no pairing at MTU {mtu}");
        for boot in 1..=3 {
            for space in [Space::Data, Space::Alarm] {
                for _ in 0..20 {
                    world.send(space).unwrap();
                    world.run_for(Duration::from_millis(100));
                }
            }
            world.reboot().unwrap();
            let all = 1 + 41 * boot;
            let is_there = |world: &World| world.is_quiet(all) && world.device.is_settled();
            assert!(
                world.run_until(MINUTE.saturating_mul(5), is_there),
                "MTU {mtu}, boot {boot}: {} of {all} stored",
                world.store.len()
            );
        }
        let lost = [&world.up, &world.down].map(|link| link.radio.as_ref().unwrap().lost);
        assert!(lost.iter().all(|lost| *lost > 3), "MTU {mtu}: {lost:?}");
        // Each reboot cuts an epoch, whose end nobody has written down: nothing else is said to be missing.
        let mut losses = world.losses.iter();
        assert!(losses.all(|named| named.loss.why == LossCause::Cut));
        world.store.count_of_each_run();
    }
}

#[test]
fn a_hundred_thousand_frames_arrive_once_each() {
    const FRAMES: usize = 100_000;
    let mut world = World::paired();
    let mut taken = 0;
    while taken < FRAMES {
        match world.send(Space::Data) {
            Ok(_) => taken += 1,
            Err(_) => world.run_for(Duration::from_millis(200)),
        }
        // What is under way is enough to look at.
        world.up.log.clear();
        world.down.log.clear();
    }
    assert!(world.run_until(MINUTE, |world| world.is_quiet(FRAMES + 1)));
    let counts = world.store.count_of_each_run();
    assert_eq!(
        counts.into_values().collect::<std::vec::Vec<_>>(),
        [100_001]
    );
    assert_eq!(world.device.stats().frames_lost, 0);
}
