use super::Error;
use super::cursor::{Fields, Out, flag_of, when};
use super::reading::{Common, Reading, Stamp};
use crate::reading::{Decimal, Metric, Status, Unit, Value};
use crate::time::Instant;

const SIXTEEN_BITS: u16 = 0x01;
const CONTACT_DETECTED: u16 = 0x02;
const CONTACT_SUPPORTED: u16 = 0x04;
const ENERGY: u16 = 0x08;
const RR: u16 = 0x10;
const RESERVED: u16 = 0xE0;

/// Heart Rate Measurement, `0x2A37`.
///
/// ```text
/// flags u8 │ heart rate u8 or u16 │ [energy u16, kJ] │ [RR-interval u16, 1/1024 s]*
/// ```
///
/// ```
/// use iomt::gatt::{Contact, HeartRate};
///
/// let beat = HeartRate::decode(&[0x16, 60, 0x00, 0x04, 0x00, 0x02])?;
/// assert_eq!((beat.beats_per_minute, beat.contact), (60, Contact::Detected));
/// assert!(beat.rr_intervals.iter().eq([1_024, 512]));
/// # Ok::<(), iomt::gatt::Error>(())
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeartRate<'a> {
    /// Beats a minute.
    pub beats_per_minute: u16,
    /// Whether the sensor touches the skin.
    pub contact: Contact,
    /// Energy expended since it was last reset, in kilojoules; it stops at 65,535.
    pub energy_kilojoules: Option<u16>,
    /// The intervals between beats, oldest first.
    pub rr_intervals: RrIntervals<'a>,
}

/// Whether a sensor touches the skin.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Contact {
    /// The sensor can not tell.
    #[default]
    Unsupported,
    /// No contact, or a poor one.
    NotDetected,
    /// Contact.
    Detected,
}

impl<'a> HeartRate<'a> {
    /// The characteristic's number.
    pub const UUID: u16 = 0x2A37;

    /// Reads a value of the characteristic; flags that are reserved today are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`]; [`Error::Empty`] where the flags promise
    /// RR-intervals and there are none.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Error> {
        const RATE: &str = "Heart Rate Measurement Value";
        let mut fields = Fields::new(bytes);
        let flags = u16::from(fields.u8("Flags")?);
        let beats_per_minute = match flags & SIXTEEN_BITS {
            0 => fields.u8(RATE)?.into(),
            _ => fields.u16(RATE)?,
        };
        let energy_kilojoules = when(flags, ENERGY, || fields.u16("Energy Expended"))?;
        let rr_intervals = when(flags, RR, || RrIntervals::read(&mut fields))?;
        fields.finish_unless(flags & RESERVED)?;
        Ok(Self {
            beats_per_minute,
            contact: Contact::from_flags(flags),
            energy_kilojoules,
            rr_intervals: rr_intervals.unwrap_or_default(),
        })
    }

    /// Writes the value into `out`, the heart rate in one octet where it fits.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`].
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        let mut out = Out::new(out);
        let [low, high] = self.beats_per_minute.to_le_bytes();
        let width = if high == 0 { 0 } else { SIXTEEN_BITS };
        let rr = if self.rr_intervals.bytes.is_empty() {
            0
        } else {
            RR
        };
        let energy = flag_of(self.energy_kilojoules.as_ref(), ENERGY);
        let [flags, _] = (width | self.contact.flags() | energy | rr).to_le_bytes();
        out.u8(flags)?;
        match width {
            0 => out.u8(low)?,
            _ => out.u16(self.beats_per_minute)?,
        }
        if let Some(energy) = self.energy_kilojoules {
            out.u16(energy)?;
        }
        out.put(self.rr_intervals.bytes)?;
        Ok(out.finish())
    }

    /// What was measured, received `at` this time.
    ///
    /// A value without contact is questionable. RR-intervals are in milliseconds, rounded to the
    /// nearest microsecond: 1/1024 s has ten decimals.
    pub fn readings(&self, at: Instant) -> impl Iterator<Item = Reading> + use<'a> {
        let common = Common {
            at,
            time: Stamp::None,
            status: match self.contact {
                Contact::NotDetected => Status::QUESTIONABLE,
                Contact::Detected | Contact::Unsupported => Status::VALID,
            },
        };
        let rate = common.one(
            Metric::HEART_RATE,
            Unit::BEATS_PER_MINUTE,
            Value::from(i32::from(self.beats_per_minute)),
        );
        let energy = self.energy_kilojoules.map(|kilojoules| {
            common.one(Metric::ENERGY_EXPENDED, Unit::KILOJOULE, energy(kilojoules))
        });
        let interval = move |ticks| {
            let value = Value::Number(milliseconds(ticks));
            common.one(Metric::RR_INTERVAL, Unit::MILLISECOND, value)
        };
        core::iter::once(rate)
            .chain(energy)
            .chain(self.rr_intervals.iter().map(interval))
    }
}

