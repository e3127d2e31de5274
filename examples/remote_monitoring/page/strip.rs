//! The ECG in full, ten seconds a row.

use super::lane;
use super::mark::Marks;
use super::sheet::{MM_PER_S, MOST_DOWN_MM, MOST_UP_MM, ROW_S, Sheet, WIDTH_MM};
use super::span::Span;
use super::text;
use super::trace;
use crate::clock::clock;
use crate::report::Report;

/// Finer than a printer's 200 dots an inch.
const COLUMNS_PER_MM: f64 = 8.0;
/// Ten minutes: what a page of 3 MB can hold at 1,000 Hz.
const MOST_ROWS: usize = 60;
/// At most one row in ten is taller than this, or the gain is halved.
const COMFORTABLE_MM: f64 = 60.0;
const GAINS_MM_PER_MV: [f64; 3] = [10.0, 5.0, 2.5];
const LEAST_GAIN_MM_PER_MV: f64 = 1.25;

/// The whole recording as rows of paper.
pub(super) struct Strips<'a> {
    report: &'a Report,
    rows: Vec<Row<'a>>,
    mm_per_mv: f64,
}

/// Ten seconds of the signal.
struct Row<'a> {
    first: usize,
    samples: &'a [i32],
    /// The row's median, drawn on a thick line.
    zero: i32,
    /// How far the signal goes above and below it, in mV.
    up_mv: f64,
    down_mv: f64,
}

impl<'a> Strips<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let per_row = ((report.rate_hz * ROW_S) as usize).max(1);
        let rows = report.samples.chunks(per_row).take(MOST_ROWS);
        let rows: Vec<_> = rows
            .enumerate()
            .map(|(at, samples)| Row::new(at * per_row, samples, report.gain_units_per_mv))
            .collect();
        Self {
            report,
            mm_per_mv: comfortable_gain(&rows),
            rows,
        }
    }

    /// The paper's scales: "25 mm/s, 10 mm/mV".
    pub(super) fn scales(&self) -> String {
        format!("{MM_PER_S} mm/s, {} mm/mV", self.mm_per_mv)
    }

    /// What the reader must know when the recording is longer than the paper.
    pub(super) fn cut_note(&self) -> Option<String> {
        let drawn: usize = self.rows.iter().map(|row| row.samples.len()).sum();
        let all = self.report.samples.len();
        (drawn < all).then(|| {
            format!(
                "The first {} of {} are drawn here; all figures are of the whole recording.",
                text::span(drawn as f64 / self.report.rate_hz),
                text::span(all as f64 / self.report.rate_hz),
            )
        })
    }

    /// The rows, each a drawing of its own so that no page break cuts one.
    pub(super) fn draw(&self, spans: &[Span]) -> String {
        let rows = self.rows.iter();
        rows.map(|row| self.draw_row(row, spans)).collect()
    }

    fn draw_row(&self, row: &Row<'_>, spans: &[Span]) -> String {
        let sheet = self.sheet(row);
        let spans = spans.iter().filter(|span| sheet.meets(span));
        let spans: Vec<_> = spans.cloned().collect();
        let lanes = lane::draw(&spans, &sheet);
        let marks = Marks::within(self.report, row.first, row.samples.len());
        let marks_svg = marks.draw((sheet.top(), sheet.bottom()), |sample| {
            sheet.x_of(sample as f64 / self.report.rate_hz)
        });
        let parts = [
            sheet.labels(self.mean_bpm(&sheet)),
            sheet.paper(),
            sheet.shades(&spans),
            sheet.pulse(self.mm_per_mv),
            self.draw_trace(row, &sheet),
            marks_svg,
            lanes.svg,
        ];
        format!(
            "<svg class=\"strip\" role=\"img\" viewBox=\"0 0 {WIDTH_MM} {:.1}\">\
             <title>ECG from {} to {}</title><desc>{}</desc>\n{}</svg>\n",
            sheet.bottom() + lanes.height + 1.0,
            clock(sheet.from_s),
            clock(sheet.to_s),
            describe(&marks, &spans),
            parts.concat(),
        )
    }

    fn sheet(&self, row: &Row<'_>) -> Sheet {
        let s_of = |sample: usize| sample as f64 / self.report.rate_hz;
        let (up, down) = row.height_mm(self.mm_per_mv);
        Sheet {
            from_s: s_of(row.first),
            to_s: s_of(row.first + row.samples.len()),
            up,
            down,
        }
    }

    fn draw_trace(&self, row: &Row<'_>, sheet: &Sheet) -> String {
        let rate_hz = self.report.rate_hz;
        let mm_per_unit = self.mm_per_mv / self.report.gain_units_per_mv;
        let per_column = rate_hz / (MM_PER_S * COLUMNS_PER_MM);
        let path = trace::path(row.samples, per_column, |at, value| {
            let height = (f64::from(value) - f64::from(row.zero)) * mm_per_unit;
            let s = (row.first + at) as f64 / rate_hz;
            (sheet.x_of(s), sheet.y_of(height))
        });
        let note = match row.goes_beyond(sheet, self.mm_per_mv) {
            true => sheet.off_scale_note(),
            false => String::new(),
        };
        format!(
            "<path class=\"trace\" transform=\"{}\" d=\"{path}\"/>\n{note}",
            trace::PATH_SCALE
        )
    }

    fn mean_bpm(&self, sheet: &Sheet) -> Option<f64> {
        let rates = self.report.heart_rate.iter();
        let within = rates.filter(|(s, _)| (sheet.from_s..sheet.to_s).contains(s));
        let rates: Vec<f64> = within.map(|(_, bpm)| *bpm).collect();
        (!rates.is_empty()).then(|| rates.iter().sum::<f64>() / rates.len() as f64)
    }
}

