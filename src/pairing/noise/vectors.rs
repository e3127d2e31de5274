//! Published vectors, and the snow crate, against the engine: every pattern of the XX, KK and IK families.
//!
//! `cargo test --all-features noise::vectors -- --nocapture` prints the counts. With
//! `IOMT_SHARED` set, the files of its folder `data/vectors/noise` are run too.

use std::collections::VecDeque;
use std::path::Path;
use std::println;
use std::string::String;
use std::vec::Vec;

use serde::Deserialize;

use super::cipher::Cipher;
use super::handshake::Finished;
use super::pattern::{IK, KK_PSK0, Pattern, Token, XX_PSK0};
use super::{Error, Handshake, Known, Need, Role};
use crate::crypto::Secret;
use crate::crypto::dh::{PrivateKey, count};
use crate::wire::Writer;

use Token::{E, Ee, Es, Psk, S, Se, Ss};

/// The families: the plain patterns, their deferred forms, and psks in every place that a vector has.
static PATTERNS: [Pattern; 26] = [
    Pattern {
        name: "Noise_XX_25519_ChaChaPoly_SHA256",
        before: [&[], &[]],
        messages: &[&[E], &[E, Ee, S, Es], &[S, Se]],
    },
    Pattern {
        name: "Noise_XX1_25519_ChaChaPoly_SHA256",
        before: [&[], &[]],
        messages: &[&[E], &[E, Ee, S], &[Es, S, Se]],
    },
    Pattern {
        name: "Noise_X1X_25519_ChaChaPoly_SHA256",
        before: [&[], &[]],
        messages: &[&[E], &[E, Ee, S, Es], &[S], &[Se]],
    },
    Pattern {
        name: "Noise_X1X1_25519_ChaChaPoly_SHA256",
        before: [&[], &[]],
        messages: &[&[E], &[E, Ee, S], &[Es, S], &[Se]],
    },
    XX_PSK0,
    Pattern {
        name: "Noise_XXpsk1_25519_ChaChaPoly_SHA256",
        before: [&[], &[]],
        messages: &[&[E, Psk], &[E, Ee, S, Es], &[S, Se]],
    },
    Pattern {
        name: "Noise_XXpsk2_25519_ChaChaPoly_SHA256",
        before: [&[], &[]],
        messages: &[&[E], &[E, Ee, S, Es, Psk], &[S, Se]],
    },
    Pattern {
        name: "Noise_XXpsk3_25519_ChaChaPoly_SHA256",
        before: [&[], &[]],
        messages: &[&[E], &[E, Ee, S, Es], &[S, Se, Psk]],
    },
    Pattern {
        name: "Noise_XXpsk0+psk1_25519_ChaChaPoly_SHA256",
        before: [&[], &[]],
        messages: &[&[Psk, E, Psk], &[E, Ee, S, Es], &[S, Se]],
    },
    Pattern {
        name: "Noise_XXpsk0+psk2_25519_ChaChaPoly_SHA256",
        before: [&[], &[]],
        messages: &[&[Psk, E], &[E, Ee, S, Es, Psk], &[S, Se]],
    },
    Pattern {
        name: "Noise_XXpsk0+psk3_25519_ChaChaPoly_SHA256",
        before: [&[], &[]],
        messages: &[&[Psk, E], &[E, Ee, S, Es], &[S, Se, Psk]],
    },
    Pattern {
        name: "Noise_XXpsk0+psk1+psk2+psk3_25519_ChaChaPoly_SHA256",
        before: [&[], &[]],
        messages: &[&[Psk, E, Psk], &[E, Ee, S, Es, Psk], &[S, Se, Psk]],
    },
    Pattern {
        name: "Noise_KK_25519_ChaChaPoly_SHA256",
        before: [&[S], &[S]],
        messages: &[&[E, Es, Ss], &[E, Ee, Se]],
    },
    Pattern {
        name: "Noise_KK1_25519_ChaChaPoly_SHA256",
        before: [&[S], &[S]],
        messages: &[&[E], &[E, Ee, Se, Es]],
    },
    Pattern {
        name: "Noise_K1K_25519_ChaChaPoly_SHA256",
        before: [&[S], &[S]],
        messages: &[&[E, Es], &[E, Ee], &[Se]],
    },
    Pattern {
        name: "Noise_K1K1_25519_ChaChaPoly_SHA256",
        before: [&[S], &[S]],
        messages: &[&[E], &[E, Ee, Es], &[Se]],
    },
    KK_PSK0,
    Pattern {
        name: "Noise_KKpsk2_25519_ChaChaPoly_SHA256",
        before: [&[S], &[S]],
        messages: &[&[E, Es, Ss], &[E, Ee, Se, Psk]],
    },
    Pattern {
        name: "Noise_KKpsk0+psk2_25519_ChaChaPoly_SHA256",
        before: [&[S], &[S]],
        messages: &[&[Psk, E, Es, Ss], &[E, Ee, Se, Psk]],
    },
    IK,
    Pattern {
        name: "Noise_IK1_25519_ChaChaPoly_SHA256",
        before: [&[], &[S]],
        messages: &[&[E, S], &[E, Ee, Se, Es]],
    },
    Pattern {
        name: "Noise_I1K_25519_ChaChaPoly_SHA256",
        before: [&[], &[S]],
        messages: &[&[E, Es, S], &[E, Ee], &[Se]],
    },
    Pattern {
        name: "Noise_I1K1_25519_ChaChaPoly_SHA256",
        before: [&[], &[S]],
        messages: &[&[E, S], &[E, Ee, Es], &[Se]],
    },
    Pattern {
        name: "Noise_IKpsk1_25519_ChaChaPoly_SHA256",
        before: [&[], &[S]],
        messages: &[&[E, Es, S, Ss, Psk], &[E, Ee, Se]],
    },
    Pattern {
        name: "Noise_IKpsk2_25519_ChaChaPoly_SHA256",
        before: [&[], &[S]],
        messages: &[&[E, Es, S, Ss], &[E, Ee, Se, Psk]],
    },
    Pattern {
        name: "Noise_IKpsk0+psk2_25519_ChaChaPoly_SHA256",
        before: [&[], &[S]],
        messages: &[&[Psk, E, Es, S, Ss], &[E, Ee, Se, Psk]],
    },
];

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

