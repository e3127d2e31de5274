//! What `iomt` costs on a Cortex-M, measured and proved: the programs behind `guide::footprint`.
//!
//! | program | what it is |
//! |---|---|
//! | `sensor` | a device: finds beats, raises alarms, pairs, seals and keeps readings until they are stored |
//! | `hub` | the server's end of one device, on a microcontroller |
//! | `gateway` | stores and forwards, over each carrier; has no cryptography |
//! | `step_*` | a device that grows feature by feature, for what each of them adds |
//! | `exchange` | a pairing by label, and nothing else |
//! | `pairing_*`, `reconnection` | `step_pairing` with another model of association in the place of the label |
//! | `signals` | the detectors, filters and blocks of `signal`, but `EcgQuality` |
//! | `whole` | what of `firmware` no other program has: several recipients, commands, rows, every record, both tiers of the codec |
//! | `adapters` | `flash` and `driver`, which are asynchronous: the compiler has a panic in each such function |
//! | `hot` | a frame sealed, samples packed and unpacked |
//! | `empty` | nothing at all: what start-up takes |
//! | `measure`, `measure_floor`, `measure_node`, `measure_models` | run in an emulator: the instructions and the stack of each operation |
//! | `floor` | the bare crates: what the others are compared with |
//! | `panicking` | a passcode and ML-KEM: what of other crates can panic in them, `.ci/panics` names |
//! | `planted` | has a panic in it, and may not link |
//! | `planted_arithmetic` | has floats and a wide division in it, which have to be found by name |
//!
//! `empty`, `sensor`, `hub`, `gateway`, `signals`, `whole`, `hot`, `exchange`, `reconnection`, and all of `step_*` and
//! `pairing_*` are *proved*: they are linked with a panic handler that calls what does not exist, so that none of them has
//! a panic that can be reached. They run their operations on inputs that the compiler can not see through. `.ci/footprint`
//! has the list of programs; it builds them for three boards at two levels of optimisation, and runs what measures.

#![no_std]

pub mod floor;
pub mod meter;
pub mod operations;
pub mod steps;

mod generator;

pub use generator::Generator;

use core::hint::{black_box, spin_loop};

use iomt::time::Instant;

/// Waits for ever.
pub fn idle() -> ! {
    loop {
        spin_loop();
    }
}

/// An instant that the compiler does not know.
pub fn now() -> Instant {
    Instant::from_micros(black_box(5_000_000))
}
