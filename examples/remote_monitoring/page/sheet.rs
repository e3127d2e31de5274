//! The sheet of paper under one row: where a time and a voltage stand.
//!
//! The unit is the millimetre of paper, so that 25 mm are a second.
//!
//! ```text
//!  0      14         24                                           274 276 mm
//!  │      │          │     |     |     ×    |     |    ◯     |     │  beat marks
//!  │ 1:20 ├──────────┼─────────────────────────────────────────────┤
//!  │      │   ┌──┐   │     ╷     ╷          ╷     ╷          ╷     │  paper
//!  │      │ ──┘  └── │ ────╵─────╵──────────╵─────╵──────────╵──── │
//!  │      ├──────────┴─────────────────────────────────────────────┤
//!  │      │            ▒▒▒▒▒ Radio dark: data delayed ▒▒▒▒▒        │  lanes
//! ```

use super::span::Span;
use crate::clock::clock;

pub(super) const ROW_S: f64 = 10.0;
pub(super) const MM_PER_S: f64 = 25.0;
/// The paper, calibration pulse and trace.
pub(super) const PAPER_MM: usize = 260;
/// The most paper above and below the median; what goes beyond is drawn at its edge and marked.
pub(super) const MOST_UP_MM: f64 = 50.0;
pub(super) const MOST_DOWN_MM: f64 = 40.0;
/// The drawing with its margins: within margins of 10 mm it fits a landscape A4 page.
pub(super) const WIDTH_MM: f64 = PAPER_END + 2.0;

const GUTTER_MM: f64 = 14.0;
const BAND_MM: f64 = 5.0;
const TRACE_X: f64 = GUTTER_MM + 10.0;
const PAPER_END: f64 = TRACE_X + ROW_S * MM_PER_S;

/// The paper of the row from `from_s` to `to_s`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet {
    pub(super) from_s: f64,
    pub(super) to_s: f64,
    /// Paper above and below the line of the row's median, in mm.
    pub(super) up: f64,
    pub(super) down: f64,
}

impl Sheet {
    pub(super) fn x_of(&self, s: f64) -> f64 {
        TRACE_X + (s - self.from_s).clamp(0.0, ROW_S) * MM_PER_S
    }

    /// Where a height above the median stands; at the paper's edge if it goes beyond.
    pub(super) fn y_of(&self, height_mm: f64) -> f64 {
        self.zero_y() - height_mm.clamp(-self.down, self.up)
    }

    pub(super) fn top(&self) -> f64 {
        BAND_MM
    }

    pub(super) fn bottom(&self) -> f64 {
        self.zero_y() + self.down
    }

    fn zero_y(&self) -> f64 {
        BAND_MM + self.up
    }

    pub(super) fn meets(&self, span: &Span) -> bool {
        span.from_s < self.to_s && span.to_s > self.from_s
    }

    pub(super) fn paper(&self) -> String {
        format!(
            "<svg x=\"{GUTTER_MM}\" y=\"{BAND_MM}\" width=\"{PAPER_MM}\" height=\"{:.0}\">\
             <use href=\"#paper\"/></svg>\n",
            self.up + self.down
        )
    }

    /// The row's time, and its mean heart rate where there is one.
    pub(super) fn labels(&self, mean_bpm: Option<f64>) -> String {
        let y = self.zero_y() + 1.2;
        let clock = clock(self.from_s);
        let rate = mean_bpm.map_or(String::new(), |bpm| {
            let y = y + 4.2;
            format!("<text class=\"rate\" x=\"0\" y=\"{y:.1}\">{bpm:.0}/min</text>")
        });
        format!("<text class=\"clock\" x=\"0\" y=\"{y:.1}\">{clock}</text>{rate}\n")
    }

    pub(super) fn shades(&self, spans: &[Span]) -> String {
        spans.iter().map(|span| self.shade(span)).collect()
    }

    fn shade(&self, span: &Span) -> String {
        let (from, to) = (self.x_of(span.from_s), self.x_of(span.to_s));
        format!(
            "<rect class=\"shade {}\" x=\"{from:.2}\" y=\"{BAND_MM}\" width=\"{:.2}\" height=\"{:.0}\"/>\n",
            span.kind.class(),
            (to - from).max(0.3),
            self.up + self.down
        )
    }

    /// The calibration pulse: 1 mV for 0.2 s.
    pub(super) fn pulse(&self, mm_per_mv: f64) -> String {
        let y = self.zero_y();
        format!(
            "<path class=\"pulse\" d=\"M{GUTTER_MM} {y}h2.5v-{mm_per_mv}h5v{mm_per_mv}h2.5\"/>\n"
        )
    }

    pub(super) fn off_scale_note(&self) -> String {
        let (x, y) = (PAPER_END - 1.0, BAND_MM + 4.0);
        format!("<text class=\"off\" x=\"{x}\" y=\"{y}\">off scale</text>\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: Sheet = Sheet {
        from_s: 20.0,
        to_s: 30.0,
        up: 25.0,
        down: 15.0,
    };

    #[test]
    fn a_second_is_25_mm_and_times_outside_stay_at_the_edge() {
        assert_eq!(SHEET.x_of(21.0) - SHEET.x_of(20.0), 25.0);
        assert_eq!(SHEET.x_of(0.0), TRACE_X);
        assert_eq!(SHEET.x_of(99.0), PAPER_END);
    }

    #[test]
    fn what_goes_beyond_the_paper_is_drawn_at_its_edge() {
        assert_eq!(SHEET.y_of(10.0), SHEET.y_of(0.0) - 10.0);
        assert_eq!(SHEET.y_of(99.0), SHEET.top());
        assert_eq!(SHEET.y_of(-99.0), SHEET.bottom());
    }

    #[test]
    fn the_paper_fits_a_landscape_a4_page_with_margins_of_10_mm() {
        assert_eq!(PAPER_END - GUTTER_MM, PAPER_MM as f64);
        const { assert!(WIDTH_MM <= 297.0 - 2.0 * 10.0) };
    }
}
