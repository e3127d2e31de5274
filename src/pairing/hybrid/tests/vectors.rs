//! One handshake of each model, whole: the bytes that are committed here, and a computation that takes nothing of this
//! crate but what it is to be compared with: the primitives as their crates have them, and Noise by hand.

use super::*;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hkdf::Hkdf;
use ml_kem::kem::{Decapsulate, KeyExport};
use ml_kem::{DecapsulationKey768, EncapsulationKey768};
use sha2::{Digest, Sha256};
use std::format;
use std::string::String;
use x25519_dalek::{PublicKey as Point, StaticSecret};

const PHONE_KEY: [u8; 32] = [1; 32];
const DEVICE_KEY: [u8; 32] = [2; 32];
/// What `World` draws: the first of each generator.
const PHONES_DRAW: [u8; 32] = [11; 32];
const DEVICES_DRAW: [u8; 32] = [101; 32];

/// SHA-256 of each message, the hash behind them, and psk'.
struct Expected {
    messages: &'static [&'static str],
    hash: &'static str,
    resumption: &'static str,
}

const XX: Expected = Expected {
    messages: &[
        "966d87888d98a66f79d2ec8cf82790b3a65bea1e9f00022a341f8fcfd6855f68",
        "a7242d41fd0e4ae264613542067443a9eab9eb314201e7a20ef0e315a410d21f",
        "b39c63523314b33809d5bb7f7e247ac717a09b0029a7b5adae0579a2e3e6e092",
    ],
    hash: "0b15d7195eb1acd437a74a68e3df981cbba58c88a6e1fcf927419e4f40167fc1",
    resumption: "b35bedff3955a2a436aba0c69ecdd3a4d9d22fce8e438cd9455695ba207b8132",
};
const IK: Expected = Expected {
    messages: &[
        "aa58e1aed50f1e42f5d4383e41f80650990452db7519fd385d3a92099c76ff79",
        "a8e1b9d1ac7f3f69e469d74aa763adaf0bcfd822f74eecdab5b5a177a08ca889",
    ],
    hash: "f7a6ac2428dc27ab15e716b27ca2d72fab0805f026ed284023d63cc4a2ff43ec",
    resumption: "7ca0b98016d807f1544cfe00bbff17b3be5a27737f02ec9b2ca40ec8bb907682",
};

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lv(field: &[u8]) -> Vec<u8> {
    let len = u16::try_from(field.len()).unwrap();
    [&len.to_be_bytes()[..], field].concat()
}

fn extract(salt: &[u8], input: &[u8]) -> [u8; 32] {
    Hkdf::<Sha256>::extract(Some(salt), input).0.into()
}

/// "E(k, label, ctx, L) = HKDF-Expand(k, lv("iomt1 " ‖ label) ‖ lv(ctx), L)"
fn expand<const N: usize>(key: &[u8; 32], label: &str, context: &[u8]) -> [u8; N] {
    let info = [lv(format!("iomt1 {label}").as_bytes()), lv(context)].concat();
    let mut out = [0; N];
    Hkdf::<Sha256>::from_prk(key)
        .unwrap()
        .expand(&info, &mut out)
        .unwrap();
    out
}

fn dh(private: [u8; 32], public: [u8; 32]) -> [u8; 32] {
    StaticSecret::from(private)
        .diffie_hellman(&Point::from(public))
        .to_bytes()
}

fn public(private: [u8; 32]) -> [u8; 32] {
    Point::from(&StaticSecret::from(private)).to_bytes()
}

/// Noise's `SymmetricState`.
struct Symmetric {
    chaining: [u8; 32],
    hash: [u8; 32],
    key: [u8; 32],
    nonce: u64,
}

impl Symmetric {
    fn new(name: &str, prologue: &[u8]) -> Self {
        let hash = sha256(&[name.as_bytes()]);
        Self {
            chaining: hash,
            hash: sha256(&[&hash, prologue]),
            key: [0; 32],
            nonce: 0,
        }
    }

    fn mix_hash(&mut self, data: &[u8]) {
        self.hash = sha256(&[&self.hash, data]);
    }

    /// Noise's `HKDF`, of three outputs.
    fn outputs(&self, input: &[u8]) -> [[u8; 32]; 3] {
        let mut out = [0; 96];
        let hkdf = Hkdf::<Sha256>::new(Some(&self.chaining), input);
        hkdf.expand(&[], &mut out).unwrap();
        [0, 32, 64].map(|start| out[start..start + 32].try_into().unwrap())
    }

    fn mix_key(&mut self, input: &[u8]) {
        [self.chaining, self.key, _] = self.outputs(input);
        self.nonce = 0;
    }

    fn mix_psk(&mut self, psk: &[u8]) {
        let [chaining, hash, key] = self.outputs(psk);
        self.mix_hash(&hash);
        (self.chaining, self.key, self.nonce) = (chaining, key, 0);
    }

