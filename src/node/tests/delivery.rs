//! Readings on their way: what is taken, in which order it leaves, and what frees it.

use super::world::{
    Fault, MANUFACTURER, PEER, Source, World, identity, image_of, label, new_device, said_by,
    sent_by, write_all,
};
use crate::link::OutboxFull;
use crate::node::{Config, Device, DeviceEvent, Error, Received, ServerEvent};
use crate::reading::Descriptor;
use crate::seal;
use crate::time::{Duration, Instant};
use crate::wire::{self, Packet, Record, Space, Tag};
use std::vec::Vec;

fn unknown(body: &[u8]) -> Record<'_> {
    Record::Unknown {
        tag: Tag(1_000),
        body,
    }
}

// IOMT-EPOCH-023, IOMT-PAIR-046
#[test]
fn nothing_is_sent_or_taken_before_the_session_is_stored() {
    let mut world = World::new();
    assert_eq!(world.send(Space::Data), Err(Error::NotPaired));
    let now = world.now;
    let hello = said_by(&mut world.server, now);
    let rng = &mut world.device_rng;
    world.device.handle_datagram(now, &hello[0], rng).unwrap();
    let mut reply = sent_by(&mut world.device, now);
    world.server.handle_datagram(now, &mut reply[0]).unwrap();
    for datagram in said_by(&mut world.server, now) {
        assert!(image_of(&mut world.device, now).is_none());
        world.device.handle_datagram(now, &datagram, rng).unwrap();
        assert!(sent_by(&mut world.device, now).is_empty());
    }
    let key = identity(2).public();
    assert_eq!(
        world.device.poll_event(),
        Some(DeviceEvent::Paired { peer: PEER, key })
    );
    assert!(image_of(&mut world.device, now).is_some());
    assert!(image_of(&mut world.device, now).is_none());
    assert!(!world.device.is_ready() && sent_by(&mut world.device, now).is_empty());
    assert_eq!(world.send(Space::Data), Err(Error::NotPaired));
    write_all(&mut world.device, now);
    // What opens the session, and the descriptor.
    assert_eq!(sent_by(&mut world.device, now).len(), 2);
}

// IOMT-REC-040, IOMT-ENV-003
#[test]
fn the_descriptor_is_the_first_record_and_readings_follow_in_sequence() {
    let mut world = World::paired();
    let (key, content) = world.store.records.first_key_value().unwrap();
    assert_eq!((key.1, &content[..4]), (0, &24_u32.to_be_bytes()[..]));
    let run = key.0;
    for sequence in 1..4 {
        assert_eq!(
            world.send(Space::Data).unwrap(),
            wire::RecordId { run, sequence }
        );
    }
}

// IOMT-REC-041
#[test]
fn a_device_that_describes_itself_otherwise_than_it_promised_is_reported_once() {
    let mut world = World::new();
    // The control frame that opens the session, and the descriptor behind it.
    world.up.faults.extend([(1, Fault::Lose), (2, Fault::Lose)]);
    assert!(world.run_until(Duration::from_secs(2), |world| world.device.is_ready()));
    let other = Descriptor {
        firmware: "1.1",
        ..MANUFACTURER
    };
    world.device = Device::new(identity(1), other, Config::DEFAULT).unwrap();
    let saved = world.flash.clone().unwrap();
    world
        .device
        .resume(world.now, &saved, &mut world.device_rng)
        .unwrap();
    world.readings = 3;
    assert!(world.run_until(Duration::from_secs(20), |world| world.is_quiet(4)));
    assert!(matches!(
        world.server_events[..],
        [ServerEvent::Paired { .. }, ServerEvent::DescriptorMismatch]
    ));
}

// IOMT-ENV-017, IOMT-LIM-003
#[test]
fn records_that_do_not_fit_or_are_none_are_refused_and_take_no_sequence() {
    let mut world = World::paired();
    let before = world.send(Space::Data).unwrap();
    let (now, stats) = (world.now, world.device.stats());
    let large = [0; 1_188];
    let refused = world.device.send(now, Space::Data, &[unknown(&large)]);
    assert!(matches!(
        refused,
        Err(Error::Wire(wire::Error::NoRoom { .. }))
    ));
    let halves = [unknown(&large[..600]), unknown(&large[..600])];
    assert!(matches!(
        world.device.send(now, Space::Data, &halves),
        Err(Error::Wire(_))
    ));
    assert_eq!(
        world.device.send(now, Space::Data, &[] as &[Record]),
        Err(Error::NoRecords)
    );
    let refused = world.device.send(now, Space::Control, &halves[..1]);
    assert_eq!(refused, Err(seal::Error::UnexpectedPacket.into()));
    assert_eq!(world.device.stats(), stats);
    assert_eq!(
        world.send(Space::Data).unwrap().sequence,
        before.sequence + 1
    );
    assert!(world.run_until(Duration::from_secs(3), |world| world.is_quiet(3)));
}

