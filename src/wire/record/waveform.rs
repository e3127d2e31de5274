//! ```text
//! short   code u8 · offset varint, µs · rate varint, mHz · first index varint
//!         · scale mantissa zigzag varint · zero zigzag varint · codec u8 · count varint
//!         · length varint · compressed samples
//! full    metric varint · unit varint · scale exponent i8 · the same from offset on
//! ```

use serde::{Deserialize, Serialize};

use super::short_code::ShortCode;
use crate::reading::codec::CodecId;
use crate::reading::{Decimal, Metric, Unit, Waveform};
use crate::time::{Duration, Instant, SampleRate};
use crate::wire::Error;

#[derive(Serialize, Deserialize)]
pub(super) struct ShortWaveform<'a> {
    code: u8,
    #[serde(borrow)]
    samples: Samples<'a>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct FullWaveform<'a> {
    metric: u32,
    unit: u32,
    scale_exponent: i8,
    #[serde(borrow)]
    samples: Samples<'a>,
}

#[derive(Serialize, Deserialize)]
struct Samples<'a> {
    offset_us: u32,
    rate_mhz: u32,
    first_index: u64,
    scale_mantissa: i32,
    zero: i32,
    codec: u8,
    count: u16,
    data: &'a [u8],
}

impl<'a> ShortWaveform<'a> {
    /// The short form, where there is one that says all of it.
    pub(super) fn from(waveform: &Waveform<'a>, base: Instant) -> Result<Option<Self>, Error> {
        match ShortCode::find(waveform.metric, waveform.unit, waveform.scale.exponent()) {
            Some(row) => Ok(Some(Self {
                code: row.code,
                samples: Samples::from(waveform, base)?,
            })),
            None => Ok(None),
        }
    }

    pub(super) fn read(&self, base: Instant) -> Result<Waveform<'a>, Error> {
        let row = ShortCode::from_code(self.code).ok_or(Error::OutOfRange)?;
        self.samples.read(base, row.metric, row.unit, row.exponent)
    }
}

impl<'a> FullWaveform<'a> {
    pub(super) fn from(waveform: &Waveform<'a>, base: Instant) -> Result<Self, Error> {
        Ok(Self {
            metric: waveform.metric.code(),
            unit: waveform.unit.code(),
            scale_exponent: waveform.scale.exponent(),
            samples: Samples::from(waveform, base)?,
        })
    }

    pub(super) fn read(&self, base: Instant) -> Result<Waveform<'a>, Error> {
        let (metric, unit) = (Metric::from_code(self.metric), Unit::from_code(self.unit));
        self.samples.read(base, metric, unit, self.scale_exponent)
    }
}

impl<'a> Samples<'a> {
    fn from(waveform: &Waveform<'a>, base: Instant) -> Result<Self, Error> {
        Ok(Self {
            offset_us: u32::try_from((waveform.start - base).as_micros())
                .map_err(|_| Error::OutOfRange)?,
            rate_mhz: waveform.rate.as_millihertz(),
            first_index: waveform.first_index,
            scale_mantissa: waveform.scale.mantissa(),
            zero: waveform.zero,
            codec: waveform.codec.as_u8(),
            count: waveform.count,
            data: waveform.data,
        })
    }

    fn read(
        &self,
        base: Instant,
        metric: Metric,
        unit: Unit,
        exponent: i8,
    ) -> Result<Waveform<'a>, Error> {
        Ok(Waveform {
            metric,
            unit,
            start: base + Duration::from_micros(self.offset_us.into()),
            rate: SampleRate::from_millihertz(self.rate_mhz).ok_or(Error::OutOfRange)?,
            first_index: self.first_index,
            scale: Decimal::new(self.scale_mantissa, exponent),
            zero: self.zero,
            codec: CodecId::new(self.codec),
            count: self.count,
            data: self.data,
        })
    }
}
