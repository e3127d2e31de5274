//! A pairing over a passcode: what strangers send at each message is refused or spends nothing it should not,
//! and the honest message still ends the run.
#![no_main]

use iomt::pairing::cpace::{Call, Called, Passcode};
use iomt::pairing::{Attempts, DescriptorHash, Exchange};
use iomt::wire::ConnectionId;
use iomt_fuzz::pairing::{Attempts as Forged, Parties, end, ready};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    at: [Forged<'a>; 4],
    typed: &'a [u8],
}

const CONNECTION: ConnectionId = ConnectionId(*b"fuzzing!");

fuzz_target!(|input: Input<'_>| {
    let Parties {
        reader,
        device,
        mut entropy,
        ..
    } = Parties::new();
    let rng = &mut entropy;
    let right = Passcode::new(b"123456").expect("six digits");
    let (typed, is_right) = match Passcode::new(input.typed) {
        Ok(typed) => (typed, without_groups(input.typed) == b"123456"),
        Err(_) => (Passcode::new(b"123456").expect("six digits"), true),
    };
    let [hello, answer, share, reply] = &input.at;
    let (mut attempts, mut out) = (Attempts::armed(), [0; 64]);

    let call = Call::new(&reader, CONNECTION, rng).expect("the generator works");
    let packet = call.packet(&mut out).expect("room").to_vec();
    for forged in hello.forged(&packet) {
        let _ = Called::answer(&device, &forged, rng);
    }
    let called = Called::answer(&device, &packet, rng).expect("an honest 0x41");
    let packet = called.packet(&mut out).expect("room").to_vec();
    for forged in answer.forged(&packet) {
        let _ = call.handle_answer(&typed, &reader, &forged, rng);
    }
    let asking = call
        .handle_answer(&typed, &reader, &packet, rng)
        .expect("an honest 0x42");
    let packet = asking.packet(&mut out).expect("room").to_vec();
    for forged in share.forged(&packet) {
        let _ = called.check_share(&forged);
        assert_eq!(attempts.spent(), 0);
    }
    called.check_share(&packet).expect("an honest 0x43");
    let attempt = attempts.begin().expect("the first one").stored();
    let answering = called
        .handle_share(attempt, &right, &device, &packet, rng)
        .expect("an honest 0x43");
    let packet = answering.packet(&mut out).expect("room").to_vec();
    for forged in reply.forged(&packet) {
        let _ = asking.handle_share(&forged);
    }
    let ours = asking.handle_share(&packet).expect("an honest 0x44");
    let theirs = answering.finish().expect("an honest 0x43");

    let begun = Exchange::enter_passcode(&reader, &ours, rng);
    let (mut asking, hello) = ready(begun, &reader).expect("the generator works");
    let promise = DescriptorHash::of_body(b"body");
    let begun = Exchange::answer_passcode(&device, &theirs, promise, &hello, rng);
    let Ok((mut answering, reply)) = ready(begun, &device) else {
        assert!(!is_right, "the right passcode was refused");
        return;
    };
    assert!(is_right, "a wrong passcode was answered");
    let (server, confirmation) = end(&mut asking, &reader, &reply);
    let (device, _) = end(&mut answering, &device, &confirmation);
    assert_eq!(device.secrets.id(), server.secrets.id());
    let attempt = theirs.attempt().expect("the device's side");
    attempts.give_back(attempt).expect("it runs");
    assert_eq!(attempts.spent(), 0);
});

fn without_groups(typed: &[u8]) -> Vec<u8> {
    typed
        .iter()
        .copied()
        .filter(|character| !b" -".contains(character))
        .collect()
}
