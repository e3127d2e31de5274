//! The page of the example `signal_report`, from the samples' lines to the HTML.
#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    reason = "a test fails by panicking, and an example has more than it calls"
)]

#[path = "../examples/signal_report/analysis.rs"]
mod analysis;
#[path = "../examples/remote_monitoring/clock.rs"]
mod clock;
#[path = "../examples/signal_report/facts.rs"]
mod facts;
#[path = "../examples/remote_monitoring/page/mod.rs"]
mod page;
#[path = "../examples/signal_report/plots.rs"]
mod plots;
#[path = "../examples/remote_monitoring/report.rs"]
mod report;
#[path = "../examples/signal_report/sections.rs"]
mod sections;
#[path = "../examples/signal_report/tool.rs"]
mod tool;
#[path = "../examples/tools/mod.rs"]
mod tools;

use std::fmt::Write as _;

use tools::Failure;
use tools::arguments::Arguments;

const OPTIONS: &str = "--rate 250 --gain 1000";

fn run(words: &[&str], mut input: &[u8]) -> Result<String, Failure> {
    let words = words.iter().copied().map(String::from).collect();
    let mut output = Vec::new();
    let result = tool::run(Arguments::new(words), &mut input, &mut output);
    result.map(|()| String::from_utf8(output).unwrap())
}

fn page_of(samples: impl IntoIterator<Item = i32>) -> String {
    let words: Vec<&str> = OPTIONS.split(' ').collect();
    run(&words, lines(samples).as_bytes()).unwrap()
}

fn lines(samples: impl IntoIterator<Item = i32>) -> String {
    samples.into_iter().fold(String::new(), |mut text, sample| {
        writeln!(text, "{sample}").unwrap();
        text
    })
}

/// Spikes of 1 mV and 0.08 s at these distances, at 250 Hz.
fn beats(intervals: impl IntoIterator<Item = usize>) -> Vec<i32> {
    let mut samples = Vec::new();
    for interval in intervals {
        let shape = (0..interval).map(|n| (1_000 - (n as i32 - 60).abs() * 100).max(0));
        samples.extend(shape);
    }
    samples
}

/// 60 s of a beat every 0.8 s, a little longer and shorter in turn.
fn regular() -> Vec<i32> {
    beats((0..75).map(|beat| 199 + 2 * (beat % 2)))
}

/// Every opened element is closed, in order; `meta` and the doctype stay open.
fn assert_well_formed(page: &str) {
    let (_, after_style) = page.split_once("</style>").unwrap();
    let mut open = vec!["html", "head"];
    for piece in after_style.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').unwrap();
        let name = tag.split_whitespace().next().unwrap();
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "before {piece:.80}"),
            None if tag.ends_with('/') => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// Nothing that a browser would fetch or run.
fn assert_self_contained(page: &str) {
    for outside in [
        "http", "src=", "href=\"h", "<link", "<script", "<img", "@import", "url(h", "//",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
}

/// No number that is none, drawn or written.
fn assert_sound(page: &str) {
    assert_well_formed(page);
    assert_self_contained(page);
    assert!(!page.contains("NaN") && !page.contains("inf"));
}

#[test]
fn a_regular_rhythm_is_reported_as_one() {
    let page = page_of(regular());
    assert_sound(&page);
    assert!(page.contains("<strong>75/min</strong><span>median heart rate</span>"));
    assert!(page.contains("<strong>75</strong><span>beats</span>"));
    assert!(page.contains("<strong>100.0 %</strong><span>of the seconds good</span>"));
    assert!(page.contains("No atrial fibrillation suspected."));
    assert!(page.contains("<th scope=\"row\">Mean NN</th><td>800 ms</td>"));
    assert!(page.contains("<th scope=\"row\">RMSSD</th><td>8.0 ms</td>"));
    assert!(page.contains("<title>Histogram of RR intervals</title>"));
    assert!(page.contains("<title>Poincaré plot of RR intervals</title>"));
    assert_eq!(page.matches("<svg class=\"strip\"").count(), 6);
}

#[test]
fn an_irregular_rhythm_is_suspected_of_fibrillation() {
    let mut random = 1_u32;
    let irregular = (0..400).map(|_| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        110 + (random >> 16) as usize % 160
    });
    let page = page_of(beats(irregular));
    assert_sound(&page);
    assert!(page.contains("Suspected atrial fibrillation from"));
    assert!(page.contains("class=\"found-rhythm\""));
    assert!(page.contains("they say nothing of autonomic tone"));
}

#[test]
fn recordings_without_a_beat_make_a_page_too() {
    let noise = (0..5_000).map(|n: i32| n.wrapping_mul(7_919) % 31);
    let saturated = (0..5_000).map(|n| if n % 500 < 250 { i32::MIN } else { i32::MAX });
    for samples in [
        vec![],
        vec![7],
        vec![0; 2_500],
        noise.collect(),
        saturated.collect(),
    ] {
        assert_sound(&page_of(samples));
    }
}

#[test]
fn the_title_is_text_and_no_markup() {
    let words = [
        "--rate",
        "250",
        "--gain",
        "1000",
        "--title",
        "<b>\"A\" & 'B'</b>",
    ];
    let page = run(&words, lines(regular()).as_bytes()).unwrap();
    assert_sound(&page);
    assert!(page.contains("<h1>&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;</h1>"));
}

#[test]
fn comments_and_further_columns_change_nothing() {
    let mut input = String::from("# ecg, marker\r\n");
    for sample in regular() {
        write!(input, "{sample},7\n# {sample}\n").unwrap();
    }
    let words: Vec<&str> = OPTIONS.split(' ').collect();
    assert_eq!(run(&words, input.as_bytes()).unwrap(), page_of(regular()));
}

#[test]
fn a_bad_line_is_named_and_there_is_no_page() {
    let words: Vec<&str> = OPTIONS.split(' ').collect();
    for line in ["x", "", "1.5", "9999999999", "NaN"] {
        let result = run(&words, format!("1\n#\n{line}\n").as_bytes());
        assert!(
            matches!(result, Err(Failure::Line { line: 3, .. })),
            "{line}"
        );
    }
}

#[test]
fn bad_words_are_refused() {
    for words in [
        "",
        "--rate 250",
        "--rate 99 --gain 200",
        "--rate NaN --gain 200",
        "--rate 250 --gain 0",
        "--rate 250 --gain 200 --title",
        "--rate 250 --gain 200 --what",
    ] {
        let words: Vec<&str> = words.split_whitespace().collect();
        let result = run(&words, b"");
        assert!(matches!(result, Err(Failure::Arguments(_))), "{words:?}");
    }
}

#[test]
fn the_bands_of_the_variability_are_told_from_two_minutes_on() {
    // Intervals of 0.8 s that sway by 40 ms, one wave each 10 s: all of it below 0.15 Hz.
    let sway = |beat: usize| (std::f64::consts::TAU * 0.08 * beat as f64).sin();
    let intervals = |count| (0..count).map(|beat| (200.0 + 10.0 * sway(beat)).round() as usize);
    let long = page_of(beats(intervals(300)));
    let value = |page: &str, name: &str| {
        let row = page
            .split(&format!("<th scope=\"row\">{name}</th><td>"))
            .nth(1);
        let cell = row.unwrap().split('<').next().unwrap();
        cell.split(' ').next().unwrap().parse::<f64>()
    };
    let low = value(&long, "LF").unwrap();
    assert!((600.0..1_000.0).contains(&low), "{low}");
    assert!(value(&long, "LF/HF").unwrap() > 10.0);
    assert!(value(&page_of(beats(intervals(100))), "LF").is_err());
}
