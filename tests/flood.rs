//! A flood of forged first messages, and what it does to an honest pairing or reconnection: nothing. One with codes that are
//! right, at a server, makes a first meeting by keys wait, and nothing else.

#![cfg(feature = "server")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    missing_debug_implementations,
    reason = "a test fails by panicking; the bench uses more of this world"
)]

#[path = "../benches/flood/world.rs"]
mod world;

use iomt::node::Error;
use iomt::pairing;
use iomt::time::{Duration, Instant};
use iomt::wire::MAX_DATAGRAM;
use world::{
    Counted, Scene, TOKEN, at_the_device, at_the_server, device, hello, of_a_stranger,
    of_compared_digits, pair,
};

/// Before each honest datagram, every forgery fifty times: the same datagrams, in the same time, with
/// as many random values, and so as many multiplications, as without any.
// IOMT-SEC-009, IOMT-PAIR-025
#[test]
fn an_honest_pairing_behind_a_flood_is_the_one_without_it() {
    let (quiet, _) = pair(|_, _, _| {});
    let (forgeries, mut thrown) = (at_the_device(), 0);
    let (flooded, _) = pair(|device, rng, now| {
        for forgery in forgeries.iter().cycle().take(50 * forgeries.len()) {
            assert!(device.handle_datagram(now, &forgery.packet, rng).is_err());
            thrown += 1;
        }
    });
    assert_eq!(quiet, flooded);
    assert!(thrown >= 1_000, "{thrown}");
}

// IOMT-PAIR-006, IOMT-SEC-003
#[test]
fn no_forgery_is_answered_or_draws_a_random_value() {
    let (mut device, rng) = (world::armed_device(), &mut Counted::new(9));
    let (now, mut out) = (Instant::from_secs(1), [0; MAX_DATAGRAM]);
    while device.poll_transmit(now, &mut out).is_some() {}
    let before = rng.draws;
    for forgery in at_the_device() {
        let refused = device.handle_datagram(now, &forgery.packet, rng);
        assert!(
            matches!(
                refused,
                Err(Error::Pairing(
                    pairing::Error::WrongLabel
                        | pairing::Error::UnexpectedMessage
                        | pairing::Error::Malformed(_)
                ))
            ),
            "{}: {refused:?}",
            forgery.name
        );
        assert!(
            device.poll_transmit(now, &mut out).is_none(),
            "{}",
            forgery.name
        );
    }
    assert_eq!(rng.draws, before);
}

// IOMT-PAIR-032
#[test]
fn a_device_that_is_not_armed_is_silent_to_the_right_message_too() {
    let (mut device, rng) = (device(), &mut Counted::new(9));
    let (now, mut out) = (Instant::from_secs(1), [0; MAX_DATAGRAM]);
    let honest = hello(b"sixteen or more random bytes");
    let refused = device.handle_datagram(now, &honest, rng);
    assert_eq!(refused, Err(Error::NotArmed));
    assert!(device.poll_transmit(now, &mut out).is_none() && rng.draws == 0);
}

// IOMT-SEC-009, IOMT-PAIR-006
#[test]
fn a_server_multiplies_for_no_forged_first_message_and_is_not_woken() {
    let (_, mut server) = pair(|_, _, _| {});
    server.compare(TOKEN, 0).unwrap();
    let hint = server.hints().next().unwrap();
    let (before, now) = (server.stats().multiplications, Instant::from_secs(61));
    for mut forgery in at_the_server(hint) {
        for _ in 0..1_000 {
            assert!(server.handle_datagram(now, &mut forgery.packet).is_err());
        }
        assert!(!server.has_work(), "{}", forgery.name);
        let _ = server.handle_timeout(now, &mut Counted::new(1));
    }
    assert_eq!(server.stats().multiplications, before);
}

/// A right code says no more than that its sender has the server's public key.
// IOMT-SEC-009, IOMT-PAIR-052
#[test]
fn a_stranger_with_a_right_code_costs_two_multiplications_and_is_not_answered() {
    let (_, mut server) = pair(|_, _, _| {});
    let (mut now, rng, mut out) = (
        Instant::from_secs(61),
        &mut Counted::new(1),
        [0; MAX_DATAGRAM],
    );
    let mut stranger = of_a_stranger(0xC1);
    while server.poll_transmit(now, &mut out).is_some() {}
    for times in 1..=100 {
        let before = server.stats().multiplications;
        // As many as come while one is worked on cost no work.
        for _ in 0..10 {
            server.handle_datagram(now, &mut stranger.packet).unwrap();
        }
        while server.handle_timeout(now, rng).is_ok() {
            assert!(server.stats().multiplications - before <= 2, "{times}");
        }
        assert_eq!(server.stats().multiplications - before, 2, "{times}");
        assert!(server.poll_transmit(now, &mut out).is_none());
        now = now + Duration::from_millis(10);
    }
}

