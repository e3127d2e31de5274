//! A first message of a label, sealed as it should be, whose ephemeral key leads to zeros: only the agreement can tell.

use sha2::{Digest, Sha256};

use super::area::Area;
use super::pairing::{Run, public};
use super::pairing_packets::ZERO;
use crate::shim::text::{expand, extract, hmac, lv};

pub(super) fn group(area: &mut Area, run: &Run<'_>) {
    let group = area
        .group(
            "pair_step",
            "first messages that are authentic, with keys that lead to zeros",
            &["IOMT-PAIR-009"],
            "FirstZero",
        )
        .judged("any_error");
    for (number, key) in ZERO.iter().enumerate() {
        let hello = hello(run, key);
        group.refused(
            format!("point {number} of small order"),
            run.asks("responder", &[hello]),
        );
    }
    let honest = hello(run, &public(&run.part("an ephemeral")));
    group.valid("an honest key", run.asks("responder", &[honest]));
}

const NAME: &[u8] = b"Noise_XXpsk0_25519_ChaChaPoly_SHA256";

/// Message 1 of `XXpsk0` by hand: psk, e, payload. No private key is needed.
fn hello(run: &Run<'_>, ephemeral: &[u8; 32]) -> Vec<u8> {
    let label = extract(&[0; 32], &run.part::<20>("label"));
    let hint: [u8; 8] = expand(&label, "label hint", &[]);
    let psk: [u8; 32] = expand(&label, "label psk", &[]);
    let fields: [&[u8]; 6] = [b"iomt1", &[1], &[1], NAME, &[2], &hint];
    let name: [u8; 32] = Sha256::digest(NAME).into();
    let hash = mix(&name, &fields.map(lv).concat());
    let [chain, mixed, _] = hkdf(&name, &psk);
    let hash = mix(&mix(&hash, &mixed), ephemeral);
    let [_, key, _] = hkdf(&chain, ephemeral);
    let message = [&ephemeral[..], &sealed(&key, &hash)].concat();
    let connection: [u8; 8] = run.part("connection");
    let header = [&[0x81, 1, 2, 1][..], &connection, &hint].concat();
    let mac1_key: [u8; 32] = expand(&label, "label mac1", &[]);
    let mac1 = hmac(&mac1_key, &[&header, &message]);
    [&header[..], &mac1[..16], &message].concat()
}

fn mix(hash: &[u8; 32], data: &[u8]) -> [u8; 32] {
    Sha256::digest([hash, data].concat()).into()
}

/// Noise's HKDF, with three outputs.
fn hkdf(chain: &[u8; 32], input: &[u8]) -> [[u8; 32]; 3] {
    let key = hmac(chain, &[input]);
    let first = hmac(&key, &[&[1]]);
    let second = hmac(&key, &[&first, &[2]]);
    [first, second, hmac(&key, &[&second, &[3]])]
}

/// The offer, under nonce 0.
fn sealed(key: &[u8; 32], hash: &[u8; 32]) -> Vec<u8> {
    use chacha20poly1305::aead::{AeadInOut, KeyInit as _};
    let mut text = [1, 4, 0b10, 0b10, 0b100, 0];
    let cipher = chacha20poly1305::ChaCha20Poly1305::new(&(*key).into());
    let tag = cipher.encrypt_inout_detached(&[0; 12].into(), hash, (&mut text[..]).into());
    [&text[..], &tag.unwrap()].concat()
}
