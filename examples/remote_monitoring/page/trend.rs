//! The overview: the whole ECG on one line, the heart rate below it.

use super::span::Span;
use super::trace;
use crate::clock::clock;
use crate::report::Report;

const WIDTH: f64 = 1_000.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 22.0;
const ECG: Panel = Panel {
    top: 8.0,
    bottom: 98.0,
};
const RATE: Panel = Panel {
    top: 122.0,
    bottom: 312.0,
};
const HEIGHT: f64 = 352.0;
/// A longer silence interrupts the line of the heart rate.
const LONGEST_GAP_S: f64 = 5.0;

struct Panel {
    top: f64,
    bottom: f64,
}

impl Panel {
    fn height(&self) -> f64 {
        self.bottom - self.top
    }

    fn frame(&self) -> String {
        format!(
            "<rect class=\"frame\" x=\"{LEFT}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n",
            self.top,
            RIGHT - LEFT,
            self.height()
        )
    }

    fn shades(&self, spans: &[Span], x_of: impl Fn(f64) -> f64) -> String {
        let shade = |span: &Span| {
            let (from, to) = (x_of(span.from_s), x_of(span.to_s));
            format!(
                "<rect class=\"shade {}\" x=\"{from:.1}\" y=\"{}\" width=\"{:.1}\" height=\"{}\"/>\n",
                span.kind.class(),
                self.top,
                (to - from).max(1.5),
                self.height()
            )
        };
        spans.iter().map(shade).collect()
    }
}

/// Draws both panels over one axis of time.
pub(super) fn draw(report: &Report, spans: &[Span]) -> String {
    let end_s = (report.samples.len() as f64 / report.rate_hz).max(1.0);
    let x_of = |s: f64| LEFT + (s / end_s).clamp(0.0, 1.0) * (RIGHT - LEFT);
    let axis = Axis::over(report);
    format!(
        "<svg class=\"trend\" role=\"img\" viewBox=\"0 0 {WIDTH} {HEIGHT}\">\
         <title>ECG and heart rate over the whole recording</title><desc>{}</desc>\n\
         {}{}{}{}{}{}{}{}{}</svg>\n",
        describe(report),
        ECG.shades(spans, x_of),
        RATE.shades(spans, x_of),
        time_axis(end_s, x_of),
        axis.draw(),
        draw_ecg(report),
        ECG.frame(),
        axis.limits(report),
        draw_rate(report, &axis, x_of),
        RATE.frame(),
    )
}

fn describe(report: &Report) -> String {
    let rates = report.heart_rate.iter().map(|(_, bpm)| *bpm);
    let lowest = rates.clone().min_by(f64::total_cmp);
    let highest = rates.max_by(f64::total_cmp);
    match lowest.zip(highest) {
        Some((low, high)) => format!("Heart rate from {low:.0} to {high:.0} beats a minute"),
        None => "No heart rate was found".into(),
    }
}

fn draw_ecg(report: &Report) -> String {
    let lowest = f64::from(report.samples.iter().min().copied().unwrap_or(0));
    let highest = f64::from(report.samples.iter().max().copied().unwrap_or(0));
    let per_unit = (ECG.height() - 8.0) / (highest - lowest).max(1.0);
    let per_sample = (RIGHT - LEFT) / (report.samples.len() as f64).max(1.0);
    let path = trace::path(&report.samples, 0.5 / per_sample, |at, value| {
        let y = ECG.bottom - 4.0 - (f64::from(value) - lowest) * per_unit;
        (LEFT + at as f64 * per_sample, y)
    });
    format!(
        "<text class=\"unit\" x=\"{}\" y=\"{}\">ECG</text>\
         <path class=\"whole\" transform=\"{}\" d=\"{path}\"/>\n",
        LEFT - 8.0,
        (ECG.top + ECG.bottom) / 2.0 + 5.0,
        trace::PATH_SCALE
    )
}

fn draw_rate(report: &Report, axis: &Axis, x_of: impl Fn(f64) -> f64) -> String {
    let mut path = String::new();
    let mut last_s = f64::NEG_INFINITY;
    for (s, bpm) in report.heart_rate.iter().copied() {
        let pen = if s - last_s > LONGEST_GAP_S { 'M' } else { 'L' };
        path.push_str(&format!("{pen}{:.1} {:.1}", x_of(s), axis.y_of(bpm)));
        last_s = s;
    }
    format!("<path class=\"bpm\" d=\"{path}\"/>\n")
}

