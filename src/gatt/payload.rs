use super::{
    Battery, BloodPressure, BodyComposition, Cgm, ContinuousOximetry, CuffPressure,
    CurrentElapsedTime, CurrentTime, Error, Glucose, GlucoseContext, HealthObservation, HeartRate,
    Reading, SpotOximetry, Stamp, Temperature, Weight,
};
use crate::time::Instant;
use crate::wire::Record;

/// A value of any characteristic that this module reads.
///
/// ```
/// use iomt::gatt::Payload;
/// use iomt::time::Instant;
///
/// let payload = Payload::decode(0x2A37, &[0x06, 0x54])?;
/// let mut lines = Vec::new();
/// payload.for_each_reading(Instant::ZERO, |reading| lines.push(reading.parts[0].to_string()));
/// assert_eq!(lines, ["heart rate 84 /min"]);
/// # Ok::<(), iomt::gatt::Error>(())
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// Battery Level.
    Battery(Battery),
    /// Blood Pressure Measurement.
    BloodPressure(BloodPressure),
    /// Body Composition Measurement.
    BodyComposition(BodyComposition),
    /// CGM Measurement.
    Cgm(Cgm<'a>),
    /// Current Elapsed Time.
    CurrentElapsedTime(CurrentElapsedTime),
    /// Current Time.
    CurrentTime(CurrentTime),
    /// Glucose Measurement.
    Glucose(Glucose),
    /// Glucose Measurement Context.
    GlucoseContext(GlucoseContext),
    /// Heart Rate Measurement.
    HeartRate(HeartRate<'a>),
    /// Intermediate Cuff Pressure.
    CuffPressure(CuffPressure),
    /// Live Health Observations.
    HealthObservation(HealthObservation<'a>),
    /// PLX Continuous Measurement.
    ContinuousOximetry(ContinuousOximetry),
    /// PLX Spot-Check Measurement.
    SpotOximetry(SpotOximetry),
    /// Temperature Measurement.
    Temperature(Temperature),
    /// Weight Measurement.
    Weight(Weight),
}

impl<'a> Payload<'a> {
    /// Reads a value of the characteristic with this 16-bit number.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownCharacteristic`]; else those of the characteristic's own `decode`.
    pub fn decode(uuid: u16, bytes: &'a [u8]) -> Result<Self, Error> {
        Ok(match uuid {
            Battery::UUID => Self::Battery(Battery::decode(bytes)?),
            BloodPressure::UUID => Self::BloodPressure(BloodPressure::decode(bytes)?),
            BodyComposition::UUID => Self::BodyComposition(BodyComposition::decode(bytes)?),
            Cgm::UUID => Self::Cgm(Cgm::decode(bytes)?),
            CurrentElapsedTime::UUID => {
                Self::CurrentElapsedTime(CurrentElapsedTime::decode(bytes)?)
            }
            CurrentTime::UUID => Self::CurrentTime(CurrentTime::decode(bytes)?),
            Glucose::UUID => Self::Glucose(Glucose::decode(bytes)?),
            GlucoseContext::UUID => Self::GlucoseContext(GlucoseContext::decode(bytes)?),
            HeartRate::UUID => Self::HeartRate(HeartRate::decode(bytes)?),
            CuffPressure::UUID => Self::CuffPressure(CuffPressure::decode(bytes)?),
            HealthObservation::UUID => Self::HealthObservation(HealthObservation::decode(bytes)?),
            ContinuousOximetry::UUID => {
                Self::ContinuousOximetry(ContinuousOximetry::decode(bytes)?)
            }
            SpotOximetry::UUID => Self::SpotOximetry(SpotOximetry::decode(bytes)?),
            Temperature::UUID => Self::Temperature(Temperature::decode(bytes)?),
            Weight::UUID => Self::Weight(Weight::decode(bytes)?),
            unknown => return Err(Error::UnknownCharacteristic(unknown)),
        })
    }

    /// Writes the value into `out`.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; else those of the characteristic's own `encode`.
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        match self {
            Self::Battery(value) => value.encode(out),
            Self::BloodPressure(value) => value.encode(out),
            Self::BodyComposition(value) => value.encode(out),
            Self::Cgm(value) => value.encode(out),
            Self::CurrentElapsedTime(value) => value.encode(out),
            Self::CurrentTime(value) => value.encode(out),
            Self::Glucose(value) => value.encode(out),
            Self::GlucoseContext(value) => value.encode(out),
            Self::HeartRate(value) => value.encode(out),
            Self::CuffPressure(value) => value.encode(out),
            Self::HealthObservation(value) => value.encode(out),
            Self::ContinuousOximetry(value) => value.encode(out),
            Self::SpotOximetry(value) => value.encode(out),
            Self::Temperature(value) => value.encode(out),
            Self::Weight(value) => value.encode(out),
        }
    }

    /// Gives `visit` what was measured, received `at` this time.
    ///
    /// Nothing of a [`CurrentTime`] or [`CurrentElapsedTime`], which measure nothing.
    pub fn for_each_reading(&self, at: Instant, visit: impl FnMut(Reading)) {
        match self {
            Self::Battery(value) => value.readings(at).for_each(visit),
            Self::BloodPressure(value) => value.readings(at).for_each(visit),
            Self::BodyComposition(value) => value.readings(at).for_each(visit),
            Self::Cgm(value) => value.readings(at).for_each(visit),
            Self::Glucose(value) => value.readings(at).for_each(visit),
            Self::GlucoseContext(value) => value.readings(at).for_each(visit),
            Self::HeartRate(value) => value.readings(at).for_each(visit),
            Self::CuffPressure(value) => value.readings(at).for_each(visit),
            Self::HealthObservation(value) => value.readings(at).for_each(visit),
            Self::ContinuousOximetry(value) => value.readings(at).for_each(visit),
            Self::SpotOximetry(value) => value.readings(at).for_each(visit),
            Self::Temperature(value) => value.readings(at).for_each(visit),
            Self::Weight(value) => value.readings(at).for_each(visit),
            Self::CurrentElapsedTime(_) | Self::CurrentTime(_) => {}
        }
    }

    /// Whether the payload itself tells when all of it was measured: each of its times names an instant, once the offset
    /// of the device's local time from UTC is known.
    ///
    /// Not so where there is no time; where a clock was never set, or counts ticks; of the minutes of a CGM session, whose
    /// start is another characteristic; of a glucose context, whose time is that of its measurement; and of what a clock
    /// says of itself.
    ///
    /// ```
    /// use iomt::gatt::Payload;
    ///
    /// let stored = [0x02, 0x6C, 0x01, 0x00, 0xFF, 0xE8, 0x07, 3, 15, 14, 30, 45];
    /// assert!(Payload::decode(0x2A1C, &stored)?.tells_time());
    /// assert!(!Payload::decode(0x2A37, &[0x06, 0x54])?.tells_time());
    /// # Ok::<(), iomt::gatt::Error>(())
    /// ```
    #[must_use]
    pub fn tells_time(&self) -> bool {
        let is_told = |stamp: Stamp| stamp.wall_clock(0).is_some();
        match self {
            Self::CurrentTime(_) | Self::CurrentElapsedTime(_) => false,
            Self::Glucose(glucose) => is_told(glucose.time()),
            Self::HealthObservation(observation) => {
                let time = |member: HealthObservation<'_>| member.time;
                let mut times = observation.members().map(time).peekable();
                times.peek().is_some()
                    && times.all(|time| time.is_some_and(|time| is_told(Stamp::Elapsed(time))))
            }
            measured => {
                let (mut is_empty, mut are_told) = (true, true);
                measured.for_each_reading(Instant::ZERO, |reading| {
                    is_empty = false;
                    are_told &= is_told(reading.time);
                });
                !is_empty && are_told
            }
        }
    }

    /// Gives `visit` the records of what was measured and taken, received `at` this time, and when that was.
    ///
    /// ```
    /// use iomt::gatt::Payload;
    /// use iomt::time::Instant;
    /// use iomt::wire::{Record, RecordWriter};
    ///
    /// let cuff = Payload::decode(0x2A35, &[0x00, 0x76, 0x00, 0x4C, 0x00, 0x5A, 0x00])?;
    /// let mut buffer = [0; 64];
    /// let mut frame = RecordWriter::new(&mut buffer, 0, None)?;
    /// cuff.for_each_record(Instant::from_secs(1), |record, _| assert!(frame.push(&record).is_ok()));
    /// assert_eq!(frame.next_sequence(), 1, "a blood pressure is one record");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn for_each_record(&self, at: Instant, mut visit: impl FnMut(Record<'static>, Stamp)) {
        self.for_each_reading(at, |reading| {
            reading
                .records()
                .for_each(|record| visit(record, reading.time));
        });
        let dose = match self {
            Self::GlucoseContext(context) => context.dose(at),
            _ => None,
        };
        if let Some(dose) = dose {
            visit(Record::Dose(dose), Stamp::None);
        }
    }
}
