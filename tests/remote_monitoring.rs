//! The example's whole path, from sensor to server, over many seeds: nothing lost, nothing twice.
#![cfg(feature = "server")]
#![allow(
    dead_code,
    reason = "the example's modules have more than this test calls"
)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

#[path = "../examples/remote_monitoring/chance.rs"]
mod chance;
#[path = "../examples/remote_monitoring/clock.rs"]
mod clock;
#[path = "../examples/remote_monitoring/gateway.rs"]
mod gateway;
#[path = "../examples/remote_monitoring/monitor.rs"]
mod monitor;
#[path = "../examples/remote_monitoring/radio.rs"]
mod radio;
#[path = "../examples/remote_monitoring/recording.rs"]
mod recording;
#[path = "../examples/remote_monitoring/report.rs"]
mod report;
#[path = "../examples/remote_monitoring/score.rs"]
mod score;
#[path = "../examples/remote_monitoring/sensor.rs"]
mod sensor;
#[path = "../examples/remote_monitoring/simulation.rs"]
mod simulation;
#[path = "../examples/remote_monitoring/summary.rs"]
mod summary;

use std::collections::BTreeSet;
use std::thread;

use iomt::reading::Metric;
use radio::Faults;
use recording::Recording;
use score::Reference;
use simulation::Simulation;
use summary::Summary;

fn run(recording: &Recording, faults: Faults, seed: u64) -> Simulation {
    let mut simulation = Simulation::new(recording, faults, seed).unwrap();
    simulation.run(|_| Ok(())).unwrap();
    simulation
}

fn is_complete(recording: &Recording, simulation: &Simulation, seed: u64) -> bool {
    Summary {
        recording,
        simulation,
        seed,
        reference: None,
    }
    .is_complete()
}

/// Packets sent, lost, duplicated, corrupted and refused.
fn traffic(simulation: &Simulation) -> [u64; 5] {
    let refused = simulation.monitor.node.stats().packets_refused;
    let up = simulation.up;
    [up.sent, up.lost, up.duplicated, up.corrupted, refused]
}

#[test]
fn seeds_1_to_50_deliver_every_sample_once_whatever_the_traffic() {
    let recording = Recording::built_in();
    let faults = Faults::with_loss(10.0);
    let halves = thread::scope(|scope| {
        let runs = [1..=25_u64, 26..=50].map(|seeds| {
            let recording = &recording;
            scope.spawn(move || {
                let traffic_of = |seed| {
                    let simulation = run(recording, faults, seed);
                    assert!(is_complete(recording, &simulation, seed), "seed {seed}");
                    let [sent, lost, duplicated, corrupted, refused] = traffic(&simulation);
                    assert!(
                        sent > lost && lost > 0 && duplicated > 0 && corrupted > 0 && refused > 0,
                        "seed {seed}"
                    );
                    traffic(&simulation)
                };
                seeds.map(traffic_of).collect::<Vec<_>>()
            })
        });
        runs.map(|run| run.join().unwrap())
    });
    let distinct: BTreeSet<_> = halves.iter().flatten().collect();
    assert_eq!(distinct.len(), 50, "another seed is other traffic");
}

#[test]
fn the_same_seed_is_the_same_run() {
    let recording = Recording::built_in();
    let runs = [7, 7].map(|seed| run(&recording, Faults::with_loss(10.0), seed));
    assert_eq!(traffic(&runs[0]), traffic(&runs[1]));
    assert_eq!(runs[0].outage, runs[1].outage);
}

#[test]
fn half_of_all_packets_lost_is_not_one_reading_lost() {
    let recording = Recording::built_in();
    let simulation = run(&recording, Faults::with_loss(50.0), 3);
    assert!(is_complete(&recording, &simulation, 3));
}

#[test]
fn the_beats_are_those_of_the_reference() {
    let recording = Recording::built_in();
    let simulation = run(&recording, Faults::with_loss(10.0), 1);
    let score = Reference::built_in().score(simulation.monitor.beats(), recording.rate_hz);
    assert!(
        score.sensitivity() >= 99.0 && score.positive_predictivity() >= 99.0,
        "{score:?}"
    );
}

#[test]
fn the_outage_raises_an_alarm_that_ends_with_it() {
    let recording = Recording::built_in();
    let simulation = run(&recording, Faults::with_loss(0.0), 1);
    let (from, to) = simulation.outage.unwrap();
    let mut stale = simulation
        .monitor
        .alarms
        .iter()
        .filter(|alarm| alarm.kind == report::AlarmKind::Stale);
    let alarm = stale.next().unwrap();
    assert!(
        alarm.from_s >= from && alarm.from_s <= from + 7.0,
        "{alarm:?} {from}"
    );
    assert!(alarm.to_s.unwrap() <= to + 10.0, "{alarm:?} {to}");
    assert!(stale.next().is_none());
}

#[test]
fn a_heart_that_stops_or_never_beats_raises_an_alarm() {
    let mut stopped = Recording::built_in();
    let beating = stopped.samples.len() / 10;
    stopped.samples.truncate(beating);
    stopped.samples.resize(3 * beating, 1_024);
    let mut flat = stopped.clone();
    flat.samples.fill(1_024);
    for (recording, beats_s) in [(stopped, 30.0), (flat, 0.0)] {
        let simulation = run(&recording, Faults::with_loss(10.0), 1);
        let alarms = &simulation.monitor.alarms;
        let alarm = alarms
            .iter()
            .find(|alarm| alarm.kind == report::AlarmKind::NoBeat);
        let from_s = alarm.unwrap().from_s;
        assert!(
            (beats_s + 4.0..beats_s + 10.0).contains(&from_s),
            "{from_s}"
        );
        assert_eq!(alarm.unwrap().to_s, None);
    }
}

#[test]
fn a_recording_of_any_rate_and_resolution_arrives_whole() {
    for (rate_hz, gain, samples) in [
        (128.0, 800.0, 3_000_usize),
        (999.5, 1_234.5, 4_321),
        (250.0, 0.75, 1),
        (500.0, 1_000_000.0, 10_000),
    ] {
        // Noise over the codec's whole range: no second of it compresses into one frame.
        let wide = |index: usize| {
            ((index as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as i32 - 8_388_608
        };
        let recording = Recording {
            samples: (0..samples).map(wide).collect(),
            rate_hz,
            gain_units_per_mv: gain,
            zero: 0,
            metric: Metric::ECG,
            source: "made for this test".into(),
        };
        let simulation = run(&recording, Faults::with_loss(10.0), 1);
        assert!(is_complete(&recording, &simulation, 1), "{rate_hz} Hz");
    }
}