fn time_axis(end_s: f64, x_of: impl Fn(f64) -> f64) -> String {
    const STEPS_S: [f64; 9] = [1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1_800.0, 3_600.0];
    let step = STEPS_S.into_iter().find(|step| end_s / step <= 10.0);
    let step = step.unwrap_or(end_s / 10.0);
    let tick = |at: usize| {
        let s = at as f64 * step;
        let x = x_of(s);
        format!(
            "<path class=\"rule\" d=\"M{x:.1} {}V{}M{x:.1} {}V{}\"/>\
             <text class=\"time\" x=\"{x:.1}\" y=\"{}\">{}</text>\n",
            ECG.top,
            ECG.bottom,
            RATE.top,
            RATE.bottom + 5.0,
            RATE.bottom + 21.0,
            clock(s)
        )
    };
    let ticks: String = (0..=(end_s / step) as usize).map(tick).collect();
    format!(
        "{ticks}<text class=\"time\" x=\"{}\" y=\"{}\">time of measurement (min:s)</text>\n",
        (LEFT + RIGHT) / 2.0,
        HEIGHT - 3.0
    )
}

/// The legend of the dashed lines, where the report has a limit.
pub(super) fn limit_legend(report: &Report) -> &'static str {
    match report.low_limit_bpm.or(report.high_limit_bpm) {
        Some(_) => {
            "<li><svg viewBox=\"0 0 12 5\" aria-hidden=\"true\">\
             <path class=\"limit-line key\" d=\"M0 2.5H12\"/></svg>alarm limit</li>\n"
        }
        None => "",
    }
}

/// The axis of the heart rate, in beats/min.
struct Axis {
    lowest: f64,
    highest: f64,
    step: f64,
}

impl Axis {
    fn over(report: &Report) -> Self {
        let limits = report
            .low_limit_bpm
            .into_iter()
            .chain(report.high_limit_bpm);
        let rates = report.heart_rate.iter().map(|(_, bpm)| *bpm);
        let shown: Vec<f64> = rates.chain(limits).collect();
        let low = shown.iter().copied().min_by(f64::total_cmp).unwrap_or(40.0);
        let high = shown
            .iter()
            .copied()
            .max_by(f64::total_cmp)
            .unwrap_or(120.0);
        let steps = [10.0, 20.0, 50.0, 100.0];
        let step = steps.into_iter().find(|step| (high - low) / step <= 6.0);
        let step = step.unwrap_or(200.0);
        Self {
            lowest: (((low - 5.0) / step).floor() * step).max(0.0),
            highest: ((high + 5.0) / step).ceil() * step,
            step,
        }
    }

    fn y_of(&self, bpm: f64) -> f64 {
        let share = (bpm - self.lowest) / (self.highest - self.lowest);
        RATE.bottom - share.clamp(0.0, 1.0) * RATE.height()
    }

    fn draw(&self) -> String {
        let lines = ((self.highest - self.lowest) / self.step).round() as usize;
        let line = |at: usize| {
            let bpm = self.lowest + at as f64 * self.step;
            let y = self.y_of(bpm);
            format!(
                "<path class=\"rule\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/>\
                 <text class=\"unit\" x=\"{}\" y=\"{:.1}\">{bpm:.0}</text>\n",
                LEFT - 8.0,
                y + 4.5
            )
        };
        let middle = (RATE.top + RATE.bottom) / 2.0;
        let lines: String = (0..=lines).map(line).collect();
        format!(
            "{lines}<text class=\"time\" transform=\"translate(14 {middle}) rotate(-90)\">\
             heart rate (/min)</text>\n"
        )
    }

    fn limits(&self, report: &Report) -> String {
        let high = report
            .high_limit_bpm
            .map(|bpm| self.limit(bpm, "high", -5.0));
        let low = report.low_limit_bpm.map(|bpm| self.limit(bpm, "low", 15.0));
        high.into_iter().chain(low).collect()
    }

    fn limit(&self, bpm: f64, which: &str, label_dy: f64) -> String {
        let y = self.y_of(bpm);
        format!(
            "<path class=\"limit-line\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/>\
             <text class=\"limit-line\" x=\"{}\" y=\"{:.1}\">{which} limit {bpm:.0}/min</text>\n",
            RIGHT - 6.0,
            y + label_dy
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_holds_every_rate_and_both_limits() {
        let report = Report {
            heart_rate: vec![(0.0, 71.0), (1.0, 133.0)],
            low_limit_bpm: Some(50.0),
            high_limit_bpm: Some(120.0),
            ..Report::default()
        };
        let axis = Axis::over(&report);
        assert_eq!((axis.lowest, axis.highest, axis.step), (40.0, 140.0, 20.0));
        assert_eq!(axis.y_of(40.0), RATE.bottom);
        assert_eq!(axis.y_of(140.0), RATE.top);
    }

    #[test]
    fn a_silence_interrupts_the_line() {
        let report = Report {
            heart_rate: vec![(0.0, 70.0), (1.0, 71.0), (21.0, 72.0)],
            ..Report::default()
        };
        let line = draw_rate(&report, &Axis::over(&report), |s| s);
        assert_eq!(line.matches('M').count(), 2);
        assert_eq!(line.matches('L').count(), 1);
    }
}
