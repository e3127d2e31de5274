//! ```text
//! offset varint, ms · the fields of what happened
//! ```

use serde::{Deserialize, Serialize};

use super::body;
use super::observation::offset_ms;
use crate::reading::Timed;
use crate::time::{Duration, Instant};
use crate::wire::Error;

#[derive(Serialize, Deserialize)]
pub(super) struct TimedBody<T> {
    offset_ms: u32,
    what: T,
}

impl<T> TimedBody<T> {
    pub(super) fn from(timed: &Timed<impl Into<T> + Copy>, base: Instant) -> Result<Self, Error> {
        Ok(Self {
            offset_ms: offset_ms(timed.time, base)?,
            what: timed.what.into(),
        })
    }
}

pub(super) fn read<'a, T, U>(
    bytes: &'a [u8],
    base: Result<Instant, Error>,
) -> Result<Timed<U>, Error>
where
    T: Serialize + Deserialize<'a> + Into<U>,
{
    let read: TimedBody<T> = body::decode(bytes)?;
    let time = base? + Duration::from_millis(read.offset_ms.into());
    Ok(Timed {
        time,
        what: read.what.into(),
    })
}
