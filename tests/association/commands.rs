//! What a paired server asks of its device: to take another recipient, to let one go, to expect another key.

use super::identity;
use super::ward::{DEVICE, HOSPITAL, PHONE, Receiver, Ward, first, key};
use iomt::node::{Config, Device, DeviceEvent, Error, PeerId, ServerEvent};
use iomt::pairing::{DescriptorHash, Model};
use iomt::reading::Descriptor;
use iomt::seal::{MAX_ROW, ResumptionSecret, RowKey, RowOwner, SystemEntropy};

use iomt::wire::command::{Rights, Role};
use iomt::wire::control::Outcome;
use iomt::wire::{Frame, Packet, Space};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

const RECIPIENT: (Role, Rights) = (Role::Recipient, Rights::NONE);
const NEXT: u8 = 4;

fn is_command(datagram: &[u8]) -> bool {
    matches!(
        Packet::parse(datagram),
        Ok(Packet::Frame(Frame {
            space: Space::Command,
            ..
        }))
    )
}

// IOMT-PAIR-070, IOMT-PAIR-071, IOMT-PAIR-077, IOMT-PAIR-084
#[test]
fn a_phone_introduces_a_server_by_a_sealed_command() {
    let mut ward = Ward::with_phone();
    ward.introduce(0, HOSPITAL, RECIPIENT);
    assert_eq!(ward.answers(0), [(key(HOSPITAL), Outcome::Done)]);
    let (peer, by) = (PeerId(1), PeerId(0));
    assert!(ward.events.contains(&DeviceEvent::Introduced { peer, by }));
    assert!(ward.receivers[1].is_paired_by(Model::RECONNECTION));
    let reading = ward.measure();
    ward.run(5);
    assert_eq!(ward.receivers[0].readings, [reading]);
    assert_eq!(ward.receivers[1].readings, [reading]);
    assert!(ward.device.is_settled());
}

// IOMT-PAIR-070
#[test]
fn a_device_that_allows_no_commands_takes_none() {
    let mut ward = Ward::new(DEVICE, &[PHONE, HOSPITAL]);
    ward.device = Device::new(identity(DEVICE), Descriptor::default(), Config::DEFAULT).unwrap();
    ward.pair(0);
    ward.introduce(0, HOSPITAL, RECIPIENT);
    ward.run(30);
    assert!(ward.answers(0).is_empty() && ward.owners() == [key(PHONE)]);
    assert!(ward.device.stats().packets_refused > 0);
}

// IOMT-PAIR-082
#[test]
fn an_introduction_outlives_a_power_cut_at_every_write() {
    for cut in 1..12 {
        let mut ward = Ward::with_phone();
        ward.cut_after(cut);
        ward.introduce(0, HOSPITAL, RECIPIENT);
        ward.run(120);
        let answers = ward.answers(0);
        assert!(
            matches!(answers[..], [(_, Outcome::Done | Outcome::Known)]),
            "{cut}: {answers:?}"
        );
        assert_eq!(ward.owners(), [key(PHONE), key(HOSPITAL)], "{cut}");
        assert!(ward.receivers[1].is_paired_by(Model::RECONNECTION), "{cut}");
        let reading = ward.measure();
        ward.run(60);
        assert!(ward.receivers[1].readings.contains(&reading), "{cut}");
    }
}

// IOMT-PAIR-082
#[test]
fn an_introduced_server_that_is_off_is_met_after_a_reboot() {
    let mut ward = Ward::with_phone();
    ward.is_off[1] = true;
    ward.introduce(0, HOSPITAL, RECIPIENT);
    assert_eq!(ward.answers(0).len(), 1);
    ward.reboot();
    assert_eq!(ward.owners(), [key(PHONE), key(HOSPITAL)]);
    ward.is_off[1] = false;
    ward.run(300);
    assert!(ward.receivers[1].is_paired_by(Model::RECONNECTION));
}

// IOMT-PAIR-077, IOMT-PAIR-084
#[test]
fn a_lost_command_and_a_lost_answer_come_again() {
    for lost in 0..4 {
        let mut ward = Ward::with_phone();
        ward.loses = Box::new(move |number, _| number == lost || number == lost + 2);
        ward.introduce(0, HOSPITAL, RECIPIENT);
        ward.run(120);
        assert_eq!(ward.answers(0).len(), 1, "{lost}");
        assert!(
            ward.receivers[1].is_paired_by(Model::RECONNECTION),
            "{lost}"
        );
    }
}

