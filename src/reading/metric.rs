use core::fmt;

/// What is measured: a 32-bit code of ISO/IEEE 11073-10101 (partition × 65,536 + term).
///
/// An open code, not an enum: one that has no name here is carried and shown as its number.
///
/// ```
/// use iomt::reading::Metric;
///
/// assert_eq!(Metric::HEART_RATE.code(), 147_842);
/// assert_eq!(Metric::HEART_RATE.to_string(), "heart rate");
/// assert_eq!(Metric::from_code(99).to_string(), "metric 99");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Metric {
    code: u32,
}

impl Metric {
    /// Heart rate from an ECG (`MDC_ECG_HEART_RATE`).
    pub const HEART_RATE: Self = Self::from_code(147_842);
    /// An ECG lead that is not named (`MDC_ECG_ELEC_POTL`).
    pub const ECG: Self = Self::from_code(131_328);
    /// ECG lead I (`MDC_ECG_ELEC_POTL_I`).
    pub const ECG_LEAD_I: Self = Self::from_code(131_329);
    /// ECG lead II, modified lead II included (`MDC_ECG_ELEC_POTL_II`).
    pub const ECG_LEAD_II: Self = Self::from_code(131_330);
    /// Arterial oxygen saturation by pulse oximeter (`MDC_PULS_OXIM_SAT_O2`).
    pub const SPO2: Self = Self::from_code(150_456);
    /// Respiration rate (`MDC_RESP_RATE`).
    pub const RESPIRATION_RATE: Self = Self::from_code(151_562);
    /// Body temperature (`MDC_TEMP_BODY`).
    pub const BODY_TEMPERATURE: Self = Self::from_code(150_364);
    /// Charge of the device's battery (`MDC_ATTR_VAL_BATT_CHARGE`).
    pub const BATTERY_CHARGE: Self = Self::from_code(67_996);

    /// The metric with this code, known or not.
    #[must_use]
    pub const fn from_code(code: u32) -> Self {
        Self { code }
    }

    /// Partition × 65,536 + term.
    #[must_use]
    pub const fn code(self) -> u32 {
        self.code
    }

    /// The metric's name in plain English, where this version knows it.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::HEART_RATE => "heart rate",
            Self::ECG => "ECG",
            Self::ECG_LEAD_I => "ECG lead I",
            Self::ECG_LEAD_II => "ECG lead II",
            Self::SPO2 => "oxygen saturation",
            Self::RESPIRATION_RATE => "respiration rate",
            Self::BODY_TEMPERATURE => "body temperature",
            Self::BATTERY_CHARGE => "battery charge",
            _ => return None,
        })
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "metric {}", self.code),
        }
    }
}
