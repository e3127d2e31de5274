#[cfg(all(feature = "fast-aead", target_pointer_width = "64"))]
mod limbs;

use std::vec::Vec;

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use proptest::prelude::*;

use super::*;
use crate::wire::MAX_DATAGRAM;

/// A backend, whichever of them the crate seals with.
pub(crate) struct Backend {
    pub(crate) name: &'static str,
    pub(crate) seal: Seal,
    pub(crate) open: Open,
}

type Seal = fn(&[u8; KEY_LEN], &[u8; NONCE_LEN], &[u8], &mut [u8]) -> Option<[u8; TAG_LEN]>;

type Open =
    fn(&[u8; KEY_LEN], &[u8; 12], &[u8], &mut [u8], &[u8; TAG_LEN]) -> Result<(), NotAuthentic>;

/// All that are built: all there are under `--all-features`.
pub(crate) const BACKENDS: &[Backend] = &[
    Backend {
        name: "audited",
        seal: audited::seal,
        open: audited::open,
    },
    Backend {
        name: "composed of crates",
        seal: composed::seal_with::<poly1305::Poly1305>,
        open: composed::open_with::<poly1305::Poly1305>,
    },
    #[cfg(all(feature = "fast-aead", target_pointer_width = "64"))]
    Backend {
        name: "composed",
        seal: composed::seal,
        open: composed::open,
    },
    #[cfg(feature = "ring")]
    Backend {
        name: "ring",
        seal: asm::seal,
        open: asm::open,
    },
];

// IOMT-SEAL-010
#[test]
fn the_nonce_is_noises_form_of_the_counter() {
    // PROTOCOL: "nonce = 0^4 ‖ counter u64 LE"
    assert_eq!(nonce(0x01_02_03), [0, 0, 0, 0, 3, 2, 1, 0, 0, 0, 0, 0]);
}

// IOMT-SEAL-030, IOMT-SEAL-041
#[test]
fn a_forged_tag_leaves_the_buffer_as_it_was() {
    let key = Secret::new([7; 32]);
    let mut buffer = *b"reading";
    let tag = seal(&key, 5, b"header", &mut buffer).unwrap();
    let sealed = buffer;
    for bit in 0..128 {
        let mut forged = tag;
        forged[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            open(&key, 5, b"header", &mut buffer, &forged),
            Err(NotAuthentic)
        );
        assert_eq!(buffer, sealed);
    }
    open(&key, 5, b"header", &mut buffer, &tag).unwrap();
    assert_eq!(&buffer, b"reading");
}

/// RFC 8439 §2.8.2.
#[test]
fn every_backend_seals_the_sunscreen() {
    let key = core::array::from_fn(|n| 0x80 + n as u8);
    let nonce = [7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47];
    let associated = [
        0x50, 0x51, 0x52, 0x53, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7,
    ];
    let text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
        sunscreen would be it.";
    for backend in BACKENDS {
        let mut buffer = *text;
        let tag = (backend.seal)(&key, &nonce, &associated, &mut buffer).unwrap();
        assert_eq!(
            buffer[..8],
            [0xD3, 0x1A, 0x8D, 0x34, 0x64, 0x8E, 0x60, 0xDB]
        );
        assert_eq!(buffer[112..], [0x61, 0x16]);
        assert_eq!(
            tag,
            0x9106_60D0_CB2E_907E_6AE2_094F_590B_E11A_u128.to_le_bytes()
        );
        (backend.open)(&key, &nonce, &associated, &mut buffer, &tag).unwrap();
        assert_eq!(&buffer, text, "{}", backend.name);
    }
}

/// Around every length at which a backend takes another way: blocks, groups of blocks, kept ciphertexts.
#[test]
fn backends_agree_at_every_length() {
    let (key, nonce) = ([0xA5; 32], [3; 12]);
    let longest = 2 * MAX_DATAGRAM;
    let text: Vec<u8> = (0..longest).map(|n| (n * 7 % 251) as u8).collect();
    for len in (0..=1_300).chain(longest - 70..longest) {
        for associated in [&text[..0], &text[..16], &text[..26]] {
            agree(&key, &nonce, associated, &text[..len]);
        }
    }
}

fn agree(key: &[u8; KEY_LEN], nonce: &[u8; 12], associated: &[u8], text: &[u8]) {
    let mut expected = text.to_vec();
    let tag = audited::seal(key, nonce, associated, &mut expected).unwrap();
    for Backend { name, seal, open } in BACKENDS {
        let mut buffer = text.to_vec();
        let made = seal(key, nonce, associated, &mut buffer);
        assert_eq!(made, Some(tag), "{name}, {} bytes", text.len());
        assert_eq!(buffer, expected, "{name}, {} bytes", text.len());
        open(key, nonce, associated, &mut buffer, &tag).unwrap();
        assert_eq!(buffer, text, "{name}, {} bytes", text.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn backends_agree(
        key: [u8; 32],
        nonce: [u8; 12],
        associated in proptest::collection::vec(any::<u8>(), 0..100),
        text in proptest::collection::vec(any::<u8>(), 0..=MAX_DATAGRAM),
    ) {
        agree(&key, &nonce, &associated, &text);
    }

    #[test]
    fn every_backend_refuses_every_change_and_leaves_the_ciphertext(
        key: [u8; 32],
        nonce: [u8; 12],
        associated in proptest::collection::vec(any::<u8>(), 1..40),
        text in proptest::collection::vec(any::<u8>(), 1..2_000),
        place: proptest::sample::Index,
        bit in 0_u32..8,
    ) {
        let flip = |bytes: &mut [u8]| {
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
        };
        let mut sealed = text;
        let tag = audited::seal(&key, &nonce, &associated, &mut sealed).unwrap();
        let (mut bad_tag, mut bad_text, mut bad_associated) = (tag, sealed.clone(), associated.clone());
        flip(&mut bad_tag);
        flip(&mut bad_text);
        flip(&mut bad_associated);
        for Backend { name, open, .. } in BACKENDS {
            for (associated, text, tag) in [
                (&associated, &sealed, &bad_tag),
                (&associated, &bad_text, &tag),
                (&bad_associated, &sealed, &tag),
            ] {
                let mut buffer = text.clone();
                prop_assert_eq!(open(&key, &nonce, associated, &mut buffer, tag), Err(NotAuthentic), "{}", name);
                prop_assert_eq!(&buffer, text, "{}", name);
            }
        }
    }

    #[test]
    fn the_extended_form_is_that_of_the_audited_crate(
        key: [u8; 32],
        nonce: [u8; 24],
        associated in proptest::collection::vec(any::<u8>(), 0..40),
        text in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut expected = text.clone();
        let expected_tag: [u8; TAG_LEN] = XChaCha20Poly1305::new(&key.into())
            .encrypt_inout_detached(&XNonce::from(nonce), &associated, (&mut expected[..]).into())
            .unwrap()
            .into();
        let key = Secret::new(key);
        let mut buffer = text.clone();
        let tag = seal_x(&key, &nonce, &associated, &mut buffer).unwrap();
        prop_assert_eq!(tag, expected_tag);
        prop_assert_eq!(&buffer, &expected);
        let mut forged = tag;
        forged[0] ^= 1;
        prop_assert_eq!(open_x(&key, &nonce, &associated, &mut buffer, &forged), Err(NotAuthentic));
        prop_assert_eq!(&buffer, &expected);
        prop_assert_eq!(open_x(&key, &nonce, &associated, &mut buffer, &tag), Ok(()));
        prop_assert_eq!(buffer, text);
    }
}
