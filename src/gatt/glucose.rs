use super::cursor::{Fields, Out, flag_of, when};
use super::reading::{Common, Reading, Stamp, shifted};
use super::{DateTime, Error};
use crate::reading::{Metric, Status, Unit, Value};
use crate::time::Instant;

const OFFSET: u16 = 0x01;
const CONCENTRATION: u16 = 0x02;
const MOLAR: u16 = 0x04;
const STATUS: u16 = 0x08;
const CONTEXT: u16 = 0x10;
const RESERVED: u16 = 0xE0;

/// Glucose Measurement, `0x2A18`.
///
/// ```text
/// flags u8 │ sequence u16 │ base time 7 │ [offset i16, min] │ [concentration │ type 4 bits, location 4 bits] │ [status u16]
///                                                              medfloat16       low           high
/// ```
///
/// **Disputed:** the table of the specification gives the concentration in kg/L or mol/L, the text
/// of its flags says mg/dL or mmol/L. Devices send kg/L and mol/L, and so it is read here: who
/// mixes them up is wrong by a factor of 100,000 or 1,000.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glucose {
    /// The record's number; its context bears the same.
    pub sequence: u16,
    /// The device's clock when it was last set, or of the measurement.
    pub base_time: DateTime,
    /// Minutes to add to the base time: what the user has moved the clock by since.
    pub offset_minutes: Option<i16>,
    /// What was measured.
    pub sample: Option<GlucoseSample>,
    /// Sensor Status Annunciation, as the bits of the field.
    pub status: Option<u16>,
    /// Whether a [`GlucoseContext`](super::GlucoseContext) with the same number follows.
    pub has_context: bool,
}

/// A concentration with what it was measured in.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GlucoseSample {
    /// The unit of the concentration.
    pub unit: GlucoseUnit,
    /// The concentration.
    pub concentration: Value,
    /// What was sampled, as the code of the field: whole blood (1 capillary, 3 venous, 5 arterial, 7 not told), plasma
    /// (2, 4, 6, 8, in the same order), 9 interstitial fluid, 10 a control solution.
    pub kind: u8,
    /// From where: 1 finger, 2 alternate site, 3 ear lobe, 4 control solution, 15 not told.
    pub location: u8,
}

/// The unit of a glucose concentration, which the flags name.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GlucoseUnit {
    /// Kilograms a litre: 100,000 mg/dL.
    KilogramPerLitre,
    /// Moles a litre: 1,000 mmol/L.
    MolePerLitre,
}

impl Glucose {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2A18;

    /// Sensor Status Annunciation, the bit that says that the result is above what the device measures.
    pub const RESULT_TOO_HIGH: u16 = 0x20;
    /// Sensor Status Annunciation, the bit that says that the result is below what the device measures.
    pub const RESULT_TOO_LOW: u16 = 0x40;

    /// Sensor malfunction, sample too small, strip inserted wrongly or of the wrong type, too hot or too cold for a
    /// valid result, strip pulled too soon, general fault: of none of them comes a result.
    ///
    /// A low battery (`0001`) says nothing of the result, and a fault of the clock (`0800`) only of its time.
    const FAULTS: u16 = 0x079E;

    /// Reads a value of the characteristic; flags that are reserved today are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`]; [`Error::Reserved`] for a reserved number,
    /// type or location; [`Error::OutOfRange`] for a time that is on no calendar.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        let flags = u16::from(fields.u8("Flags")?);
        let sequence = fields.u16("Sequence Number")?;
        let base_time = fields.date_time()?;
        let offset_minutes = when(flags, OFFSET, || fields.i16("Time Offset"))?;
        let sample = when(flags, CONCENTRATION, || {
            GlucoseSample::read(flags, &mut fields)
        })?;
        let status = when(flags, STATUS, || fields.u16("Sensor Status Annunciation"))?;
        fields.finish_unless(flags & RESERVED)?;
        Ok(Self {
            sequence,
            base_time,
            offset_minutes,
            sample,
            status,
            has_context: flags & CONTEXT != 0,
        })
    }

    /// Writes the value into `out`; 17 octets at most.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; [`Error::NotRepresentable`] for a number that no SFLOAT holds;
    /// [`Error::Reserved`] for a reserved type or location; [`Error::OutOfRange`] for a time that
    /// is on no calendar.
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        let mut out = Out::new(out);
        let is_molar = self
            .sample
            .is_some_and(|s| s.unit == GlucoseUnit::MolePerLitre);
        let flags = flag_of(self.offset_minutes.as_ref(), OFFSET)
            | flag_of(self.sample.as_ref(), CONCENTRATION)
            | flag_of(is_molar.then_some(()).as_ref(), MOLAR)
            | flag_of(self.status.as_ref(), STATUS)
            | flag_of(self.has_context.then_some(()).as_ref(), CONTEXT);
        let [flags, _] = flags.to_le_bytes();
        out.u8(flags)?;
        out.u16(self.sequence)?;
        self.base_time.write(&mut out)?;
        if let Some(minutes) = self.offset_minutes {
            out.u16(minutes.cast_unsigned())?;
        }
        if let Some(sample) = self.sample {
            sample.write(&mut out)?;
        }
        if let Some(status) = self.status {
            out.u16(status)?;
        }
        Ok(out.finish())
    }

    /// When it was measured, whether there is a concentration or not.
    pub(crate) fn time(&self) -> Stamp {
        Stamp::Local {
            time: self.base_time,
            offset_minutes: self.offset_minutes.unwrap_or(0),
        }
    }

    /// What was measured, received `at` this time; nothing where the record has no concentration.
    ///
    /// In mg/dL or mmol/L, exactly. A result that the device calls too high or too low is not a
    /// number but above or below its range, and a control solution is a test, not a patient.
    pub fn readings(&self, at: Instant) -> impl Iterator<Item = Reading> + use<> {
        let time = self.time();
        let annunciation = self.status.unwrap_or(0);
        let reading = move |sample: GlucoseSample| {
            let status = sample.status(annunciation);
            let common = Common { at, time, status };
            let value = bounded(sample.value(), annunciation);
            common.one(sample.metric(), sample.unit.clinical(), value)
        };
        self.sample.map(reading).into_iter()
    }
}

