//! Texts of labels, and what is not taken for one.

use iomt::pairing::PublicKey;
use iomt::pairing::label::{Label, LabelError};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::File;
use crate::text::hex;

const SECRET: [u8; 16] = *b"a secret of 16 B";
const KEY: [u8; 32] = [9; 32];
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub(crate) fn file() -> File {
    let body = |fields: &[u8]| [&[1, 1, 2, 16][..], &SECRET, fields].concat();
    let changed = |place: usize, to: u8| {
        let mut body = body(&[]);
        body[place] = to;
        body
    };
    let with_key = |key: &[u8]| [&[1, 1, 1, 16][..], &SECRET, &[32], key].concat();
    let misread = text_of(&body(&[])).replacen("IOMT:AE", "IOMT:AF", 1);
    let tests = vec![
        valid("a secret of 16 bytes", &SECRET, None),
        valid("a secret of 32 bytes", &[7; 32], None),
        valid("with the device's key", &SECRET, Some(KEY)),
        read("a field of a later version", &body(&[2, 1, 5])),
        refused(
            "another layout",
            &text_of(&changed(0, 2)),
            "UnsupportedVersion",
        ),
        refused(
            "another suite",
            &text_of(&changed(1, 2)),
            "UnsupportedSuite",
        ),
        refused(
            "a model without a label",
            &text_of(&changed(2, 4)),
            "UnsupportedModel",
        ),
        refused(
            "a critical field",
            &text_of(&body(&[3, 0])),
            "UnsupportedField",
        ),
        refused(
            "fields out of order",
            &text_of(&body(&[4, 0, 2, 0])),
            "Malformed",
        ),
        refused(
            "a secret of 15 bytes",
            &text_of(&[&[1, 1, 2, 15][..], &[7; 15]].concat()),
            "Malformed",
        ),
        refused(
            "a key that is not canonical",
            &text_of(&with_key(&[0xFF; 32])),
            "Malformed",
        ),
        refused("one character is another", &misread, "Misread"),
        refused("another code", "https://example.org/", "NotALabel"),
        refused("a character of no alphabet", "IOMT:A1", "NotALabel"),
    ];
    File {
        name: "label",
        about: "What a QR code or an NFC text on a device says.",
        notes: json!({
            "NotALabel": "another prefix, or not base32 in its one form",
            "Misread": "the last 4 bytes are not the first 4 of SHA-256 over those before",
            "UnsupportedVersion": "a newer program is needed",
            "UnsupportedSuite": "as it says",
            "UnsupportedModel": "as it says",
            "UnsupportedField": "a field with an odd tag is critical",
            "Malformed": "lengths, order of tags, or a key that is none",
        }),
        groups: vec![json!({ "type": "Label", "tests": tests })],
    }
}

/// "text = "IOMT:" ‖ base32(body ‖ checksum)", by hand.
fn text_of(body: &[u8]) -> String {
    let checksum = &Sha256::digest(body)[..4];
    let bytes = [body, checksum].concat();
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    let characters = bits.chunks(5).map(|bits| {
        let value = (0..5).fold(0, |value, bit| {
            value << 1 | bits.get(bit).copied().unwrap_or(0)
        });
        char::from(ALPHABET[usize::from(value)])
    });
    format!("IOMT:{}", characters.collect::<String>())
}

fn valid(comment: &str, secret: &[u8], key: Option<[u8; 32]>) -> Value {
    let key = key.map(|key| PublicKey::from_bytes(&key).unwrap());
    let label = Label::new(secret, key).unwrap();
    let len = u8::try_from(secret.len()).unwrap();
    let mut body = [&[1, 1, label.model().0, len][..], secret].concat();
    if let Some(key) = &key {
        body.push(32);
        body.extend_from_slice(key.as_bytes());
    }
    assert_eq!(label.text().as_str(), text_of(&body), "{comment}");
    read(comment, &body)
}

fn read(comment: &str, body: &[u8]) -> Value {
    let text = text_of(body);
    let label = Label::parse(&text).unwrap();
    json!({
        "comment": comment,
        "text": text,
        "model": label.model().0,
        "secret": hex(label.secret_bytes()),
        "key": label.key().map(|key| hex(key.as_bytes())),
        "result": "valid",
    })
}

fn refused(comment: &str, text: &str, flag: &str) -> Value {
    let said = match Label::parse(text).unwrap_err() {
        LabelError::NotALabel => "NotALabel",
        LabelError::Misread => "Misread",
        LabelError::UnsupportedVersion(_) => "UnsupportedVersion",
        LabelError::UnsupportedSuite(_) => "UnsupportedSuite",
        LabelError::UnsupportedModel(_) => "UnsupportedModel",
        LabelError::UnsupportedField(_) => "UnsupportedField",
        LabelError::Malformed => "Malformed",
        other => panic!("{comment}: {other:?}"),
    };
    assert_eq!(said, flag, "{comment}");
    json!({ "comment": comment, "text": text, "result": "invalid", "flags": [flag] })
}
