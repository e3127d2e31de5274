//! The labelled bars below a row, which name what is shaded above them.

use super::sheet::{Sheet, WIDTH_MM};
use super::span::Span;
use super::text;

const LANE_MM: f64 = 4.4;
const BAR_MM: f64 = 3.8;
/// A letter of the label, on average.
const LETTER_MM: f64 = 1.5;

/// The bars of one row.
pub(super) struct Lanes {
    pub(super) svg: String,
    pub(super) height: f64,
}

/// A bar and its label, which may be longer than the bar.
struct Bar {
    from: f64,
    to: f64,
    label_x: f64,
    label_end: f64,
}

/// Draws a bar for each span, in as few lanes as hold them without overlap.
pub(super) fn draw(spans: &[Span], sheet: &Sheet) -> Lanes {
    let mut taken: Vec<f64> = Vec::new();
    let mut svg = String::new();
    for span in spans {
        let label = label(span, sheet.from_s);
        let bar = Bar::new(sheet.x_of(span.from_s), sheet.x_of(span.to_s), &label);
        let lane = lane_for(&bar, &mut taken);
        let top = sheet.bottom() + 0.6 + lane as f64 * LANE_MM;
        svg.push_str(&bar.draw(top, span.kind.class(), &label));
    }
    Lanes {
        svg,
        height: taken.len() as f64 * LANE_MM,
    }
}

fn label(span: &Span, from_s: f64) -> String {
    match span.from_s < from_s {
        true => format!("… {}", span.text),
        false => span.text.clone(),
    }
}

/// The first lane that is free where the bar begins; `taken` holds where each ends.
fn lane_for(bar: &Bar, taken: &mut Vec<f64>) -> usize {
    let begins = bar.from.min(bar.label_x);
    let ends = bar.to.max(bar.label_end) + 2.0;
    match taken
        .iter_mut()
        .enumerate()
        .find(|(_, end)| **end <= begins)
    {
        Some((lane, end)) => {
            *end = ends;
            lane
        }
        None => {
            taken.push(ends);
            taken.len() - 1
        }
    }
}

impl Bar {
    /// The label stands in the bar; where that is too short behind it, or at the right edge before it.
    fn new(from: f64, to: f64, label: &str) -> Self {
        let to = to.max(from + 0.6);
        let length = label.chars().count() as f64 * LETTER_MM + 2.0;
        let label_from = if length <= to - from {
            from
        } else if to + length <= WIDTH_MM {
            to
        } else {
            from - length
        };
        Self {
            from,
            to,
            label_x: label_from + 1.0,
            label_end: label_from + length,
        }
    }

    fn draw(&self, top: f64, class: &str, label: &str) -> String {
        format!(
            "<rect class=\"bar {class}\" x=\"{:.2}\" y=\"{top:.1}\" width=\"{:.2}\" height=\"{BAR_MM}\"/>\
             <text class=\"bar\" x=\"{:.2}\" y=\"{:.1}\">{}</text>\n",
            self.from,
            self.to - self.from,
            self.label_x,
            top + 2.9,
            text::escape(label),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::span::Kind;

    fn span(from_s: f64, to_s: f64) -> Span {
        Span {
            kind: Kind::Limit,
            from_s,
            to_s,
            open: false,
            text: "Heart rate 131/min".into(),
        }
    }

    fn lanes(spans: &[Span]) -> usize {
        let sheet = Sheet {
            from_s: 0.0,
            to_s: 10.0,
            up: 15.0,
            down: 10.0,
        };
        (draw(spans, &sheet).height / LANE_MM).round() as usize
    }

    #[test]
    fn bars_share_a_lane_unless_they_or_their_labels_overlap() {
        assert_eq!(lanes(&[]), 0);
        assert_eq!(lanes(&[span(0.0, 1.0), span(5.0, 6.0)]), 1);
        assert_eq!(lanes(&[span(0.0, 3.0), span(2.0, 4.0)]), 2);
        assert_eq!(lanes(&[span(0.0, 0.1), span(0.3, 0.4)]), 2);
    }

    #[test]
    fn a_label_longer_than_its_bar_stands_beside_it_on_the_paper() {
        let bar = Bar::new(270.0, 274.0, "Heart rate 131/min, above 120/min");
        assert!(bar.label_end <= 270.0);
        let bar = Bar::new(24.0, 30.0, "Heart rate 131/min, above 120/min");
        assert_eq!(bar.label_x, 31.0);
    }
}
