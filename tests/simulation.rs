//! The whole system, under everything that can go wrong.
//!
//! `IOMT_SEED=N` runs one seed and says all that happened, `IOMT_SEEDS=N` runs so many. For more of them:
//! `cargo run --release --example simulate -- --seeds N`.
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

/// A build without optimisation takes a tenth of them.
const SEEDS: u64 = if cfg!(debug_assertions) { 200 } else { 2_000 };

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().expect("the variable holds a number"))
}

/// Seeds beyond [`SEEDS`] or early in them that found something in an earlier revision.
///
/// A seed stands for one run only as long as nothing else is drawn, in the simulation or in the crate. So these are
/// no proof that what they found is mended, and cost little.
const FOUND_EARLIER: [u64; 33] = [
    49, 159, 659, 1_113, 1_132, 1_349, 1_369, 1_490, 1_509, 1_547, 1_568, 2_068, 2_072, 3_971,
    4_795, 7_804, 10_265, 14_744, 15_002, 17_356, 27_877, 30_231, 30_293, 30_300, 31_681, 32_095,
    40_867, 51_778, 52_004, 54_846, 60_652, 63_190, 79_082,
];

// IOMT-ENV-007, IOMT-LINK-001
#[test]
fn seeds_that_found_something_in_an_earlier_revision() {
    for seed in FOUND_EARLIER {
        let outcome = simulation::many::run_many(seed..seed + 1, |_| {});
        assert!(outcome.failures.is_empty(), "IOMT_SEED={seed} runs it");
    }
}

// IOMT-SEAL-013, IOMT-SEAL-015, IOMT-ENV-007, IOMT-ENV-008, IOMT-LINK-001, IOMT-LINK-034,
// IOMT-EPOCH-027, IOMT-OUT-021, IOMT-OUT-041
#[test]
fn nothing_is_lost_doubled_or_sealed_twice_whatever_happens() {
    let one = number("IOMT_SEED");
    let seeds = match one {
        Some(seed) => seed..seed + 1,
        None => 0..number("IOMT_SEEDS").unwrap_or(SEEDS),
    };
    let outcome = simulation::many::run_many(seeds, |_| {});
    println!("{}", simulation::report::table(&outcome));
    // Asserted by `.ci/run`, where nothing runs beside: it says more of the machine than of the simulation.
    let took = outcome.took.as_secs_f64() * SEEDS as f64 / outcome.seeds.max(1) as f64;
    println!("{SEEDS} seeds take {took:.0} s here; 180 at most on two cores that do nothing else");
    for line in outcome
        .first_failure()
        .or(one)
        .map(simulation::log)
        .unwrap_or_default()
    {
        eprintln!("{line}");
    }
    let failures = simulation::report::failures(&outcome);
    assert_eq!(failures, None, "IOMT_SEED runs one of them");
    // Of so many seeds each fault befalls some, and so does each fate.
    if outcome.seeds >= SEEDS {
        let counts = &outcome.counts;
        for fault in simulation::counts::Fault::ALL {
            assert!(counts.faults.contains_key(&fault), "no {}", fault.name());
        }
        let tally = &counts.tally;
        assert!(tally.stored > counts.readings && tally.named > 0);
        assert!(tally.cut > 0 && tally.in_ram > 0 && tally.rolled_back > 0);
    }
}
