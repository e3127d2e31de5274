//! The device's side of EDHOC by `lakers`, for its flash.

#![no_std]
#![no_main]

#[path = "../../../src/panic/halts.rs"]
mod panic;

use core::hint::black_box;

use cortex_m_rt::entry;
use iomt_footprint_peers::edhoc::Identity;
use lakers::{
    BufferMessage1, BufferMessage3, CredentialTransfer, EDHOCError, credential_check_or_fetch,
};

#[entry]
fn main() -> ! {
    let _ = black_box(pair(&black_box([0; 45])));
    iomt_footprint::idle()
}

fn pair(message: &[u8]) -> Result<lakers::BytesMaxBuffer, EDHOCError> {
    let too_long = |_| EDHOCError::ParsingError;
    let device = Identity::new(black_box(0x12))?;
    let first = BufferMessage1::new_from_slice(message).map_err(too_long)?;
    let (side, _, _) = device.respond(black_box(0x14)).process_message_1(&first)?;
    let by_name = CredentialTransfer::ByReference;
    let (side, second) = side.prepare_message_2(by_name, None, &None)?;
    black_box(second.as_slice());
    let third = BufferMessage3::new_from_slice(message).map_err(too_long)?;
    let (side, name, _) = side.parse_message_3(&third)?;
    let reader = credential_check_or_fetch(Some(black_box(device.credential)), name)?;
    let (side, _) = side.verify_message_3(reader)?;
    let mut side = side.completed_without_message_4()?;
    Ok(side.edhoc_exporter(0, &[], 16))
}
