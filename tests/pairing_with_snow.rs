//! The snow crate on the other side of a pairing: what a vendor with any Noise library does.
//!
//! Everything but the Noise messages is made here by hand from the protocol's text, with the
//! plain primitives: the label's keys, prologue, headers, codes, payloads and session names.

#![cfg(feature = "pairing")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use snow::{Builder, HandshakeState};

use iomt::pairing::label::LabelSecret;
use iomt::pairing::{DescriptorHash, Error, Exchange, Identity, Paired, StaticKey, Work};
use iomt::seal::{
    Direction, Entropy, EntropyFailed, Opener, Opening, ResumptionSecret, SAVED_SESSION_LEN,
    Sealer, SessionSecrets,
};
use iomt::wire::{ConnectionId, Frame, MAX_DATAGRAM, Packet, Space};

const NOISE: &str = "Noise_XXpsk0_25519_ChaChaPoly_SHA256";
const SECRET: &[u8] = b"a secret of a label";
const CONNECTION: [u8; 8] = *b"connect.";
const BODY: &[u8] = b"the body of a descriptor record";

/// Field 1: four bytes, version 1, suite 1, model 2.
const OFFER: [u8; 6] = [1, 4, 0b10, 0b10, 0b100, 0];

const READER_KEY: [u8; 32] = [0x21; 32];
const DEVICE_KEY: [u8; 32] = [0x42; 32];

struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.0 += 1;
        out.fill(self.0);
        Ok(())
    }
}

/// "lv(x) = u16 big-endian length ‖ x"
fn lv(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).unwrap();
    [&len.to_be_bytes(), bytes].concat()
}

fn extract(salt: &[u8], input: &[u8]) -> [u8; 32] {
    Hkdf::<Sha256>::extract(Some(salt), input).0.into()
}

/// "E(k, label, ctx, L) = HKDF-Expand(k, lv("iomt1 " ‖ label) ‖ lv(ctx), L)", without a context.
fn expand<const N: usize>(key: &[u8; 32], label: &str) -> [u8; N] {
    let info = [lv(format!("iomt1 {label}").as_bytes()), lv(b"")].concat();
    let mut out = [0; N];
    let hkdf = Hkdf::<Sha256>::from_prk(key).unwrap();
    hkdf.expand(&info, &mut out).unwrap();
    out
}

/// The label's secret, as the other implementation sees it.
struct Label {
    psk: [u8; 32],
    mac1_key: [u8; 32],
    hint: [u8; 8],
}

impl Label {
    fn new(secret: &[u8]) -> Self {
        let label = extract(&[0; 32], secret);
        Self {
            psk: expand(&label, "label psk"),
            mac1_key: expand(&label, "label mac1"),
            hint: expand(&label, "label hint"),
        }
    }

    /// "lv("iomt1") lv(wire version) lv(suite) lv(Noise name) lv(model) lv(hint)"
    fn prologue(&self) -> Vec<u8> {
        let fields: [&[u8]; 6] = [b"iomt1", &[1], &[1], NOISE.as_bytes(), &[2], &self.hint];
        fields.map(lv).concat()
    }

    /// "byte0 suite1 model1 step1 conn8 hint8", byte 0 for a handshake of version 1.
    fn header(&self, step: u8) -> Vec<u8> {
        [&[0x81, 1, 2, step], &CONNECTION[..], &self.hint].concat()
    }

    /// "over all before it ‖ message"
    fn mac1(&self, message: &[u8]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.mac1_key).unwrap();
        mac.update(&self.header(1));
        mac.update(message);
        mac.finalize().into_bytes()[..16].to_vec()
    }

    fn builder<'k>(&'k self, prologue: &'k [u8], key: &'k [u8]) -> Builder<'k> {
        Builder::new(NOISE.parse().unwrap())
            .psk(0, &self.psk)
            .and_then(|builder| builder.prologue(prologue))
            .and_then(|builder| builder.local_private_key(key))
            .unwrap()
    }

    fn initiator(&self) -> HandshakeState {
        let prologue = self.prologue();
        let builder = self.builder(&prologue, &READER_KEY);
        builder.build_initiator().unwrap()
    }

    fn responder(&self) -> HandshakeState {
        let prologue = self.prologue();
        let builder = self.builder(&prologue, &DEVICE_KEY);
        builder.build_responder().unwrap()
    }
}

