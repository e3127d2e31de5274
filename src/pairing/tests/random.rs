//! Generators that have died, or say that they have failed.

use super::*;

// IOMT-EPOCH-011
#[test]
fn a_failing_generator_is_an_error_and_changes_nothing() {
    let failed = Some(Error::Entropy(EntropyFailed));
    assert_eq!(Identity::generate(&mut Failing).err(), failed);
    let started = start_with(&reader(), &label(), CONNECTION, &mut Failing);
    assert_eq!(started.err(), failed);

    let stage = stage();
    let answered = answer_with(&device(), descriptor(), &stage.messages[0], &mut Failing);
    assert_eq!(answered.err(), failed);
    stage.assert_finishes();
}

/// "equal output implies an equal message": no (key, nonce) has two plaintexts.
// IOMT-EPOCH-010, IOMT-PAIR-012
#[test]
fn with_a_dead_generator_different_messages_have_different_ephemeral_keys() {
    let device = device();
    let (_, first) = start(CONNECTION, &mut Zeros);
    let (_, same) = start(ConnectionId([9; 8]), &mut Zeros);
    assert_eq!(first[HEADER_AND_CODE..], same[HEADER_AND_CODE..]);

    let mut ephemerals = BTreeSet::new();
    for number in 0_u32..10_000 {
        let promise = DescriptorHash::of_body(&number.to_be_bytes());
        let (_, reply) = answer_with(&device, promise, &first, &mut Zeros).unwrap();
        assert!(ephemerals.insert(reply[HEADER..HEADER + 32].to_vec()));
    }
}

#[test]
fn with_a_dead_generator_different_parties_have_different_ephemeral_keys() {
    let label = label();
    let mut ephemerals = BTreeSet::new();
    for seed in 1..=100 {
        let key = static_key(&[seed; 32]);
        let (_, packet) = start_with(&key, &label, CONNECTION, &mut Zeros).unwrap();
        assert!(ephemerals.insert(packet[HEADER_AND_CODE..][..32].to_vec()));

        let (_, first) = hello();
        let (_, reply) = answer_with(&key, descriptor(), &first, &mut Zeros).unwrap();
        assert!(ephemerals.insert(reply[HEADER..HEADER + 32].to_vec()));
    }
}

// IOMT-EPOCH-011
#[test]
fn what_is_made_of_the_generator_alone_is_not_made_of_one_that_repeats_itself() {
    let failed = Some(Error::Entropy(EntropyFailed));
    assert_eq!(Identity::generate(&mut Zeros).err(), failed);
    assert_eq!(label::Label::generate(None, &mut Zeros).err(), failed);
    let mut alive = Counting(7);
    let [first, next] = [(); 2].map(|()| Identity::generate(&mut alive).unwrap().public());
    assert_ne!(first, next);
}

/// A message 1 may come from anybody, again and again; what was shown for it in one attempt must not be what is committed
/// to in the next, or whoever stands in the middle knows the nonce before it has to choose its own.
// IOMT-EPOCH-010, IOMT-CMP-006
#[cfg(feature = "comparison")]
#[test]
fn with_a_dead_generator_no_attempt_of_a_comparison_shows_a_nonce_again() {
    let (phone, device) = (reader(), device());
    let (mut nonces, mut ephemerals) = (BTreeSet::new(), BTreeSet::new());
    // A boot between them forgets how many there were, and not how many are spent.
    for spent in [0, 1, 3] {
        let mut attempts = Attempts::resume(spent);
        let mut hellos = BTreeSet::new();
        while let Ok([hello, nonce, ephemeral]) = compare(&phone, &device, &mut attempts) {
            hellos.insert(hello);
            assert!(nonces.insert(nonce), "a nonce was shown again");
            assert!(ephemerals.insert(ephemeral));
        }
        assert_eq!(hellos.len(), 1, "message 1 was the same to the byte");
    }
    // Those of the second are one less than of the first: two begin with one attempt that is spent.
    assert_eq!(nonces.len(), 5 + 4 + 2);
}

/// One attempt of two whose generators are dead: message 1, the nonce that is shown, and the ephemeral key beside it.
#[cfg(feature = "comparison")]
fn compare(
    phone: &StaticKey,
    device: &StaticKey,
    attempts: &mut Attempts,
) -> Result<[Vec<u8>; 3], Error> {
    let mut asking = Exchange::compare(device, descriptor(), b"token", CONNECTION, &mut Zeros)?;
    work_through(&mut asking, device)?;
    let hello = asking.packet().unwrap().to_vec();
    let mut answering = Exchange::answer_comparison(phone, b"token", &hello, attempts, &mut Zeros)?;
    work_through(&mut answering, phone)?;
    let reply = answering.packet().unwrap().to_vec();
    let confirmation = hand_over(&mut asking, device, &reply)?;
    hand_over(&mut answering, phone, &confirmation)?;
    let attempt = attempts.begin()?.stored();
    answering.reveal(attempt)?;
    attempts.give_up();
    let shown = answering.packet().unwrap().to_vec();
    let ephemeral = reply[HEADER..][..32].to_vec();
    Ok([hello, shown[HEADER..].to_vec(), ephemeral])
}

