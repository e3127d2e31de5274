//! The power fails at the worst moment, and comes back with an old or a new image.

use super::world::{Link, Source, World, image_of, label, new_device, said_by, sent_by, write_all};
use crate::node::Error;
use crate::seal::{self, EntropyFailed};
use crate::storage::StoreReply;
use crate::time::{Duration, Instant};
use crate::wire::Space;
use std::collections::BTreeSet;

// IOMT-ENV-002, IOMT-ENV-003, IOMT-ENV-005
#[test]
fn a_rebooted_device_goes_on_under_a_new_run_from_sequence_zero() {
    let mut world = World::paired();
    world.readings = 4;
    assert!(world.run_until(Duration::from_secs(5), |world| world.is_quiet(5)));
    for boot in 1..=12 {
        world.reboot().unwrap();
        world.readings = 2;
        assert!(world.run_until(Duration::from_secs(10), |world| {
            world.is_quiet(5 + 3 * boot)
        }));
    }
    let counts = world.store.count_of_each_run();
    assert_eq!(counts.len(), 13);
    assert_eq!((world.store.repeated, world.server_events.len()), (0, 1));
}

// IOMT-ENV-002, IOMT-SEC-004
#[test]
fn boots_that_never_reached_the_server_use_no_identity_twice() {
    let mut world = World::paired();
    for _ in 0..7 {
        world.reboot().unwrap();
        world.up.is_cut = true;
        world.run_for(Duration::from_secs(1));
        world.send(Space::Data).unwrap();
        world.run_for(Duration::from_secs(1));
    }
    world.up.is_cut = false;
    assert!(world.run_until(Duration::from_secs(20), |world| world.is_quiet(3)));
    assert_eq!(world.store.count_of_each_run().len(), 2);
}

#[test]
fn a_power_cut_around_the_write_of_the_session_leaves_both_images_good() {
    for is_written in [false, true] {
        let mut world = World::paired();
        world.device = new_device();
        let old = world.flash.clone().unwrap();
        world
            .device
            .resume(world.now, &old, &mut world.device_rng)
            .unwrap();
        let new = image_of(&mut world.device, world.now).unwrap();
        world.flash = Some(if is_written { new } else { old });
        world.reboot().unwrap();
        world.readings = 3;
        assert!(
            world.run_until(Duration::from_secs(5), |world| world.is_quiet(5)),
            "{is_written}"
        );
        assert_eq!(world.store.count_of_each_run().len(), 2);
    }
}

#[test]
fn a_power_cut_at_the_first_write_costs_the_pairing_or_nothing() {
    let mut world = World::new();
    let is_proved = |world: &World| world.flash.is_some();
    assert!(world.run_until(Duration::from_secs(1), is_proved));
    // Written, and the device died before it had sent a frame.
    world.up = Link::default();
    world.reboot().unwrap();
    assert!(world.run_until(Duration::from_secs(5), |world| world.is_quiet(1)));

    // Not written: the device is as it left the factory, and pairs when it is armed again.
    let mut world = World::new();
    assert!(world.run_until(Duration::from_secs(1), is_proved));
    world.up = Link::default();
    world.flash = None;
    world.reboot().unwrap();
    world.device.arm(label());
    world.pair();
    assert!(world.run_until(Duration::from_secs(5), |world| world.is_quiet(1)));
}

// IOMT-EPOCH-030, IOMT-SEC-004
#[test]
fn an_image_restored_after_it_was_used_is_opened_as_a_twin_and_takes_no_old_identity() {
    let mut world = World::paired();
    let image = world.flash.clone();
    world.reboot().unwrap();
    world.readings = 2;
    assert!(world.run_until(Duration::from_secs(5), |world| world.is_quiet(4)));
    world.flash = image;
    world.reboot().unwrap();
    world.readings = 2;
    // "Two tags for one (session, number) are a restored or cloned device: reported, both stored."
    assert!(world.run_until(Duration::from_secs(60), |world| world.is_quiet(7)));
    let runs: BTreeSet<_> = world.store.records.keys().map(|(run, _)| *run).collect();
    assert_eq!(runs.len(), 3);
}

#[test]
fn an_old_image_is_the_old_session_again_while_the_new_pairing_was_not_stored() {
    let mut world = World::paired();
    let old = world.flash.clone();
    world.device.arm(label());
    world.pair();
    assert!(world.run_until(Duration::from_secs(5), |world| world.flash != old));
    // The first frame under the new keys has not arrived, and never will.
    world.up = Link::default();
    world.flash = old;
    world.reboot().unwrap();
    world.readings = 3;
    assert!(world.run_until(Duration::from_secs(5), |world| world.is_quiet(5)));
    assert_eq!(world.store.count_of_each_run().len(), 2);
}

