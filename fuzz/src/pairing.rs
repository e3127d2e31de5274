//! A pairing up to each of its messages, honest or by an insider: somebody who knows the label and sends what they like.

use iomt::pairing::label::{Armed, AwaitingConfirmation, AwaitingReply, LabelSecret, Reader};
use iomt::pairing::{DescriptorHash, Identity, MAX_HANDSHAKE, Model};
use iomt::wire::{ConnectionId, Handshake, MAX_DATAGRAM, Packet};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use snow::{Builder, HandshakeState};

use crate::keys::{LABEL, hmac, label_mac1_key, label_psk};
use crate::{Change, Counting, changed};

const CONNECTION: ConnectionId = ConnectionId(*b"fuzzing!");
const NOISE: &str = "Noise_XXpsk0_25519_ChaChaPoly_SHA256";
const READER_SECRET: [u8; 32] = [5; 32];
const DEVICE_SECRET: [u8; 32] = [6; 32];
const INSIDER_SECRET: [u8; 32] = [7; 32];
const INSIDER_EPHEMERAL: [u8; 32] = [8; 32];

/// What is thrown at one step before the honest message comes.
#[derive(Debug, Arbitrary)]
pub struct Attempts<'a> {
    pub changes: Vec<Change>,
    pub payload: Vec<u8>,
    pub raw: &'a [u8],
}

impl Attempts<'_> {
    /// The packets of an outsider: none of them may be accepted.
    pub fn forged(&self, honest: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        [self.raw.to_vec(), changed(honest, &self.changes)]
            .into_iter()
            .filter(move |packet| packet != honest)
    }
}

/// Both sides of a pairing.
pub struct Parties {
    pub reader: Identity,
    pub device: Identity,
    pub label: LabelSecret,
    pub entropy: Counting,
}

impl Parties {
    #[must_use]
    pub fn new() -> Self {
        let identity =
            |secret: &[u8]| Identity::from_secret_bytes(secret).expect("a key of the suite");
        Self {
            reader: identity(&READER_SECRET),
            device: identity(&DEVICE_SECRET),
            label: LabelSecret::new(LABEL).expect("a long secret"),
            entropy: Counting::default(),
        }
    }

    /// Message 1.
    pub fn hello(&mut self) -> (AwaitingReply, Vec<u8>) {
        let mut out = [0; MAX_HANDSHAKE];
        let (state, packet) = Reader::start(
            &self.reader,
            &self.label,
            CONNECTION,
            &mut self.entropy,
            &mut out,
        )
        .expect("the generator works");
        (state, packet.to_vec())
    }

    /// Reads message 1 as the device; message 2.
    ///
    /// # Errors
    ///
    /// What [`Armed::read_hello`] says.
    pub fn reply(
        &mut self,
        hello: &[u8],
    ) -> Result<(AwaitingConfirmation, Vec<u8>), iomt::pairing::Error> {
        let mut out = [0; MAX_HANDSHAKE];
        let armed = Armed::new(&self.device, &self.label);
        let (state, packet) = armed.read_hello(
            hello,
            DescriptorHash::of_body(b"body"),
            &mut self.entropy,
            &mut out,
        )?;
        Ok((state, packet.to_vec()))
    }

    /// Reads message 2 as the reader of the label, which has to be honest; message 3 and the session's name.
    #[must_use]
    pub fn confirmation(&self, state: AwaitingReply, reply: &[u8]) -> (Vec<u8>, [u8; 16]) {
        let mut out = [0; MAX_HANDSHAKE];
        match state.read_reply(reply, &self.reader, &mut out) {
            Ok((paired, packet)) => (packet.to_vec(), paired.secrets.id()),
            Err(refused) => panic!("the honest message 2 was refused: {}", refused.error),
        }
    }

    /// An insider's end of the handshake, with another library.
    fn insider(&self, is_initiator: bool) -> HandshakeState {
        let psk = label_psk();
        let prologue = self.prologue();
        let builder = Builder::new(NOISE.parse().expect("a pattern of Noise"))
            .prologue(&prologue)
            .and_then(|builder| builder.psk(0, &psk))
            .and_then(|builder| builder.local_private_key(&INSIDER_SECRET))
            .expect("complete")
            .fixed_ephemeral_key_for_testing_only(&INSIDER_EPHEMERAL);
        let state = if is_initiator {
            builder.build_initiator()
        } else {
            builder.build_responder()
        };
        state.expect("complete")
    }

    fn prologue(&self) -> Vec<u8> {
        let hint = self.label.hint().0;
        let fields: [&[u8]; 6] = [
            b"iomt1",
            &[1],
            &[1],
            NOISE.as_bytes(),
            &[Model::LABEL_SECRET.0],
            &hint,
        ];
        fields
            .into_iter()
            .flat_map(|field| {
                let len = u16::try_from(field.len()).expect("short");
                [&len.to_be_bytes(), field].concat()
            })
            .collect()
    }

    /// An insider's message 1 with this payload; the state that goes on from it.
    #[must_use]
    pub fn insider_hello(&self, payload: &[u8]) -> (HandshakeState, Vec<u8>) {
        let mut noise = self.insider(true);
        let packet = self.packet(1, &write(&mut noise, payload));
        (noise, packet)
    }

    /// An insider's message 2 to an honest message 1, with this payload.
    #[must_use]
    pub fn insider_reply(&self, hello: &[u8], payload: &[u8]) -> Vec<u8> {
        let mut noise = self.insider(false);
        read(&mut noise, hello);
        self.packet(2, &write(&mut noise, payload))
    }

    /// An insider's message 3 to the device's message 2, with this payload.
    #[must_use]
    pub fn insider_confirmation(
        &self,
        mut noise: HandshakeState,
        reply: &[u8],
        payload: &[u8],
    ) -> Vec<u8> {
        read(&mut noise, reply);
        self.packet(3, &write(&mut noise, payload))
    }

    fn packet(&self, step: u8, message: &[u8]) -> Vec<u8> {
        let mut handshake = Handshake {
            suite: 1,
            model: Model::LABEL_SECRET.0,
            step,
            connection: CONNECTION,
            hint: self.label.hint(),
            mac1: None,
            message: &[],
        };
        let header = handshake
            .emit(&mut [0; MAX_DATAGRAM])
            .expect("has room")
            .to_vec();
        if step == 1 {
            let mac1 = hmac(&label_mac1_key(), &[&header, message]);
            handshake.mac1 = mac1.first_chunk().copied();
        }
        handshake.message = message;
        let mut out = [0; 2 * MAX_DATAGRAM];
        handshake.emit(&mut out).expect("has room").to_vec()
    }
}

impl Default for Parties {
    fn default() -> Self {
        Self::new()
    }
}

/// The longest payload of an insider; more is no news to a parser.
pub const MAX_PAYLOAD: usize = 400;

fn write(noise: &mut HandshakeState, payload: &[u8]) -> Vec<u8> {
    let mut out = [0; MAX_DATAGRAM];
    let payload = &payload[..payload.len().min(MAX_PAYLOAD)];
    let len = noise.write_message(payload, &mut out).expect("has room");
    out[..len].to_vec()
}

fn read(noise: &mut HandshakeState, packet: &[u8]) {
    let Ok(Packet::Handshake(handshake)) = Packet::parse(packet) else {
        panic!("an honest packet does not parse")
    };
    noise
        .read_message(handshake.message, &mut [0; MAX_DATAGRAM])
        .expect("an honest message");
}
