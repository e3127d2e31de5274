//! The protocol's text over plain primitives; nothing of the crate.
//!
//! For what the crate keeps to itself: keys between a handshake and a frame. Whatever is computed here is held
//! against the crate wherever the crate shows it.
#![allow(clippy::unwrap_used, reason = "lengths are those of the text")]

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit as _};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;

pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    let digits = bytes.as_ref().iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: &u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let byte = |[high, low]: &[u8; 2]| Some(digit(high)? << 4 | digit(low)?);
    pairs.iter().map(byte).collect()
}

/// "lv(x) = u16 big-endian length ‖ x"
pub(crate) fn lv(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).unwrap();
    [&len.to_be_bytes(), bytes].concat()
}

pub(crate) fn extract(salt: &[u8], input: &[u8]) -> [u8; 32] {
    Hkdf::<Sha256>::extract(Some(salt), input).0.into()
}

/// "E(k, label, ctx, L) = HKDF-Expand(k, lv("iomt1 " ‖ label) ‖ lv(ctx), L)"
pub(crate) fn expand<const N: usize>(key: &[u8; 32], label: &str, context: &[u8]) -> [u8; N] {
    let info = [lv(format!("iomt1 {label}").as_bytes()), lv(context)].concat();
    let mut out = [0; N];
    let hkdf = Hkdf::<Sha256>::from_prk(key).unwrap();
    hkdf.expand(&info, &mut out).unwrap();
    out
}

pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// "hedge(p) = E(Extract(32 RNG bytes, static secret ‖ u64 n), p, h ‖ payload)"
pub(crate) fn hedge<const N: usize>(
    random: &[u8; 32],
    secret: &[u8],
    number: u64,
    (purpose, context): (&str, &[u8]),
) -> [u8; N] {
    let key = extract(random, &[secret, &number.to_be_bytes()].concat());
    expand(&key, purpose, context)
}

pub(crate) fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

pub(crate) fn u24(value: u32) -> [u8; 3] {
    let [a, b, c, _] = value.to_le_bytes();
    [a, b, c]
}

/// The names and keys of one epoch.
pub(crate) struct Epoch {
    pub(crate) chain: [u8; 32],
    pub(crate) locator: [u8; 8],
    pub(crate) open: [u8; 32],
    pub(crate) salt: [u8; 16],
    pub(crate) secret: [u8; 32],
    pub(crate) tag: [u8; 16],
    pub(crate) keys: [[u8; 32]; 4],
    pub(crate) next: [u8; 32],
}

impl Epoch {
    pub(crate) fn new(chain: [u8; 32], salt: [u8; 16]) -> Self {
        let open = expand(&chain, "open", &[]);
        let secret = expand(&open, "epoch", &salt);
        let key = |space| expand(&secret, space, &[]);
        Self {
            locator: expand(&chain, "locator", &[]),
            tag: expand(&secret, "tag", &[]),
            keys: ["data", "alarm", "control", "command"].map(key),
            next: expand(&chain, "next", &[]),
            chain,
            open,
            salt,
            secret,
        }
    }

    /// Byte 0 without its low four bits, and everything behind the route.
    pub(crate) fn sealed(&self, space: u8, counter: u32, plaintext: &[u8]) -> Vec<u8> {
        let associated = self.associated(space, counter);
        let nonce = [&[0; 4][..], &u64::from(counter).to_le_bytes()].concat();
        let nonce: [u8; 12] = nonce.try_into().unwrap();
        let cipher = ChaCha20Poly1305::new(&self.keys[usize::from(space)].into());
        let mut text = plaintext.to_vec();
        let tag = cipher.encrypt_inout_detached(&nonce.into(), &associated, (&mut text[..]).into());
        [&text[..], &tag.unwrap()].concat()
    }

    /// "version u8 ‖ kind·space u8 ‖ epoch tag 16 ‖ counter u64 LE"
    pub(crate) fn associated(&self, space: u8, counter: u32) -> Vec<u8> {
        let counter = u64::from(counter).to_le_bytes();
        [&[1, space << 4][..], &self.tag, &counter].concat()
    }

    pub(crate) fn short(&self, space: u8, counter: u32, plaintext: &[u8]) -> Vec<u8> {
        let sealed = self.sealed(space, counter, plaintext);
        [&[space << 4 | 1][..], &u24(counter), &sealed].concat()
    }

    pub(crate) fn routed(&self, space: u8, counter: u32, plaintext: &[u8]) -> Vec<u8> {
        let short = self.short(space, counter, plaintext);
        [&[short[0] | 8][..], &self.locator, &short[1..]].concat()
    }

    pub(crate) fn unproved(&self, space: u8, counter: u32, plaintext: &[u8]) -> Vec<u8> {
        let short = self.short(space, counter, plaintext);
        [&[short[0] | 12][..], &self.locator, &self.salt, &short[1..]].concat()
    }
}

/// What a handshake leaves behind.
pub(crate) struct Session {
    pub(crate) both: [u8; 32],
    pub(crate) root_up: [u8; 32],
    pub(crate) root_down: [u8; 32],
    pub(crate) id: [u8; 16],
    pub(crate) psk: [u8; 32],
    pub(crate) hint: [u8; 8],
    pub(crate) receipt_key: [u8; 32],
    pub(crate) chain: [u8; 32],
    /// The first of the server's chain.
    pub(crate) commands: [u8; 32],
}

impl Session {
    /// `up` is the key of device to server.
    pub(crate) fn new(
        hash: &[u8; 32],
        [k_ir, k_ri]: [&[u8; 32]; 2],
        device_initiates: Side,
    ) -> Self {
        let (up, down) = match device_initiates {
            Side::Initiator => (k_ir, k_ri),
            Side::Responder => (k_ri, k_ir),
        };
        let both = extract(hash, &[&k_ir[..], k_ri].concat());
        let (root_up, root_down) = (extract(hash, up), extract(hash, down));
        let psk = expand(&both, "resume", &[]);
        Self {
            id: expand(&both, "session", &[]),
            hint: expand(&psk, "hint", &[]),
            receipt_key: expand(&root_down, "receipt", &[]),
            chain: expand(&root_up, "chain", &[]),
            commands: expand(&root_down, "chain", &[]),
            both,
            root_up,
            root_down,
            psk,
        }
    }
}

/// What the device is in the handshake.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Initiator,
    Responder,
}
