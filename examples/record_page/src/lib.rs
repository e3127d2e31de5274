//! Lists the records of a frame's plaintext, for a web page.
//!
//! ```text
//! page                       module
//! input() ──────────────────► address of 1,232 bytes, where the page puts the plaintext
//! list(len) ────────────────► length of the listing, JSON in UTF-8
//! output() ─────────────────► its address
//! ```
//!
//! No heap, no imports; 1.1 MB of memory for in- and output. The memory that both sides see is made of atomic bytes, so there
//! is no `unsafe` but in the attributes that give the functions their names.
#![no_std]

#[path = "../../decode_records/listing/mod.rs"]
mod listing;
mod report;

use core::fmt::{self, Write};
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

use iomt::wire::MAX_DATAGRAM;

/// The longest listing: a frame can say that 65,535 samples are all the same, and more than one waveform may.
const LISTING: usize = 1 << 20;

static INPUT: [AtomicU8; MAX_DATAGRAM] = [const { AtomicU8::new(0) }; MAX_DATAGRAM];
static OUTPUT: [AtomicU8; LISTING] = [const { AtomicU8::new(0) }; LISTING];

/// Where the plaintext is put.
#[allow(unsafe_code, reason = "no other function has this name")]
#[unsafe(no_mangle)]
pub extern "C" fn input() -> *const AtomicU8 {
    INPUT.as_ptr()
}

/// Where the listing is.
#[allow(unsafe_code, reason = "no other function has this name")]
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const AtomicU8 {
    OUTPUT.as_ptr()
}

/// Lists the first `len` bytes of the input; the length of the listing, or 0 where it is too long.
#[allow(unsafe_code, reason = "no other function has this name")]
#[unsafe(no_mangle)]
pub extern "C" fn list(len: usize) -> usize {
    let mut plaintext = [0; MAX_DATAGRAM];
    for (byte, shared) in plaintext.iter_mut().zip(&INPUT) {
        *byte = shared.load(Relaxed);
    }
    let mut out = Output(0);
    match report::write(&mut out, plaintext.get(..len).unwrap_or_default()) {
        Ok(()) => out.0,
        Err(fmt::Error) => 0,
    }
}

/// How much of [`OUTPUT`] is filled.
struct Output(usize);

impl Write for Output {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let len = &mut self.0;
        let room = OUTPUT.get(*len..).unwrap_or_default();
        if text.len() > room.len() {
            return Err(fmt::Error);
        }
        for (byte, shared) in text.bytes().zip(room) {
            shared.store(byte, Relaxed);
        }
        *len += text.len();
        Ok(())
    }
}

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

#[cfg(not(target_arch = "wasm32"))]
extern crate std;
