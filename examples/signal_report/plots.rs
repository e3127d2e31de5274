//! The drawings of this report, as inline SVG.

use std::collections::BTreeSet;

use crate::analysis::{Beat, Findings};
use crate::clock::clock;

const WIDTH: f64 = 1_000.0;
const LEFT: f64 = 130.0;
const RIGHT: f64 = WIDTH - 22.0;
const LANE: f64 = 34.0;
const LANES_END: f64 = 3.0 * LANE;

/// When fibrillation was suspected, where ventricular and where doubtful beats are, over time.
pub(crate) fn timeline(findings: &Findings) -> String {
    let end_s = findings.length_s.max(1.0);
    let x_of = |s: f64| LEFT + (s / end_s).clamp(0.0, 1.0) * (RIGHT - LEFT);
    let episode = |(from, to): &(f64, f64)| {
        let (from, to) = (x_of(*from), x_of(*to));
        format!(
            "<rect class=\"found-rhythm\" x=\"{from:.1}\" y=\"8\" width=\"{:.1}\" height=\"18\"/>\n",
            (to - from).max(1.0)
        )
    };
    let episodes: String = findings.fibrillation.iter().map(episode).collect();
    let ticks = |lane: f64, is: fn(&Beat) -> bool| {
        let beats = findings.beats.iter().filter(|beat| is(beat));
        let places: BTreeSet<i64> = beats
            .map(|beat| (x_of(beat.index as f64 / findings.rate_hz) * 2.0).round() as i64)
            .collect();
        let top = lane * LANE + 8.0;
        let tick = |x: &i64| format!("M{:.1} {top}v18", *x as f64 / 2.0);
        let path: String = places.iter().map(tick).collect();
        match path.is_empty() {
            true => String::new(),
            false => format!("<path class=\"beat-tick\" d=\"{path}\"/>\n"),
        }
    };
    format!(
        "<svg class=\"trend\" role=\"img\" viewBox=\"0 -1 {WIDTH} {}\">\
         <title>Rhythm and quality over the whole recording</title>\n{}{episodes}{}{}{}</svg>\n",
        LANES_END + 26.0,
        lanes(["suspected AF", "ventricular", "doubtful"]),
        ticks(1.0, |beat| beat.is_ventricular),
        ticks(2.0, |beat| beat.is_doubtful),
        time_labels(end_s, x_of),
    )
}

fn lanes(names: [&str; 3]) -> String {
    let lane = |(at, name): (usize, &str)| {
        let top = at as f64 * LANE;
        format!(
            "<rect class=\"frame\" x=\"{LEFT}\" y=\"{top}\" width=\"{}\" height=\"{LANE}\"/>\
             <text class=\"unit\" x=\"{}\" y=\"{}\">{name}</text>\n",
            RIGHT - LEFT,
            LEFT - 8.0,
            top + LANE / 2.0 + 4.5
        )
    };
    names.into_iter().enumerate().map(lane).collect()
}

fn time_labels(end_s: f64, x_of: impl Fn(f64) -> f64) -> String {
    const STEPS_S: [f64; 10] = [
        1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1_800.0, 3_600.0, 10_800.0,
    ];
    let step = STEPS_S.into_iter().find(|step| end_s / step <= 10.0);
    let step = step.unwrap_or(end_s / 8.0);
    let label = |at: usize| {
        let s = at as f64 * step;
        format!(
            "<text class=\"time\" x=\"{:.1}\" y=\"{}\">{}</text>\n",
            x_of(s),
            LANES_END + 18.0,
            clock(s)
        )
    };
    (0..=(end_s / step) as usize).map(label).collect()
}

/// The histogram and the Poincaré plot, side by side.
pub(crate) fn intervals(findings: &Findings) -> String {
    let all = || findings.normal_runs.iter().flatten().copied();
    let lowest = all().min_by(f64::total_cmp);
    let highest = all().max_by(f64::total_cmp);
    let Some((lowest, highest)) = lowest.zip(highest) else {
        return "<p>No interval between normal beats.</p>\n".into();
    };
    let axis = Axis {
        from: (lowest / 100.0).floor() * 100.0 - 100.0,
        to: (highest / 100.0).ceil() * 100.0 + 100.0,
    };
    let intervals: Vec<f64> = all().collect();
    format!(
        "<div class=\"plots\">\n<figure>{}<figcaption>How often each interval between normal beats is, in steps of \
         {BIN_MS} ms</figcaption></figure>\n<figure>{}<figcaption>Poincaré plot: each interval against \
         the one before. A narrow comet is a regular rhythm, a broad cloud an irregular one.\
         </figcaption></figure>\n</div>\n",
        histogram(&intervals, &axis),
        poincare(&findings.normal_runs, &axis)
    )
}

const BIN_MS: f64 = 20.0;
const PLOT: f64 = 400.0;
const INNER: f64 = 60.0;
const OUTER: f64 = PLOT - 15.0;
const TOP: f64 = 15.0;
const BOTTOM: f64 = PLOT - 55.0;

