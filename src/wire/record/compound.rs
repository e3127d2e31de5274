//! ```text
//! short   set u8 · offset varint, ms · one mantissa zigzag for each component of the set
//! full    metric varint · offset varint, ms · status varint · length varint · items
//! item    length u8 · metric varint · unit varint · kind u8 · mantissa zigzag · exponent i8
//! status of each, in a record of its own tag: the full body, each item with status varint behind its exponent
//! ```
//!
//! An item says how long it is: one with a field more, of a later version, is refused by length and
//! never taken for two.

use serde::{Deserialize, Serialize};

use super::body;
use super::observation::{offset_ms, value_from, value_parts};
use crate::reading::{Component, Compound, Decimal, Metric, Status, Unit, Value};
use crate::time::{Duration, Instant};
use crate::wire::{Error, Reader, Tag, Writer};

/// What one byte says: the whole, its components in their order, their unit and their exponent.
struct Set {
    code: u8,
    metric: Metric,
    components: &'static [Metric],
    unit: Unit,
    exponent: i8,
}

const CUFF: [Metric; 3] = [Metric::SYSTOLIC, Metric::DIASTOLIC, Metric::MEAN_PRESSURE];
const TWO_PRESSURES: [Metric; 2] = [Metric::SYSTOLIC, Metric::DIASTOLIC];

/// Append only: a code never changes its meaning and is never used again.
const SETS: [Set; 3] = [
    set(1, &CUFF, Unit::MMHG, 0),
    set(2, &TWO_PRESSURES, Unit::MMHG, 0),
    set(3, &CUFF, Unit::KILOPASCAL, -1),
];

const fn set(code: u8, components: &'static [Metric], unit: Unit, exponent: i8) -> Set {
    Set {
        code,
        metric: Metric::BLOOD_PRESSURE,
        components,
        unit,
        exponent,
    }
}

impl Set {
    fn says_all_of(&self, compound: &Compound) -> bool {
        let is_same = |component: Component, metric: Metric| {
            let number = component.value.number();
            component.metric == metric
                && component.unit == self.unit
                && component.status == Status::VALID
                && number.is_some_and(|number| number.exponent() == self.exponent)
        };
        compound.metric == self.metric
            && compound.status == Status::VALID
            && compound.components().count() == self.components.len()
            && compound
                .components()
                .zip(self.components)
                .all(|(component, metric)| is_same(component, *metric))
    }
}

/// Room for the longest short body, or the longest item.
const ITEM_ROOM: usize = 1 + 5 + Compound::MAX_COMPONENTS * 5;
const ITEMS_ROOM: usize = Compound::MAX_COMPONENTS * 24;

/// Writes the short body, where there is one that says all of it.
pub(super) fn write_short<'b>(
    compound: &Compound,
    base: Instant,
    buffer: &'b mut [u8; ITEM_ROOM],
) -> Result<Option<&'b [u8]>, Error> {
    let Some(set) = SETS.iter().find(|set| set.says_all_of(compound)) else {
        return Ok(None);
    };
    let mut writer = Writer::new(buffer);
    writer.u8(set.code)?;
    writer.varint(offset_ms(compound.time, base)?.into())?;
    for number in compound
        .components()
        .filter_map(|component| component.value.number())
    {
        writer.varint(zigzag(number.mantissa()).into())?;
    }
    Ok(Some(writer.finish()))
}

pub(super) const fn short_room() -> [u8; ITEM_ROOM] {
    [0; ITEM_ROOM]
}

pub(super) fn read_short(bytes: &[u8], base: Instant) -> Result<Compound, Error> {
    let mut reader = Reader::new(bytes);
    let code = reader.u8()?;
    let set = SETS
        .iter()
        .find(|set| set.code == code)
        .ok_or(Error::OutOfRange)?;
    let offset: u32 = reader.varint_as()?;
    let mut components =
        [Component::new(set.metric, set.unit, Value::NotANumber); Compound::MAX_COMPONENTS];
    for (place, metric) in components.iter_mut().zip(set.components) {
        let number = Decimal::new(unzigzag(reader.varint_as()?), set.exponent);
        *place = Component::new(*metric, set.unit, number.into());
    }
    reader.finish()?;
    let filled = components
        .get(..set.components.len())
        .ok_or(Error::OutOfRange)?;
    Compound::new(
        set.metric,
        base + Duration::from_millis(offset.into()),
        filled,
    )
    .ok_or(Error::OutOfRange)
}

#[derive(Serialize, Deserialize)]
pub(super) struct FullCompound<'a> {
    metric: u32,
    offset_ms: u32,
    status: u16,
    items: &'a [u8],
}

