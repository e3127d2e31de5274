//! The header, the large figures and the strips.

use iomt::signal::ecg::EcgUsability;

use crate::analysis::{Beat, Findings};
use crate::page::text;
use crate::report::{KeyFigure, Report};

const NOTICE: &str = "Found by software that is no medical device. For review by a clinician.";

/// What the page of the example `remote_monitoring` draws of it.
pub(crate) fn report(findings: &Findings, samples: Vec<i32>, title: String, gain: f64) -> Report {
    let those = |is: fn(&Beat) -> bool| -> Vec<u64> {
        let those = findings.beats.iter().filter(|beat| is(beat));
        those.map(|beat| beat.index).collect()
    };
    Report {
        title,
        notice: NOTICE.into(),
        source: "one ECG channel from standard input".into(),
        rate_hz: findings.rate_hz,
        gain_units_per_mv: gain,
        samples,
        beats: those(|_| true),
        doubtful: those(|beat| beat.is_doubtful),
        ventricular: those(|beat| beat.is_ventricular),
        heart_rate: findings.heart_rate.clone(),
        key_figures: key_figures(findings),
        ..Report::default()
    }
}

fn key_figures(findings: &Findings) -> Vec<KeyFigure> {
    let count = |is: fn(&Beat) -> bool| findings.beats.iter().filter(|beat| is(beat)).count();
    let share = |part: usize| 100.0 * part as f64 / findings.beats.len().max(1) as f64;
    let (ventricular, doubtful) = (count(|b| b.is_ventricular), count(|b| b.is_doubtful));
    let fibrillation_s: f64 = findings
        .fibrillation
        .iter()
        .map(|(from, to)| to - from)
        .sum();
    vec![
        rate_figure(findings),
        figure(text::count(findings.beats.len()), "beats", String::new()),
        figure(
            text::count(ventricular),
            "ventricular beats",
            format!("{:.1} % of the beats", share(ventricular)),
        ),
        figure(
            match findings.fibrillation.is_empty() {
                true => "none".into(),
                false => text::span(fibrillation_s),
            },
            "suspected atrial fibrillation",
            "screened from RR intervals alone".into(),
        ),
        figure(
            format!("{:.1} %", 100.0 - share(doubtful)),
            "of the beats certain",
            format!("{} doubtful", text::count(doubtful)),
        ),
        seconds_figure(&findings.seconds),
    ]
}

fn seconds_figure(seconds: &[EcgUsability]) -> KeyFigure {
    let count = |usability| {
        seconds
            .iter()
            .filter(|second| **second == usability)
            .count()
    };
    let [doubtful, unusable] = [EcgUsability::Doubtful, EcgUsability::Unusable].map(count);
    let good = count(EcgUsability::Good) as f64 / seconds.len().max(1) as f64;
    figure(
        format!("{:.1} %", 100.0 * good),
        "of the seconds good",
        format!(
            "{} s doubtful, {} s unusable",
            text::count(doubtful),
            text::count(unusable)
        ),
    )
}

fn rate_figure(findings: &Findings) -> KeyFigure {
    let mut rates: Vec<f64> = findings.heart_rate.iter().map(|(_, bpm)| *bpm).collect();
    rates.sort_by(f64::total_cmp);
    let (value, note) = match (rates.first(), rates.get(rates.len() / 2), rates.last()) {
        (Some(low), Some(median), Some(high)) => {
            (format!("{median:.0}/min"), format!("{low:.0} to {high:.0}"))
        }
        _ => ("none".into(), "too few beats".into()),
    };
    figure(value, "median heart rate", note)
}

fn figure(value: String, label: &str, note: String) -> KeyFigure {
    KeyFigure {
        value,
        label: label.into(),
        note,
    }
}
