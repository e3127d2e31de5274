mod parts;

pub use parts::{Amount, Carbohydrate, Exercise, Medication, TesterHealth};

use super::Error;
use super::cursor::{Fields, Out, flag_of, when};
use super::reading::{Common, Reading, Stamp, shifted};
use crate::reading::draft::{Adherence, Dose, Reporter};
use crate::reading::{Metric, Status, Timed, Unit, Value};
use crate::time::Instant;

const CARBOHYDRATE: u16 = 0x01;
const MEAL: u16 = 0x02;
const TESTER_HEALTH: u16 = 0x04;
const EXERCISE: u16 = 0x08;
const MEDICATION: u16 = 0x10;
const LITRES: u16 = 0x20;
const HBA1C: u16 = 0x40;
const EXTENDED: u16 = 0x80;

/// Glucose Measurement Context, `0x2A34`: what surrounds the measurement of the same number.
///
/// ```text
/// flags u8 │ sequence u16 │ [extended u8] │ [carbohydrate id u8, kg medfloat16] │ [meal u8]
///   │ [tester 4 bits low, health 4 bits high] │ [exercise s u16, % u8]
///   │ [medication id u8, kg or L medfloat16] │ [HbA1c % medfloat16]
/// ```
///
/// **Disputed:** the table of the specification gives the medication in kilograms or litres, the
/// text of its flags says milligrams or millilitres; it is read as the table has it, as the
/// concentration of [`Glucose`](super::Glucose) is.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GlucoseContext {
    /// The number of the measurement.
    pub sequence: u16,
    /// What was eaten.
    pub carbohydrate: Option<Carbohydrate>,
    /// By its code: 1 before a meal, 2 after it, 3 fasting, 4 casual, 5 bedtime.
    pub meal: Option<u8>,
    /// Who measured, and in what health.
    pub tester_health: Option<TesterHealth>,
    /// What exercise there was.
    pub exercise: Option<Exercise>,
    /// What was taken.
    pub medication: Option<Medication>,
    /// Glycated haemoglobin, per cent.
    pub hba1c: Option<Value>,
}

impl GlucoseContext {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2A34;

