#![no_std]
#![no_main]
use trouble_host as _; use nrf_sdc as _; use iomt as _; use embassy_executor as _;
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! { loop {} }
