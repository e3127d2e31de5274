//! The report as one HTML file that needs nothing else: no script, no font, no network.
//!
//! ```text
//!  header      title, notice, source and scales
//!  tiles       the figures that matter most
//!  overview    the whole ECG on one line, the heart rate below it     trend
//!  events      radio outages and alarms with their times              span
//!  delivery    the table of figures
//!  full ECG    ten seconds a row on ECG paper, beats marked           strip, sheet, mark, lane, trace
//! ```

mod lane;
mod mark;
mod sheet;
mod span;
mod strip;
pub(crate) mod text;
mod trace;
mod trend;

use crate::report::{KeyFigure, Report, Row};
use sheet::{MOST_DOWN_MM, MOST_UP_MM, PAPER_MM};
use span::{Kind, Span};
use strip::Strips;
use text::escape;

const STYLE: &str = include_str!("style.css");

/// The whole page.
#[allow(dead_code, reason = "another example has sections of its own")]
pub(crate) fn render(report: &Report) -> String {
    render_with(report, &lists(report, &span::spans(report)))
}

/// The page with other sections between the overview and the full ECG.
pub(crate) fn render_with(report: &Report, sections: &str) -> String {
    let spans = span::spans(report);
    let strips = Strips::new(report);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{}\
         {}<main>\n{}{}{sections}{}</main>\n</body>\n</html>\n",
        definitions(),
        header(report, &strips),
        tiles(&report.key_figures),
        overview(report, &spans),
        full_ecg(report, &strips, &spans),
        title = escape(&report.title),
    )
}

/// What the drawings share: the paper and the hatching.
fn definitions() -> String {
    const TALLEST_MM: usize = (MOST_UP_MM + MOST_DOWN_MM) as usize;
    let lines = |step: usize| -> String {
        let across = (0..=PAPER_MM).step_by(step);
        let across = across.map(|x| format!("M{x} 0V{TALLEST_MM}"));
        let down = (0..=TALLEST_MM).step_by(step);
        let down = down.map(|y| format!("M0 {y}H{PAPER_MM}"));
        across.chain(down).collect()
    };
    let hatch = |id: &str, size: f64, width: f64| {
        format!(
            "<pattern id=\"{id}\" width=\"{size}\" height=\"{size}\" \
             patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
             <path d=\"M0 0V{size}\" stroke=\"#3f5f8f\" stroke-width=\"{width}\"/></pattern>\n"
        )
    };
    format!(
        "<svg class=\"definitions\" aria-hidden=\"true\"><defs>\n<g id=\"paper\">\
         <rect class=\"paper\" width=\"{PAPER_MM}\" height=\"{TALLEST_MM}\"/>\
         <path class=\"fine\" d=\"{}\"/><path class=\"bold\" d=\"{}\"/></g>\n{}{}</defs></svg>\n",
        lines(1),
        lines(5),
        hatch("hatch-mm", 2.2, 0.5),
        hatch("hatch-px", 7.0, 1.6),
    )
}

fn header(report: &Report, strips: &Strips<'_>) -> String {
    let seconds = report.samples.len() as f64 / report.rate_hz;
    let facts = [
        ("Recording", report.source.clone()),
        ("Length", text::span(seconds)),
        ("Samples", text::count(report.samples.len())),
        ("Sample rate", format!("{} Hz", report.rate_hz)),
        (
            "Resolution",
            format!("{} units/mV", report.gain_units_per_mv),
        ),
        ("Paper", strips.scales()),
    ];
    let facts =
        facts.map(|(term, fact)| format!("<div><dt>{term}</dt><dd>{}</dd></div>\n", escape(&fact)));
    let notice = match report.notice.is_empty() {
        true => String::new(),
        false => format!(
            "<p class=\"notice\" role=\"note\">{}</p>\n",
            escape(&report.notice)
        ),
    };
    format!(
        "<header>\n<h1>{}</h1>\n{notice}<dl class=\"facts\">\n{}</dl>\n</header>\n",
        escape(&report.title),
        facts.concat()
    )
}

