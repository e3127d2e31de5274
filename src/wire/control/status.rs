use core::num::{NonZeroU32, NonZeroU64};

use crate::time::{Duration, Instant};
use crate::wire::{Error, Reader, Writer};

/// The device's clock, and when it is to be heard again.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// The device's time at the sealing.
    pub ticks: Instant,
    /// The next frame of any kind comes within so many milliseconds, 49 days at most. It stands until
    /// the next status; `None` promises nothing.
    pub due_ms: Option<NonZeroU32>,
    /// The server's time that the newest receipt believed has said, in milliseconds since 1970.
    pub server_time_ms: Option<NonZeroU64>,
    /// How long ago that receipt came.
    pub age: Duration,
}

impl Status {
    /// The longest body: four varints.
    pub const MAX_LEN: usize = 10 + 5 + 10 + 10;

    /// Reads a record's body.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(body);
        let status = Self {
            ticks: Instant::from_micros(reader.varint()?),
            due_ms: NonZeroU32::new(reader.varint_as()?),
            server_time_ms: NonZeroU64::new(reader.varint()?),
            age: Duration::from_micros(reader.varint()?),
        };
        reader.finish()?;
        Ok(status)
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        writer.varint(self.ticks.as_micros())?;
        writer.varint(self.due_ms.map_or(0, |due| due.get().into()))?;
        writer.varint(self.server_time_ms.map_or(0, NonZeroU64::get))?;
        writer.varint(self.age.as_micros())
    }
}