// IOMT-EPOCH-010, IOMT-CMP-006
#[test]
fn with_a_dead_generator_bare_comparisons_show_no_nonce_again_either() {
    use crate::pairing::comparison::{Answering, Asking};
    let [phone, device] =
        [READER_KEY, DEVICE_KEY].map(|key| Identity::from_secret_bytes(&key).unwrap());
    let (out, second) = (&mut [0; 256], &mut [0; 256]);
    let (mut attempts, mut nonces) = (Attempts::armed(), BTreeSet::new());
    for _ in 0..5 {
        let (asking, hello) =
            Asking::new(&device, descriptor(), CONNECTION, &mut Zeros, out).unwrap();
        let run = (CONNECTION, &attempts);
        let (answering, reply) = Answering::new(&phone, run, hello, &mut Zeros, second).unwrap();
        let (_, confirmation) = asking.handle_reply(reply, &mut Zeros, out).unwrap();
        let attempt = attempts.begin().unwrap().stored();
        let (_, nonce) = answering
            .handle_confirmation(attempt, confirmation)
            .unwrap();
        attempts.give_up();
        assert!(nonces.insert(nonce));
    }
}

/// The caller chooses the connection and its half of the session id, so both may come again.
// IOMT-EPOCH-010, IOMT-CPACE-016
#[cfg(feature = "cpace")]
#[test]
fn with_a_dead_generator_no_attempt_by_a_passcode_makes_a_share_again() {
    use crate::pairing::cpace::{Call, Called, Passcode};
    let (phone, device, passcode) = (reader(), device(), Passcode::new(b"123456").unwrap());
    let (buffer, other) = (&mut [0; 256], &mut [0; 256]);
    let mut shares = BTreeSet::new();
    for spent in [0, 2] {
        let mut attempts = Attempts::resume(spent);
        while let Ok(pending) = attempts.begin() {
            let call = Call::new(&phone, CONNECTION, &mut Zeros).unwrap();
            let called = Called::answer(&device, call.packet(buffer).unwrap(), &mut Zeros).unwrap();
            let answer = called.packet(other).unwrap();
            let asking = call
                .handle_answer(&passcode, &phone, answer, &mut Zeros)
                .unwrap();
            let share = asking.packet(buffer).unwrap();
            let attempt = pending.stored();
            let answering = called.handle_share(attempt, &passcode, &device, share, &mut Zeros);
            let answering = answering.unwrap();
            let share = answering.packet(other).unwrap()[HEADER..][..32].to_vec();
            assert!(shares.insert(share), "a share was made again");
            attempts.give_up();
        }
    }
    assert_eq!(shares.len(), 5 + 3);
    // Another call has another session id, and so another share of the caller's, too.
    let mut halves = BTreeSet::new();
    for connection in 0..20 {
        let call = Call::new(&phone, ConnectionId([connection; 8]), &mut Zeros).unwrap();
        let called = Called::answer(&device, call.packet(buffer).unwrap(), &mut Zeros).unwrap();
        assert!(halves.insert(call.packet(buffer).unwrap()[HEADER..].to_vec()));
        assert!(halves.insert(called.packet(other).unwrap()[HEADER..].to_vec()));
    }
}

/// A connection is a name and nothing is made of it: where a dead generator gives it again, and with it the same message 1,
/// the other side's keys are new all the same.
// IOMT-PAIR-003, IOMT-PAIR-010
#[test]
fn with_a_dead_generator_an_equal_connection_gives_no_equal_session() {
    let mut sessions = BTreeSet::new();
    for seed in 0..20 {
        let (mut asking, first) = start(CONNECTION, &mut Zeros);
        let (mut answering, second) = answer(&first, seed).unwrap();
        let third = hand_over(&mut asking, &reader(), &second).unwrap();
        hand_over(&mut answering, &device(), &third).unwrap();
        let [ours, theirs] = [asking, answering].map(|mut side| side.poll_paired().unwrap());
        assert_eq!(ours.secrets.id(), theirs.secrets.id());
        assert!(sessions.insert(ours.secrets.id()));
    }
}

/// Of the KEM too: a secret, and a key, for each message.
// IOMT-EPOCH-010
#[cfg(feature = "pq")]
#[test]
fn with_a_dead_generator_no_two_hybrid_messages_share_a_key_or_a_secret_of_the_kem() {
    use crate::pairing::hybrid::Hybrid;
    let [phone, device] =
        [READER_KEY, DEVICE_KEY].map(|key| Identity::from_secret_bytes(&key).unwrap());
    let (label, out) = (label(), &mut [0; MAX_DATAGRAM]);
    let asking = || Hybrid::read_label(&phone, &label, None, CONNECTION, &mut Zeros).unwrap();
    let mut kept = BTreeSet::new();
    for number in 0_u8..10 {
        let promise = DescriptorHash::of_body(&[number]);
        let mut answering = Hybrid::answer_label(&device, &label, promise).unwrap();
        for part in 0..2 {
            let packet = asking().packet(part, out).unwrap().unwrap().to_vec();
            answering.handle_packet(&packet, &mut Zeros).unwrap();
        }
        let key = Identity::from_secret_bytes(&[number; 32]).unwrap();
        let other = Hybrid::read_label(&key, &label, None, CONNECTION, &mut Zeros).unwrap();
        for secret in answering
            .kem_secrets()
            .into_iter()
            .chain(other.kem_secrets())
        {
            assert!(kept.insert(secret));
        }
    }
    assert_eq!(kept.len(), 40, "a key and a secret of each side");
}
