//! Reconnection and factory keys: what is forged is refused on both sides, and the honest messages still finish.
#![no_main]

use iomt::pairing::Model;
use iomt_fuzz::pairing::{Attempts, Parties, end, hand_over};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|attempts: Attempts<'_>| {
    let mut parties = Parties::new();
    for model in [Model::RECONNECTION, Model::FACTORY_KEYS] {
        let (mut asking, hello) = parties.asking(model);
        for packet in attempts.forged(&hello) {
            assert!(parties.reader.check_hello(&packet).is_err());
            let answered = parties.answering(model, &packet);
            assert!(answered.is_err(), "a stranger was answered");
        }
        let (mut answering, reply) = parties.answering(model, &hello).expect("message 1");
        for packet in attempts.forged(&reply) {
            let taken = hand_over(&mut asking, &parties.device, &packet);
            assert!(taken.is_err(), "a forged message 2 was accepted");
        }
        let (device, _) = end(&mut asking, &parties.device, &reply);
        let server = answering.poll_paired().expect("it has answered");
        assert_eq!(device.secrets.id(), server.secrets.id());
    }
});
