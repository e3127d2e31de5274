//! A device that keeps its frames on storage, and a storage that does not always keep them.

use super::world::{PEER, World};
use crate::node::{Config, DeviceEvent, Keeping};
use crate::storage::{FrameAddress, MemoryStorage, Storage, StoreRequest};
use crate::time::{Duration, Instant};
use crate::wire::control::Why;
use crate::wire::{MAX_DATAGRAM, Space};
use std::vec::Vec;

const FRAMES: Config = Config {
    keeping: Keeping::SessionAndFrames,
    ..Config::DEFAULT
};
const MINUTE: Duration = Duration::from_secs(60);

fn world() -> World {
    World::paired_with_config(0, FRAMES)
}

#[test]
fn a_backlog_larger_than_ram_arrives_whole() {
    let mut world = world();
    world.up.is_cut = true;
    for _ in 0..300 {
        world.send(Space::Data).unwrap();
        world.run_for(Duration::from_secs(1));
    }
    assert!(world.device.backlog() < 60, "{}", world.device.backlog());
    assert_eq!(world.device.waiting(), 300);
    world.up.is_cut = false;
    assert!(world.run_until(MINUTE.saturating_mul(10), |world| world.is_quiet(301)));
    assert_eq!(
        world.store.count_of_each_run().into_values().max(),
        Some(301)
    );
}

// IOMT-EPOCH-025, IOMT-LINK-001
#[test]
fn a_reboot_loses_no_frame_that_is_on_storage() {
    let mut world = world();
    world.up.is_cut = true;
    for _ in 0..3 {
        for _ in 0..20 {
            world.send(Space::Data).unwrap();
        }
        world.send(Space::Alarm).unwrap();
        world.settle();
        world.reboot().unwrap();
        world.run_for(Duration::from_secs(1));
    }
    world.up.is_cut = false;
    let all = 1 + 3 * 21 + 3;
    let done = world.run_until(MINUTE.saturating_mul(5), |world| {
        world.is_quiet(all) && world.device.is_settled()
    });
    assert!(done, "{} of {all} stored", world.store.len());
    assert_eq!(world.store.count_of_each_run().len(), 4);
    assert_eq!(world.device.stats().frames_lost, 0);
}

#[test]
fn a_live_reading_overtakes_the_backlog_of_a_week() {
    let mut world = world();
    world.up.is_cut = true;
    for _ in 0..400 {
        world.send(Space::Data).unwrap();
        world.run_for(MINUTE);
    }
    world.up.is_cut = false;
    let heard = |world: &World| {
        world
            .device_events
            .contains(&DeviceEvent::Heard { peer: PEER })
    };
    assert!(world.run_until(MINUTE.saturating_mul(3), heard));
    let before = world.store.len();
    let live = world.send(Space::Data).unwrap();
    let key = (live.run, live.sequence);
    let is_there = |world: &World| world.store.records.contains_key(&key);
    assert!(world.run_until(Duration::from_secs(2), is_there));
    assert!(world.store.len() < before + 100);
    assert!(world.run_until(MINUTE.saturating_mul(30), |world| world.is_quiet(402)));
}

#[test]
fn a_storage_that_takes_no_frame_costs_no_reading_while_the_power_lasts() {
    let mut world = world();
    world.store_fails = |request| matches!(request, StoreRequest::Frame { .. });
    for _ in 0..5 {
        world.send(Space::Data).unwrap();
    }
    assert!(world.run_until(MINUTE, |world| world.is_quiet(6)));
    let failed = DeviceEvent::StorageFailed { peer: PEER };
    assert!(world.device_events.contains(&failed));
}

