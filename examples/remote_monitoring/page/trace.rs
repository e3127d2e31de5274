//! A signal as an SVG path, thinned without losing a peak.
//!
//! The paper is cut into columns finer than a printer's dot. Of each column the
//! lowest and the highest sample are drawn, in their order of time, so that
//! every peak keeps its height and its place:
//!
//! ```text
//!   samples   · · ·|· ·^· |· · ·|_· · ·        | column borders
//!   drawn     ·   ·|·  ^  |·   ·|_    ·        ^ the R peak
//! ```
//!
//! The path counts in hundredths of a unit and in differences, which keeps five
//! minutes at 360 Hz at about 0.5 MB.

use std::fmt::Write as _;

/// The factor that brings the path back to the drawing's units.
pub(super) const PATH_SCALE: &str = "scale(.01)";

/// The path through `samples`, `per_column` samples to a column.
///
/// `place` says where a sample stands, given its index and its value.
pub(super) fn path(
    samples: &[i32],
    per_column: f64,
    place: impl Fn(usize, i32) -> (f64, f64),
) -> String {
    let mut path = String::new();
    let mut pen = None;
    for (index, value) in extremes(samples, per_column) {
        let (x, y) = place(index, value);
        let (x, y) = ((x * 100.0).round() as i64, (y * 100.0).round() as i64);
        match pen.replace((x, y)) {
            None => drop(write!(path, "M{x} {y}l0 0")),
            Some((from_x, from_y)) => {
                push_number(&mut path, x - from_x);
                push_number(&mut path, y - from_y);
            }
        }
    }
    path
}

/// The lowest and the highest sample of each column, in order of time.
fn extremes(samples: &[i32], per_column: f64) -> Vec<(usize, i32)> {
    let mut kept = Vec::new();
    let mut from = 0;
    let mut column = 1.0;
    while from < samples.len() {
        let to = ((column * per_column) as usize).clamp(from + 1, samples.len());
        let within = samples.iter().copied().enumerate().take(to).skip(from);
        let lowest = within.clone().min_by_key(|(_, value)| *value);
        let highest = within.max_by_key(|(_, value)| *value);
        let mut pair: Vec<_> = lowest.into_iter().chain(highest).collect();
        pair.sort_unstable();
        pair.dedup();
        kept.append(&mut pair);
        from = to;
        column += 1.0;
    }
    kept
}

fn push_number(path: &mut String, number: i64) {
    if number >= 0 {
        path.push(' ');
    }
    let _ = write!(path, "{number}");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A low noise with a one-sample peak every 97 samples, up and down in turn.
    fn spiky() -> Vec<i32> {
        let value = |i: i32| match (i % 97, i % 2) {
            (0, 0) => 1_000 + i,
            (0, _) => -1_000 - i,
            _ => i * 31 % 7,
        };
        (0..10_000).map(value).collect()
    }

    #[test]
    fn no_peak_is_lost_however_coarse_the_columns() {
        let samples = spiky();
        for per_column in [0.3, 1.0, 1.8, 5.0, 48.5] {
            let kept = extremes(&samples, per_column);
            for peak in samples.iter().enumerate().filter(|(_, v)| v.abs() >= 1_000) {
                assert!(
                    kept.contains(&(peak.0, *peak.1)),
                    "{peak:?} at {per_column}"
                );
            }
        }
    }

    #[test]
    fn what_is_drawn_are_samples_in_order_of_time() {
        let samples = spiky();
        let kept = extremes(&samples, 12.5);
        assert!(kept.is_sorted_by(|a, b| a.0 < b.0));
        assert!(kept.iter().all(|(at, value)| samples[*at] == *value));
        assert!(kept.len() <= 2 * 801, "{}", kept.len());
    }

    #[test]
    fn at_a_sample_to_a_column_nothing_is_left_out() {
        let samples = spiky();
        assert_eq!(extremes(&samples, 1.0).len(), samples.len());
        assert_eq!(extremes(&samples, 0.5).len(), samples.len());
    }

    #[test]
    fn a_path_counts_in_hundredths_and_differences() {
        let place = |at: usize, value: i32| (at as f64 * 0.5, f64::from(-value));
        assert_eq!(path(&[0, 1, -1], 1.0, place), "M0 0l0 0 50-100 50 200");
        assert_eq!(path(&[], 1.0, place), "");
    }
}
