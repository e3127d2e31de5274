//! All of this package's `unsafe`: registers at fixed addresses, and the interrupt.
#![allow(
    unsafe_code,
    reason = "a register is an address, and nobody but this module has it"
)]

use core::ptr::with_exposed_provenance_mut;

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;
use cortex_m_rt::exception;

/// Where every Cortex-M has its peripherals, and never memory.
const PERIPHERALS: (usize, usize) = (0x4000_0000, 0x6000_0000);

/// A 32-bit register of a peripheral that has no way to the memory of its own, as these UARTs.
#[derive(Clone, Copy)]
pub struct Register(usize);

impl Register {
    /// The register at this address, which is a constant: a wrong one does not compile.
    pub const fn at(address: usize) -> Self {
        assert!(PERIPHERALS.0 <= address && address < PERIPHERALS.1 && address % 4 == 0);
        Self(address)
    }

    pub fn read(self) -> u32 {
        // SAFETY: it is aligned, and no memory of Rust's: `at` has checked.
        unsafe { with_exposed_provenance_mut::<u32>(self.0).read_volatile() }
    }

    pub fn write(self, value: u32) {
        // SAFETY: as above.
        unsafe { with_exposed_provenance_mut::<u32>(self.0).write_volatile(value) }
    }
}

/// Lets the chip's interrupt of this number happen.
pub fn enable_interrupt(number: u16) {
    // SAFETY: what the handler shares with the program is a ring of atomic bytes.
    unsafe { NVIC::unmask(Number(number)) }
}

#[derive(Clone, Copy)]
struct Number(u16);

// SAFETY: the number is the one that the chip's manual has for its UART.
unsafe impl InterruptNumber for Number {
    fn number(self) -> u16 {
        self.0
    }
}

/// Every interrupt without a handler of its own comes here, so that no table of the chip's interrupts is needed.
///
/// **Not for a second interrupt**: it would be taken for the UART's, too. Give each its own handler then, by a device crate.
#[exception]
unsafe fn DefaultHandler(_number: i16) {
    super::handle_interrupt();
}
