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

mod known;
mod label;

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
