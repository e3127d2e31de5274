use iomt::reading::codec::{CodecId, Tier};
use serde_json::json;

use super::Answer;
use super::error::Failure;
use super::request::Request;
use super::text::hex;

pub(super) fn decode(request: &Request<'_>) -> Answer {
    let tier = tier(request)?;
    let mut samples = vec![0; usize::from(request.number::<u16>("count")?)];
    tier.decode(&request.bytes("samples")?, &mut samples)?;
    Ok(json!({ "values": samples }))
}

pub(super) fn encode(request: &Request<'_>) -> Answer {
    let tier = tier(request)?;
    let values = request.list("values")?.iter();
    let values: Option<Vec<i32>> = values
        .map(|value| i32::try_from(value.as_i64()?).ok())
        .collect();
    let values = values.ok_or(Failure::Class("out_of_range"))?;
    let mut block = vec![0; tier.max_encoded_len(values.len())];
    let len = tier.encode(&values, &mut block)?;
    block.truncate(len);
    Ok(json!({ "samples": hex(block) }))
}

fn tier(request: &Request<'_>) -> Result<Tier, Failure> {
    let codec = CodecId::new(request.number("codec")?);
    codec.tier().ok_or(Failure::Class("unsupported_codec"))
}