fn write(noise: &mut HandshakeState, payload: &[u8]) -> Vec<u8> {
    let mut out = [0; 512];
    let len = noise.write_message(payload, &mut out).unwrap();
    out[..len].to_vec()
}

fn read(noise: &mut HandshakeState, message: &[u8]) -> Vec<u8> {
    let mut out = [0; 512];
    let len = noise.read_message(message, &mut out).unwrap();
    out[..len].to_vec()
}

fn static_key(key: &[u8; 32]) -> StaticKey {
    Identity::from_secret_bytes(key).unwrap().into()
}

/// What an exchange sends once its work is done.
fn packet_of(exchange: &mut Exchange, key: &StaticKey) -> Result<Vec<u8>, Error> {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key)?;
    }
    Ok(exchange.packet().unwrap().to_vec())
}

fn label_secret() -> LabelSecret {
    LabelSecret::new(SECRET).unwrap()
}

/// Field 2: 32 bytes.
fn descriptor_field() -> Vec<u8> {
    [&[2, 32], &Sha256::digest(BODY)[..]].concat()
}

/// The session that the crate derives from what snow ended with, after a look at its name.
fn session_of(noise: &mut HandshakeState) -> SessionSecrets {
    session_in(noise, Direction::DeviceResponded)
}

fn session_in(noise: &mut HandshakeState, direction: Direction) -> SessionSecrets {
    let hash: [u8; 32] = noise.get_handshake_hash().try_into().unwrap();
    let (k_ir, k_ri) = noise.dangerously_get_raw_split();
    let mut session = SessionSecrets::derive(&hash, &k_ir, &k_ri, direction).unwrap();
    let both = extract(&hash, &[k_ir, k_ri].concat());
    assert_eq!(session.id(), expand::<16>(&both, "session"));
    let psk: [u8; 32] = expand(&both, "resume");
    let resumption = session.resumption().unwrap();
    assert_eq!(resumption.secret_bytes(), psk);
    assert_eq!(resumption.hint().0, expand::<8>(&psk, "hint"));
    session
}

/// What the server finds epoch 0 by: the device is the responder, so `k_ri` is its key.
fn first_locator(noise: &mut HandshakeState) -> [u8; 8] {
    let hash: [u8; 32] = noise.get_handshake_hash().try_into().unwrap();
    let (_, k_ri) = noise.dangerously_get_raw_split();
    expand(&expand(&extract(&hash, &k_ri), "chain"), "locator")
}

/// A frame of the device opens at the server, and the server's receipt is believed by the device.
fn assert_one_session(device: SessionSecrets, server: SessionSecrets, locator: [u8; 8]) {
    assert_eq!(device.id(), server.id());
    let mut sealer = device.into_sealer(&DEVICE_KEY).unwrap();
    let mut opener = server.into_opener();
    assert!(opener.locators().next().is_some_and(|l| l.0 == locator));

    let mut packet = seal(&mut sealer, b"reading");
    open(&mut opener, &mut packet, b"reading");
    let mut out = [0; MAX_DATAGRAM];
    sealer
        .verify(opener.receipt(None, &mut out).unwrap(), |_| None)
        .unwrap();
    assert!(sealer.is_named());
}

fn seal(sealer: &mut Sealer, plaintext: &[u8]) -> Vec<u8> {
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer.begin_epoch(&mut Counting(0), &mut saved).unwrap();
    sealer.epoch_stored().unwrap();
    let mut out = [0; MAX_DATAGRAM];
    let short = sealer.seal(Space::Data, plaintext, &mut out).unwrap();
    let Ok(Packet::Frame(frame)) = Packet::parse(short) else {
        panic!("not a frame");
    };
    let route = sealer.epoch().unwrap().route(false);
    let routed = Frame { route, ..frame };
    routed.emit(&mut [0; MAX_DATAGRAM]).unwrap().to_vec()
}