#[derive(Serialize, Deserialize)]
struct Item {
    metric: u32,
    unit: u32,
    kind: u8,
    mantissa: i32,
    exponent: i8,
}

/// An item of a compound whose components have a status each.
#[derive(Serialize, Deserialize)]
struct StatusItem {
    item: Item,
    status: u16,
}

impl From<Component> for Item {
    fn from(component: Component) -> Self {
        let (kind, decimal) = value_parts(component.value);
        Self {
            metric: component.metric.code(),
            unit: component.unit.code(),
            kind,
            mantissa: decimal.mantissa(),
            exponent: decimal.exponent(),
        }
    }
}

impl Item {
    fn read(&self) -> Result<Component, Error> {
        let value = value_from(self.kind, Decimal::new(self.mantissa, self.exponent))?;
        let (metric, unit) = (Metric::from_code(self.metric), Unit::from_code(self.unit));
        Ok(Component::new(metric, unit, value))
    }
}

pub(super) const fn items_room() -> [u8; ITEMS_ROOM] {
    [0; ITEMS_ROOM]
}

impl<'a> FullCompound<'a> {
    /// The body, and its tag: another one where a component has a status of its own.
    pub(super) fn from(
        compound: &Compound,
        base: Instant,
        room: &'a mut [u8; ITEMS_ROOM],
    ) -> Result<(Tag, Self), Error> {
        let mut writer = Writer::new(room);
        let is_plain = |component: Component| component.status == Status::VALID;
        let tag = match compound.components().all(is_plain) {
            true => Tag::COMPOUND_IN_FULL,
            false => Tag::COMPOUND_WITH_STATUSES,
        };
        for component in compound.components() {
            let item = Item::from(component);
            let status = component.status.bits();
            match tag {
                Tag::COMPOUND_IN_FULL => write_item(&item, &mut writer)?,
                _ => write_item(&StatusItem { item, status }, &mut writer)?,
            }
        }
        let body = Self {
            metric: compound.metric.code(),
            offset_ms: offset_ms(compound.time, base)?,
            status: compound.status.bits(),
            items: writer.finish(),
        };
        Ok((tag, body))
    }

    /// Reads a body whose components have no status of their own.
    pub(super) fn read(&self, base: Instant) -> Result<Compound, Error> {
        self.read_items(base, |bytes| body::decode::<Item>(bytes)?.read())
    }

    /// Reads a body whose components have a status each. One where none says anything is written
    /// without them, and refused here: each content has one encoding.
    pub(super) fn read_with_statuses(&self, base: Instant) -> Result<Compound, Error> {
        let compound = self.read_items(base, |bytes| {
            let read: StatusItem = body::decode(bytes)?;
            Ok(read
                .item
                .read()?
                .with_status(Status::from_bits(read.status)))
        })?;
        let says_something = |component: Component| component.status != Status::VALID;
        match compound.components().any(says_something) {
            true => Ok(compound),
            false => Err(Error::MalformedBody),
        }
    }

    fn read_items(
        &self,
        base: Instant,
        item: impl Fn(&[u8]) -> Result<Component, Error>,
    ) -> Result<Compound, Error> {
        let mut reader = Reader::new(self.items);
        let blank = Component::new(Metric::from_code(0), Unit::from_code(0), Value::NotANumber);
        let mut components = [blank; Compound::MAX_COMPONENTS];
        let mut count = 0;
        while reader.left() > 0 {
            let len = reader.u8()?;
            let component = item(reader.take(len.into())?)?;
            *components.get_mut(count).ok_or(Error::OutOfRange)? = component;
            count += 1;
        }
        let time = base + Duration::from_millis(self.offset_ms.into());
        let filled = components.get(..count).ok_or(Error::OutOfRange)?;
        let compound =
            Compound::new(Metric::from_code(self.metric), time, filled).ok_or(Error::OutOfRange)?;
        Ok(compound.with_status(Status::from_bits(self.status)))
    }
}

fn write_item(item: &impl Serialize, writer: &mut Writer<'_>) -> Result<(), Error> {
    let len = body::encoded_len(item)?;
    writer.u8(u8::try_from(len).map_err(|_| Error::OutOfRange)?)?;
    body::encode(item, writer.reserve(len)?)
}

const fn zigzag(number: i32) -> u32 {
    ((number << 1) ^ (number >> 31)).cast_unsigned()
}

const fn unzigzag(code: u32) -> i32 {
    (code >> 1).cast_signed() ^ -((code & 1).cast_signed())
}
