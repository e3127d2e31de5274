use iomt::reading::{Decimal, Special};
use serde_json::json;

use super::Answer;
use super::error::Failure;
use super::request::Request;
use super::text::hex;
use super::values::{decimal as read, decimal_text, special, special_text};

const NO_DECIMAL: Failure = Failure::Class("malformed");
const NOT_REPRESENTABLE: Failure = Failure::Class("not_representable");

pub(super) fn decimal(request: &Request<'_>) -> Answer {
    let of = |name| read(request.text(name)?);
    Ok(match request.text("do")? {
        "parse" => {
            let parsed: Decimal = request.text("text")?.parse().map_err(|_| NO_DECIMAL)?;
            json!({ "decimal": decimal_text(parsed) })
        }
        "format" => json!({ "text": of("decimal")?.to_string() }),
        "compare" => json!({ "order": of("a")?.cmp(&of("b")?) as i8 }),
        "rescale" => {
            let rescaled = of("decimal")?.rescaled(request.number("exponent")?);
            json!({ "decimal": decimal_text(rescaled.ok_or(NOT_REPRESENTABLE)?) })
        }
        other => return Err(Failure::BadRequest(format!("no function {other:?}"))),
    })
}

pub(super) fn sfloat(request: &Request<'_>) -> Answer {
    let width: u8 = request.number("width")?;
    if request.has("bytes") {
        let decoded = match width {
            16 => Decimal::from_sfloat(u16::from_le_bytes(request.array("bytes")?)),
            _ => Decimal::from_float(u32::from_le_bytes(request.array("bytes")?)),
        };
        return match decoded {
            Ok(number) => Ok(json!({ "value": decimal_text(number) })),
            Err(Special::Reserved) => Err(Failure::Class("malformed")),
            Err(special) => Ok(json!({ "value": special_text(special) })),
        };
    }
    let text = request.text("value")?;
    let code = match (special(text), width) {
        (Some(special), 16) => Some(special.to_sfloat().into()),
        (Some(special), _) => Some(special.to_float()),
        (None, 16) => read(text)?.to_sfloat().map(u32::from),
        (None, _) => read(text)?.to_float(),
    };
    let octets = code.ok_or(NOT_REPRESENTABLE)?.to_le_bytes();
    let octets = octets.get(..usize::from(width / 8)).unwrap_or_default();
    Ok(json!({ "bytes": hex(octets) }))
}
