//! Every value between the bytes of a handshake: Noise's operations one by one, in plain primitives.
//!
//! The names are those of the Noise specification, 5.2. What a side that disagrees computes otherwise, it finds in the first of
//! them that it can not confirm.

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit as _};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};

use super::pairing::{Run, public};
use super::pairing_lengths::mac1_key;
use super::pairing_packets::first_noise;
use crate::shim;
use crate::shim::pairing_noise::agreed;
use crate::shim::text::{Session, Side, hex, hmac, unhex};

/// Header, and behind it the code of message 1.
const HEADER: usize = 20;
const MAC1: usize = 16;
const TAG: usize = 16;
const KEY: usize = 32;

type Secret = [u8; KEY];

/// A `SymmetricState` that tells what is done to it.
struct Symmetric {
    ck: Secret,
    h: Secret,
    k: Option<Secret>,
    nonce: u64,
    message: usize,
    operations: Vec<Value>,
}

impl Symmetric {
    fn new(name: &str) -> Self {
        // "If protocol_name is less than or equal to HASHLEN bytes in length", it is h itself, with zeros behind.
        let mut h = [0; KEY];
        match h.get_mut(..name.len()) {
            Some(start) => start.copy_from_slice(name.as_bytes()),
            None => h = Sha256::digest(name).into(),
        }
        Self {
            ck: h,
            h,
            k: None,
            nonce: 0,
            message: 0,
            operations: Vec::new(),
        }
    }

    fn told(&mut self, token: &str, mut operation: Value) {
        operation["message"] = self.message.into();
        operation["token"] = token.into();
        self.operations.push(operation);
    }

    fn hash(&mut self, data: &[u8]) {
        self.h = Sha256::new()
            .chain_update(self.h)
            .chain_update(data)
            .finalize()
            .into();
    }

    fn mix_hash(&mut self, token: &str, data: &[u8]) {
        self.hash(data);
        let h = hex(self.h);
        self.told(
            token,
            json!({ "do": "MixHash", "input": hex(data), "h": h }),
        );
    }

    fn mix_key(&mut self, token: &str, input: &Secret) {
        let [ck, k] = hkdf(&self.ck, input);
        (self.ck, self.k, self.nonce) = (ck, Some(k), 0);
        self.told(
            token,
            json!({ "do": "MixKey", "input": hex(input), "ck": hex(ck), "k": hex(k) }),
        );
    }

    fn mix_key_and_hash(&mut self, input: &Secret) {
        let [ck, hashed, k] = hkdf(&self.ck, input);
        (self.ck, self.k, self.nonce) = (ck, Some(k), 0);
        self.hash(&hashed);
        let h = hex(self.h);
        self.told(
            "psk",
            json!({ "do": "MixKeyAndHash", "input": hex(input), "ck": hex(ck), "k": hex(k), "h": h }),
        );
    }

    /// The other way round, which is the same: ChaCha20 is a stream.
    fn encrypt_and_hash(&mut self, token: &str, sent: &[u8]) {
        let mut text = sent.to_vec();
        if let Some(k) = self.k {
            text.truncate(sent.len() - TAG);
            let nonce = [&[0; 4][..], &self.nonce.to_le_bytes()].concat();
            let nonce: [u8; 12] = nonce.try_into().unwrap();
            let cipher = ChaCha20Poly1305::new(&k.into());
            let stream = cipher.encrypt_inout_detached(&nonce.into(), &[], (&mut text[..]).into());
            stream.unwrap();
            self.nonce += 1;
        }
        self.hash(sent);
        let h = hex(self.h);
        self.told(
            token,
            json!({ "do": "EncryptAndHash", "input": hex(text), "h": h }),
        );
    }
}

/// "`HKDF(chaining_key, input_key_material, num_outputs)`"
fn hkdf<const N: usize>(ck: &Secret, input: &Secret) -> [Secret; N] {
    let temporary = hmac(ck, &[input]);
    let mut before = Vec::new();
    std::array::from_fn(|place| {
        let number = [u8::try_from(place + 1).unwrap()];
        let output = hmac(&temporary, &[&before, &number]);
        before = output.to_vec();
        output
    })
}

