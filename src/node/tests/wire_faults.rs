//! Every datagram of an exchange, in either direction, meets every fault.

use super::world::{Fault, Link, World};
use crate::node::{DeviceEvent, ServerEvent};
use crate::time::Duration;

const READINGS: usize = 12;
const RECORDS: usize = READINGS + 1;
/// Readings take two seconds; a datagram that is lost in the worst place costs a few retries.
const LIMIT: Duration = Duration::from_secs(12);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

fn link(world: &mut World, way: Way) -> &mut Link {
    match way {
        Way::Up => &mut world.up,
        Way::Down => &mut world.down,
    }
}

fn begin() -> World {
    let mut world = World::new();
    world.readings = READINGS;
    world
}

/// How many datagrams an undisturbed exchange takes.
fn undisturbed() -> World {
    let mut world = begin();
    assert!(world.run_until(Duration::from_secs(4), |world| world.is_quiet(RECORDS)));
    world
}

fn finishes(mut world: World, limit: Duration, case: &str) {
    let done = world.run_until(limit, |world| world.is_quiet(RECORDS));
    assert!(done, "{case}: {} stored", world.store.len());
    assert_eq!(
        world
            .store
            .count_of_each_run()
            .into_values()
            .collect::<std::vec::Vec<_>>(),
        [13],
        "{case}"
    );
    assert_eq!(pairings(&world), (1, 1), "{case}");
}

/// How often the two sides have paired; that one fell silent meanwhile is no matter.
fn pairings(world: &World) -> (usize, usize) {
    let device = world.device_events.iter();
    let server = world.server_events.iter();
    (
        device
            .filter(|event| matches!(event, DeviceEvent::Paired { .. }))
            .count(),
        server
            .filter(|event| matches!(event, ServerEvent::Paired { .. }))
            .count(),
    )
}

fn every_datagram_may_meet(fault: &Fault) {
    let mut plain = undisturbed();
    for way in [Way::Up, Way::Down] {
        for index in 0..link(&mut plain, way).log.len() {
            let mut world = begin();
            link(&mut world, way).faults.insert(index, fault.clone());
            let case = std::format!("{fault:?} at {way:?} {index}");
            finishes(world, LIMIT, &case);
        }
    }
}

// IOMT-CARR-002, IOMT-OUT-020
#[test]
fn any_one_datagram_may_be_lost() {
    every_datagram_may_meet(&Fault::Lose);
}

// IOMT-CARR-002
#[test]
fn any_one_datagram_may_come_twice() {
    every_datagram_may_meet(&Fault::Duplicate);
}

#[test]
fn any_two_neighbours_may_change_places() {
    every_datagram_may_meet(&Fault::Swap);
}

#[test]
fn any_one_datagram_may_come_ten_seconds_late() {
    every_datagram_may_meet(&Fault::Delay(Duration::from_secs(10)));
}

#[test]
fn any_one_datagram_may_be_damaged() {
    for bit in [0, 3, 77, 161, 400, 613] {
        every_datagram_may_meet(&Fault::Flip(bit));
    }
}

#[test]
fn any_two_datagrams_may_be_lost() {
    let plain = undisturbed();
    let all: std::vec::Vec<(Way, usize)> = (0..plain.up.log.len())
        .map(|index| (Way::Up, index))
        .chain((0..plain.down.log.len()).map(|index| (Way::Down, index)))
        .collect();
    for (position, first) in all.iter().enumerate() {
        for second in &all[..position] {
            let mut world = begin();
            for (way, index) in [*first, *second] {
                link(&mut world, way).faults.insert(index, Fault::Lose);
            }
            let case = std::format!("{first:?} and {second:?} lost");
            finishes(world, Duration::from_secs(20), &case);
        }
    }
}

