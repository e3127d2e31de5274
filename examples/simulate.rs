//! Devices, gateways and servers under random faults, seed after seed, on a clock that is not real.
//!
//! ```text
//! cargo run --release --example simulate -- --seeds 1000
//! cargo run --release --example simulate -- --seeds 1 --start 1568 --log
//! ```
//!
//! Exit status 1 where a reading was lost without a name, stored twice, or sealed twice under one nonce, or where a queue did
//! not drain or grew above its bound. What goes wrong in a run and what watches over it: `tests/simulation`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    unreachable_pub,
    dead_code,
    reason = "a simulation fails by panicking, and shares its parts with a test"
)]

#[path = "../tests/simulation/mod.rs"]
mod simulation;

use std::io::{IsTerminal as _, stderr};
use std::ops::Range;
use std::process::ExitCode;

use simulation::many::Outcome;

const HELP: &str = "\
Runs the whole system under random faults, one run for each seed.

    simulate [--seeds N] [--start S] [--log]

    --seeds N   how many runs                              [100]
    --start S   the first seed                             [0]
    --log       of the first seed that fails, or else of the first
                one, say all that happened, on standard error

Exit status: 0 all is well, 1 a seed fails, 2 these words are not understood.";

struct Arguments {
    seeds: Range<u64>,
    is_logged: bool,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut count, mut start, mut is_logged) = (100, 0, false);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--seeds" => count = number(&word, words.next())?,
                "--start" => start = number(&word, words.next())?,
                "--log" => is_logged = true,
                _ => return Err(format!("{word}: not an option")),
            }
        }
        let end = u64::checked_add(start, count).ok_or("--start: too large")?;
        match count {
            0 => Err("--seeds: at least one".into()),
            _ => Ok(Self {
                seeds: start..end,
                is_logged,
            }),
        }
    }
}

fn number(option: &str, word: Option<String>) -> Result<u64, String> {
    let word = word.ok_or(format!("{option}: a number is missing"))?;
    word.parse()
        .map_err(|_| format!("{option}: {word} is not a number"))
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help" || word == "-h") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match Arguments::parse(words.into_iter()) {
        Ok(arguments) => simulate(&arguments),
        Err(complaint) => {
            eprintln!("simulate: {complaint}\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

fn simulate(Arguments { seeds, is_logged }: &Arguments) -> ExitCode {
    let all = seeds.end - seeds.start;
    let outcome = simulation::many::run_many(seeds.clone(), |so_far| progress(so_far, all));
    println!("seeds {} to {}", seeds.start, seeds.end - 1);
    print!("{}", simulation::report::table(&outcome));
    if *is_logged {
        for line in simulation::log(outcome.first_failure().unwrap_or(seeds.start)) {
            eprintln!("{line}");
        }
    }
    match simulation::report::failures(&outcome) {
        None => ExitCode::SUCCESS,
        Some(failures) => {
            print!("{failures}");
            ExitCode::FAILURE
        }
    }
}

/// How many seeds go by between two lines of a log.
const LINE_EACH: u64 = 500;

/// One line that is written over, for whoever sits before a terminal; else a line now and then, for who reads the log.
fn progress(outcome: &Outcome, all: u64) {
    let (seeds, failures) = (outcome.seeds, outcome.failures.len());
    if !stderr().is_terminal() {
        if seeds.is_multiple_of(LINE_EACH) {
            eprintln!("{seeds} of {all} seeds, {failures} failed");
        }
        return;
    }
    if seeds.is_multiple_of(16) {
        eprint!("\r{seeds} of {all} seeds, {failures} failed ");
        if seeds + 16 > all {
            eprintln!();
        }
    }
}
