//! Message 3 at the device: a refused one leaves all as it was, and the honest one finishes.
#![no_main]

use iomt_fuzz::pairing::{Attempts, Parties, end, hand_over};
use libfuzzer_sys::fuzz_target;

/// What the crate's own reader puts into message 1.
const OFFER: [u8; 6] = [1, 4, 0b10, 0b10, 0b100, 0];

fuzz_target!(|attempts: Attempts<'_>| {
    let mut parties = Parties::new();
    let (mut asking, hello) = parties.hello();
    let (mut answering, reply) = parties.reply(&hello).expect("an honest message 1");
    let (server, confirmation) = end(&mut asking, &parties.reader, &reply);
    for packet in attempts.forged(&confirmation) {
        let taken = hand_over(&mut answering, &parties.device, &packet);
        assert!(taken.is_err(), "a forged message 3 was accepted");
    }
    let (device, _) = end(&mut answering, &parties.device, &confirmation);
    assert_eq!(device.secrets.id(), server.secrets.id());

    let (noise, hello) = parties.insider_hello(&OFFER);
    let (mut answering, reply) = parties.reply(&hello).expect("an insider's message 1");
    let insider = parties.insider_confirmation(noise, &reply, &attempts.payload);
    let _ = hand_over(&mut answering, &parties.device, &insider);
});