fn strangers() -> Vec<Vec<u8>> {
    (0..10).map(|number| of_a_stranger(number).packet).collect()
}

/// However much time the server has for them.
// IOMT-SEC-009, IOMT-PAIR-058
#[test]
fn strangers_with_a_right_code_are_worked_for_at_a_bounded_rate_and_counted() {
    let (_, mut server) = pair(|_, _, _| {});
    let (mut now, rng) = (Instant::from_secs(61), &mut Counted::new(1));
    let (before, mut thrown) = (server.stats(), 0);
    let mut strangers = strangers();
    for _ in 0..1_000 {
        for stranger in &mut strangers {
            let _ = server.handle_datagram(now, stranger);
            thrown += 1;
            while server.has_work() {
                let _ = server.handle_timeout(now, rng);
            }
        }
        now = now + Duration::from_millis(10);
    }
    let after = server.stats();
    let worked_for = 32 + 1_000 - 1;
    let multiplied = after.multiplications - before.multiplications;
    assert_eq!(multiplied, 2 * worked_for);
    let refused = after.strangers_refused - before.strangers_refused;
    assert_eq!(refused, thrown - worked_for);
}

/// In front of each step ten strangers' messages: a thousand a second, of which each that is worked for takes a server
/// this slow twenty milliseconds.
// IOMT-PAIR-058
#[test]
fn a_pairing_by_label_behind_strangers_at_the_server_is_the_one_without_them() {
    let run = |strangers: &[Vec<u8>]| {
        let mut scene = Scene::by_label();
        while scene.records < 2 {
            assert!(scene.now < Instant::from_secs(60));
            flood(&mut scene, strangers);
            scene.step(|_, _, _| {});
        }
        (scene.now, scene.datagrams)
    };
    assert_eq!(run(&strangers()), run(&[]));
}

// IOMT-PAIR-058
#[test]
fn reconnections_behind_strangers_at_the_server_are_those_without_them() {
    let run = |strangers: &[Vec<u8>]| {
        let mut scene = Scene::by_factory_keys();
        let mut at = Vec::new();
        while at.len() < 3 {
            assert!(scene.now < Instant::from_secs(120), "{at:?}");
            if scene.records > 0 {
                flood(&mut scene, strangers);
            }
            scene.step(|_, _, _| {});
            if usize::try_from(scene.device.stats().reconnections).unwrap() > at.len() {
                at.push(scene.now);
            }
        }
        (at, scene.server.stats().packets_refused)
    };
    let ((quiet, none), (flooded, refused)) = (run(&[]), run(&strangers()));
    assert_eq!(flooded, quiet);
    assert!(none == 0 && refused > 10_000, "{refused}");
}

/// Nobody can tell it from the strangers', so that it has its turn among them: below the rate at once, above it by luck.
// IOMT-PAIR-058
#[test]
fn a_first_meeting_by_keys_comes_through_strangers_below_the_rate() {
    let run = |strangers: &[Vec<u8>]| {
        let (mut scene, mut steps) = (Scene::by_factory_keys(), 0);
        while scene.records == 0 {
            assert!(scene.now < Instant::from_secs(20));
            if steps % 4 == 0 {
                flood(&mut scene, strangers);
            }
            scene.step(|_, _, _| {});
            steps += 1;
        }
        scene.now - Instant::ZERO
    };
    let (quiet, flooded) = (run(&[]), run(&strangers()[..1]));
    assert!(flooded <= quiet + Duration::from_secs(2), "{flooded:?}");
}

fn flood(scene: &mut Scene, strangers: &[Vec<u8>]) {
    for stranger in strangers {
        let (now, mut packet) = (scene.now, stranger.clone());
        let _ = scene.server.handle_datagram(now, &mut packet); // Kept, or refused.
    }
}

/// The token is no secret: who has heard it is answered, one message in two seconds.
// IOMT-SEC-009, IOMT-PAIR-006
#[test]
fn strangers_with_the_token_cost_three_multiplications_in_two_seconds() {
    let (_, mut server) = pair(|_, _, _| {});
    server.compare(TOKEN, 0).unwrap();
    let (mut now, rng) = (Instant::from_secs(61), &mut Counted::new(1));
    let mut strangers: Vec<_> = (0..10)
        .map(|connection| of_compared_digits(TOKEN, connection))
        .collect();
    for times in 1..=20 {
        let before = server.stats().multiplications;
        for packet in &mut strangers {
            let _ = server.handle_datagram(now, packet);
            while server.has_work() {
                server.handle_timeout(now, rng).unwrap();
            }
        }
        assert_eq!(server.stats().multiplications - before, 3, "{times}");
        strangers.rotate_left(1);
        now = now + Duration::from_secs(2);
    }
}
