//! A label with key and secret: what is forged is refused on both sides, and the honest messages still finish.
#![no_main]

use iomt_fuzz::pairing::{Attempts, Parties, end, hand_over};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|attempts: Attempts<'_>| {
    let mut parties = Parties::with_key();
    let (mut asking, hello) = parties.hello();
    for packet in attempts.forged(&hello) {
        assert!(parties.label.check_hello(&packet).is_err());
        let answered = parties.reply(&packet);
        assert!(answered.is_err(), "a stranger was answered");
    }
    let (mut answering, reply) = parties.reply(&hello).expect("message 1");
    for packet in attempts.forged(&reply) {
        let taken = hand_over(&mut asking, &parties.reader, &packet);
        assert!(taken.is_err(), "a forged message 2 was accepted");
    }
    let (reader, _) = end(&mut asking, &parties.reader, &reply);
    let device = answering.poll_paired().expect("it has answered");
    assert_eq!(device.secrets.id(), reader.secrets.id());
});
