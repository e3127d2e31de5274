//! Counted lists: checked when they are read, and read again when they are asked for.

use super::{Common, Error, Fields, HealthObservation, HealthValue, Nesting, Out, Reading};
use crate::reading::{Metric, Observation};

/// A list of 32-bit codes.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Codes<'a> {
    bytes: &'a [u8],
}

impl<'a> Codes<'a> {
    /// Codes from their octets, four each, low octet first; `None` for another number of octets, or
    /// more than 255 codes.
    #[must_use]
    pub const fn from_le_bytes(bytes: &'a [u8]) -> Option<Self> {
        match (bytes.len() % 4, bytes.len() / 4) {
            (0, 0..=255) => Some(Self { bytes }),
            _ => None,
        }
    }

    pub(super) fn read(fields: &mut Fields<'a>, field: &'static str) -> Result<Self, Error> {
        let count = usize::from(fields.u8(field)?);
        let bytes = fields.bytes(4 * count, field)?;
        Ok(Self { bytes })
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Each code.
    pub fn iter(&self) -> impl Iterator<Item = u32> + use<'a> {
        let code = |code: &[u8]| <[u8; 4]>::try_from(code).map_or(0, u32::from_le_bytes);
        self.bytes.chunks_exact(4).map(code)
    }

    pub(super) const fn encoded_len(&self) -> usize {
        1 + self.bytes.len()
    }

    pub(super) fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        out.u8(u8::try_from(self.bytes.len() / 4).unwrap_or(u8::MAX))?;
        out.put(self.bytes)
    }
}

/// The octets of a counted list, of which each member was checked.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counted<'a> {
    count: u8,
    bytes: &'a [u8],
}

impl<'a> Counted<'a> {
    /// Reads a count and so many members by `read`.
    fn read<T>(
        fields: &mut Fields<'a>,
        field: &'static str,
        read: impl Fn(&mut Fields<'a>) -> Result<T, Error>,
    ) -> Result<Self, Error> {
        let count = fields.u8(field)?;
        let mut ahead = fields.clone();
        for _ in 0..count {
            read(&mut ahead)?;
        }
        let len = fields.left().saturating_sub(ahead.left());
        let bytes = fields.bytes(len, field)?;
        Ok(Self { count, bytes })
    }

    fn iter<T>(
        self,
        read: impl Fn(&mut Fields<'a>) -> Result<T, Error>,
    ) -> impl Iterator<Item = T> {
        let mut fields = Fields::new(self.bytes);
        (0..self.count).map_while(move |_| read(&mut fields).ok())
    }

    const fn encoded_len(&self) -> usize {
        1 + self.bytes.len()
    }

    fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        out.u8(self.count)?;
        out.put(self.bytes)
    }
}

/// The values of a compound.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Components<'a>(Counted<'a>);

/// One value of a compound.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component<'a> {
    /// What is observed.
    pub metric: Metric,
    /// What was observed, of classes 1 to 6.
    pub value: HealthValue<'a>,
}

impl<'a> Components<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Result<Self, Error> {
        Counted::read(fields, "Number of Components", Component::read).map(Self)
    }

    /// Each component.
    pub fn iter(&self) -> impl Iterator<Item = Component<'a>> + use<'a> {
        self.0.iter(Component::read)
    }

    pub(super) const fn encoded_len(&self) -> usize {
        self.0.encoded_len()
    }

    pub(super) fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        self.0.write(out)
    }

    /// The numbers among the components; `None` where there is none, or more than a reading holds.
    pub(super) fn reading(&self, panel: Metric, common: Common) -> Option<Reading> {
        let mut parts = heapless::Vec::new();
        for component in self.iter() {
            if let HealthValue::Numeric { unit, value } = component.value {
                let observation = Observation {
                    status: common.status,
                    ..Observation::new(component.metric, unit, common.at, value)
                };
                parts.push(observation).ok()?;
            }
        }
        (!parts.is_empty()).then_some(Reading {
            panel: Some(panel),
            parts,
            time: common.time,
        })
    }
}

impl<'a> Component<'a> {
    fn read(fields: &mut Fields<'a>) -> Result<Self, Error> {
        let metric = Metric::from_code(fields.u32("Component Type")?);
        let class = fields.u8("Component Value Type")?;
        let value = HealthValue::read_simple(class, fields, "Component Value Type")?;
        Ok(Self { metric, value })
    }
}

/// Attributes.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tlvs<'a>(Counted<'a>);

/// One attribute.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// The code of what it is.
    pub kind: u32,
    /// How the value is encoded, by the numbers that Bluetooth assigns to formats.
    pub format: u8,
    /// The encoded value.
    pub value: &'a [u8],
}

impl<'a> Tlvs<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Result<Self, Error> {
        Counted::read(fields, "Number of TLVs", Tlv::read).map(Self)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.count == 0
    }

    /// Each attribute.
    pub fn iter(&self) -> impl Iterator<Item = Tlv<'a>> + use<'a> {
        self.0.iter(Tlv::read)
    }

    pub(super) const fn encoded_len(&self) -> usize {
        self.0.encoded_len()
    }

    pub(super) fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        self.0.write(out)
    }
}

impl<'a> Tlv<'a> {
    fn read(fields: &mut Fields<'a>) -> Result<Self, Error> {
        let kind = fields.u32("Type")?;
        let len = fields.u16("Length")?;
        let format = fields.u8("Format Type")?;
        let value = fields.bytes(len.into(), "Encoded Value")?;
        Ok(Self {
            kind,
            format,
            value,
        })
    }
}

/// The members of a bundle.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Observations<'a>(Counted<'a>);

impl<'a> Observations<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Result<Self, Error> {
        let member = |fields: &mut Fields<'a>| HealthObservation::read(fields, Nesting::InBundle);
        Counted::read(fields, "Number of Observations", member).map(Self)
    }

    /// Each member, without what the bundle says for all of them: see [`HealthObservation::members`].
    pub fn iter(&self) -> impl Iterator<Item = HealthObservation<'a>> + use<'a> {
        self.0
            .iter(|fields| HealthObservation::read(fields, Nesting::InBundle))
    }

    pub(super) const fn encoded_len(&self) -> usize {
        self.0.encoded_len()
    }

    pub(super) fn write(&self, out: &mut Out<'_>) -> Result<(), Error> {
        self.0.write(out)
    }
}
