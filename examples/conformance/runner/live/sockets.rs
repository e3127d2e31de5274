//! The other end on sockets of this machine. The program is asked by the operation `peer`, and connects; this end loses, doubles,
//! reorders and changes what goes to and fro, cuts connections, and judges.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::door::{TcpDoor, UdpDoor};
use super::handshake::{Terms, agreed};
use super::path::Chance;
use super::{MODELS, Stop, group_of, verdict_of};
use crate::runner::judge::Verdict;
use crate::runner::options::Options;
use crate::runner::process::{Broken, Program};
use crate::runner::report::AreaReport;
use crate::runner::vectors::{Area, Test};
use crate::shim;
use crate::shim::peer::Peer;

/// A device boots so often, and measures so much in each boot.
const BOOTS: usize = 2;
const RECORDS: usize = 3;
/// How often an end repeats what was not answered.
const EVERY_MS: u64 = 8;
/// A meeting is given up after this.
const PATIENCE: Duration = Duration::from_secs(20);
/// After so many that were given up, a copy of the program is asked no more.
const GIVEN_UP: u32 = 3;
/// Copies of the program that run beside one another.
const COPIES: usize = 4;

/// So many seeds of each model; the program is the device in one half of them, and the server in the other.
pub(super) fn run(options: &Options, carrier: &'static str, about: &str) -> AreaReport {
    let meetings = AtomicU64::new(0);
    let verdicts = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..COPIES {
            scope.spawn(|| play(options, carrier, &meetings, &verdicts));
        }
    });
    let area = Area::empty(&format!("live_{carrier}"), about);
    let mut report = AreaReport::new(&area);
    let verdicts = verdicts.into_inner().unwrap_or_default();
    for (
        Meeting {
            model,
            name,
            role,
            seed,
        },
        verdict,
    ) in verdicts
    {
        let asked = json!({ "carrier": carrier, "model": model, "role": role, "seed": seed });
        report.add(
            &group_of(name, role),
            &Test::of_dialogue(seed, asked),
            verdict,
        );
    }
    report.explain(&area);
    report
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Meeting {
    model: u8,
    role: &'static str,
    seed: u64,
    name: &'static str,
}

impl Meeting {
    /// Of all models and seeds.
    fn number(number: u64, seeds: u64) -> Option<Self> {
        let seed = number.checked_rem(seeds)?;
        let (model, name) = *MODELS.get(usize::try_from(number / seeds).ok()?)?;
        let role = if seed % 2 == 0 { "device" } else { "server" };
        Some(Self {
            model,
            role,
            seed,
            name,
        })
    }
}

/// One meeting behind the other, until all were held.
fn play(
    options: &Options,
    carrier: &str,
    meetings: &AtomicU64,
    verdicts: &Mutex<BTreeMap<Meeting, Verdict>>,
) {
    let mut program = Program::start(&options.command, options.timeout);
    let mut left = GIVEN_UP;
    loop {
        let number = meetings.fetch_add(1, Ordering::Relaxed);
        let Some(meeting) = Meeting::number(number, options.live) else {
            break;
        };
        let began = Instant::now();
        let met = match &mut program {
            Ok(_) if left == 0 => Err(Stop::Failed(
                "not held: too many meetings came to no end".into(),
            )),
            Ok(program) => meet(program, carrier, &meeting),
            Err(why) => Err(Stop::Failed(why.clone())),
        };
        left = left.saturating_sub(u32::from(began.elapsed() >= PATIENCE));
        if let Ok(mut verdicts) = verdicts.lock() {
            verdicts.insert(meeting, verdict_of(met));
        }
    }
    if let Ok(program) = program {
        // How it ends is judged where it was asked the vectors.
        let _ = program.end();
    }
}

fn meet(program: &mut Program, carrier: &str, meeting: &Meeting) -> Result<(), Stop> {
    let stream = u64::from(meeting.model) * 4 + u64::from(carrier == "tcp") * 2;
    let mut chance = Chance::new(meeting.seed, stream + 1);
    let terms = Terms::draw(meeting.model, &mut chance);
    let boots: Vec<_> = (0..BOOTS).map(|_| boot(&mut chance)).collect();
    let part = |role: &str| {
        let initiates = (role == "device") == terms.device_initiates();
        let mut asked = terms.requests[usize::from(!initiates)].clone();
        asked["role"] = role.into();
        asked["carrier"] = carrier.into();
        asked["every"] = EVERY_MS.into();
        if role == "device" {
            asked["boots"] = boots.clone().into();
        }
        asked
    };
    let other = if meeting.role == "device" {
        "server"
    } else {
        "device"
    };
    let (asked, ours) = (part(meeting.role), part(other));
    let (answer, peer) = match carrier {
        "udp" => {
            let door = UdpDoor::open(chance).map_err(failed)?;
            let port = door.port().map_err(failed)?;
            hold(program, asked, port, &ours, |peer, is_over| {
                door.play(peer, is_over)
            })
        }
        _ => {
            let door = TcpDoor::open(chance).map_err(failed)?;
            let port = door.port().map_err(failed)?;
            hold(program, asked, port, &ours, |peer, is_over| {
                door.play(peer, is_over)
            })
        }
    }?;
    judge(&terms, meeting.role, &part("device"), &answer, &peer)
}

