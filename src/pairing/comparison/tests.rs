//! Two who compare, and who stands between them.

mod relay;
mod victims;

use std::vec::Vec;

use super::code::NONCE_LEN;
use super::*;
use crate::pairing::{Attempts, DescriptorHash, Error, Identity, Paired};
use crate::seal::Entropy;
use crate::seal::tests::Counting;
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
    let (answering, reply) = Answering::new(
        phone,
        (CONNECTION, &Attempts::armed()),
        hello,
        rng,
        &mut out,
    )
    .unwrap();
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
