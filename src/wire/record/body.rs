use postcard::ser_flavors::{Flavor, Size};
use serde::{Deserialize, Serialize};

use crate::wire::Error;

/// Reads a body that was written by [`encode`], and only such a one.
pub(super) fn decode<'a, T: Serialize + Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    let body: T = postcard::from_bytes(bytes).map_err(|_| Error::MalformedBody)?;
    postcard::serialize_with_flavor(&body, Expect { rest: bytes })
        .map_err(|_| Error::MalformedBody)?;
    Ok(body)
}

/// How many bytes [`encode`] writes.
pub(super) fn encoded_len(body: &impl Serialize) -> Result<usize, Error> {
    postcard::serialize_with_flavor(body, Size::default()).map_err(|_| Error::MalformedBody)
}

/// Fills `slot`, which has the length that [`encoded_len`] said.
pub(super) fn encode(body: &impl Serialize, slot: &mut [u8]) -> Result<(), Error> {
    postcard::to_slice(body, slot)
        .map(|_| ())
        .map_err(|_| Error::MalformedBody)
}

/// Takes what is serialised only if it is what stands there already, to the last byte.
struct Expect<'a> {
    rest: &'a [u8],
}

impl Flavor for Expect<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        match self.rest.split_first() {
            Some((expected, rest)) if *expected == byte => {
                self.rest = rest;
                Ok(())
            }
            _ => Err(postcard::Error::DeserializeBadEncoding),
        }
    }

    fn finalize(self) -> postcard::Result<()> {
        match self.rest {
            [] => Ok(()),
            _ => Err(postcard::Error::DeserializeBadEncoding),
        }
    }
}
