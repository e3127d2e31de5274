//! Holds a program in any language against the vectors of the protocol: see `guide::conformance`.
//!
//! ```text
//! cargo run --release --example conformance -- [--profile NAMES] ./your-program [args]
//! cargo run --release --example conformance -- --shim            the crate itself behind the protocol
//! cargo run --release --example conformance -- --generate        writes tests/vectors anew
//! cargo run --release --example conformance -- --c-arrays DIR    writes a C header for each area
//! ```

mod c_arrays;
mod generate;
mod runner;
mod shim;

use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is well.
fn run() -> Result<bool, String> {
    let mut arguments = std::env::args().skip(1).peekable();
    let done = match arguments.peek().map(String::as_str) {
        Some("--help" | "-h") => {
            println!("{}", runner::USAGE);
            Ok(())
        }
        Some("--shim") => shim::serve(),
        Some("--generate") => generate::write(),
        Some("--c-arrays") => {
            let folder = arguments.nth(1).ok_or("--c-arrays needs a folder")?;
            c_arrays::write(&generate::folder(), folder.as_ref())
        }
        _ => return runner::run(arguments),
    };
    done.map(|()| true).map_err(|error| error.to_string())
}
