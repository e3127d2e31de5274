//! Frames from the device to the server over a path that fails, a restart between, and the receipts.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::path::Chance;
use super::{Peer, Stop};
use crate::shim::text::{hex, unhex};

/// A frame, and where it is counted.
#[derive(Clone)]
struct Sent {
    epoch: u32,
    space: u8,
    counter: u32,
    plaintext: String,
    packet: Vec<u8>,
}

/// How many frames of data, alarm and control the device seals in each epoch.
const FRAMES: [(u8, u32); 3] = [(0, 6), (1, 2), (2, 2)];

pub(super) fn exchange(
    session: &Value,
    mut device: Peer<'_>,
    mut server: Peer<'_>,
    chance: &mut Chance,
) -> Result<(), Stop> {
    let static_secret = chance.hex(32);
    let random = [chance.hex(32), chance.hex(32)];
    let mut sent = Vec::new();
    for (epoch, random) in (0..).zip(&random) {
        for (space, count) in FRAMES {
            for counter in 0..count {
                let len = chance.below(60);
                let plaintext = chance.hex(len);
                let request = json!({
                    "session": session, "staticSecret": static_secret, "random": random, "number": epoch,
                    "form": "unproved", "space": space, "counter": counter, "plaintext": plaintext,
                });
                let result = taken("seal", device.result("seal", &request)?)?;
                let packet = result["packet"]
                    .as_str()
                    .and_then(unhex)
                    .unwrap_or_default();
                sent.push(Sent {
                    epoch,
                    space,
                    counter,
                    plaintext,
                    packet,
                });
            }
        }
    }
    let arrivals = arrivals(&sent, chance);
    let frames: Vec<_> = arrivals
        .iter()
        .map(|(packet, _)| json!({ "packet": hex(packet) }))
        .collect();
    let request = json!({ "session": session, "frames": frames });
    let opened = taken("open", server.result("open", &request)?)?;
    judge(&arrivals, &sent, &opened)?;
    receipt(session, &static_secret, &random, frames, (device, server))
}

fn taken(op: &str, result: Result<Value, String>) -> Result<Value, Stop> {
    result.map_err(|class| Stop::Failed(format!("{op} is refused: {class}")))
}

/// In some order, some lost and sent again, some twice, and some changed. With each what was sent, where it is authentic.
fn arrivals(sent: &[Sent], chance: &mut Chance) -> Vec<(Vec<u8>, Option<usize>)> {
    let mut all = Vec::new();
    for _ in 0..2 {
        let mut once: Vec<usize> = (0..sent.len()).collect();
        chance.shuffle(&mut once);
        for place in once {
            let Some(frame) = sent.get(place) else {
                continue;
            };
            if chance.happens(25) {
                continue;
            }
            if chance.happens(15) {
                all.push((chance.damage(&frame.packet), None));
            }
            all.push((frame.packet.clone(), Some(place)));
        }
    }
    // In the end each of data and alarm has come.
    all.extend(
        sent.iter()
            .enumerate()
            .map(|(place, frame)| (frame.packet.clone(), Some(place))),
    );
    all
}

/// Each frame is revealed once, as it was sealed, and nothing else is.
fn judge(arrivals: &[(Vec<u8>, Option<usize>)], sent: &[Sent], opened: &Value) -> Result<(), Stop> {
    let outcomes = opened["outcomes"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let wrong = |place: usize, what: String| {
        Stop::Failed(format!("frame {place} of {}: {what}", arrivals.len()))
    };
    let mut revealed = BTreeSet::new();
    for (place, (_, origin)) in arrivals.iter().enumerate() {
        let outcome = outcomes.get(place).unwrap_or(&Value::Null);
        let said = outcome.get("fresh").or(outcome.get("control"));
        let Some(said) = said else {
            continue;
        };
        let Some(frame) = origin.and_then(|origin| sent.get(origin)) else {
            return Err(wrong(place, format!("a changed one is taken: {outcome}")));
        };
        if said["plaintext"] != frame.plaintext.as_str() || said["counter"] != frame.counter {
            return Err(wrong(
                place,
                format!("{outcome} was sealed as {}", frame.plaintext),
            ));
        }
        if !revealed.insert((frame.epoch, frame.space, frame.counter)) {
            return Err(wrong(place, "it is revealed a second time".into()));
        }
    }
    let missing = sent.iter().find(|frame| {
        frame.space < 2 && !revealed.contains(&(frame.epoch, frame.space, frame.counter))
    });
    match missing {
        Some(frame) => Err(Stop::Failed(format!(
            "frame {} of space {} in epoch {} is never revealed",
            frame.counter, frame.space, frame.epoch
        ))),
        None => Ok(()),
    }
}

/// The server's receipt frees every frame at the device.
fn receipt(
    session: &Value,
    static_secret: &str,
    random: &[String; 2],
    frames: Vec<Value>,
    (mut device, mut server): (Peer<'_>, Peer<'_>),
) -> Result<(), Stop> {
    // What the server refuses it has to refuse here, too; so only what opens is handed on.
    let opens: Vec<_> = frames
        .into_iter()
        .filter(|frame| {
            let alone = json!({ "session": session, "frames": [frame] });
            let outcome = crate::shim::outcome("open", &alone);
            outcome["result"]["outcomes"][0].get("fresh").is_some()
        })
        .collect();
    let asked =
        json!({ "session": session, "frames": opens, "time": "1764000000123", "wait": "0" });
    let made = taken("receipt", server.result("receipt", &asked)?)?;
    let read = json!({ "session": session, "staticSecret": static_secret, "random": random, "packet": made["packet"] });
    let said = taken("receipt", device.result("receipt", &read)?)?;
    let entries = said["entries"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    for (space, count) in FRAMES.into_iter().take(2) {
        let whole = entries
            .iter()
            .filter(|entry| entry["space"] == space && entry["floor"] == count);
        if whole.count() != random.len() {
            return Err(Stop::Failed(format!(
                "the receipt does not free every frame of space {space}: {said}"
            )));
        }
    }
    Ok(())
}
