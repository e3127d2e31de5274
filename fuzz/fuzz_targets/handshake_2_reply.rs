//! Message 2 at the reader of the label: a refused one hands the state back, which finishes with the honest one.
#![no_main]

use iomt::pairing::MAX_HANDSHAKE;
use iomt_fuzz::pairing::{Attempts, Parties};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|attempts: Attempts<'_>| {
    let mut parties = Parties::new();
    let (mut awaiting, hello) = parties.hello();
    let (awaiting_confirmation, reply) = parties.reply(&hello).expect("an honest message 1");
    for packet in attempts.forged(&reply) {
        awaiting = match awaiting.read_reply(&packet, &parties.reader, &mut [0; MAX_HANDSHAKE]) {
            Ok(_) => panic!("a forged message 2 was accepted"),
            Err(refused) => refused.state,
        };
    }
    let insider = parties.insider_reply(&hello, &attempts.payload);
    awaiting = match awaiting.read_reply(&insider, &parties.reader, &mut [0; MAX_HANDSHAKE]) {
        // Who knows the label may pair.
        Ok(_) => return,
        Err(refused) => refused.state,
    };
    let (confirmation, session) = parties.confirmation(awaiting, &reply);
    match awaiting_confirmation.read_confirmation(&confirmation, &parties.device) {
        Ok(paired) => assert_eq!(paired.secrets.id(), session),
        Err(refused) => panic!("the honest message 3 was refused: {}", refused.error),
    }
});