// IOMT-PAIR-039
#[test]
fn message_1_may_come_again_at_every_point() {
    let plain = undisturbed();
    let hello = plain.down.log[0].clone();
    for index in 0..plain.down.log.len() {
        let mut world = begin();
        world
            .down
            .faults
            .insert(index, Fault::Follow(hello.clone()));
        finishes(
            world,
            LIMIT,
            &std::format!("message 1 again behind {index}"),
        );
    }
}

#[test]
fn each_datagram_of_the_exchange_may_come_again_at_its_end() {
    let mut world = undisturbed();
    let (up, down) = (world.up.log.clone(), world.down.log.clone());
    let before = world.store.records.clone();
    for datagram in up {
        let now = world.now;
        world.up.inject(now, datagram);
    }
    for datagram in down {
        let now = world.now;
        world.down.inject(now, datagram);
    }
    world.run_for(Duration::from_secs(10));
    assert_eq!(
        (world.store.records.clone(), world.store.repeated),
        (before, 0)
    );
    assert!(world.is_quiet(RECORDS));
    assert_eq!(
        (world.device_events.len(), world.server_events.len()),
        (1, 1)
    );
}

/// Loses message 3 and the receipt behind it, `times` times.
fn lose_message_3(world: &mut World, times: usize) {
    // Message 1 is the first datagram.
    for index in 1..=2 * times {
        world.down.faults.insert(index, Fault::Lose);
    }
}

// IOMT-PAIR-035
#[test]
fn message_3_may_be_lost_nine_times() {
    let mut world = begin();
    lose_message_3(&mut world, 9);
    finishes(world, Duration::from_secs(70), "message 3 lost nine times");
}

#[test]
fn a_pairing_whose_message_3_never_comes_is_given_up_and_the_next_one_finishes() {
    let mut world = begin();
    lose_message_3(&mut world, 10);
    world.run_for(Duration::from_secs(65));
    assert_eq!(world.server_events, [ServerEvent::PairingUnconfirmed]);
    assert_eq!(
        (world.server.peer(), world.server.poll_timeout()),
        (None, None)
    );
    world.server_events.clear();
    world.pair();
    finishes(world, Duration::from_secs(10), "second pairing");
}

#[test]
fn a_device_that_paired_and_then_fell_silent_is_still_heard_an_hour_later() {
    let mut world = begin();
    // Message 2 is the first datagram on the way up, and the last that comes through.
    world
        .up
        .faults
        .extend((1..10_000).map(|index| (index, Fault::Lose)));
    world.run_for(Duration::from_secs(3_600));
    assert_eq!(world.server_events, [ServerEvent::PairingUnconfirmed]);
    world.server_events.clear();
    world.up.faults.clear();
    finishes(world, Duration::from_secs(20), "an hour later");
}

// IOMT-PAIR-060
#[test]
fn a_repeated_or_forged_message_2_makes_the_server_say_nothing() {
    let mut world = begin();
    world.run_for(Duration::from_millis(45));
    let reply = world.up.log[0].clone();
    let (now, said) = (world.now, world.down.log.len());
    for step in [2, 2, 3, 7] {
        let mut forged = reply.clone();
        forged[3] = step;
        world.up.inject(now, forged);
    }
    world.settle();
    assert_eq!(world.down.log.len(), said);
}

#[test]
fn a_backlog_comes_through_where_two_of_five_datagrams_are_lost() {
    for seed in 0..10_u64 {
        let mut world = World::paired();
        world.up.is_cut = true;
        for _ in 0..60 {
            world.send(crate::wire::Space::Data).unwrap();
        }
        world.run_for(Duration::from_secs(30));
        world.up.is_cut = false;
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut is_lost = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % 5 < 2
        };
        for index in 0..2_000 {
            if is_lost() {
                world.up.faults.insert(index, Fault::Lose);
            }
            if is_lost() {
                world.down.faults.insert(index, Fault::Lose);
            }
        }
        assert!(
            world.run_until(Duration::from_secs(120), |world| world.is_quiet(61)),
            "seed {seed}"
        );
        world.store.count_of_each_run();
    }
}
