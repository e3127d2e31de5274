//! Scores detections as WFDB's `bxb` does, after ANSI/AAMI EC57.

use std::vec::Vec;

/// Matched, false and missed beats.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Score {
    pub(crate) matched: u32,
    pub(crate) extra: u32,
    pub(crate) missed: u32,
}

impl Score {
    /// Sensitivity, positive predictivity and F1, in per cent.
    pub(crate) fn per_cent(&self) -> [f64; 3] {
        let [matched, extra, missed] = [self.matched, self.extra, self.missed].map(f64::from);
        let share = |of: f64| 100.0 * matched / of.max(1.0);
        [
            share(matched + missed),
            share(matched + extra),
            share(matched + (extra + missed) / 2.0),
        ]
    }
}

impl std::ops::AddAssign for Score {
    fn add_assign(&mut self, other: Self) {
        self.matched += other.matched;
        self.extra += other.extra;
        self.missed += other.missed;
    }
}

/// The pairs of a reference beat and a detection that [`score`] counts as matched.
#[allow(dead_code, reason = "not every test asks which")]
pub(crate) fn matches(beats: &[u64], found: &[u64], window: u64) -> Vec<(u64, u64)> {
    let mut matched = Vec::new();
    walk(beats, found, window, |beat, peak| {
        matched.push((beat, peak));
    });
    matched
}

/// Pairs reference beats and detections in time order, nearest first, at most `window` apart.
pub(crate) fn score(beats: &[u64], found: &[u64], window: u64) -> Score {
    walk(beats, found, window, |_, _| {})
}

fn walk(
    mut beats: &[u64],
    mut found: &[u64],
    window: u64,
    mut handle_pair: impl FnMut(u64, u64),
) -> Score {
    let mut score = Score::default();
    while let ([beat, later_beats @ ..], [peak, later_peaks @ ..]) = (beats, found) {
        let beat_first = beat <= peak;
        let paired = if beat_first {
            pairs(*beat, *peak, later_beats.first(), window)
        } else {
            pairs(*peak, *beat, later_peaks.first(), window)
        };
        score.matched += u32::from(paired);
        if paired {
            handle_pair(*beat, *peak);
        }
        score.missed += u32::from(!paired && beat_first);
        score.extra += u32::from(!paired && !beat_first);
        if paired || beat_first {
            beats = later_beats;
        }
        if paired || !beat_first {
            found = later_peaks;
        }
    }
    score.missed += u32::try_from(beats.len()).unwrap();
    score.extra += u32::try_from(found.len()).unwrap();
    score
}

/// `later` is in the window of `earlier`, and not nearer to the `next` of the earlier one's kind.
fn pairs(earlier: u64, later: u64, next: Option<&u64>, window: u64) -> bool {
    let distance = later - earlier;
    distance <= window && next.is_none_or(|next| next.abs_diff(later) >= distance)
}