// IOMT-EPOCH-012
#[test]
fn a_generator_that_starts_over_at_each_boot_is_refused() {
    let mut world = World::paired();
    world.device_rng = Source::new(77);
    world.reboot().unwrap();
    world.run_for(Duration::from_secs(1));
    let saved = world.flash.clone().unwrap();
    // The boot that wrote this image began with the same draw.
    let mut device = new_device();
    let dead = (0..=u8::MAX).filter(|seed| {
        let mut device = new_device();
        let mut source = Source::new(*seed);
        device.resume(Instant::ZERO, &saved, &mut source)
            == Err(seal::Error::Entropy(EntropyFailed).into())
    });
    assert_eq!(dead.collect::<std::vec::Vec<_>>(), [77]);
    device
        .resume(Instant::ZERO, &saved, &mut Source::new(200))
        .unwrap();
}

/// PROTOCOL: "f = E(first 32 RNG bytes after boot": those of the pairing's boot were not a salt.
#[test]
fn a_generator_that_starts_over_after_the_boot_of_the_pairing_is_refused_however_often_it_is_tried()
{
    let world = World::paired();
    let image = world.flash.clone().unwrap();
    let mut device = new_device();
    let mut source = Source::new(0);
    for _ in 0..3 {
        let refused = device.resume(Instant::ZERO, &image, &mut source);
        assert_eq!(refused, Err(seal::Error::Entropy(EntropyFailed).into()));
    }
}

// IOMT-EPOCH-026
#[test]
fn a_damaged_image_is_refused_and_leaves_the_device_as_it_was() {
    let mut world = World::paired();
    let saved = world.flash.clone().unwrap();
    let mut device = new_device();
    for broken in [&saved[1..], &saved[..125], &[]] {
        let refused = device.resume(Instant::ZERO, broken, &mut world.device_rng);
        assert_eq!(refused, Err(seal::Error::BadSavedSession.into()));
    }
    assert!(!device.is_ready() && image_of(&mut device, Instant::ZERO).is_none());
}

#[test]
fn a_session_under_way_is_not_replaced_by_a_stored_one() {
    let mut world = World::paired();
    world.up.is_cut = true;
    world.send(Space::Data).unwrap();
    let saved = world.flash.clone().unwrap();
    let refused = world
        .device
        .resume(world.now, &saved, &mut world.device_rng);
    assert_eq!(refused, Err(Error::SessionUnderWay));
    world.run_for(Duration::from_secs(5));
    world.up.is_cut = false;
    assert!(world.run_until(Duration::from_secs(10), |world| world.is_quiet(2)));
}

#[test]
fn a_write_that_ends_late_is_not_taken_for_that_of_the_session_after_it() {
    let mut world = World::paired();
    let day = Duration::from_secs(24 * 60 * 60);
    let later = world.now + day;
    let rng = &mut world.device_rng;
    world.device.handle_timeout(later, rng).unwrap();
    assert!(image_of(&mut world.device, later).is_some());
    // While the flash is busy, the server pairs anew.
    world.device.arm(label());
    world.now = later;
    world.pair();
    for _ in 0..2 {
        for datagram in said_by(&mut world.server, later) {
            let rng = &mut world.device_rng;
            world.device.handle_datagram(later, &datagram, rng).unwrap();
            for mut datagram in sent_by(&mut world.device, later) {
                let _ = world.server.handle_datagram(later, &mut datagram);
            }
        }
    }
    // One at a time: what the new session wants is asked for when the old write is answered.
    assert!(image_of(&mut world.device, later).is_none());
    world.device.handle_stored(later, StoreReply::Done).unwrap();
    assert!(image_of(&mut world.device, later).is_some());
    write_all(&mut world.device, later);
    let rotated = sent_by(&mut world.device, later);
    assert!(!rotated.is_empty());
}

#[test]
fn a_server_that_dies_in_the_midst_of_a_pairing_has_the_device_come_back_by_itself() {
    let mut world = World::new();
    assert!(world.run_until(Duration::from_secs(5), |world| world.agreed.is_some()));
    // Message 3 arrives, and nothing of the device comes back.
    world.up.is_cut = true;
    let has_paired = |world: &World| !world.device_events.is_empty();
    assert!(world.run_until(Duration::from_secs(5), has_paired));
    assert!(world.store.records.is_empty());

    world.restart_server();
    world.up.is_cut = false;
    world.readings = 3;
    // The descriptor once in each session.
    assert!(world.run_until(Duration::from_secs(60), |world| world.is_quiet(5)));
    assert_eq!(world.quarantined, 0, "it is the device that was agreed");
}
