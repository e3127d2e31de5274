//! What the page shows: plain values, no logic.
//!
//! All times are seconds since the first sample; all positions are sample
//! indices, the first sample being 0. Every number is finite.

/// One monitored recording, as it arrived at the server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Report {
    /// The page's heading.
    pub(crate) title: String,
    /// The sentence that says what the page may be used for; left out when empty.
    pub(crate) notice: String,
    /// Where the signal comes from: "MIT-BIH record 208, lead MLII".
    pub(crate) source: String,
    /// Samples a second, above 0.
    pub(crate) rate_hz: f64,
    /// Sample units to a millivolt, above 0.
    pub(crate) gain_units_per_mv: f64,
    /// The samples as delivered at the server.
    pub(crate) samples: Vec<i32>,
    /// Every beat that the server found, the false ones among them.
    pub(crate) beats: Vec<u64>,
    /// Reference beats that the server did not find.
    pub(crate) missed: Vec<u64>,
    /// Those of `beats` that the reference does not have.
    pub(crate) false_beats: Vec<u64>,
    /// Places that the reference leaves unscored, first and last sample.
    pub(crate) disputed: Vec<(u64, u64)>,
    /// Those of `beats` that noise may have made.
    pub(crate) doubtful: Vec<u64>,
    /// Those of `beats` that began in a ventricle.
    pub(crate) ventricular: Vec<u64>,
    /// Heart rate over time: (s, beats/min), in order of time.
    pub(crate) heart_rate: Vec<(f64, f64)>,
    /// The alarm limit below which a heart rate is too low, in beats/min.
    pub(crate) low_limit_bpm: Option<f64>,
    /// The alarm limit above which a heart rate is too high, in beats/min.
    pub(crate) high_limit_bpm: Option<f64>,
    /// When the radio was dark: (from, to) in s.
    pub(crate) outages: Vec<(f64, f64)>,
    /// The alarms, in any order.
    pub(crate) alarms: Vec<Alarm>,
    /// The figures that matter most, shown large; four to six of them.
    pub(crate) key_figures: Vec<KeyFigure>,
    /// The delivery table.
    pub(crate) table: Vec<Row>,
}

/// An alarm from its raising to its end.
#[derive(Debug, Clone)]
pub(crate) struct Alarm {
    /// What raised it.
    pub(crate) kind: AlarmKind,
    /// When it was raised, in s.
    pub(crate) from_s: f64,
    /// When it ended, in s; `None` while it is still active.
    pub(crate) to_s: Option<f64>,
    /// What it says: "Heart rate 131/min, above 120/min".
    pub(crate) text: String,
}

/// What raised an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AlarmKind {
    /// A value outside its limits.
    Limit,
    /// No heart beat for too long.
    NoBeat,
    /// No fresh value for too long.
    Stale,
}

/// A row of the delivery table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) value: String,
    /// Whether it says more about the row above that is no part.
    pub(crate) is_part: bool,
}

/// One large figure: "100 %", "samples delivered", "108,000 of 108,000".
#[derive(Debug, Clone)]
pub(crate) struct KeyFigure {
    /// The figure with its unit.
    pub(crate) value: String,
    /// What it counts.
    pub(crate) label: String,
    /// A line of detail; may be empty.
    pub(crate) note: String,
}
