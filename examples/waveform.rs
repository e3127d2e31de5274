//! Compresses samples without loss, and brings them back.
//!
//! ```text
//! cargo run --release --example waveform -- encode --rate 360 --bits 11 --block 360 < samples > blocks
//! ```

#[allow(dead_code, reason = "each tool uses a part")]
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    tools::run(tools::waveform::HELP, tools::waveform::run)
}
