//! Forged first messages: how many are dropped in a second by one core, and what they do to an honest pairing.
//!
//! `cargo bench --bench flood`; a few seconds. Every forgery is refused before any Diffie-Hellman: the dearest costs one
//! HMAC over the message. One message can not be told so early, and stands in a table of its own: the code of a stranger
//! who has the server's public key is right, and its static key shows only behind two multiplications, for which a server has a rate. `tests/flood.rs`
//! holds that no honest datagram comes later for any of them, or another way.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    reason = "a bench fails by panicking"
)]

mod world;

use std::hint::black_box;
use std::time::{Duration as Wall, Instant as Clock};

use iomt::node::StrangerRate;
use iomt::pairing::Identity;
use iomt::time::Instant;
use world::{
    Counted, Forgery, Scene, TOKEN, armed_device, at_the_device, at_the_server, device, hello,
    of_a_stranger, pair,
};

/// How long each kind is thrown.
const TURN: Wall = Wall::from_millis(300);

fn main() {
    println!("forged first messages, dropped by one core\n");
    println!("{:<46}{:>6}{:>13}{:>9}", "", "bytes", "a second", "ns each");
    let now = Instant::from_secs(1);
    let mut rng = Counted::new(1);

    let mut silent = device();
    let honest = [Forgery {
        name: "any, even the right one",
        packet: hello(b"sixteen or more random bytes"),
    }];
    print_rates("a device that is not armed", &honest, |packet| {
        silent.handle_datagram(now, packet, &mut rng).is_err()
    });
    let mut armed = armed_device();
    print_rates("a device that is armed", &at_the_device(), |packet| {
        armed.handle_datagram(now, packet, &mut rng).is_err()
    });
    let (_, mut server) = pair(|_, _, _| {});
    server.compare(TOKEN, 0).unwrap();
    let hint = server.hints().next().unwrap();
    print_rates(
        "a server that knows the device",
        &at_the_server(hint),
        |packet| server.handle_datagram(now, packet).is_err(),
    );
    let (stranger, mut draws) = ([of_a_stranger(0xC1)], Counted::new(2));
    let mut later = now;
    print_rates("the same, within its rate", &stranger, |packet| {
        later = later + StrangerRate::SERVER.one_more_each;
        server.handle_datagram(later, packet).unwrap();
        while server.handle_timeout(later, &mut draws).is_ok() {}
        true
    });
    while server
        .handle_datagram(later, &mut stranger[0].packet.clone())
        .is_ok()
    {
        while server.handle_timeout(later, &mut draws).is_ok() {}
    }
    print_rates("the same, above its rate", &stranger, |packet| {
        server.handle_datagram(later, packet).is_err()
    });
    print_pairings();
    print_meetings();
    print_multiplication();
}

fn print_rates(who: &str, forgeries: &[Forgery], mut refuses: impl FnMut(&mut [u8]) -> bool) {
    println!("{who}");
    for forgery in forgeries {
        let mut packet = forgery.packet.clone();
        let (start, mut thrown) = (Clock::now(), 0_u32);
        while start.elapsed() < TURN {
            for _ in 0..64 {
                assert!(
                    black_box(refuses(black_box(&mut packet))),
                    "{}",
                    forgery.name
                );
            }
            thrown += 64;
        }
        let each = start.elapsed().as_secs_f64() / f64::from(thrown);
        let (name, bytes) = (forgery.name, packet.len());
        println!(
            "  {name:<44}{bytes:>6}{:>13.0}{:>9.0}",
            1.0 / each,
            each * 1e9
        );
    }
}

/// The honest pairing: what it takes on the devices' clock, and on this machine.
fn print_pairings() {
    println!("\nan honest pairing, up to its first reading");
    let forgeries = at_the_device();
    for count in [0, 100, 10_000] {
        let mut spent = Wall::ZERO;
        let start = Clock::now();
        let (outcome, _) = pair(|device, rng, now| {
            let start = Clock::now();
            for forgery in forgeries.iter().cycle().take(count) {
                assert!(device.handle_datagram(now, &forgery.packet, rng).is_err());
            }
            spent += start.elapsed();
        });
        let honest = (start.elapsed() - spent).as_secs_f64() * 1e3;
        println!(
            "  {count:>6} forgeries before each datagram: {} datagrams, {} ms on its clock",
            outcome.datagrams,
            outcome.took.as_micros() / 1_000,
        );
        let forged = spent.as_secs_f64() * 1e3;
        println!("{:>49}{honest:.1} ms of work, and {forged:.1} for them", "");
    }
}

/// What strangers with a right code do to a device that comes by its keys, and to its reconnections.
fn print_meetings() {
    println!("\na first meeting by keys, and the reconnection ten seconds later, on their clock");
    for (strangers, each) in [(0, 1), (1, 4), (1, 1), (10, 1)] {
        let packets: Vec<_> = (0..strangers).map(of_a_stranger).collect();
        let mut scene = Scene::by_factory_keys();
        let (mut met, mut steps) = (None, 0_u32);
        while scene.device.stats().reconnections == 0 && steps < 6_000 {
            for packet in packets.iter().filter(|_| steps.is_multiple_of(each)) {
                let (now, mut packet) = (scene.now, packet.packet.clone());
                let _ = scene.server.handle_datagram(now, &mut packet);
            }
            scene.step(|_, _, _| {});
            steps += 1;
            if scene.records > 0 {
                met = met.or(Some(scene.now));
            }
        }
        let met = met.map_or("not in a minute".into(), |met| format!("after {met}"));
        let again = match scene.device.stats().reconnections {
            0 => "not in a minute".into(),
            _ => format!("after {}", scene.now),
        };
        let a_second = u32::from(strangers) * 100 / each;
        println!("  {a_second:>6} strangers a second: {met}, {again}");
    }
}

/// For comparison: what a forgery would cost, were it answered.
fn print_multiplication() {
    let [ours, theirs] = [1, 2].map(|seed| Identity::from_secret_bytes(&[seed; 32]).unwrap());
    let (peer, start) = (theirs.public(), Clock::now());
    for _ in 0..200 {
        black_box(ours.agree(black_box(&peer)));
    }
    let each = start.elapsed().as_secs_f64() / 200.0;
    println!(
        "\none scalar multiplication, of which none is done but two for a stranger's key: {:.0} ns",
        each * 1e9
    );
}