impl<'a> Row<'a> {
    fn new(first: usize, samples: &'a [i32], units_per_mv: f64) -> Self {
        let mut sorted = samples.to_vec();
        sorted.sort_unstable();
        let zero = sorted.get(sorted.len() / 2).copied().unwrap_or(0);
        let units = |value: Option<&i32>| value.map_or(0.0, |v| f64::from(*v) - f64::from(zero));
        Self {
            first,
            samples,
            zero,
            up_mv: units(sorted.last()) / units_per_mv,
            down_mv: -units(sorted.first()) / units_per_mv,
        }
    }

    /// The paper above and below the median, in whole large squares.
    fn height_mm(&self, mm_per_mv: f64) -> (f64, f64) {
        let squares = |mv: f64| ((mv * mm_per_mv + 1.0) / 5.0).ceil() * 5.0;
        let up = squares(self.up_mv).clamp(15.0, MOST_UP_MM);
        let down = squares(self.down_mv).clamp(10.0, MOST_DOWN_MM);
        (up, down)
    }

    fn goes_beyond(&self, sheet: &Sheet, mm_per_mv: f64) -> bool {
        self.up_mv * mm_per_mv > sheet.up || self.down_mv * mm_per_mv > sheet.down
    }
}

/// 10 mm/mV, unless more than one row in ten would be too tall.
fn comfortable_gain(rows: &[Row<'_>]) -> f64 {
    let comfortable = |gain: &f64| {
        let tall = |row: &&Row<'_>| (row.up_mv + row.down_mv) * gain > COMFORTABLE_MM;
        rows.iter().filter(tall).count() * 10 <= rows.len()
    };
    let mut gains = GAINS_MM_PER_MV.into_iter();
    gains.find(comfortable).unwrap_or(LEAST_GAIN_MM_PER_MV)
}

fn describe(marks: &Marks, spans: &[Span]) -> String {
    let spans = spans.iter();
    let spans: String = spans
        .map(|span| format!("; {}", text::escape(&span.text)))
        .collect();
    marks.describe() + &spans
}