fn open(opener: &mut Opener, packet: &mut [u8], plaintext: &[u8]) {
    let Ok(Opening::Fresh(opened)) = opener.open(packet) else {
        panic!("not a fresh frame");
    };
    assert_eq!(opened.plaintext(), plaintext);
    opener.commit(opened.stored()).unwrap();
}

// IOMT-PAIR-001, IOMT-PAIR-031
#[test]
fn snow_as_the_device_pairs_with_our_reader() {
    let label = Label::new(SECRET);
    let mut noise = label.responder();
    let reader = static_key(&READER_KEY);
    let (secret, connection) = (label_secret(), ConnectionId(CONNECTION));
    let mut server = Exchange::read_label(&reader, &secret, connection, &mut Counting(7)).unwrap();
    let hello = packet_of(&mut server, &reader).unwrap();

    assert_eq!(hello[..20], label.header(1));
    assert_eq!(hello[20..36], label.mac1(&hello[36..]));
    assert_eq!(read(&mut noise, &hello[36..]), OFFER);

    let payload = [&OFFER[..], &descriptor_field()].concat();
    let reply = [label.header(2), write(&mut noise, &payload)].concat();
    server.handle_packet(&reply).unwrap();
    let confirmation = packet_of(&mut server, &reader).unwrap();
    let paired = server.poll_paired().unwrap();

    assert_eq!(confirmation[..20], label.header(3));
    assert!(read(&mut noise, &confirmation[20..]).is_empty());
    assert_eq!(noise.get_remote_static(), Some(reader.public().as_bytes()));
    assert_eq!(paired.peer, static_key(&DEVICE_KEY).public());
    assert!(paired.descriptor.is_some_and(|hash| hash.matches(BODY)));
    let locator = first_locator(&mut noise);
    assert_one_session(session_of(&mut noise), paired.secrets, locator);
}

/// Message 1 of snow's side, as a packet.
fn hello_of(label: &Label, noise: &mut HandshakeState, payload: &[u8]) -> Vec<u8> {
    let message = write(noise, payload);
    [label.header(1), label.mac1(&message), message].concat()
}

/// Our device, with snow as the reader of its label.
fn pair_our_device(
    label: &Label,
    noise: &mut HandshakeState,
    payloads: [&[u8]; 2],
) -> Result<Paired, Error> {
    let (device, secret) = (static_key(&DEVICE_KEY), label_secret());
    let hello = hello_of(label, noise, payloads[0]);
    let promise = DescriptorHash::of_body(BODY);
    let mut armed = Exchange::answer_label(&device, &secret, promise, &hello, &mut Counting(7))?;
    let reply = packet_of(&mut armed, &device)?;

    assert_eq!(armed.connection(), ConnectionId(CONNECTION));
    assert_eq!(reply[..20], label.header(2));
    let promised = [&OFFER[..], &descriptor_field()].concat();
    assert_eq!(read(noise, &reply[20..]), promised);

    let confirmation = [label.header(3), write(noise, payloads[1])].concat();
    armed.handle_packet(&confirmation)?;
    packet_of(&mut armed, &device)?;
    Ok(armed.poll_paired().unwrap())
}

// IOMT-PAIR-001, IOMT-PAIR-031
#[test]
fn snow_as_the_reader_pairs_with_our_device() {
    let label = Label::new(SECRET);
    let mut noise = label.initiator();
    let paired = pair_our_device(&label, &mut noise, [&OFFER, &[]]).unwrap();

    assert_eq!(paired.peer, static_key(&READER_KEY).public());
    assert_eq!(paired.descriptor, None);
    let device = static_key(&DEVICE_KEY).public();
    assert_eq!(noise.get_remote_static(), Some(device.as_bytes()));
    let locator = first_locator(&mut noise);
    assert_one_session(paired.secrets, session_of(&mut noise), locator);
}

