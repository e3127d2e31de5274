//! What is left in memory of the secrets of a device and its server: while they go on, and when they are dropped.

use super::world::{LABEL, MANUFACTURER, TestDevice, World};
use crate::crypto::hash::extract;
use crate::crypto::memory::{Named, assert_wiped, copies};
use crate::node::{Config, Device, Reception, Server, ServerConfig};
use crate::pairing::Identity;
use crate::seal::{Label, derive};
use crate::time::Duration;
use std::vec::Vec;

const KEY: [u8; 32] = *b"thirty-two bytes, none twice 123";

/// Where the secrets of an image lie, by `device/image.rs` and `seal/session.rs`: one without a previous psk.
fn secrets_of(image: &[u8]) -> Vec<Named> {
    let part = |name, start: usize| (name, image[start..start + 32].to_vec());
    let session = 3;
    let psk = session + 175 + 32;
    let epoch = psk + 32 + 1 + 4 + 8 + 16;
    Vec::from([
        part("chain", session + 58),
        part("receipt key", session + 90),
        part("psk", psk),
        part("epoch", epoch),
    ])
}

fn label_psk() -> Named {
    let label = extract(&[0; 32], &[LABEL]);
    (
        "label's psk",
        derive(&label, Label::LABEL_PSK).expose().to_vec(),
    )
}

// IOMT-SEC-001
#[test]
fn an_armed_device_and_who_has_read_its_label() {
    let world = World::new();
    assert_wiped("Device", world.device, &[label_psk()]);
    assert_wiped("Server", world.server, &[label_psk()]);
}

// IOMT-SEC-001, IOMT-PAIR-036
#[test]
fn a_paired_device_and_its_server() {
    let mut world = World::paired();
    world.readings = 2;
    assert!(world.run_until(Duration::from_secs(3), |world| world.is_quiet(3)));
    let secrets = secrets_of(world.flash.as_ref().unwrap());
    assert_wiped("Device", world.device, &secrets);
    assert_wiped("Server", world.server, &secrets);
}

/// Reconnections: of what the session before was keyed with, each has a copy less as it goes on.
// IOMT-SEC-001, IOMT-SEC-007, IOMT-EPOCH-024
#[test]
fn the_session_before_in_both_as_they_go_on() {
    let mut world = World::paired();
    let secrets = secrets_of(world.flash.as_ref().unwrap());
    let count = |world: &World| -> Vec<[usize; 2]> {
        let copies = |secret: &[u8]| [copies(&world.device, secret), copies(&world.server, secret)];
        secrets.iter().map(|(_, secret)| copies(secret)).collect()
    };
    let before = count(&world);
    for _ in 0..2 {
        world.run_for(Duration::from_secs(25 * 60 * 60));
    }
    world.readings = 1;
    world.run_for(Duration::from_secs(60));
    assert!(secrets_of(world.flash.as_ref().unwrap()) != secrets);
    for ((name, _), (before, after)) in secrets.iter().zip(before.iter().zip(count(&world))) {
        assert!(after[0] < before[0], "the device has its {name}");
        assert!(after[1] < before[1], "the server has its {name}");
    }
}

// IOMT-SEC-001
#[test]
fn the_static_key_of_each() {
    let identity = || Identity::from_secret_bytes(&KEY).unwrap();
    let key = [("static key", KEY.to_vec())];
    let device: TestDevice = Device::new(identity(), MANUFACTURER, Config::DEFAULT).unwrap();
    assert_wiped("Device", device, &key);
    assert_wiped(
        "Server",
        Server::new(identity(), ServerConfig::DEFAULT),
        &key,
    );
    assert_wiped("Reception", Reception::new(identity()), &key);
}
