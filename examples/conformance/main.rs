//! Holds a program in any language against the vectors of the protocol: see `guide::conformance`.
//!
//! ```text
//! cargo run --release --example conformance -- [--profile NAME] ./your-program [args]
//! cargo run --release --example conformance -- --shim            the crate itself behind the protocol
//! cargo run --release --example conformance -- --generate        writes tests/vectors anew
//! ```

mod generate;
mod shim;

fn main() -> std::io::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("--generate") => generate::write(),
        _ => shim::serve(),
    }
}
