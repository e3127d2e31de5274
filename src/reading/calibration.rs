use super::timed::DecimalBody;
use super::{Decimal, Metric, Unit};
use serde::{Deserialize, Serialize};

/// A sensor was compared with a reference: what counts from now on is `value` × `slope` + `intercept`.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calibration {
    /// What is calibrated.
    pub metric: Metric,
    /// The unit of reference and intercept.
    pub unit: Unit,
    /// What the reference said.
    pub reference: Decimal,
    /// The factor; one where it stays.
    pub slope: Decimal,
    /// What is added.
    pub intercept: Decimal,
    /// For how many seconds it holds; zero: until the next.
    pub valid_for_s: u32,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct CalibrationBody {
    metric: u32,
    unit: u32,
    reference: DecimalBody,
    slope: DecimalBody,
    intercept: DecimalBody,
    valid_for_s: u32,
}

impl From<Calibration> for CalibrationBody {
    fn from(calibration: Calibration) -> Self {
        Self {
            metric: calibration.metric.code(),
            unit: calibration.unit.code(),
            reference: calibration.reference.into(),
            slope: calibration.slope.into(),
            intercept: calibration.intercept.into(),
            valid_for_s: calibration.valid_for_s,
        }
    }
}

impl From<CalibrationBody> for Calibration {
    fn from(body: CalibrationBody) -> Self {
        Self {
            metric: Metric::from_code(body.metric),
            unit: Unit::from_code(body.unit),
            reference: body.reference.into(),
            slope: body.slope.into(),
            intercept: body.intercept.into(),
            valid_for_s: body.valid_for_s,
        }
    }
}
