/// What is known of glucose's course at a reading.
pub(super) type Features = [f64; 3];

/// Recursive least squares (Ljung, *System Identification*, 1999, 11.2) around given weights.
#[derive(Debug, Clone)]
pub(super) struct Learner {
    weights: Features,
    covariance: [Features; 3],
    /// Average of the squared error, (mg/dL)².
    squared_error: f64,
}

/// A person's weights differ from the given ones by about 0.15, against errors of 15 mg/dL.
const VARIANCE: f64 = 1e-4;
/// Weight of a new error in the average: a day of readings.
const DAY: f64 = 1.0 / 288.0;

impl Learner {
    pub(super) const fn new(weights: Features, squared_error: f64) -> Self {
        Self {
            weights,
            covariance: [
                [VARIANCE, 0.0, 0.0],
                [0.0, VARIANCE, 0.0],
                [0.0, 0.0, VARIANCE],
            ],
            squared_error,
        }
    }

    pub(super) fn predict(&self, features: &Features) -> f64 {
        dot(&self.weights, features)
    }

    pub(super) fn squared_error(&self) -> f64 {
        self.squared_error
    }

    pub(super) fn learn(&mut self, features: &Features, outcome: f64) {
        let error = outcome - self.predict(features);
        self.squared_error += DAY * (error * error - self.squared_error);
        let spread = self.covariance.map(|row| dot(&row, features));
        let scale = 1.0 / (1.0 + dot(&spread, features));
        for (weight, spread) in self.weights.iter_mut().zip(spread) {
            *weight += spread * scale * error;
        }
        for (row, a) in self.covariance.iter_mut().zip(spread) {
            for (cell, b) in row.iter_mut().zip(spread) {
                *cell -= a * b * scale;
            }
        }
    }
}

fn dot(a: &Features, b: &Features) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
