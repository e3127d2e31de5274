//! Who else may talk to an armed device, and what comes of it.

use super::world::{
    Fault, LABEL, PEER, World, identity, image_of, label, new_device, said_by, sent_by, write_all,
};
use crate::node::{DeviceEvent, Error, Server, ServerConfig, ServerEvent};
use crate::pairing::{self, label::LabelSecret};
use crate::seal::tests::Counting;
use crate::time::{Duration, Instant};
use crate::wire::Packet;
use std::vec::Vec;

const NOW: Instant = Instant::from_secs(1);

fn server(seed: u8, secret: &[u8]) -> Server {
    let mut server = Server::new(identity(seed), ServerConfig::DEFAULT);
    let label = LabelSecret::new(secret).unwrap();
    server.pair(NOW, &label, &mut Counting(seed)).unwrap();
    server
}

/// The only datagram of these.
fn single(datagrams: Vec<Vec<u8>>) -> Vec<u8> {
    assert_eq!(datagrams.len(), 1);
    datagrams.into_iter().next().unwrap()
}

// IOMT-PAIR-032
#[test]
fn an_unarmed_device_answers_nothing() {
    let mut device = new_device();
    let hello = single(said_by(&mut server(2, LABEL), NOW));
    let refused = device.handle_datagram(NOW, &hello, &mut Counting(0));
    assert_eq!(refused, Err(Error::NotArmed));
    device.arm(label());
    device.disarm();
    let refused = device.handle_datagram(NOW, &hello, &mut Counting(0));
    assert_eq!(refused, Err(Error::NotArmed));
    assert!(sent_by(&mut device, NOW).is_empty());
}

// IOMT-PAIR-006, IOMT-SEC-003
#[test]
fn a_stranger_without_the_label_changes_nothing_and_is_not_answered() {
    let mut world = World::new();
    let hello = single(said_by(
        &mut server(9, b"another sixteen bytes of secret"),
        NOW,
    ));
    let honest = single(said_by(&mut server(2, LABEL), NOW));
    for _ in 0..1_000 {
        world.down.inject(world.now, hello.clone());
    }
    // The right header, and behind it what nobody who knows the label has written.
    for byte in 20..honest.len() {
        let mut forged = honest.clone();
        forged[byte] ^= 0x10;
        world.down.inject(world.now, forged);
    }
    assert!(world.run_until(Duration::from_secs(3), |world| world.is_quiet(1)));
    let wrong = Error::Pairing(pairing::Error::WrongLabel);
    assert_eq!(
        world.device_errors,
        std::vec![wrong; 1_000 + honest.len() - 20]
    );
    assert_eq!(world.device_rng.draws, 4, "a stranger has cost a draw");
}

// IOMT-PAIR-036
#[test]
fn of_two_who_know_the_label_the_first_to_finish_wins_and_the_other_is_aborted() {
    let mut device = new_device();
    device.arm(label());
    let rng = &mut Counting(0);
    let (mut first, mut second) = (server(2, LABEL), server(3, LABEL));
    for server in [&mut first, &mut second] {
        device
            .handle_datagram(NOW, &single(said_by(server, NOW)), rng)
            .unwrap();
        for mut reply in sent_by(&mut device, NOW) {
            server.handle_datagram(NOW, &mut reply).unwrap();
        }
    }
    // Both have keys; the second one's receipt comes first.
    let of_first = said_by(&mut first, NOW);
    let of_second = said_by(&mut second, NOW);
    for confirmation in [&of_first[0], &of_second[0]] {
        device.handle_datagram(NOW, confirmation, rng).unwrap();
        sent_by(&mut device, NOW);
    }
    device.handle_datagram(NOW, &of_second[1], rng).unwrap();
    let key = identity(3).public();
    assert_eq!(
        device.poll_event(),
        Some(DeviceEvent::Paired { peer: PEER, key })
    );
    assert!(device.handle_datagram(NOW, &of_first[1], rng).is_err());
    assert_eq!(
        device.handle_datagram(NOW, &of_first[0], rng),
        Err(Error::NotArmed)
    );

    image_of(&mut device, NOW).unwrap();
    write_all(&mut device, NOW);
    let mut frame = sent_by(&mut device, NOW).remove(0);
    assert_eq!(
        first.handle_datagram(NOW, &mut frame.clone()).unwrap_err(),
        Error::NotPaired
    );
    assert!(
        second
            .handle_datagram(NOW, &mut frame)
            .unwrap()
            .sender()
            .is_some()
    );
    first
        .handle_timeout(NOW + Duration::from_secs(60), &mut Counting(7))
        .unwrap();
    let agreed = ServerEvent::Agreed {
        peer: identity(1).public(),
    };
    assert_eq!(first.poll_event(), Some(agreed));
    assert_eq!(first.poll_event(), Some(ServerEvent::PairingUnconfirmed));
    assert_eq!(first.peer(), None);
    assert_eq!(device.poll_event(), Some(DeviceEvent::Ready { peer: PEER }));
    assert_eq!(device.poll_event(), None);
}

