//! A pairing up to each of its messages, honest or by an insider: somebody who knows the label and sends what they like.

use iomt::pairing::cpace::{Agreement, Call, Called};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{
    Attempts as Tries, DescriptorHash, Error, Exchange, Identity, Model, Paired, StaticKey, Work,
};
use iomt::seal::ResumptionSecret;
use iomt::wire::MAX_DATAGRAM;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use snow::HandshakeState;

use crate::insider::{CONNECTION, Insider};
use crate::keys::LABEL;
use crate::person::passcode;
use crate::{Change, Counting, changed};

const TOKEN: &[u8] = b"advertised";
pub(crate) const READER_SECRET: [u8; 32] = [5; 32];
pub(crate) const DEVICE_SECRET: [u8; 32] = [6; 32];
pub(crate) const INSIDER_SECRET: [u8; 32] = [7; 32];
pub(crate) const RESUMPTION_SECRET: [u8; 32] = [9; 32];
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
            resumption: ResumptionSecret::from_secret_bytes(&RESUMPTION_SECRET).expect("a secret"),
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
            &Tries::armed(),
            &mut self.entropy,
        );
        ready(begun, &self.reader)
    }

    /// A run of CPace over one passcode: what the reader has of it, and what the device has.
    ///
    /// # Panics
    ///
    /// When an honest message is refused.
    pub fn agreed(&mut self) -> (Agreement, Agreement) {
        let (rng, mut out) = (&mut self.entropy, [0; MAX_DATAGRAM]);
        let call = Call::new(&self.reader, CONNECTION, rng).expect("the generator works");
        let packet = call.packet(&mut out).expect("room");
        let called = Called::answer(&self.device, packet, rng).expect("an honest 0x41");
        let packet = called.packet(&mut out).expect("room");
        let asking = call.handle_answer(&passcode(), &self.reader, packet, rng);
        let asking = asking.expect("an honest 0x42");
        let packet = asking.packet(&mut out).expect("room");
        let attempt = Tries::armed().begin().expect("the first one").stored();
        let answering = called.handle_share(attempt, &passcode(), &self.device, packet, rng);
        let answering = answering.expect("an honest 0x43");
        let packet = answering.packet(&mut out).expect("room");
        let typed = asking.handle_share(packet).expect("an honest 0x44");
        (typed, answering.finish().expect("an honest 0x43"))
    }

    /// The reader, in whom a passcode was typed, and its message 1.
    pub fn entering(&mut self, typed: &Agreement) -> (Exchange, Vec<u8>) {
        let begun = Exchange::enter_passcode(&self.reader, typed, &mut self.entropy);
        ready(begun, &self.reader).expect("the generator works")
    }

    /// Reads message 1 as the device that shows the passcode; message 2.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn entered(
        &mut self,
        shown: &Agreement,
        hello: &[u8],
    ) -> Result<(Exchange, Vec<u8>), Error> {
        let promise = DescriptorHash::of_body(b"body");
        let rng = &mut self.entropy;
        let begun = Exchange::answer_passcode(&self.device, shown, promise, hello, rng);
        ready(begun, &self.device)
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

    /// An insider's message 1 with this payload; the state that goes on from it.
    #[must_use]
    pub fn insider_hello(&self, payload: &[u8]) -> (HandshakeState, Vec<u8>) {
        self.insider().hello(payload)
    }

    /// An insider's message 2 to an honest message 1, with this payload.
    #[must_use]
    pub fn insider_reply(&self, hello: &[u8], payload: &[u8]) -> Vec<u8> {
        self.insider().reply(hello, payload)
    }

    /// An insider's message 3 to the device's message 2, with this payload.
    #[must_use]
    pub fn insider_confirmation(
        &self,
        noise: HandshakeState,
        reply: &[u8],
        payload: &[u8],
    ) -> Vec<u8> {
        self.insider().confirmation(noise, reply, payload)
    }

    fn insider(&self) -> Insider {
        Insider::new(self, Model::LABEL_SECRET, INSIDER_EPHEMERAL)
    }
}

impl Default for Parties {
    fn default() -> Self {
        Self::new()
    }
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
