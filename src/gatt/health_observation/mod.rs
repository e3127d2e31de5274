//! Observations of the Generic Health Sensor Service.

mod lists;
mod tests;
mod value;

pub use lists::{Codes, Component, Components, Observations, Tlv, Tlvs};
pub use value::{DiscreteStates, HealthValue, SampleArray};

use super::cursor::{Fields, Out, when};
use super::reading::{Common, Reading, Stamp};
use super::{ElapsedTime, Error};
use crate::reading::{Metric, Origin, Status, Value};
use crate::time::Instant;

const TYPE: u16 = 1 << 0;
const TIME: u16 = 1 << 1;
const DURATION: u16 = 1 << 2;
const STATUS: u16 = 1 << 3;
const ID: u16 = 1 << 4;
const PATIENT: u16 = 1 << 5;
const SUPPLEMENT: u16 = 1 << 6;
const DERIVED_FROM: u16 = 1 << 7;
const MEMBER_OF: u16 = 1 << 8;
const ATTRIBUTES: u16 = 1 << 9;

/// Bits of Measurement Status.
const TEST_DATA: u16 = 0x0010;
const MANUALLY_ENTERED: u16 = 0x0040;
const SETTING: u16 = 0x0080;

/// A Health Observation Body: one observation of a generic health sensor, of any metric.
///
/// ```text
/// class u8 │ length u16 │ flags u16 │ [type u32] │ [time 9] │ [duration medfloat32] │ [status u16] │ [id u32]
///   │ [patient u8] │ [supplemental: n u8, u32 × n] │ [derived from: the same] │ [member of: the same]
///   │ [attributes: n u8, TLV × n] │ value, by class
/// ```
///
/// The length counts all that follows it. What stands in a bundle's own fields holds for its members.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthObservation<'a> {
    /// What is observed; a bundle may leave it out.
    pub metric: Option<Metric>,
    /// When.
    pub time: Option<ElapsedTime>,
    /// How long the measurement took, seconds.
    pub duration: Option<Value>,
    /// Measurement Status, as the specification numbers its bits; see [`HealthObservation::status`].
    pub status_bits: Option<u16>,
    /// A number that other observations refer to.
    pub id: Option<u32>,
    /// The patient, by the device's own count.
    pub patient: Option<u8>,
    /// Codes that say more, such as the body site.
    pub supplemental: Codes<'a>,
    /// The observations that this one was computed from.
    pub derived_from: Codes<'a>,
    /// The groups that it belongs to.
    pub member_of: Codes<'a>,
    /// Further attributes.
    pub attributes: Tlvs<'a>,
    /// What was observed.
    pub value: HealthValue<'a>,
}

impl<'a> HealthObservation<'a> {
    /// The number of the Live Health Observations characteristic.
    pub const UUID: u16 = 0x2B8B;

    /// Reads a value of Live Health Observations that holds one whole observation.
    ///
    /// In front of the observation stands the segmentation header: bit 0 first segment, bit 1 last
    /// segment, above them a counter. What several segments hold is put together by the caller and
    /// given to [`HealthObservation::decode_body`].
    ///
    /// # Errors
    ///
    /// [`Error::Segmented`] for one segment of several; else as [`HealthObservation::decode_body`].
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Error> {
        const WHOLE: u8 = 0x03;
        let mut fields = Fields::new(bytes);
        let header = fields.u8("Segmentation Header")?;
        if header & WHOLE != WHOLE {
            return Err(Error::Segmented);
        }
        Self::decode_body(fields.rest())
    }

    /// Reads an observation without segmentation header.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`], [`Error::TrailingBytes`]; [`Error::Length`] where the stated length is
    /// not that of the fields; [`Error::Reserved`] for a reserved class, number or time source;
    /// [`Error::Text`]; [`Error::Empty`] for a list that a flag promises and that has no member.
    pub fn decode_body(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(bytes);
        let read = Self::read(&mut fields, Nesting::Outer)?;
        fields.finish()?;
        Ok(read)
    }

