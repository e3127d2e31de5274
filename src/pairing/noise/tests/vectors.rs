//! The published vectors, every one of this suite.

use std::path::Path;
use std::println;
use std::string::String;

use serde::Deserialize;

use super::rows::named;
use super::*;
use crate::pairing::noise::pattern::Psks;

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
    /// Of the older revisions: mixed in before the first message.
    init_psk: Option<Hex>,
    init_static: Option<Hex>,
    init_remote_static: Option<Hex>,
    init_ephemeral: Option<Hex>,
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

impl Vector {
    fn given(&self, role: Role) -> Given {
        let key = |key: &Option<Hex>| key.as_ref().map(Hex::key);
        let psks = |psks: &[Hex]| psks.iter().map(Hex::key).collect();
        match role {
            Role::Initiator => Given {
                psks: psks(&self.init_psks),
                private: key(&self.init_static),
                ephemeral: key(&self.init_ephemeral),
                remote_static: key(&self.init_remote_static),
            },
            Role::Responder => Given {
                psks: psks(&self.resp_psks),
                private: key(&self.resp_static),
                ephemeral: key(&self.resp_ephemeral),
                remote_static: key(&self.resp_remote_static),
            },
        }
    }

    fn sides(&self, pattern: Pattern) -> [Side; 2] {
        [
            (Role::Initiator, &self.init_prologue.0),
            (Role::Responder, &self.resp_prologue.0),
        ]
        .map(|(role, prologue)| Side::new(pattern, role, prologue, &self.given(role)).unwrap())
    }

    /// As revision 30 had it: the psk is hashed in behind the prologue, in front of the keys that are known.
    fn sides_of_revision_30(&self, pattern: Pattern) -> [Side; 2] {
        let unkeyed = Pattern::new(pattern.row, Psks(0));
        let psk = Secret::new(self.init_psk.as_ref().unwrap().key());
        let mut sides = self.sides(unkeyed);
        let publics = sides.each_ref().map(|side| side.public);
        for side in &mut sides {
            side.noise
                .begin_as_revision_30(&self.protocol_name, &self.init_prologue.0, &psk);
            for (known, public) in pattern.row.before.iter().zip(publics) {
                if !known.is_empty() {
                    side.noise.progress.symmetric.mix_hash(&public.unwrap());
                }
            }
        }
        sides
    }

    /// Both sides write and read every message of the handshake, then those behind it.
    fn run(&self, [mut writer, mut reader]: [Side; 2], messages: usize) {
        let name = &self.protocol_name;
        let (handshake, transport) = self.messages.split_at(messages);
        for message in handshake {
            assert!(writer.noise.finish().is_none() && reader.noise.finish().is_none());
            let written = writer.write(&message.payload.0).unwrap();
            assert_eq!(written, message.ciphertext.0, "{name}");
            for byte in 0..written.len() {
                reader.assert_refuses(&written, byte);
            }
            assert_eq!(reader.read(&written).unwrap(), message.payload.0, "{name}");
            core::mem::swap(&mut writer, &mut reader);
        }

        if let Some(hash) = &self.handshake_hash {
            assert_eq!(writer.noise.hash(), &hash.key(), "{name}");
        }
        assert_eq!(writer.noise.hash(), reader.noise.hash(), "{name}");
        assert_eq!(writer.noise.remote_static(), reader.public, "{name}");
        assert_eq!(reader.noise.remote_static(), writer.public, "{name}");
        run_transport(transport, writer, reader, name);
    }
}

/// The sides go on in turn; in a one-way pattern the initiator writes everything.
fn run_transport(messages: &[Message], writer: Side, reader: Side, name: &str) {
    let is_one_way = writer.noise.row.is_one_way();
    let (mut writer, mut reader) = (writer.finish(), reader.finish());
    if is_one_way {
        core::mem::swap(&mut writer, &mut reader);
    }
    let (mut out, mut text) = ([0; 512], [0; 512]);
    for message in messages {
        let written = writer.write_message(&message.payload.0, &mut out).unwrap();
        assert_eq!(written, message.ciphertext.0, "{name}");
        let read = reader.read_message(written, &mut text).unwrap();
        assert_eq!(read, message.payload.0, "{name}");
        if !is_one_way {
            core::mem::swap(&mut writer, &mut reader);
        }
    }
    assert_eq!(reader.write_message(b"", &mut out).is_err(), is_one_way);
}

/// What a file has: vectors run, messages behind their handshakes, and the names of those not run.
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
        let sides = match vector.protocol_name.strip_prefix("NoisePSK_") {
            Some(rest) => named(&std::format!("Noise_{rest}"))
                .map(|pattern| (vector.sides_of_revision_30(pattern), pattern)),
            None => named(&vector.protocol_name).map(|pattern| (vector.sides(pattern), pattern)),
        };
        let Some((sides, pattern)) = sides else {
            count.left_out.push(vector.protocol_name);
            continue;
        };
        vector.run(sides, pattern.messages());
        count.run += 1;
        count.transport += vector.messages.len() - pattern.messages();
    }
    println!(
        "noise vectors: {} run from {name} of {total}, {} transport messages",
        count.run, count.transport
    );
    for name in &count.left_out {
        println!("noise vectors: {name} goes on from another handshake: not run");
    }
    count
}

#[test]
fn every_vector_of_snow_is_met_byte_for_byte() {
    let count = run_file(
        "snow.json",
        include_str!("../../../../tests/vectors/noise/snow.json"),
    );
    assert_eq!(count.run, 51);
    assert!(count.left_out.is_empty() && count.transport > 0);
}

// IOMT-PAIR-001
#[test]
fn every_vector_of_cacophony_is_met_byte_for_byte() {
    let count = run_file(
        "cacophony.json",
        include_str!("../../../../tests/vectors/noise/cacophony.json"),
    );
    assert_eq!(count.run, 59);
    assert!(count.left_out.is_empty() && count.transport > 0);
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
    assert!(run >= 59 + 51 + 13 + 30);
    assert!(left_out.iter().all(|name| name.contains("fallback")));
}

impl Handshake {
    /// `MixPSK(psk)` of revision 30: "sets ck, temp = HKDF(ck, psk)", and hashes temp.
    fn begin_as_revision_30(&mut self, name: &str, prologue: &[u8], psk: &Secret) {
        // From here on ephemeral keys are mixed into the key, too; there is no token of a psk.
        self.psks = Psks(1 << 7);
        let symmetric = &mut self.progress.symmetric;
        *symmetric = super::super::symmetric::Symmetric::new(name.as_bytes());
        symmetric.mix_hash(prologue);
        symmetric.mix_psk_of_revision_30(psk);
    }
}
