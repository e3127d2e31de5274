//! Somebody who knows the label and keeps to the protocol, but for what it chooses to show.
//!
//! The messages are made by hand from the protocol's text, not by the engine. So all else about
//! a bad key or payload fits, and only the rule under test can refuse it.

use super::*;
use crate::crypto::dh::PrivateKey;
use crate::crypto::hash::{expand_into, extract, hmac, sha256};
use crate::crypto::{Secret, aead};
use crate::seal::{derive, expand_label};

/// One side of the handshake: its hash and keys so far.
struct Insider {
    chaining_key: [u8; 32],
    hash: [u8; 32],
    key: Secret,
}

/// A private key, and what is shown for its public half.
struct Shown {
    private: [u8; 32],
    public: [u8; 32],
}

impl Shown {
    fn honest(private: [u8; 32]) -> Self {
        let public = PrivateKey::from_bytes(private).public();
        Self { private, public }
    }

    /// What the other side computes with the key that it was shown: for a point of low order, zeros.
    fn agree(&self, other: &[u8; 32]) -> [u8; 32] {
        let low = PrivateKey::from_bytes([1; 32])
            .agree(&self.public)
            .is_none();
        let shared = PrivateKey::from_bytes(self.private).agree(other).unwrap();
        if low { [0; 32] } else { *shared.expose() }
    }
}

pub(super) fn label_key(label: Label) -> Secret {
    derive(&extract(&[0; 32], &[SECRET]), label)
}

/// "lv("iomt1") lv(wire version) lv(suite) lv(Noise name) lv(model) lv(hint)", hashed into the name.
fn hash_before_the_first_message() -> [u8; 32] {
    let name = b"Noise_XXpsk0_25519_ChaChaPoly_SHA256";
    let hint = label().hint().0;
    let fields: [&[u8]; 6] = [b"iomt1", &[1], &[1], name, &[2], &hint];
    let prologue: Vec<u8> = fields
        .iter()
        .flat_map(|field| [&[0, u8::try_from(field.len()).unwrap()], *field].concat())
        .collect();
    sha256(&[&sha256(&[name]), &prologue])
}

pub(super) fn packet(step: u8, message: &[u8]) -> Vec<u8> {
    let header = [&[0x81, 1, 2, step], &CONNECTION.0[..], &label().hint().0].concat();
    let code: [u8; 16] = hmac(&label_key(Label::LABEL_MAC1), &[&header, message]);
    let code = if step == 1 { &code[..] } else { &[] };
    [&header, code, message].concat()
}

/// Noise's HKDF, which is that of RFC 5869 without info.
fn hkdf<const N: usize>(chaining_key: &[u8], input: &[u8]) -> [u8; N] {
    let mut outputs = [0; N];
    expand_into(&extract(chaining_key, &[input]), &[], &mut outputs).unwrap();
    outputs
}

impl Insider {
    fn new() -> Self {
        let mut insider = Self {
            chaining_key: sha256(&[b"Noise_XXpsk0_25519_ChaChaPoly_SHA256"]),
            hash: hash_before_the_first_message(),
            key: Secret::new([0; 32]),
        };
        let psk = label_key(Label::LABEL_PSK);
        let outputs: [u8; 96] = hkdf(&insider.chaining_key, psk.expose());
        insider.chaining_key.copy_from_slice(&outputs[..32]);
        insider.mix_hash(&outputs[32..64]);
        insider
    }

    fn mix_hash(&mut self, data: &[u8]) {
        self.hash = sha256(&[&self.hash, data]);
    }

    fn mix_key(&mut self, input: &[u8; 32]) {
        let outputs: [u8; 64] = hkdf(&self.chaining_key, input);
        self.chaining_key.copy_from_slice(&outputs[..32]);
        self.key = Secret::try_from(&outputs[32..]).unwrap();
    }

