use crate::signal::float::sqrt;

/// Values of a pulse that are compared.
pub(super) const SHAPE: usize = 24;

/// Weight of a new pulse in the template.
const LEARNT: f32 = 0.2;

/// What the pulses so far look like, and how alike the next one is (Orphanidou et al., IEEE J. Biomed.
/// Health Inform. 19, 2015).
#[derive(Debug, Clone)]
pub(super) struct Template {
    values: [f32; SHAPE],
    known: bool,
}

impl Template {
    pub(super) const fn new() -> Self {
        Self {
            values: [0.0; SHAPE],
            known: false,
        }
    }

    /// Pearson's correlation with the pulses before, and learns this one; 0 of the first.
    pub(super) fn compare(&mut self, pulse: &[f32; SHAPE]) -> f32 {
        let Some(pulse) = normalised(pulse) else {
            return 0.0;
        };
        let known = core::mem::replace(&mut self.known, true);
        if !known {
            self.values = pulse;
            return 0.0;
        }
        let dot: f32 = self.values.iter().zip(pulse).map(|(a, b)| a * b).sum();
        let norm = sqrt(self.values.iter().map(|value| value * value).sum());
        for (value, new) in self.values.iter_mut().zip(pulse) {
            *value += LEARNT * (new - *value);
        }
        (dot / norm.max(1e-6)).clamp(-1.0, 1.0)
    }
}

/// With mean 0 and norm 1; none of a flat line.
fn normalised(pulse: &[f32; SHAPE]) -> Option<[f32; SHAPE]> {
    let mean = pulse.iter().sum::<f32>() / SHAPE as f32;
    let norm = sqrt(pulse.iter().map(|v| (v - mean) * (v - mean)).sum());
    (norm > 0.0).then(|| pulse.map(|value| (value - mean) / norm))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_and_offset_of_a_pulse_do_not_count() {
        let mut template = Template::new();
        let pulse: [f32; SHAPE] = core::array::from_fn(|at| (at as f32 - 9.0).abs());
        assert!(template.compare(&pulse).abs() < 1e-6);
        assert!(template.compare(&pulse.map(|v| 40.0 * v + 7.0)) > 0.999);
        assert!(template.compare(&pulse.map(|v| -v)) < -0.999);
        assert!(template.compare(&[5.0; SHAPE]).abs() < 1e-6);
    }
}