// IOMT-PAIR-020
#[test]
fn payload_fields_of_a_later_version_are_skipped() {
    let label = Label::new(SECRET);
    let later = [&OFFER[..], &[9, 3, 0xAA, 0xBB, 0xCC]].concat();
    let mut noise = label.initiator();
    pair_our_device(&label, &mut noise, [&later, &later]).unwrap();
}

// IOMT-PAIR-006
#[test]
fn a_reader_that_does_not_know_the_secret_is_refused() {
    let label = Label::new(b"the secret of another label");
    let mut noise = label.initiator();
    let refused = pair_our_device(&label, &mut noise, [&OFFER, &[]]);
    assert_eq!(refused.unwrap_err(), Error::WrongLabel);
    let wrong_psk = Label {
        psk: [0; 32],
        ..Label::new(SECRET)
    };
    let mut noise = wrong_psk.initiator();
    let refused = pair_our_device(&wrong_psk, &mut noise, [&OFFER, &[]]);
    assert_eq!(refused.unwrap_err(), Error::NotAuthentic);
}

// IOMT-PAIR-022, IOMT-PAIR-023
#[test]
fn an_offer_with_nothing_in_common_and_a_missing_one_are_refused() {
    let label = Label::new(SECRET);
    let other_suite = [1, 4, 0b10, 0b100, 0b100, 0];
    let mut noise = label.initiator();
    let refused = pair_our_device(&label, &mut noise, [&other_suite, &[]]);
    assert_eq!(refused.unwrap_err(), Error::Downgraded);
    let mut noise = label.initiator();
    let refused = pair_our_device(&label, &mut noise, [&[], &[]]);
    assert!(matches!(refused.unwrap_err(), Error::Malformed(_)));
}

// IOMT-PAIR-002, IOMT-VER-002
#[test]
fn a_prologue_that_names_another_version_suite_or_model_gives_no_pairing() {
    let label = Label::new(SECRET);
    let prologue = label.prologue();
    for field in [9, 12, prologue.len() - 11] {
        let mut other = prologue.clone();
        other[field] ^= 3;
        let builder = label.builder(&other, &READER_KEY);
        let mut noise = builder.build_initiator().unwrap();
        let refused = pair_our_device(&label, &mut noise, [&OFFER, &[]]);
        assert_eq!(refused.unwrap_err(), Error::NotAuthentic);
    }
}

/// A handshake between those who know each other's keys, as the other implementation sees it.
struct Known {
    noise: &'static str,
    model: u8,
    /// The session before had this one; none for factory keys.
    psk: Option<[u8; 32]>,
}

const PSK: [u8; 32] = [0x63; 32];
const RECONNECTION: Known = Known {
    noise: "Noise_KKpsk0_25519_ChaChaPoly_SHA256",
    model: 6,
    psk: Some(PSK),
};
const FACTORY_KEYS: Known = Known {
    noise: "Noise_IK_25519_ChaChaPoly_SHA256",
    model: 5,
    psk: None,
};
/// Field 1: four bytes, version 1, suite 1, models 2, 5 and 6.
const OFFER_OF_ALL: [u8; 6] = [1, 4, 0b10, 0b10, 0b110_0100, 0];

impl Known {
    /// "hint' = E(psk', "hint",,8)"
    fn hint(&self) -> Vec<u8> {
        self.psk
            .map_or_else(Vec::new, |psk| expand::<8>(&psk, "hint").to_vec())
    }

    fn prologue(&self) -> Vec<u8> {
        let hint = self.hint();
        let fields: [&[u8]; 6] = [
            b"iomt1",
            &[1],
            &[1],
            self.noise.as_bytes(),
            &[self.model],
            &hint,
        ];
        fields.map(lv).concat()
    }

    fn header(&self, step: u8) -> Vec<u8> {
        let mut hint = self.hint();
        hint.resize(8, 0);
        [&[0x81, 1, self.model, step], &CONNECTION[..], &hint].concat()
    }

    /// "key = E(Extract(32 zero bytes, responder static public key), "static mac1")"
    fn mac1(&self, responder: &StaticKey, message: &[u8]) -> Vec<u8> {
        let root = extract(&[0; 32], responder.public().as_bytes());
        let key: [u8; 32] = expand(&root, "static mac1");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(&self.header(1));
        mac.update(message);
        mac.finalize().into_bytes()[..16].to_vec()
    }

