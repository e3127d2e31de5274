//! Two who compare, and who stands between them.

use std::boxed::Box;
use std::vec::Vec;

use super::code::{NONCE_LEN, Nonce, code, commitment};
use super::payload::{MAX, commitment_in, nonce_in, with_commitment, with_nonce};
use super::run::{offer, party};
use super::*;
use crate::pairing::noise::{Party, Role};
use crate::pairing::payload::Payload;
use crate::pairing::{Attempts, DescriptorHash, Error, Identity, Paired};
use crate::seal::tests::Counting;
use crate::seal::{Entropy, EntropyFailed};
use crate::wire::ConnectionId;

const CONNECTION: ConnectionId = ConnectionId(*b"connect.");

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(&[seed; 32]).unwrap()
}

fn descriptor() -> DescriptorHash {
    DescriptorHash::of_body(b"descriptor")
}

fn hello<'k>(device: &'k Identity, rng: &mut impl Entropy) -> (Asking<'k>, Vec<u8>) {
    let mut out = [0; 256];
    let (asking, hello) = Asking::new(device, descriptor(), CONNECTION, rng, &mut out).unwrap();
    (asking, hello.to_vec())
}

fn reply<'k>(
    phone: &'k Identity,
    hello: &[u8],
    rng: &mut impl Entropy,
) -> (Answering<'k>, Vec<u8>) {
    let mut out = [0; 256];
    let (answering, reply) = Answering::new(phone, CONNECTION, hello, rng, &mut out).unwrap();
    (answering, reply.to_vec())
}

fn confirm<'k>(
    asking: Asking<'k>,
    reply: &[u8],
    rng: &mut impl Entropy,
) -> (Confirming<'k>, Vec<u8>) {
    let mut out = [0; 256];
    let (confirming, confirmation) = asking.handle_reply(reply, rng, &mut out).unwrap();
    (confirming, confirmation.to_vec())
}

fn attempt() -> crate::pairing::Attempt {
    Attempts::armed().begin().unwrap().stored()
}

// IOMT-CMP-001, IOMT-CMP-004, IOMT-CMP-007
#[test]
fn both_sides_show_the_same_digits_and_get_the_same_keys() {
    let (device, phone) = (identity(1), identity(2));
    let (asking, first) = hello(&device, &mut Counting(10));
    let (answering, second) = reply(&phone, &first, &mut Counting(20));
    let (confirming, third) = confirm(asking, &second, &mut Counting(30));
    let mut attempts = Attempts::armed();
    let attempt = attempts.begin().unwrap().stored();
    let (theirs, nonce) = answering.handle_confirmation(attempt, &third).unwrap();
    let ours = confirming.handle_nonce(&nonce).unwrap();
    assert_eq!(ours.digits(), theirs.digits());

    let (ours, none): (Paired, _) = ours.yes();
    let (theirs, spent) = theirs.yes();
    assert_eq!(ours.secrets.id(), theirs.secrets.id());
    assert_eq!((ours.peer, theirs.peer), (phone.public(), device.public()));
    assert!(theirs.descriptor.unwrap().matches(b"descriptor") && none.is_none());
    attempts.give_back(&spent.unwrap()).unwrap();
    assert_eq!(attempts.spent(), 0);
    assert_eq!((first.len(), second.len(), third.len()), (38, 136, 116));
}

// IOMT-CMP-002
#[test]
fn a_changed_message_is_refused_and_the_honest_one_still_pairs() {
    let (device, phone) = (identity(1), identity(2));
    let (asking, first) = hello(&device, &mut Counting(10));
    let (mut answering, second) = reply(&phone, &first, &mut Counting(20));
    let mut forged = second.clone();
    forged[100] ^= 1;
    let mut out = [0; 256];
    let refused = asking.handle_reply(&forged, &mut Counting(30), &mut out);
    let (asking, error) = refused.unwrap_err();
    assert_eq!(error, Error::NotAuthentic);
    let (confirming, third) = confirm(asking, &second, &mut Counting(30));
    let mut spent = attempt();
    for place in [0, 60, 115] {
        let mut forged = third.clone();
        forged[place] ^= 1;
        let refused = answering.handle_confirmation(spent, &forged).unwrap_err();
        assert_eq!(refused.2, Error::NotAuthentic);
        (answering, spent) = (refused.0, refused.1);
    }
    let (_, nonce) = answering.handle_confirmation(spent, &third).unwrap();
    for place in 0..NONCE_LEN {
        let mut forged = nonce;
        forged[place] ^= 1;
        assert_eq!(
            confirming.handle_nonce(&forged).unwrap_err(),
            Error::NotAuthentic
        );
    }
    assert!(confirming.handle_nonce(&nonce[..15]).is_err());
    assert!(confirming.handle_nonce(&nonce).is_ok());
}

