//! What came of it: the table on the terminal and the values of the page.

use crate::clock::clock;
use crate::monitor::{HIGH_BPM, LOW_BPM};
use crate::recording::Recording;
use crate::report::{KeyFigure, Report, Row};
use crate::score::{Reference, Score, percent};
use crate::simulation::Simulation;

/// A run that has come to its end.
pub(crate) struct Summary<'a> {
    pub(crate) recording: &'a Recording,
    pub(crate) simulation: &'a Simulation,
    pub(crate) seed: u64,
    /// Only the built-in recording has one.
    pub(crate) reference: Option<Reference>,
}

impl Summary<'_> {
    /// Whether the server has every sample that the device read, bit for bit, and every other reading once.
    pub(crate) fn is_complete(&self) -> bool {
        let (sensor, monitor) = (&self.simulation.sensor, &self.simulation.monitor);
        monitor.samples() == sensor.samples()
            && monitor.observations == sensor.observations_made
            && monitor.descriptors == 1
            && monitor.rows_in_conflict == 0
    }

    /// Figures, a row each.
    pub(crate) fn table(&self) -> Vec<Row> {
        let (up, down) = (&self.simulation.up, &self.simulation.down);
        let device = self.simulation.sensor.node.stats();
        let server = self.simulation.monitor.node.stats();
        let refused =
            device.packets_refused + server.packets_refused + self.simulation.gateway.refused;
        let mut rows = vec![
            row(
                "Pairing, both ways",
                format!("{} bytes", self.simulation.pairing_bytes),
            ),
            row("Frames sealed", format!("{}", device.frames_sealed)),
            row(
                "Packets on the radio, up / down",
                format!("{} / {}", up.sent, down.sent),
            ),
            part("lost", format!("{} / {}", up.lost, down.lost)),
            part(
                "duplicated",
                format!("{} / {}", up.duplicated, down.duplicated),
            ),
            part(
                "out of order",
                format!("{} / {}", up.reordered, down.reordered),
            ),
            part(
                "corrupted",
                format!("{} / {}", up.corrupted, down.corrupted),
            ),
            row("Radio dark, at the recording's time", self.outage()),
            row("Packets refused", format!("{refused}")),
            row(
                "Frames that came again, stored once",
                format!("{}", server.duplicates),
            ),
            row(
                "Bytes a sample, on the air, up",
                format!("{:.3}", self.bytes_a_sample()),
            ),
            row("Samples delivered / read", self.samples_delivered()),
            row("Other readings delivered / read", self.others_delivered()),
        ];
        rows.extend(
            self.score()
                .iter()
                .flat_map(|(score, reference)| score_rows(score, reference)),
        );
        if self.reference.is_none() {
            rows.push(row(
                "Beats found",
                format!("{}", self.simulation.monitor.beats().len()),
            ));
        }
        rows.push(row("Alarms", self.alarms()));
        rows
    }

    /// What the page shows.
    pub(crate) fn report(&self) -> Report {
        let monitor = &self.simulation.monitor;
        let (score, reference) = self.score().unwrap_or_default();
        Report {
            title: "Remote ECG monitoring".into(),
            notice: "Demonstration on a recording: not for diagnosis. The radio, its faults and its outage are simulated."
                .into(),
            source: self.recording.source.clone(),
            rate_hz: self.recording.rate_hz,
            gain_units_per_mv: self.recording.gain_units_per_mv,
            samples: monitor.samples().to_vec(),
            beats: monitor.beats().to_vec(),
            missed: score.missed,
            false_beats: score.false_beats,
            disputed: reference.disputed,
            doubtful: Vec::new(),
            ventricular: Vec::new(),
            heart_rate: monitor.trend().to_vec(),
            low_limit_bpm: Some(LOW_BPM.into()),
            high_limit_bpm: Some(HIGH_BPM.into()),
            outages: self.simulation.outage.into_iter().collect(),
            alarms: monitor.alarms.clone(),
            key_figures: self.key_figures(),
            table: [vec![row("Seed", format!("{}", self.seed))], self.table()].concat(),
        }
    }

    fn score(&self) -> Option<(Score, Reference)> {
        let reference = self.reference.clone()?;
        let score = reference.score(self.simulation.monitor.beats(), self.recording.rate_hz);
        Some((score, reference))
    }

    fn bytes_a_sample(&self) -> f64 {
        self.simulation.up.bytes as f64 / self.simulation.sensor.samples().len().max(1) as f64
    }

    fn samples_delivered(&self) -> String {
        let (equal, read) = self.samples_equal();
        share(equal, read)
    }

    /// How many samples are at the server as the device has read them, and how many it has read.
    fn samples_equal(&self) -> (u64, u64) {
        let read = self.simulation.sensor.samples();
        let delivered = self.simulation.monitor.samples().iter();
        let equal = delivered.zip(read).filter(|(here, there)| here == there);
        (equal.count() as u64, read.len() as u64)
    }

    fn others_delivered(&self) -> String {
        let monitor = &self.simulation.monitor;
        let delivered = monitor.observations + monitor.descriptors;
        share(delivered, self.simulation.sensor.observations_made + 1)
    }

    fn outage(&self) -> String {
        match self.simulation.outage {
            Some((from, to)) => format!("{} to {}, {:.0} s", clock(from), clock(to), to - from),
            None => "never".into(),
        }
    }

    fn alarms(&self) -> String {
        match self.simulation.monitor.alarms.len() {
            0 => "none".into(),
            count => count.to_string(),
        }
    }

    fn key_figures(&self) -> Vec<KeyFigure> {
        let monitor = &self.simulation.monitor;
        let (equal, read) = self.samples_equal();
        let up = &self.simulation.up;
        let mut figures = vec![
            KeyFigure {
                value: format!("{} %", trimmed(percent(equal, read))),
                label: "of samples delivered".into(),
                note: "bit for bit, once".into(),
            },
            KeyFigure {
                value: format!("{} %", trimmed(percent(up.lost, up.sent))),
                label: "of packets lost on the way up".into(),
                note: "outage included".into(),
            },
            KeyFigure {
                value: format!("{:.2}", self.bytes_a_sample()),
                label: "bytes a sample on the air".into(),
                note: "sealed, repetitions included".into(),
            },
        ];
        match self.score() {
            Some((score, _)) => figures.extend([
                KeyFigure {
                    value: format!("{:.1} %", score.sensitivity()),
                    label: "sensitivity for beats".into(),
                    note: format!(
                        "{} of {}",
                        score.matched,
                        score.matched + score.missed.len() as u64
                    ),
                },
                KeyFigure {
                    value: format!("{:.1} %", score.positive_predictivity()),
                    label: "positive predictivity".into(),
                    note: format!("{} false", score.false_beats.len()),
                },
            ]),
            None => figures.push(KeyFigure {
                value: format!("{}", monitor.beats().len()),
                label: "beats found".into(),
                note: "no reference to compare with".into(),
            }),
        }
        figures.push(KeyFigure {
            value: format!("{}", monitor.alarms.len()),
            label: "alarms".into(),
            note: "limits and silence".into(),
        });
        figures
    }
}