/// Intervals from one bound to the other, along both sides of a plot.
struct Axis {
    from: f64,
    to: f64,
}

impl Axis {
    fn share(&self, ms: f64) -> f64 {
        ((ms - self.from) / (self.to - self.from).max(1.0)).clamp(0.0, 1.0)
    }

    fn x_of(&self, ms: f64) -> f64 {
        INNER + self.share(ms) * (OUTER - INNER)
    }

    fn y_of(&self, ms: f64) -> f64 {
        BOTTOM - self.share(ms) * (BOTTOM - TOP)
    }

    /// Where the labels stand: not more than fit.
    fn labels(&self) -> impl Iterator<Item = f64> {
        let step = if self.to - self.from > 700.0 {
            200.0
        } else {
            100.0
        };
        let first = (self.from / step).ceil() as i32;
        let last = (self.to / step).floor() as i32;
        (first..=last).map(move |at| f64::from(at) * step)
    }

    fn below(&self, words: &str) -> String {
        let label = |ms: f64| {
            format!(
                "<text class=\"time\" x=\"{:.1}\" y=\"{}\">{ms:.0}</text>\n",
                self.x_of(ms),
                BOTTOM + 18.0
            )
        };
        let labels: String = self.labels().map(label).collect();
        format!(
            "{labels}<text class=\"time\" x=\"{}\" y=\"{}\">{words}</text>\n",
            (INNER + OUTER) / 2.0,
            BOTTOM + 40.0
        )
    }
}

fn plot(title: &str, body: &str) -> String {
    format!(
        "<svg role=\"img\" viewBox=\"0 0 {PLOT} {PLOT}\"><title>{title}</title>\n{body}\
         <rect class=\"frame\" x=\"{INNER}\" y=\"{TOP}\" width=\"{}\" height=\"{}\"/></svg>\n",
        OUTER - INNER,
        BOTTOM - TOP
    )
}

fn up_the_side(words: &str) -> String {
    let middle = (TOP + BOTTOM) / 2.0;
    format!(
        "<text class=\"time\" transform=\"translate(14 {middle}) rotate(-90)\">{words}</text>\n"
    )
}

fn histogram(intervals: &[f64], axis: &Axis) -> String {
    let mut counts = vec![0_u32; ((axis.to - axis.from) / BIN_MS).ceil() as usize];
    for ms in intervals {
        let bin = ((ms - axis.from) / BIN_MS) as usize;
        counts
            .get_mut(bin)
            .into_iter()
            .for_each(|count| *count += 1);
    }
    let most = f64::from(counts.iter().copied().max().unwrap_or(0).max(1));
    let height = BOTTOM - TOP - 10.0;
    let column = |(bin, count): (usize, &u32)| {
        let from = axis.from + bin as f64 * BIN_MS;
        let tall = f64::from(*count) / most * height;
        format!(
            "<rect class=\"column\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{tall:.1}\"/>\n",
            axis.x_of(from),
            BOTTOM - tall,
            (axis.x_of(from + BIN_MS) - axis.x_of(from) - 0.6).max(0.6)
        )
    };
    let filled = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let columns: String = filled.map(column).collect();
    let tallest = format!(
        "<text class=\"unit\" x=\"{}\" y=\"{}\">{most:.0}</text>\
         <text class=\"unit\" x=\"{}\" y=\"{}\">0</text>\n",
        INNER - 6.0,
        TOP + 14.0,
        INNER - 6.0,
        BOTTOM
    );
    let sides = axis.below("RR interval (ms)") + &up_the_side("intervals") + &tallest;
    plot("Histogram of RR intervals", &(columns + &sides))
}

fn poincare(runs: &[Vec<f64>], axis: &Axis) -> String {
    let pairs = runs.iter().flat_map(|run| run.windows(2));
    let places: BTreeSet<(i64, i64)> = pairs
        .filter_map(|pair| match pair {
            [before, ms] => Some((axis.x_of(*before), axis.y_of(*ms))),
            _ => None,
        })
        .map(|(x, y)| (x.round() as i64, y.round() as i64))
        .collect();
    let dot =
        |(x, y): &(i64, i64)| format!("<circle class=\"dot\" cx=\"{x}\" cy=\"{y}\" r=\"1.8\"/>\n");
    let dots: String = places.iter().map(dot).collect();
    let label = |ms: f64| {
        format!(
            "<text class=\"unit\" x=\"{}\" y=\"{:.1}\">{ms:.0}</text>\n",
            INNER - 6.0,
            axis.y_of(ms) + 4.5
        )
    };
    let labels: String = axis.labels().map(label).collect();
    let equal = format!("<path class=\"equal\" d=\"M{INNER} {BOTTOM}L{OUTER} {TOP}\"/>\n");
    let sides = axis.below("RR interval (ms)") + &up_the_side("next RR interval (ms)") + &labels;
    plot("Poincaré plot of RR intervals", &(equal + &dots + &sides))
}
