use std::time::Duration;

use serde_json::{Value, json};

use super::{ask, hexed, packet_of};

/// What it says in receipts, and the milliseconds since it began.
const BEGAN_MS: u128 = 1_764_000_000_000;

#[derive(Default)]
pub(super) struct Server {
    /// All that has opened, in its order.
    frames: Vec<Value>,
    stored: Vec<Value>,
    losses: Vec<Value>,
}

impl Server {
    pub(super) fn stored(&self) -> &[Value] {
        &self.stored
    }

    pub(super) fn losses(&self) -> &[Value] {
        &self.losses
    }

    /// A frame is answered by a receipt, also one that was stored before.
    pub(super) fn handle(
        &mut self,
        session: &Value,
        packet: &[u8],
        elapsed: Duration,
    ) -> Vec<Vec<u8>> {
        self.open(session, packet);
        if self.frames.is_empty() {
            return Vec::new();
        }
        let time = (BEGAN_MS + elapsed.as_millis()).to_string();
        let asked = json!({ "session": session, "frames": self.frames, "time": time, "wait": "0" });
        packet_of(ask("receipt", &asked)).into_iter().collect()
    }

    fn open(&mut self, session: &Value, packet: &[u8]) {
        let mut frames = self.frames.clone();
        frames.push(json!({ "packet": hexed(packet) }));
        let asked = json!({ "session": session, "frames": frames });
        let Some(outcome) = last_outcome("open", &asked) else {
            return;
        };
        if let Some(fresh) = outcome.get("fresh") {
            self.stored.push(fresh.clone());
        } else if outcome.get("control").is_some() {
            let settled = last_outcome("outstanding", &asked).unwrap_or_default();
            let losses = settled["settled"]["losses"].as_array();
            self.losses.extend(losses.into_iter().flatten().cloned());
        } else {
            return;
        }
        self.frames = frames;
    }

    /// Until a frame opens, the device may have missed that the pairing has finished.
    pub(super) fn confirm(&self, session: &Value, last: Option<Vec<u8>>) -> Vec<Vec<u8>> {
        if !self.frames.is_empty() {
            return Vec::new();
        }
        let receipt = packet_of(ask("receipt", &json!({ "session": session, "frames": [] })));
        last.into_iter().chain(receipt).collect()
    }
}

fn last_outcome(op: &str, asked: &Value) -> Option<Value> {
    ask(op, asked)?["outcomes"].as_array()?.last().cloned()
}
