//! The canonical JSON of a record.

mod form;
mod read;
mod text;
mod write;

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::form::Form;
use super::Record;
use super::content::Content;

/// A record in its canonical JSON: the form of the test vectors, of logs and of databases.
///
/// ```text
/// {"metric":150364,"record":"observation","status":0,"time":"5000000","unit":268192,"value":"3660e-2"}
/// ```
///
/// | content | in JSON |
/// |---|---|
/// | decimal | text, mantissa `e` exponent: the digits stay, and nothing becomes a float |
/// | value | the same; `<` or `>` before a bound; `nan`, `nres`, `+inf`, `-inf` |
/// | integer of 64 bits, time | text; times of the device are microseconds since its start |
/// | other integer, code, status | number |
/// | bytes, compressed samples | hexadecimal text, lower case |
/// | what is not said | no member |
///
/// Intervals and uncertainties are milliseconds, as on the wire. [`RecordJson::to_json`] writes members in the order of
/// their names and no white space, as RFC 8785 has it: equal records have equal texts. Read is any order; an unknown
/// member, a missing one or a decimal in another form is refused. The members of each kind are in the JSON Schema
/// `src/guide/records.schema.json`. Bare serde gives the same members with `record` first.
///
/// ```
/// use iomt::reading::{Decimal, Metric, Observation, Unit};
/// use iomt::time::Instant;
/// use iomt::wire::{Record, RecordJson};
///
/// let fever = Observation::new(
///     Metric::BODY_TEMPERATURE,
///     Unit::CELSIUS,
///     Instant::from_secs(5),
///     Decimal::new(3_860, -2).into(),
/// );
/// let json = RecordJson::from(&Record::Observation(fever)).to_json();
/// assert!(json.contains(r#""value":"3860e-2""#));
/// let read: RecordJson = json.parse()?;
/// assert_eq!(read.record()?, Record::Observation(fever));
/// # Ok::<(), iomt::wire::JsonError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordJson<'a> {
    form: Form<'a>,
}

impl RecordJson<'_> {
    /// The text, on one line: `O(n log n)` in its members.
    #[must_use]
    pub fn to_json(&self) -> String {
        // A form has texts for names and no floats: it is always an object.
        let members = match serde_json::to_value(self) {
            Ok(Value::Object(members)) => members.into_iter().collect(),
            _ => BTreeMap::new(),
        };
        serde_json::to_string(&members).unwrap_or_default()
    }

    /// The record, which borrows its texts and bytes from here.
    ///
    /// # Errors
    ///
    /// [`JsonError`] where members that are well written say no record: a sample rate of zero, a compound of no or
    /// more than six components, a series with both kinds of intervals or none, a text that is too long.
    pub fn record(&self) -> Result<Record<'_>, JsonError> {
        read::record(&self.form)
            .filter(Record::texts_fit)
            .ok_or_else(|| JsonError {
                reason: "a member is out of range".to_string(),
            })
    }
}

impl<'a> From<&Record<'a>> for RecordJson<'a> {
    fn from(record: &Record<'a>) -> Self {
        Self {
            form: write::form(record),
        }
    }
}

impl core::str::FromStr for RecordJson<'static> {
    type Err = JsonError;

    fn from_str(text: &str) -> Result<Self, JsonError> {
        serde_json::from_str(text).map_err(|error| JsonError {
            reason: error.to_string(),
        })
    }
}

/// A text is not the JSON of a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no record: {reason}")]
pub struct JsonError {
    reason: String,
}
