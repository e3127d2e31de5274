//! This crate.

use std::hint::black_box;

use iomt::pairing::Identity;
use iomt::pairing::noise::{Keys, Party, Pattern, Psk, Role};
use iomt::seal::SystemEntropy;

use super::clock::Contestant;
use super::{BATCH, Case, INITIATOR, PSK, RESPONDER};

pub struct Handshakes {
    pattern: Pattern,
    knows: (bool, bool),
    // For the length of the program, as the parties refer to them.
    identities: [&'static Identity; 2],
    psks: &'static [Psk],
    ready: Vec<(Party<'static>, Party<'static>)>,
}

impl Handshakes {
    pub fn new(case: &Case) -> Self {
        let identity =
            |key: [u8; 32]| &*Box::leak(Box::new(Identity::from_secret_bytes(&key).unwrap()));
        let psks = case.psk.iter().map(|_| Psk::from_bytes(&PSK).unwrap());
        Self {
            pattern: case.protocol().parse().unwrap(),
            knows: case.knows(),
            identities: [INITIATOR, RESPONDER].map(identity),
            psks: Vec::leak(psks.collect()),
            ready: Vec::new(),
        }
    }

    /// How long the messages are, without payloads.
    pub fn bytes(&self) -> Vec<usize> {
        let (mut message, mut payload) = ([0; 256], [0; 256]);
        let (mut writer, mut reader) = (self.party(Role::Initiator), self.party(Role::Responder));
        let mut lengths = Vec::new();
        while writer.turn().is_some() {
            let written = writer.write_message(&[], &mut SystemEntropy, &mut message);
            let written = written.unwrap();
            lengths.push(written.len());
            reader.read_message(written, &mut payload).unwrap();
            std::mem::swap(&mut writer, &mut reader);
        }
        lengths
    }

    fn party(&self, role: Role) -> Party<'static> {
        let [initiator, responder] = self.identities;
        let (local, remote, knows) = match role {
            Role::Initiator => (initiator, responder, self.knows.0),
            Role::Responder => (responder, initiator, self.knows.1),
        };
        let keys = Keys {
            local: Some(local),
            remote: knows.then(|| remote.public()),
            psks: self.psks,
        };
        Party::new(self.pattern, role, &[], keys).unwrap()
    }
}

impl Contestant for Handshakes {
    fn prepare(&mut self) {
        self.ready = (0..BATCH)
            .map(|_| (self.party(Role::Initiator), self.party(Role::Responder)))
            .collect();
    }

    fn run(&mut self) {
        let (mut message, mut payload) = ([0; 256], [0; 256]);
        for (mut writer, mut reader) in self.ready.drain(..) {
            while writer.turn().is_some() {
                let written = writer.write_message(&[], &mut SystemEntropy, &mut message);
                reader.read_message(written.unwrap(), &mut payload).unwrap();
                std::mem::swap(&mut writer, &mut reader);
            }
            black_box((writer.finish().unwrap(), reader.finish().unwrap()));
        }
    }
}
