//! Reconnection, by its secret and by the keys alone: every message meets every fault, and either side dies at every step.
//!
//! ```text
//!              device                          server
//!  secret      image of the session            its row                            KKpsk0, trusted
//!  keys        image of the session            nothing but the agreed key         refused, then IK, trusted
//!  restored    image of two sessions ago       the row of the newest session      refused, then IK, quarantined
//! ```

mod oracle;
mod stage;

use super::world::{Fault, Link, World};
use crate::node::{DeviceEvent, Rung, ServerEvent, Trust};
use crate::seal::LossCause;
use crate::time::Duration;
use crate::wire::{Packet, Space};
use stage::{CONFIG, Side, Stage, Step, Storages};
use std::collections::{BTreeMap, BTreeSet};
use std::vec::Vec;

const READINGS: usize = 4;
/// Within this time after its start a trial is over: a reconnection is due after ten seconds, and a message that nobody
/// answers is repeated with pauses that double.
const TIME: Duration = Duration::from_secs(120);
/// A trial takes no more steps than so many times those of an undisturbed one.
const TIMES: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Secret,
    Keys,
    Restored,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Up,
    Down,
}

/// One trial: what befalls which message of which way, and who dies behind which step.
#[derive(Debug, Clone, Default)]
struct Script {
    fault: Option<(Way, usize, Fault)>,
    deaths: Vec<(usize, Side)>,
}

/// An undisturbed trial: what there is to be disturbed.
struct Plain {
    start: Start,
    storages: Storages,
    steps: Vec<Step>,
    up: Vec<Vec<u8>>,
    down: Vec<Vec<u8>>,
}

/// What all trials have come to.
#[derive(Debug, Default)]
struct Tally {
    trials: usize,
    steps: usize,
    most_steps: usize,
    longest: Duration,
    quarantined: usize,
    rungs: BTreeMap<Rung, usize>,
}

fn storages(start: Start) -> Storages {
    let mut world = World::paired_with_config(0, CONFIG);
    world.run_for(Duration::from_secs(2));
    let then = Storages::of(&mut world);
    match start {
        Start::Secret => then,
        Start::Keys => then.without_rows(),
        Start::Restored => {
            world.run_for(Duration::from_secs(25));
            assert_eq!(world.device.stats().reconnections, 2);
            Storages::of(&mut world).with_device_of(&then)
        }
    }
}

impl Plain {
    fn of(start: Start) -> Self {
        let mut plain = Self {
            start,
            storages: storages(start),
            steps: Vec::new(),
            up: Vec::new(),
            down: Vec::new(),
        };
        let mut stage = plain.stage();
        assert!(stage.run_until(TIME, 1_000, |stage| plain.is_over(stage)));
        plain.steps.clone_from(&stage.steps);
        plain.up.clone_from(&stage.up.log);
        plain.down.clone_from(&stage.down.log);
        plain
    }

    fn stage(&self) -> Stage {
        Stage::from_storage(&self.storages, READINGS)
    }

    /// Whether both sides are at rest in a session that was not there at the start.
    fn is_over(&self, stage: &Stage) -> bool {
        let is_new = |event: &ServerEvent| {
            matches!(
                event,
                ServerEvent::Reconnected { .. }
                    | ServerEvent::Paired { .. }
                    | ServerEvent::Quarantined { .. }
            )
        };
        stage.is_at_rest() && stage.server_events.iter().any(is_new)
    }

    fn log(&self, way: Way) -> &[Vec<u8>] {
        match way {
            Way::Up => &self.up,
            Way::Down => &self.down,
        }
    }

    fn play(&self, script: &Script, tally: &mut Tally) {
        let mut stage = self.stage();
        if let Some((way, index, fault)) = script.fault.clone() {
            link(&mut stage, way).faults.insert(index, fault);
        }
        stage.deaths.extend(script.deaths.iter().copied());
        let began = stage.now;
        let most = TIMES * self.steps.len();
        let is_done = stage.run_until(TIME, most, |stage| self.is_over(stage));
        assert!(is_done, "{:?} {script:?}: no rest", self.start);
        // A death that was to come later has no place in what is looked at now.
        stage.deaths.clear();
        tally.note(&stage, began);
        self.assert_holds(stage, script);
    }

