use super::cursor::{Fields, Out, flag_of, when};
use super::mass::{Scale, UNSUCCESSFUL, Units, value};
use super::reading::{Common, Reading};
use super::weight::successful;
use super::{DateTime, Error};
use crate::reading::{Decimal, Metric, Status, Unit, Value};
use crate::time::Instant;

const TIME: u16 = 1 << 1;
const USER: u16 = 1 << 2;
const BASAL_METABOLISM: u16 = 1 << 3;
const MUSCLE_PERCENTAGE: u16 = 1 << 4;
const MUSCLE_MASS: u16 = 1 << 5;
const FAT_FREE_MASS: u16 = 1 << 6;
const SOFT_LEAN_MASS: u16 = 1 << 7;
const BODY_WATER_MASS: u16 = 1 << 8;
const IMPEDANCE: u16 = 1 << 9;
const WEIGHT: u16 = 1 << 10;
const HEIGHT: u16 = 1 << 11;
const CONTINUES: u16 = 1 << 12;
const RESERVED: u16 = 0xE000;

/// Body Composition Measurement, `0x2A9C`.
///
/// ```text
/// flags u16 │ body fat u16, 0.1 % │ [time 7] │ [user u8] │ [basal metabolism u16, kJ] │ [muscle u16, 0.1 %]
///   │ [muscle mass] │ [fat-free mass] │ [soft lean mass] │ [body water mass]       u16 each, 0.005 kg or 0.01 lb
///   │ [impedance u16, 0.1 Ω] │ [weight u16, as the masses] │ [height u16, 0.001 m or 0.1 in]
/// ```
///
/// The resolution is the field's own, as with [`Weight`](super::Weight).
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BodyComposition {
    /// The system of measurement.
    pub units: Units,
    /// Body fat, per cent; `None` where the measurement was unsuccessful.
    pub fat_percent: Option<Decimal>,
    /// When it was measured, by the device's clock.
    pub time: Option<DateTime>,
    /// The user of the device, by its own count; 255 is an unknown one.
    pub user: Option<u8>,
    /// Energy that the body needs at rest, kilojoules a day.
    pub basal_metabolism_kilojoules: Option<u16>,
    /// Muscle, per cent.
    pub muscle_percent: Option<Decimal>,
    /// Muscle.
    pub muscle_mass: Option<Decimal>,
    /// All but fat.
    pub fat_free_mass: Option<Decimal>,
    /// All but fat and bone.
    pub soft_lean_mass: Option<Decimal>,
    /// Water.
    pub water_mass: Option<Decimal>,
    /// Electrical impedance, ohms.
    pub impedance_ohms: Option<Decimal>,
    /// Weight.
    pub weight: Option<Decimal>,
    /// Height, in metres or inches.
    pub height: Option<Decimal>,
    /// Whether the rest of this measurement is in the next value of the characteristic.
    pub continues: bool,
}

impl BodyComposition {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2A9C;

