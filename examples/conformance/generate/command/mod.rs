//! Commands under seal: what they say, how they are sealed and opened, what is answered, and what follows from them.

mod derived;
mod flags;
mod outcomes;
mod refused;
mod sealed;
mod text;

use serde_json::{Value, json};

use super::area::Area;
use super::common::bytes;
use crate::shim::text::{hex, varint};

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "command",
        "Commands of a server: introduce, announce a successor, revoke; their seal, their answers, and what follows.",
        flags::FLAGS,
    );
    text::written(&mut area);
    text::read(&mut area);
    text::cut(&mut area);
    text::longer(&mut area);
    text::reserved(&mut area);
    text::unknown(&mut area);
    text::keys(&mut area);
    sealed::seal(&mut area);
    sealed::opened(&mut area);
    refused::refused(&mut area);
    refused::forged(&mut area);
    text::answers(&mut area);
    derived::relations(&mut area);
    derived::handshakes(&mut area);
    outcomes::outcomes(&mut area);
    area
}

fn record(tag: u64, body: &[u8]) -> Vec<u8> {
    [varint(tag), varint(body.len() as u64), body.to_vec()].concat()
}

/// The key of a recipient; below the prime.
fn key(name: &str) -> [u8; 32] {
    let mut key = bytes(&format!("recipient {name}"));
    key[31] &= 0x7F;
    key
}

fn first(name: &str) -> [u8; 32] {
    bytes(&format!("first {name}"))
}

/// The body of an introduction.
fn introduction(name: &str, role: u8, rights: u8) -> Vec<u8> {
    [&key(name)[..], &first(name), &[role, rights]].concat()
}

fn introduce(name: &str, role: u8, rights: u8) -> Vec<u8> {
    record(3, &introduction(name, role, rights))
}

fn revoke(name: &str) -> Vec<u8> {
    record(5, &key(name))
}

fn reads(plaintext: impl AsRef<[u8]>) -> Value {
    json!({ "plaintext": hex(plaintext) })
}
