use std::fmt::Write as _;

use super::many::Outcome;
use super::oracle::bounds;

/// Which seeds have failed, why, and how to see the first one again; `None` when all is well.
pub fn failures(outcome: &Outcome) -> Option<String> {
    let first = outcome.first_failure()?;
    let mut out = String::new();
    for failure in &outcome.failures {
        let _ = writeln!(out, "FAILED seed {}: {}", failure.seed, failure.complaint);
    }
    let _ = writeln!(
        out,
        "all that happened: simulate --seeds 1 --start {first} --log"
    );
    Some(out)
}

/// The result of many runs, 80 columns wide.
pub fn table(outcome: &Outcome) -> String {
    let Outcome { counts, seeds, .. } = outcome;
    let tally = &counts.tally;
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<56}{value:>24}");
    };
    line("seeds", seeds.to_string());
    line("seconds", format!("{:.0}", outcome.took.as_secs_f64()));
    line(
        "seeds per second",
        format!("{:.1}", *seeds as f64 / outcome.took.as_secs_f64()),
    );
    line(
        "virtual device-years",
        format!("{:.2}", counts.device_years()),
    );
    line(
        "frames sent by devices, repetitions included",
        counts.frames.to_string(),
    );
    line("datagrams under way", counts.datagrams.to_string());
    line("sessions by reconnection", counts.sessions.to_string());
    line("readings accepted", counts.readings.to_string());
    line("  stored, at each recipient", tally.stored.to_string());
    line("  named to the server as lost", tally.named.to_string());
    line(
        "  without a receipt when the power failed: named as cut",
        tally.cut.to_string(),
    );
    line(
        "  in RAM alone when its power went: nobody can name them",
        tally.in_ram.to_string(),
    );
    line(
        "  named by the device, whose power went before the rest",
        tally.untold.to_string(),
    );
    line(
        "  gone with a rolled-back image or store",
        tally.rolled_back.to_string(),
    );
    line("alarms behind a backlog", counts.alarms.to_string());
    line(
        "  until the slowest was stored",
        format!("{} of {}", counts.slowest_alarm, bounds::ALARM),
    );
    line("times compared with the truth", counts.datings.to_string());
    line(
        "most steps of one seed",
        format!("{} of {}", counts.most_steps, bounds::STEPS),
    );
    line("seeds that fail", outcome.failures.len().to_string());
    line("faults", counts.faults.values().sum::<u64>().to_string());
    for (fault, count) in &counts.faults {
        line(&format!("  {}", fault.name()), count.to_string());
    }
    out
}
