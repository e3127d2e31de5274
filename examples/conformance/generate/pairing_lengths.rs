//! How long a packet of a handshake may be, and each of its lengths below.

use serde_json::Value;

use super::area::Area;
use super::common::{flipped, many};
use super::pairing::{Run, public};
use super::pairing_packets::first_noise;
use crate::shim;
use crate::shim::pairing_noise::longer_message;
use crate::shim::text::{expand, extract, hmac, unhex};

/// A header, and behind it the code of message 1.
const HEADER: usize = 20;
const MAC1: usize = 16;
/// No packet is longer; any message 1 may be as long.
const LONGEST: usize = 192;
/// How much longer than drawn everybody takes the messages behind it.
const RESERVE: usize = 14;
/// No field of this version.
const LATER: u8 = 9;

/// One message of Noise, and who is to read it.
struct Message<'r> {
    run: &'r Run<'r>,
    /// Counted from 0.
    number: usize,
    /// All packets up to it.
    packets: Vec<Vec<u8>>,
    /// Which of them is its own.
    place: usize,
}

impl<'r> Message<'r> {
    fn all(run: &'r Run<'r>) -> Vec<Self> {
        let packets = run.packets();
        // Those of CPace come first; behind message 3 there is a nonce, which has no fields.
        let first = 2 * first_noise(run, "responder");
        let count = (packets.len() - first).min(3);
        let messages = (0..count).map(|number| Self {
            run,
            number,
            packets: packets[..=first + number].to_vec(),
            place: first + number,
        });
        messages.collect()
    }

    fn name(&self) -> String {
        format!("message {}", self.number + 1)
    }

    fn reader(&self) -> &'static str {
        ["responder", "initiator"][self.number % 2]
    }

    fn writer(&self) -> &'static str {
        ["initiator", "responder"][self.number % 2]
    }

    fn drawn(&self) -> &[u8] {
        &self.packets[self.place]
    }

    /// What its reader is asked where it is this packet.
    fn asks(&self, packet: Vec<u8>) -> Value {
        let places = self.run.places(self.reader()).iter();
        let before = places.take_while(|place| **place < self.place);
        let mut received: Vec<_> = before.map(|place| self.packets[*place].clone()).collect();
        received.push(packet);
        self.run.asks(self.reader(), &received)
    }

    /// As long as this, by a field of a later version.
    fn of(&self, len: usize) -> Vec<u8> {
        let places = self.run.places(self.writer()).iter();
        let heard = places.take_while(|place| **place < self.place);
        let heard: Vec<_> = heard.map(|place| self.packets[*place].clone()).collect();
        let before = &self.packets[self.place - self.number..self.place];
        let field = field_of(len - self.drawn().len());
        let asks = self.run.asks(self.writer(), &heard);
        let message = longer_message(&asks, before, &field).unwrap();
        let header = &self.drawn()[..HEADER];
        let code = match self.number {
            0 => hmac(&mac1_key(self.run, &self.packets), &[header, &message])[..MAC1].to_vec(),
            _ => Vec::new(),
        };
        let packet = [header, &code, &message].concat();
        assert_eq!(packet.len(), len);
        packet
    }
}

/// Of message 1; where CPace comes first, behind these packets of it.
pub(super) fn mac1_key(run: &Run<'_>, packets: &[Vec<u8>]) -> [u8; 32] {
    let asked = run.asks("responder", &[]);
    let known = |member: &str| asked[member].as_str().and_then(unhex);
    if run.model.number == 3 {
        let packets = [packets[1].clone(), packets[3].clone()];
        let asked = run.asks("initiator", &packets);
        let agreed = shim::outcome("cpace", &asked)["result"]["done"]["mac1Key"].clone();
        return unhex(agreed.as_str().unwrap()).unwrap().try_into().unwrap();
    }
    let (secret, label) = match (known("labelSecret"), known("token")) {
        (Some(label), _) => (label, "label mac1"),
        (_, Some(token)) => (token, "token mac1"),
        _ => {
            let responder = public(&run.secret("responder"));
            (responder.to_vec(), "static mac1")
        }
    };
    expand(&extract(&[0; 32], &secret), label, &[])
}

