use serde::{Deserialize, Serialize};

use super::output::{Output, Target};
use crate::wire::Error;

/// Reads a body that was written by [`encode`], and only such a one.
pub(super) fn decode<'a, T: Serialize + Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    let body: T = postcard::from_bytes(bytes).map_err(|_| Error::MalformedBody)?;
    match Output::of(&body, Target::Match(bytes)) {
        Ok(len) if len == bytes.len() => Ok(body),
        _ => Err(Error::MalformedBody),
    }
}

/// How many bytes [`encode`] writes.
pub(super) fn encoded_len(body: &impl Serialize) -> Result<usize, Error> {
    Output::of(body, Target::Count).map_err(|_| Error::MalformedBody)
}

/// Fills `slot`, which has the length that [`encoded_len`] said.
pub(super) fn encode(body: &impl Serialize, slot: &mut [u8]) -> Result<(), Error> {
    Output::of(body, Target::Fill(slot))
        .map(|_| ())
        .map_err(|_| Error::MalformedBody)
}
