//! A pairing of two sides over a path that fails.

use iomt::pairing::{Identity, StaticKey};
use serde_json::{Value, json};

use super::path::Chance;
use super::{Peer, Stop};
use crate::shim::text::{hex, unhex};

/// What both sides bring.
pub(super) struct Terms {
    model: u8,
    /// Of `pair_step`: the initiator's, the responder's.
    pub(super) requests: [Value; 2],
}

/// Packets of one side are repeated so often before it is given up.
const ROUNDS: usize = 60;

impl Terms {
    pub(super) fn draw(model: u8, chance: &mut Chance) -> Self {
        let secrets = [chance.bytes(32), chance.bytes(32)];
        let public = |secret: &[u8]| {
            let key = Identity::from_secret_bytes(secret).map(StaticKey::from);
            key.map(|key| hex(key.public().as_bytes()))
                .unwrap_or_default()
        };
        let device = usize::from(model < 4);
        let (label, psk, body) = (chance.hex(20), chance.hex(32), chance.hex(30));
        let token = chance.hex(9);
        let passcode = format!("{:06}", chance.below(1_000_000));
        let mut requests = [(0, "initiator"), (1, "responder")].map(|(side, role)| {
            let random: Vec<_> = (0..3).map(|_| chance.hex(32)).collect();
            let [own, other] = [&secrets[side], &secrets[1 - side]];
            json!({
                "role": role,
                "model": model,
                "staticSecret": hex(own),
                "peer": (model == 6 || (matches!(model, 1 | 5) && side == 0)).then(|| public(other)),
                "labelSecret": matches!(model, 1 | 2).then_some(&label),
                "passcode": (model == 3).then_some(&passcode),
                "token": (model == 4).then_some(&token),
                "psk": (model == 6).then_some(&psk),
                "descriptorBody": (side == device && model != 6).then_some(&body),
                "random": random,
            })
        });
        requests[0]["connection"] = chance.hex(8).into();
        Self { model, requests }
    }

    pub(super) const fn device_initiates(&self) -> bool {
        self.model >= 4
    }

    /// Whether a changed bit of this message shows at once: in the shares of a passcode it shows later.
    const fn is_authentic(&self, message: usize) -> bool {
        self.model != 3 || message >= 4
    }
}

/// One side, and how far it has come.
struct Stage {
    request: Value,
    received: Vec<Vec<u8>>,
    packet: Option<Vec<u8>>,
    done: Option<Value>,
}

impl Stage {
    /// Takes a packet; whether it was taken. What is refused changes nothing.
    fn step(&mut self, peer: &mut Peer<'_>, packet: Option<&[u8]>) -> Result<bool, Stop> {
        let mut received = self.received.clone();
        received.extend(packet.map(<[u8]>::to_vec));
        let mut request = self.request.clone();
        request["received"] = received.iter().map(hex).collect::<Vec<_>>().into();
        match peer.result("pair_step", &request)? {
            Ok(result) => {
                self.received = received;
                let next = result["packet"].as_str().and_then(unhex);
                self.packet = next.or(self.packet.take());
                self.done = result.get("done").filter(|done| !done.is_null()).cloned();
                Ok(true)
            }
            Err(_) if packet.is_some() => Ok(false),
            Err(class) => Err(Stop::Failed(format!(
                "the beginning of a handshake is refused: {class}"
            ))),
        }
    }
}

/// Until both sides are done; what they have in common.
pub(super) fn pair(
    terms: &Terms,
    peers: &mut [Peer<'_>; 2],
    chance: &mut Chance,
) -> Result<Value, Stop> {
    let mut stages = terms.requests.clone().map(|request| Stage {
        request,
        received: Vec::new(),
        packet: None,
        done: None,
    });
    stages[0].step(&mut peers[0], None)?;
    for _ in 0..ROUNDS {
        for from in [0, 1] {
            let Some(packet) = stages[from].packet.clone() else {
                continue;
            };
            let to = 1 - from;
            // Who is done takes nothing more; its last packet is repeated for the other side.
            if stages[to].done.is_some() {
                continue;
            }
            let message = 2 * stages[to].received.len() + from;
            if terms.is_authentic(message) && chance.happens(15) {
                let forged = chance.damage(&packet);
                if stages[to].step(&mut peers[to], Some(&forged))? {
                    return Err(Stop::Failed(format!(
                        "message {message} is taken with one bit another: {}",
                        hex(forged)
                    )));
                }
            }
            let copies = match chance.below(10) {
                0..3 => 0,
                3..5 => 2,
                _ => 1,
            };
            for _ in 0..copies {
                stages[to].step(&mut peers[to], Some(&packet))?;
            }
        }
        if let [Some(first), Some(second)] = stages.each_ref().map(|stage| stage.done.as_ref()) {
            return agreed(terms, first, second);
        }
    }
    let stuck = stages.map(|stage| {
        format!(
            "{} taken, done: {}",
            stage.received.len(),
            stage.done.is_some()
        )
    });
    Err(Stop::Failed(format!(
        "the two are not done after {ROUNDS} rounds: initiator {}; responder {}",
        stuck[0], stuck[1]
    )))
}

/// What both say has to be the same; the session that it makes.
pub(super) fn agreed(terms: &Terms, first: &Value, second: &Value) -> Result<Value, Stop> {
    for member in ["hash", "kIr", "kRi", "session", "psk", "hint", "digits"] {
        if first[member] != second[member] {
            return Err(Stop::Failed(format!(
                "{member} is {} at one end, and {} at the other",
                first[member], second[member]
            )));
        }
    }
    let device = if terms.device_initiates() {
        "initiator"
    } else {
        "responder"
    };
    Ok(json!({ "hash": first["hash"], "kIr": first["kIr"], "kRi": first["kRi"], "device": device }))
}
