//! Numeric comparison in packets: strangers are refused at each of the four, change nothing, and the honest run ends
//! with equal digits.
#![no_main]

use iomt::pairing::Attempts as Tries;
use iomt_fuzz::pairing::{Attempts, Parties, hand_over};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    at: [Attempts<'a>; 4],
}

fuzz_target!(|input: Input<'_>| {
    let [hello_at, reply_at, confirmation_at, nonce_at] = &input.at;
    let mut parties = Parties::new();
    let (mut device, hello) = parties.comparing();
    for packet in hello_at.forged(&hello) {
        assert!(
            parties.compared(&packet).is_err(),
            "a stranger was answered"
        );
    }
    let (mut phone, reply) = parties.compared(&hello).expect("message 1");
    for packet in reply_at.forged(&reply) {
        let taken = hand_over(&mut device, &parties.device, &packet);
        assert!(taken.is_err(), "a forged message 2 was accepted");
    }
    hand_over(&mut device, &parties.device, &reply).expect("message 2");
    let confirmation = device.packet().expect("message 3").to_vec();
    for packet in confirmation_at.forged(&confirmation) {
        let taken = hand_over(&mut phone, &parties.reader, &packet);
        assert!(taken.is_err(), "a forged message 3 was accepted");
    }
    hand_over(&mut phone, &parties.reader, &confirmation).expect("message 3");

    let attempt = Tries::armed().begin().expect("the first one").stored();
    phone.reveal(attempt).expect("the digits are there");
    let nonce = phone.packet().expect("message 4").to_vec();
    for packet in nonce_at.forged(&nonce) {
        let taken = hand_over(&mut device, &parties.device, &packet);
        assert!(taken.is_err(), "a forged message 4 was accepted");
    }
    hand_over(&mut device, &parties.device, &nonce).expect("message 4");
    assert_eq!(device.digits(), phone.digits());
    let [ours, theirs] = [&mut device, &mut phone].map(|exchange| {
        let seen = exchange.digits().expect("they are shown");
        exchange.confirm_digits(seen).expect("they are those");
        exchange.poll_paired().expect("confirmed")
    });
    assert_eq!(ours.secrets.id(), theirs.secrets.id());
});
