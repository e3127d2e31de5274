//! A KEM beside X25519: both secrets are needed, and the bytes are those of the draft.

use super::*;
use crate::crypto::kem::{CIPHERTEXT_LEN, KemKey, PUBLIC_LEN};
use crate::pairing::noise::{Keys, Party, Psk};
use crate::pairing::{self, Identity};
use crate::seal::tests::Counting;

fn identities() -> [Identity; 2] {
    [[0x21; 32], [0x42; 32]].map(|key| Identity::from_secret_bytes(&key).unwrap())
}

fn psk(byte: u8) -> Psk {
    Psk::from_bytes(&[byte; 32]).unwrap()
}

/// Messages of both sides, up to the end; `between` may tamper with the next reader.
fn exchange(
    pattern: Pattern,
    psks: [&[Psk]; 2],
    between: impl Fn(&mut Party<'_>, usize),
) -> Result<Vec<usize>, pairing::Error> {
    let identities = identities();
    let [initiator, responder] = &identities;
    let keys = |local, remote: Option<&Identity>, psks| Keys {
        local: Some(local),
        remote: remote.map(Identity::public),
        psks,
    };
    let known = (!pattern.row.before[1].is_empty()).then_some(responder);
    let mut writer = Party::new(
        pattern,
        Role::Initiator,
        b"p",
        keys(initiator, known, psks[0]),
    )?;
    let mut reader = Party::new(
        pattern,
        Role::Responder,
        b"p",
        keys(responder, None, psks[1]),
    )?;
    let (mut lengths, mut out, mut text) = (Vec::new(), vec![0; 2_000], vec![0; 2_000]);
    while writer.turn().is_some() {
        let message = writer.write_message(b"payload", &mut Counting(7), &mut out)?;
        lengths.push(message.len());
        between(&mut reader, lengths.len());
        assert_eq!(reader.read_message(message, &mut text)?, b"payload");
        core::mem::swap(&mut writer, &mut reader);
    }
    let [ours, theirs] = [writer, reader].map(|party| party.finish().ok().unwrap());
    assert_eq!(ours.handshake_hash(), theirs.handshake_hash());
    Ok(lengths)
}

fn hybrids() -> [(Pattern, &'static str); 4] {
    [
        (
            Pattern::XX_HYBRID,
            "Noise_XXhfs_25519+MLKEM768_ChaChaPoly_SHA256",
        ),
        (
            Pattern::IK_HYBRID,
            "Noise_IKhfs_25519+MLKEM768_ChaChaPoly_SHA256",
        ),
        (
            Pattern::XX_HYBRID.with_psk(0).unwrap(),
            "Noise_XXhfs+psk0_25519+MLKEM768_ChaChaPoly_SHA256",
        ),
        (
            Pattern::IK_HYBRID.with_psk(2).unwrap(),
            "Noise_IKhfs+psk2_25519+MLKEM768_ChaChaPoly_SHA256",
        ),
    ]
}

#[test]
fn both_sides_agree_and_each_message_is_longer_by_what_the_kem_adds() {
    for (pattern, name) in hybrids() {
        assert_eq!(pattern.protocol_name().as_slice(), name.as_bytes());
        let psks = [psk(5)];
        let hybrid = exchange(pattern, [&psks, &psks], |_, _| {}).unwrap();
        let classical = match pattern.row.messages.len() {
            3 => Pattern::XX,
            _ => Pattern::IK,
        };
        let classical = Pattern::new(classical.row, pattern.psks);
        let plain = exchange(classical, [&psks, &psks], |_, _| {}).unwrap();
        let added: Vec<usize> = hybrid.iter().zip(&plain).map(|(a, b)| a - b).collect();
        // The first message of XX without a psk is in the clear.
        let is_sealed = pattern != Pattern::XX_HYBRID;
        let expected = [
            PUBLIC_LEN + if is_sealed { 16 } else { 0 },
            CIPHERTEXT_LEN + 16,
            0,
        ];
        assert_eq!(added, expected[..added.len()], "{name}");
    }
    let longest = (0..4).fold(Pattern::XX_HYBRID, |pattern, place| {
        pattern.with_psk(place).unwrap()
    });
    assert!(
        longest
            .protocol_name()
            .ends_with(b"psk3_25519+MLKEM768_ChaChaPoly_SHA256")
    );
}

/// Who has broken X25519 alone, or the KEM alone, is where who has broken nothing is.
#[test]
fn each_secret_alone_wrong_fails() {
    let refused = Err(pairing::Error::NotAuthentic);
    for (pattern, name) in hybrids() {
        let psks = [psk(5)];
        let another_kem_key = |party: &mut Party<'_>, message| {
            if message == 2 {
                party.kem.key = Some(KemKey::new([0x99; 64]));
            }
        };
        let outcome = exchange(pattern, [&psks, &psks], another_kem_key);
        assert_eq!(outcome, refused, "{name}: the KEM's secret");
        let another_ephemeral = |party: &mut Party<'_>, message| {
            if message == 2 {
                party
                    .noise
                    .set_ephemeral(PrivateKey::from_bytes([0x99; 32]));
            }
        };
        let outcome = exchange(pattern, [&psks, &psks], another_ephemeral);
        assert_eq!(outcome, refused, "{name}: the secret of X25519");
        if pattern.psks() > 0 {
            let outcome = exchange(pattern, [&psks, &[psk(6)]], |_, _| {});
            assert_eq!(outcome, refused, "{name}: the psk");
        }
    }
}