/// Found by the simulation: images come before frames, and the pause behind one that failed was a pause for all.
#[test]
fn a_storage_that_takes_nothing_more_holds_up_no_reading_and_no_alarm() {
    let mut world = World::with_config(0, FRAMES);
    assert!(world.run_until(MINUTE, |world| world.device.is_ready()));
    world.store_fails = |_| true;
    for _ in 0..10 {
        world.send(Space::Data).unwrap();
        world.run_for(MINUTE);
    }
    assert!(world.is_quiet(11), "{} stored", world.store.len());
    let alarm = world.send(Space::Alarm).unwrap();
    let key = (alarm.run, alarm.sequence);
    let is_there = |world: &World| world.store.records.contains_key(&key);
    assert!(world.run_until(Duration::from_secs(1), is_there));
}

#[test]
fn a_frame_that_storage_has_refused_stays_in_ram_however_crowded_it_is() {
    let mut world = world();
    world.store_fails = |request| matches!(request, StoreRequest::Frame { .. });
    world.up.is_cut = true;
    for _ in 0..60 {
        world.send(Space::Data).unwrap();
        world.run_for(Duration::from_secs(10));
    }
    world.up.is_cut = false;
    assert!(world.run_until(MINUTE.saturating_mul(5), |world| world.is_quiet(61)));
    assert_eq!(world.device.stats().frames_lost, 0);
}

/// Found by the simulation: behind a backlog in the log they were sent once, and given up with that.
#[test]
fn frames_that_storage_has_refused_behind_a_backlog_wait_in_ram_for_their_turn() {
    let mut world = world();
    world.up.is_cut = true;
    for _ in 0..100 {
        world.send(Space::Data).unwrap();
        world.run_for(Duration::from_secs(10));
    }
    world.store_fails = |request| matches!(request, StoreRequest::Frame { .. });
    for _ in 0..20 {
        world.send(Space::Data).unwrap();
        world.run_for(Duration::from_secs(10));
    }
    world.up.is_cut = false;
    assert!(world.run_until(MINUTE.saturating_mul(10), |world| world.is_quiet(121)));
    assert_eq!(world.device.stats().frames_lost, 0);
}

/// Found by the simulation, seed 50072: what waited for storage was asked of storage, counted as in RAM for good, and taken
/// out of RAM once it was stored.
#[test]
fn an_alarm_that_waits_for_storage_in_a_crowded_ram_is_not_lost() {
    let mut world = world();
    world.up.is_cut = true;
    world.store_fails = |request| matches!(request, StoreRequest::Frame { .. });
    for _ in 0..50 {
        world.send(Space::Data).unwrap();
    }
    world.run_for(Duration::from_millis(100));
    world.send(Space::Alarm).unwrap();
    world.run_for(Duration::from_millis(100));
    world.store_fails = |_| false;
    world.run_for(Duration::from_secs(10));
    world.up.is_cut = false;
    assert!(world.run_until(MINUTE, |world| world.is_quiet(52)));
    assert_eq!(world.device.stats().frames_lost, 0);
}

// IOMT-OUT-027, IOMT-REC-050
#[test]
fn a_frame_that_storage_has_lost_is_named_and_the_others_arrive() {
    let mut world = world();
    world.up.is_cut = true;
    for _ in 0..200 {
        world.send(Space::Data).unwrap();
        world.run_for(Duration::from_secs(1));
    }
    world.store_fails =
        |request| matches!(request, StoreRequest::Load { address } if address.counter == 100);
    world.up.is_cut = false;
    let done = world.run_until(MINUTE.saturating_mul(10), |world| world.device.is_settled());
    assert!(done, "{} wait", world.device.waiting());
    assert_eq!(world.store.len(), 200);
    let lost = DeviceEvent::Lost {
        peer: PEER,
        space: Space::Data,
        frames: 1,
        why: Why::Damaged,
    };
    assert!(world.device_events.contains(&lost));
    let named = world.losses[0].loss;
    assert_eq!((named.range.start, named.range.end), (100, 101));
    assert_eq!(world.losses.len(), 1);
}

