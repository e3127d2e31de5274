use std::fmt::Write as _;

use super::many::Outcome;

/// The result of many runs, 80 columns wide.
pub fn table(outcome: &Outcome) -> String {
    let Outcome { counts, seeds, .. } = outcome;
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<56}{value:>24}");
    };
    line("seeds", seeds.to_string());
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
    line("  stored, at each recipient", counts.stored.to_string());
    line(
        "  named as lost, or lost with a RAM-only device's power",
        counts.lost.to_string(),
    );
    line(
        "  gone with a rolled-back image or store",
        counts.rolled_back.to_string(),
    );
    line(
        "timeouts that asked for a time that had passed",
        counts.impatient.to_string(),
    );
    line("seeds that fail", outcome.failures.len().to_string());
    line("faults", counts.faults.values().sum::<u64>().to_string());
    for (fault, count) in &counts.faults {
        line(&format!("  {}", fault.name()), count.to_string());
    }
    out
}