    /// The token `e`, in a handshake that has a psk.
    fn show(&mut self, ephemeral: [u8; 32], message: &mut Vec<u8>) {
        message.extend(ephemeral);
        self.mix_hash(&ephemeral);
        self.mix_key(&ephemeral);
    }

    fn seal(&mut self, plaintext: &[u8], message: &mut Vec<u8>) {
        let cipher = ChaCha20Poly1305::new(&self.key.into());
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&self.nonce.to_le_bytes());
        let mut sealed = plaintext.to_vec();
        let (nonce, buffer) = (Nonce::from(nonce), &mut sealed[..]);
        let tag = cipher.encrypt_inout_detached(&nonce, &self.hash, buffer.into());
        sealed.extend(tag.unwrap());
        self.nonce += 1;
        self.mix_hash(&sealed);
        message.extend(sealed);
    }
}

/// What a side draws for its message with an ephemeral key.
struct Drawn {
    ephemeral: [u8; 32],
    kem_key: [u8; 64],
    kem_secret: [u8; 32],
}

/// "hedge(p) = E(Extract(32 RNG bytes, static secret ‖ u64 n), p, h ‖ payload)"
fn drawn(random: [u8; 32], private: [u8; 32], hash: &[u8; 32], payload: &[u8]) -> Drawn {
    let hedge = extract(&random, &[&private[..], &[0; 8]].concat());
    let context = [&hash[..], payload].concat();
    Drawn {
        ephemeral: expand(&hedge, "ephemeral", &context),
        kem_key: expand(&hedge, "kem key", &context),
        kem_secret: expand(&hedge, "kem secret", &context),
    }
}

/// All that a handshake says, and what it leaves behind.
struct Run {
    messages: Vec<Vec<u8>>,
    noise: Symmetric,
}

/// By hand: the tokens of both models, line by line as the module's drawing has them.
fn by_hand(model: Model) -> Run {
    let is_xx = model == Model::LABEL_SECRET;
    let label = extract(&[0; 32], b"a secret of a label");
    let psk: [u8; 32] = expand(&label, "label psk", &[]);
    let hint: [u8; 8] = expand(&label, "label hint", &[]);
    let name = match is_xx {
        true => "Noise_XXhfs+psk0_25519+MLKEM768_ChaChaPoly_SHA256",
        false => "Noise_IKhfs+psk2_25519+MLKEM768_ChaChaPoly_SHA256",
    };
    let fields: [&[u8]; 6] = [b"iomt1", &[1], &[3], name.as_bytes(), &[model.0], &hint];
    let prologue: Vec<u8> = fields.into_iter().flat_map(lv).collect();
    let offer = [1, 4, 0b10, 0b1010, 1 << model.0, 0];
    let promise = [&offer[..], &[2, 32], &sha256(&[b"descriptor"])].concat();

    let mut noise = Symmetric::new(name, &prologue);
    let device = public(DEVICE_KEY);
    if !is_xx {
        noise.mix_hash(&device);
    }
    let (mut first, mut second, mut third) = (Vec::new(), Vec::new(), Vec::new());

    let ours = drawn(PHONES_DRAW, PHONE_KEY, &noise.hash, &offer);
    if is_xx {
        noise.mix_psk(&psk);
    }
    noise.show(public(ours.ephemeral), &mut first);
    if !is_xx {
        noise.mix_key(&dh(ours.ephemeral, device)); // es
    }
    let kem = DecapsulationKey768::from_seed(ours.kem_key.into());
    noise.seal(&kem.encapsulation_key().to_bytes(), &mut first); // e1
    if !is_xx {
        noise.seal(&public(PHONE_KEY), &mut first); // s
        noise.mix_key(&dh(PHONE_KEY, device)); // ss
    }
    noise.seal(&offer, &mut first);

    let theirs = drawn(DEVICES_DRAW, DEVICE_KEY, &noise.hash, &promise);
    noise.show(public(theirs.ephemeral), &mut second);
    noise.mix_key(&dh(theirs.ephemeral, public(ours.ephemeral))); // ee
    let encapsulation = EncapsulationKey768::new(&kem.encapsulation_key().to_bytes()).unwrap();
    let (ciphertext, shared) = encapsulation.encapsulate_deterministic(&theirs.kem_secret.into());
    assert_eq!(kem.decapsulate(&ciphertext), shared);
    noise.seal(&ciphertext, &mut second); // ekem1
    noise.mix_key(&shared);
    if is_xx {
        noise.seal(&device, &mut second); // s
        noise.mix_key(&dh(DEVICE_KEY, public(ours.ephemeral))); // es
        noise.seal(&promise, &mut second);
        noise.seal(&public(PHONE_KEY), &mut third); // s
        noise.mix_key(&dh(PHONE_KEY, public(theirs.ephemeral))); // se
        noise.seal(&[], &mut third);
    } else {
        noise.mix_key(&dh(theirs.ephemeral, public(PHONE_KEY))); // se
        noise.mix_psk(&psk);
        noise.seal(&promise, &mut second);
    }
    let messages = [first, second, third].into_iter();
    Run {
        messages: messages.filter(|message| !message.is_empty()).collect(),
        noise,
    }
}

