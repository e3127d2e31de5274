use core::fmt;

/// The unit of a value: a 32-bit code of ISO/IEEE 11073-10101, partition 4.
///
/// An open code like [`Metric`](super::Metric). Units are never converted implicitly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    code: u32,
}

impl Unit {
    /// Beats a minute (`MDC_DIM_BEAT_PER_MIN`).
    pub const BEATS_PER_MINUTE: Self = Self::from_code(264_864);
    /// Breaths a minute (`MDC_DIM_RESP_PER_MIN`).
    pub const BREATHS_PER_MINUTE: Self = Self::from_code(264_928);
    /// Hundredths (`MDC_DIM_PERCENT`).
    pub const PERCENT: Self = Self::from_code(262_688);
    /// Millivolts (`MDC_DIM_MILLI_VOLT`).
    pub const MILLIVOLT: Self = Self::from_code(266_418);
    /// Degrees Celsius (`MDC_DIM_DEGC`).
    pub const CELSIUS: Self = Self::from_code(268_192);

    /// The unit with this code, known or not.
    #[must_use]
    pub const fn from_code(code: u32) -> Self {
        Self { code }
    }

    /// Partition × 65,536 + term.
    #[must_use]
    pub const fn code(self) -> u32 {
        self.code
    }

    /// The unit in UCUM notation, where this version knows it.
    #[must_use]
    pub const fn ucum(self) -> Option<&'static str> {
        Some(match self {
            Self::BEATS_PER_MINUTE | Self::BREATHS_PER_MINUTE => "/min",
            Self::PERCENT => "%",
            Self::MILLIVOLT => "mV",
            Self::CELSIUS => "Cel",
            _ => return None,
        })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ucum() {
            Some(ucum) => f.write_str(ucum),
            None => write!(f, "unit {}", self.code),
        }
    }
}
