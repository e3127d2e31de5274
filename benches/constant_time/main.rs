//! Whether the time of what handles secrets tells anything of them: two classes of inputs, in random turns, and Welch's
//! t-test on their times, after dudect (Reparaz, Balasch and Verbauwhede, *Dude, is my code constant time?*, 2017).
//!
//! `cargo bench --bench constant_time [-- --quick]`
//!
//! | largest abs(t) | what dudect takes it for |
//! |---|---|
//! | below 5 | no difference seen |
//! | 5 to 10 | perhaps one; measure for longer |
//! | above 10 | a difference |
//!
//! A subject is measured in three rounds, and what is shown is the middle of the three: a machine that does other things
//! meanwhile makes differences of its own, but rarely twice. Beside it stands how large a difference has to be, in one
//! call, to be above 10 by so many measurements. Three controls come first: a comparison that stops at the first difference
//! has to be found out, bare and behind an HMAC, and one that does not must pass. The bench ends with status 1 where a
//! control does not do what it has to, or a subject is above 10. With `--quick` the control behind an HMAC is only shown.
//!
//! It can show a leak, and not that there is none: on this processor, with this compiler, for these two classes, as far as
//! the number of measurements reaches.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a bench fails by panicking"
)]

mod controls;
mod measure;
mod subjects;
mod welch;

use std::process::ExitCode;

use measure::Subject;
use welch::Verdict;

/// From here on dudect is sure of a difference.
const DIFFERENT: f64 = 10.0;
const ROUNDS: usize = 3;

fn main() -> ExitCode {
    // `--test` is what `cargo test --benches` says.
    let is_quick = std::env::args().any(|argument| argument == "--quick" || argument == "--test");
    println!("| two classes of | largest abs(t) | would be sure from | measurements |");
    println!("|---|---|---|---|");
    let leaky = measure(controls::stops_at_the_first_difference(), is_quick);
    let hidden = measure(controls::stops_behind_a_code(), is_quick);
    let steady = measure(controls::looks_at_every_byte(), is_quick);
    let can_tell = leaky > DIFFERENT && (hidden > DIFFERENT || is_quick) && steady <= DIFFERENT;
    let mut is_good = can_tell;
    for subject in subjects::all() {
        is_good &= measure(subject, is_quick) <= DIFFERENT;
    }
    if !can_tell {
        println!("the controls did not do what they have to: this machine can not tell");
    }
    match is_good {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Measures a subject, prints its row, and returns the middle of its rounds.
fn measure(mut subject: Subject, is_quick: bool) -> f64 {
    let measurements = match is_quick {
        true => subject.measurements / 10,
        false => subject.measurements,
    };
    let mut rounds: Vec<Verdict> = (0..ROUNDS)
        .map(|_| welch::judge(&subject.measure(measurements)))
        .collect();
    rounds.sort_by(|a, b| a.t.total_cmp(&b.t));
    let Verdict { t, error_ns } = rounds[ROUNDS / 2];
    println!(
        "| {} | {t:.1} | {:.2} ns | {ROUNDS} × {measurements} |",
        subject.name,
        DIFFERENT * error_ns / subject.calls as f64,
    );
    t
}
