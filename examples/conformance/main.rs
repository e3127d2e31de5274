//! Holds a program in any language against the vectors of the protocol: see `guide::conformance`.
//!
//! ```text
//! cargo run --release --example conformance -- [--profile NAME] ./your-program [args]
//! cargo run --release --example conformance -- --shim            the crate itself behind the protocol
//! ```

mod shim;

fn main() -> std::io::Result<()> {
    shim::serve()
}