fn tiles(figures: &[KeyFigure]) -> String {
    let tile = |figure: &KeyFigure| {
        format!(
            "<li><strong>{}</strong><span>{}</span><small>{}</small></li>\n",
            escape(&figure.value),
            escape(&figure.label),
            escape(&figure.note)
        )
    };
    let tiles: String = figures.iter().map(tile).collect();
    match tiles.is_empty() {
        true => String::new(),
        false => format!("<ul class=\"tiles\" aria-label=\"Key figures\">\n{tiles}</ul>\n"),
    }
}

fn overview(report: &Report, spans: &[Span]) -> String {
    format!(
        "<section aria-labelledby=\"overview\">\n<h2 id=\"overview\">Overview</h2>\n\
         <div class=\"scroll\" role=\"region\" aria-labelledby=\"overview\" tabindex=\"0\">\n{}</div>\n\
         <ul class=\"legend\">\n{}{}</ul>\n</section>\n",
        trend::draw(report, spans),
        shade_legend(spans),
        trend::limit_legend(report),
    )
}

fn shade_legend(spans: &[Span]) -> String {
    let entry = |kind: Kind, words: &str| {
        format!(
            "<li><svg viewBox=\"0 0 12 5\" aria-hidden=\"true\">\
             <rect class=\"shade {0}\" width=\"12\" height=\"5\"/>\
             <rect class=\"bar {0}\" y=\"3.4\" width=\"12\" height=\"1.6\"/></svg>{words}</li>\n",
            kind.class()
        )
    };
    let words = |kind: Kind| match kind {
        Kind::Outage => "radio outage: data delayed, delivered later",
        Kind::Limit => "limit alarm",
        Kind::NoBeat => "no-beat alarm",
        Kind::Stale => "stale-data alarm",
    };
    let shown = Kind::ALL.into_iter();
    let shown = shown.filter(|kind| spans.iter().any(|span| span.kind == *kind));
    shown.map(|kind| entry(kind, words(kind))).collect()
}

fn lists(report: &Report, spans: &[Span]) -> String {
    let row = |row: &Row| {
        format!(
            "<tr{}><th scope=\"row\">{}</th><td>{}</td></tr>\n",
            if row.is_part { " class=\"part\"" } else { "" },
            escape(&row.label),
            escape(&row.value)
        )
    };
    let rows: String = report.table.iter().map(row).collect();
    format!(
        "<div class=\"lists\">\n<section aria-labelledby=\"events\">\n\
         <h2 id=\"events\">Alarms and outages</h2>\n{}</section>\n\
         <section aria-labelledby=\"delivery\">\n<h2 id=\"delivery\">Delivery</h2>\n\
         <table class=\"delivery\">\n<tbody>\n{rows}</tbody></table>\n</section>\n</div>\n",
        span::list(spans)
    )
}

fn full_ecg(report: &Report, strips: &Strips<'_>, spans: &[Span]) -> String {
    let cut = strips.cut_note().map_or(String::new(), |note| {
        format!("<p class=\"cut\">{}</p>\n", escape(&note))
    });
    format!(
        "<section class=\"full\" aria-labelledby=\"full\">\n<h2 id=\"full\">Full ECG</h2>\n\
         <p class=\"scales\">{}; small squares 1 mm, large squares 5 mm (0.2 s); \
         calibration pulse 1 mV. Not filtered; each row of 10 s is centred on its median. \
         Left of each row: its time and mean heart rate.</p>\n{cut}\
         <ul class=\"legend\">\n{}{}</ul>\n\
         <div class=\"scroll\" role=\"region\" aria-labelledby=\"full\" tabindex=\"0\">\n{}</div>\n\
         </section>\n",
        strips.scales(),
        mark::legend(report),
        shade_legend(spans),
        strips.draw(spans),
    )
}
