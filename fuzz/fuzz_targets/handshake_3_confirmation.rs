//! Message 3 at the device: a refused one hands the state back, which finishes with the honest one.
#![no_main]

use iomt_fuzz::pairing::{Attempts, Parties};
use libfuzzer_sys::fuzz_target;

/// What the crate's own reader puts into message 1.
const OFFER: [u8; 6] = [1, 4, 0b10, 0b10, 0b100, 0];

fuzz_target!(|attempts: Attempts<'_>| {
    let mut parties = Parties::new();
    let (awaiting_reply, hello) = parties.hello();
    let (mut awaiting, reply) = parties.reply(&hello).expect("an honest message 1");
    let (confirmation, session) = parties.confirmation(awaiting_reply, &reply);
    for packet in attempts.forged(&confirmation) {
        awaiting = match awaiting.read_confirmation(&packet, &parties.device) {
            Ok(_) => panic!("a forged message 3 was accepted"),
            Err(refused) => refused.state,
        };
    }
    match awaiting.read_confirmation(&confirmation, &parties.device) {
        Ok(paired) => assert_eq!(paired.secrets.id(), session),
        Err(refused) => panic!("the honest message 3 was refused: {}", refused.error),
    }

    let (noise, hello) = parties.insider_hello(&OFFER);
    let (awaiting, reply) = parties.reply(&hello).expect("an insider's message 1");
    let insider = parties.insider_confirmation(noise, &reply, &attempts.payload);
    let _ = awaiting.read_confirmation(&insider, &parties.device);
});
