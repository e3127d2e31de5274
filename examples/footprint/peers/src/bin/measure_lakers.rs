//! Both sides of EDHOC by `lakers`, in an emulator.

#![no_std]
#![no_main]

#[path = "../../../src/panic/fails.rs"]
mod panic;

use cortex_m_rt::entry;
use cortex_m_semihosting::debug;
use iomt_footprint::meter::measure;
use iomt_footprint_peers::edhoc::{Identity, initiate};
use lakers::{CredentialTransfer, EDHOCError, credential_check_or_fetch};

#[entry]
fn main() -> ! {
    match pair() {
        Ok(()) => debug::exit(debug::EXIT_SUCCESS),
        Err(_) => debug::exit(debug::EXIT_FAILURE),
    }
    iomt_footprint::idle()
}

fn pair() -> Result<(), EDHOCError> {
    measure("nothing", || ());
    let (reader, device) = (Identity::new(0x11)?, Identity::new(0x12)?);
    let by_name = || CredentialTransfer::ByReference;
    let (begun, first) = initiate(0x13).prepare_message_1(None, &None)?;
    let (answering, second) = measure("EDHOC, device: message 2", || {
        let (side, _, _) = device.respond(0x14).process_message_1(&first)?;
        side.prepare_message_2(by_name(), None, &None)
    })?;
    let (mut begun, _, name, _) = begun.parse_message_2(&second)?;
    let answerer = credential_check_or_fetch(Some(device.credential), name)?;
    reader.show_to(&mut begun)?;
    let begun = begun.verify_message_2(answerer)?;
    let (_, third, of_reader) = begun.prepare_message_3(by_name(), &None)?;
    let of_device = measure("EDHOC, device: the end", || {
        let (side, name, _) = answering.parse_message_3(&third)?;
        let beginner = credential_check_or_fetch(Some(reader.credential), name)?;
        let (side, secret) = side.verify_message_3(beginner)?;
        side.completed_without_message_4().map(|_| secret)
    })?;
    if of_reader == of_device {
        Ok(())
    } else {
        Err(EDHOCError::MacVerificationFailed)
    }
}
