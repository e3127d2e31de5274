//! Other implementations of Noise.

use std::hint::black_box;

use clatter::bytearray::ByteArray;
use clatter::crypto::cipher::ChaChaPoly;
use clatter::crypto::dh::X25519;
use clatter::crypto::hash::Sha256;
use clatter::handshakepattern as patterns;
use clatter::handshakepattern::HandshakePattern;
use clatter::traits::{Dh, Handshaker};
use clatter::{KeyPair, NqHandshake};
use x25519_dalek::{PublicKey, StaticSecret};

use super::clock::Contestant;
use super::{BATCH, Case, INITIATOR, PSK, RESPONDER};

pub struct Snow {
    protocol: String,
    psk: Option<u8>,
    knows: (bool, bool),
    ready: Vec<(snow::HandshakeState, snow::HandshakeState)>,
}

impl Snow {
    pub fn new(case: &Case) -> Self {
        Self {
            protocol: case.protocol(),
            psk: case.psk,
            knows: case.knows(),
            ready: Vec::new(),
        }
    }

    fn state(&self, is_initiator: bool) -> snow::HandshakeState {
        let (local, remote, knows) = match is_initiator {
            true => (INITIATOR, RESPONDER, self.knows.0),
            false => (RESPONDER, INITIATOR, self.knows.1),
        };
        let remote = public(remote);
        let builder = snow::Builder::new(self.protocol.parse().unwrap());
        let mut builder = builder.local_private_key(&local).unwrap();
        if knows {
            builder = builder.remote_public_key(&remote).unwrap();
        }
        if let Some(place) = self.psk {
            builder = builder.psk(place, &PSK).unwrap();
        }
        match is_initiator {
            true => builder.build_initiator().unwrap(),
            false => builder.build_responder().unwrap(),
        }
    }
}

impl Contestant for Snow {
    fn prepare(&mut self) {
        self.ready = (0..BATCH)
            .map(|_| (self.state(true), self.state(false)))
            .collect();
    }

    fn run(&mut self) {
        let (mut message, mut payload) = ([0; 256], [0; 256]);
        for (mut writer, mut reader) in self.ready.drain(..) {
            while !writer.is_handshake_finished() {
                let len = writer.write_message(&[], &mut message).unwrap();
                reader.read_message(&message[..len], &mut payload).unwrap();
                std::mem::swap(&mut writer, &mut reader);
            }
            let writer = writer.into_transport_mode().unwrap();
            black_box((writer, reader.into_transport_mode().unwrap()));
        }
    }
}

type ClatterState = NqHandshake<X25519, ChaChaPoly, Sha256>;

pub struct Clatter {
    pattern: HandshakePattern,
    has_psk: bool,
    knows: (bool, bool),
    ready: Vec<(ClatterState, ClatterState)>,
}

impl Clatter {
    pub fn new(case: &Case) -> Self {
        let pattern = match case.name {
            "XX" => patterns::noise_xx(),
            "XXpsk3" => patterns::noise_xx_psk3(),
            "IK" => patterns::noise_ik(),
            "IKpsk2" => patterns::noise_ik_psk2(),
            "KK" => patterns::noise_kk(),
            _ => patterns::noise_kk_psk0(),
        };
        Self {
            pattern,
            has_psk: case.psk.is_some(),
            knows: case.knows(),
            ready: Vec::new(),
        }
    }

    fn state(&self, is_initiator: bool) -> ClatterState {
        let (local, remote, knows) = match is_initiator {
            true => (INITIATOR, RESPONDER, self.knows.0),
            false => (RESPONDER, INITIATOR, self.knows.1),
        };
        let keys = KeyPair {
            public: public(local),
            secret: <X25519 as Dh>::PrivateKey::from_slice(&local),
        };
        let remote = knows.then(|| public(remote));
        let pattern = self.pattern.clone();
        let state = ClatterState::new(pattern, &[], is_initiator, Some(keys), None, remote, None);
        let mut state = state.unwrap();
        if self.has_psk {
            state.push_psk(&PSK);
        }
        state
    }
}

impl Contestant for Clatter {
    fn prepare(&mut self) {
        self.ready = (0..BATCH)
            .map(|_| (self.state(true), self.state(false)))
            .collect();
    }

    fn run(&mut self) {
        let (mut message, mut payload) = ([0; 256], [0; 256]);
        for (mut writer, mut reader) in self.ready.drain(..) {
            while !writer.is_finished() {
                let len = writer.write_message(&[], &mut message).unwrap();
                reader.read_message(&message[..len], &mut payload).unwrap();
                std::mem::swap(&mut writer, &mut reader);
            }
            black_box((writer.finalize().unwrap(), reader.finalize().unwrap()));
        }
    }
}

fn public(private: [u8; 32]) -> [u8; 32] {
    PublicKey::from(&StaticSecret::from(private)).to_bytes()
}
