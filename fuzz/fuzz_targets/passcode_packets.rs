//! The handshake behind a passcode: strangers, and messages of another run, are refused at each of its three and change
//! nothing; the honest ones still finish.
#![no_main]

use iomt_fuzz::pairing::{Attempts, Parties, end, hand_over};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    at: [Attempts<'a>; 3],
}

fuzz_target!(|input: Input<'_>| {
    let [hello_at, reply_at, confirmation_at] = &input.at;
    let mut parties = Parties::new();
    let (typed, shown) = parties.agreed();
    let (mut asking, hello) = parties.entering(&typed);
    let (other, _) = parties.agreed();
    let (_, of_another_run) = parties.entering(&other);
    for packet in hello_at.forged(&hello).chain([of_another_run]) {
        let answered = parties.entered(&shown, &packet);
        assert!(answered.is_err(), "a stranger was answered");
    }
    let (mut answering, reply) = parties.entered(&shown, &hello).expect("message 1");
    for packet in reply_at.forged(&reply) {
        let taken = hand_over(&mut asking, &parties.reader, &packet);
        assert!(taken.is_err(), "a forged message 2 was accepted");
    }
    let (server, confirmation) = end(&mut asking, &parties.reader, &reply);
    for packet in confirmation_at.forged(&confirmation) {
        let taken = hand_over(&mut answering, &parties.device, &packet);
        assert!(taken.is_err(), "a forged message 3 was accepted");
    }
    let (device, _) = end(&mut answering, &parties.device, &confirmation);
    assert_eq!(device.secrets.id(), server.secrets.id());
});