    fn mix_ephemeral(&mut self, public: &[u8; 32]) {
        self.mix_hash(public);
        self.mix_key(public);
    }

    fn seal(&mut self, nonce: u64, plaintext: &[u8]) -> Vec<u8> {
        let mut sealed = plaintext.to_vec();
        let tag = aead::seal(&self.key, nonce, &self.hash, &mut sealed).unwrap();
        sealed.extend(tag);
        self.mix_hash(&sealed);
        sealed
    }

    fn open(&mut self, sealed: &[u8]) -> Vec<u8> {
        let (ciphertext, tag) = sealed.split_last_chunk().unwrap();
        let mut plaintext = ciphertext.to_vec();
        aead::open(&self.key, 0, &self.hash, &mut plaintext, tag).unwrap();
        self.mix_hash(sealed);
        plaintext
    }

    fn hello(&mut self, e: &Shown, payload: &[u8]) -> Vec<u8> {
        self.mix_ephemeral(&e.public);
        packet(1, &[&e.public, &self.seal(0, payload)[..]].concat())
    }

    fn read_hello(&mut self, packet: &[u8]) -> [u8; 32] {
        let (e, payload) = packet[HEADER_AND_CODE..].split_first_chunk().unwrap();
        self.mix_ephemeral(e);
        self.open(payload);
        *e
    }

    fn reply(&mut self, their_e: &[u8; 32], e: &Shown, s: &Shown, payload: &[u8]) -> Vec<u8> {
        self.mix_ephemeral(&e.public);
        self.mix_key(&e.agree(their_e));
        let sealed_s = self.seal(0, &s.public);
        self.mix_key(&s.agree(their_e));
        packet(
            2,
            &[&e.public, &sealed_s[..], &self.seal(0, payload)].concat(),
        )
    }

    /// Returns the other side's ephemeral key.
    fn read_reply(&mut self, packet: &[u8], e: &Shown) -> [u8; 32] {
        let (their_e, rest) = packet[HEADER..].split_first_chunk().unwrap();
        self.mix_ephemeral(their_e);
        self.mix_key(&e.agree(their_e));
        let their_s = self.open(&rest[..48]);
        self.mix_key(&e.agree(&their_s[..].try_into().unwrap()));
        self.open(&rest[48..]);
        *their_e
    }

    /// Still under the key of message 2, whose payload took the first nonce.
    fn confirmation(&mut self, their_e: &[u8; 32], s: &Shown, payload: &[u8]) -> Vec<u8> {
        let sealed_s = self.seal(1, &s.public);
        self.mix_key(&s.agree(their_e));
        packet(3, &[sealed_s, self.seal(0, payload)].concat())
    }
}

/// What the reader says to a device that knows the label and shows these keys.
fn read_insiders_reply(e: &Shown, s: &Shown, payload: &[u8]) -> Result<Paired, Error> {
    let (state, first) = hello();
    let mut insider = Insider::new();
    let their_e = insider.read_hello(&first);
    let reply = insider.reply(&their_e, e, s, payload);
    match confirm(state, &reply) {
        Ok((paired, _)) => Ok(paired),
        Err(refused) => Err(refused.error),
    }
}

/// What the device says to a reader that knows the label and shows these keys.
fn read_insiders_messages(e: &Shown, s: &Shown, payloads: [&[u8]; 2]) -> Result<Paired, Error> {
    let mut insider = Insider::new();
    let (state, reply) = answer(&insider.hello(e, payloads[0]), 50)?;
    let their_e = insider.read_reply(&reply, e);
    let confirmation = insider.confirmation(&their_e, s, payloads[1]);
    finish(state, &confirmation).map_err(|refused| refused.error)
}

fn pairs_as_reader(e: &Shown, s: &Shown) -> Result<(), Error> {
    read_insiders_messages(e, s, [&OFFER, &[]]).map(|_| ())
}

