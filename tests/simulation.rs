//! The whole system, under everything that can go wrong.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    unreachable_pub,
    dead_code,
    reason = "a simulation fails by panicking, and shares its parts with an example"
)]

#[path = "simulation/mod.rs"]
mod simulation;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use simulation::counts::Counts;

/// A build without optimisation takes a tenth of them.
const SEEDS: u64 = if cfg!(debug_assertions) { 200 } else { 2_000 };

fn seeds() -> (u64, u64) {
    match std::env::var("IOMT_SEED") {
        Ok(seed) => (seed.parse().expect("IOMT_SEED is a number"), 1),
        Err(_) => (
            0,
            std::env::var("IOMT_SEEDS").map_or(SEEDS, |n| n.parse().unwrap()),
        ),
    }
}

#[test]
fn nothing_is_lost_doubled_or_sealed_twice_whatever_happens() {
    let (start, count) = seeds();
    let next = AtomicU64::new(start);
    let (failures, total) = (Mutex::new(Vec::new()), Mutex::new(Counts::default()));
    let began = std::time::Instant::now();
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= start + count {
                break;
            }
            let began = std::time::Instant::now();
            let (counts, result) = simulation::run(seed);
            if std::env::var("IOMT_SLOW").is_ok() && began.elapsed().as_millis() > 500 {
                eprintln!(
                    "slow {seed} {:?} {} datagrams {} frames",
                    began.elapsed(),
                    counts.datagrams,
                    counts.frames
                );
            }
            total.lock().unwrap().add(&counts);
            if let Err(failure) = result {
                eprintln!("seed {seed}: {failure}");
                failures.lock().unwrap().push((seed, failure));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{}",
        simulation::report::table(&total.lock().unwrap(), count, seconds)
    );
    let failures = failures.into_inner().unwrap();
    let first = failures.iter().map(|(seed, _)| *seed).min();
    let wanted = first.or_else(|| std::env::var("IOMT_LOG").is_ok().then_some(start));
    for line in wanted.map(simulation::log).unwrap_or_default() {
        eprintln!("{line}");
    }
    assert_eq!(
        first,
        None,
        "{} of {count} seeds fail; IOMT_SEED runs one",
        failures.len()
    );
}