/// A row of a file; noise-c calls the name otherwise.
#[derive(Deserialize)]
struct Vector {
    #[serde(alias = "name")]
    protocol_name: String,
    init_prologue: Hex,
    #[serde(default)]
    init_psks: Vec<Hex>,
    init_static: Option<Hex>,
    init_remote_static: Option<Hex>,
    init_ephemeral: Hex,
    resp_prologue: Hex,
    #[serde(default)]
    resp_psks: Vec<Hex>,
    resp_static: Option<Hex>,
    resp_remote_static: Option<Hex>,
    resp_ephemeral: Option<Hex>,
    handshake_hash: Option<Hex>,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    payload: Hex,
    ciphertext: Hex,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Hex(Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let byte = |pair: &[u8]| match *pair {
            [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
        bytes.map(Self).ok_or(text)
    }
}

impl Hex {
    fn key(&self) -> [u8; 32] {
        self.0[..].try_into().unwrap()
    }
}

/// One party of a handshake whose keys are all known beforehand.
struct Party {
    noise: Handshake,
    psks: VecDeque<Secret>,
    ephemeral: [u8; 32],
    private: PrivateKey,
    public: [u8; 32],
}

/// The secrets of one party, and what it knows of the other.
struct Keys {
    psks: Vec<[u8; 32]>,
    private: [u8; 32],
    ephemeral: [u8; 32],
    remote_static: Option<[u8; 32]>,
}

impl Party {
    fn new(pattern: &'static Pattern, role: Role, prologue: &[u8], keys: &Keys) -> Self {
        let private = PrivateKey::new(keys.private);
        let public = private.public();
        let known = Known {
            local_static: &public,
            remote_static: keys.remote_static.as_ref(),
        };
        Self {
            noise: Handshake::new(pattern, role, prologue, &known).unwrap(),
            psks: keys.psks.iter().copied().map(Secret::new).collect(),
            ephemeral: keys.ephemeral,
            public,
            private,
        }
    }

    /// Gives what is needed: a psk, or one multiplication.
    fn work(&mut self, need: Need, writer: &mut Writer<'_>) -> Result<(), Error> {
        let before = count::made();
        match need {
            Need::Psk => {
                self.noise.mix_psk(&self.psks[0])?;
                self.psks.rotate_left(1);
            }
            Need::Ephemeral => {
                self.noise.set_ephemeral(PrivateKey::new(self.ephemeral));
                self.noise.write_ephemeral(writer)?;
            }
            Need::Agreement => self.noise.agree()?,
            Need::Static(peer) => {
                let shared = self.private.agree(&peer).ok_or(Error::NotAuthentic)?;
                self.noise.answer(&shared)?;
            }
            Need::Payload => panic!("no work"),
        }
        let expected = before + usize::from(need != Need::Psk);
        assert_eq!(count::made(), expected);
        Ok(())
    }

    fn write(&mut self, payload: &[u8]) -> Vec<u8> {
        let mut out = [0; 512];
        let mut writer = Writer::new(&mut out);
        loop {
            let before = count::made();
            let need = self.noise.write_tokens(&mut writer).unwrap();
            assert_eq!(count::made(), before);
            if need == Need::Payload {
                break;
            }
            self.work(need, &mut writer).unwrap();
        }
        self.noise.seal_payload(payload, &mut writer).unwrap();
        writer.finish().to_vec()
    }

    fn read(&mut self, message: &[u8]) -> Result<Vec<u8>, Error> {
        loop {
            let need = self.noise.read_tokens(message)?;
            if need == Need::Payload {
                break;
            }
            self.work(need, &mut Writer::new(&mut []))?;
        }
        let mut out = [0; 512];
        self.noise
            .open_payload(message, &mut out)
            .map(<[u8]>::to_vec)
    }

    /// One bit of the message is another; an unauthenticated message is the one thing that a
    /// handshake without a key yet has to take.
    fn assert_refuses(&mut self, message: &[u8], byte: usize) {
        let hash = *self.noise.hash();
        let mut forged = message.to_vec();
        forged[byte] ^= 1;
        let checkpoint = self.noise.checkpoint();
        let psks = self.psks.iter().map(Secret::share).collect();
        let _ = self.read(&forged);
        self.noise.roll_back(checkpoint);
        self.psks = psks;
        assert_eq!(*self.noise.hash(), hash);
    }

    fn finish(&self) -> Finished {
        self.noise.finish().unwrap()
    }
}

impl Vector {
    fn parties(&self, pattern: &'static Pattern) -> [Party; 2] {
        let key = |key: &Option<Hex>| key.as_ref().map(Hex::key);
        let psks = |psks: &[Hex]| psks.iter().map(Hex::key).collect();
        let initiator = Keys {
            psks: psks(&self.init_psks),
            private: key(&self.init_static).unwrap(),
            ephemeral: self.init_ephemeral.key(),
            remote_static: key(&self.init_remote_static),
        };
        let responder = Keys {
            psks: psks(&self.resp_psks),
            private: key(&self.resp_static).unwrap(),
            ephemeral: key(&self.resp_ephemeral).unwrap(),
            remote_static: key(&self.resp_remote_static),
        };
        [
            Party::new(pattern, Role::Initiator, &self.init_prologue.0, &initiator),
            Party::new(pattern, Role::Responder, &self.resp_prologue.0, &responder),
        ]
    }

    /// Both parties write and read every message of the handshake, then those behind it.
    fn run(&self, pattern: &'static Pattern) {
        let name = &self.protocol_name;
        let [mut writer, mut reader] = self.parties(pattern);
        let (handshake, transport) = self.messages.split_at(pattern.messages.len());
        for message in handshake {
            assert!(writer.noise.finish().is_none() && reader.noise.finish().is_none());
            let written = writer.write(&message.payload.0);
            assert_eq!(written, message.ciphertext.0, "{name}");
            for byte in 0..written.len() {
                reader.assert_refuses(&written, byte);
            }
            assert_eq!(reader.read(&written).unwrap(), message.payload.0, "{name}");
            core::mem::swap(&mut writer, &mut reader);
        }

        let (finished, other) = (writer.finish(), reader.finish());
        assert_eq!(finished.hash, other.hash, "{name}");
        assert_eq!(finished.remote_static, Some(reader.public), "{name}");
        assert_eq!(other.remote_static, Some(writer.public), "{name}");
        if let Some(hash) = &self.handshake_hash {
            assert_eq!(finished.hash, hash.key(), "{name}");
        }
        let first_writer = match handshake.len() % 2 {
            0 => Role::Initiator,
            _ => Role::Responder,
        };
        run_transport(transport, first_writer, (&finished, &other), name);
    }
}

/// The parties go on in turn, each direction under its own key; one seals, the other opens.
fn run_transport(
    messages: &[Message],
    first_writer: Role,
    finished: (&Finished, &Finished),
    name: &str,
) {
    let ciphers = |of: &Finished| {
        let in_turn = match first_writer {
            Role::Initiator => [&of.initiator_key, &of.responder_key],
            Role::Responder => [&of.responder_key, &of.initiator_key],
        };
        in_turn.map(|key| Cipher::with_key(key.share()))
    };
    let (mut sealing, mut opening) = (ciphers(finished.0), ciphers(finished.1));
    for (index, message) in messages.iter().enumerate() {
        let mut buffer = message.payload.0.clone();
        let tag = sealing[index % 2].seal(b"", &mut buffer).unwrap().unwrap();
        assert_eq!([&buffer[..], &tag].concat(), message.ciphertext.0, "{name}");
        opening[index % 2].open(b"", &mut buffer, &tag).unwrap();
        assert_eq!(buffer, message.payload.0, "{name}");
    }
}

/// What the names of a family begin with, behind the name of the framework.
const FAMILIES: [&str; 6] = ["_XX", "_X1X", "_KK", "_K1K", "_IK", "_I1K"];

/// What a file has of these families: vectors, messages behind their handshakes, and the names of
/// the vectors that no pattern here fits.
struct Count {
    run: usize,
    transport: usize,
    left_out: Vec<String>,
}

fn run_file(name: &str, json: &str) -> Count {
    let file: File = serde_json::from_str(json).unwrap();
    let total = file.vectors.len();
    let mut count = Count {
        run: 0,
        transport: 0,
        left_out: Vec::new(),
    };
    for vector in file.vectors {
        let row = |pattern: &&Pattern| pattern.name == vector.protocol_name;
        match PATTERNS.iter().find(row) {
            Some(pattern) => {
                vector.run(pattern);
                count.run += 1;
                count.transport += vector.messages.len() - pattern.messages.len();
            }
            None if FAMILIES
                .iter()
                .any(|family| vector.protocol_name.contains(family)) =>
            {
                count.left_out.push(vector.protocol_name);
            }
            None => {}
        }
    }
    println!(
        "noise vectors: {} run from {name} of {total}, {} transport messages",
        count.run, count.transport
    );
    for name in &count.left_out {
        println!(
            "noise vectors: {name} is not of revision 34, or goes on from another handshake: not run"
        );
    }
    count
}

#[test]
fn every_vector_of_snow_is_met_byte_for_byte() {
    let count = run_file(
        "snow.json",
        include_str!("../../../tests/vectors/noise/snow.json"),
    );
    assert_eq!((count.run, count.transport), (18, 36));
    assert!(count.left_out.is_empty());
}

#[test]
fn every_vector_of_cacophony_is_met_byte_for_byte() {
    let count = run_file(
        "cacophony.json",
        include_str!("../../../tests/vectors/noise/cacophony.json"),
    );
    assert_eq!((count.run, count.transport), (17, 57));
    assert!(count.left_out.is_empty());
}

#[test]
fn every_vector_of_the_shared_folder_is_met_byte_for_byte() {
    let Ok(shared) = std::env::var("IOMT_SHARED") else {
        println!("noise vectors: IOMT_SHARED is not set, its files are not run");
        return;
    };
    let folder = Path::new(&shared).join("data/vectors/noise");
    let (mut run, mut left_out) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let count = run_file(&name, &std::fs::read_to_string(&path).unwrap());
        run += count.run;
        left_out.extend(count.left_out);
    }
    assert!(run >= 44);
    // Older than revision 34, and a pattern that begins with a key of an earlier handshake.
    assert!(
        left_out
            .iter()
            .all(|name| name.contains("NoisePSK_") || name.contains("fallback"))
    );
}

/// No vector has one psk alone in the place 0, 1 or 2: there snow itself says what the bytes are.
#[test]
fn every_pattern_writes_the_bytes_that_snow_writes() {
    for pattern in &PATTERNS {
        let (seeds, [initiator_known, responder_known]) = ([0x10, 0x40], pattern.before);
        let initiator = some_keys(pattern, seeds, responder_known);
        let responder = some_keys(pattern, [seeds[1], seeds[0]], initiator_known);
        let mut ours = [
            Party::new(pattern, Role::Initiator, b"prologue", &initiator),
            Party::new(pattern, Role::Responder, b"prologue", &responder),
        ];
        let mut theirs = [
            snow_builder(pattern, &initiator).build_initiator().unwrap(),
            snow_builder(pattern, &responder).build_responder().unwrap(),
        ];
        for index in 0..pattern.messages.len() {
            let (writer, reader) = (index % 2, (index + 1) % 2);
            let mut out = [0; 512];
            let len = theirs[writer].write_message(b"payload", &mut out).unwrap();
            let message = ours[writer].write(b"payload");
            assert_eq!(message, out[..len], "{}", pattern.name);
            assert_eq!(ours[reader].read(&message), Ok(b"payload".to_vec()));
            theirs[reader].read_message(&message, &mut out).unwrap();
        }
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(ours.noise.hash(), theirs.get_handshake_hash());
            assert_eq!(
                ours.finish().remote_static.as_ref().map(|key| &key[..]),
                theirs.get_remote_static()
            );
        }
    }
}

/// A party's own keys, and the psks that both share.
fn some_keys(pattern: &Pattern, [seed, other]: [u8; 2], known: &[Token]) -> Keys {
    let places = pattern.name.matches("psk").count();
    Keys {
        psks: (0..places)
            .map(|place| [u8::try_from(place).unwrap() + 1; 32])
            .collect(),
        private: [seed; 32],
        ephemeral: [seed + 1; 32],
        remote_static: (!known.is_empty()).then(|| PrivateKey::new([other; 32]).public()),
    }
}

fn snow_builder<'k>(pattern: &Pattern, keys: &'k Keys) -> snow::Builder<'k> {
    let mut builder = snow::Builder::new(pattern.name.parse().unwrap())
        .prologue(b"prologue")
        .unwrap()
        .local_private_key(&keys.private)
        .unwrap()
        .fixed_ephemeral_key_for_testing_only(&keys.ephemeral);
    if let Some(key) = &keys.remote_static {
        builder = builder.remote_public_key(key).unwrap();
    }
    let places = (0..=3).filter(|place| pattern.name.contains(&std::format!("psk{place}")));
    for (place, psk) in places.zip(&keys.psks) {
        builder = builder.psk(place, psk).unwrap();
    }
    builder
}
