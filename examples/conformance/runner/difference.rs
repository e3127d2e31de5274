//! Where an answer first differs from the right one.

use serde_json::Value;

use crate::shim::exact;
use crate::shim::text::unhex;

/// So many bytes are not seen at a glance.
const LONG: usize = 16;

/// A place in both, and what stands there.
#[derive(Clone)]
pub(super) struct Difference {
    /// Such as `result.outcomes[2]`; nothing where they differ as a whole.
    pub(super) place: String,
    pub(super) right: String,
    pub(super) got: String,
}

pub(super) fn difference(right: &Value, got: &Value) -> Difference {
    match within(right, got) {
        Some((step, Some(right), Some(got))) => {
            let inner = difference(right, got);
            let place = match (inner.place.starts_with('[') || inner.place.is_empty(), step) {
                (true, step) => step + &inner.place,
                (false, step) => format!("{step}.{}", inner.place),
            };
            Difference { place, ..inner }
        }
        Some((place, right, got)) => Difference {
            place,
            right: said(right),
            got: said(got),
        },
        None => within_bytes(right, got).unwrap_or_else(|| Difference {
            place: String::new(),
            right: exact::write(right),
            got: exact::write(got),
        }),
    }
}

/// Of long bytes those behind what is the same.
fn within_bytes(right: &Value, got: &Value) -> Option<Difference> {
    let (right, got) = (right.as_str()?, got.as_str()?);
    let (bytes, others) = (unhex(right)?, unhex(got)?);
    let pairs = bytes.iter().zip(&others);
    let same = pairs.take_while(|(byte, other)| byte == other).count();
    let rest = |text: &str| match text.get(2 * same..) {
        None | Some("") => String::from("an end"),
        Some(rest) => format!("…{rest}"),
    };
    (same > 0 && bytes.len() >= LONG).then(|| Difference {
        place: format!("[from byte {same}]"),
        right: rest(right),
        got: rest(got),
    })
}

fn said(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".into(), exact::write)
}

type Step<'v> = (String, Option<&'v Value>, Option<&'v Value>);

/// One step down, where both are lists, or objects that have a member in common.
fn within<'v>(right: &'v Value, got: &'v Value) -> Option<Step<'v>> {
    match (right, got) {
        (Value::Object(members), Value::Object(others)) => {
            members.keys().find(|name| others.contains_key(*name))?;
            let mut names = members.keys().chain(others.keys());
            let name = names.find(|name| members.get(*name) != others.get(*name))?;
            Some((name.clone(), members.get(name), others.get(name)))
        }
        (Value::Array(entries), Value::Array(others)) => {
            let place = (0..entries.len().max(others.len()))
                .find(|place| entries.get(*place) != others.get(*place))?;
            Some((format!("[{place}]"), entries.get(place), others.get(place)))
        }
        _ => None,
    }
}