/// So many bytes, three at least.
fn field_of(len: usize) -> Vec<u8> {
    let short = u8::try_from(len - 2).ok().filter(|content| *content < 128);
    let head = match (short, len - 3) {
        (Some(content), _) => vec![LATER, content],
        (None, content) => vec![
            LATER,
            0x80 | u8::try_from(content % 128).unwrap(),
            u8::try_from(content / 128).unwrap(),
        ],
    };
    let content = many("what a later version adds", len - head.len());
    [head, content].concat()
}

/// Up to the bounds, and beyond.
pub(super) fn bounds(area: &mut Area, run: &Run<'_>) {
    let messages = Message::all(run);
    let group = area.group(
        "pair_step",
        "packets as long as everybody takes them, and longer than anybody",
        &["IOMT-PAIR-011", "IOMT-PAIR-020", "IOMT-PAIR-004"],
        "PacketLength",
    );
    let first = &messages[0];
    let longest = [LONGEST - 1, LONGEST].map(|len| (first, len));
    let reserve = |message| [RESERVE - 1, RESERVE].map(|more| (message, more));
    let later = messages[1..].iter().flat_map(reserve);
    let later = later.map(|(message, more)| (message, message.drawn().len() + more));
    for (message, len) in longest.into_iter().chain(later) {
        let name = format!("{} of {len} bytes", message.name());
        group.valid(name, message.asks(message.of(len)));
    }
    for message in &messages {
        let packet = message.of(LONGEST + 1);
        let name = format!("{} of {} bytes", message.name(), packet.len());
        group.invalid(name, "malformed", message.asks(packet));
    }
    let packet = first.of(1_232);
    group.invalid("message 1 of 1232 bytes", "malformed", first.asks(packet));
    let mut packet = first.of(LONGEST + 1);
    packet[HEADER] ^= 1;
    let name = "message 1 of 193 bytes, and mac1";
    group.invalid(name, "malformed", first.asks(packet.clone()));
    packet[1] = 2;
    let name = "message 1 of 193 bytes, and suite";
    group.invalid(name, "unsupported_suite", first.asks(packet));

    let group = area
        .group(
            "pair_step",
            "packets that may be refused for their length",
            &["IOMT-PAIR-011"],
            "PacketLength",
        )
        .judged("or_malformed");
    for message in &messages[1..] {
        let packet = message.of(message.drawn().len() + RESERVE + 1);
        let name = format!("{} of {} bytes", message.name(), packet.len());
        group.acceptable(name, message.asks(packet));
    }
}

/// Each packet cut at each byte, and each bit of the code of message 1 and of the tag that ends message 2.
pub(super) fn every_byte_and_bit(area: &mut Area, run: &Run<'_>) {
    let messages = Message::all(run);
    let group = area
        .group(
            "pair_step",
            "packets that are cut",
            &["IOMT-PAIR-004", "IOMT-PAIR-007", "IOMT-DATA-005"],
            "CutPacket",
        )
        .judged("any_error");
    for message in &messages {
        for len in 0..message.drawn().len() {
            let asked = message.asks(message.drawn()[..len].to_vec());
            group.refused(format!("{} cut to {len}", message.name()), asked);
        }
    }
    let group = area.group(
        "pair_step",
        "each bit of mac1",
        &["IOMT-PAIR-006"],
        "Mac1Bit",
    );
    let first = &messages[0];
    for bit in 8 * HEADER..8 * (HEADER + MAC1) {
        let asked = first.asks(flipped(first.drawn(), bit));
        group.invalid(format!("bit {}", bit - 8 * HEADER), "wrong_label", asked);
    }
    let group = area.group(
        "pair_step",
        "each bit of the tag that ends message 2",
        &["IOMT-PAIR-007"],
        "ForgedTag",
    );
    let second = &messages[1];
    let end = 8 * second.drawn().len();
    for bit in end - 128..end {
        let asked = second.asks(flipped(second.drawn(), bit));
        let name = format!("bit {}", bit - (end - 128));
        group.invalid(name, "not_authentic", asked);
    }
}
