//! The random number generator fails at every draw, one after the other.

use super::world::{Source, World, image_of, label};
use crate::node::Error;
use crate::pairing;
use crate::seal::{self, EntropyFailed};
use crate::time::Duration;
use std::vec::Vec;

fn is_of_the_generator(error: &Error) -> bool {
    matches!(
        error,
        Error::Seal(seal::Error::Entropy(EntropyFailed))
            | Error::Pairing(pairing::Error::Entropy(EntropyFailed))
    )
}

// IOMT-EPOCH-011
#[test]
fn a_pairing_recovers_from_a_draw_that_fails_wherever_it_fails() {
    let draws = World::paired().device_rng.draws;
    assert_eq!(draws, 4, "fingerprint, ephemeral, salt, run");
    for first in 0..draws {
        for failures in 1..4 {
            let mut world = World::new();
            world.device_rng.fails = first..first + failures;
            world.readings = 3;
            let done = world.run_until(Duration::from_secs(20), |world| world.is_quiet(4));
            assert!(done, "{failures} failures from draw {first}");
            let refused = world
                .device_errors
                .iter()
                .filter(|error| is_of_the_generator(error));
            assert_eq!(refused.count(), failures);
            assert_eq!(
                (world.device_events.len(), world.server_events.len()),
                (1, 1)
            );
        }
    }
}

#[test]
fn a_server_whose_generator_fails_begins_no_pairing_and_its_session_goes_on() {
    for failing in 0..2 {
        let mut world = World::paired();
        let first = world.server_rng.draws + failing;
        world.server_rng.fails = first..first + 1;
        let before = world.server.poll_timeout();
        let refused = world
            .server
            .pair(world.now, &label(), &mut world.server_rng);
        assert!(refused.is_err_and(|error| is_of_the_generator(&error)));
        assert_eq!(world.server.poll_timeout(), before);
        world.readings = 2;
        assert!(world.run_until(Duration::from_secs(3), |world| world.is_quiet(3)));
    }
}

// IOMT-EPOCH-011
#[test]
fn a_reboot_with_a_failing_generator_is_refused_and_may_be_tried_again() {
    for failing in 0..2 {
        let mut world = World::paired();
        let first = world.device_rng.draws + failing;
        world.device_rng.fails = first..first + 1;
        assert!(
            world
                .reboot()
                .is_err_and(|error| is_of_the_generator(&error))
        );
        let now = world.now;
        assert!(!world.device.is_ready() && image_of(&mut world.device, now).is_none());
        world.reboot().unwrap();
        assert!(world.run_until(Duration::from_secs(3), |world| world.is_quiet(2)));
    }
}

#[test]
fn a_day_that_ends_with_a_dead_generator_goes_on_in_its_epoch_and_does_not_spin() {
    let mut world = World::paired();
    let day = Duration::from_secs(24 * 60 * 60);
    world.device_rng.fails = world.device_rng.draws..usize::MAX;
    let stored = world.flash.clone();
    world.run_for(day + Duration::from_secs(600));
    let tries = world.device_errors.len();
    assert!((2..=12).contains(&tries), "{tries} tries in ten minutes");
    assert_eq!(world.flash, stored);
    world.readings = 2;
    assert!(world.run_until(Duration::from_secs(3), |world| world.is_quiet(3)));
    world.device_rng = Source::new(60);
    world.run_for(Duration::from_secs(120));
    assert_ne!(world.flash, stored);
}

/// Connections are drawn of the generator as it is: one that repeats itself is refused before anything is sent.
// IOMT-EPOCH-013, IOMT-PAIR-003
#[test]
fn a_device_whose_generator_repeats_itself_asks_nobody() {
    use crate::seal::tests::Dead;
    let mut world = World::paired();
    let now = world.now + Duration::from_secs(25 * 60 * 60);
    world.run_for(Duration::from_secs(1));
    let refused = (0..20).filter_map(|_| world.device.handle_timeout(now, &mut Dead).err());
    let refused: Vec<Error> = refused.collect();
    assert!(!refused.is_empty() && refused.iter().all(is_of_the_generator));
    #[cfg(feature = "comparison")]
    {
        let mut device = super::world::new_device();
        let compared = device.compare(world.now, b"token", &mut Dead);
        assert!(compared.is_err_and(|error| is_of_the_generator(&error)));
        let mut out = [0; crate::wire::MAX_DATAGRAM];
        assert!(device.poll_transmit(world.now, &mut out).is_none());
    }
}
