//! Arm MPS2 with AN386, a Cortex-M4F: UART 0 is an Arm CMSDK APB UART.

use super::registers::Register;

pub const CLOCK_HZ: u32 = 25_000_000;
pub const OUTBOX: usize = 4_096;
pub const MAX_RECEIVED: usize = 1_232;
pub const INTERRUPT: u16 = 0;

// Registers of UART 0, Arm DAI 0386 table 3-7.
const DATA: Register = Register::at(0x4000_4000);
const STATE: Register = Register::at(0x4000_4004);
const CONTROL: Register = Register::at(0x4000_4008);
const INTERRUPT_CLEAR: Register = Register::at(0x4000_400C);
const BAUD_DIVIDER: Register = Register::at(0x4000_4010);

const SEND_FULL: u32 = 1 << 0;
const RECEIVE_FULL: u32 = 1 << 1;
/// Sender, receiver, and the receiver's interrupt.
const ENABLE: u32 = 1 << 0 | 1 << 1 | 1 << 3;
const RECEIVED: u32 = 1 << 1;

pub fn start() {
    BAUD_DIVIDER.write(CLOCK_HZ / 115_200);
    CONTROL.write(ENABLE);
}

pub fn write(byte: u8) {
    while STATE.read() & SEND_FULL != 0 {}
    DATA.write(byte.into());
}

pub fn read() -> Option<u8> {
    INTERRUPT_CLEAR.write(RECEIVED);
    (STATE.read() & RECEIVE_FULL != 0).then(|| DATA.read() as u8)
}
