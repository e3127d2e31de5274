//! Atrial-fibrillation screening from the intervals between beats, a line for each beat.

#[allow(dead_code, reason = "each tool uses a part")]
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    tools::run(tools::af_screen::HELP, tools::af_screen::run)
}