fn score_rows(score: &Score, reference: &Reference) -> Vec<Row> {
    let found = score.matched + score.false_beats.len() as u64 + score.unscored;
    vec![
        row(
            "Beats found",
            format!("{found}, {} of them at disputed places", score.unscored),
        ),
        part(
            "sensitivity",
            format!(
                "{:.2} %  ({} missed)",
                score.sensitivity(),
                score.missed.len()
            ),
        ),
        part(
            "positive predictivity",
            format!(
                "{:.2} %  ({} false)",
                score.positive_predictivity(),
                score.false_beats.len()
            ),
        ),
        part(
            "left unscored",
            format!(
                "{} places on which the references disagree",
                reference.disputed.len()
            ),
        ),
    ]
}

fn row(label: &str, value: String) -> Row {
    let is_part = false;
    Row {
        label: label.into(),
        value,
        is_part,
    }
}

/// A row that says more about the one above it.
fn part(label: &str, value: String) -> Row {
    Row {
        is_part: true,
        ..row(label, value)
    }
}

fn share(part: u64, whole: u64) -> String {
    format!(
        "{} / {}, {} %",
        grouped(part),
        grouped(whole),
        trimmed(percent(part, whole))
    )
}

/// 100 as it is, everything else with two decimals and never rounded up to 100.
fn trimmed(percent: f64) -> String {
    if percent == 100.0 {
        "100".into()
    } else {
        format!("{:.2}", (percent * 100.0).floor() / 100.0)
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
