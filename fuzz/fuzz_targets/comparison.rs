//! A pairing by compared digits: strangers are refused at each message and change nothing; an insider, who has a key of
//! its own and sends any payload, is read without a panic; and the honest run ends with equal digits.
#![no_main]

use iomt::pairing::comparison::{Answering, Asking};
use iomt::pairing::noise::{Keys, Party, Pattern, Role};
use iomt::pairing::{Attempts, DescriptorHash, Identity, Model};
use iomt::wire::{ConnectionId, MAX_DATAGRAM};
use iomt_fuzz::Counting;
use iomt_fuzz::insider::MAX_PAYLOAD;
use iomt_fuzz::pairing::Attempts as Forged;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    at: [Forged<'a>; 4],
}

const CONNECTION: ConnectionId = ConnectionId(*b"fuzzing!");

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(&[seed; 32]).expect("a key of the suite")
}

fuzz_target!(|input: Input<'_>| {
    let (device, phone, insider) = (identity(5), identity(6), identity(7));
    let rng = &mut Counting::default();
    let promise = DescriptorHash::of_body(b"body");
    let mut out = [[0; MAX_DATAGRAM]; 3];
    let [first, second, third] = &mut out;
    let [hello_at, reply_at, confirmation_at, nonce_at] = &input.at;

    let (mut asking, hello) =
        Asking::new(&device, promise, CONNECTION, rng, first).expect("the generator works");
    for forged in hello_at.forged(hello) {
        let _ = Answering::new(
            &phone,
            (CONNECTION, &Attempts::armed()),
            &forged,
            rng,
            &mut [0; MAX_DATAGRAM],
        );
    }
    insider_asks(&insider, &phone, hello_at, confirmation_at, rng);
    insider_answers(&insider, &device, reply_at, rng);

    let (mut answering, reply) =
        Answering::new(&phone, (CONNECTION, &Attempts::armed()), hello, rng, second)
            .expect("an honest message 1");
    for forged in reply_at.forged(reply) {
        match asking.handle_reply(&forged, rng, &mut [0; MAX_DATAGRAM]) {
            Ok(_) => panic!("a forged message 2 was taken"),
            Err((same, _)) => asking = same,
        }
    }
    let (confirming, confirmation) = asking
        .handle_reply(reply, rng, third)
        .map_err(|(_, error)| error)
        .expect("an honest message 2");
    let mut attempts = Attempts::armed();
    let mut attempt = attempts.begin().expect("the first one").stored();
    for forged in confirmation_at.forged(confirmation) {
        match answering.handle_confirmation(attempt, &forged) {
            Ok(_) => panic!("a forged message 3 was taken"),
            Err((same, given_back, _)) => (answering, attempt) = (same, given_back),
        }
    }
    let (theirs, nonce) = answering
        .handle_confirmation(attempt, confirmation)
        .map_err(|(_, _, error)| error)
        .expect("an honest message 3");
    for forged in nonce_at.forged(&nonce) {
        assert!(confirming.handle_nonce(&forged).is_err(), "another nonce");
    }
    let ours = confirming
        .handle_nonce(&nonce)
        .expect("an honest message 4");
    assert_eq!(ours.digits().value(), theirs.digits().value());
    let ((ours, _), (theirs, attempt)) = (ours.yes(), theirs.yes());
    assert_eq!(ours.secrets.id(), theirs.secrets.id());
    let attempt = attempt.expect("of the side that shows first");
    attempts.give_back(&attempt).expect("it runs");
});

/// `lv("iomt1") lv(version) lv(suite) lv(Noise name) lv(model) lv()`
fn prologue() -> Vec<u8> {
    let name = b"Noise_XX_25519_ChaChaPoly_SHA256";
    let fields: [&[u8]; 6] = [
        b"iomt1",
        &[1],
        &[1],
        name,
        &[Model::NUMERIC_COMPARISON.0],
        b"",
    ];
    let prefixed = |field: &[u8]| {
        let len = u16::try_from(field.len()).expect("short");
        [&len.to_be_bytes(), field].concat()
    };
    fields.into_iter().flat_map(prefixed).collect()
}

fn party<'k>(role: Role, identity: &'k Identity, prologue: &[u8]) -> Party<'k> {
    let keys = Keys {
        local: Some(identity),
        ..Keys::default()
    };
    Party::new(Pattern::XX, role, prologue, keys).expect("its key is all it needs")
}

fn payload(forged: &Forged<'_>) -> Vec<u8> {
    forged.payload[..forged.payload.len().min(MAX_PAYLOAD)].to_vec()
}

/// Messages 1 and 3 of somebody with a key, whose payloads are the input's.
fn insider_asks(
    insider: &Identity,
    phone: &Identity,
    hello: &Forged<'_>,
    confirmation: &Forged<'_>,
    rng: &mut Counting,
) {
    let prologue = prologue();
    // An honest offer, so that message 3 comes to its turn: the one of an honest device.
    let mut honest = [0; MAX_DATAGRAM];
    let promise = DescriptorHash::of_body(b"body");
    let (_, honest) =
        Asking::new(insider, promise, CONNECTION, rng, &mut honest).expect("the generator works");
    for offer in [payload(hello), honest[32..].to_vec()] {
        let mut noise = party(Role::Initiator, insider, &prologue);
        let mut out = [0; MAX_DATAGRAM];
        let message = noise
            .write_message(&offer, rng, &mut out)
            .expect("has room");
        let mut reply = [0; MAX_DATAGRAM];
        let answered = Answering::new(
            phone,
            (CONNECTION, &Attempts::armed()),
            message,
            rng,
            &mut reply,
        );
        let Ok((answering, reply)) = answered else {
            continue;
        };
        noise
            .read_message(reply, &mut [0; MAX_DATAGRAM])
            .expect("an honest message 2");
        let mut out = [0; MAX_DATAGRAM];
        let message = noise
            .write_message(&payload(confirmation), rng, &mut out)
            .expect("has room");
        let attempt = Attempts::armed().begin().expect("the first one").stored();
        let _ = answering.handle_confirmation(attempt, message);
    }
}

/// Message 2 of somebody with a key, whose payload is the input's.
fn insider_answers(insider: &Identity, device: &Identity, reply: &Forged<'_>, rng: &mut Counting) {
    let promise = DescriptorHash::of_body(b"body");
    let mut out = [0; MAX_DATAGRAM];
    let (asking, hello) =
        Asking::new(device, promise, CONNECTION, rng, &mut out).expect("the generator works");
    let mut noise = party(Role::Responder, insider, &prologue());
    noise
        .read_message(hello, &mut [0; MAX_DATAGRAM])
        .expect("an honest message 1");
    let mut out = [0; MAX_DATAGRAM];
    let message = noise
        .write_message(&payload(reply), rng, &mut out)
        .expect("has room");
    if let Ok((confirming, _)) = asking.handle_reply(message, rng, &mut [0; MAX_DATAGRAM]) {
        assert!(
            confirming.handle_nonce(reply.raw).is_err(),
            "it was not committed to"
        );
    }
}
