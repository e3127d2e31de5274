//! What the specification says at its edges, each with the sentence.

use super::*;
use crate::pairing::PublicKey;
use crate::pairing::noise::{Keys, Party, Psk};
use crate::pairing::{self, Identity};
use crate::seal::tests::Counting;

const XX_PSK0_PSK3: &str = "Noise_XXpsk0+psk3_25519_ChaChaPoly_SHA256";

fn transports() -> [Transport; 2] {
    let [mut initiator, mut responder] = sides(Pattern::NN, b"");
    let message = initiator.write(b"").unwrap();
    responder.read(&message).unwrap();
    let message = responder.write(b"").unwrap();
    initiator.read(&message).unwrap();
    [initiator.finish(), responder.finish()]
}

/// "All Noise messages are less than or equal to 65535 bytes in length."
#[test]
fn a_handshake_message_has_65535_bytes_at_most() {
    let [mut initiator, mut responder] = sides(Pattern::NN, b"");
    let longest = vec![7; MAX_MESSAGE - 32];
    let mut checkpoint = initiator.noise.checkpoint();
    assert_eq!(
        initiator.write(&[&longest[..], b"1"].concat()),
        Err(Error::NoRoom)
    );
    initiator.noise.roll_back(&mut checkpoint);
    let message = initiator.write(&longest).unwrap();
    assert_eq!(message.len(), MAX_MESSAGE);
    assert_eq!(responder.read(&message), Ok(longest));
    let longest = vec![7; MAX_MESSAGE - 48];
    let message = responder.write(&longest).unwrap();
    assert_eq!(message.len(), MAX_MESSAGE);
    assert_eq!(initiator.read(&message), Ok(longest));

    let mut party = Party::new(Pattern::NN, Role::Responder, b"", Keys::default()).unwrap();
    let mut out = vec![0; MAX_MESSAGE + 1];
    let refused = party.read_message(&[9; MAX_MESSAGE + 1], &mut out);
    assert!(matches!(refused, Err(pairing::Error::NoRoom { .. })));
}

/// "A Noise transport message is simply an AEAD ciphertext that is less than or equal to 65535 bytes in length".
#[test]
fn a_transport_message_has_65535_bytes_at_most() {
    let [mut initiator, mut responder] = transports();
    let (mut out, mut text) = (vec![0; MAX_MESSAGE + 1], vec![0; MAX_MESSAGE + 1]);
    let longest = vec![7; MAX_MESSAGE - 16];
    let refused = initiator.write_message(&[&longest[..], b"1"].concat(), &mut out);
    assert!(matches!(refused, Err(pairing::Error::NoRoom { .. })));
    let message = initiator.write_message(&longest, &mut out).unwrap();
    assert_eq!(message.len(), MAX_MESSAGE);
    assert!(
        responder
            .read_message(&[0; MAX_MESSAGE + 1], &mut text)
            .is_err()
    );
    assert_eq!(responder.read_message(message, &mut text).unwrap(), longest);
}

/// "The maximum n value (2^64-1) is reserved for other use."
#[test]
fn the_last_counter_of_a_transport_is_never_used() {
    let [mut initiator, mut responder] = transports();
    let mut out = [0; 32];
    initiator.set_sending_counter(u64::MAX - 1);
    responder.set_receiving_counter(u64::MAX - 1);
    let last = initiator.write_message(b"last", &mut out).unwrap().to_vec();
    let refused = Err(pairing::Error::UnexpectedMessage);
    assert_eq!(initiator.write_message(b"", &mut out), refused);
    assert_eq!(responder.read_message(&last, &mut out).unwrap(), b"last");
    assert_eq!(responder.read_message(&last, &mut out), refused);
    // "Rekey() only updates the CipherState's k value, it doesn't reset the CipherState's n value".
    initiator.rekey_sending();
    assert_eq!(initiator.write_message(b"", &mut out), refused);
}

/// "If an authentication failure occurs in `DECRYPT()` then n is not incremented and an error is signaled to
/// the caller."
// IOMT-PAIR-007
#[test]
fn a_refused_message_moves_no_counter() {
    let [mut initiator, mut responder] = transports();
    let (mut out, mut text) = ([0; 32], [0; 32]);
    let message = initiator.write_message(b"text", &mut out).unwrap();
    for byte in 0..message.len() {
        message[byte] ^= 0x80;
        let refused = responder.read_message(message, &mut text);
        assert_eq!(refused, Err(pairing::Error::NotAuthentic));
        message[byte] ^= 0x80;
    }
    assert!(responder.read_message(&message[..15], &mut text).is_err());
    assert!(responder.read_message(message, &mut [0; 3]).is_err());
    assert_eq!(responder.read_message(message, &mut text).unwrap(), b"text");
    let again = responder.read_message(message, &mut text);
    assert_eq!(again, Err(pairing::Error::NotAuthentic));
}