/// The tokens of each message; those in front of the first are of the pre-messages.
fn pattern(name: &str) -> (&'static str, &'static [&'static str]) {
    match name.split('_').nth(1).unwrap() {
        "IKpsk2" => ("r", &["e es s ss", "e ee se psk"]),
        "XXpsk0" => ("", &["psk e", "e ee s es", "s se"]),
        "XX" => ("", &["e", "e ee s es", "s se"]),
        "IK" => ("r", &["e es s ss", "e ee se"]),
        _ => ("ir", &["psk e es ss", "e ee se"]),
    }
}

/// Both sides' keys: [`trace`] is told by nobody who takes part.
struct Keys {
    statics: [Secret; 2],
    ephemerals: [Option<Secret>; 2],
}

impl Keys {
    fn dh(&self, token: &str) -> Secret {
        let key = |letter: &str, side: usize| match letter {
            "s" => self.statics[side],
            _ => self.ephemerals[side].unwrap(),
        };
        let (initiator, responder) = (key(&token[..1], 0), key(&token[1..], 1));
        let theirs = PublicKey::from(&StaticSecret::from(responder));
        *StaticSecret::from(initiator)
            .diffie_hellman(&theirs)
            .as_bytes()
    }
}

/// What has been computed behind so many packets of a handshake.
pub(super) fn trace(run: &Run<'_>, count: usize) -> Option<Value> {
    let packets = run.packets();
    let first = 2 * first_noise(run, "responder");
    let asked = run.asks("responder", &run.received("responder", &packets));
    let (name, prologue, psk) = agreed(&asked)?;
    let (known, messages) = pattern(&name);
    let count = count.checked_sub(first).filter(|count| *count > 0)?;
    let keys = Keys {
        statics: ["initiator", "responder"].map(|side| run.secret(side)),
        ephemerals: ["initiator", "responder"].map(|side| ephemeral(run, side, &packets)),
    };
    let mut state = Symmetric::new(&name);
    state.mix_hash("prologue", &prologue);
    for side in known.chars() {
        state.mix_hash("s", &public(&keys.statics[usize::from(side == 'r')]));
    }
    for (place, tokens) in messages.iter().enumerate().take(count) {
        state.message = place + 1;
        let header = match (run.model.is_bare, place) {
            (true, _) => 0,
            (_, 0) => HEADER + MAC1,
            _ => HEADER,
        };
        let mut rest = &packets[first + place][header..];
        for token in tokens.split(' ') {
            rest = follow(&mut state, &keys, token, rest, psk.as_ref());
        }
        state.encrypt_and_hash("payload", rest);
    }
    let is_whole = count >= messages.len();
    let mut told = json!({ "operations": state.operations, "h": hex(state.h) });
    if !run.model.is_bare {
        told["mac1Key"] = hex(mac1_key(run, &packets)).into();
    }
    if is_whole {
        told["keys"] = split(run, &state);
    }
    Some(told)
}

fn ephemeral(run: &Run<'_>, side: &str, packets: &[Vec<u8>]) -> Option<Secret> {
    let asked = run.asks(side, &run.received(side, packets));
    let said = shim::outcome("pair_step", &asked)["result"]["ephemeral"].clone();
    unhex(said.as_str()?)?.try_into().ok()
}

/// One token, of what is left of its message; what it leaves of that.
fn follow<'m>(
    state: &mut Symmetric,
    keys: &Keys,
    token: &str,
    rest: &'m [u8],
    psk: Option<&Secret>,
) -> &'m [u8] {
    match token {
        "psk" => state.mix_key_and_hash(psk.unwrap()),
        "e" => {
            let (key, rest) = rest.split_first_chunk().unwrap();
            state.mix_hash(token, key);
            if psk.is_some() {
                state.mix_key(token, key);
            }
            return rest;
        }
        "s" => {
            let tag = if state.k.is_some() { TAG } else { 0 };
            let (key, rest) = rest.split_at(KEY + tag);
            state.encrypt_and_hash(token, key);
            return rest;
        }
        _ => state.mix_key(token, &keys.dh(token)),
    }
    rest
}

/// Split, and what is derived from it.
fn split(run: &Run<'_>, state: &Symmetric) -> Value {
    let temporary = hmac(&state.ck, &[]);
    let k_ir = hmac(&temporary, &[&[1]]);
    let k_ri = hmac(&temporary, &[&k_ir, &[2]]);
    let device = match run.model.number {
        1..=3 => Side::Responder,
        _ => Side::Initiator,
    };
    let session = Session::new(&state.h, [&k_ir, &k_ri], device);
    json!({
        "kIr": hex(k_ir), "kRi": hex(k_ri),
        "both": hex(session.both), "rootUp": hex(session.root_up), "rootDown": hex(session.root_down),
        "receiptKey": hex(session.receipt_key), "chain": hex(session.chain),
    })
}
