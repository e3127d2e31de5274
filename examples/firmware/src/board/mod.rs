//! What differs between the boards: registers of the UART, the clock, how much room there is.

mod registers;
mod ring;

#[cfg(feature = "an386")]
#[path = "an386.rs"]
mod chip;
#[cfg(feature = "lm3s6965")]
#[path = "lm3s6965.rs"]
mod chip;
#[cfg(feature = "microbit")]
#[path = "microbit.rs"]
mod chip;

pub use chip::{CLOCK_HZ, MAX_RECEIVED, OUTBOX};

use ring::Ring;

/// What the interrupt has read, and nobody has taken.
static RECEIVED: Ring<256> = Ring::new();

/// Switches the UART on, to interrupt for each byte.
pub fn start_uart() {
    chip::start();
    registers::enable_interrupt(chip::INTERRUPT);
}

/// Sends the bytes, and waits until the last one has left this program.
pub fn write(bytes: &[u8]) {
    for byte in bytes {
        chip::write(*byte);
    }
}

/// The oldest byte that was received.
pub fn read() -> Option<u8> {
    RECEIVED.pop()
}

/// The UART's interrupt: there is no other one. A byte without room is lost, as one that the line damages.
fn handle_interrupt() {
    while let Some(byte) = chip::read() {
        RECEIVED.push(byte);
    }
}
