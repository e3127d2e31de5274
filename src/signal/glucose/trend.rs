/// The arrow that a monitor shows, by the rate of change in mg/dL a minute.
///
/// The bounds are those in common use (Aleppo et al., J. Endocr. Soc. 1, 2017).
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trend {
    /// Below −3.
    FallingRapidly,
    /// −3 to −2.
    Falling,
    /// −2 to −1.
    FallingSlowly,
    /// −1 to 1.
    Steady,
    /// 1 to 2.
    RisingSlowly,
    /// 2 to 3.
    Rising,
    /// Above 3.
    RisingRapidly,
}

impl Trend {
    /// The arrow for a rate of change in mg/dL a minute; what is no number is steady.
    #[must_use]
    pub fn of_rate(mg_dl_per_minute: f32) -> Self {
        match mg_dl_per_minute {
            rate if rate < -3.0 => Self::FallingRapidly,
            rate if rate < -2.0 => Self::Falling,
            rate if rate < -1.0 => Self::FallingSlowly,
            rate if rate > 3.0 => Self::RisingRapidly,
            rate if rate > 2.0 => Self::Rising,
            rate if rate > 1.0 => Self::RisingSlowly,
            _ => Self::Steady,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_the_calmer_arrow() {
        assert_eq!(Trend::of_rate(1.0), Trend::Steady);
        assert_eq!(Trend::of_rate(-1.1), Trend::FallingSlowly);
        assert_eq!(Trend::of_rate(3.0), Trend::Rising);
        assert_eq!(Trend::of_rate(-3.5), Trend::FallingRapidly);
        assert_eq!(Trend::of_rate(f32::NAN), Trend::Steady);
    }
}