    /// Of message 1: in IK with the descriptor's hash.
    fn promise(&self) -> Vec<u8> {
        match self.model {
            5 => [&OFFER_OF_ALL[..], &descriptor_field()].concat(),
            _ => OFFER_OF_ALL.to_vec(),
        }
    }

    fn noise(&self, is_initiator: bool, peer: Option<&StaticKey>, psk: [u8; 32]) -> HandshakeState {
        let key = if is_initiator {
            &DEVICE_KEY
        } else {
            &READER_KEY
        };
        let prologue = self.prologue();
        let mut builder = Builder::new(self.noise.parse().unwrap())
            .prologue(&prologue)
            .and_then(|builder| builder.local_private_key(key))
            .unwrap();
        let peer = peer.map(StaticKey::public);
        if let Some(peer) = &peer {
            builder = builder.remote_public_key(peer.as_bytes()).unwrap();
        }
        if self.psk.is_some() {
            builder = builder.psk(0, &psk).unwrap();
        }
        if is_initiator {
            builder.build_initiator().unwrap()
        } else {
            builder.build_responder().unwrap()
        }
    }

    fn begin(&self, device: &StaticKey, server: &StaticKey) -> Exchange {
        let (peer, connection) = (server.public(), ConnectionId(CONNECTION));
        let entropy = &mut Counting(7);
        match self.psk {
            Some(psk) => {
                let secret = ResumptionSecret::from_secret_bytes(&psk).unwrap();
                Exchange::reconnect(device, peer, &secret, connection, entropy)
            }
            None => {
                let promise = DescriptorHash::of_body(BODY);
                Exchange::meet(device, peer, promise, connection, entropy)
            }
        }
        .unwrap()
    }

    fn answer(
        &self,
        device: &StaticKey,
        server: &StaticKey,
        hello: &[u8],
    ) -> Result<Exchange, Error> {
        let entropy = &mut Counting(7);
        match self.psk {
            Some(psk) => {
                let secret = ResumptionSecret::from_secret_bytes(&psk).unwrap();
                Exchange::answer_reconnection(server, device.public(), &secret, hello, entropy)
            }
            None => Exchange::answer_meeting(server, hello, entropy),
        }
    }

    /// Our server, with snow as the device that says this.
    fn pair_our_server(
        &self,
        noise: &mut HandshakeState,
        payload: &[u8],
    ) -> Result<(Exchange, Vec<u8>), Error> {
        let (device, server) = (static_key(&DEVICE_KEY), static_key(&READER_KEY));
        let message = write(noise, payload);
        let hello = [self.header(1), self.mac1(&server, &message), message].concat();
        let mut answering = self.answer(&device, &server, &hello)?;
        let reply = packet_of(&mut answering, &server)?;
        Ok((answering, reply))
    }
}

// IOMT-PAIR-001
#[test]
fn snow_as_the_server_meets_our_device() {
    for known in [RECONNECTION, FACTORY_KEYS] {
        let (device, server) = (static_key(&DEVICE_KEY), static_key(&READER_KEY));
        let peer = known.psk.map(|_| &device);
        let mut noise = known.noise(false, peer, PSK);
        let mut asking = known.begin(&device, &server);
        let hello = packet_of(&mut asking, &device).unwrap();

        assert_eq!(hello[..20], known.header(1));
        assert_eq!(hello[20..36], known.mac1(&server, &hello[36..]));
        assert_eq!(read(&mut noise, &hello[36..]), known.promise());
        let message = write(&mut noise, &OFFER_OF_ALL);
        let reply = [known.header(2), message].concat();
        asking.handle_packet(&reply).unwrap();
        packet_of(&mut asking, &device).unwrap();
        let paired = asking.poll_paired().unwrap();

        assert_eq!(noise.get_remote_static(), Some(device.public().as_bytes()));
        assert_eq!(paired.peer, server.public());
        assert_eq!(paired.descriptor, None);
        let at_server = session_in(&mut noise, Direction::DeviceInitiated);
        let locator = first_locator_of_initiator(&mut noise);
        assert_one_session(paired.secrets, at_server, locator);
    }
}

