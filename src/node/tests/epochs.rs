//! A new epoch each day, with or without a link.

use super::world::World;
use crate::time::Duration;
use crate::wire::Space;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn frames_of_the_old_epoch_arrive_after_the_new_one_has_begun() {
    let mut world = World::paired();
    world.up.is_cut = true;
    for _ in 0..10 {
        world.send(Space::Data).unwrap();
    }
    let before = world.flash.clone();
    world.run_for(DAY);
    assert_ne!(world.flash, before, "no new epoch");
    for _ in 0..10 {
        world.send(Space::Data).unwrap();
    }
    world.send(Space::Alarm).unwrap();
    world.up.is_cut = false;
    assert!(world.run_until(Duration::from_secs(30), |world| world.is_quiet(22)));
    assert_eq!(
        world.store.count_of_each_run().into_values().max(),
        Some(22)
    );
}

// IOMT-LINK-001, IOMT-EPOCH-021
#[test]
fn a_week_without_a_link_loses_nothing() {
    let mut world = World::paired();
    world.up.is_cut = true;
    for _ in 0..7 {
        for _ in 0..5 {
            world.send(Space::Data).unwrap();
        }
        world.run_for(DAY);
    }
    world.up.is_cut = false;
    assert!(world.run_until(Duration::from_secs(60), |world| world.is_quiet(36)));
    assert_eq!(
        world.store.count_of_each_run().into_values().max(),
        Some(36)
    );
    // All drained: the next epoch is no longer held back, and the device asks to be woken for it.
    let before = world.flash.clone();
    world.run_for(DAY);
    assert_ne!(world.flash, before);
}

// IOMT-EPOCH-021, IOMT-ENV-003, IOMT-LINK-030
#[test]
fn a_year_of_days_goes_on_in_one_run() {
    let mut world = World::paired();
    for day in 1..=400 {
        world.send(Space::Data).unwrap();
        assert!(world.run_until(Duration::from_secs(30), |world| world.is_quiet(1 + day)));
        world.run_for(DAY);
    }
    assert_eq!(
        world.store.count_of_each_run().into_values().max(),
        Some(401)
    );
}

#[test]
fn one_frame_that_is_held_for_a_week_arrives_while_all_others_come_and_go() {
    let mut world = World::paired();
    let held = world.up.log.len();
    world.send(Space::Data).unwrap();
    world.up.is_cut = true;
    world.settle();
    world.up.is_cut = false;
    world.up.holds = world.up.log[held].last_chunk().copied();
    for _ in 0..7 {
        world.send(Space::Data).unwrap();
        world.run_for(DAY);
    }
    assert_eq!((world.store.len(), world.device.backlog()), (8, 1));
    world.up.holds = None;
    let done = world.run_until(Duration::from_secs(60), |world| world.is_quiet(9));
    assert!(done, "{} wait", world.device.backlog());
    assert_eq!(world.store.count_of_each_run().len(), 1);
    let before = world.flash.clone();
    world.run_for(DAY);
    assert_ne!(world.flash, before);
}
