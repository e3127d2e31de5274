//! What the payloads of handshakes may say: written by snow, as a later version or a careless vendor would.

use serde_json::Value;

use super::area::Area;
use super::common::many;
use super::pairing::{Run, public};
use crate::shim::pairing_noise::message_with;
use crate::shim::text::{expand, extract, hmac, unhex, varint};

/// A header, and behind it the code of message 1.
const HEADER: usize = 20;
const MAC1: usize = 16;
/// The longest message 1 that everybody takes, and how much more of any other message.
const LONGEST: usize = 192;
const RESERVE: usize = 14;

const OFFER: u8 = 1;
const DESCRIPTOR: u8 = 2;
/// No field of this version.
const LATER: u8 = 9;

fn field(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = u8::try_from(content.len()).unwrap();
    assert!(len < 128);
    [&[tag, len], content].concat()
}

/// One message of a handshake, and who is to read it.
struct Message<'r> {
    run: &'r Run<'r>,
    /// Counted from 0.
    number: usize,
    before: Vec<Vec<u8>>,
    /// The one that was sent by who keeps to the text.
    honest: Vec<u8>,
}

impl<'r> Message<'r> {
    fn of(run: &'r Run<'r>, number: usize) -> Self {
        let packets = run.packets();
        Self {
            run,
            number,
            before: packets[..number].to_vec(),
            honest: packets[number].clone(),
        }
    }

    const fn sides(&self) -> [&'static str; 2] {
        match self.number {
            0 => ["initiator", "responder"],
            _ => ["responder", "initiator"],
        }
    }

    /// What its reader is asked where it has this payload.
    fn asks(&self, payload: &[u8]) -> Value {
        let [writer, reader] = self.sides();
        let heard = self.before.first().map(|packet| &packet[HEADER + MAC1..]);
        let writes = self.run.asks(writer, &self.before);
        let message = message_with(&writes, heard, payload).unwrap();
        let header = &self.honest[..HEADER];
        let code = match self.number {
            0 => hmac(&self.mac1_key(), &[header, &message])[..MAC1].to_vec(),
            _ => Vec::new(),
        };
        let packet = [header, &code, &message].concat();
        self.run.asks(reader, &[packet])
    }

    fn mac1_key(&self) -> [u8; 32] {
        let label = self.run.asks("responder", &[])["labelSecret"].clone();
        match label.as_str().and_then(unhex) {
            Some(label) => expand(&extract(&[0; 32], &label), "label mac1", &[]),
            None => {
                let responder = public(&self.run.secret("responder"));
                expand(&extract(&[0; 32], &responder), "static mac1", &[])
            }
        }
    }

    fn promises(&self) -> bool {
        matches!((self.run.model.number, self.number), (1 | 2, 1) | (5, 0))
    }

    fn offer(&self) -> [u8; 4] {
        let models = match self.run.model.number {
            label @ (1 | 2) => 1 << label,
            _ => 0b110_0100,
        };
        [0b10, 0b10, models, 0]
    }

    fn promise(&self) -> Vec<u8> {
        match self.promises() {
            true => field(DESCRIPTOR, &many("a promise", 32)),
            false => Vec::new(),
        }
    }

    /// All that has to be there, with this offer.
    fn with_offer(&self, offer: &[u8]) -> Vec<u8> {
        [field(OFFER, offer), self.promise()].concat()
    }

    fn usual(&self) -> Vec<u8> {
        self.with_offer(&self.offer())
    }

    /// As long as everybody takes it.
    fn longest(&self) -> Vec<u8> {
        if self.number > 0 {
            let later = field(LATER, &many("a reserve", RESERVE - 2));
            return [self.usual(), later].concat();
        }
        let empty = [self.usual(), field(LATER, &[])].concat();
        let [writer, _] = self.sides();
        let heard = self.before.first().map(|packet| &packet[HEADER + MAC1..]);
        let message = message_with(&self.run.asks(writer, &self.before), heard, &empty).unwrap();
        let left = LONGEST - HEADER - MAC1 - message.len();
        [self.usual(), field(LATER, &many("what is left", left))].concat()
    }
}

/// Of both messages that carry an offer.
pub(super) fn groups(area: &mut Area, run: &Run<'_>) {
    let messages = [Message::of(run, 0), Message::of(run, 1)];
    later_versions(area, &messages);
    forms(area, &messages);
    offers(area, &messages);
}