// IOMT-PAIR-038
#[test]
fn a_full_table_gives_way_at_its_oldest_unconfirmed_entry() {
    let mut device = new_device();
    device.arm(label());
    let rng = &mut Counting(0);
    let mut answers = Vec::new();
    let mut servers: Vec<Server> = (2..5).map(|seed| server(seed, LABEL)).collect();
    for server in &mut servers[..2] {
        device
            .handle_datagram(NOW, &single(said_by(server, NOW)), rng)
            .unwrap();
        answers.push(single(sent_by(&mut device, NOW)));
    }
    // The older of the two is confirmed, so that the younger one gives way to a third.
    servers[0]
        .handle_datagram(NOW, &mut answers[0].clone())
        .unwrap();
    let confirmed = said_by(&mut servers[0], NOW);
    device.handle_datagram(NOW, &confirmed[0], rng).unwrap();
    sent_by(&mut device, NOW);
    device
        .handle_datagram(NOW, &single(said_by(&mut servers[2], NOW)), rng)
        .unwrap();
    servers[1]
        .handle_datagram(NOW, &mut answers[1].clone())
        .unwrap();
    let too_late = said_by(&mut servers[1], NOW);
    assert_eq!(
        device.handle_datagram(NOW, &too_late[0], rng),
        Err(pairing::Error::UnexpectedMessage.into())
    );
    device.handle_datagram(NOW, &confirmed[1], rng).unwrap();
    let key = identity(2).public();
    assert_eq!(
        device.poll_event(),
        Some(DeviceEvent::Paired { peer: PEER, key })
    );
}

#[test]
fn an_old_message_1_is_not_answered_once_paired_and_does_no_harm_when_armed_again() {
    let mut world = World::paired();
    let old = world.down.log[0].clone();
    let sent = world.up.log.len();
    world.down.inject(world.now, old.clone());
    world.run_for(Duration::from_secs(1));
    assert_eq!(
        (world.device_errors.pop(), world.up.log.len()),
        (Some(Error::NotArmed), sent)
    );

    world.device.arm(label());
    world.down.inject(world.now, old.clone());
    world.pair();
    for index in 0..8 {
        let point = world.down.log.len() + index;
        world.down.faults.insert(point, Fault::Follow(old.clone()));
    }
    assert!(
        world.run_until(Duration::from_secs(10), |world| world.server_events.len()
            == 2)
    );
    assert!(world.run_until(Duration::from_secs(3), |world| world.is_quiet(2)));
}

// IOMT-PAIR-034
#[test]
fn a_session_that_stands_goes_on_until_a_new_one_has_finished() {
    let mut world = World::paired();
    // Nobody has armed the device: the new pairing comes to nothing.
    world.pair();
    world.readings = 20;
    assert!(world.run_until(Duration::from_secs(10), |world| world.is_quiet(21)));
    world.run_for(Duration::from_secs(60));
    assert_eq!(
        world.server_events.last(),
        Some(&ServerEvent::PairingFailed)
    );
    world.readings = 5;
    assert!(world.run_until(Duration::from_secs(10), |world| world.is_quiet(26)));
}

#[test]
fn a_session_that_stands_is_acknowledged_while_a_new_one_waits_for_its_first_frame() {
    let mut world = World::paired();
    world.device.arm(label());
    world.pair();
    // The server has the locators of both sessions; message 3 comes too late.
    let has_keys = |world: &World| world.server.locators().count() == 9 + 8;
    assert!(world.run_until(Duration::from_secs(1), has_keys));
    world.device.disarm();
    world.readings = 5;
    assert!(
        world.run_until(Duration::from_secs(5), |world| world.is_quiet(6)),
        "{} frames wait",
        world.device.backlog()
    );
}

// IOMT-PAIR-037, IOMT-OUT-026
#[test]
fn a_new_owner_gets_nothing_that_was_sealed_for_the_one_before() {
    let mut world = World::paired();
    world.up.is_cut = true;
    for _ in 0..7 {
        world.send(crate::wire::Space::Data).unwrap();
    }
    world.run_for(Duration::from_secs(1));
    world.up.is_cut = false;
    world.device.arm(label());
    world.server = Server::new(identity(3), ServerConfig::DEFAULT);
    world.store.records.clear();
    world.pair();
    assert!(world.run_until(Duration::from_secs(5), |world| world.is_quiet(1)));
    let key = identity(3).public();
    assert_eq!(
        world.device_events[1..],
        [
            DeviceEvent::Wiped { frames: 7 },
            DeviceEvent::Paired { peer: PEER, key }
        ]
    );
}

#[test]
fn a_backend_finds_the_server_of_an_answer_by_its_connection() {
    let mut servers: Vec<Server> = (2..5).map(|seed| server(seed, LABEL)).collect();
    for server in &mut servers {
        let hello = said_by(server, NOW);
        let Ok(Packet::Handshake(handshake)) = Packet::parse(&hello[0]) else {
            panic!("not a handshake")
        };
        assert_eq!(server.connections().next(), Some(handshake.connection));
    }
    servers.dedup_by_key(|server| server.connections().next());
    assert_eq!(servers.len(), 3);
    let mut world = World::paired();
    assert_eq!(world.server.connections().next(), None);
    world.pair();
    assert!(world.server.connections().next().is_some());
}

// IOMT-ENV-001, IOMT-REC-040
#[test]
fn a_second_owner_in_one_boot_hears_the_same_run_go_on_and_the_descriptor_first() {
    let mut world = World::paired();
    world.readings = 3;
    assert!(world.run_until(Duration::from_secs(5), |world| world.is_quiet(4)));
    let run = world.store.records.first_key_value().unwrap().0.0;
    world.store.records.clear();
    world.device.arm(label());
    world.server = Server::new(identity(3), ServerConfig::DEFAULT);
    world.pair();
    assert!(world.run_until(Duration::from_secs(5), |world| world.is_quiet(1)));
    world.readings = 2;
    assert!(world.run_until(Duration::from_secs(5), |world| world.is_quiet(3)));
    let keys: Vec<_> = world.store.records.keys().copied().collect();
    assert_eq!(keys, [4, 5, 6].map(|sequence| (run, sequence)));
    assert_eq!(world.store.records[&keys[0]][..4], 24_u32.to_be_bytes());
    let mismatch = ServerEvent::DescriptorMismatch;
    assert!(!world.server_events.contains(&mismatch));
}