// IOMT-LIM-003
#[test]
fn the_largest_frame_fits_a_datagram_and_arrives() {
    let mut world = World::new();
    // No receipt has named the epoch, so that the header is the longest.
    world.up.faults.insert(1, Fault::Lose);
    assert!(world.run_until(Duration::from_secs(1), |world| world.device.is_ready()));
    let body = [7; 1_187];
    let longest = (0..=body.len()).rev().find(|len| {
        world
            .device
            .send(world.now, Space::Data, &[unknown(&body[..*len])])
            .is_ok()
    });
    assert!(longest.is_some_and(|len| len > 1_170));
    assert!(world.run_until(Duration::from_secs(3), |world| world.is_quiet(2)));
    assert!(
        world
            .up
            .log
            .iter()
            .all(|datagram| datagram.len() <= wire::MAX_DATAGRAM)
    );
}

// IOMT-LINK-003, IOMT-RCPT-034
#[test]
fn an_alarm_overtakes_a_backlog_and_is_acknowledged_at_once() {
    let mut world = World::paired();
    world.up.is_cut = true;
    for _ in 0..50 {
        world.send(Space::Data).unwrap();
    }
    world.run_for(Duration::from_secs(20));
    let alarm = world.send(Space::Alarm).unwrap();
    world.up.is_cut = false;
    let sent = world.up.log.len();
    let receipts = world.server.stats().receipts;
    let start = world.now;
    assert!(world.run_until(Duration::from_secs(1), |world| {
        world
            .store
            .records
            .contains_key(&(alarm.run, alarm.sequence))
    }));
    let Ok(Packet::Frame(frame)) = Packet::parse(&world.up.log[sent]) else {
        panic!();
    };
    assert_eq!(frame.space, Space::Alarm);
    assert_eq!(world.now - start, Duration::from_millis(20));
    // Its receipt has not waited for more frames to name.
    assert_eq!(world.server.stats().receipts, receipts + 1);
    assert!(world.run_until(Duration::from_secs(30), |world| world.is_quiet(52)));
}

// IOMT-LINK-001, IOMT-LINK-002
#[test]
fn a_full_outbox_refuses_and_nothing_that_was_taken_is_lost() {
    let mut world = World::paired();
    world.up.is_cut = true;
    let taken = (0..)
        .take_while(|_| world.send(Space::Data).is_ok())
        .count();
    assert_eq!((taken, world.device.backlog()), (88, 88));
    let alarms = (0..)
        .take_while(|_| world.send(Space::Alarm).is_ok())
        .count();
    assert_eq!((alarms, world.device.backlog()), (12, 100));
    assert_eq!(world.send(Space::Alarm), Err(OutboxFull.into()));
    world.run_for(Duration::from_secs(20));
    world.up.is_cut = false;
    assert!(world.run_until(Duration::from_secs(30), |world| world.is_quiet(101)));
    assert_eq!(world.send(Space::Data).unwrap().sequence, 101);
    assert!(world.run_until(Duration::from_secs(5), |world| world.is_quiet(102)));
    world.store.count_of_each_run();
}

#[test]
fn what_the_server_forgot_before_it_was_stored_comes_again() {
    let mut world = World::new();
    world.deaths = 5;
    world.readings = 6;
    assert!(world.run_until(Duration::from_secs(30), |world| world.is_quiet(7)));
    assert_eq!((world.deaths, world.store.repeated), (0, 5));
    assert_eq!(world.server_events.len(), 1);
}