fn pairs_as_device(e: &Shown, s: &Shown) -> Result<(), Error> {
    read_insiders_reply(e, s, &offer_and_descriptor()).map(|_| ())
}

fn offer_and_descriptor() -> Vec<u8> {
    [&OFFER[..], &[2, 32], &[0xD5; 32]].concat()
}

/// What a device that offers this says to a first message.
#[cfg(feature = "pq")]
pub(super) fn reply_with_offer(hello: &[u8], offer: [u8; 4]) -> Vec<u8> {
    let (e, s) = (Shown::honest([3; 32]), Shown::honest([4; 32]));
    let mut insider = Insider::new();
    let their_e = insider.read_hello(hello);
    let payload = [&[1, 4][..], &offer, &[2, 32], &[0xD5; 32]].concat();
    insider.reply(&their_e, &e, &s, &payload)
}

// IOMT-PAIR-024
#[test]
fn a_device_that_promises_no_descriptor_is_refused() {
    let (e, s) = (Shown::honest([3; 32]), Shown::honest([4; 32]));
    let refused = read_insiders_reply(&e, &s, &OFFER).map(|_| ());
    assert_eq!(refused, Err(wire::Error::Truncated { missing: 1 }.into()));
}

#[test]
fn an_insider_with_honest_keys_pairs() {
    let (e, s) = (Shown::honest([3; 32]), Shown::honest([4; 32]));
    assert_eq!(pairs_as_reader(&e, &s), Ok(()));
    assert_eq!(pairs_as_device(&e, &s), Ok(()));
}

/// "all-zero outputs abort": the points whose order divides eight, each written canonically.
// IOMT-PAIR-009
#[test]
fn a_key_of_low_order_is_refused_in_every_place_though_all_else_fits() {
    const ORDER_EIGHT: [[u8; 32]; 2] = [
        [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f,
            0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16,
            0x5f, 0x49, 0xb8, 0x00,
        ],
        [
            0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83,
            0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd,
            0xd0, 0x9f, 0x11, 0x57,
        ],
    ];
    let mut one = [0; 32];
    one[0] = 1;
    let points = [[0; 32], one, prime_plus(-1), ORDER_EIGHT[0], ORDER_EIGHT[1]];
    for public in points {
        assert_refused_in_every_place(public, Error::NotAuthentic);
    }
}

// IOMT-PAIR-008
#[test]
fn a_key_that_is_not_canonical_is_refused_in_every_place_though_all_else_fits() {
    let mut with_top_bit = Shown::honest([5; 32]).public;
    with_top_bit[31] |= 0x80;
    for public in [prime_plus(0), prime_plus(9), [0xFF; 32], with_top_bit] {
        assert_refused_in_every_place(public, Error::BadKey);
    }
}

fn assert_refused_in_every_place(public: [u8; 32], error: Error) {
    let (e, s) = (Shown::honest([3; 32]), Shown::honest([4; 32]));
    let bad = Shown {
        private: [5; 32],
        public,
    };
    assert_eq!(pairs_as_reader(&bad, &s), Err(error), "message 1, e");
    assert_eq!(pairs_as_device(&bad, &s), Err(error), "message 2, e");
    assert_eq!(pairs_as_device(&e, &bad), Err(error), "message 2, s");
    assert_eq!(pairs_as_reader(&e, &bad), Err(error), "message 3, s");
}

/// 2^255 − 19 + `offset`, little-endian.
fn prime_plus(offset: i8) -> [u8; 32] {
    let mut bytes = [0xFF; 32];
    bytes[0] = 0xED_u8.wrapping_add_signed(offset);
    bytes[31] = 0x7F;
    bytes
}

