//! Handshakes of three models with fixed keys: the crate on both sides, and snow for what neither shows.

use iomt::pairing::label::LabelSecret;
use iomt::pairing::{DescriptorHash, Exchange, Identity, Paired, StaticKey, Work};
use iomt::seal::ResumptionSecret;
use iomt::wire::ConnectionId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use snow::{Builder, HandshakeState};

use crate::File;
use crate::keys::Counting;
use crate::text::{Session, Side, expand, extract, hedge, hex, lv};

const INITIATOR: [u8; 32] = [0x21; 32];
const RESPONDER: [u8; 32] = [0x42; 32];
const CONNECTION: [u8; 8] = *b"connect!";
const BODY: &[u8] = b"the body of a descriptor record";
const LABEL: &[u8] = b"sixteen or more random bytes";
/// The first draw of each side.
const RANDOM: [[u8; 32]; 2] = [[1; 32], [2; 32]];

/// What differs from model to model.
struct Model {
    number: u8,
    pattern: &'static str,
    psk: Option<[u8; 32]>,
    hint: [u8; 8],
    mac1_key: [u8; 32],
    payloads: Vec<Vec<u8>>,
    device: Side,
}

pub(crate) fn file() -> File {
    let tests: Vec<_> = [reconnection(), factory_keys(), label()]
        .iter()
        .map(case)
        .collect();
    File {
        name: "handshake",
        about: "Whole handshakes: fixed static keys, each ephemeral key the hedge of 32 random bytes.",
        notes: json!({}),
        groups: vec![json!({ "type": "Handshake", "tests": tests })],
    }
}

fn offer(models: u8) -> Vec<u8> {
    vec![1, 4, 0b10, 0b10, models, 0]
}

fn promise() -> Vec<u8> {
    [&[2, 32], &Sha256::digest(BODY)[..]].concat()
}

fn reconnection() -> Model {
    let psk = [9; 32];
    Model {
        number: 6,
        pattern: "KKpsk0",
        psk: Some(psk),
        hint: expand(&psk, "hint", &[]),
        mac1_key: static_mac1(),
        payloads: vec![offer(0b110_0100), offer(0b110_0100)],
        device: Side::Initiator,
    }
}

fn factory_keys() -> Model {
    Model {
        number: 5,
        pattern: "IK",
        psk: None,
        hint: [0; 8],
        mac1_key: static_mac1(),
        payloads: vec![[offer(0b110_0100), promise()].concat(), offer(0b110_0100)],
        device: Side::Initiator,
    }
}

fn label() -> Model {
    let label = extract(&[0; 32], LABEL);
    Model {
        number: 2,
        pattern: "XXpsk0",
        psk: Some(expand(&label, "label psk", &[])),
        hint: expand(&label, "label hint", &[]),
        mac1_key: expand(&label, "label mac1", &[]),
        payloads: vec![offer(0b100), [offer(0b100), promise()].concat(), Vec::new()],
        device: Side::Responder,
    }
}

fn static_mac1() -> [u8; 32] {
    let responder = static_key(&RESPONDER).public();
    expand(&extract(&[0; 32], responder.as_bytes()), "static mac1", &[])
}

fn static_key(secret: &[u8; 32]) -> StaticKey {
    Identity::from_secret_bytes(secret).unwrap().into()
}

impl Model {
    fn name(&self) -> String {
        format!("Noise_{}_25519_ChaChaPoly_SHA256", self.pattern)
    }

    fn prologue(&self) -> Vec<u8> {
        let name = self.name();
        let pre = if self.hint == [0; 8] {
            &[][..]
        } else {
            &self.hint
        };
        let fields: [&[u8]; 6] = [b"iomt1", &[1], &[1], name.as_bytes(), &[self.number], pre];
        fields.map(lv).concat()
    }

    fn snow(&self, side: Side, ephemeral: &[u8; 32]) -> HandshakeState {
        let (name, prologue) = (self.name(), self.prologue());
        let (own, peer) = match side {
            Side::Initiator => (INITIATOR, RESPONDER),
            Side::Responder => (RESPONDER, INITIATOR),
        };
        let peer = static_key(&peer).public();
        let knows_peer = match self.number {
            6 => true,
            5 => side == Side::Initiator,
            _ => false,
        };
        let mut builder = Builder::new(name.parse().unwrap())
            .prologue(&prologue)
            .and_then(|builder| builder.local_private_key(&own))
            .unwrap()
            .fixed_ephemeral_key_for_testing_only(ephemeral);
        if let Some(psk) = &self.psk {
            builder = builder.psk(0, psk).unwrap();
        }
        if knows_peer {
            builder = builder.remote_public_key(peer.as_bytes()).unwrap();
        }
        match side {
            Side::Initiator => builder.build_initiator().unwrap(),
            Side::Responder => builder.build_responder().unwrap(),
        }
    }