    fn assert_holds(&self, mut stage: Stage, script: &Script) {
        let case = std::format!("{:?} {script:?}", self.start);
        self.assert_stored(&stage);
        // The session that both have come to carries more, without another handshake.
        let handshakes = stage.server.stats().handshakes_answered;
        stage.take(2);
        let second = Duration::from_secs(1);
        assert!(
            stage.run_until(second, 200, Stage::is_at_rest),
            "{case}: not carried"
        );
        assert_eq!(
            stage.server.stats().handshakes_answered,
            handshakes,
            "{case}"
        );
        self.assert_stored(&stage);
        // Of an epoch that a death has ended nobody knows the end: it is closed behind what came, and nothing else is lost.
        let mut losses = stage.losses.iter();
        assert!(
            losses.all(|named| named.loss.why == LossCause::Cut),
            "{case}"
        );
        // And so does its secret: the next message 1 names what is due here.
        let due = match stage.server.is_quarantined() {
            true => stage.server.row_hint(Trust::Quarantined),
            false => stage.server.row_hint(Trust::Trusted),
        };
        let said = stage.up.log.len();
        let hint_of = |datagram: &Vec<u8>| match Packet::parse(datagram) {
            Ok(Packet::Handshake(handshake)) => Some(handshake.hint),
            _ => None,
        };
        let next = |stage: &Stage| stage.up.log[said..].iter().find_map(hint_of);
        let age = CONFIG.session_age + Duration::from_secs(5);
        assert!(
            stage.run_until(age, 400, |stage| next(stage).is_some()),
            "{case}: no message 1"
        );
        assert_eq!(next(&stage), due, "{case}: secrets differ");
    }

    fn assert_stored(&self, stage: &Stage) {
        let already = &self.storages.records;
        stage.readings.assert_stored_once(&stage.store, already);
        // Nobody has lost its secret where both came with it.
        let is_trusted = stage.quarantined == 0 && !stage.server.is_quarantined();
        assert!(is_trusted || self.start == Start::Restored);
    }

    /// Each kind of step and of message is there to be disturbed.
    fn assert_has_everything(&self) {
        for step in Step::ALL {
            assert!(self.steps.contains(&step), "no {step:?}");
        }
        let kinds =
            |way| -> BTreeSet<Kind> { self.log(way).iter().map(|said| kind(said)).collect() };
        let (up, down) = (kinds(Way::Up), kinds(Way::Down));
        assert_eq!(up, [Kind::Handshake, Kind::Data, Kind::Control].into());
        let mut said = BTreeSet::from([Kind::Handshake, Kind::Receipt]);
        if self.start != Start::Secret {
            said.insert(Kind::Refused);
        }
        assert_eq!(down, said);
    }

    /// The two messages of the handshake, the first control frame behind it and its receipt, with each fault.
    fn faults_of_the_handshake(&self) -> Vec<(Way, usize, Fault)> {
        let last = |way, wanted| {
            let found = self.log(way).iter().rposition(|said| kind(said) == wanted);
            found.unwrap()
        };
        let (hello, answer) = (
            last(Way::Up, Kind::Handshake),
            last(Way::Down, Kind::Handshake),
        );
        let control = self.up[hello..]
            .iter()
            .position(|said| kind(said) == Kind::Control);
        let places = [
            (Way::Up, hello),
            (Way::Down, answer),
            (Way::Up, hello + control.unwrap()),
            (Way::Down, answer + 1),
        ];
        let with_each = |(way, index): (Way, usize)| FAULTS.map(|fault| (way, index, fault));
        places.into_iter().flat_map(with_each).collect()
    }

    fn messages(&self) -> impl Iterator<Item = (Way, usize)> {
        [Way::Up, Way::Down]
            .into_iter()
            .flat_map(|way| (0..self.log(way).len()).map(move |index| (way, index)))
    }

    fn deaths(&self) -> impl Iterator<Item = (usize, Side)> {
        (0..self.steps.len()).flat_map(|step| [Side::Device, Side::Server].map(|side| (step, side)))
    }
}

impl Tally {
    /// The ways back that deaths lead to were all gone.
    fn assert_rungs(&self, start: Start, expected: &[Rung]) {
        assert_eq!(self.rungs.keys().copied().collect::<Vec<_>>(), expected);
        let quarantined = if start == Start::Restored {
            self.trials
        } else {
            0
        };
        assert_eq!(self.quarantined, quarantined);
    }