// IOMT-PAIR-021, IOMT-PAIR-022, IOMT-PAIR-023
#[test]
fn an_authentic_payload_is_refused_where_it_is_malformed_or_without_a_common_choice() {
    let (e, s) = (Shown::honest([3; 32]), Shown::honest([4; 32]));
    let no_common_suite: &[u8] = &[1, 4, 0b10, 0b100, 0b100, 0];
    let no_common_model: &[u8] = &[1, 4, 0b10, 0b10, 0b1000, 0];
    for payload in [no_common_suite, no_common_model] {
        let refused = read_insiders_messages(&e, &s, [payload, &[]]);
        assert_eq!(refused.err(), Some(Error::Downgraded));
        let refused = read_insiders_reply(&e, &s, payload);
        assert_eq!(refused.err(), Some(Error::Downgraded));
    }
    let twice = [OFFER, OFFER].concat();
    for payload in [&OFFER[..5], &[1, 3, 0, 0, 0], &[0x80], &twice, &[9, 200]] {
        let first = read_insiders_messages(&e, &s, [payload, &[]]);
        let second = read_insiders_reply(&e, &s, payload);
        let third = read_insiders_messages(&e, &s, [&OFFER, payload]);
        for refused in [first, second, third] {
            assert!(matches!(refused.err(), Some(Error::Malformed(_))));
        }
    }
    for refused in [
        read_insiders_messages(&e, &s, [&[], &[]]),
        read_insiders_reply(&e, &s, &[]),
    ] {
        assert!(
            matches!(refused.err(), Some(Error::Malformed(_))),
            "no offer"
        );
    }
}

/// A refusal that comes after everything was decrypted takes back what the decryption had changed.
#[test]
fn an_authentic_message_with_a_malformed_payload_ends_no_pairing() {
    let (e, s) = (Shown::honest([3; 32]), Shown::honest([4; 32]));
    let stage = stage();
    let mut insider = Insider::new();
    let their_e = insider.read_hello(&stage.messages[0]);
    let reply = insider.reply(&their_e, &e, &s, &[0x80]);
    let (stage, error) = stage.refuse_changed(1, &reply);
    assert!(matches!(error, Error::Malformed(_)));
    stage.assert_finishes();

    let hello = Insider::new().hello(&e, &OFFER);
    let (state, reply) = answer(&hello, 50).unwrap();
    let confirmation = |payload: &[u8]| {
        let mut insider = Insider::new();
        insider.hello(&e, &OFFER);
        let their_e = insider.read_reply(&reply, &e);
        insider.confirmation(&their_e, &s, payload)
    };
    let (state, error) = refused_confirmation(state, &confirmation(&[0x80]));
    assert!(matches!(error, Error::Malformed(_)));
    assert_eq!(
        finish(state, &confirmation(&[])).unwrap().peer.as_bytes(),
        s.public
    );
}

// IOMT-EPOCH-010, IOMT-PAIR-012
#[test]
fn the_ephemeral_key_is_hedged_as_the_protocol_says() {
    // "hedge(p) = E(Extract(32 RNG bytes, static secret ‖ u64 n), p, h ‖ payload)", n = 0
    let (_, packet) = start(CONNECTION, &mut Counting(10));
    assert_eq!(
        packet[HEADER_AND_CODE..][..32],
        PrivateKey::from_bytes(first_ephemeral()).public()
    );
}

/// The private key behind message 1 of [`hello`].
pub(super) fn first_ephemeral() -> [u8; 32] {
    let key = extract(&[11; 32], &[&READER_KEY, &[0; 8]]);
    let hash = hash_before_the_first_message();
    expand_label(&key, Label::EPHEMERAL, [&hash, &OFFER])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn foreign_payloads_of_an_insider_never_panic(payload in proptest::collection::vec(any::<u8>(), 0..300)) {
        let (e, s) = (Shown::honest([3; 32]), Shown::honest([4; 32]));
        let _ = read_insiders_messages(&e, &s, [&payload, &[]]);
        let _ = read_insiders_messages(&e, &s, [&OFFER, &payload]);
        let _ = read_insiders_reply(&e, &s, &payload);
    }
}
