//! A pairing up to each of its messages, honest or by an insider: somebody who knows the label and sends what they like.

use iomt::pairing::label::LabelSecret;
use iomt::pairing::{DescriptorHash, Error, Exchange, Identity, Model, Paired, StaticKey, Work};
use iomt::seal::ResumptionSecret;
use iomt::wire::{ConnectionId, Handshake, MAX_DATAGRAM, Packet};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use snow::{Builder, HandshakeState};

use crate::keys::{LABEL, hmac, label_mac1_key, label_psk};
use crate::{Change, Counting, changed};

const CONNECTION: ConnectionId = ConnectionId(*b"fuzzing!");
const TOKEN: &[u8] = b"advertised";
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
    pub reader: StaticKey,
    pub device: StaticKey,
    pub label: LabelSecret,
    pub resumption: ResumptionSecret,
    pub entropy: Counting,
}

impl Parties {
    #[must_use]
    pub fn new() -> Self {
        let key = |secret: &[u8]| {
            StaticKey::from(Identity::from_secret_bytes(secret).expect("a key of the suite"))
        };
        Self {
            reader: key(&READER_SECRET),
            device: key(&DEVICE_SECRET),
            label: LabelSecret::new(LABEL).expect("a long secret"),
            resumption: ResumptionSecret::from_secret_bytes(&[9; 32]).expect("a secret"),
            entropy: Counting::default(),
        }
    }

    /// The same, of a label with the device's key beside the secret.
    #[must_use]
    pub fn with_key() -> Self {
        Self {
            label: LabelSecret::beside_key(LABEL).expect("a long secret"),
            ..Self::new()
        }
    }

    /// The reader of the label, and its message 1.
    pub fn hello(&mut self) -> (Exchange, Vec<u8>) {
        let (key, label, entropy) = (&self.reader, &self.label, &mut self.entropy);
        let begun = match label.model() {
            Model::LABEL_KEY => {
                let device = self.device.public();
                Exchange::read_label_with_key(key, label, device, CONNECTION, entropy)
            }
            _ => Exchange::read_label(key, label, CONNECTION, entropy),
        };
        ready(begun, &self.reader).expect("the generator works")
    }

    /// Reads message 1 as the device; message 2.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn reply(&mut self, hello: &[u8]) -> Result<(Exchange, Vec<u8>), Error> {
        let promise = DescriptorHash::of_body(b"body");
        let begun =
            Exchange::answer_label(&self.device, &self.label, promise, hello, &mut self.entropy);
        ready(begun, &self.device)
    }

    /// A device that wants its digits compared, and its message 1.
    pub fn comparing(&mut self) -> (Exchange, Vec<u8>) {
        let promise = DescriptorHash::of_body(b"body");
        let begun = Exchange::compare(&self.device, promise, TOKEN, CONNECTION, &mut self.entropy);
        ready(begun, &self.device).expect("the generator works")
    }

    /// Reads message 1 as the side that shows digits, too; message 2.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn compared(&mut self, hello: &[u8]) -> Result<(Exchange, Vec<u8>), Error> {
        let begun = Exchange::answer_comparison(
            &self.reader,
            TOKEN,
            hello,
            &iomt::pairing::Attempts::armed(),
            &mut self.entropy,
        );
        ready(begun, &self.reader)
    }

    /// A device that knows the server, and its message 1.
    pub fn asking(&mut self, model: Model) -> (Exchange, Vec<u8>) {
        let (device, peer) = (&self.device, self.reader.public());
        let begun = match model {
            Model::RECONNECTION => Exchange::reconnect(
                device,
                peer,
                &self.resumption,
                CONNECTION,
                &mut self.entropy,
            ),
            _ => {
                let promise = DescriptorHash::of_body(b"body");
                Exchange::meet(device, peer, promise, CONNECTION, &mut self.entropy)
            }
        };
        ready(begun, &self.device).expect("the generator works")
    }

    /// Reads message 1 as the server; message 2.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn answering(&mut self, model: Model, hello: &[u8]) -> Result<(Exchange, Vec<u8>), Error> {
        let (server, peer) = (&self.reader, self.device.public());
        let begun = match model {
            Model::RECONNECTION => Exchange::answer_reconnection(
                server,
                peer,
                &self.resumption,
                hello,
                &mut self.entropy,
            ),
            _ => Exchange::answer_meeting(server, hello, &mut self.entropy),
        };
        ready(begun, &self.reader)
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

/// Does the work of a handshake that has begun, up to its packet.
///
/// # Errors
///
/// Why it has not begun, or what is wrong with what it has read.
pub fn ready(
    begun: Result<Exchange, Error>,
    key: &StaticKey,
) -> Result<(Exchange, Vec<u8>), Error> {
    let mut exchange = begun?;
    work_through(&mut exchange, key)?;
    let packet = exchange.packet().expect("its work is done").to_vec();
    Ok((exchange, packet))
}

fn work_through(exchange: &mut Exchange, key: &StaticKey) -> Result<(), Error> {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key)?;
    }
    Ok(())
}

/// Hands a packet over and does the work. One that is refused leaves all as it was.
///
/// # Errors
///
/// What is wrong with it.
pub fn hand_over(exchange: &mut Exchange, key: &StaticKey, packet: &[u8]) -> Result<(), Error> {
    let sent = exchange.packet().map(<[u8]>::to_vec);
    let taken = exchange
        .handle_packet(packet)
        .and_then(|()| work_through(exchange, key));
    if taken.is_err() {
        assert_eq!(
            exchange.packet(),
            sent.as_deref(),
            "a refusal has changed the packet"
        );
        assert!(exchange.poll_paired().is_none() && !exchange.is_over());
    }
    taken
}

/// Hands an honest packet over; what the exchange has paired with, and its last packet.
#[must_use]
pub fn end(exchange: &mut Exchange, key: &StaticKey, packet: &[u8]) -> (Paired, Vec<u8>) {
    hand_over(exchange, key, packet).expect("the honest message");
    let paired = exchange.poll_paired().expect("the last message");
    (paired, exchange.packet().expect("sent").to_vec())
}