/// "Implementations are allowed to detect inputs that produce an all-zeros output and signal an error instead."
// IOMT-PAIR-009
#[test]
fn a_key_of_low_order_ends_in_an_all_zero_output_and_is_refused() {
    let low_order = [0; 32];
    let [mut initiator, mut responder] = sides(Pattern::NN, b"");
    responder.read(&low_order).unwrap();
    assert_eq!(responder.write(b""), Err(Error::NotAuthentic));

    initiator.write(b"").unwrap();
    let forged = [&low_order[..], &[0; 16]].concat();
    assert_eq!(initiator.read(&forged), Err(Error::NotAuthentic));

    let [(role, given), _] = givens(Pattern::IK);
    let given = Given {
        remote_static: Some(low_order),
        ..given
    };
    let mut initiator = Side::new(Pattern::IK, role, b"", &given).unwrap();
    assert_eq!(initiator.write(b""), Err(Error::NotAuthentic));

    let [_, mut responder] = sides(Pattern::IK, b"");
    let forged = [&low_order[..], &[0; 64]].concat();
    assert_eq!(responder.read(&forged), Err(Error::NotAuthentic));
}

/// PROTOCOL: "Non-canonical public keys are refused".
// IOMT-PAIR-008
#[test]
fn a_key_that_is_not_canonical_is_refused() {
    let [_, mut responder] = sides(Pattern::NN, b"");
    assert_eq!(responder.read(&[0xFF; 32]), Err(Error::BadKey));
}

/// "If both parties do not provide identical prologue data, the handshake will fail due to a decryption error."
// IOMT-PAIR-002
#[test]
fn another_prologue_is_refused_at_the_first_tag() {
    for (pattern, first_tag) in [
        (Pattern::NN, 2),
        (Pattern::XX, 2),
        (Pattern::IK, 1),
        (Pattern::KK, 1),
        (Pattern::XK, 1),
    ] {
        let [mut initiator, _] = sides(pattern, b"prologue");
        let [_, mut responder] = sides(pattern, b"prologuE");
        let message = initiator.write(b"").unwrap();
        let read = responder.read(&message);
        if first_tag == 1 {
            assert_eq!(read, Err(Error::NotAuthentic), "{pattern}");
            continue;
        }
        assert_eq!(read, Ok(Vec::new()), "{pattern}");
        let message = responder.write(b"").unwrap();
        let refused = initiator.read(&message);
        assert_eq!(refused, Err(Error::NotAuthentic), "{pattern}");
    }
}

/// "The modifier psk0 places a "psk" token at the beginning of the first handshake message. The modifiers psk1, psk2, etc., place a
/// "psk" token at the end of the first, second, etc., handshake message": so a psk is of its place, and the same two the other way
/// round are others. Where the tokens stand at the edges, `pattern` tests beside its own quotation.
#[test]
fn psks_in_another_order_are_refused() {
    let pattern: Pattern = XX_PSK0_PSK3.parse().unwrap();
    let [initiator, responder] =
        [[1; 32], [2; 32]].map(|key| Identity::from_secret_bytes(&key).unwrap());
    let psks = [[3; 32], [4; 32]].map(|psk| Psk::from_bytes(&psk).unwrap());
    let turned = [[4; 32], [3; 32]].map(|psk| Psk::from_bytes(&psk).unwrap());
    let party = |role, local, psks| {
        let keys = Keys {
            local: Some(local),
            remote: None,
            psks,
        };
        Party::new(pattern, role, b"", keys).unwrap()
    };
    let (mut out, mut text) = ([0; 128], [0; 128]);
    let mut asking = party(Role::Initiator, &initiator, &psks);
    let message = asking
        .write_message(b"", &mut Counting(1), &mut out)
        .unwrap();
    let mut wrong = party(Role::Responder, &responder, &turned);
    let refused = wrong.read_message(message, &mut text);
    assert_eq!(refused, Err(pairing::Error::NotAuthentic));
    let mut right = party(Role::Responder, &responder, &psks);
    assert!(right.read_message(message, &mut text).is_ok());
}

#[test]
fn a_party_without_a_key_of_its_pattern_is_not_made() {
    let identity = Identity::from_secret_bytes(&[1; 32]).unwrap();
    let remote = Some(PublicKey::from_bytes(&[9; 32]).unwrap());
    let local: Option<&dyn pairing::KeyHolder> = Some(&identity);
    let none = Keys::default();
    let made =
        |pattern: Pattern, role, keys: Keys<'_>| Party::new(pattern, role, b"", keys).is_ok();
    assert!(!made(Pattern::XX, Role::Initiator, none));
    assert!(made(Pattern::XX, Role::Initiator, Keys { local, ..none }));
    assert!(!made(Pattern::IK, Role::Initiator, Keys { local, ..none }));
    assert!(!made(Pattern::IK, Role::Initiator, Keys { remote, ..none }));
    assert!(made(
        Pattern::IK,
        Role::Initiator,
        Keys {
            local,
            remote,
            ..none
        }
    ));
    assert!(made(Pattern::IK, Role::Responder, Keys { local, ..none }));
    assert!(!made(Pattern::KK, Role::Responder, Keys { local, ..none }));
    assert!(!made(
        Pattern::NN.with_psk(0).unwrap(),
        Role::Initiator,
        none
    ));
}