fn failed(error: impl std::fmt::Display) -> Stop {
    Stop::Failed(format!("this end of the meeting: {error}"))
}

/// Both ends at once: what the program answers, and this end.
fn hold(
    program: &mut Program,
    mut asked: Value,
    port: u16,
    ours: &Value,
    play: impl FnOnce(&mut Peer, &dyn Fn() -> bool) -> std::io::Result<()> + Send,
) -> Result<(Value, Peer), Stop> {
    asked["op"] = "peer".into();
    asked["port"] = port.into();
    let is_over = AtomicBool::new(false);
    let mut peer = Peer::new(ours);
    let (answer, played) = std::thread::scope(|scope| {
        let playing = scope.spawn(|| play(&mut peer, &|| is_over.load(Ordering::Relaxed)));
        let answer = program.ask_within(&asked, PATIENCE);
        is_over.store(true, Ordering::Relaxed);
        (answer, playing.join())
    });
    let answer = answer.map_err(|broken: Broken| Stop::Failed(broken.to_string()))?;
    if let Some(reason) = answer.get("unsupported") {
        return Err(Stop::unsupported(reason));
    }
    match played {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Err(failed(error)),
        Err(_) => return Err(failed("it has panicked")),
    }
    match answer.get("result") {
        Some(result) => Ok((result.clone(), peer)),
        None => Err(Stop::Failed(format!("peer is answered by {answer}"))),
    }
}

/// The same keys; and each record of each boot arrives once, as it was measured.
fn judge(
    terms: &Terms,
    role: &str,
    device: &Value,
    answer: &Value,
    ours: &Peer,
) -> Result<(), Stop> {
    let said = ours.result();
    let [theirs, mine] = [&answer["paired"], &said["paired"]];
    if mine.is_null() || theirs.is_null() {
        return Err(Stop::Failed(format!(
            "no keys: the program {theirs}, this end {mine}"
        )));
    }
    let session = agreed(terms, theirs, mine)?;
    let stored = if role == "server" {
        &answer["stored"]
    } else {
        &said["stored"]
    };
    let stored = stored.as_array().map(Vec::as_slice).unwrap_or_default();
    let boots = device["boots"].as_array().into_iter().flatten();
    let mut expected = 0;
    for (number, boot) in boots.enumerate() {
        let records = boot["records"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        expected += records.len();
        arrived(&drawn(&session, device, number, boot), records, stored)?;
    }
    match (stored.len() == expected, ours.losses()) {
        (false, _) => Err(Stop::Failed(format!(
            "{} frames are stored, {expected} were sealed",
            stored.len()
        ))),
        (true, []) => Ok(()),
        (true, losses) => Err(Stop::Failed(format!(
            "lists say that something is lost: {losses:?}"
        ))),
    }
}

/// Tag and run of a boot.
fn drawn(session: &Value, device: &Value, number: usize, boot: &Value) -> [Value; 2] {
    [("epoch", "random", "tag"), ("key_schedule", "runRandom", "run")].map(|(op, random, member)| {
        let asked = json!({
            "session": session, "staticSecret": device["staticSecret"], "random": boot[random], "number": number,
        });
        shim::outcome(op, &asked)["result"][member].clone()
    })
}

fn arrived([tag, run]: &[Value; 2], records: &[Value], stored: &[Value]) -> Result<(), Stop> {
    for (counter, record) in records.iter().enumerate() {
        let mut those = stored.iter().filter(|frame| {
            frame["tag"] == *tag && frame["counter"] == counter && frame["space"] == 0
        });
        let (Some(frame), None) = (those.next(), those.next()) else {
            return Err(Stop::Failed(format!(
                "frame {counter} of epoch {tag} is not stored once"
            )));
        };
        let decoded = shim::outcome("decode", &json!({ "plaintext": frame["plaintext"] }));
        let mut expected = record.clone();
        expected["sequence"] = counter.to_string().into();
        let expected = json!({ "result": { "sequence": counter.to_string(), "run": run, "records": [expected] } });
        let mut decoded = decoded;
        shim::strip_nulls(&mut decoded);
        if decoded != expected {
            return Err(Stop::Failed(format!(
                "frame {counter} of epoch {tag} says {decoded}, measured was {expected}"
            )));
        }
    }
    Ok(())
}

fn boot(chance: &mut Chance) -> Value {
    let records: Vec<_> = (0..RECORDS).map(|number| record(number, chance)).collect();
    json!({ "random": chance.hex(32), "runRandom": chance.hex(32), "records": records })
}

/// A heart rate, or a note.
fn record(number: usize, chance: &mut Chance) -> Value {
    let time = (1_000_000 * (number + 1)).to_string();
    match chance.below(3) {
        0 => json!({ "record": "text", "time": time, "language": "en", "text": chance.hex(12) }),
        _ => json!({
            "record": "observation", "metric": 147_842, "unit": 264_864, "time": time,
            "value": format!("{}e0", 40 + chance.below(160)), "status": 0,
        }),
    }
}