/// The messages of the crate, of which each packet has a part: behind header and code, and the byte that counts parts.
fn by_the_crate(model: Model) -> (Vec<Vec<u8>>, [Paired; 2]) {
    let world = World::new();
    let (mut asking, mut answering) = world.sides(model);
    let sent = pair(&mut asking, &mut answering, model);
    let mut messages: Vec<Vec<u8>> = Vec::new();
    for packet in sent {
        let (step, header) = (packet[3], if packet[3] == 1 { 36 } else { 20 });
        if packet[header] & 0x0F == 0 {
            assert_eq!(usize::from(step), messages.len() + 1);
            messages.push(Vec::new());
        }
        messages.last_mut().unwrap().extend(&packet[header + 1..]);
    }
    let paired = [asking, answering].map(|mut side| side.poll_paired().unwrap());
    (messages, paired)
}

#[test]
fn each_message_and_what_comes_of_it_is_as_committed_and_as_computed_by_hand() {
    for (model, expected) in [(Model::LABEL_SECRET, XX), (Model::LABEL_KEY, IK)] {
        let run = by_hand(model);
        let (messages, paired) = by_the_crate(model);
        for (number, (ours, by_hand)) in messages.iter().zip(&run.messages).enumerate() {
            assert!(ours == by_hand, "{model:?}: message {number}, from 0");
        }
        // "k_ir, k_ri (Split)", "both = Extract(h, k_ir ‖ k_ri)", "psk' = E(both,"resume")"
        let [initiators, responders, _] = run.noise.outputs(&[]);
        let both = extract(&run.noise.hash, &[initiators, responders].concat());
        let resumption: [u8; 32] = expand(&both, "resume", &[]);
        for mut paired in paired {
            let session: [u8; 16] = expand(&both, "session", &[]);
            assert_eq!(paired.secrets.id(), session);
            let secret = paired.secrets.resumption().unwrap();
            assert_eq!(secret.secret_bytes(), resumption);
        }
        let made: Vec<String> = messages
            .iter()
            .map(|message| hex(&sha256(&[message])))
            .collect();
        let made = (made, hex(&run.noise.hash), hex(&resumption));
        let committed: Vec<String> = expected
            .messages
            .iter()
            .map(|hash| (*hash).into())
            .collect();
        let committed = (committed, expected.hash.into(), expected.resumption.into());
        assert_eq!(made, committed, "{model:?}");
    }
}

/// A chip in its driver's hands: it answers at once, and is no `Identity`.
#[derive(Debug)]
struct Chip {
    inside: Identity,
    hedge: [u8; 32],
    asked: core::cell::Cell<usize>,
}

impl crate::pairing::KeyHolder for Chip {
    fn public(&self) -> PublicKey {
        self.inside.public()
    }

    fn hedge_secret(&self) -> &[u8] {
        &self.hedge
    }

    fn agree(&self, peer: &PublicKey) -> Option<crate::pairing::SharedSecret> {
        self.asked.set(self.asked.get() + 1);
        self.inside.agree(peer).filter(|_| self.asked.get() < 9)
    }
}

#[test]
fn a_key_in_a_chip_pairs_as_one_in_ram_does_and_a_chip_that_fails_is_an_error() {
    let chip = |seed: u8| Chip {
        inside: identity(seed),
        hedge: [seed; 32],
        asked: core::cell::Cell::new(0),
    };
    for model in MODELS {
        let (phone, device, label) = (chip(1), chip(2), label_of(model));
        let key = (model == Model::LABEL_KEY).then(|| identity(2).public());
        let rng = &mut Counting(10);
        let mut asking = Hybrid::read_label(&phone, &label, key, CONNECTION, rng).unwrap();
        let mut answering = match model {
            Model::LABEL_KEY => Hybrid::answer_label_with_key(&device, &label, promise()),
            _ => Hybrid::answer_label(&device, &label, promise()),
        }
        .unwrap();
        pair(&mut asking, &mut answering, model);
        let world = World::new();
        let (mut ours, mut theirs) = world.sides(model);
        let in_ram = pair(&mut ours, &mut theirs, model);
        assert_eq!(packets(&asking).last(), packets(&ours).last());
        assert!(!in_ram.is_empty() && phone.asked.get() > 0 && device.asked.get() > 0);
        assert_paired(asking, answering, model);
    }
    let broken = chip(1);
    broken.asked.set(9);
    let (label, key) = (label_of(Model::LABEL_KEY), Some(identity(2).public()));
    let begun = Hybrid::read_label(&broken, &label, key, CONNECTION, &mut Counting(10));
    assert_eq!(begun.err(), Some(Error::NotAuthentic));
}
