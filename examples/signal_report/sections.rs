//! The sections of this report: rhythm and quality, intervals, variability.

use iomt::signal::hrv::BandPowers;

use crate::analysis::Findings;
use crate::clock::clock;
use crate::page::text;
use crate::plots;

pub(crate) fn render(findings: &Findings) -> String {
    [
        section(
            "rhythm",
            "Rhythm and signal quality",
            &format!(
                "<p class=\"none\">{}</p>\n{}{}",
                "Atrial fibrillation is suspected from irregular RR intervals; an episode is told some \
                 40 beats, at times 100, after it begins. Atrial flutter, runs of ectopic beats and noise can look alike: \
                 confirm on the ECG below.",
                plots::timeline(findings),
                episodes(findings)
            ),
        ),
        section("intervals", "RR intervals", &plots::intervals(findings)),
        section(
            "variability",
            "Heart-rate variability",
            &variability(findings),
        ),
    ]
    .concat()
}

fn section(id: &str, heading: &str, body: &str) -> String {
    format!(
        "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{heading}</h2>\n{body}</section>\n"
    )
}

fn episodes(findings: &Findings) -> String {
    const MOST: usize = 20;
    let row = |(from, to): &(f64, f64)| {
        format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            clock(*from),
            clock(*to),
            text::span(to - from)
        )
    };
    let rows: String = findings.fibrillation.iter().take(MOST).map(row).collect();
    let more = match findings.fibrillation.len().checked_sub(MOST + 1) {
        Some(more) => format!("<p class=\"none\">and {} more</p>\n", text::count(more + 1)),
        None => String::new(),
    };
    match rows.is_empty() {
        true => "<p>No atrial fibrillation suspected.</p>\n".into(),
        false => format!(
            "<table><thead><tr><th scope=\"col\">Suspected atrial fibrillation from</th>\
             <th scope=\"col\">to</th><th scope=\"col\">for</th></tr></thead>\n\
             <tbody>\n{rows}</tbody></table>\n{more}"
        ),
    }
}

fn variability(findings: &Findings) -> String {
    let measures = &findings.variability;
    let entropy = findings.entropy;
    let bands = findings.bands.as_ref();
    let rows = [
        ("Mean NN", measures.mean(), "ms", 0, "mean interval"),
        ("SDNN", measures.sdnn(), "ms", 1, "overall variability"),
        (
            "RMSSD",
            measures.rmssd(),
            "ms",
            1,
            "beat to beat, mostly vagal",
        ),
        ("pNN50", measures.pnn50(), "%", 1, "differences above 50 ms"),
        (
            "SD1",
            measures.sd1(),
            "ms",
            1,
            "Poincaré plot, across the diagonal",
        ),
        (
            "SD2",
            measures.sd2(),
            "ms",
            1,
            "Poincaré plot, along the diagonal",
        ),
        (
            "LF",
            bands.map(|bands| bands.low),
            "ms²",
            0,
            "0.04 to 0.15 Hz, first 5 minutes, Lomb-Scargle",
        ),
        (
            "HF",
            bands.map(|bands| bands.high),
            "ms²",
            0,
            "0.15 to 0.4 Hz, mostly breathing",
        ),
        (
            "LF/HF",
            bands.and_then(BandPowers::ratio),
            "",
            2,
            "first 5 minutes; none below 2 minutes",
        ),
        (
            "SampEn",
            entropy,
            "",
            2,
            "sample entropy: m = 2, r = 0.2 SDNN, first 3,000 intervals",
        ),
    ];
    let row = |(name, value, unit, digits, what): (&str, Option<f32>, &str, usize, &str)| {
        let value = value.map_or("–".into(), |value| format!("{value:.digits$} {unit}"));
        format!("<tr><th scope=\"row\">{name}</th><td>{value}</td><td>{what}</td></tr>\n")
    };
    let intervals: usize = findings.normal_runs.iter().map(Vec::len).sum();
    format!(
        "<p class=\"none\">Over {}, of {}, between beats that are normal and certain. Values depend on the \
         length: compare recordings of like length only.{}</p>\n\
         <table><thead><tr><th scope=\"col\">Measure</th><th scope=\"col\">Value</th>\
         <th scope=\"col\">What it says</th></tr></thead>\n<tbody>\n{}</tbody></table>\n",
        text::counted(intervals, "interval"),
        text::span(findings.length_s),
        match findings.fibrillation.is_empty() {
            true => "",
            false => " Where atrial fibrillation is suspected they say nothing of autonomic tone.",
        },
        rows.map(row).concat()
    )
}
