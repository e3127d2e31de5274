//! Little-endian fields with their names: the only place that knows offsets.

use super::{DateTime, Error, float};
use crate::reading::Value;
use crate::wire::{Reader, Writer};

/// Reads the fields of a characteristic from front to back.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    reader: Reader<'a>,
}

impl<'a> Fields<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(bytes),
        }
    }

    pub(super) const fn left(&self) -> usize {
        self.reader.left()
    }

    pub(super) fn bytes(&mut self, count: usize, field: &'static str) -> Result<&'a [u8], Error> {
        self.reader
            .take(count)
            .map_err(|_| Error::Truncated { field })
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Error> {
        self.reader.array().map_err(|_| Error::Truncated { field })
    }

    pub(super) fn u8(&mut self, field: &'static str) -> Result<u8, Error> {
        self.array(field).map(u8::from_le_bytes)
    }

    pub(super) fn i8(&mut self, field: &'static str) -> Result<i8, Error> {
        self.array(field).map(i8::from_le_bytes)
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16, Error> {
        self.array(field).map(u16::from_le_bytes)
    }

    pub(super) fn i16(&mut self, field: &'static str) -> Result<i16, Error> {
        self.array(field).map(i16::from_le_bytes)
    }

    pub(super) fn u24(&mut self, field: &'static str) -> Result<u32, Error> {
        self.reader.u24().map_err(|_| Error::Truncated { field })
    }

    pub(super) fn u32(&mut self, field: &'static str) -> Result<u32, Error> {
        self.array(field).map(u32::from_le_bytes)
    }

    pub(super) fn u48(&mut self, field: &'static str) -> Result<u64, Error> {
        let [a, b, c, d, e, f] = self.array(field)?;
        Ok(u64::from_le_bytes([a, b, c, d, e, f, 0, 0]))
    }

    /// A `medfloat16`.
    pub(super) fn sfloat(&mut self, field: &'static str) -> Result<Value, Error> {
        let raw = self.u16(field)?;
        float::from_sfloat(raw).ok_or(Error::Reserved {
            field,
            value: raw.into(),
        })
    }

    /// A `medfloat32`.
    pub(super) fn float(&mut self, field: &'static str) -> Result<Value, Error> {
        let raw = self.u32(field)?;
        float::from_float(raw).ok_or(Error::Reserved { field, value: raw })
    }

    pub(super) fn date_time(&mut self) -> Result<DateTime, Error> {
        DateTime::read(self)
    }

    pub(super) fn rest(&mut self) -> &'a [u8] {
        self.reader.rest()
    }

    /// Ends the reading where every flag is known.
    pub(super) fn finish(self) -> Result<(), Error> {
        match self.reader.left() {
            0 => Ok(()),
            count => Err(Error::TrailingBytes { count }),
        }
    }

    /// Ends the reading; what a later specification put behind flags that are `reserved` today is skipped.
    pub(super) fn finish_unless(self, reserved: u16) -> Result<(), Error> {
        match reserved {
            0 => self.finish(),
            _ => Ok(()),
        }
    }
}

/// Writes the fields of a characteristic from front to back.
#[derive(Debug)]
pub(super) struct Out<'a> {
    writer: Writer<'a>,
}

impl<'a> Out<'a> {
    pub(super) const fn new(out: &'a mut [u8]) -> Self {
        Self {
            writer: Writer::new(out),
        }
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.writer.put(bytes).map_err(Error::writing)
    }

    pub(super) fn u8(&mut self, value: u8) -> Result<(), Error> {
        self.put(&[value])
    }

    pub(super) fn u16(&mut self, value: u16) -> Result<(), Error> {
        self.put(&value.to_le_bytes())
    }

    pub(super) fn u24(&mut self, value: u32, field: &'static str) -> Result<(), Error> {
        let [a, b, c, high] = value.to_le_bytes();
        match high {
            0 => self.put(&[a, b, c]),
            _ => Err(Error::OutOfRange { field }),
        }
    }

    pub(super) fn u32(&mut self, value: u32) -> Result<(), Error> {
        self.put(&value.to_le_bytes())
    }

    pub(super) fn u48(&mut self, value: u64, field: &'static str) -> Result<(), Error> {
        let [a, b, c, d, e, f, high @ ..] = value.to_le_bytes();
        match high {
            [0, 0] => self.put(&[a, b, c, d, e, f]),
            _ => Err(Error::OutOfRange { field }),
        }
    }

    pub(super) fn sfloat(&mut self, value: Value, field: &'static str) -> Result<(), Error> {
        let raw = float::to_sfloat(value).ok_or(Error::NotRepresentable { field })?;
        self.u16(raw)
    }

    pub(super) fn float(&mut self, value: Value, field: &'static str) -> Result<(), Error> {
        let raw = float::to_float(value).ok_or(Error::NotRepresentable { field })?;
        self.u32(raw)
    }

    /// What is written so far.
    pub(super) fn so_far(&self) -> &[u8] {
        self.writer.written()
    }

    pub(super) fn finish(self) -> &'a mut [u8] {
        self.writer.finish()
    }
}

/// Runs `read` where `flag` is among `flags`.
pub(super) fn when<T>(
    flags: u16,
    flag: u16,
    read: impl FnOnce() -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    (flags & flag != 0).then(read).transpose()
}

/// The flag where there is a value.
pub(super) const fn flag_of<T>(value: Option<&T>, flag: u16) -> u16 {
    match value {
        Some(_) => flag,
        None => 0,
    }
}