// IOMT-RCPT-031
#[test]
fn a_storm_of_duplicates_causes_one_receipt_a_second_at_most() {
    let mut world = World::paired();
    let frame = world.up.log.last().unwrap().clone();
    let before = world.server.stats();
    for _ in 0..1_000 {
        world.up.inject(world.now, frame.clone());
        world.run_for(Duration::from_millis(10));
    }
    let after = world.server.stats();
    assert_eq!(after.duplicates - before.duplicates, 1_000);
    assert!((9..=11).contains(&(after.receipts - before.receipts)));
    // Forged duplicates cause none.
    let mut forged = frame;
    *forged.last_mut().unwrap() ^= 1;
    world.run_for(Duration::from_secs(2));
    let before = world.server.stats();
    world.up.inject(world.now, forged);
    world.run_for(Duration::from_secs(5));
    assert_eq!(world.server.stats().receipts, before.receipts);
}

// IOMT-RCPT-011, IOMT-RCPT-021, IOMT-RCPT-026
#[test]
fn receipts_that_are_foreign_or_damaged_free_nothing() {
    let mut world = World::paired();
    let mut foreign = World::paired_with_seed(40);
    for world in [&mut world, &mut foreign] {
        world.send(Space::Data).unwrap();
        world.run_until(Duration::from_millis(130), |world| {
            world.device.backlog() == 0
        });
    }
    let genuine = world.down.log.last().unwrap().clone();
    let of_another = foreign.down.log.last().unwrap().clone();
    world.up.is_cut = true;
    world.send(Space::Data).unwrap();
    let (now, rng) = (world.now, &mut world.device_rng);
    // It echoes a control frame of an epoch that is nobody's here.
    let refused = world.device.handle_datagram(now, &of_another, rng);
    assert_eq!(refused, Err(seal::Error::UnknownEpoch.into()));
    for bit in 0..genuine.len() * 8 {
        let mut flipped = genuine.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(
            world.device.handle_datagram(now, &flipped, rng).is_err(),
            "bit {bit}"
        );
    }
    // All older receipts are authentic, and none of them names the newest frame.
    for old in world.down.log.clone() {
        let _ = world.device.handle_datagram(now, &old, rng);
    }
    assert_eq!(world.device.backlog(), 1);
}

#[test]
fn a_device_that_never_paired_refuses_receipts_and_frames() {
    let paired = World::paired();
    let mut device = new_device();
    device.arm(label());
    let rng = &mut Source::new(0);
    let receipt = paired.down.log.last().unwrap();
    let refused = device.handle_datagram(Instant::ZERO, receipt, rng);
    assert_eq!(refused, Err(Error::NotPaired));
    let frames: Vec<_> = paired.up.log[1..].to_vec();
    for frame in frames {
        let refused = device.handle_datagram(Instant::ZERO, &frame, rng);
        assert_eq!(refused, Err(seal::Error::UnexpectedPacket.into()));
    }
}

#[test]
fn a_descriptor_that_comes_after_a_reading_of_the_next_day_breaks_no_promise() {
    // So long a silence is nothing out of the way: all that waits is sent again.
    let config = Config {
        due: Duration::from_secs(12 * 60 * 60),
        ..Config::DEFAULT
    };
    let mut world = World::with_config(0, config);
    world
        .up
        .faults
        .extend((1..10).map(|index| (index, Fault::Lose)));
    assert!(world.run_until(Duration::from_secs(1), |world| world.device.is_ready()));
    let tomorrow = world.now + Duration::from_secs(24 * 60 * 60);
    let rng = &mut world.device_rng;
    world.device.handle_timeout(tomorrow, rng).unwrap();
    assert!(image_of(&mut world.device, tomorrow).is_some());
    write_all(&mut world.device, tomorrow);
    world.now = tomorrow;
    world.send(Space::Data).unwrap();
    let mut frames = sent_by(&mut world.device, tomorrow);
    for frame in frames.iter_mut().rev() {
        if let Received::Records(opened) = world.server.handle_datagram(tomorrow, frame).unwrap() {
            let stored = opened.stored();
            world.server.handle_stored(tomorrow, stored).unwrap();
        }
    }
    let events: Vec<_> = core::iter::from_fn(|| world.server.poll_event()).collect();
    assert!(
        !events.contains(&ServerEvent::DescriptorMismatch),
        "{events:?}"
    );
    let data = frames.iter().filter(|frame| matches!(Packet::parse(frame), Ok(Packet::Frame(frame)) if frame.space == Space::Data));
    assert_eq!(data.count(), 2);
}