// IOMT-PAIR-077
#[test]
fn a_command_that_nobody_has_heard_is_sealed_anew_in_the_next_session() {
    let mut ward = Ward::with_phone();
    let lost = Rc::new(RefCell::new(BTreeSet::new()));
    let heard = Rc::clone(&lost);
    ward.loses = Box::new(move |_, datagram| {
        is_command(datagram) && {
            heard.borrow_mut().insert(datagram.to_vec());
            true
        }
    });
    ward.introduce(0, HOSPITAL, RECIPIENT);
    ward.run(20_000);
    assert_eq!(lost.borrow().len(), 1, "the same bytes again and again");
    let before = ward.device.stats().reconnections;
    while ward.device.stats().reconnections == before {
        ward.run(20_000);
    }
    ward.run(1_000);
    assert!(lost.borrow().len() > 1);
    ward.loses = Box::new(|_, _| false);
    ward.run(4_000);
    assert_eq!(ward.answers(0), [(key(HOSPITAL), Outcome::Done)]);
    // What was sealed before the session that stands is nothing any more.
    for frame in lost.borrow().iter() {
        let refused = ward
            .device
            .handle_datagram(ward.now, frame, &mut SystemEntropy);
        assert!(refused.is_err());
    }
}

// IOMT-PAIR-079, IOMT-PAIR-087
#[test]
fn a_recorded_introduction_does_not_bring_back_who_was_revoked() {
    let mut ward = Ward::with_phone();
    ward.introduce(0, HOSPITAL, RECIPIENT);
    let recorded: Vec<Vec<u8>> = ward
        .said
        .iter()
        .filter(|it| is_command(it))
        .cloned()
        .collect();
    assert!(!recorded.is_empty());
    ward.receivers[0]
        .server
        .revoke(ward.now, key(HOSPITAL))
        .unwrap();
    ward.run(30);
    assert_eq!(
        ward.answers(0).last(),
        Some(&(key(HOSPITAL), Outcome::Done))
    );
    assert!(
        ward.events
            .contains(&DeviceEvent::Revoked { peer: PeerId(1) })
    );
    for frame in recorded {
        let refused = ward
            .device
            .handle_datagram(ward.now, &frame, &mut SystemEntropy);
        assert_eq!(refused, Err(Error::Seal(iomt::seal::Error::UnknownEpoch)));
    }
    ward.run(5);
    assert_eq!(ward.owners(), [key(PHONE)]);
    ward.measure();
    ward.run(5);
    assert_eq!(
        (
            ward.receivers[0].readings.len(),
            ward.receivers[1].readings.len()
        ),
        (1, 0)
    );
    // Its place is free: on storage too.
    ward.reboot();
    assert_eq!(ward.owners(), [key(PHONE)]);
    ward.introduce(0, HOSPITAL, RECIPIENT);
    assert_eq!(ward.owners(), [key(PHONE), key(HOSPITAL)]);
}

// IOMT-PAIR-079, IOMT-PAIR-076
#[test]
fn what_is_not_the_next_command_is_refused_and_that_one_still_taken() {
    use iomt::seal::Error::{NotAuthentic, UnexpectedPacket, UnknownEpoch};
    let mut ward = Ward::with_phone();
    let (lost, frames) = std::sync::mpsc::channel();
    ward.loses =
        Box::new(move |_, datagram| is_command(datagram) && lost.send(datagram.to_vec()).is_ok());
    ward.introduce(0, HOSPITAL, RECIPIENT);
    let frame = frames.recv().unwrap();
    let changed = |place: usize| {
        let mut changed = frame.clone();
        changed[place] ^= 1;
        changed
    };
    let short = [&[0x31], &frame[25..]].concat();
    let routed = [&[0x39], &frame[1..9], &frame[25..]].concat();
    let longer = [&frame[..], &[0]].concat();
    assert_eq!(frame.len(), 112);
    for (packet, error) in [
        (changed(1), UnknownEpoch),
        (changed(9), NotAuthentic),
        (changed(25), UnknownEpoch),
        (changed(28), NotAuthentic),
        (changed(111), NotAuthentic),
        (short, UnknownEpoch),
        (routed, UnknownEpoch),
        (longer, UnexpectedPacket),
    ] {
        let device = &mut ward.device;
        let refused = device.handle_datagram(ward.now, &packet, &mut SystemEntropy);
        assert_eq!(refused, Err(Error::Seal(error)));
    }
    assert!(ward.answers(0).is_empty());
    ward.loses = Box::new(|_, _| false);
    ward.run(60);
    assert_eq!(ward.answers(0), [(key(HOSPITAL), Outcome::Done)]);
}

