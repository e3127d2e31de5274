//! Sealing and opening frames, beside the same AEAD used bare, `ring` used bare, and `snow`; all in one run.
//!
//! `cargo bench --bench frames [--features fast-aead | ring] [-- --quick] [--check]`
//!
//! Each table is a race: all take turns of 128 calls, so that ratios hold where times do not. A ratio is the
//! median of the ratios of the same rounds. `--quick` runs fewer rounds; `--check` ends with status 1 where
//! a ratio is above its target by more than a tenth, which a busy machine can do to an honest program.
//! With `ring` there is no AEAD of its own to compare with: frames up to 192 bytes are composed, longer
//! ones by `ring`; bare `ring` is the measure of all of them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a bench fails by panicking"
)]

mod backend;
mod bare;
mod clock;
mod noise;
mod sealed;

use std::process::ExitCode;

use clock::{Contestant, Times, race};
use iomt::seal::Opener;
use noise::Resolver;

/// Calls in one turn: long against the clock, short against the machine's moods.
const BATCH: usize = 128;
const SIZES: [usize; 5] = [32, 64, 96, 256, 1_024];
const SESSIONS: u32 = 100_000;

/// What the crate seals with, in the order that it picks.
const BACKEND: Backend = if cfg!(feature = "ring") {
    Backend::Ring
} else if cfg!(feature = "fast-aead") {
    Backend::Composed
} else {
    Backend::Audited
};

#[derive(Clone, Copy, PartialEq, Debug)]
enum Backend {
    Audited,
    Composed,
    Ring,
}

/// The places in a race of one size.
const IOMT: usize = 0;
const AUDITED: usize = 1;
const COMPOSED: usize = 2;
const RING: usize = 3;

impl Backend {
    const fn place(self) -> usize {
        match self {
            Self::Audited => AUDITED,
            Self::Composed => COMPOSED,
            Self::Ring => RING,
        }
    }

    /// "at most 1.15 x its time at 64 bytes and above; with the fast backend at most 1.25 x bare ring"
    const fn target(self) -> f64 {
        match self {
            Self::Ring => 1.25,
            Self::Audited | Self::Composed => 1.15,
        }
    }
}

/// How many targets were missed by more than noise.
struct Verdict {
    missed: u32,
}

impl Verdict {
    fn of(&mut self, ratio: f64, target: f64) -> &'static str {
        if ratio <= target {
            return "met";
        }
        if ratio > 1.1 * target {
            self.missed += 1;
            return "MISSED";
        }
        "missed"
    }
}

fn main() -> ExitCode {
    let asks = |flag| std::env::args().any(|argument| argument == flag);
    let rounds = if asks("--quick") { 201 } else { 1_001 };
    let mut verdict = Verdict { missed: 0 };
    println!("frames, sealed by {BACKEND:?}; ns a call, medians of {rounds} rounds in turns");
    println!("bare: its own AEAD, used bare; /x: the median ratio of iomt to x\n");
    table("seal", rounds, &mut verdict, |size| {
        vec![
            Box::new(sealed::Sealing::new(size)),
            Box::new(bare::Sealing::new(bare::audited(), size)),
            Box::new(bare::Sealing::new(bare::composed(), size)),
            Box::new(bare::Sealing::new(bare::ring(), size)),
            Box::new(noise::Sealing::new(Resolver::Default, size)),
            Box::new(noise::Sealing::new(Resolver::Ring, size)),
        ]
    });
    table("open", rounds, &mut verdict, |size| {
        vec![
            Box::new(sealed::OpeningAlone::new(size)),
            Box::new(bare::Opening::new(bare::audited(), size)),
            Box::new(bare::Opening::new(bare::composed(), size)),
            Box::new(bare::Opening::new(bare::ring(), size)),
            Box::new(noise::Opening::new(Resolver::Default, size)),
            Box::new(noise::Opening::new(Resolver::Ring, size)),
        ]
    });
    server(rounds, &mut verdict);
    if verdict.missed > 0 {
        println!("\n{} targets missed by more than a tenth", verdict.missed);
    }
    ExitCode::from(u8::from(asks("--check") && verdict.missed > 0))
}

fn table(
    name: &str,
    rounds: usize,
    verdict: &mut Verdict,
    line_up: impl Fn(usize) -> Vec<Box<dyn Contestant>>,
) {
    println!("{name:>6}  iomt audited composed  ring   snow snow+ring  /bare target        /ring");
    for size in SIZES {
        let times = race(&mut line_up(size), rounds, BATCH);
        print!("{size:>6}");
        for (place, width) in [
            (IOMT, 6),
            (AUDITED, 8),
            (COMPOSED, 9),
            (RING, 6),
            (4, 7),
            (5, 10),
        ] {
            print!("{:>width$.0}", times.median(place));
        }
        let ratio = times.ratio(IOMT, BACKEND.place());
        let says = if size < 64 {
            "   -".to_owned()
        } else {
            let target = BACKEND.target();
            format!("{target:.2} {}", verdict.of(ratio, target))
        };
        println!("{ratio:>7.2} {says:<12}{:>7.2}", times.ratio(IOMT, RING));
    }
    println!();
}

/// Opening frames of 96 bytes, from the packet to the received set.
fn server(rounds: usize, verdict: &mut Verdict) {
    const SIZE: usize = 96;
    let (one, many) = (
        sealed::Fleet::new(1, SIZE),
        sealed::Fleet::new(SESSIONS, SIZE),
    );
    let mut contestants: Vec<Box<dyn Contestant>> = vec![
        Box::new(bare::Opening::new(bare::ring(), SIZE)),
        Box::new(sealed::Opening(one)),
        Box::new(sealed::OpeningRow::new(&sealed::Fleet::new(1, SIZE))),
        Box::new(sealed::Opening(many.clone())),
        Box::new(sealed::OpeningBatch::new(&many)),
    ];
    let times = race(&mut contestants, rounds, BATCH);
    println!("server, {SIZE} bytes            ns  frames/s/core  /ring target");
    line(&times, "bare ring", 0, None, verdict);
    line(&times, "row in memory", 1, Some(1.8), verdict);
    line(&times, "row, frame, receipt", 2, None, verdict);
    line(&times, "among 100,000", 3, Some(2.2), verdict);
    line(&times, "in batches", 4, Some(times.ratio(3, 0)), verdict);
    println!("bytes of memory a session: {}", size_of::<Opener>());
}

fn line(times: &Times, name: &str, place: usize, target: Option<f64>, verdict: &mut Verdict) {
    let (time, ratio) = (times.median(place), times.ratio(place, 0));
    let says = target.map_or_else(String::new, |target| {
        format!("{target:.2} {}", verdict.of(ratio, target))
    });
    println!(
        "{name:<20}{time:>10.0}{:>15.0}{ratio:>7.2} {says}",
        1e9 / time
    );
}