/// The device is the initiator here, so `k_ir` is its key.
fn first_locator_of_initiator(noise: &mut HandshakeState) -> [u8; 8] {
    let hash: [u8; 32] = noise.get_handshake_hash().try_into().unwrap();
    let (k_ir, _) = noise.dangerously_get_raw_split();
    expand(&expand(&extract(&hash, &k_ir), "chain"), "locator")
}

// IOMT-PAIR-001
#[test]
fn snow_as_the_device_meets_our_server() {
    for known in [RECONNECTION, FACTORY_KEYS] {
        let (device, server) = (static_key(&DEVICE_KEY), static_key(&READER_KEY));
        let mut noise = known.noise(true, Some(&server), PSK);
        let (mut answering, reply) = known.pair_our_server(&mut noise, &known.promise()).unwrap();

        assert_eq!(reply[..20], known.header(2));
        assert_eq!(read(&mut noise, &reply[20..]), OFFER_OF_ALL);
        let paired = answering.poll_paired().unwrap();
        assert_eq!(paired.peer, device.public());
        let promised = paired.descriptor.is_some_and(|hash| hash.matches(BODY));
        assert_eq!(promised, known.psk.is_none());
        let at_device = session_in(&mut noise, Direction::DeviceInitiated);
        let locator = first_locator_of_initiator(&mut noise);
        assert_one_session(at_device, paired.secrets, locator);
    }
}

// IOMT-PAIR-040
#[test]
fn a_device_with_another_psk_under_the_same_hint_is_refused() {
    let server = static_key(&READER_KEY);
    let mut noise = RECONNECTION.noise(true, Some(&server), [0x64; 32]);
    let refused = RECONNECTION.pair_our_server(&mut noise, &OFFER_OF_ALL);
    assert_eq!(refused.unwrap_err(), Error::NotAuthentic);
}

// IOMT-PAIR-002
#[test]
fn a_device_that_means_another_model_or_hint_in_its_prologue_is_refused() {
    let server = static_key(&READER_KEY);
    for known in [RECONNECTION, FACTORY_KEYS] {
        let prologue = known.prologue();
        for field in 0..prologue.len() {
            let mut other = prologue.clone();
            other[field] ^= 1;
            let peer = server.public();
            let mut builder = Builder::new(known.noise.parse().unwrap())
                .prologue(&other)
                .and_then(|builder| builder.local_private_key(&DEVICE_KEY))
                .and_then(|builder| builder.remote_public_key(peer.as_bytes()))
                .unwrap();
            if let Some(psk) = &known.psk {
                builder = builder.psk(0, psk).unwrap();
            }
            let mut noise = builder.build_initiator().unwrap();
            let refused = known.pair_our_server(&mut noise, &known.promise());
            assert_eq!(refused.unwrap_err(), Error::NotAuthentic);
        }
    }
}

// IOMT-PAIR-022, IOMT-PAIR-024
#[test]
fn an_authentic_first_message_without_what_it_has_to_say_is_refused() {
    let server = static_key(&READER_KEY);
    let no_common_model = [1, 4, 0b10, 0b10, 0b100, 0];
    for known in [RECONNECTION, FACTORY_KEYS] {
        let refused = |payload: &[u8]| {
            let mut noise = known.noise(true, Some(&server), PSK);
            known.pair_our_server(&mut noise, payload).unwrap_err()
        };
        assert_eq!(refused(&no_common_model), Error::Downgraded);
        assert!(matches!(refused(&[]), Error::Malformed(_)));
        assert!(matches!(refused(&OFFER_OF_ALL[..5]), Error::Malformed(_)));
    }
    let mut noise = FACTORY_KEYS.noise(true, Some(&server), PSK);
    let refused = FACTORY_KEYS.pair_our_server(&mut noise, &OFFER_OF_ALL);
    assert!(
        matches!(refused.unwrap_err(), Error::Malformed(_)),
        "no descriptor"
    );
}