// IOMT-PAIR-083, IOMT-PAIR-085, IOMT-PAIR-087
#[test]
fn only_who_may_introduces_and_nobody_revokes_who_has_paired() {
    let mut ward = Ward::with_phone();
    ward.introduce(0, HOSPITAL, RECIPIENT);
    let order = |ward: &mut Ward, receiver: u8| {
        let (now, server) = (ward.now, &mut ward.receivers[1].server);
        server
            .introduce(now, key(receiver), first(), RECIPIENT)
            .unwrap();
        ward.run(10);
        ward.answers(1).last().unwrap().1
    };
    assert_eq!(order(&mut ward, NEXT), Outcome::NotAllowed);
    assert_eq!(order(&mut ward, PHONE), Outcome::NotAllowed);
    let (now, server) = (ward.now, &mut ward.receivers[1].server);
    server.revoke(now, key(PHONE)).unwrap();
    ward.run(10);
    assert_eq!(ward.answers(1).last().unwrap().1, Outcome::NotAllowed);

    let mut ward = Ward::with_phone();
    ward.introduce(0, HOSPITAL, (Role::Recipient, Rights::INTRODUCE));
    assert_eq!(order(&mut ward, PHONE), Outcome::Known);
    assert_eq!(order(&mut ward, NEXT), Outcome::NoRoom);
    for untouchable in [PHONE, HOSPITAL] {
        let (now, server) = (ward.now, &mut ward.receivers[1].server);
        server.revoke(now, key(untouchable)).unwrap();
        ward.run(10);
        assert_eq!(ward.answers(1).last().unwrap().1, Outcome::NotAllowed);
    }
    assert_eq!(ward.owners(), [key(PHONE), key(HOSPITAL)]);
}

// IOMT-PAIR-086
#[test]
fn an_introduction_that_was_not_used_gives_way_to_a_newer_one() {
    let mut ward = Ward::with_phone();
    ward.is_off[1] = true;
    let other = ResumptionSecret::from_secret_bytes(&[0x77; 32]).unwrap();
    let (now, phone) = (ward.now, &mut ward.receivers[0].server);
    phone
        .introduce(now, key(HOSPITAL), other, RECIPIENT)
        .unwrap();
    ward.run(5);
    ward.is_off[1] = false;
    ward.introduce(0, HOSPITAL, RECIPIENT);
    ward.run(60);
    assert_eq!(ward.answers(0).len(), 2);
    assert!(ward.receivers[1].is_paired_by(Model::RECONNECTION));
    // One that was used does not.
    ward.introduce(0, HOSPITAL, RECIPIENT);
    assert_eq!(ward.answers(0).last().unwrap().1, Outcome::Known);
}

// IOMT-PAIR-078
#[test]
fn an_exported_row_commands_nothing_and_says_so() {
    let mut ward = Ward::with_phone();
    let key_of_rows = RowKey::from_bytes(&[0x5A; 32]).unwrap();
    let owner = RowOwner {
        tenant: b"ward 7",
        device: b"patch 1",
    };
    let (mut out, rng) = ([0; MAX_ROW], &mut SystemEntropy);
    let phone = &mut ward.receivers[0].server;
    assert!(phone.can_command());
    let trust = iomt::node::Trust::Trusted;
    let row = phone
        .export(trust, &key_of_rows, &owner, rng, &mut out)
        .unwrap()
        .unwrap()
        .to_vec();
    *phone = iomt::node::Server::new(identity(PHONE), iomt::node::ServerConfig::DEFAULT);
    phone.import(ward.now, &key_of_rows, &owner, &row).unwrap();
    assert!(!phone.can_command());
    ward.introduce(0, HOSPITAL, RECIPIENT);
    ward.run(60);
    assert!(!ward.said.iter().any(|it| is_command(it)));
    // The next session is made here, and what was ordered goes out in it.
    ward.run(100_000);
    assert_eq!(ward.answers(0), [(key(HOSPITAL), Outcome::Done)]);
}

// IOMT-PAIR-085
#[test]
fn who_comes_back_by_its_keys_alone_introduces_nobody() {
    let mut ward = Ward::with_phone();
    // The phone has lost all but its key, and the device's.
    let phone = &mut ward.receivers[0].server;
    *phone = iomt::node::Server::new(identity(PHONE), iomt::node::ServerConfig::DEFAULT);
    phone.expect(key(DEVICE));
    ward.refuses = true;
    ward.is_off[1] = true;
    ward.run(300);
    ward.is_off[1] = false;
    assert!(ward.receivers[0].server.can_command());
    ward.introduce(0, HOSPITAL, RECIPIENT);
    assert_eq!(ward.answers(0), [(key(HOSPITAL), Outcome::NotAllowed)]);
    ward.reboot();
    ward.introduce(0, HOSPITAL, (Role::Successor, Rights::NONE));
    assert_eq!(ward.answers(0).last().unwrap().1, Outcome::NotAllowed);
    // Until somebody goes to the device.
    ward.pair(0);
    ward.introduce(0, HOSPITAL, RECIPIENT);
    assert_eq!(ward.answers(0).last().unwrap().1, Outcome::Done);
}