    /// Reads a value of the characteristic.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`]; [`Error::Reserved`] for a reserved number or
    /// code; [`Error::OutOfRange`] for an exercise above 100 %.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        let flags = u16::from(fields.u8("Flags")?);
        let sequence = fields.u16("Sequence Number")?;
        let extended = when(flags, EXTENDED, || fields.u8("Extended Flags"))?;
        let context = Self {
            sequence,
            carbohydrate: when(flags, CARBOHYDRATE, || Carbohydrate::read(&mut fields))?,
            meal: when(flags, MEAL, || fields.u8("Meal"))?,
            tester_health: when(flags, TESTER_HEALTH, || TesterHealth::read(&mut fields))?,
            exercise: when(flags, EXERCISE, || Exercise::read(&mut fields))?,
            medication: when(flags, MEDICATION, || Medication::read(flags, &mut fields))?,
            hba1c: when(flags, HBA1C, || fields.sfloat("HbA1c"))?,
        };
        // All extended flags are reserved today.
        fields.finish_unless(extended.unwrap_or(0).into())?;
        context.check()?;
        Ok(context)
    }

    /// Writes the value into `out`; 16 octets at most.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; [`Error::NotRepresentable`] for a number that no SFLOAT holds;
    /// [`Error::Reserved`] and [`Error::OutOfRange`] as [`GlucoseContext::decode`].
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        self.check()?;
        let mut out = Out::new(out);
        let [flags, _] = self.flags().to_le_bytes();
        out.u8(flags)?;
        out.u16(self.sequence)?;
        if let Some(meal) = self.carbohydrate {
            out.u8(meal.id)?;
            out.sfloat(meal.kilograms, "Carbohydrate")?;
        }
        if let Some(meal) = self.meal {
            out.u8(meal)?;
        }
        if let Some(who) = self.tester_health {
            out.u8(who.tester | (who.health << 4))?;
        }
        if let Some(exercise) = self.exercise {
            out.u16(exercise.seconds)?;
            out.u8(exercise.intensity_percent)?;
        }
        if let Some(medication) = self.medication {
            out.u8(medication.id)?;
            out.sfloat(medication.amount.value(), "Medication")?;
        }
        if let Some(hba1c) = self.hba1c {
            out.sfloat(hba1c, "HbA1c")?;
        }
        Ok(out.finish())
    }

    /// What was measured, received `at` this time: the `HbA1c`, if there is one.
    ///
    /// The context has no time of its own: it has that of its measurement.
    pub fn readings(&self, at: Instant) -> impl Iterator<Item = Reading> + use<> {
        let common = Common {
            at,
            time: Stamp::None,
            status: Status::VALID,
        };
        self.hba1c
            .map(|value| common.one(Metric::HBA1C, Unit::PERCENT, value))
            .into_iter()
    }

    /// The medication as a dose that the patient took, received `at` this time.
    ///
    /// `None` where there is none, or where its amount is no number of thousandths of a milligram or millilitre.
    #[must_use]
    pub fn dose(&self, at: Instant) -> Option<Timed<Dose<'static>>> {
        let medication = self.medication?;
        // From kilograms and litres to thousandths of their thousandth parts, or of their millionth.
        let (amount, unit, steps) = match medication.amount {
            Amount::Kilograms(value) => (value, Unit::MILLIGRAM, 9),
            Amount::Litres(value) => (value, Unit::MILLILITRE, 6),
        };
        let thousandths = shifted(amount, steps).number()?.rescaled(0)?;
        let dose = Dose {
            medicine: medication.name(),
            amount_milli: u32::try_from(thousandths.mantissa()).ok()?,
            unit: unit.code(),
            adherence: Adherence::TAKEN,
            planned_before_s: 0,
            reporter: Reporter::PATIENT,
        };
        Some(Timed::new(at, dose))
    }

    /// Where in the day's meals the measurement lies, in plain English; `None` where the device does not tell.
    #[must_use]
    pub fn meal_name(&self) -> Option<&'static str> {
        Some(match self.meal? {
            1 => "before a meal",
            2 => "after a meal",
            3 => "fasting",
            4 => "casual",
            5 => "bedtime",
            _ => return None,
        })
    }

    fn flags(&self) -> u16 {
        let litres = match self.medication {
            Some(Medication {
                amount: Amount::Litres(_),
                ..
            }) => LITRES,
            _ => 0,
        };
        flag_of(self.carbohydrate.as_ref(), CARBOHYDRATE)
            | flag_of(self.meal.as_ref(), MEAL)
            | flag_of(self.tester_health.as_ref(), TESTER_HEALTH)
            | flag_of(self.exercise.as_ref(), EXERCISE)
            | flag_of(self.medication.as_ref(), MEDICATION)
            | litres
            | flag_of(self.hba1c.as_ref(), HBA1C)
    }

    fn check(&self) -> Result<(), Error> {
        let codes = [
            ("Carbohydrate ID", self.carbohydrate.map(|c| (c.id, 7))),
            ("Meal", self.meal.map(|meal| (meal, 5))),
            ("Tester", self.tester_health.map(|w| (w.tester, 3))),
            ("Health", self.tester_health.map(|w| (w.health, 5))),
            ("Medication ID", self.medication.map(|m| (m.id, 5))),
        ];
        for (field, code) in codes {
            let Some((value, last)) = code else { continue };
            let is_not_told = value == 15 && matches!(field, "Tester" | "Health");
            if !(1..=last).contains(&value) && !is_not_told {
                let value = value.into();
                return Err(Error::Reserved { field, value });
            }
        }
        match self.exercise {
            Some(Exercise {
                intensity_percent: 101..,
                ..
            }) => Err(Error::OutOfRange {
                field: "Exercise Intensity",
            }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Decimal;

    fn number(mantissa: i32, exponent: i8) -> Value {
        Value::Number(Decimal::new(mantissa, exponent))
    }

    #[test]
    fn every_field_is_at_its_place() {
        // Written by hand from the table: breakfast of 50 g, after a meal, measured by the user in
        // good health, half an hour at 60 %, 2 mL of rapid insulin, HbA1c 6.5 %.
        let bytes = [
            0x7F, 0x2A, 0x00, 1, 0x32, 0xD0, 2, 0x51, 0x08, 0x07, 60, 1, 0x02, 0xD0, 0x41, 0xF0,
        ];
        let context = GlucoseContext::decode(&bytes).unwrap();
        let expected = GlucoseContext {
            sequence: 42,
            carbohydrate: Some(Carbohydrate {
                id: 1,
                kilograms: number(50, -3),
            }),
            meal: Some(2),
            tester_health: Some(TesterHealth {
                tester: 1,
                health: 5,
            }),
            exercise: Some(Exercise {
                seconds: 1_800,
                intensity_percent: 60,
            }),
            medication: Some(Medication {
                id: 1,
                amount: Amount::Litres(number(2, -3)),
            }),
            hba1c: Some(number(65, -1)),
        };
        assert_eq!(context, expected);
        assert_eq!(context.encode(&mut [0; 16]).unwrap(), bytes);
    }

    #[test]
    fn each_field_may_stand_alone() {
        for (bytes, len) in [
            (&[0x01, 1, 0, 4, 0x0F, 0xD0][..], 6),
            (&[0x02, 1, 0, 3][..], 4),
            (&[0x04, 1, 0, 0xFF][..], 4),
            (&[0x08, 1, 0, 0xFF, 0xFF, 100][..], 6),
            (&[0x10, 1, 0, 5, 0x0A, 0xA0][..], 6),
            (&[0x40, 1, 0, 0x41, 0xF0][..], 5),
        ] {
            let context = GlucoseContext::decode(bytes).unwrap();
            assert_eq!(context.encode(&mut [0; 16]).unwrap(), bytes);
            let cut = GlucoseContext::decode(bytes.get(..len - 1).unwrap());
            assert!(matches!(cut, Err(Error::Truncated { .. })));
        }
    }

    #[test]
    fn an_extended_flag_of_a_later_specification_is_ignored_with_its_field() {
        assert!(GlucoseContext::decode(&[0x82, 1, 0, 0x01, 3, 9, 9]).is_ok());
        let none = GlucoseContext::decode(&[0x82, 1, 0, 0x00, 3, 9]);
        assert_eq!(none, Err(Error::TrailingBytes { count: 1 }));
    }

    #[test]
    fn refuses_codes_that_are_reserved() {
        let refused = |bytes| GlucoseContext::decode(bytes).unwrap_err();
        let reserved = |field, value| Error::Reserved { field, value };
        assert_eq!(refused(&[2, 1, 0, 6]), reserved("Meal", 6));
        assert_eq!(refused(&[2, 1, 0, 15]), reserved("Meal", 15));
        assert_eq!(refused(&[4, 1, 0, 0x14]), reserved("Tester", 4));
        assert_eq!(refused(&[4, 1, 0, 0x61]), reserved("Health", 6));
        let exercise = Error::OutOfRange {
            field: "Exercise Intensity",
        };
        assert_eq!(refused(&[8, 1, 0, 0, 0, 101]), exercise);
    }
}