    /// Reads a value of the characteristic; flags that are reserved today are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`]; [`Error::OutOfRange`] for a time that is on
    /// no calendar; [`Error::Length`] where an unsuccessful measurement has values nevertheless:
    /// "all optional fields shall be disabled except for Time Stamp and User ID".
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        const FAT: Scale = Scale::tenths("Body Fat Percentage");
        let mut fields = Fields::new(bytes);
        let flags = fields.u16("Flags")?;
        let units = Units::from_flags(flags);
        let fat_percent = match fields.u16(FAT.field)? {
            UNSUCCESSFUL => None,
            count => Some(FAT.number(count)),
        };
        let mass = |field| units.mass_scale(field);
        let read = Self {
            units,
            fat_percent,
            time: when(flags, TIME, || fields.date_time())?,
            user: when(flags, USER, || fields.u8("User ID"))?,
            basal_metabolism_kilojoules: when(flags, BASAL_METABOLISM, || {
                fields.u16("Basal Metabolism")
            })?,
            muscle_percent: when(flags, MUSCLE_PERCENTAGE, || {
                Scale::tenths("Muscle Percentage").read(&mut fields)
            })?,
            muscle_mass: when(flags, MUSCLE_MASS, || mass("Muscle Mass").read(&mut fields))?,
            fat_free_mass: when(flags, FAT_FREE_MASS, || {
                mass("Fat Free Mass").read(&mut fields)
            })?,
            soft_lean_mass: when(flags, SOFT_LEAN_MASS, || {
                mass("Soft Lean Mass").read(&mut fields)
            })?,
            water_mass: when(flags, BODY_WATER_MASS, || {
                mass("Body Water Mass").read(&mut fields)
            })?,
            impedance_ohms: when(flags, IMPEDANCE, || {
                Scale::tenths("Impedance").read(&mut fields)
            })?,
            weight: when(flags, WEIGHT, || mass("Weight").read(&mut fields))?,
            height: when(flags, HEIGHT, || {
                units.length_scale("Height").read(&mut fields)
            })?,
            continues: flags & CONTINUES != 0,
        };
        fields.finish_unless(flags & RESERVED)?;
        read.check()?;
        Ok(read)
    }

    /// Writes the value into `out`; 30 octets at most.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; [`Error::NotRepresentable`] for a number that is no multiple of its
    /// field's resolution; [`Error::OutOfRange`] for a time that is on no calendar;
    /// [`Error::Length`] for values of an unsuccessful measurement.
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        self.check()?;
        let mut out = Out::new(out);
        out.u16(self.flags())?;
        out.u16(match self.fat_percent {
            Some(fat) => successful(Scale::tenths("Body Fat Percentage"), fat)?,
            None => UNSUCCESSFUL,
        })?;
        if let Some(time) = self.time {
            time.write(&mut out)?;
        }
        if let Some(user) = self.user {
            out.u8(user)?;
        }
        if let Some(energy) = self.basal_metabolism_kilojoules {
            out.u16(energy)?;
        }
        for (number, scale, _) in self.numbers() {
            if let Some(number) = number {
                out.u16(scale.count(number)?)?;
            }
        }
        Ok(out.finish())
    }

    /// What was measured, received `at` this time: all that has a metric of its own.
    ///
    /// Soft lean mass, impedance, muscle mass and basal metabolism have none; they are in the fields.
    pub fn readings(&self, at: Instant) -> impl Iterator<Item = Reading> + use<> {
        let common = Common {
            at,
            time: self.time.into(),
            status: Status::VALID,
        };
        let (mass, length) = (self.units.mass(), self.units.length());
        let fat = common.one(Metric::BODY_FAT, Unit::PERCENT, value(self.fat_percent));
        let others = [
            (Metric::BODY_MUSCLE, Unit::PERCENT, self.muscle_percent),
            (Metric::FAT_FREE_MASS, mass, self.fat_free_mass),
            (Metric::BODY_WATER, mass, self.water_mass),
            (Metric::BODY_WEIGHT, mass, self.weight),
            (Metric::BODY_HEIGHT, length, self.height),
        ];
        let present = move |(metric, unit, number): (_, _, Option<Decimal>)| {
            Some(common.one(metric, unit, Value::Number(number?)))
        };
        core::iter::once(fat).chain(others.into_iter().filter_map(present))
    }

    /// The numbers behind the basal metabolism, in their order on the wire.
    fn numbers(&self) -> [(Option<Decimal>, Scale, u16); 8] {
        let units = self.units;
        let mass = |field| units.mass_scale(field);
        [
            (
                self.muscle_percent,
                Scale::tenths("Muscle Percentage"),
                MUSCLE_PERCENTAGE,
            ),
            (self.muscle_mass, mass("Muscle Mass"), MUSCLE_MASS),
            (self.fat_free_mass, mass("Fat Free Mass"), FAT_FREE_MASS),
            (self.soft_lean_mass, mass("Soft Lean Mass"), SOFT_LEAN_MASS),
            (self.water_mass, mass("Body Water Mass"), BODY_WATER_MASS),
            (self.impedance_ohms, Scale::tenths("Impedance"), IMPEDANCE),
            (self.weight, mass("Weight"), WEIGHT),
            (self.height, units.length_scale("Height"), HEIGHT),
        ]
    }

    fn flags(&self) -> u16 {
        let numbers = self
            .numbers()
            .iter()
            .map(|(number, _, flag)| flag_of(number.as_ref(), *flag))
            .fold(0, |all, flag| all | flag);
        self.units.flag()
            | flag_of(self.time.as_ref(), TIME)
            | flag_of(self.user.as_ref(), USER)
            | flag_of(self.basal_metabolism_kilojoules.as_ref(), BASAL_METABOLISM)
            | numbers
            | flag_of(self.continues.then_some(()).as_ref(), CONTINUES)
    }

    fn check(&self) -> Result<(), Error> {
        let values = !(Units::IMPERIAL | TIME | USER | CONTINUES);
        match self.fat_percent {
            None if self.flags() & values != 0 => Err(Error::Length { field: "Flags" }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_at_its_place() {
        // Written by hand from the table: flags 0x0FFE; 24.5 % fat, 2024-03-15T14:30:45, user 3,
        // 7025 kJ, 40.2 % muscle, 30.000, 55.500, 52.250 and 40.005 kg, 512.3 Ω, 73.500 kg, 1.750 m.
        let bytes = [
            0xFE, 0x0F, 0xF5, 0x00, 0xE8, 0x07, 3, 15, 14, 30, 45, 3, 0x71, 0x1B, 0x92, 0x01, 0x70,
            0x17, 0x5C, 0x2B, 0xD2, 0x28, 0x41, 0x1F, 0x03, 0x14, 0x6C, 0x39, 0xD6, 0x06,
        ];
        let number = |mantissa, exponent| Some(Decimal::new(mantissa, exponent));
        let expected = BodyComposition {
            units: Units::Si,
            fat_percent: number(245, -1),
            time: Some(DateTime {
                year: 2024,
                month: 3,
                day: 15,
                hours: 14,
                minutes: 30,
                seconds: 45,
            }),
            user: Some(3),
            basal_metabolism_kilojoules: Some(7_025),
            muscle_percent: number(402, -1),
            muscle_mass: number(30_000, -3),
            fat_free_mass: number(55_500, -3),
            soft_lean_mass: number(52_250, -3),
            water_mass: number(40_005, -3),
            impedance_ohms: number(5_123, -1),
            weight: number(73_500, -3),
            height: number(1_750, -3),
            continues: false,
        };
        let read = BodyComposition::decode(&bytes).unwrap();
        assert_eq!(read, expected);
        assert_eq!(read.encode(&mut [0; 30]).unwrap(), bytes);
        assert_eq!(read.readings(Instant::ZERO).count(), 6);
        for len in 0..bytes.len() {
            assert!(BodyComposition::decode(bytes.get(..len).unwrap()).is_err());
        }
    }

    #[test]
    fn imperial_masses_are_hundredths_of_a_pound() {
        let read = BodyComposition::decode(&[0x01, 0x04, 0xFA, 0, 0x10, 0x27]).unwrap();
        assert_eq!(read.weight, Some(Decimal::new(10_000, -2)));
        assert_eq!(read.units, Units::Imperial);
    }

    #[test]
    fn an_unsuccessful_measurement_has_no_values() {
        let failed = BodyComposition::decode(&[0x04, 0x00, 0xFF, 0xFF, 1]).unwrap();
        assert_eq!((failed.fat_percent, failed.user), (None, Some(1)));
        let contradiction = BodyComposition::decode(&[0x00, 0x04, 0xFF, 0xFF, 0x10, 0x27]);
        assert_eq!(contradiction, Err(Error::Length { field: "Flags" }));
    }
}
