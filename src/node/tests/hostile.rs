//! Bytes from nowhere, from another pairing, and from ours with something changed.

use super::world::{
    Link, MANUFACTURER, Source, World, identity, label, new_device, said_by, sent_by,
};
use crate::node::{Config, Device, Error, Server, ServerConfig, ServerEvent};
use crate::pairing::label::LabelSecret;
use crate::reading::Descriptor;
use crate::seal::tests::Counting;
use crate::time::{Duration, Instant};
use crate::wire::Space;
use proptest::prelude::*;
use std::vec::Vec;

/// A paired server, and the frames that the device has sent while it heard nothing.
fn frames_of_a_short_run() -> (World, Vec<Vec<u8>>) {
    let mut world = World::new();
    assert!(world.run_until(Duration::from_secs(1), |world| world.device.is_ready()));
    world.up = Link::default();
    world.readings = 3;
    world.down.is_cut = true;
    let start = world.up.log.len();
    world.up.is_cut = true;
    world.send(Space::Alarm).unwrap();
    world.run_for(Duration::from_millis(600));
    let frames = world.up.log[start..].to_vec();
    world.up.is_cut = false;
    (world, frames)
}

// IOMT-SEAL-030, IOMT-SEAL-034
#[test]
fn a_frame_with_any_byte_changed_is_refused_before_and_after_the_true_one() {
    let (mut world, frames) = frames_of_a_short_run();
    assert_eq!(frames.len(), 4);
    for frame in &frames {
        for _ in 0..2 {
            for (byte, mask) in
                (0..frame.len()).flat_map(|byte| [(byte, 1), (byte, 0x80), (byte, 0xFF)])
            {
                let mut changed = frame.clone();
                changed[byte] ^= mask;
                let handled = world.server.handle_datagram(world.now, &mut changed);
                assert!(handled.is_err(), "byte {byte}, mask {mask:#x}");
            }
            world.receive(&mut frame.clone());
        }
    }
    assert_eq!(
        (world.store.len(), world.server.stats().duplicates),
        (4, 3 + 1)
    );
}

#[test]
fn a_server_with_the_keys_of_another_pairing_accepts_nothing() {
    let (_, frames) = frames_of_a_short_run();
    let mut of_another = World::paired_with_seed(40);
    let mut unpaired = Server::new(identity(2), ServerConfig::DEFAULT);
    for frame in frames {
        let now = of_another.now;
        assert!(
            of_another
                .server
                .handle_datagram(now, &mut frame.clone())
                .is_err()
        );
        let mut frame = frame;
        let refused = unpaired.handle_datagram(now, &mut frame);
        assert_eq!(refused.unwrap_err(), Error::NotPaired);
    }
}

// IOMT-PAIR-006
#[test]
fn a_device_of_another_label_pairs_with_nobody() {
    let mut world = World::new();
    world
        .device
        .arm(LabelSecret::new(b"the label of the next bed").unwrap());
    world.run_for(Duration::from_secs(70));
    assert_eq!(
        (
            world.up.log.len(),
            world.store.len(),
            world.device_events.len()
        ),
        (0, 0, 0)
    );
    assert_eq!(world.server_events, [ServerEvent::PairingFailed]);
}

#[test]
fn another_server_identity_with_the_same_label_shares_no_keys() {
    let (mut world, frames) = frames_of_a_short_run();
    let label = label();
    let mut other = Server::new(identity(3), ServerConfig::DEFAULT);
    // The same random numbers as the honest server's.
    other
        .pair(world.now, &label, &mut Source::new(128))
        .unwrap();
    let mut device = new_device();
    device.arm(label);
    let rng = &mut Counting(0);
    for hello in said_by(&mut other, world.now) {
        device.handle_datagram(world.now, &hello, rng).unwrap();
    }
    for mut reply in sent_by(&mut device, world.now) {
        other.handle_datagram(world.now, &mut reply).unwrap();
    }
    said_by(&mut other, world.now);
    assert!(
        other
            .locators()
            .all(|locator| world.server.locators().all(|known| known != locator))
    );
    for mut frame in frames {
        assert!(
            other
                .handle_datagram(world.now, &mut frame.clone())
                .is_err()
        );
        world.receive(&mut frame);
    }
    assert_eq!(world.store.len(), 4);
}