// IOMT-PAIR-088, IOMT-PAIR-089
#[test]
fn a_server_announces_its_next_key_and_nobody_goes_to_the_device() {
    let mut ward = Ward::with_phone();
    ward.introduce(0, HOSPITAL, RECIPIENT);
    ward.measure();
    ward.run(5);
    // The hospital says by what key it will be known.
    ward.receivers.push(Receiver::new(NEXT));
    ward.is_off.push(true);
    let next = || ResumptionSecret::from_secret_bytes(&[0x4E; 32]).unwrap();
    let terms = (Role::Successor, Rights::NONE);
    let (now, hospital) = (ward.now, &mut ward.receivers[1].server);
    hospital.introduce(now, key(NEXT), next(), terms).unwrap();
    ward.run(10);
    assert_eq!(ward.answers(1), [(key(NEXT), Outcome::Done)]);
    ward.reboot();
    // It goes on as it is, until the new one takes over.
    ward.run(600);
    assert_eq!(ward.owners(), [key(PHONE), key(HOSPITAL)]);
    ward.is_off[1] = true;
    ward.is_off[2] = false;
    let waiting = ward.measure();
    ward.receivers[2]
        .server
        .expect_introduced(key(DEVICE), next(), None);
    ward.run(3_600);
    assert!(ward.receivers[2].is_paired_by(Model::RECONNECTION));
    assert_eq!(ward.owners(), [key(PHONE), key(NEXT)]);
    assert!(ward.receivers[2].readings.contains(&waiting));
    // And from then on alone, by secrets.
    ward.reboot();
    let reading = ward.measure_when_ready();
    ward.run(60);
    assert!(ward.receivers[2].readings.contains(&reading));
    assert_eq!(ward.owners(), [key(PHONE), key(NEXT)]);
}

// IOMT-PAIR-088
#[test]
fn a_successor_that_never_comes_costs_the_relation_nothing() {
    let mut ward = Ward::with_phone();
    ward.introduce(0, HOSPITAL, RECIPIENT);
    let (now, hospital) = (ward.now, &mut ward.receivers[1].server);
    hospital
        .introduce(now, key(NEXT), first(), (Role::Successor, Rights::NONE))
        .unwrap();
    ward.run(200_000);
    assert!(ward.device.stats().reconnections > 2);
    assert_eq!(ward.owners(), [key(PHONE), key(HOSPITAL)]);
    let reading = ward.measure();
    ward.run(30);
    assert!(ward.receivers[1].readings.contains(&reading));
}

// IOMT-PAIR-091
#[test]
fn an_introduced_device_is_held_to_the_description_that_the_phone_has_seen() {
    for (seen, is_right) in [
        (None, true),
        (Some(DescriptorHash::of_body(b"another")), false),
    ] {
        let mut ward = Ward::with_phone();
        let seen = seen.or(ward.receivers[0].descriptor);
        assert!(seen.is_some());
        let (now, phone) = (ward.now, &mut ward.receivers[0].server);
        phone
            .introduce(now, key(HOSPITAL), first(), RECIPIENT)
            .unwrap();
        ward.receivers[1]
            .server
            .expect_introduced(key(DEVICE), first(), seen);
        ward.run(10);
        assert!(ward.receivers[1].is_paired_by(Model::RECONNECTION));
        let mismatch = ward.receivers[1]
            .events
            .contains(&ServerEvent::DescriptorMismatch);
        assert_eq!(mismatch, !is_right);
    }
}

// IOMT-PAIR-070, IOMT-PAIR-077
#[test]
fn one_command_at_a_time_and_none_without_a_session() {
    let mut ward = Ward::new(DEVICE, &[PHONE, HOSPITAL]);
    let (now, phone) = (ward.now, &mut ward.receivers[0].server);
    assert_eq!(phone.revoke(now, key(HOSPITAL)), Err(Error::NotPaired));
    ward.pair(0);
    let (now, phone) = (ward.now, &mut ward.receivers[0].server);
    phone.revoke(now, key(HOSPITAL)).unwrap();
    let busy = Error::Pairing(iomt::pairing::Error::Busy);
    assert_eq!(phone.revoke(now, key(HOSPITAL)), Err(busy));
    ward.run(5);
    assert_eq!(ward.answers(0), [(key(HOSPITAL), Outcome::Known)]);
}
