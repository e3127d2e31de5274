//! Message 2 at the reader of the label: a refused one leaves all as it was, and the honest one finishes.
#![no_main]

use iomt_fuzz::pairing::{Attempts, Parties, end, hand_over};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|attempts: Attempts<'_>| {
    let mut parties = Parties::new();
    let (mut asking, hello) = parties.hello();
    let (mut answering, reply) = parties.reply(&hello).expect("an honest message 1");
    for packet in attempts.forged(&reply) {
        let taken = hand_over(&mut asking, &parties.reader, &packet);
        assert!(taken.is_err(), "a forged message 2 was accepted");
    }
    let insider = parties.insider_reply(&hello, &attempts.payload);
    if hand_over(&mut asking, &parties.reader, &insider).is_ok() {
        // Who knows the label may pair.
        return;
    }
    let (server, confirmation) = end(&mut asking, &parties.reader, &reply);
    let (device, _) = end(&mut answering, &parties.device, &confirmation);
    assert_eq!(device.secrets.id(), server.secrets.id());
});
