//! The ECG in full, ten seconds a row, on paper of 1 and 5 mm.
//!
//! The unit of the drawing is the millimetre of paper: 25 mm are a second,
//! 10 mm a millivolt.
//!
//! ```text
//!  0      14         24                                           274 mm
//!  │      │          │     |     |     ×    |     |    ◯     |     │  beat marks
//!  │ 1:20 ├──────────┼─────────────────────────────────────────────┤
//!  │      │   ┌──┐   │     ╷     ╷          ╷     ╷          ╷     │  paper
//!  │      │ ──┘  └── │ ────╵─────╵──────────╵─────╵──────────╵──── │
//!  │      ├──────────┴─────────────────────────────────────────────┤
//!  │      │            ▒▒▒▒▒ Radio dark: data delayed ▒▒▒▒▒        │  lanes
//! ```

use super::lane;
use super::mark::Marks;
use super::span::Span;
use super::text;
use super::trace;
use crate::report::Report;

const ROW_S: f64 = 10.0;
const MM_PER_S: f64 = 25.0;
const GUTTER_MM: f64 = 14.0;
const PULSE_MM: f64 = 10.0;
const TRACE_X: f64 = GUTTER_MM + PULSE_MM;
/// The whole drawing: with margins of 10 mm it fills a landscape A4 sheet.
pub(super) const WIDTH_MM: f64 = TRACE_X + ROW_S * MM_PER_S;
const BAND_MM: f64 = 5.0;
/// Finer than a printer's 200 dots an inch.
const COLUMNS_PER_MM: f64 = 8.0;
/// Ten minutes: what a page of 3 MB can hold at 1,000 Hz.
const MOST_ROWS: usize = 60;
/// The tallest row; what goes beyond is drawn at its edge and marked.
const TALLEST_MM: f64 = 85.0;
/// Nine rows of ten are not taller than this, or the gain is halved.
const COMFORTABLE_MM: f64 = 60.0;
const GAINS_MM_PER_MV: [f64; 4] = [10.0, 5.0, 2.5, 1.25];

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
        let mm_per_mv = comfortable_gain(&rows);
        Self {
            report,
            rows,
            mm_per_mv,
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
        let from_s = row.first as f64 / self.report.rate_hz;
        let to_s = from_s + row.samples.len() as f64 / self.report.rate_hz;
        let x_of = |s: f64| TRACE_X + (s - from_s).clamp(0.0, ROW_S) * MM_PER_S;

        let (up, down) = row.height_mm(self.mm_per_mv);
        let bottom = BAND_MM + up + down;
        let within = spans.iter().filter(|s| s.from_s < to_s && s.to_s > from_s);
        let within: Vec<_> = within.cloned().collect();
        let lanes = lane::draw(&within, from_s, bottom, x_of);
        let marks = Marks::within(self.report, row.first, row.samples.len());

        format!(
            "<svg class=\"strip\" role=\"img\" viewBox=\"0 0 {WIDTH_MM} {:.1}\">\
             <title>ECG from {} to {}</title><desc>{}</desc>\n\
             <text class=\"clock\" x=\"0\" y=\"{:.1}\">{}</text>{}\n\
             <svg x=\"{GUTTER_MM}\" y=\"{BAND_MM}\" width=\"{:.0}\" height=\"{:.0}\">\
             <use href=\"#paper\"/></svg>\n{}{}{}{}{}</svg>\n",
            bottom + lanes.height + 1.0,
            text::clock(from_s),
            text::clock(to_s),
            describe(&marks, &within),
            BAND_MM + up + 1.2,
            text::clock(from_s),
            self.mean_rate(from_s, to_s, BAND_MM + up + 5.4),
            WIDTH_MM - GUTTER_MM,
            up + down,
            shades(&within, (BAND_MM, up + down), x_of),
            pulse(BAND_MM + up, self.mm_per_mv),
            self.draw_trace(row, (up, down)),
            marks.draw(BAND_MM, bottom, |sample| {
                x_of(sample as f64 / self.report.rate_hz)
            }),
            lanes.svg,
        )
    }

    fn draw_trace(&self, row: &Row<'_>, (up, down): (f64, f64)) -> String {
        let mm_per_sample = MM_PER_S / self.report.rate_hz;
        let mm_per_unit = self.mm_per_mv / self.report.gain_units_per_mv;
        let zero_y = BAND_MM + up;
        let path = trace::path(
            row.samples,
            1.0 / (COLUMNS_PER_MM * mm_per_sample),
            |at, value| {
                let height = f64::from(value.saturating_sub(row.zero)) * mm_per_unit;
                let x = TRACE_X + at as f64 * mm_per_sample;
                (x, zero_y - height.clamp(-down, up))
            },
        );
        let off_scale = row.up_mv * self.mm_per_mv > up || row.down_mv * self.mm_per_mv > down;
        let warning = match off_scale {
            true => format!(
                "<text class=\"off\" x=\"{:.0}\" y=\"{:.1}\">off scale</text>",
                WIDTH_MM - 1.0,
                BAND_MM + 4.0
            ),
            false => String::new(),
        };
        format!(
            "<path class=\"trace\" transform=\"{}\" d=\"{path}\"/>{warning}\n",
            trace::PATH_SCALE
        )
    }

    fn mean_rate(&self, from_s: f64, to_s: f64, y: f64) -> String {
        let within = self.report.heart_rate.iter();
        let within = within.filter(|(s, _)| (from_s..to_s).contains(s));
        let rates: Vec<f64> = within.map(|(_, bpm)| *bpm).collect();
        if rates.is_empty() {
            return String::new();
        }
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        format!("<text class=\"rate\" x=\"0\" y=\"{y:.1}\">{mean:.0}/min</text>")
    }
}