    fn read(fields: &mut Fields<'a>, nesting: Nesting) -> Result<Self, Error> {
        let class = fields.u8("Observation Class Type")?;
        let length = usize::from(fields.u16("Length")?);
        let mut body = Fields::new(fields.bytes(length, "Health Observation Body")?);
        let flags = body.u16("Flags")?;
        let read = Self {
            metric: when(flags, TYPE, || body.u32("Observation Type"))?.map(Metric::from_code),
            time: when(flags, TIME, || ElapsedTime::read(&mut body))?,
            duration: when(flags, DURATION, || body.float("Measurement Duration"))?,
            status_bits: when(flags, STATUS, || body.u16("Measurement Status"))?,
            id: when(flags, ID, || body.u32("Object ID"))?,
            patient: when(flags, PATIENT, || body.u8("Patient"))?,
            supplemental: codes(flags, SUPPLEMENT, &mut body, "Supplemental Information")?,
            derived_from: codes(flags, DERIVED_FROM, &mut body, "Derived From")?,
            member_of: codes(flags, MEMBER_OF, &mut body, "Is Member Of")?,
            attributes: when(flags, ATTRIBUTES, || Tlvs::read(&mut body))?.unwrap_or_default(),
            value: HealthValue::read(class, &mut body, nesting)?,
        };
        match body.left() {
            0 => Ok(read),
            _ => Err(Error::Length { field: "Length" }),
        }
    }

