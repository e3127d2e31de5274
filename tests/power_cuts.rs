//! The power fails within every write and every erase of a short life, and within those of what follows.
//!
//! ```text
//!  script     first image, readings, a reboot, a second epoch, alarms, acknowledgements, a new session
//!  cut        at each byte written and each unit erased, one after the other
//!  recovery   power on, run to rest; for one cut of 199, cut again at each event of the recovery, and on again
//!
//!  the shortest life      a reading in flash, a reboot; here each recovery behind one cut of 43 is cut at each of its events
//! ```
//!
//! With `IOMT_CUT_AGAIN=1` each recovery behind every cut is: for the shortest life that takes half an hour.
//!
//! Whatever the flash holds then: the device starts, no key and nonce seal two texts, and each reading that it took is
//! stored once, with its value, or a loss names it: by the oracles of the simulation.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "a test fails by panicking, and shares its parts with another"
)]

mod whole_system;

use iomt::node::{Config, Keeping};
use iomt::time::Duration;
use iomt::wire::Space;
use whole_system::oracle::Tally;
use whole_system::world::{CONFIG, HOUR, MINUTE, World};

const SECOND: Duration = Duration::from_secs(1);
/// A build without optimisation tries one event of so many.
const STEP: usize = if cfg!(debug_assertions) { 7 } else { 1 };

/// A life, which ends where the power fails, and how closely its recoveries are looked at.
struct Life {
    begin: fn(Config) -> World,
    steps: &'static [fn(&mut World)],
    /// Behind every so many cuts, each event of the recovery is cut, too.
    cut_again: u64,
    /// It has at least so many events.
    events: u64,
}

const WHOLE: Life = Life {
    begin: |config| World::unmet(1, config),
    steps: &[
        |world| world.run_for(MINUTE),
        |world| take(world, 4),
        |world| {
            // Readings without a link stay in flash, and alarms overtake them.
            world.cut(0);
            take(world, 4);
            let _ = world.take(Space::Alarm);
            world.run_for(SECOND);
            world.mend(0);
            world.run_for(MINUTE);
        },
        |world| {
            // Some wait while the device is started anew.
            world.cut(0);
            take(world, 2);
            if world.is_cut() {
                return;
            }
            let _ = world.boot();
            world.mend(0);
            world.run_for(MINUTE);
            take(world, 4);
        },
        |world| world.run_for(HOUR.saturating_mul(3)),
        |world| take(world, 6),
        |world| {
            world.run_until_settled(HOUR);
        },
    ],
    cut_again: if cfg!(debug_assertions) { 7 * 60 } else { 199 },
    events: 500,
};

const SHORTEST: Life = Life {
    begin: |config| World::new(1, config),
    steps: &[
        |world| {
            world.cut(0);
            take(world, 1);
        },
        |world| {
            let _ = world.boot();
        },
        |world| {
            world.mend(0);
            world.run_until_settled(HOUR);
        },
    ],
    cut_again: if cfg!(debug_assertions) { 7 * 60 } else { 43 },
    events: 100,
};

fn live(world: &mut World, life: &Life) {
    for step in life.steps {
        step(world);
        if world.is_cut() {
            return;
        }
    }
}

fn take(world: &mut World, count: usize) {
    for _ in 0..count {
        let _ = world.take(Space::Data);
        world.run_for(SECOND);
    }
}

fn config(keeping: Keeping) -> Config {
    Config {
        keeping,
        session_age: HOUR.saturating_mul(2),
        due: MINUTE.saturating_mul(10),
        ..CONFIG
    }
}

/// A life whose power fails within the event after so many.
fn cut_after(life: &Life, config: Config, events: u64) -> World {
    let mut world = (life.begin)(config);
    world.flash.chip.borrow_mut().cut_after(events, events);
    live(&mut world, life);
    assert!(world.is_cut(), "event {events} did not come");
    world
}

fn events_of(world: &World) -> u64 {
    world.flash.chip.borrow().events
}

/// Power on, and to rest; whether the power has not failed again.
fn recover(world: &mut World) -> bool {
    world.mend(0);
    world.boot().unwrap();
    if world.is_cut() {
        return false;
    }
    let settled = world.run_until_settled(HOUR.saturating_mul(24));
    assert!(settled || world.is_cut(), "it does not come to rest");
    settled
}

/// "each reading once, or named"; no two texts under one key and nonce.
fn settle(world: &mut World, at: &str) -> Tally {
    let settled = world.settle_oracles();
    assert!(settled.is_ok(), "{at}: {settled:?}");
    settled.unwrap_or_default()
}

fn enumerate(keeping: Keeping, life: &Life) {
    let config = config(keeping);
    let mut whole = (life.begin)(config);
    let first = events_of(&whole);
    live(&mut whole, life);
    assert!(whole.device().is_settled());
    let events = events_of(&whole) - first;
    let (mut recoveries, mut tally) = (0, Tally::default());
    let asked = std::env::var("IOMT_CUT_AGAIN").ok();
    let cut_again = asked.map_or(life.cut_again, |number| number.parse().unwrap());
    for event in (0..events).step_by(STEP) {
        let mut world = cut_after(life, config, event);
        if event % cut_again == 0 {
            recoveries += cut_each_recovery(life, config, event, &mut tally);
        }
        assert!(recover(&mut world), "event {event}");
        recoveries += 1;
        tally.add(&settle(&mut world, &format!("event {event}")));
    }
    println!("{keeping:?}: {events} events, {recoveries} recoveries from power cuts");
    println!("  of the readings {tally:?}");

    assert!(events > life.events && recoveries > events / STEP as u64);
    assert!(tally.stored + tally.cut >= recoveries && tally.cut > 0);
}

/// The power fails once more at each event of what follows the first cut.
fn cut_each_recovery(life: &Life, config: Config, event: u64, tally: &mut Tally) -> u64 {
    for again in (0..).step_by(STEP) {
        let mut world = cut_after(life, config, event);
        world.cuts_next_boot = Some(again);
        if recover(&mut world) {
            return again / STEP as u64;
        }
        assert!(recover(&mut world), "events {event} and {again}");
        tally.add(&settle(&mut world, &format!("events {event} and {again}")));
    }
    unreachable!("a recovery ends")
}

// IOMT-EPOCH-023, IOMT-EPOCH-025
#[test]
fn every_cut_with_the_session_in_flash() {
    enumerate(Keeping::Session, &WHOLE);
}

// IOMT-EPOCH-025, IOMT-SEAL-013
#[test]
fn every_cut_with_session_and_frames_in_flash() {
    enumerate(Keeping::SessionAndFrames, &WHOLE);
}

// IOMT-EPOCH-025, IOMT-SEAL-013
#[test]
fn every_cut_of_every_recovery_of_the_shortest_life() {
    enumerate(Keeping::SessionAndFrames, &SHORTEST);
}