/// The count stops at its last number: that many, or more.
fn energy(kilojoules: u16) -> Value {
    let count = i32::from(kilojoules);
    match kilojoules {
        u16::MAX => Value::AboveRange(count.into()),
        _ => Value::from(count),
    }
}

/// 1/1024 s in milliseconds, to the nearest thousandth.
fn milliseconds(ticks: u16) -> Decimal {
    let micros = (u64::from(ticks) * 1_000_000 + 512) / 1_024;
    Decimal::new(i32::try_from(micros).unwrap_or(i32::MAX), -3)
}

impl Contact {
    /// The specification's two bits: whether contact is told, and whether there is some.
    const fn from_flags(flags: u16) -> Self {
        match (flags & CONTACT_SUPPORTED, flags & CONTACT_DETECTED) {
            (0, _) => Self::Unsupported,
            (_, 0) => Self::NotDetected,
            _ => Self::Detected,
        }
    }

    const fn flags(self) -> u16 {
        match self {
            Self::Unsupported => 0,
            Self::NotDetected => CONTACT_SUPPORTED,
            Self::Detected => CONTACT_SUPPORTED | CONTACT_DETECTED,
        }
    }
}

/// Intervals between beats, in 1/1024 s, as the wire has them.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RrIntervals<'a> {
    bytes: &'a [u8],
}

impl<'a> RrIntervals<'a> {
    /// Intervals from their octets, two each, low octet first; `None` for an odd number of octets.
    #[must_use]
    pub const fn from_le_bytes(bytes: &'a [u8]) -> Option<Self> {
        match bytes.len() % 2 {
            0 => Some(Self { bytes }),
            _ => None,
        }
    }

    fn read(fields: &mut Fields<'a>) -> Result<Self, Error> {
        const FIELD: &str = "RR-Interval";
        let bytes = fields.rest();
        if bytes.is_empty() {
            return Err(Error::Empty { field: FIELD });
        }
        Self::from_le_bytes(bytes).ok_or(Error::Truncated { field: FIELD })
    }

    /// Each interval, in 1/1024 s.
    pub fn iter(&self) -> impl Iterator<Item = u16> + use<'a> {
        let pair = |pair: &[u8]| <[u8; 2]>::try_from(pair).map_or(0, u16::from_le_bytes);
        self.bytes.chunks_exact(2).map(pair)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // IOMT-GATT-001
    #[test]
    fn refuses_a_flag_without_its_field() {
        let refused = |bytes| HeartRate::decode(bytes).unwrap_err();
        let empty = Error::Empty {
            field: "RR-Interval",
        };
        assert_eq!(refused(&[0x17, 1, 1]), empty);
        let odd = Error::Truncated {
            field: "RR-Interval",
        };
        assert_eq!(refused(&[0x10, 60, 0, 4, 0]), odd);
        let energy = Error::Truncated {
            field: "Energy Expended",
        };
        assert_eq!(refused(&[0x08, 60, 4]), energy);
        assert_eq!(refused(&[0x00, 60, 4]), Error::TrailingBytes { count: 1 });
    }

    // IOMT-GATT-002
    #[test]
    fn a_flag_of_a_later_specification_is_ignored_with_its_field() {
        let beat = HeartRate::decode(&[0x20, 60, 4, 4]).unwrap();
        assert_eq!(beat.beats_per_minute, 60);
    }

    // IOMT-GATT-010
    #[test]
    fn an_energy_that_has_stopped_counting_is_a_bound() {
        let energy = |count: u16| {
            let [low, high] = count.to_le_bytes();
            let bytes = [0x08, 60, low, high];
            let beat = HeartRate::decode(&bytes).unwrap();
            beat.readings(Instant::ZERO).nth(1).unwrap().parts[0].value
        };
        assert_eq!(energy(0xFFFE), Value::from(65_534));
        assert_eq!(energy(0xFFFF), Value::AboveRange(Decimal::from(65_535)));
    }

    // IOMT-GATT-013
    #[test]
    fn an_interval_is_told_to_the_microsecond() {
        assert_eq!(milliseconds(1_024).to_string(), "1000.000");
        assert_eq!(milliseconds(1).to_string(), "0.977");
        assert_eq!(milliseconds(u16::MAX).to_string(), "63999.023");
    }

    #[test]
    fn a_rate_without_contact_is_questionable() {
        let beat = HeartRate::decode(&[0x04, 72]).unwrap();
        let reading = beat.readings(Instant::ZERO).next().unwrap();
        assert_eq!(reading.parts[0].status, Status::QUESTIONABLE);
    }

    use std::string::ToString;
}