#[test]
fn a_descriptor_that_is_too_long_makes_no_device() {
    let long = "x".repeat(65);
    let descriptor = Descriptor {
        serial: &long,
        ..MANUFACTURER
    };
    let device = Device::<'_, 64>::new(identity(1), descriptor, Config::DEFAULT);
    assert!(matches!(device, Err(Error::Wire(_))));
}

#[test]
fn an_outbox_that_can_not_hold_the_descriptor_makes_no_device() {
    let made = |descriptor| Device::<'_, 64>::new(identity(1), descriptor, Config::DEFAULT);
    assert!(made(Descriptor::default()).is_ok());
    let refused = made(MANUFACTURER);
    assert!(matches!(refused, Err(Error::OutboxFull(_))), "{refused:?}");
}

/// Something that came from nowhere, or from ours.
#[derive(Debug, Clone)]
enum Attack {
    Noise(Vec<u8>),
    /// A datagram of an honest exchange, with these bytes changed and this much cut off.
    Mutant(usize, Vec<(usize, u8)>, usize),
}

fn attack() -> impl Strategy<Value = Attack> {
    let noise = proptest::collection::vec(any::<u8>(), 0..200).prop_map(Attack::Noise);
    let changes = proptest::collection::vec((any::<usize>(), any::<u8>()), 0..3);
    let mutant = (
        any::<usize>(),
        changes,
        prop_oneof![3 => Just(0_usize), 1 => 0..60_usize],
    );
    prop_oneof![1 => noise, 4 => mutant.prop_map(|(which, changes, cut)| Attack::Mutant(which, changes, cut))]
}

impl Attack {
    fn datagram(&self, genuine: &[Vec<u8>]) -> Vec<u8> {
        match self {
            Self::Noise(bytes) => bytes.clone(),
            Self::Mutant(which, changes, cut) => {
                let mut datagram = genuine[which % genuine.len()].clone();
                for (byte, mask) in changes {
                    let byte = byte % datagram.len();
                    datagram[byte] ^= mask;
                }
                datagram.truncate(datagram.len().saturating_sub(*cut));
                datagram
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    // IOMT-ERR-003
    #[test]
    fn no_attack_stops_the_honest_exchange(attacks in proptest::collection::vec((0_u64..100, any::<bool>(), attack()), 1..60)) {
        let mut world = World::new();
        world.readings = 5;
        for (millis, is_up, attack) in attacks {
            world.run_for(Duration::from_millis(millis));
            let seen = [&world.up.log[..], &world.down.log].concat();
            let link = if is_up { &mut world.up } else { &mut world.down };
            link.inject(world.now, attack.datagram(&seen));
        }
        prop_assert!(world.run_until(Duration::from_secs(40), |world| world.is_quiet(6)));
        let counts: Vec<u64> = world.store.count_of_each_run().into_values().collect();
        prop_assert_eq!(counts, [6]);
    }

    // IOMT-ERR-004, IOMT-SEC-003
    #[test]
    fn bytes_from_nowhere_panic_nobody(mut bytes in proptest::collection::vec(any::<u8>(), 0..1_400)) {
        let mut device = new_device();
        device.arm(label());
        prop_assert!(device.handle_datagram(Instant::ZERO, &bytes, &mut Counting(0)).is_err());
        let mut server = Server::new(identity(2), ServerConfig::DEFAULT);
        prop_assert!(server.handle_datagram(Instant::ZERO, &mut bytes).is_err());
    }
}
