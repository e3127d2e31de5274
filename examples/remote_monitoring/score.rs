//! Beats against reference beats, as ANSI/AAMI EC57 counts: within 150 ms, one for one.

/// Positions on which at least three of five published detectors agree.
const BEATS: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/data/ecg_208_mlii_360hz.beats"
));
/// Places on which they do not: neither for nor against anybody.
const DISPUTED: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/data/ecg_208_mlii_360hz.disputed"
));

const WINDOW_S: f64 = 0.150;

/// The beats that a recording is known to have.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reference {
    beats: Vec<u64>,
    /// First and last sample.
    pub(crate) disputed: Vec<(u64, u64)>,
}

/// How the beats that were found compare with the reference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Score {
    pub(crate) matched: u64,
    pub(crate) missed: Vec<u64>,
    pub(crate) false_beats: Vec<u64>,
    /// Found where the reference has no opinion.
    pub(crate) unscored: u64,
}

impl Reference {
    /// That of the built-in recording.
    pub(crate) fn built_in() -> Self {
        let pair = |line: &str| {
            let (first, last) = line.split_once(' ')?;
            first.parse().ok().zip(last.parse().ok())
        };
        Self {
            beats: lines(BEATS).filter_map(|line| line.parse().ok()).collect(),
            disputed: lines(DISPUTED).filter_map(pair).collect(),
        }
    }

    /// Pairs each reference beat with the nearest beat that is not nearer to another.
    pub(crate) fn score(&self, found: &[u64], rate_hz: f64) -> Score {
        let window = (WINDOW_S * rate_hz).round() as u64;
        let mut score = Score::default();
        let mut found = found.iter().copied().peekable();
        for (index, beat) in self.beats.iter().copied().enumerate() {
            while let Some(early) = found.next_if(|position| position + window < beat) {
                self.count_unmatched(early, &mut score);
            }
            let next = self.beats.get(index + 1).copied();
            let mut best: Option<u64> = None;
            while let Some(position) = found.next_if(|position| {
                *position <= beat + window
                    && next.is_none_or(|next| position.abs_diff(beat) <= position.abs_diff(next))
            }) {
                let nearer = best.is_none_or(|best| position.abs_diff(beat) < best.abs_diff(beat));
                let rest = if nearer {
                    best.replace(position)
                } else {
                    Some(position)
                };
                if let Some(rest) = rest {
                    self.count_unmatched(rest, &mut score);
                }
            }
            match best {
                Some(_) => score.matched += 1,
                None => score.missed.push(beat),
            }
        }
        found.for_each(|late| self.count_unmatched(late, &mut score));
        score
    }

    fn count_unmatched(&self, position: u64, score: &mut Score) {
        let is_disputed = self
            .disputed
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&position));
        if is_disputed {
            score.unscored += 1;
        } else {
            score.false_beats.push(position);
        }
    }
}

impl Score {
    /// Of the reference beats, the share that was found, in percent.
    pub(crate) fn sensitivity(&self) -> f64 {
        percent(self.matched, self.matched + self.missed.len() as u64)
    }

    /// Of the beats found, the share that the reference has, in percent.
    pub(crate) fn positive_predictivity(&self) -> f64 {
        percent(self.matched, self.matched + self.false_beats.len() as u64)
    }
}

/// `part` of `whole` in percent; all of nothing is 100.
pub(crate) fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        100.0
    } else {
        part as f64 * 100.0 / whole as f64
    }
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(beats: &[u64], disputed: &[(u64, u64)]) -> Reference {
        Reference {
            beats: beats.to_vec(),
            disputed: disputed.to_vec(),
        }
    }

    #[test]
    fn counts_missed_false_and_unscored_beats() {
        let reference = reference(&[1_000, 2_000, 3_000], &[(4_000, 4_100)]);
        let score = reference.score(&[1_010, 1_500, 2_990, 4_050], 1_000.0);
        let expected = Score {
            matched: 2,
            missed: vec![2_000],
            false_beats: vec![1_500],
            unscored: 1,
        };
        assert_eq!(score, expected);
        assert_eq!(score.sensitivity().round(), 67.0);
        assert_eq!(score.positive_predictivity().round(), 67.0);
    }

    #[test]
    fn two_beats_for_one_count_as_one_and_a_false_one() {
        let score = reference(&[1_000], &[]).score(&[950, 1_001], 1_000.0);
        assert_eq!((score.matched, score.false_beats), (1, vec![950]));
    }

    #[test]
    fn a_beat_at_the_edge_of_the_window_counts_and_one_beyond_does_not() {
        let reference = reference(&[1_000], &[]);
        assert_eq!(reference.score(&[1_150], 1_000.0).matched, 1);
        assert_eq!(reference.score(&[1_151], 1_000.0).matched, 0);
        assert_eq!(reference.score(&[850], 1_000.0).matched, 1);
        assert_eq!(reference.score(&[849], 1_000.0).matched, 0);
    }

    #[test]
    fn the_built_in_reference_is_all_there() {
        let reference = Reference::built_in();
        assert_eq!((reference.beats.len(), reference.disputed.len()), (490, 20));
    }
}