impl<'a> Row<'a> {
    fn new(first: usize, samples: &'a [i32], units_per_mv: f64) -> Self {
        let mut sorted = samples.to_vec();
        sorted.sort_unstable();
        let zero = sorted.get(sorted.len() / 2).copied().unwrap_or(0);
        let mv = |value: Option<&i32>| value.map_or(0.0, |v| f64::from(*v) - f64::from(zero));
        Self {
            first,
            samples,
            zero,
            up_mv: mv(sorted.last()) / units_per_mv,
            down_mv: -mv(sorted.first()) / units_per_mv,
        }
    }

    /// The paper above and below the median, in whole large squares.
    fn height_mm(&self, mm_per_mv: f64) -> (f64, f64) {
        let squares = |mv: f64| ((mv * mm_per_mv + 1.0) / 5.0).ceil() * 5.0;
        let up = squares(self.up_mv).clamp(15.0, TALLEST_MM * 0.6);
        let down = squares(self.down_mv).clamp(10.0, TALLEST_MM * 0.4);
        (up, down)
    }
}

/// 10 mm/mV, unless more than one row in ten would be too tall.
fn comfortable_gain(rows: &[Row<'_>]) -> f64 {
    let comfortable = |gain: f64| {
        let tall = |row: &&Row<'_>| (row.up_mv + row.down_mv) * gain > COMFORTABLE_MM;
        rows.iter().filter(tall).count() * 10 <= rows.len()
    };
    let mut gains = GAINS_MM_PER_MV.into_iter();
    gains.find(|gain| comfortable(*gain)).unwrap_or(1.25)
}

/// The calibration pulse: 1 mV for 0.2 s.
fn pulse(zero_y: f64, mm_per_mv: f64) -> String {
    format!(
        "<path class=\"pulse\" d=\"M{GUTTER_MM} {zero_y}h2.5v-{mm_per_mv}h5v{mm_per_mv}h2.5\"/>\n"
    )
}

fn shades(spans: &[Span], (y, height): (f64, f64), x_of: impl Fn(f64) -> f64) -> String {
    let shade = |span: &Span| {
        let (from, to) = (x_of(span.from_s), x_of(span.to_s));
        format!(
            "<rect class=\"shade {}\" x=\"{from:.2}\" y=\"{y:.1}\" width=\"{:.2}\" height=\"{height:.1}\"/>\n",
            span.kind.class(),
            (to - from).max(0.3),
        )
    };
    spans.iter().map(shade).collect()
}

fn describe(marks: &Marks, spans: &[Span]) -> String {
    let spans = spans
        .iter()
        .map(|span| format!("; {}", text::escape(&span.text)));
    format!("{}{}", marks.describe(), spans.collect::<String>())
}
