//! Heart rate from the light at the wrist, in motion.

#[allow(dead_code, reason = "each tool uses a part")]
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    tools::run(tools::ppg_heart_rate::HELP, tools::ppg_heart_rate::run)
}