#[test]
fn what_is_no_public_key_of_the_kem_is_refused_by_who_answers_it() {
    let identity = Identity::from_secret_bytes(&[0x42; 32]).unwrap();
    let keys = Keys {
        local: Some(&identity),
        ..Keys::default()
    };
    let mut answering = Party::new(Pattern::XX_HYBRID, Role::Responder, b"", keys).unwrap();
    let [mut asking, _] = sides(Pattern::XX, b"");
    // Without a psk the key is in the clear: an ephemeral key, then 1,184 bytes above the modulus.
    let hello = [&asking.write(b"").unwrap()[..32], &[0xFF; PUBLIC_LEN][..]].concat();
    let (mut text, mut out) = (vec![0; 64], vec![0; 2_000]);
    answering.read_message(&hello, &mut text).unwrap();
    let refused = answering.write_message(b"", &mut Counting(7), &mut out);
    assert_eq!(refused.err(), Some(pairing::Error::BadKey));
}

#[test]
fn a_message_that_is_cut_anywhere_is_refused_and_the_whole_one_still_taken() {
    let identities = identities();
    let [initiator, responder] = &identities;
    let psks = [psk(5)];
    let pattern = Pattern::XX_HYBRID.with_psk(0).unwrap();
    let keys = |local| Keys {
        local: Some(local),
        remote: None,
        psks: &psks,
    };
    let mut asking = Party::new(pattern, Role::Initiator, b"", keys(initiator)).unwrap();
    let mut answering = Party::new(pattern, Role::Responder, b"", keys(responder)).unwrap();
    let (mut out, mut text) = (vec![0; 2_000], vec![0; 2_000]);
    let hello = &*asking
        .write_message(b"", &mut Counting(7), &mut out)
        .unwrap();
    for len in (0..hello.len()).step_by(13) {
        assert!(answering.read_message(&hello[..len], &mut text).is_err());
        let mut flipped = hello.to_vec();
        flipped[len] ^= 1;
        let refused = answering.read_message(&flipped, &mut text);
        assert!(matches!(
            refused.err(),
            Some(pairing::Error::NotAuthentic | pairing::Error::BadKey)
        ));
    }
    assert!(answering.read_message(hello, &mut text).is_ok());
}
