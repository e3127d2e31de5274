use super::lists::{Codes, Components, Observations, Tlvs};
use super::{Error, Fields, Nesting, Out};
use crate::reading::{Unit, Value};

/// Partition 4 of the nomenclature holds the units; the wire has the term alone.
const UNIT_PARTITION: u32 = 4 << 16;

/// What was observed.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HealthValue<'a> {
    /// Class 1: a number.
    Numeric {
        /// Its unit.
        unit: Unit,
        /// The number.
        value: Value,
    },
    /// Class 2: a code.
    Discrete(u32),
    /// Class 3: a text.
    Text(&'a str),
    /// Class 4: a sampled signal.
    Samples(SampleArray<'a>),
    /// Class 5: codes of what happened.
    Events(Codes<'a>),
    /// Class 6: bits of states and events.
    States(DiscreteStates<'a>),
    /// Class 7: several values measured together.
    Compound(Components<'a>),
    /// Class 8: attributes with types of their own.
    Attributes(Tlvs<'a>),
    /// Class 255: several observations.
    Bundle(Observations<'a>),
}

/// A sampled signal: a sample stands for (sample − offset) × factor of the unit.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleArray<'a> {
    /// The unit.
    pub unit: Unit,
    /// What a count stands for.
    pub scale_factor: Value,
    /// The count that stands for zero.
    pub offset: Value,
    /// Seconds from one period to the next.
    pub period: Value,
    /// Samples of each period.
    pub samples_per_period: u8,
    /// Octets of a sample.
    pub bytes_per_sample: u8,
    /// How many samples the header tells.
    pub count: u32,
    /// The samples, low octet first.
    pub data: &'a [u8],
}

/// Bits of states and events.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiscreteStates<'a> {
    /// Which bits the device knows.
    pub supported: &'a [u8],
    /// Which bits are states, and which events.
    pub is_state: &'a [u8],
    /// The bits.
    pub bits: &'a [u8],
}

impl<'a> HealthValue<'a> {
    const BUNDLE: u8 = 0xFF;

    pub(super) fn read(
        class: u8,
        fields: &mut Fields<'a>,
        nesting: Nesting,
    ) -> Result<Self, Error> {
        match class {
            7 => Ok(Self::Compound(Components::read(fields)?)),
            8 => Ok(Self::Attributes(Tlvs::read(fields)?)),
            Self::BUNDLE if nesting == Nesting::Outer => {
                Ok(Self::Bundle(Observations::read(fields)?))
            }
            _ => Self::read_simple(class, fields, "Observation Class Type"),
        }
    }

    /// A value of classes 1 to 6, which components may have too.
    pub(super) fn read_simple(
        class: u8,
        fields: &mut Fields<'a>,
        field: &'static str,
    ) -> Result<Self, Error> {
        Ok(match class {
            1 => Self::Numeric {
                unit: unit(fields)?,
                value: fields.float("Value")?,
            },
            2 => Self::Discrete(fields.u32("Value")?),
            3 => Self::Text(text(fields)?),
            4 => Self::Samples(SampleArray::read(fields)?),
            5 => Self::Events(Codes::read(fields, "Value")?),
            6 => Self::States(DiscreteStates::read(fields)?),
            class => {
                let value = class.into();
                return Err(Error::Reserved { field, value });
            }
        })
    }

    /// The class's number.
    #[must_use]
    pub const fn class(&self) -> u8 {
        match self {
            Self::Numeric { .. } => 1,
            Self::Discrete(_) => 2,
            Self::Text(_) => 3,
            Self::Samples(_) => 4,
            Self::Events(_) => 5,
            Self::States(_) => 6,
            Self::Compound(_) => 7,
            Self::Attributes(_) => 8,
            Self::Bundle(_) => Self::BUNDLE,
        }
    }

    pub(super) const fn encoded_len(&self) -> usize {
        match self {
            Self::Numeric { .. } => 6,
            Self::Discrete(_) => 4,
            Self::Text(text) => 2 + text.len(),
            Self::Samples(samples) => SampleArray::HEADER + samples.data.len(),
            Self::Events(codes) => codes.encoded_len(),
            Self::States(states) => 1 + 3 * states.bits.len(),
            Self::Compound(components) => components.encoded_len(),
            Self::Attributes(attributes) => attributes.encoded_len(),
            Self::Bundle(members) => members.encoded_len(),
        }
    }

    pub(super) fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        match self {
            Self::Numeric { unit, value } => {
                out.u16(term(*unit)?)?;
                out.float(*value, "Value")
            }
            Self::Discrete(code) => out.u32(*code),
            Self::Text(text) => {
                let field = "Length";
                let len =
                    u16::try_from(text.len()).map_err(|_| Error::NotRepresentable { field })?;
                out.u16(len)?;
                out.put(text.as_bytes())
            }
            Self::Samples(samples) => samples.write(out),
            Self::Events(codes) => codes.write(out),
            Self::States(states) => states.write(out),
            Self::Compound(components) => components.write(out),
            Self::Attributes(attributes) => attributes.write(out),
            Self::Bundle(members) => members.write(out),
        }
    }
}

fn unit(fields: &mut Fields<'_>) -> Result<Unit, Error> {
    let term = fields.u16("Unit Code")?;
    Ok(Unit::from_code(UNIT_PARTITION | u32::from(term)))
}

fn term(unit: Unit) -> Result<u16, Error> {
    let field = "Unit Code";
    u16::try_from(unit.code() ^ UNIT_PARTITION).map_err(|_| Error::NotRepresentable { field })
}

fn text<'a>(fields: &mut Fields<'a>) -> Result<&'a str, Error> {
    let len = fields.u16("Length")?;
    let bytes = fields.bytes(len.into(), "Value")?;
    core::str::from_utf8(bytes).map_err(|_| Error::Text { field: "Value" })
}

impl<'a> SampleArray<'a> {
    const HEADER: usize = 20;

    fn read(fields: &mut Fields<'a>) -> Result<Self, Error> {
        let header = Self {
            unit: unit(fields)?,
            scale_factor: fields.float("Scale Factor")?,
            offset: fields.float("Offset")?,
            period: fields.float("Sample Period")?,
            samples_per_period: fields.u8("Number of Samples per Period")?,
            bytes_per_sample: fields.u8("Bytes per Sample")?,
            count: fields.u32("Number of Samples")?,
            data: &[],
        };
        let field = "Number of Samples";
        let width = usize::from(header.bytes_per_sample);
        let len = usize::try_from(header.count)
            .ok()
            .and_then(|count| count.checked_mul(width))
            .ok_or(Error::Length { field })?;
        let data = fields.bytes(len, "Scaled Samples")?;
        Ok(Self { data, ..header })
    }

    fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        out.u16(term(self.unit)?)?;
        out.float(self.scale_factor, "Scale Factor")?;
        out.float(self.offset, "Offset")?;
        out.float(self.period, "Sample Period")?;
        out.put(&[self.samples_per_period, self.bytes_per_sample])?;
        out.u32(self.count)?;
        out.put(self.data)
    }

    /// The samples as they were counted, of one or two octets without a sign, or four octets;
    /// none of another width.
    pub fn samples(&self) -> impl Iterator<Item = u32> + use<'a> {
        let width = usize::from(self.bytes_per_sample);
        let data = match width {
            1..=4 => self.data,
            _ => &[],
        };
        data.chunks_exact(width.max(1)).map(|octets| {
            let add = |sum: u32, octet: &u8| (sum << 8) | u32::from(*octet);
            octets.iter().rev().fold(0, add)
        })
    }
}

impl<'a> DiscreteStates<'a> {
    fn read(fields: &mut Fields<'a>) -> Result<Self, Error> {
        let len = usize::from(fields.u8("Number of Octets")?);
        Ok(Self {
            supported: fields.bytes(len, "Supported Mask Bits")?,
            is_state: fields.bytes(len, "State or Event Mask Bits")?,
            bits: fields.bytes(len, "Value")?,
        })
    }

    fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        let field = "Number of Octets";
        let len = self.bits.len();
        if self.supported.len() != len || self.is_state.len() != len {
            return Err(Error::Length { field });
        }
        out.u8(u8::try_from(len).map_err(|_| Error::NotRepresentable { field })?)?;
        out.put(self.supported)?;
        out.put(self.is_state)?;
        out.put(self.bits)
    }
}
