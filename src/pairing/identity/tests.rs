use super::*;
use crate::crypto::Secret;
use crate::crypto::hash::hmac;
use crate::pairing::Exchange;
use crate::seal::EntropyFailed;
use crate::seal::tests::Counting;
use crate::wire::ConnectionId;
use std::vec::Vec;

struct Zeros;

impl Entropy for Zeros {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        out.fill(0);
        Ok(())
    }
}

fn identity() -> Identity {
    Identity::from_secret_bytes(&[0x42; 32]).unwrap()
}

fn key(byte: u8) -> DeviceKey {
    DeviceKey::from_bytes(&[byte; 32]).unwrap()
}

fn everything() -> Belongings<'static> {
    Belongings {
        descriptor: Some(DescriptorHash::of_body(b"descriptor")),
        record_key: &[0x51; 32],
        attestation: &[0x52; MAX_ATTESTATION],
    }
}

fn export(belongings: &Belongings<'_>) -> Vec<u8> {
    let mut out = [0; MAX_EXPORT];
    let exported = identity().export(&key(7), belongings, &mut Counting(1), &mut out);
    exported.unwrap().to_vec()
}

#[test]
fn an_exported_identity_comes_back_with_what_belongs_to_it() {
    let lengths = [
        (Belongings::default(), 74),
        (
            Belongings {
                descriptor: everything().descriptor,
                ..Belongings::default()
            },
            108,
        ),
        (
            Belongings {
                attestation: &[],
                ..everything()
            },
            142,
        ),
        (everything(), 142 + 3 + MAX_ATTESTATION),
    ];
    for (belongings, len) in lengths {
        let mut exported = export(&belongings);
        assert_eq!(exported.len(), len);
        let (imported, its) = Identity::import(&key(7), &mut exported).unwrap();
        assert_eq!(its, belongings);
        assert_eq!(imported.secret_bytes(), identity().secret_bytes());
        assert_eq!(imported.public(), identity().public());
        let private = identity().secret_bytes().to_vec();
        assert!(!exported.windows(8).any(|bytes| bytes == &private[..8]));
    }
    let longest = Belongings {
        record_key: &[1; MAX_RECORD_KEY],
        ..everything()
    };
    assert_eq!(export(&longest).len(), MAX_EXPORT);
}

#[test]
fn a_changed_cut_or_longer_export_and_another_key_are_refused_and_change_nothing() {
    let honest = export(&Belongings {
        attestation: b"maker",
        ..everything()
    });
    let refused = |key: &DeviceKey, mut bytes: Vec<u8>| {
        let before = bytes.clone();
        let imported = Identity::import(key, &mut bytes);
        assert_eq!(imported.err(), Some(Error::BadExport));
        assert_eq!(bytes, before);
    };
    refused(&key(8), honest.clone());
    for bit in 0..honest.len() * 8 {
        let mut changed = honest.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        refused(&key(7), changed);
    }
    for len in 0..honest.len() {
        refused(&key(7), honest[..len].to_vec());
    }
    refused(&key(7), [&honest[..], &[0]].concat());
}

/// The descriptor of one identity does not become that of another.
#[test]
fn the_descriptor_is_bound_to_the_identity() {
    let ours = export(&everything());
    let mut out = [0; MAX_EXPORT];
    let other = Identity::from_secret_bytes(&[0x43; 32]).unwrap();
    let another = Belongings {
        descriptor: Some(DescriptorHash::of_body(b"another")),
        ..everything()
    };
    let theirs = other
        .export(&key(7), &another, &mut Counting(1), &mut out)
        .unwrap();
    for start in (0..ours.len()).step_by(8) {
        let mut spliced = [&ours[..start], &theirs[start..]].concat();
        let imported = Identity::import(&key(7), &mut spliced);
        match start {
            0 => assert_eq!(imported.unwrap().0.public(), other.public()),
            _ => assert_eq!(imported.err(), Some(Error::BadExport)),
        }
    }
}

#[test]
fn a_dead_generator_repeats_no_nonce_with_another_content() {
    let nonce_of = |belongings: &Belongings<'_>| {
        let mut out = [0; MAX_EXPORT];
        let exported = identity().export(&key(7), belongings, &mut Zeros, &mut out);
        exported.unwrap()[2..HEAD_LEN].to_vec()
    };
    let plain = nonce_of(&Belongings::default());
    assert_eq!(plain, nonce_of(&Belongings::default()));
    assert_ne!(plain, nonce_of(&everything()));
}

#[test]
fn what_is_too_long_is_refused_and_leaves_no_key_behind() {
    let mut out = [0; MAX_EXPORT + 100];
    for belongings in [
        Belongings {
            record_key: &[1; MAX_RECORD_KEY + 1],
            ..everything()
        },
        Belongings {
            attestation: &[1; MAX_ATTESTATION + 1],
            ..everything()
        },
    ] {
        let refused = identity().export(&key(7), &belongings, &mut Counting(1), &mut out);
        assert_eq!(refused.err(), Some(wire::Error::OutOfRange.into()));
    }
    for len in 0..74 {
        let mut out = [0; 74];
        let refused = identity().export(
            &key(7),
            &Belongings::default(),
            &mut Counting(1),
            &mut out[..len],
        );
        assert_eq!(refused.err(), Some(Error::NoRoom { needed: 74 }));
        assert_eq!(out, [0; 74]);
    }
}

#[test]
fn an_imported_identity_meets_a_server_as_the_one_that_was_exported() {
    let server = crate::pairing::StaticKey::from(Identity::from_secret_bytes(&[9; 32]).unwrap());
    let mut exported = export(&everything());
    let (imported, its) = Identity::import(&key(7), &mut exported).unwrap();
    let (promise, peer) = (its.descriptor.unwrap(), server.public());
    let device = crate::pairing::StaticKey::from(imported);
    let rng = &mut Counting(3);
    let mut asking = Exchange::meet(&device, peer, promise, ConnectionId([1; 8]), rng).unwrap();
    while asking.packet().is_none() {
        asking.work_with(&device).unwrap();
    }
    let mut answering = Exchange::answer_meeting(&server, asking.packet().unwrap(), rng).unwrap();
    while answering.packet().is_none() {
        answering.work_with(&server).unwrap();
    }
    let paired = answering.poll_paired().unwrap();
    assert_eq!(paired.peer, identity().public());
    assert!(paired.descriptor.unwrap().matches(b"descriptor"));
}

#[test]
fn nothing_that_is_printed_of_an_export_holds_a_secret() {
    let printed = std::format!("{:?} {:?}", key(0x77), everything());
    assert!(!printed.contains("119") && !printed.contains("77, 77") && !printed.contains("81, 81"));
}

// IOMT-PAIR-090
#[test]
fn each_relation_has_a_static_key_of_its_own_which_the_root_gives_again() {
    let of = |root: u8, relation: u64| Identity::of_relation(&key(root), relation).unwrap();
    assert_eq!(of(7, 1).public(), of(7, 1).public());
    assert_ne!(of(7, 1).public(), of(7, 2).public());
    assert_ne!(of(7, 1).public(), of(8, 1).public());
    // HKDF-Expand of one block, by hand: HMAC(root, info ‖ 1).
    let info = b"\x00\x0ciomt1 static\x00\x08\0\0\0\0\0\0\x01\x02\x01";
    let by_hand: [u8; 32] = hmac(&Secret::new([7; 32]), &[info]);
    assert_eq!(of(7, 0x0102).secret_bytes(), by_hand);
}
