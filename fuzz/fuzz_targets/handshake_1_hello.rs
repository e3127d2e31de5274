//! Message 1 at the device: strangers are not answered, an insider's payload does no harm, the honest one still pairs.
#![no_main]

use iomt_fuzz::pairing::{Attempts, Parties};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|attempts: Attempts<'_>| {
    let mut parties = Parties::new();
    let (awaiting_reply, hello) = parties.hello();
    for packet in attempts.forged(&hello) {
        assert!(parties.reply(&packet).is_err(), "a stranger was answered");
    }
    let (_, insider) = parties.insider_hello(&attempts.payload);
    let _ = parties.reply(&insider);

    let (awaiting_confirmation, reply) = parties.reply(&hello).expect("an honest message 1");
    let (confirmation, session) = parties.confirmation(awaiting_reply, &reply);
    match awaiting_confirmation.read_confirmation(&confirmation, &parties.device) {
        Ok(paired) => assert_eq!(paired.secrets.id(), session),
        Err(refused) => panic!("the honest message 3 was refused: {}", refused.error),
    }
});
