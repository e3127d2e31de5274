//! Sealing and opening frames, beside the same AEAD used bare, `ring` used bare, and `snow`; all in one run.
//!
//! `cargo bench --bench frames [--features fast-aead | ring] [-- --quick] [--check]`
//!
//! Each table is a race: all take turns of 128 calls, so that ratios hold where times do not. A ratio is the
//! median of the ratios of the same rounds. `--quick` runs fewer rounds; `--check` ends with status 1 where
//! a ratio is above its target by more than a tenth, which a busy machine can do to an honest program.
//! With `ring` frames up to 192 bytes are composed, longer ones are `ring`'s: "same" is that which seals the frame.

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

/// With `ring`, the longest text that is not sealed by it.
const COMPOSED_UP_TO: usize = 192;
/// "against the same AEAD used bare: at most 1.15 x its time at 64 bytes and above"
const SAME: f64 = 1.15;
/// "with the fast backend at most 1.25 x bare `ring`"
const BARE_RING: f64 = 1.25;

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
    /// The place of the AEAD that seals a frame of this size.
    const fn place(self, size: usize) -> usize {
        match self {
            Self::Audited => AUDITED,
            Self::Ring if size > COMPOSED_UP_TO => RING,
            Self::Composed | Self::Ring => COMPOSED,
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
    println!("/same: the median ratio of iomt to the AEAD that it uses, bare; /ring: to ring's\n");
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
    println!(
        "{name:>6}  iomt audited composed  ring   snow snow+ring  /same {SAME:<8}/ring {BARE_RING}"
    );
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
        let (same, ring) = (
            times.ratio(IOMT, BACKEND.place(size)),
            times.ratio(IOMT, RING),
        );
        let mut of = |ratio, target, is_asked| match is_asked && size >= 64 {
            true => verdict.of(ratio, target),
            false => "-",
        };
        let is_fast = BACKEND != Backend::Audited;
        println!(
            "{same:>7.2} {:<8}{ring:>5.2} {}",
            of(same, SAME, true),
            of(ring, BARE_RING, is_fast)
        );
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
    line(&times, "one session, kept", 1, None, verdict);
    line(&times, "row, frame, receipt", 2, Some(1.8), verdict);
    line(&times, "among 100,000", 3, Some(2.2), verdict);
    line(&times, "in batches", 4, Some(2.2), verdict);
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
