use serde::{Deserialize, Serialize};

/// A piece of a stream of the application's own bytes. *Draft.*
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream<'a> {
    /// Which stream, by a number that the application gives.
    pub channel: u16,
    /// The place of the first byte in the stream.
    pub position: u64,
    /// The bytes.
    pub data: &'a [u8],
}