    /// Writes a value of Live Health Observations that holds this observation whole, as segment 0.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; [`Error::NotRepresentable`] for a number that no FLOAT holds, a unit
    /// outside of partition 4, or a list or text too long for its count;
    /// [`Error::OutOfRange`] for a time that 48 bits do not hold; [`Error::Length`] for an
    /// observation above 65,535 octets.
    pub fn encode<'b>(&self, out: &'b mut [u8]) -> Result<&'b mut [u8], Error> {
        let needed = self.measure();
        let length = u16::try_from(needed).map_err(|_| Error::Length { field: "Length" })?;
        let mut out = Out::new(out);
        out.u8(0x03)?;
        out.u8(self.value.class())?;
        out.u16(length)?;
        self.write_fields(&mut out)?;
        self.value.write(&mut out)?;
        Ok(out.finish())
    }

    fn flags(&self) -> u16 {
        let present = [
            (self.metric.is_some(), TYPE),
            (self.time.is_some(), TIME),
            (self.duration.is_some(), DURATION),
            (self.status_bits.is_some(), STATUS),
            (self.id.is_some(), ID),
            (self.patient.is_some(), PATIENT),
            (!self.supplemental.is_empty(), SUPPLEMENT),
            (!self.derived_from.is_empty(), DERIVED_FROM),
            (!self.member_of.is_empty(), MEMBER_OF),
            (!self.attributes.is_empty(), ATTRIBUTES),
        ];
        present
            .iter()
            .map(|(is_present, flag)| if *is_present { *flag } else { 0 })
            .fold(0, |all, flag| all | flag)
    }

    /// The octets behind the length.
    fn measure(&self) -> usize {
        let flags = self.flags();
        let fixed = [
            (TYPE, 4),
            (TIME, ElapsedTime::LEN),
            (DURATION, 4),
            (STATUS, 2),
            (ID, 4),
            (PATIENT, 1),
            (SUPPLEMENT, self.supplemental.encoded_len()),
            (DERIVED_FROM, self.derived_from.encoded_len()),
            (MEMBER_OF, self.member_of.encoded_len()),
            (ATTRIBUTES, self.attributes.encoded_len()),
        ];
        let optional: usize = fixed
            .iter()
            .filter(|(flag, _)| flags & flag != 0)
            .map(|(_, len)| len)
            .sum();
        2 + optional + self.value.encoded_len()
    }

    fn write_fields(&self, out: &mut Out<'_>) -> Result<(), Error> {
        out.u16(self.flags())?;
        if let Some(metric) = self.metric {
            out.u32(metric.code())?;
        }
        if let Some(time) = self.time {
            time.write(out)?;
        }
        if let Some(duration) = self.duration {
            out.float(duration, "Measurement Duration")?;
        }
        if let Some(status) = self.status_bits {
            out.u16(status)?;
        }
        if let Some(id) = self.id {
            out.u32(id)?;
        }
        if let Some(patient) = self.patient {
            out.u8(patient)?;
        }
        for codes in [self.supplemental, self.derived_from, self.member_of] {
            if !codes.is_empty() {
                codes.write(out)?;
            }
        }
        match self.attributes.is_empty() {
            true => Ok(()),
            false => self.attributes.write(out),
        }
    }

    /// The measurement status in the schema's own bits.
    ///
    /// "Manually entered" is told by [`HealthObservation::origin`], "setting" by [`HealthObservation::is_setting`]. The two
    /// bits of thresholds have no place; they are in [`HealthObservation::status_bits`].
    #[must_use]
    pub fn status(&self) -> Status {
        const PLACES: [(u32, Status); 6] = [
            (0x0001, Status::INVALID),
            (0x0002, Status::QUESTIONABLE),
            (0x0004, Status::NOT_AVAILABLE),
            (0x0008, Status::CALIBRATING),
            (TEST_DATA as u32, Status::TEST),
            (0x0020, Status::EARLY),
        ];
        Status::of_bits(self.status_bits.unwrap_or(0).into(), &PLACES)
    }

    /// Where the value comes from, where the measurement status tells: entered by hand, or made by a test.
    #[must_use]
    pub fn origin(&self) -> Option<Origin> {
        let is_set = |bit| self.status_bits.unwrap_or(0) & bit != 0;
        if is_set(MANUALLY_ENTERED) {
            return Some(Origin::ENTERED);
        }
        is_set(TEST_DATA).then_some(Origin::TEST)
    }

    /// Whether the value is what a device was set to, and nothing that it measured.
    #[must_use]
    pub fn is_setting(&self) -> bool {
        self.status_bits.unwrap_or(0) & SETTING != 0
    }

    /// The number measured, received `at` this time, or the numbers of a compound.
    ///
    /// `None` where the value is no number, which [`HealthObservation::value`] then holds, where
    /// nothing tells what is measured, or where a compound has more than
    /// [`MAX_PARTS`](super::MAX_PARTS) numbers. A bundle has the readings of its members.
    #[must_use]
    pub fn reading(&self, at: Instant) -> Option<Reading> {
        let common = Common {
            at,
            time: self.time.map_or(Stamp::None, Stamp::Elapsed),
            status: self.status(),
        };
        let metric = self.metric?;
        match self.value {
            HealthValue::Numeric { unit, value } => Some(common.one(metric, unit, value)),
            HealthValue::Compound(components) => components.reading(metric, common),
            _ => None,
        }
    }

    /// The members of a bundle, with what the bundle says for all of them; else the observation itself.
    pub fn members(&self) -> impl Iterator<Item = HealthObservation<'a>> + use<'a> {
        let whole = *self;
        let (members, alone) = match self.value {
            HealthValue::Bundle(members) => (Some(members), None),
            _ => (None, Some(whole)),
        };
        let inherit = move |member: HealthObservation<'a>| HealthObservation {
            metric: member.metric.or(whole.metric),
            time: member.time.or(whole.time),
            duration: member.duration.or(whole.duration),
            status_bits: member.status_bits.or(whole.status_bits),
            patient: member.patient.or(whole.patient),
            ..member
        };
        members
            .into_iter()
            .flat_map(|members| members.iter())
            .map(inherit)
            .chain(alone)
    }

    /// What was measured in numbers, received `at` this time.
    pub fn readings(&self, at: Instant) -> impl Iterator<Item = Reading> + use<'a> {
        self.members().filter_map(move |member| member.reading(at))
    }
}

/// Whether an observation stands alone, or in a bundle, where no other bundle may be.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nesting {
    Outer,
    InBundle,
}

fn codes<'a>(
    flags: u16,
    flag: u16,
    fields: &mut Fields<'a>,
    field: &'static str,
) -> Result<Codes<'a>, Error> {
    let codes = when(flags, flag, || Codes::read(fields, field))?;
    match codes {
        Some(codes) if codes.is_empty() => Err(Error::Empty { field }),
        codes => Ok(codes.unwrap_or_default()),
    }
}