/// A number that the device calls out of its range is the bound of the range.
fn bounded(value: Value, annunciation: u16) -> Value {
    match value {
        Value::Number(bound) if annunciation & Glucose::RESULT_TOO_HIGH != 0 => {
            Value::AboveRange(bound)
        }
        Value::Number(bound) if annunciation & Glucose::RESULT_TOO_LOW != 0 => {
            Value::BelowRange(bound)
        }
        other => other,
    }
}

impl GlucoseSample {
    const CAPILLARY_WHOLE_BLOOD: u8 = 1;
    const INTERSTITIAL: u8 = 9;
    const CONTROL_SOLUTION: u8 = 10;

    fn read(flags: u16, fields: &mut Fields<'_>) -> Result<Self, Error> {
        let concentration = fields.sfloat("Glucose Concentration")?;
        let both = fields.u8("Type-Sample Location")?;
        let sample = Self {
            unit: match flags & MOLAR {
                0 => GlucoseUnit::KilogramPerLitre,
                _ => GlucoseUnit::MolePerLitre,
            },
            concentration,
            kind: both & 0x0F,
            location: both >> 4,
        };
        sample.check()?;
        Ok(sample)
    }

    fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        self.check()?;
        out.sfloat(self.concentration, "Glucose Concentration")?;
        out.u8(self.kind | (self.location << 4))
    }

    fn check(&self) -> Result<(), Error> {
        let reserved = |field, value: u8| Error::Reserved {
            field,
            value: value.into(),
        };
        if !matches!(self.kind, 1..=10) {
            return Err(reserved("Type", self.kind));
        }
        match self.location {
            1..=4 | 15 => Ok(()),
            location => Err(reserved("Sample Location", location)),
        }
    }

    fn value(&self) -> Value {
        let steps = match self.unit {
            GlucoseUnit::KilogramPerLitre => 5,
            GlucoseUnit::MolePerLitre => 3,
        };
        shifted(self.concentration, steps)
    }

    /// The metric of what was sampled: that of blood for whole blood alone.
    ///
    /// Plasma has about a ninth more glucose than the blood that it is of.
    const fn metric(&self) -> Metric {
        match (self.kind, self.unit) {
            (Self::CONTROL_SOLUTION, _) => Metric::GLUCOSE_CONTROL,
            (Self::INTERSTITIAL, _) => Metric::GLUCOSE_INTERSTITIAL,
            (Self::CAPILLARY_WHOLE_BLOOD, GlucoseUnit::KilogramPerLitre) => {
                Metric::GLUCOSE_CAPILLARY
            }
            (2 | 4 | 6 | 8, _) => Metric::GLUCOSE_PLASMA,
            _ => Metric::GLUCOSE,
        }
    }

    fn status(&self, annunciation: u16) -> Status {
        let faults = match annunciation & Glucose::FAULTS {
            0 => Status::VALID,
            _ => Status::INVALID,
        };
        match self.kind {
            Self::CONTROL_SOLUTION => faults | Status::TEST,
            _ => faults,
        }
    }
}

