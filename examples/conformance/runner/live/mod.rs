//! Plays the other side: pairs with the program by each model in both roles, then exchanges frames and receipts with it,
//! over a path that loses, doubles, reorders and changes packets, and over a restart of the device. All of it follows from a seed.
//!
//! Packet by packet, by the operations of a shim; and as the other end of a UDP socket and of a TCP connection.

mod door;
mod exchange;
mod handshake;
mod path;
mod sockets;

use serde_json::{Value, json};

use self::path::Chance;
use super::judge::{Verdict, reason_of};
use super::options::Options;
use super::process::Program;
use super::report::AreaReport;
use super::vectors::{Area, Group, Test};
use crate::shim;
use crate::shim::error::class_of;

/// One of the two sides.
pub(super) enum Peer<'p> {
    Crate,
    Program(&'p mut Program),
}

impl Peer<'_> {
    /// The answer, without its `id`.
    fn ask(&mut self, op: &str, request: &Value) -> Result<Value, String> {
        match self {
            Self::Crate => Ok(shim::outcome(op, request)),
            Self::Program(program) => {
                let mut request = request.clone();
                request["op"] = op.into();
                program.ask(&request).map_err(|broken| broken.to_string())
            }
        }
    }

    /// The result, or the class of the refusal.
    fn result(&mut self, op: &str, request: &Value) -> Result<Result<Value, String>, Stop> {
        let answer = self.ask(op, request).map_err(Stop::Failed)?;
        if let Some(reason) = answer.get("unsupported") {
            return Err(Stop::unsupported(reason));
        }
        match (answer.get("result"), answer["error"].as_str()) {
            (Some(result), _) => Ok(Ok(result.clone())),
            (None, Some(word)) => Ok(Err(class_of(word).to_owned())),
            _ => Err(Stop::Failed(format!("{op} is answered by {answer}"))),
        }
    }
}

/// Why a dialogue does not go on.
pub(super) enum Stop {
    Failed(String),
    Unsupported(String),
}

impl Stop {
    fn unsupported(reason: &Value) -> Self {
        reason_of(reason).map_or_else(Self::Failed, Self::Unsupported)
    }
}

const MODELS: [(u8, &str); 6] = [
    (1, "label with key"),
    (2, "label"),
    (3, "passcode"),
    (4, "numeric comparison"),
    (5, "factory keys"),
    (6, "reconnection"),
];

/// Each way to meet.
pub(super) fn run(program: &mut Program, options: &Options) -> [AreaReport; 3] {
    [
        by_packets(program, options.live),
        sockets::run(
            options,
            "udp",
            "The other end of a UDP socket, on which datagrams are lost, doubled, late and changed.",
        ),
        sockets::run(
            options,
            "tcp",
            "The other end of a TCP connection, which comes in pieces and is cut.",
        ),
    ]
}

/// So many seeds of each model in both roles.
fn by_packets(program: &mut Program, seeds: u64) -> AreaReport {
    let area = Area::empty(
        "live",
        "The other side of every pairing, over a path that fails.",
    );
    let mut report = AreaReport::new(&area);
    for (model, name) in MODELS {
        for role in ["initiator", "responder"] {
            let group = group_of(name, role);
            for seed in 0..seeds {
                let verdict = verdict_of(dialogue(program, model, role, seed));
                let asked = json!({ "model": model, "role": role, "seed": seed });
                report.add(&group, &Test::of_dialogue(seed, asked), verdict);
            }
        }
    }
    report.explain(&area);
    report
}

fn group_of(model: &str, role: &str) -> Group {
    let about = format!("{model}, the program as {role}");
    Group::empty("live", &about, &["IOMT-PAIR-001"])
}

fn verdict_of(outcome: Result<(), Stop>) -> Verdict {
    match outcome {
        Ok(()) => Verdict::Passed,
        Err(Stop::Failed(why)) => Verdict::Failed(why),
        Err(Stop::Unsupported(why)) => Verdict::Unsupported(why),
    }
}

fn dialogue(program: &mut Program, model: u8, role: &str, seed: u64) -> Result<(), Stop> {
    let mut chance = Chance::new(seed, u64::from(model) * 2 + u64::from(role == "initiator"));
    let terms = handshake::Terms::draw(model, &mut chance);
    let program_initiates = role == "initiator";
    let mut sides = match program_initiates {
        true => [Peer::Program(program), Peer::Crate],
        false => [Peer::Crate, Peer::Program(program)],
    };
    let session = handshake::pair(&terms, &mut sides, &mut chance)?;
    let [initiator, responder] = sides;
    let (device, server) = match terms.device_initiates() {
        true => (initiator, responder),
        false => (responder, initiator),
    };
    exchange::exchange(&session, device, server, &mut chance)
}