fn later_versions(area: &mut Area, messages: &[Message<'_>]) {
    let group = area.group(
        "pair_step",
        "payloads with fields of a later version",
        &["IOMT-PAIR-020", "IOMT-PAIR-011"],
        "LaterField",
    );
    for message in messages {
        let usual = message.usual();
        let behind = |fields: &[u8]| [&usual[..], fields].concat();
        for (what, payload) in [
            ("as this version writes it", usual.clone()),
            (
                "an unknown field",
                behind(&field(LATER, &[0xA1, 0xB2, 0xC3])),
            ),
            ("an unknown field of no bytes", behind(&field(LATER, &[]))),
            (
                "two unknown fields",
                behind(&[field(LATER, &[0x5E]), field(LATER + 1, &[0x7D, 0x02])].concat()),
            ),
            (
                "an unknown field whose tag has two bytes",
                behind(&[0xC8, 0x01, 0x02, 0x3A, 0x4B]),
            ),
            ("as long as a packet may be", message.longest()),
        ] {
            let name = format!("message {}: {what}", message.number + 1);
            group.valid(name, message.asks(&payload));
        }
    }
}

fn forms(area: &mut Area, messages: &[Message<'_>]) {
    let group = area.group(
        "pair_step",
        "payloads that are none",
        &["IOMT-PAIR-021", "IOMT-PAIR-022", "IOMT-PAIR-024"],
        "PayloadForm",
    );
    for message in messages {
        let (usual, offer) = (message.usual(), message.offer());
        let behind = |fields: &[u8]| [&usual[..], fields].concat();
        let mut cases = vec![
            ("nothing", Vec::new()),
            ("an unknown field alone", field(LATER, &[1, 2])),
            (
                "the offer twice",
                [field(OFFER, &offer), usual.clone()].concat(),
            ),
            (
                "an unknown field in front of the offer",
                [field(LATER, &[3, 4]), usual.clone()].concat(),
            ),
            ("an offer of 3 bytes", message.with_offer(&offer[..3])),
            (
                "an offer of 5 bytes",
                message.with_offer(&[&offer[..], &[0]].concat()),
            ),
            ("a tag without a length", behind(&[LATER])),
            (
                "a field longer than the rest",
                behind(&[LATER, 3, 0xE1, 0xE2]),
            ),
            ("an over-long tag", behind(&[0x89, 0x00, 0x01, 0xF3])),
        ];
        if message.promises() {
            let short = field(DESCRIPTOR, &many("a promise", 31));
            let long = field(DESCRIPTOR, &many("a promise", 33));
            let offer = field(OFFER, &offer);
            cases.extend([
                ("no hash of a descriptor", offer.clone()),
                ("a hash of 31 bytes", [&offer[..], &short].concat()),
                ("a hash of 33 bytes", [&offer[..], &long].concat()),
                (
                    "the hash in front of the offer",
                    [message.promise(), offer].concat(),
                ),
            ]);
        }
        for (what, payload) in cases {
            let name = format!("message {}: {what}", message.number + 1);
            group.invalid(name, "malformed", message.asks(&payload));
        }
    }
}

fn offers(area: &mut Area, messages: &[Message<'_>]) {
    let group = area.group(
        "pair_step",
        "offers",
        &["IOMT-PAIR-023", "IOMT-VER-002"],
        "Downgrade",
    );
    for message in messages {
        let [versions, suites, models, high] = message.offer();
        let name = |what: &str| format!("message {}: {what}", message.number + 1);
        for (what, offer) in [
            ("version 2, too", [versions | 4, suites, models, high]),
            ("suite 3, too", [versions, suites | 8, models, high]),
            ("model 9, too", [versions, suites, models, high | 2]),
            ("everything", [0xFF; 4]),
        ] {
            group.valid(name(what), message.asks(&message.with_offer(&offer)));
        }
        let own = 1 << message.run.model.number;
        for (what, offer) in [
            ("another version alone", [4, suites, models, high]),
            ("another suite alone", [versions, 8, models, high]),
            ("not the model", [versions, suites, models & !own, high]),
            ("model 9 alone", [versions, suites, 0, 2]),
            ("nothing", [0; 4]),
        ] {
            let asked = message.asks(&message.with_offer(&offer));
            group.invalid(name(what), "downgraded", asked);
        }
    }
}

/// Tags of 32 bits, and of more.
pub(super) fn wide_tags(area: &mut Area, run: &Run<'_>) {
    let group = area.group(
        "pair_step",
        "payloads with a field of the last tag, and of one above",
        &["IOMT-PAIR-020", "IOMT-DATA-004"],
        "PayloadForm",
    );
    for message in [Message::of(run, 0), Message::of(run, 1)] {
        for (what, tag) in [
            ("the last tag", u64::from(u32::MAX)),
            ("one above", 1 << 32),
        ] {
            let payload = [&message.usual()[..], &varint(tag), &[1, 0xA1]].concat();
            let name = format!("message {}: {what}", message.number + 1);
            group.any(name, message.asks(&payload));
        }
    }
}
