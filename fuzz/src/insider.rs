//! Somebody who holds real keys, and speaks with another library: every message is authentic, its payload what they like.

use iomt::pairing::{Identity, Model, PublicKey};
use iomt::wire::{ConnectionId, Handshake, Hint, MAX_DATAGRAM, Packet};
use snow::{Builder, HandshakeState};

use crate::keys::{expand, hmac, label_mac1_key, label_psk};
use crate::pairing::{DEVICE_SECRET, INSIDER_SECRET, Parties, READER_SECRET, RESUMPTION_SECRET};

/// The longest payload of an insider; more is no news to a parser.
pub const MAX_PAYLOAD: usize = 400;

/// Who knows what a pairing of this model is vouched for by, and has a static key.
pub struct Insider {
    model: Model,
    hint: Hint,
    noise: &'static str,
    psk: Option<(u8, [u8; 32])>,
    mac1_key: [u8; 32],
    /// One's own as the initiator, and as the responder.
    secrets: [[u8; 32]; 2],
    /// Of the initiator, and of the responder, where the other side knows it.
    publics: [Option<Vec<u8>>; 2],
    ephemeral: [u8; 32],
}

impl Insider {
    /// Of a label, with or without its key: a stranger's key for the reader, the device's own for the device. Of factory keys: a
    /// key that the server has never seen, or the server's own. Of a reconnection: those of the two.
    #[must_use]
    pub fn new(parties: &Parties, model: Model, ephemeral: [u8; 32]) -> Self {
        let device = parties.device.public().as_bytes().to_vec();
        let server = parties.reader.public().as_bytes().to_vec();
        let static_mac1 = |key: &[u8]| expand(&hmac(&[0; 32], &[key]), "static mac1");
        let insider = Self {
            model,
            hint: Hint::NONE,
            noise: "Noise_XXpsk0_25519_ChaChaPoly_SHA256",
            psk: Some((0, label_psk())),
            mac1_key: label_mac1_key(),
            secrets: [INSIDER_SECRET, INSIDER_SECRET],
            publics: [None, None],
            ephemeral,
        };
        match model {
            Model::LABEL_KEY => Self {
                hint: parties.label.hint(),
                noise: "Noise_IKpsk2_25519_ChaChaPoly_SHA256",
                psk: Some((2, label_psk())),
                secrets: [INSIDER_SECRET, DEVICE_SECRET],
                publics: [None, Some(device)],
                ..insider
            },
            Model::FACTORY_KEYS => Self {
                noise: "Noise_IK_25519_ChaChaPoly_SHA256",
                psk: None,
                mac1_key: static_mac1(&server),
                secrets: [INSIDER_SECRET, READER_SECRET],
                publics: [None, Some(server)],
                ..insider
            },
            Model::RECONNECTION => Self {
                hint: parties.resumption.hint(),
                noise: "Noise_KKpsk0_25519_ChaChaPoly_SHA256",
                psk: Some((0, RESUMPTION_SECRET)),
                mac1_key: static_mac1(&server),
                secrets: [DEVICE_SECRET, READER_SECRET],
                publics: [Some(device), Some(server)],
                ..insider
            },
            _ => Self {
                hint: parties.label.hint(),
                ..insider
            },
        }
    }

    /// Message 1 with this payload; the state that goes on from it.
    #[must_use]
    pub fn hello(&self, payload: &[u8]) -> (HandshakeState, Vec<u8>) {
        let mut noise = self.state(true);
        let packet = self.packet(1, &write(&mut noise, payload));
        (noise, packet)
    }

    /// Message 2 to an honest message 1, with this payload.
    #[must_use]
    pub fn reply(&self, hello: &[u8], payload: &[u8]) -> Vec<u8> {
        let mut noise = self.state(false);
        read(&mut noise, hello);
        self.packet(2, &write(&mut noise, payload))
    }

    /// Message 3 to an honest message 2, with this payload.
    #[must_use]
    pub fn confirmation(&self, mut noise: HandshakeState, reply: &[u8], payload: &[u8]) -> Vec<u8> {
        read(&mut noise, reply);
        self.packet(3, &write(&mut noise, payload))
    }

    /// Its static key where it begins.
    #[must_use]
    pub fn initiator(&self) -> PublicKey {
        let [initiator, _] = &self.secrets;
        let identity = Identity::from_secret_bytes(initiator);
        identity.expect("a key of the suite").public()
    }

    fn state(&self, is_initiator: bool) -> HandshakeState {
        let prologue = self.prologue();
        let [initiator, responder] = &self.publics;
        let (own, other) = match is_initiator {
            true => (&self.secrets[0], responder),
            false => (&self.secrets[1], initiator),
        };
        let mut builder = Builder::new(self.noise.parse().expect("a pattern of Noise"))
            .prologue(&prologue)
            .and_then(|builder| builder.local_private_key(own))
            .expect("complete")
            .fixed_ephemeral_key_for_testing_only(&self.ephemeral);
        if let Some((place, psk)) = &self.psk {
            builder = builder.psk(*place, psk).expect("32 bytes");
        }
        if let Some(other) = other {
            builder = builder.remote_public_key(other).expect("a key");
        }
        let state = match is_initiator {
            true => builder.build_initiator(),
            false => builder.build_responder(),
        };
        state.expect("complete")
    }

    fn prologue(&self) -> Vec<u8> {
        let pre = match self.hint {
            Hint::NONE => &[][..],
            _ => &self.hint.0,
        };
        let model = [self.model.0];
        let fields: [&[u8]; 6] = [b"iomt1", &[1], &[1], self.noise.as_bytes(), &model, pre];
        fields
            .into_iter()
            .flat_map(|field| {
                let len = u16::try_from(field.len()).expect("short");
                [&len.to_be_bytes(), field].concat()
            })
            .collect()
    }

    fn packet(&self, step: u8, message: &[u8]) -> Vec<u8> {
        let mut handshake = Handshake {
            suite: 1,
            model: self.model.0,
            step,
            connection: CONNECTION,
            hint: self.hint,
            mac1: None,
            message: &[],
        };
        let header = handshake
            .emit(&mut [0; MAX_DATAGRAM])
            .expect("has room")
            .to_vec();
        if step == 1 {
            let mac1 = hmac(&self.mac1_key, &[&header, message]);
            handshake.mac1 = mac1.first_chunk().copied();
        }
        handshake.message = message;
        let mut out = [0; 2 * MAX_DATAGRAM];
        handshake.emit(&mut out).expect("has room").to_vec()
    }
}

pub(crate) const CONNECTION: ConnectionId = ConnectionId(*b"fuzzing!");

fn write(noise: &mut HandshakeState, payload: &[u8]) -> Vec<u8> {
    let mut out = [0; MAX_DATAGRAM];
    let payload = &payload[..payload.len().min(MAX_PAYLOAD)];
    let len = noise.write_message(payload, &mut out).expect("has room");
    out[..len].to_vec()
}

/// Reads an honest message, which has to be one to another library, too.
pub fn read(noise: &mut HandshakeState, packet: &[u8]) {
    let Ok(Packet::Handshake(handshake)) = Packet::parse(packet) else {
        panic!("an honest packet does not parse")
    };
    noise
        .read_message(handshake.message, &mut [0; MAX_DATAGRAM])
        .expect("an honest message");
}
