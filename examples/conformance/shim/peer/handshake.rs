use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ask, hexed, packet_of, with};

/// One side of it, by `pair_step`.
pub(super) struct Handshake {
    request: Value,
    received: Vec<Value>,
    /// What was said to each packet.
    answers: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    newest: Option<Vec<u8>>,
    pub(super) done: Option<Value>,
}

/// In the models from this one on the device speaks first.
const FIRST_OF_DEVICE: u64 = 4;
/// The first byte of a handshake packet.
pub(super) const HANDSHAKE: u8 = 0x81;

/// Whether the device of a model speaks first.
pub(crate) const fn device_initiates(model: u64) -> bool {
    model >= FIRST_OF_DEVICE
}

impl Handshake {
    pub(super) fn new(asked: &Value) -> Self {
        let initiates = (asked["role"] == "device") == device_initiates(model(asked));
        let role = if initiates { "initiator" } else { "responder" };
        Self {
            request: with(asked.clone(), "role", role.into()),
            received: Vec::new(),
            answers: BTreeMap::new(),
            newest: None,
            done: None,
        }
    }

    pub(super) fn is_initiator(&self) -> bool {
        self.request["role"] == "initiator"
    }

    pub(super) fn handle(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        if let Some(answer) = self.answers.get(packet) {
            return answer.clone();
        }
        let mut received = self.received.clone();
        received.push(hexed(packet));
        let request = with(self.request.clone(), "received", received.clone().into());
        let result = ask("pair_step", &request)?;
        self.received = received;
        self.done = self
            .done
            .take()
            .or_else(|| result.get("done").filter(|done| !done.is_null()).cloned());
        let answer = packet_of(Some(result));
        self.answers.insert(packet.to_vec(), answer.clone());
        self.newest = answer.clone().or(self.newest.take());
        answer
    }

    /// What an initiator repeats: its newest packet, the first where it has said nothing yet.
    pub(super) fn newest(&mut self) -> Option<Vec<u8>> {
        if self.newest.is_none() && self.is_initiator() {
            let request = with(self.request.clone(), "received", json!([]));
            self.newest = packet_of(ask("pair_step", &request));
        }
        let newest = self.newest.clone();
        newest.filter(|_| self.is_initiator())
    }

    pub(super) fn session(&self) -> Option<Value> {
        let done = self.done.as_ref()?;
        let device = match device_initiates(model(&self.request)) {
            true => "initiator",
            false => "responder",
        };
        Some(
            json!({ "hash": done["hash"], "kIr": done["kIr"], "kRi": done["kRi"], "device": device }),
        )
    }
}

fn model(asked: &Value) -> u64 {
    asked["model"].as_u64().unwrap_or_default()
}
