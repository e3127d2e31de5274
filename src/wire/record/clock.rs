//! ```text
//! stamp    unix zigzag, ms · quality u8 · uncertainty varint, ms · UTC offset: 0, or 1 · zigzag, minutes · epoch varint
//! stamped  code u8 · time varint, ms · mantissa zigzag · stamp                    valid numbers of the short table
//! full     time varint, ms · stamp · the fields of an observation in full, its offset zero
//! quality  0 unset, 1 set by hand, 2 synchronised
//! ```

use serde::{Deserialize, Serialize};

use super::observation::{FullObservation, ShortObservation};
use crate::reading::Stamped;
use crate::time::{ClockQuality, Duration, Instant, Stamp, WallClock};
use crate::wire::Error;

#[derive(Serialize, Deserialize, Clone, Copy)]
pub(super) struct StampBody {
    unix_millis: i64,
    quality: u8,
    uncertainty_ms: u32,
    utc_offset_minutes: Option<i16>,
    epoch: u32,
}

impl From<Stamp> for StampBody {
    fn from(stamp: Stamp) -> Self {
        // An error is never told smaller than it is.
        let uncertainty = stamp.wall.uncertainty.as_micros().div_ceil(1_000);
        Self {
            unix_millis: stamp.wall.unix_millis,
            quality: quality_code(stamp.wall.quality),
            uncertainty_ms: u32::try_from(uncertainty).unwrap_or(u32::MAX),
            utc_offset_minutes: stamp.wall.utc_offset_minutes,
            epoch: stamp.epoch,
        }
    }
}

impl From<StampBody> for Stamp {
    fn from(body: StampBody) -> Self {
        let wall = WallClock {
            unix_millis: body.unix_millis,
            quality: quality_of(body.quality),
            uncertainty: Duration::from_millis(body.uncertainty_ms.into()),
            utc_offset_minutes: body.utc_offset_minutes,
        };
        Self {
            wall,
            epoch: body.epoch,
        }
    }
}

pub(super) const fn quality_code(quality: ClockQuality) -> u8 {
    match quality {
        ClockQuality::Unset => 0,
        ClockQuality::DeviceSet => 1,
        ClockQuality::Synchronised => 2,
    }
}

/// A quality that is not known here is one that nobody can trust.
pub(super) const fn quality_of(code: u8) -> ClockQuality {
    match code {
        1 => ClockQuality::DeviceSet,
        2 => ClockQuality::Synchronised,
        _ => ClockQuality::Unset,
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ShortStamped {
    code: u8,
    time_ms: u64,
    mantissa: i32,
    stamp: StampBody,
}

#[derive(Serialize, Deserialize)]
pub(super) struct FullStamped {
    time_ms: u64,
    stamp: StampBody,
    observation: FullObservation,
}

impl ShortStamped {
    /// The short form, where there is one that says all of it.
    pub(super) fn from(stamped: &Stamped) -> Result<Option<Self>, Error> {
        let time = stamped.observation.time;
        let short = ShortObservation::from(&stamped.observation, time)?;
        Ok(short.map(|short| Self {
            code: short.code,
            time_ms: time.as_millis(),
            mantissa: short.mantissa,
            stamp: stamped.stamp.into(),
        }))
    }

    pub(super) fn read(&self) -> Result<Stamped, Error> {
        let short = ShortObservation {
            code: self.code,
            offset_ms: 0,
            mantissa: self.mantissa,
        };
        let observation = short.read(instant(self.time_ms)?)?;
        Ok(Stamped {
            observation,
            stamp: self.stamp.into(),
        })
    }
}

impl FullStamped {
    pub(super) fn from(stamped: &Stamped) -> Result<Self, Error> {
        let time = stamped.observation.time;
        Ok(Self {
            time_ms: time.as_millis(),
            stamp: stamped.stamp.into(),
            observation: FullObservation::from(&stamped.observation, time)?,
        })
    }

    pub(super) fn read(&self) -> Result<Stamped, Error> {
        let time = instant(self.time_ms)?;
        let observation = self.observation.read(time)?;
        if observation.time != time {
            return Err(Error::OutOfRange);
        }
        Ok(Stamped {
            observation,
            stamp: self.stamp.into(),
        })
    }
}

/// A device time that its milliseconds come back from: no more of them than an instant holds.
fn instant(millis: u64) -> Result<Instant, Error> {
    let instant = Instant::from_millis(millis);
    if instant.as_millis() == millis {
        Ok(instant)
    } else {
        Err(Error::OutOfRange)
    }
}
