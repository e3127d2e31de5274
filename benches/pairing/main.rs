//! Handshakes, both sides of each, beside `snow`, `clatter`, and the multiplications they can not do without.
//!
//! `cargo bench --bench pairing [-- --quick] [--check]`
//!
//! A call is one handshake: every message written and read, up to the keys of the transport. Keys and
//! states are made beforehand. The floor does the Diffie-Hellman operations and key generations of the
//! pattern with `x25519-dalek`, and nothing else. All take turns, so that ratios hold where times do not;
//! a ratio is the median of the ratios of the same rounds. `--quick` runs fewer rounds; `--check` ends with
//! status 1 where a ratio is above its target by more than a tenth in three races, one behind the other: in one, a busy
//! machine can do that to an honest program.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a bench fails by panicking"
)]

mod bare;
#[path = "../frames/clock.rs"]
mod clock;
mod ours;
mod peers;

use std::process::ExitCode;

use clock::{Contestant, race};
use iomt::pairing::noise::Party;
use iomt::pairing::{Exchange, Parked};

/// Handshakes in one turn.
const BATCH: usize = 4;
/// How often a case may miss its targets before `--check` says so.
const RACES: u8 = 3;

/// "at most 1.05 x the time of the faster one", "against the floor … <= 1.15".
const PEER_TARGET: f64 = 1.05;
const FLOOR_TARGET: f64 = 1.15;

const INITIATOR: [u8; 32] = [0x21; 32];
const RESPONDER: [u8; 32] = [0x42; 32];
const PSK: [u8; 32] = [0x63; 32];

/// A pattern, and what of it costs time: on both sides together.
#[derive(Debug)]
pub struct Case {
    pub name: &'static str,
    pub base: &'static str,
    pub messages: usize,
    pub psk: Option<u8>,
    pub agreements: usize,
}

const CASES: [Case; 6] = [
    Case::new("XX", "XX", 3, None, 6),
    Case::new("XXpsk3", "XX", 3, Some(3), 6),
    Case::new("IK", "IK", 2, None, 8),
    Case::new("IKpsk2", "IK", 2, Some(2), 8),
    Case::new("KK", "KK", 2, None, 8),
    Case::new("KKpsk0", "KK", 2, Some(0), 8),
];

impl Case {
    const fn new(
        name: &'static str,
        base: &'static str,
        messages: usize,
        psk: Option<u8>,
        agreements: usize,
    ) -> Self {
        Self {
            name,
            base,
            messages,
            psk,
            agreements,
        }
    }

    #[must_use]
    pub fn protocol(&self) -> String {
        format!("Noise_{}_25519_ChaChaPoly_SHA256", self.name)
    }

    /// Whether the initiator, and the responder, knows the other's key beforehand.
    #[must_use]
    pub fn knows(&self) -> (bool, bool) {
        (self.base != "XX", self.base == "KK")
    }
}

fn main() -> ExitCode {
    let asks = |flag| std::env::args().any(|argument| argument == flag);
    let rounds = if asks("--quick") { 41 } else { 201 };
    let mut missed = 0;
    println!("pairing; us a handshake, both sides, medians of {rounds} rounds in turns");
    println!(
        "/peer, /floor: the median ratio of iomt to the faster peer, and to its multiplications\n"
    );
    println!("           iomt   snow clatter  floor  /peer target        /floor target");
    for case in &CASES {
        let races = if asks("--check") { RACES } else { 1 };
        let Raced { us, peer, floor } = raced(case, rounds, races);
        println!(
            "{:>8}{:>7.0}{:>7.0}{:>8.0}{:>7.0}{peer:>7.3} {PEER_TARGET:.2} {:<8}{floor:>7.3} {FLOOR_TARGET:.2} {}",
            case.name,
            us[0],
            us[1],
            us[2],
            us[3],
            verdict(peer, PEER_TARGET),
            verdict(floor, FLOOR_TARGET),
        );
        missed += u8::from(is_missed(peer, PEER_TARGET) || is_missed(floor, FLOOR_TARGET));
    }
    println!("\nbytes on the wire, of each message without a payload");
    for case in &CASES {
        println!(
            "{:>8}  {:?}",
            case.name,
            ours::Handshakes::new(case).bytes()
        );
    }
    println!(
        "\nbytes of memory, half-open: {} while a packet is waited for, 512 aimed at {}",
        size_of::<Parked>(),
        if size_of::<Parked>() <= 512 {
            "met"
        } else {
            "MISSED"
        }
    );
    println!(
        "while a message is worked on: {}, with its packets and what a refused one comes back to; {} in plain Noise",
        size_of::<Exchange>(),
        size_of::<Party<'_>>(),
    );
    ExitCode::from(u8::from(asks("--check") && missed > 0))
}

/// What came of a race: microseconds of each, and the ratios that have a target.
struct Raced {
    us: [f64; 4],
    peer: f64,
    floor: f64,
}

/// The first of so many races that misses no target; the last one where all do.
fn raced(case: &Case, rounds: usize, races: u8) -> Raced {
    let raced = once(case, rounds);
    let missed = is_missed(raced.peer, PEER_TARGET) || is_missed(raced.floor, FLOOR_TARGET);
    match missed && races > 1 {
        true => self::raced(case, rounds, races - 1),
        false => raced,
    }
}

fn once(case: &Case, rounds: usize) -> Raced {
    let mut contestants: Vec<Box<dyn Contestant>> = vec![
        Box::new(ours::Handshakes::new(case)),
        Box::new(peers::Snow::new(case)),
        Box::new(peers::Clatter::new(case)),
        Box::new(bare::Multiplications::new(case)),
    ];
    let times = race(&mut contestants, rounds, BATCH);
    Raced {
        us: [0, 1, 2, 3].map(|place| times.median(place) / 1e3),
        peer: times.ratio(0, 1).max(times.ratio(0, 2)),
        floor: times.ratio(0, 3),
    }
}

/// A tenth above it is left to the machine.
fn is_missed(ratio: f64, target: f64) -> bool {
    ratio > 1.1 * target
}

fn verdict(ratio: f64, target: f64) -> &'static str {
    match (ratio <= target, is_missed(ratio, target)) {
        (true, _) => "met",
        (false, false) => "near",
        (false, true) => "MISSED",
    }
}
