/// A fall faster than this is rarely glucose: insulin and exercise together stay below 4 mg/dL a
/// minute.
const FALL_MG_DL_PER_MINUTE: f64 = 4.0;
/// A fall of less is noise of the sensor.
const SMALLEST_FALL_MG_DL: f32 = 20.0;
/// A body lies on its sensor for minutes to some two hours.
const LONGEST_MINUTES: f64 = 120.0;
/// Back within so much of the value before, the sensor is free.
const RETURNED_MG_DL: f32 = 15.0;
/// Readings further apart show no rate.
const LONGEST_GAP_MINUTES: f64 = 16.0;

/// Whether a reading may be of glucose, or of a sensor that a sleeper lies on.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Nothing speaks against the reading.
    None,
    /// The reading fell faster than glucose does, and has not come back: do not treat by it, measure at the finger.
    Suspected,
    /// The reading came back as fast as it had fallen: the sensor was compressed.
    Released,
}

/// Marks readings that pressure on the sensor made too low.
///
/// Pressure keeps fluid from the sensor: the reading drops within one or two readings, stays low, and comes
/// back at once (Helton et al., J. Diabetes Sci. Technol. 5, 2011; Baysal et al., J. Diabetes Sci. Technol. 8,
/// 2014, find it by the rate). A suspicion ends when the reading is back, after two hours, or after a gap.
///
/// | | |
/// |---|---|
/// | formula | suspected from a fall ≥ 4 mg/dL a minute and ≥ 20 mg/dL; until within 15 mg/dL of before |
/// | range | readings of 10 to 1,000 mg/dL, up to 16 minutes apart |
/// | delay | none |
/// | state | under 60 bytes |
/// | cost | 5 comparisons and a division a reading |
///
/// It marks, and silences nothing: a fast fall of glucose itself looks the same while it lasts. A time that
/// does not go on, and what is no reading, leaves all as it is.
#[derive(Debug, Clone, Default)]
pub struct CompressionDetector {
    last: Option<(f64, f32)>,
    /// When it fell, and from what.
    fallen: Option<(f64, f32)>,
}

impl CompressionDetector {
    /// A detector that knows no reading.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            last: None,
            fallen: None,
        }
    }

    /// Takes a reading in, at a time in minutes from any start.
    pub fn reading(&mut self, minutes: f64, mg_dl: f32) -> Compression {
        let is_reading = (10.0..=1_000.0).contains(&mg_dl) && minutes.is_finite();
        let is_later = self.last.is_none_or(|(last, _)| minutes > last);
        if !is_reading || !is_later {
            return self.state();
        }
        let Some((before, last)) = self.last.replace((minutes, mg_dl)) else {
            return Compression::None;
        };
        let elapsed = minutes - before;
        if elapsed > LONGEST_GAP_MINUTES {
            self.fallen = None;
            return Compression::None;
        }
        if let Some((since, from)) = self.fallen {
            return self.follow(minutes - since, from, mg_dl);
        }
        let fall = last - mg_dl;
        if fall >= SMALLEST_FALL_MG_DL && f64::from(fall) >= FALL_MG_DL_PER_MINUTE * elapsed {
            self.fallen = Some((minutes, last));
        }
        self.state()
    }

    fn state(&self) -> Compression {
        match self.fallen {
            Some(_) => Compression::Suspected,
            None => Compression::None,
        }
    }

    fn follow(&mut self, minutes: f64, from: f32, mg_dl: f32) -> Compression {
        if mg_dl >= from - RETURNED_MG_DL {
            self.fallen = None;
            return Compression::Released;
        }
        if minutes > LONGEST_MINUTES {
            self.fallen = None;
        }
        self.state()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn states(readings: &[f32]) -> Vec<Compression> {
        let mut detector = CompressionDetector::new();
        let at = (0_u16..).map(|step| 5.0 * f64::from(step));
        at.zip(readings)
            .map(|(minutes, mg_dl)| detector.reading(minutes, *mg_dl))
            .collect()
    }

    #[test]
    fn a_sleeper_on_the_sensor_is_suspected_until_the_reading_returns() {
        use Compression::{None, Released, Suspected};
        let found = states(&[120.0, 118.0, 70.0, 62.0, 60.0, 110.0, 112.0]);
        assert_eq!(
            found,
            [None, None, Suspected, Suspected, Suspected, Released, None]
        );
    }

    #[test]
    fn a_fall_that_glucose_can_make_is_not_suspected() {
        let found = states(&[180.0, 165.0, 150.0, 132.0, 114.0, 96.0, 78.0, 60.0]);
        assert!(found.iter().all(|state| *state == Compression::None));
    }

    #[test]
    fn a_true_fall_is_not_doubted_for_more_than_two_hours() {
        let mut readings = std::vec![120.0, 60.0];
        readings.resize(40, 60.0);
        assert_eq!(states(&readings).last(), Some(&Compression::None));
    }

    #[test]
    fn over_a_gap_nothing_is_said() {
        let mut detector = CompressionDetector::new();
        detector.reading(0.0, 120.0);
        assert_eq!(detector.reading(5.0, 60.0), Compression::Suspected);
        assert_eq!(detector.reading(60.0, 60.0), Compression::None);
    }

    #[test]
    fn what_is_no_reading_changes_nothing() {
        let mut detector = CompressionDetector::new();
        detector.reading(0.0, 120.0);
        detector.reading(5.0, 60.0);
        for mg_dl in [f32::NAN, f32::INFINITY, 0.0, -5.0, 1e9] {
            assert_eq!(detector.reading(10.0, mg_dl), Compression::Suspected);
        }
        for minutes in [f64::NAN, f64::INFINITY, 5.0, -1.0] {
            assert_eq!(detector.reading(minutes, 119.0), Compression::Suspected);
        }
        assert_eq!(detector.reading(10.0, 119.0), Compression::Released);
        assert!(size_of::<CompressionDetector>() < 60);
    }
}