    /// The two sides of the crate: their packets, and what they end with.
    fn exchange(&self) -> (Vec<Vec<u8>>, [Paired; 2]) {
        let (own, peer) = (static_key(&INITIATOR), static_key(&RESPONDER));
        let connection = ConnectionId(CONNECTION);
        let promise = DescriptorHash::of_body(BODY);
        let resumption = self
            .psk
            .map(|psk| ResumptionSecret::from_secret_bytes(&psk).unwrap());
        let label = LabelSecret::new(LABEL).unwrap();
        let first = &mut Counting(0);
        let mut asking = match (self.number, &resumption) {
            (6, Some(secret)) => {
                Exchange::reconnect(&own, peer.public(), secret, connection, first)
            }
            (5, _) => Exchange::meet(&own, peer.public(), promise, connection, first),
            _ => Exchange::read_label(&own, &label, connection, first),
        }
        .unwrap();
        let mut packets = vec![packet_of(&mut asking, &own)];
        let second = &mut Counting(1);
        let hello = &packets[0];
        let mut answering = match (self.number, &resumption) {
            (6, Some(secret)) => {
                Exchange::answer_reconnection(&peer, own.public(), secret, hello, second)
            }
            (5, _) => Exchange::answer_meeting(&peer, hello, second),
            _ => Exchange::answer_label(&peer, &label, promise, hello, second),
        }
        .unwrap();
        packets.push(packet_of(&mut answering, &peer));
        asking.handle_packet(&packets[1]).unwrap();
        let last = packet_of(&mut asking, &own);
        if self.payloads.len() == 3 {
            answering.handle_packet(&last).unwrap();
            packet_of(&mut answering, &peer);
            packets.push(last);
        }
        let paired = [&mut asking, &mut answering].map(|side| side.poll_paired().unwrap());
        (packets, paired)
    }
}

fn packet_of(exchange: &mut Exchange, key: &StaticKey) -> Vec<u8> {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key).unwrap();
    }
    exchange.packet().unwrap().to_vec()
}

fn ephemeral(side: usize, secret: &[u8; 32], noise: &HandshakeState, payload: &[u8]) -> [u8; 32] {
    let context = [noise.get_handshake_hash(), payload].concat();
    hedge(&RANDOM[side], secret, 0, ("ephemeral", &context))
}

fn case(model: &Model) -> Value {
    let (packets, [asking, answering]) = model.exchange();
    let messages: Vec<_> = packets
        .iter()
        .enumerate()
        .map(|(step, packet)| &packet[if step == 0 { 36 } else { 20 }..])
        .collect();
    let dummy = [7; 32];
    let first = ephemeral(
        0,
        &INITIATOR,
        &model.snow(Side::Initiator, &dummy),
        &model.payloads[0],
    );
    let mut initiator = model.snow(Side::Initiator, &first);
    let mut listener = model.snow(Side::Responder, &dummy);
    read(&mut listener, messages[0]);
    let second = ephemeral(1, &RESPONDER, &listener, &model.payloads[1]);
    let mut responder = model.snow(Side::Responder, &second);
    for (step, payload) in model.payloads.iter().enumerate() {
        let (writer, reader) = match step % 2 {
            0 => (&mut initiator, &mut responder),
            _ => (&mut responder, &mut initiator),
        };
        let mut out = [0; 512];
        let len = writer.write_message(payload, &mut out).unwrap();
        assert_eq!(out[..len], *messages[step], "message {}", step + 1);
        assert_eq!(read(reader, messages[step]), *payload);
    }
    let hash: [u8; 32] = initiator.get_handshake_hash().try_into().unwrap();
    let (k_ir, k_ri) = initiator.dangerously_get_raw_split();
    let session = Session::new(&hash, [&k_ir, &k_ri], model.device);
    for mut paired in [asking, answering] {
        assert_eq!(paired.secrets.id(), session.id);
        let resumption = paired.secrets.resumption().unwrap();
        assert_eq!(resumption.secret_bytes(), session.psk);
        assert_eq!(resumption.hint().0, session.hint);
    }
    json!({
        "comment": model.name(),
        "model": model.number,
        "device": match model.device { Side::Initiator => "initiator", Side::Responder => "responder" },
        "labelSecret": (model.number == 2).then(|| hex(LABEL)),
        "psk": model.psk.map(hex),
        "hint": hex(model.hint),
        "connection": hex(CONNECTION),
        "mac1Key": hex(model.mac1_key),
        "prologue": hex(model.prologue()),
        "initiatorStatic": hex(INITIATOR),
        "responderStatic": hex(RESPONDER),
        "initiatorRandom": hex(RANDOM[0]),
        "responderRandom": hex(RANDOM[1]),
        "initiatorEphemeral": hex(first),
        "responderEphemeral": hex(second),
        "descriptorBody": hex(BODY),
        "payloads": model.payloads.iter().map(hex).collect::<Vec<_>>(),
        "packets": packets.iter().map(hex).collect::<Vec<_>>(),
        "hash": hex(hash),
        "kIr": hex(k_ir),
        "kRi": hex(k_ri),
        "session": hex(session.id),
        "nextPsk": hex(session.psk),
        "nextHint": hex(session.hint),
        "result": "valid",
    })
}

fn read(noise: &mut HandshakeState, message: &[u8]) -> Vec<u8> {
    let mut out = [0; 512];
    let len = noise.read_message(message, &mut out).unwrap();
    out[..len].to_vec()
}