/// A generator that repeats exactly, for a relay that tries a message again with something else in it.
#[derive(Clone)]
struct Seeded(u64);

impl Entropy for Seeded {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.0 += 1;
        let seed = self.0.to_be_bytes();
        for (number, chunk) in (0_u8..).zip(out.chunks_mut(32)) {
            let block = crate::crypto::hash::sha256(&[&seed, &[number]]);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}

fn nonce(rng: &mut Seeded) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    rng.fill(&mut nonce).unwrap();
    nonce
}

/// A code of three bits, so that chance can be measured.
const SHORT: u64 = 8;
const RUNS: u64 = 480;
/// How many messages the relay tries before it sends one.
const TRIES: u64 = 4;

/// Chance is `RUNS / SHORT`, with a standard deviation of 7.2: four of them.
fn assert_no_better_than_chance(equal: u64) {
    assert!(equal <= RUNS / SHORT + 29, "{equal} of {RUNS}");
    assert!(
        equal >= RUNS / SHORT - 29,
        "{equal} of {RUNS}: the relay does not work"
    );
}

/// The relay's side towards the device: it has sent message 2, and knows what came back.
struct TowardsDevice {
    party: Party<'static>,
    theirs: Nonce,
}

/// The relay answers the device. Of `TRIES` answers, each with a static and an ephemeral key of its own, it sends
/// the one whose hash it likes best.
fn answer_device(own: Nonce, rng: &mut Seeded) -> TowardsDevice {
    let mut device_rng = Seeded(rng.0 + 1_000_000);
    let device = identity(1);
    let (asking, first) = hello(&device, &mut device_rng);
    let answers = (0..TRIES).map(|_| {
        let relay: &'static Identity = Box::leak(Box::new(identity(rng.0.to_be_bytes()[7] | 1)));
        let mut party = party(Role::Responder, relay, CONNECTION).unwrap();
        let (mut payload, mut out) = ([0; MAX], [0; 256]);
        party.read_message(&first, &mut out).unwrap();
        let payload = with_commitment(offer(), &commitment(&own), &mut payload).unwrap();
        let message = party
            .write_message(payload, rng, &mut out)
            .unwrap()
            .to_vec();
        // It guesses that the device's nonce is its own: as good as any guess.
        let liked = code(&message, &own, &own, SHORT);
        (liked, party, message)
    });
    let (_, mut party, message) = answers.min_by_key(|(liked, ..)| *liked).unwrap();
    let (_, third) = confirm(asking, &message, &mut device_rng);
    let mut out = [0; 256];
    let theirs = nonce_in(party.read_message(&third, &mut out).unwrap()).unwrap();
    TowardsDevice { party, theirs }
}

