//! Turns one ECG channel into a page that a clinician can read.
//!
//! ```text
//! cargo run --release --example signal_report -- --rate 360 --gain 200 < samples > report.html
//!
//! lines ─> analysis ─> Findings ─┬─> facts: report ─┐
//!                                └─> sections ──────┴─> page (of remote_monitoring) ─> HTML
//! ```

mod analysis;
#[path = "../remote_monitoring/clock.rs"]
mod clock;
mod facts;
#[path = "../remote_monitoring/page/mod.rs"]
mod page;
mod plots;
#[path = "../remote_monitoring/report.rs"]
#[allow(dead_code, reason = "that example has alarms and outages, too")]
mod report;
mod sections;
mod tool;
#[allow(dead_code, reason = "each tool uses a part")]
#[path = "../tools/mod.rs"]
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    tools::run(tool::HELP, tool::run)
}