    fn note(&mut self, stage: &Stage, began: crate::time::Instant) {
        self.trials += 1;
        self.steps += stage.steps.len();
        self.most_steps = self.most_steps.max(stage.steps.len());
        self.longest = self.longest.max(stage.now - began);
        self.quarantined += usize::from(stage.server.is_quarantined());
        for event in &stage.device_events {
            if let DeviceEvent::Reconnected { by, .. } = event {
                *self.rungs.entry(*by).or_default() += 1;
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Handshake,
    Data,
    Control,
    Receipt,
    Refused,
}

fn kind(datagram: &[u8]) -> Kind {
    match Packet::parse(datagram).unwrap() {
        Packet::Handshake(_) => Kind::Handshake,
        Packet::Frame(frame) if frame.space == Space::Control => Kind::Control,
        Packet::Frame(_) => Kind::Data,
        Packet::Receipt(_) => Kind::Receipt,
        Packet::Refused(_) => Kind::Refused,
    }
}

fn link(stage: &mut Stage, way: Way) -> &mut Link {
    match way {
        Way::Up => &mut stage.up,
        Way::Down => &mut stage.down,
    }
}

/// What befalls single messages; one of them comes again behind each later one beside these.
const FAULTS: [Fault; 4] = [
    Fault::Lose,
    Fault::Duplicate,
    Fault::Swap,
    Fault::Delay(Duration::from_secs(3)),
];

/// Each message meets each fault.
fn disturb_every_message(start: Start) {
    let (plain, mut tally) = (Plain::of(start), Tally::default());
    plain.assert_has_everything();
    for (way, index) in plain.messages() {
        for fault in &FAULTS {
            let fault = Some((way, index, fault.clone()));
            plain.play(
                &Script {
                    fault,
                    ..Script::default()
                },
                &mut tally,
            );
        }
        for earlier in 0..index {
            let fault = Some((way, index, Fault::Again(earlier)));
            plain.play(
                &Script {
                    fault,
                    ..Script::default()
                },
                &mut tally,
            );
        }
    }
    let (up, down) = (plain.up.len(), plain.down.len());
    let replays = (up * (up - 1) + down * (down - 1)) / 2;
    assert_eq!(tally.trials, FAULTS.len() * (up + down) + replays);
    std::println!(
        "{start:?}, {up} messages up, {down} down, each lost, twice, swapped, late, again: {tally:?}"
    );
}

/// Either side dies behind each step, while all messages arrive and while one of them meets a fault.
fn die_at_every_step(start: Start) {
    let (plain, mut tally) = (Plain::of(start), Tally::default());
    let faults = plain.faults_of_the_handshake();
    for death in plain.deaths() {
        for fault in faults.iter().cloned().map(Some).chain([None]) {
            let deaths = std::vec![death];
            plain.play(&Script { fault, deaths }, &mut tally);
        }
    }
    assert_eq!(tally.trials, 2 * plain.steps.len() * (faults.len() + 1));
    let expected = match start {
        Start::Secret => [Rung::Current, Rung::Previous],
        // A session by the keys that is on both storages outlives a death; only a message that is held up beside it
        // makes the device reconnect by that session's secret.
        Start::Keys | Start::Restored => [Rung::Current, Rung::Keys],
    };
    tally.assert_rungs(start, &expected);
    std::println!(
        "{start:?}, {} steps, either side dies behind each: {tally:?}",
        plain.steps.len()
    );
}

/// Two deaths, the second of them at most so many steps behind the first.
fn die_twice(start: Start, apart: usize, expected: &[Rung]) {
    let (plain, mut tally) = (Plain::of(start), Tally::default());
    for (step, side) in plain.deaths() {
        for again in (1..=apart).map(|apart| step + apart) {
            for other in [Side::Device, Side::Server] {
                let deaths = std::vec![(step, side), (again, other)];
                plain.play(
                    &Script {
                        fault: None,
                        deaths,
                    },
                    &mut tally,
                );
            }
        }
    }
    assert_eq!(tally.trials, 4 * apart * plain.steps.len());
    tally.assert_rungs(start, expected);
    std::println!("{start:?}, two deaths up to {apart} steps apart: {tally:?}");
}

// IOMT-PAIR-041, IOMT-PAIR-042, IOMT-PAIR-045
#[test]
fn every_message_of_a_reconnection_meets_every_fault() {
    disturb_every_message(Start::Secret);
}

// IOMT-PAIR-048
#[test]
fn every_message_of_a_fall_back_to_the_keys_meets_every_fault() {
    disturb_every_message(Start::Keys);
}

// IOMT-PAIR-048
#[test]
fn every_message_of_a_restored_device_meets_every_fault() {
    disturb_every_message(Start::Restored);
}

// IOMT-PAIR-046, IOMT-PAIR-047, IOMT-EPOCH-023
#[test]
fn either_side_dies_at_every_step_of_a_reconnection() {
    die_at_every_step(Start::Secret);
}

// IOMT-PAIR-048
#[test]
fn either_side_dies_at_every_step_of_a_fall_back_to_the_keys() {
    die_at_every_step(Start::Keys);
}

// IOMT-PAIR-048
#[test]
fn either_side_dies_at_every_step_of_a_restored_device() {
    die_at_every_step(Start::Restored);
}

// IOMT-PAIR-046, IOMT-PAIR-047
#[test]
fn either_side_dies_at_every_step_and_either_again_soon_after() {
    die_twice(Start::Secret, 10, &[Rung::Current, Rung::Previous]);
}

// IOMT-PAIR-048
#[test]
fn either_side_dies_twice_while_a_device_falls_back_to_the_keys() {
    die_twice(Start::Keys, 4, &[Rung::Keys]);
}

// IOMT-PAIR-048
#[test]
fn either_side_dies_twice_while_a_restored_device_comes_back() {
    die_twice(Start::Restored, 4, &[Rung::Keys]);
}
