//! The HTML report of the example `remote_monitoring`.

#[path = "../examples/remote_monitoring/clock.rs"]
mod clock;
#[path = "../examples/remote_monitoring/page/mod.rs"]
mod page;
#[path = "../examples/remote_monitoring/report.rs"]
mod report;

use report::{Alarm, AlarmKind, KeyFigure, Report, Row};

const BYTES_MOST: usize = 3_000_000;

/// A recording with a peak every second, `seconds` long.
fn report(rate_hz: f64, seconds: usize) -> Report {
    let count = rate_hz as usize * seconds;
    let value = |i: usize| match i % rate_hz as usize {
        0 => 1_200,
        at => (at * 7_919 % 23) as i32,
    };
    Report {
        title: "Remote ECG monitoring".into(),
        source: "made for this test".into(),
        rate_hz,
        gain_units_per_mv: 1_000.0,
        samples: (0..count).map(value).collect(),
        beats: (0..seconds as u64).map(|s| s * rate_hz as u64).collect(),
        heart_rate: (0..seconds).map(|s| (s as f64, 60.0)).collect(),
        ..Report::default()
    }
}

fn count(page: &str, what: &str) -> usize {
    page.matches(what).count()
}

/// Every opened element is closed, in order; void elements stay open.
fn assert_well_formed(page: &str) {
    let (_, after_style) = page.split_once("</style>").unwrap_or_default();
    let mut open = vec!["html", "head"];
    for piece in after_style.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').unwrap_or((piece, ""));
        let name = tag.split_whitespace().next().unwrap_or(tag);
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "before {piece:.80}"),
            None if tag.ends_with('/') => {}
            None => open.push(name),
        }
    }
    assert!(!after_style.is_empty() && open.is_empty(), "{open:?}");
}

#[test]
fn five_minutes_are_thirty_rows_of_paper() {
    let page = page::render(&report(360.0, 300));
    assert_eq!(count(&page, "<svg class=\"strip\""), 30);
    assert!(page.contains("<title>ECG from 4:50 to 5:00</title>"));
    assert!(page.contains("25 mm/s, 10 mm/mV"));
    assert!(!page.contains("are drawn here"));
    assert_well_formed(&page);
}

#[test]
fn ten_minutes_at_1000_hz_fit_and_what_is_longer_says_so() {
    let page = page::render(&report(1_000.0, 700));
    assert!(page.len() < BYTES_MOST, "{} bytes", page.len());
    assert_eq!(count(&page, "<svg class=\"strip\""), 60);
    assert!(page.contains("The first 10 min of 11 min 40 s are drawn here"));
    assert_well_formed(&page);
}

#[test]
fn the_page_fetches_nothing_and_runs_nothing() {
    let page = page::render(&report(360.0, 30));
    for outside in [
        "http",
        "<script",
        "<link",
        "<img",
        "@import",
        "src=",
        "@font-face",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(count(&page, "url("), count(&page, "url(#"));
}

#[test]
fn no_text_of_the_report_becomes_markup() {
    let hostile = || "<script>alert('&\"')</script>".to_string();
    let mut report = report(360.0, 20);
    report.title = hostile();
    report.notice = hostile();
    report.source = hostile();
    report.table = vec![Row {
        label: hostile(),
        value: hostile(),
        is_part: false,
    }];
    report.key_figures = vec![KeyFigure {
        value: hostile(),
        label: hostile(),
        note: hostile(),
    }];
    report.alarms = vec![Alarm {
        kind: AlarmKind::Stale,
        from_s: 3.0,
        to_s: Some(12.0),
        text: hostile(),
    }];
    let page = page::render(&report);
    assert!(!page.contains("<script"));
    assert!(
        count(
            &page,
            "&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;"
        ) >= 10
    );
    assert_well_formed(&page);
}

#[test]
fn beats_missed_false_and_unscored_have_marks_of_their_own() {
    let mut report = report(360.0, 10);
    report.missed = vec![500, 900];
    report.false_beats = vec![720];
    report.disputed = vec![(1_000, 1_040)];
    let page = page::render(&report);
    let strip = &page[page.find("<svg class=\"strip\"").unwrap()..];
    assert!(strip.contains("10 beats found, 2 missed, 1 of them false"));
    assert_eq!(count(strip, "<circle class=\"missed\""), 2);
    assert_eq!(count(strip, "<path class=\"wrong\""), 1);
    assert_eq!(count(strip, "<rect class=\"disputed\""), 1);
}

#[test]
fn an_outage_is_shaded_in_each_row_and_called_delayed_not_missing() {
    let mut report = report(360.0, 60);
    report.outages = vec![(15.0, 35.0)];
    let page = page::render(&report);
    let strips = &page[page.find("<svg class=\"strip\"").unwrap()..];
    assert_eq!(count(strips, "<rect class=\"shade outage\""), 3);
    assert_eq!(count(strips, "… Radio dark: data delayed</text>"), 2);
    assert!(!page.contains("missing"));
}

#[test]
fn the_legend_explains_what_is_drawn_and_nothing_else() {
    let plain = page::render(&report(360.0, 20));
    assert!(plain.contains("</svg>beat found</li>"));
    for absent in ["reference", "stale-data alarm", "alarm limit"] {
        assert!(!plain.contains(&format!("{absent}</li>")), "{absent}");
    }
    let mut scored = report(360.0, 20);
    scored.false_beats = vec![360];
    scored.high_limit_bpm = Some(120.0);
    let page = page::render(&scored);
    assert!(page.contains("</svg>found, not in the reference</li>"));
    assert!(page.contains("</svg>alarm limit</li>"));
}

#[test]
fn a_large_signal_gets_a_smaller_gain_and_the_page_says_which() {
    let mut report = report(360.0, 60);
    report.gain_units_per_mv = 100.0;
    assert!(page::render(&report).contains("25 mm/s, 5 mm/mV"));
}

#[test]
fn one_artefact_does_not_flatten_the_rest() {
    let mut report = report(360.0, 300);
    report.samples[40_000] = 8_000_000;
    let page = page::render(&report);
    assert!(page.contains("25 mm/s, 10 mm/mV"));
    assert_eq!(count(&page, ">off scale</text>"), 1);
}

#[test]
fn an_empty_report_is_still_a_page() {
    let empty = Report {
        rate_hz: 360.0,
        gain_units_per_mv: 200.0,
        ..Report::default()
    };
    let page = page::render(&empty);
    assert!(page.contains("No alarm, and no radio outage."));
    assert!(!page.contains("NaN") && !page.contains("inf"));
    assert_well_formed(&page);
}

#[test]
fn each_kind_of_alarm_has_a_shade_and_a_name() {
    for (kind, class, name) in [
        (AlarmKind::Limit, "limit", "Limit alarm"),
        (AlarmKind::NoBeat, "no-beat", "No-beat alarm"),
        (AlarmKind::Stale, "stale", "Stale-data alarm"),
    ] {
        let mut report = report(250.0, 20);
        report.alarms = vec![Alarm {
            kind,
            from_s: 4.0,
            to_s: Some(9.0),
            text: "made for this test".into(),
        }];
        let page = page::render(&report);
        assert!(page.contains(&format!("shade {class}")), "{class}");
        assert!(page.contains(&format!("<span class=\"badge {class}\">{name}</span>")));
    }
}
