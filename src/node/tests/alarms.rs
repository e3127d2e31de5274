//! Alarms that nobody on the way can tell from data, and alarms that come too late.

use super::world::World;
use crate::alarm::{Arrival, Lateness};
use crate::node::{Config, Keeping};
use crate::time::{ClockQuality, Duration, Instant, WallClock};
use crate::wire::{Packet, RecordId, Space};

const QUIET: Config = Config {
    quiet: true,
    ..Config::DEFAULT
};
const MINUTE: Duration = Duration::from_secs(60);

fn is_stored(world: &World, id: RecordId) -> bool {
    world.store.records.contains_key(&(id.run, id.sequence))
}

fn shows_an_alarm(datagram: &[u8]) -> bool {
    matches!(Packet::parse(datagram), Ok(Packet::Frame(frame)) if frame.space == Space::Alarm)
}

// IOMT-LINK-008
#[test]
fn a_quiet_alarm_goes_as_data_before_all_that_waits() {
    let mut world = World::paired_with_config(0, QUIET);
    world.up.is_cut = true;
    for _ in 0..40 {
        world.send(Space::Data).unwrap();
    }
    world.settle();
    world.up.is_cut = false;
    let alarm = world.send(Space::Alarm).unwrap();
    let is_there = |world: &World| is_stored(world, alarm);
    assert!(world.run_until(Duration::from_millis(100), is_there));
    assert_eq!(world.store.len(), 2, "the descriptor, and the alarm");
    assert!(world.run_until(MINUTE, |world| world.is_quiet(42)));
    assert!(!world.up.log.iter().any(|sent| shows_an_alarm(sent)));
    world.store.count_of_each_run();
}

// IOMT-LINK-008
#[test]
fn a_quiet_alarm_of_an_outage_is_first_when_it_ends_though_the_backlog_is_larger_than_ram() {
    let keeping = Keeping::SessionAndFrames;
    let mut world = World::paired_with_config(0, Config { keeping, ..QUIET });
    world.up.is_cut = true;
    let send_many = |world: &mut World, count: usize| {
        for _ in 0..count {
            world.send(Space::Data).unwrap();
            world.run_for(Duration::from_secs(2));
        }
    };
    send_many(&mut world, 150);
    let alarm = world.send(Space::Alarm).unwrap();
    send_many(&mut world, 150);
    world.up.is_cut = false;
    assert!(world.run_until(MINUTE.saturating_mul(3), |world| is_stored(world, alarm)));
    assert!(world.store.len() < 40, "{} before it", world.store.len());
    let all = 1 + 300 + 1;
    assert!(world.run_until(MINUTE.saturating_mul(10), |world| world.is_quiet(all)));
    assert!(!world.up.log.iter().any(|sent| shows_an_alarm(sent)));
    assert_eq!(world.losses, []);
}

// IOMT-LINK-008, IOMT-LINK-004
#[test]
fn quiet_alarms_that_are_many_in_an_outage_leave_room_for_data_and_none_is_lost() {
    let keeping = Keeping::SessionAndFrames;
    let mut world = World::paired_with_config(0, Config { keeping, ..QUIET });
    world.up.is_cut = true;
    for _ in 0..150 {
        for space in [Space::Alarm, Space::Data] {
            world.send(space).unwrap();
            world.run_for(Duration::from_secs(2));
        }
    }
    world.up.is_cut = false;
    let quiet = |world: &World| world.is_quiet(301) && world.device.is_settled();
    assert!(world.run_until(MINUTE.saturating_mul(20), quiet));
    assert_eq!((world.losses.len(), world.store.repeated), (0, 0));
}

// IOMT-LINK-008
#[test]
fn a_hint_to_wait_holds_back_no_quiet_alarm() {
    let mut world = World::paired_with_config(0, QUIET);
    world.server.set_wait(MINUTE.saturating_mul(10));
    world.run_for(MINUTE.saturating_mul(2));
    let reading = world.send(Space::Data).unwrap();
    let alarm = world.send(Space::Alarm).unwrap();
    assert!(world.run_until(Duration::from_secs(1), |world| is_stored(world, alarm)));
    assert!(!is_stored(&world, reading), "the hint holds");
}

/// "an alarm older than its bound arrives as a late alarm"
#[test]
fn an_alarm_that_an_outage_has_held_up_is_late_and_the_next_one_is_not() {
    const UNIX: u64 = 1_767_225_600_000;
    let mut world = World::paired();
    world.server.set_wall_clock(world.now, UNIX);
    let began = world.now;
    world.run_for(MINUTE.saturating_mul(3));
    let (lateness, mut arrivals) = (Lateness::new(MINUTE), std::vec::Vec::new());
    for outage in [MINUTE.saturating_mul(10), Duration::ZERO] {
        world.up.is_cut = outage > Duration::ZERO;
        let (made, alarm) = (world.now, world.send(Space::Alarm).unwrap());
        world.run_for(outage);
        world.up.is_cut = false;
        assert!(world.run_until(MINUTE, |world| is_stored(world, alarm)));
        let clock = world.server.device_clock().unwrap();
        let now = server_clock(UNIX, began, world.now);
        arrivals.push(lateness.judge(&clock.at(made).unwrap(), &now));
    }
    let [Arrival::Late { age }, Arrival::Timely] = arrivals[..] else {
        panic!("{arrivals:?}")
    };
    assert!(age > MINUTE.saturating_mul(9) && age < MINUTE.saturating_mul(11));
}

fn server_clock(unix_millis: u64, then: Instant, now: Instant) -> WallClock {
    WallClock {
        unix_millis: i64::try_from(unix_millis + (now - then).as_millis()).unwrap(),
        quality: ClockQuality::Synchronised,
        uncertainty: Duration::ZERO,
        utc_offset_minutes: None,
    }
}