/// "What its pattern does not use is not looked at": nobody has proved such a key.
#[test]
fn a_key_that_the_pattern_does_not_have_beforehand_is_nobodys() {
    let [initiator, responder] =
        [[1; 32], [2; 32]].map(|key| Identity::from_secret_bytes(&key).unwrap());
    let transmitted = [&responder, &initiator].map(|key| Some(key.public()));
    let party = |pattern, role, local| {
        let keys = Keys {
            local: Some(local),
            remote: Some(PublicKey::from_bytes(&[9; 32]).unwrap()),
            psks: &[],
        };
        Party::new(pattern, role, b"", keys).unwrap()
    };
    for (pattern, peers) in [(Pattern::NN, [None; 2]), (Pattern::XX, transmitted)] {
        let mut asking = party(pattern, Role::Initiator, &initiator);
        let mut answering = party(pattern, Role::Responder, &responder);
        let (rng, mut out, mut text) = (&mut Counting(1), [0; 128], [0; 128]);
        while let Some(writer) = asking.turn() {
            let (from, to) = match writer {
                Role::Initiator => (&mut asking, &mut answering),
                Role::Responder => (&mut answering, &mut asking),
            };
            let message = from.write_message(b"", rng, &mut out).unwrap();
            to.read_message(message, &mut text).unwrap();
        }
        let ended = [asking, answering].map(|party| party.finish().unwrap().peer());
        assert_eq!(ended, peers, "{pattern}");
    }
}

#[test]
fn a_party_out_of_turn_or_before_the_end_stays_as_it_is() {
    let keys = Keys::default();
    let mut asking = Party::new(Pattern::NN, Role::Initiator, b"", keys).unwrap();
    let mut answering = Party::new(Pattern::NN, Role::Responder, b"", keys).unwrap();
    let (rng, mut out, mut text) = (&mut Counting(1), [0; 64], [0; 64]);
    let unexpected = Err(pairing::Error::UnexpectedMessage);
    assert_eq!(asking.read_message(&[9; 32], &mut text), unexpected);
    assert_eq!(answering.write_message(b"", rng, &mut out), unexpected);
    assert!(asking.write_message(b"", rng, &mut [0; 31]).is_err());
    let mut asking = asking.finish().unwrap_err();

    let message = asking.write_message(b"", rng, &mut out).unwrap();
    assert!(answering.read_message(&message[..31], &mut text).is_err());
    answering.read_message(message, &mut text).unwrap();
    let message = answering.write_message(b"", rng, &mut out).unwrap();
    message[40] ^= 1;
    let refused = asking.read_message(message, &mut text);
    assert_eq!(refused, Err(pairing::Error::NotAuthentic));
    message[40] ^= 1;
    asking.read_message(message, &mut text).unwrap();
    let (ours, theirs) = (asking.finish().unwrap(), answering.finish().unwrap());
    assert_eq!(ours.handshake_hash(), theirs.handshake_hash());
}

/// "State per half-open handshake ≤ 512 bytes, without `pq`": with what a refused message comes back to.
// IOMT-LIM-002
#[test]
fn a_half_open_handshake_takes_at_most_512_bytes() {
    assert!(size_of::<Handshake>() + size_of::<super::super::Checkpoint>() <= 512);
    let kem = size_of::<super::super::hybrid::Kem>();
    assert!(size_of::<Party<'_>>() - kem <= 512);
}

/// A generator that has died, and two payloads: no ephemeral key comes twice.
#[test]
fn another_payload_has_another_ephemeral_key_though_the_generator_is_dead() {
    let identity = Identity::from_secret_bytes(&[1; 32]).unwrap();
    let keys = Keys {
        local: Some(&identity),
        ..Keys::default()
    };
    let ephemeral = |payload: &[u8]| {
        let mut party = Party::new(Pattern::XX, Role::Initiator, b"", keys).unwrap();
        let mut out = [0; 64];
        let message = party.write_message(payload, &mut Counting(1), &mut out);
        message.unwrap()[..32].to_vec()
    };
    assert_eq!(ephemeral(b"one"), ephemeral(b"one"));
    assert_ne!(ephemeral(b"one"), ephemeral(b"two"));
}
