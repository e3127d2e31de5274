//! ```text
//! short      code u8 · offset varint, ms · interval varint, ms · count varint · length varint · compressed, by codec 1
//! full       metric varint · unit varint · exponent i8 · offset varint, ms · status varint · codec u8 · interval varint, ms
//!            · count varint · length varint · compressed
//! irregular  the same with length varint · compressed intervals in the place of the interval
//! ```

use serde::{Deserialize, Serialize};

use super::observation::offset_ms;
use super::short_code::ShortCode;
use crate::reading::codec::CodecId;
use crate::reading::{Cadence, Metric, Series, Status, Unit};
use crate::time::{Duration, Instant};
use crate::wire::Error;

#[derive(Serialize, Deserialize)]
pub(super) struct ShortSeries<'a> {
    code: u8,
    offset_ms: u32,
    interval_ms: u32,
    count: u16,
    data: &'a [u8],
}

#[derive(Serialize, Deserialize)]
pub(super) struct FullSeries<'a, I> {
    metric: u32,
    unit: u32,
    exponent: i8,
    offset_ms: u32,
    status: u16,
    codec: u8,
    intervals: I,
    count: u16,
    data: &'a [u8],
}

impl<'a> ShortSeries<'a> {
    /// The short form, where there is one that says all of it.
    pub(super) fn from(series: &Series<'a>, base: Instant) -> Result<Option<Self>, Error> {
        let row = ShortCode::find(series.metric, series.unit, series.exponent);
        let (Some(row), Cadence::Every(interval)) = (row, series.cadence) else {
            return Ok(None);
        };
        if series.status != Status::VALID || series.codec != CodecId::SMALL {
            return Ok(None);
        }
        Ok(Some(Self {
            code: row.code,
            offset_ms: offset_ms(series.start, base)?,
            interval_ms: interval_ms(interval)?,
            count: series.count,
            data: series.data,
        }))
    }

    pub(super) fn read(&self, base: Instant) -> Result<Series<'a>, Error> {
        let row = ShortCode::from_code(self.code).ok_or(Error::OutOfRange)?;
        Ok(Series {
            metric: row.metric,
            unit: row.unit,
            start: base + Duration::from_millis(self.offset_ms.into()),
            cadence: Cadence::Every(Duration::from_millis(self.interval_ms.into())),
            exponent: row.exponent,
            status: Status::VALID,
            codec: CodecId::SMALL,
            count: self.count,
            data: self.data,
        })
    }
}

impl<'a, I> FullSeries<'a, I> {
    pub(super) fn from(series: &Series<'a>, intervals: I, base: Instant) -> Result<Self, Error> {
        Ok(Self {
            metric: series.metric.code(),
            unit: series.unit.code(),
            exponent: series.exponent,
            offset_ms: offset_ms(series.start, base)?,
            status: series.status.bits(),
            codec: series.codec.as_u8(),
            intervals,
            count: series.count,
            data: series.data,
        })
    }

    pub(super) fn read(self, base: Instant, cadence: impl FnOnce(I) -> Cadence<'a>) -> Series<'a> {
        Series {
            metric: Metric::from_code(self.metric),
            unit: Unit::from_code(self.unit),
            start: base + Duration::from_millis(self.offset_ms.into()),
            cadence: cadence(self.intervals),
            exponent: self.exponent,
            status: Status::from_bits(self.status),
            codec: CodecId::new(self.codec),
            count: self.count,
            data: self.data,
        }
    }
}

pub(super) fn interval_ms(interval: Duration) -> Result<u32, Error> {
    u32::try_from(interval.as_millis()).map_err(|_| Error::OutOfRange)
}

pub(super) fn every<'a>(interval_ms: u32) -> Cadence<'a> {
    Cadence::Every(Duration::from_millis(interval_ms.into()))
}
