use crate::signal::float::ln;

/// Sample entropy of intervals, m = 2, in nats.
///
/// Two intervals are alike when they differ by no more than `tolerance`, which is by custom a fifth
/// of [`TimeDomain::sdnn`](super::TimeDomain::sdnn). None without a pair that is alike for three
/// intervals.
///
/// | | |
/// |---|---|
/// | formula | ln(B / A): of B pairs of places that are alike for two intervals, A are so for three |
/// | range | 0 to 22; up to 92,000 intervals, beyond which the counts may stop; what is no number is like nothing |
/// | delay | that of the list |
/// | state | none; the caller keeps the intervals |
/// | cost | n² / 2 pairs of up to 3 differences, n intervals long; one logarithm |
/// | source | Richman and Moorman, Am. J. Physiol. Heart Circ. Physiol. 278, 2000 |
#[must_use]
pub fn sample_entropy(intervals_ms: &[f32], tolerance: f32) -> Option<f32> {
    let (mut followed, mut alike) = (0_u32, 0_u32);
    for (first, a) in intervals_ms.windows(3).enumerate() {
        for b in intervals_ms.windows(3).skip(first + 1) {
            let mut near = a.iter().zip(b).map(|(a, b)| (a - b).abs() <= tolerance);
            if near.next() == Some(true) && near.next() == Some(true) {
                alike = alike.saturating_add(1);
                followed = followed.saturating_add(u32::from(near.next() == Some(true)));
            }
        }
    }
    (followed > 0).then(|| ln(alike as f32 / followed as f32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_period_is_no_surprise() {
        let intervals: Vec<f32> = (0..100_u8).map(|n| 800.0 + f32::from(n % 3)).collect();
        assert!(sample_entropy(&intervals, 0.1).unwrap().abs() < 1e-4);
    }

    #[test]
    fn says_nothing_of_too_few_or_of_no_numbers() {
        assert_eq!(sample_entropy(&[], 1.0), None);
        assert_eq!(sample_entropy(&[800.0; 3], 1.0), None);
        assert_eq!(sample_entropy(&[f32::NAN; 50], 1.0), None);
    }
}
