//! Falls in a recording of an accelerometer at the waist.

#[allow(dead_code, reason = "each tool uses a part")]
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    tools::run(tools::fall::HELP, tools::fall::run)
}
