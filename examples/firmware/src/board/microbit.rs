//! BBC micro:bit with an nRF51822, a Cortex-M0.

use super::registers::Register;

pub const CLOCK_HZ: u32 = 16_000_000;
pub const OUTBOX: usize = 1_024;
pub const MAX_RECEIVED: usize = 512;
pub const INTERRUPT: u16 = 2;

// Registers of the UART, nRF51 Series Reference Manual chapter 29.
const START_RECEIVING: Register = Register::at(0x4000_2000);
const START_SENDING: Register = Register::at(0x4000_2008);
const RECEIVED: Register = Register::at(0x4000_2108);
const SENT: Register = Register::at(0x4000_211C);
const INTERRUPT_SET: Register = Register::at(0x4000_2304);
const ENABLE: Register = Register::at(0x4000_2500);
const PIN_SEND: Register = Register::at(0x4000_250C);
const PIN_RECEIVE: Register = Register::at(0x4000_2514);
const RECEIVE_DATA: Register = Register::at(0x4000_2518);
const SEND_DATA: Register = Register::at(0x4000_251C);
const BAUD_RATE: Register = Register::at(0x4000_2524);

const ENABLED: u32 = 4;
const BAUD_115200: u32 = 0x01D7_E000;
const ON_RECEIVED: u32 = 1 << 2;

pub fn start() {
    PIN_SEND.write(24);
    PIN_RECEIVE.write(25);
    BAUD_RATE.write(BAUD_115200);
    ENABLE.write(ENABLED);
    INTERRUPT_SET.write(ON_RECEIVED);
    START_RECEIVING.write(1);
    START_SENDING.write(1);
}

pub fn write(byte: u8) {
    SENT.write(0);
    SEND_DATA.write(byte.into());
    while SENT.read() == 0 {}
}

pub fn read() -> Option<u8> {
    if RECEIVED.read() == 0 {
        return None;
    }
    RECEIVED.write(0);
    Some(RECEIVE_DATA.read() as u8)
}
