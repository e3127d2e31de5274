//! The marks of the beats, above the paper.

use super::text;
use crate::report::Report;

/// The beats of one row, by sample index.
pub(super) struct Marks {
    found: Vec<u64>,
    missed: Vec<u64>,
    wrong: Vec<u64>,
    doubtful: Vec<u64>,
    ventricular: Vec<u64>,
    disputed: Vec<(u64, u64)>,
}

impl Marks {
    /// The marks among `count` samples from `first` on.
    pub(super) fn within(report: &Report, first: usize, count: usize) -> Self {
        let (first, end) = (first as u64, (first + count) as u64);
        let inside = |beats: &[u64]| -> Vec<u64> {
            let inside = beats.iter().filter(|beat| (first..end).contains(beat));
            inside.copied().collect()
        };
        let wrong = inside(&report.false_beats);
        let mut found = inside(&report.beats);
        let (doubtful, ventricular) = (inside(&report.doubtful), inside(&report.ventricular));
        found.retain(|beat| {
            ![&wrong, &doubtful, &ventricular]
                .iter()
                .any(|other| other.contains(beat))
        });
        let disputed = report.disputed.iter();
        let disputed = disputed.filter(|(from, to)| *from < end && *to >= first);
        Self {
            found,
            missed: inside(&report.missed),
            wrong,
            doubtful,
            ventricular,
            disputed: disputed
                .map(|(from, to)| (*from.max(&first), *to.min(&end)))
                .collect(),
        }
    }

    /// "12 beats found, 1 missed".
    pub(super) fn describe(&self) -> String {
        let mut all: Vec<u64> = [&self.found, &self.wrong, &self.doubtful, &self.ventricular]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        all.sort_unstable();
        all.dedup();
        let found = text::counted(all.len(), "beat");
        let more = |count: usize, what: &str| match count {
            0 => String::new(),
            _ => format!(", {count} {what}"),
        };
        format!(
            "{found} found{}{}{}{}",
            more(self.missed.len(), "missed"),
            more(self.wrong.len(), "of them false"),
            more(self.ventricular.len(), "of them ventricular"),
            more(self.doubtful.len(), "of them doubtful")
        )
    }

    /// The marks above `paper`, which stands between these two heights.
    pub(super) fn draw(&self, paper: (f64, f64), x_of: impl Fn(u64) -> f64) -> String {
        let y = paper.0 - 2.4;
        let found: String = self.found.iter().map(|beat| tick(x_of(*beat), y)).collect();
        let missed = self.missed.iter().map(|beat| {
            let x = x_of(*beat);
            guide("missed", x, paper) + &circle(x, y)
        });
        let wrong = self.wrong.iter().map(|beat| {
            let x = x_of(*beat);
            guide("wrong", x, paper) + &cross(x, y)
        });
        let disputed = self.disputed.iter();
        let disputed = disputed.map(|(from, to)| bar(x_of(*from), x_of(*to), y));
        let ventricular = self.ventricular.iter();
        let ventricular = ventricular.map(|beat| letter(x_of(*beat), y, "V"));
        let doubtful = self.doubtful.iter();
        // Beside the V of the same beat.
        let doubtful = doubtful.map(|beat| match self.ventricular.contains(beat) {
            true => letter(x_of(*beat) + 2.4, y, "?"),
            false => letter(x_of(*beat), y, "?"),
        });
        let letters = ventricular.chain(doubtful);
        let marks: String = disputed.chain(missed).chain(wrong).chain(letters).collect();
        match found.is_empty() {
            true => marks,
            false => format!("{marks}<path class=\"found\" d=\"{found}\"/>\n"),
        }
    }
}

fn tick(x: f64, y: f64) -> String {
    format!("M{x:.2} {:.1}v2.6", y - 1.3)
}

fn circle(x: f64, y: f64) -> String {
    format!("<circle class=\"missed\" cx=\"{x:.2}\" cy=\"{y:.1}\" r=\"1.4\"/>\n")
}

fn cross(x: f64, y: f64) -> String {
    let (left, top) = (x - 1.3, y - 1.3);
    format!("<path class=\"wrong\" d=\"M{left:.2} {top:.1}l2.6 2.6m0-2.6l-2.6 2.6\"/>\n")
}

fn letter(x: f64, y: f64, letter: &str) -> String {
    let y = y + 1.2;
    format!("<text class=\"letter\" x=\"{x:.2}\" y=\"{y:.1}\">{letter}</text>\n")
}

fn bar(from: f64, to: f64, y: f64) -> String {
    format!(
        "<rect class=\"disputed\" x=\"{from:.2}\" y=\"{:.1}\" width=\"{:.2}\" height=\"2.8\" rx=\".6\"/>\n",
        y - 1.4,
        (to - from).max(0.8)
    )
}

fn guide(class: &str, x: f64, (from, to): (f64, f64)) -> String {
    format!("<path class=\"guide {class}\" d=\"M{x:.2} {from:.1}V{to:.1}\"/>")
}

/// The legend of the marks that the report has.
pub(super) fn legend(report: &Report) -> String {
    let (x, y) = (3.0, 2.5);
    let found = format!("<path class=\"found\" d=\"{}\"/>", tick(x, y));
    let entries = [
        (report.beats.len(), found, "beat found"),
        (report.missed.len(), circle(x, y), "reference beat missed"),
        (
            report.false_beats.len(),
            cross(x, y),
            "found, not in the reference",
        ),
        (
            report.ventricular.len(),
            letter(x, y, "V"),
            "beat from a ventricle",
        ),
        (
            report.doubtful.len(),
            letter(x, y, "?"),
            "beat that noise may have made",
        ),
        (
            report.disputed.len(),
            bar(0.5, 5.5, y),
            "not scored: no agreed reference",
        ),
    ];
    let shown = entries.into_iter().filter(|(count, ..)| *count > 0);
    shown
        .map(|(_, mark, words)| {
            format!("<li><svg viewBox=\"0 0 6 5\" aria-hidden=\"true\">{mark}</svg>{words}</li>\n")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_the_beats_that_fall_into_it() {
        let report = Report {
            beats: vec![5, 10, 15, 19, 20],
            missed: vec![12, 40],
            false_beats: vec![15],
            disputed: vec![(0, 11), (20, 30)],
            ..Report::default()
        };
        let marks = Marks::within(&report, 10, 10);
        assert_eq!(marks.found, [10, 19]);
        assert_eq!(marks.missed, [12]);
        assert_eq!(marks.wrong, [15]);
        assert_eq!(marks.disputed, [(10, 11)]);
        assert_eq!(marks.describe(), "3 beats found, 1 missed, 1 of them false");
    }
}
