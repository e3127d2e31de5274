//! Glucose in 20 and 30 minutes, and an alarm before it is low.

#[allow(dead_code, reason = "each tool uses a part")]
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    tools::run(tools::glucose::HELP, tools::glucose::run)
}