// IOMT-OUT-027
#[test]
fn losses_that_nobody_could_poll_one_by_one_are_all_told() {
    let mut world = world();
    world.up.is_cut = true;
    for _ in 0..200 {
        world.send(Space::Data).unwrap();
        world.run_for(Duration::from_secs(1));
    }
    // Every other frame is gone from storage: in one call more losses are found than there is room for events.
    let (mut buffer, mut kept) = ([0; MAX_DATAGRAM], MemoryStorage::new());
    for address in scanned(&mut world.frames) {
        let is_kept = address.counter < 100 || address.counter % 2 == 0;
        if let Ok(Some((_, len))) = world.frames.find(address, &mut buffer)
            && is_kept
        {
            kept.append(address, &buffer[..len]).unwrap();
        }
    }
    world.frames = kept;
    world.up.is_cut = false;
    let done = world.run_until(MINUTE.saturating_mul(10), |world| world.device.is_settled());
    assert!(done, "{} wait", world.device.waiting());
    let told = world.device_events.iter().map(|event| match event {
        DeviceEvent::Lost { frames, .. } => u64::from(*frames),
        _ => 0,
    });
    let lost = world.device.stats().frames_lost;
    assert!(lost >= 40, "{lost}");
    assert_eq!(told.sum::<u64>(), lost);
}

fn scanned(storage: &mut impl Storage) -> Vec<FrameAddress> {
    let mut all = Vec::new();
    storage.scan(0, &mut |address| all.push(address)).unwrap();
    all
}

// IOMT-EPOCH-023
#[test]
fn a_storage_that_takes_no_image_lets_nothing_be_sealed_and_is_asked_again() {
    let mut world = world();
    world.store_fails = |request| matches!(request, StoreRequest::Image { .. });
    world.reboot().unwrap();
    world.run_for(MINUTE);
    assert!(!world.device.is_ready());
    world.store_fails = |_| false;
    assert!(world.run_until(MINUTE.saturating_mul(2), |world| world.device.is_ready()));
}

// IOMT-LIM-005, IOMT-LINK-033
#[test]
fn a_thousand_boots_without_a_link() {
    let mut world = world();
    world.up.is_cut = true;
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..1_000 {
        world.reboot().unwrap();
        world.run_for(Duration::from_secs(1));
        match world.send(Space::Data) {
            Ok(_) => taken += 1,
            Err(_) => refused += 1,
        }
        world.settle();
    }
    assert!(
        taken >= 5 && refused > 900,
        "{taken} taken, {refused} refused"
    );
    world.up.is_cut = false;
    let settled = |world: &World| world.device.is_settled();
    assert!(world.run_until(MINUTE.saturating_mul(30), settled));
    world.send(Space::Data).unwrap();
    assert!(world.run_until(MINUTE, settled));
    // The descriptor of each boot that has opened an epoch, the last one by its reconnection, and all that was taken.
    assert_eq!(world.store.len(), 1 + 2 * taken + 2);
}

/// Found by fuzzing: the image behind it was due at once meanwhile, and asked for in vain.
#[test]
fn an_erasure_that_fails_at_a_pairing_is_waited_for_without_a_busy_loop() {
    let mut world = World::new();
    world.store_fails = |request| matches!(request, StoreRequest::Erase { .. });
    world.run_for(Duration::from_secs(5));
    assert!(!world.device.is_ready());
    world.store_fails = |_| false;
    assert!(world.run_until(Duration::from_secs(60), |world| world.is_quiet(1)));
}

// IOMT-EPOCH-025
#[test]
fn a_clock_at_its_end_asks_storage_for_nothing_that_was_never_wanted() {
    let mut world = world();
    world.settle();
    let last = Instant::from_micros(u64::MAX);
    let mut buffer = [0; MAX_DATAGRAM];
    let erased = world.device.poll_store(last, &mut buffer);
    assert!(
        !matches!(erased, Some(StoreRequest::Erase { .. })),
        "{erased:?}"
    );
}
