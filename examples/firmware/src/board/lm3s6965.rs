//! Stellaris LM3S6965, a Cortex-M3: UART 0 is an Arm PL011.

use super::registers::Register;

pub const CLOCK_HZ: u32 = 12_500_000;
pub const OUTBOX: usize = 4_096;
pub const MAX_RECEIVED: usize = 1_232;
pub const INTERRUPT: u16 = 5;

// Registers of UART 0 and its clock gate, data sheet chapters 5 and 12.
const CLOCK_GATE: Register = Register::at(0x400F_E104);
const DATA: Register = Register::at(0x4000_C000);
const FLAGS: Register = Register::at(0x4000_C018);
const BAUD_WHOLE: Register = Register::at(0x4000_C024);
const BAUD_FRACTION: Register = Register::at(0x4000_C028);
const LINE_CONTROL: Register = Register::at(0x4000_C02C);
const CONTROL: Register = Register::at(0x4000_C030);
const INTERRUPT_MASK: Register = Register::at(0x4000_C038);

const RECEIVE_EMPTY: u32 = 1 << 4;
const SEND_FULL: u32 = 1 << 5;
const EIGHT_BITS: u32 = 0b11 << 5;
const ENABLE: u32 = 1 << 0 | 1 << 8 | 1 << 9;
const RECEIVED: u32 = 1 << 4;

pub fn start() {
    CLOCK_GATE.write(1);
    // 12.5 MHz / (16 × 115,200) is 6 and 50 parts of 64.
    BAUD_WHOLE.write(6);
    BAUD_FRACTION.write(50);
    // Its queue stays off: each byte interrupts.
    LINE_CONTROL.write(EIGHT_BITS);
    CONTROL.write(ENABLE);
    INTERRUPT_MASK.write(RECEIVED);
}

pub fn write(byte: u8) {
    while FLAGS.read() & SEND_FULL != 0 {}
    DATA.write(byte.into());
}

pub fn read() -> Option<u8> {
    (FLAGS.read() & RECEIVE_EMPTY == 0).then(|| DATA.read() as u8)
}
