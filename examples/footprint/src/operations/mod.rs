//! The operations of the cost table, each measured once.

mod frames;
#[cfg(feature = "models")]
mod models;
mod nodes;
mod pairings;
mod samples;
mod secrets;

pub use nodes::Place;

use core::hint::black_box;
use core::mem::size_of;

use cortex_m_semihosting::hprintln;
use iomt::link::{Gateway, Reassembler, SerialDecoder};
use iomt::node::{Device, Server};
use iomt::pairing::Exchange;
use iomt::seal::{Opener, Sealer};
use iomt::signal::ecg::RPeakDetector;

use crate::floor;
use crate::meter::measure;

/// Measures everything; an error of any operation ends it.
///
/// # Errors
///
/// The name of what failed.
pub fn run() -> Result<(), &'static str> {
    sizes();
    measure("nothing", || ());
    measure("planted: a 64-bit division", || {
        black_box(black_box(7_u64 << 40) / black_box(3))
    });
    frames::records().map_err(|_| "records")?;
    frames::seal().map_err(|_| "frames")?;
    frames::fragments().map_err(|_| "fragments")?;
    samples::run()?;
    pairings::run().map_err(|_| "pairing")?;
    secrets::run()
}

/// Measures a device that converses with its servers.
///
/// # Errors
///
/// The name of what failed.
pub fn conversation(place: &mut Place) -> Result<(), &'static str> {
    measure("nothing", || ());
    nodes::run(place)
}

/// Measures the models of association that are in no firmware bundle.
///
/// # Errors
///
/// The name of what failed.
#[cfg(feature = "models")]
pub fn models() -> Result<(), &'static str> {
    measure("nothing", || ());
    models::run().map_err(|_| "a model")
}

/// What statics of these types take.
fn sizes() {
    hprintln!("size {} Sealer", size_of::<Sealer>());
    hprintln!("size {} Opener", size_of::<Opener>());
    hprintln!(
        "size {} Device, outbox of 4,096 bytes",
        size_of::<Device<'static, 4_096>>()
    );
    hprintln!("size {} Server", size_of::<Server>());
    hprintln!("size {} RPeakDetector", size_of::<RPeakDetector>());
    hprintln!("size {} Exchange", size_of::<Exchange>());
    hprintln!("size {} Reassembler", size_of::<Reassembler>());
    hprintln!("size {} SerialDecoder", size_of::<SerialDecoder>());
    hprintln!(
        "size {} Gateway, 4,096 bytes for 8 devices",
        size_of::<Gateway<u8, 4_096, 8>>()
    );
}

/// Measures the bare crates, in a program of their own: where both are linked, each changes how the other is compiled.
///
/// # Errors
///
/// Where the crates do not agree with themselves.
pub fn floors() -> Result<(), floor::Failed> {
    measure("nothing", || ());
    let (ours, theirs) = (black_box([7; 32]), black_box([9; 32]));
    let public = measure("bare: X25519 public key", || floor::public(&ours));
    let shared = measure("bare: X25519 shared secret", || {
        floor::agree(&theirs, &public)
    });
    let key = measure("bare: HKDF-SHA-256, 32 bytes", || {
        floor::derive(&shared, b"test")
    })?;
    let mut buffer = black_box([0x5A; 64]);
    let tag = measure("bare: seal 64 bytes", || {
        floor::seal(&key, b"aad", &mut buffer)
    })?;
    measure("bare: open 64 bytes", || {
        floor::open(&key, b"aad", &mut buffer, &tag)
    })
}