/// The relay's side towards the phone. Of `TRIES` messages 3, each with a static key and a nonce of its own, it
/// sends the one that would show `wanted` if the phone's nonce were what it guesses; the code that the phone shows.
fn ask_phone(wanted: u64, rng: &mut Seeded) -> u64 {
    let phone = identity(2);
    let seed = rng.clone();
    let begin = |number: u64, mut rng: Seeded| {
        let relay: &'static Identity =
            Box::leak(Box::new(identity(0x80 | number.to_be_bytes()[7])));
        let mut party = party(Role::Initiator, relay, CONNECTION).unwrap();
        let (mut payload, mut out) = ([0; MAX], [0; 256]);
        let payload = offer().emit(&mut payload).unwrap();
        // With its static key the ephemeral one changes, too, as the hedge is of both.
        let message = party.write_message(payload, &mut rng, &mut out).unwrap();
        (message.to_vec(), party, rng)
    };
    let mut best: Option<(bool, u64)> = None;
    let guess = nonce(rng);
    for number in 0..TRIES {
        let (first, mut party, mut rng) = begin(number, seed.clone());
        let (answering, second) = reply(&phone, &first, &mut Seeded(seed.0 + 2_000_000));
        let (mut payload, mut out) = ([0; MAX], [0; 256]);
        commitment_in(party.read_message(&second, &mut out).unwrap()).unwrap();
        let own = nonce(&mut rng);
        let fields = Payload {
            offer: None,
            descriptor: Some(descriptor()),
        };
        let payload = with_nonce(fields, &own, &mut payload).unwrap();
        let third = party
            .write_message(payload, &mut rng, &mut out)
            .unwrap()
            .to_vec();
        let hash = party.finished().unwrap().hash;
        let is_liked = code(&hash, &own, &guess, SHORT) == wanted;
        if best.is_some_and(|(was_liked, _)| was_liked || !is_liked) {
            continue;
        }
        let shown = answering.handle_confirmation(attempt(), &third).unwrap().1;
        best = Some((is_liked, code(&hash, &own, &shown, SHORT)));
    }
    best.unwrap().1
}

/// It pairs with the device up to the digits, then looks for a message to the phone that shows the same.
// IOMT-CMP-001, IOMT-CMP-006
#[test]
fn a_relay_that_asks_the_device_first_has_no_more_than_chance() {
    let equal = (0..RUNS).filter(|run| {
        let rng = &mut Seeded(run * 1_000);
        let own = nonce(rng);
        let device = answer_device(own, rng);
        let hash = device.party.finished().unwrap().hash;
        let shown = code(&hash, &device.theirs, &own, SHORT);
        ask_phone(shown, rng) == shown
    });
    assert_no_better_than_chance(u64::try_from(equal.count()).unwrap());
}

/// It has the phone show its digits first; what it then says to the device was committed to before.
// IOMT-CMP-001
#[test]
fn a_relay_that_asks_the_phone_first_has_no_more_than_chance() {
    let equal = (0..RUNS).filter(|run| {
        let rng = &mut Seeded(run * 1_000);
        let shown = ask_phone(0, rng);
        let own = nonce(rng);
        let device = answer_device(own, rng);
        let hash = device.party.finished().unwrap().hash;
        code(&hash, &device.theirs, &own, SHORT) == shown
    });
    assert_no_better_than_chance(u64::try_from(equal.count()).unwrap());
}

/// What the commitment is for: a relay that may open another nonce finds equal digits every time, all six of
/// them within 10^6 tries. The device refuses that nonce.
// IOMT-CMP-003
#[test]
fn a_relay_that_opens_another_nonce_would_win_and_is_refused() {
    for run in 0..20 {
        let rng = &mut Seeded(run * 1_000);
        let (device, own) = (identity(1), nonce(rng));
        let (asking, first) = hello(&device, &mut Seeded(rng.0 + 1_000_000));
        let relay = identity(3);
        let mut party = party(Role::Responder, &relay, CONNECTION).unwrap();
        let (mut payload, mut out) = ([0; MAX], [0; 256]);
        party.read_message(&first, &mut out).unwrap();
        let payload = with_commitment(offer(), &commitment(&own), &mut payload).unwrap();
        let message = party
            .write_message(payload, rng, &mut out)
            .unwrap()
            .to_vec();
        let (confirming, third) = confirm(asking, &message, &mut Seeded(rng.0 + 3_000_000));
        let theirs = nonce_in(party.read_message(&third, &mut out).unwrap()).unwrap();
        let hash = party.finished().unwrap().hash;

        let shown = ask_phone(0, rng);
        let ground = (0..10_000).map(|_| nonce(rng));
        let ground = ground
            .into_iter()
            .find(|nonce| code(&hash, &theirs, nonce, SHORT) == shown);
        let refused = confirming.handle_nonce(&ground.unwrap()).unwrap_err();
        assert_eq!(refused, Error::NotAuthentic);
        assert!(confirming.handle_nonce(&own).is_ok());
    }
}
