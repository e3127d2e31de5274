//! Finds the R peaks of one ECG channel, in a stream.
//!
//! ```text
//! cargo run --release --example rpeaks -- --rate 360 --gain 200 < samples > peaks
//! ```

#[allow(dead_code, reason = "each tool uses a part")]
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    tools::run(tools::rpeaks::HELP, tools::rpeaks::run)
}