impl GlucoseUnit {
    /// The unit that people use: mg/dL or mmol/L.
    #[must_use]
    pub const fn clinical(self) -> Unit {
        match self {
            Self::KilogramPerLitre => Unit::MILLIGRAM_PER_DECILITRE,
            Self::MolePerLitre => Unit::MILLIMOLE_PER_LITRE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Decimal;

    const TIME: [u8; 7] = [0xE8, 7, 3, 15, 14, 30, 45];

    fn record(flags: u8, tail: &[u8]) -> std::vec::Vec<u8> {
        [&[flags, 42, 0][..], &TIME, tail].concat()
    }

    fn value(bytes: &[u8]) -> (Value, Unit, Status) {
        let reading = Glucose::decode(bytes)
            .unwrap()
            .readings(Instant::ZERO)
            .next()
            .unwrap();
        let part = reading.parts[0];
        (part.value, part.unit, part.status)
    }

    #[test]
    fn millimoles_are_never_read_as_milligrams() {
        // 90 × 10^-5 kg/L and 50 × 10^-4 mol/L.
        let mass = value(&record(0x02, &[90, 0xB0, 0x11]));
        assert_eq!(mass.0, Value::from(90));
        assert_eq!(mass.1.code(), 264_274);
        let molar = value(&record(0x06, &[50, 0xC0, 0x11]));
        assert_eq!(molar.0, Value::Number(Decimal::new(50, -1)));
        assert_eq!(molar.1.code(), 266_866);
    }

    #[test]
    fn a_value_below_the_range_is_never_shown_as_a_number() {
        let low = value(&record(0x0A, &[20, 0xB0, 0x11, 0x40, 0]));
        assert_eq!(low.0, Value::BelowRange(Decimal::from(20)));
        let high = value(&record(0x0A, &[0x58, 0xB2, 0x11, 0x20, 0]));
        assert_eq!(high.0, Value::AboveRange(Decimal::from(600)));
    }

    // IOMT-GATT-010
    #[test]
    fn a_fault_of_the_meter_gives_no_usable_value() {
        let status = |bit: u16| {
            let [low, high] = bit.to_le_bytes();
            value(&record(0x0A, &[90, 0xB0, 0x11, low, high])).2
        };
        for bit in [0x02, 0x04, 0x08, 0x10, 0x80, 0x100, 0x200, 0x400] {
            assert_eq!(status(bit), Status::INVALID, "{bit:#06x}");
        }
        for bit in [0x01, 0x800, 0x1000, 0x8000] {
            assert_eq!(status(bit), Status::VALID, "{bit:#06x}");
        }
    }

    #[test]
    fn plasma_interstitial_fluid_and_a_control_solution_are_never_coded_as_blood() {
        let metric = |flags, number: [u8; 2], kind: u8| {
            let bytes = record(flags, &[number[0], number[1], 0x10 | kind]);
            let glucose = Glucose::decode(&bytes).unwrap();
            let part = glucose.readings(Instant::ZERO).next().unwrap().parts[0];
            (part.metric, part.unit)
        };
        let in_blood = ["2339-0", "15074-8", "41653-7"];
        for kind in 1..=10 {
            for (flags, number) in [(0x02, [90, 0xB0]), (0x06, [50, 0xC0])] {
                let (metric, unit) = metric(flags, number, kind);
                let facts = metric.facts_in(unit).expect("a row for each unit");
                let is_blood = facts.loinc.is_some_and(|code| in_blood.contains(&code));
                assert_eq!(is_blood, matches!(kind, 1 | 3 | 5 | 7), "{kind}, {unit}");
                let is_plasma = metric == Metric::GLUCOSE_PLASMA;
                assert_eq!(is_plasma, matches!(kind, 2 | 4 | 6 | 8), "{kind}, {unit}");
            }
        }
        let plasma = |unit| Metric::GLUCOSE_PLASMA.facts_in(unit).unwrap().loinc;
        assert_eq!(plasma(Unit::MILLIGRAM_PER_DECILITRE), Some("2345-7"));
        assert_eq!(plasma(Unit::MILLIMOLE_PER_LITRE), Some("14749-6"));
    }

    #[test]
    fn a_control_solution_is_no_patient() {
        let control = value(&record(0x02, &[90, 0xB0, 0x4A]));
        assert_eq!(control.2, Status::TEST);
    }

    #[test]
    fn refuses_types_and_locations_that_are_reserved() {
        let refused = |both| Glucose::decode(&record(0x02, &[90, 0xB0, both])).unwrap_err();
        assert_eq!(
            refused(0x1B),
            Error::Reserved {
                field: "Type",
                value: 11
            }
        );
        assert_eq!(
            refused(0x10),
            Error::Reserved {
                field: "Type",
                value: 0
            }
        );
        let location = |value| Error::Reserved {
            field: "Sample Location",
            value,
        };
        assert_eq!(refused(0x01), location(0));
        assert_eq!(refused(0x51), location(5));
    }

    #[test]
    fn a_record_without_a_concentration_has_no_reading() {
        let record = Glucose::decode(&record(0x00, &[])).unwrap();
        assert_eq!(record.readings(Instant::ZERO).count(), 0);
    }
}
