//! Records of a plaintext, in the canonical JSON of the crate, which is the form of the vectors.

use iomt::wire::{Envelope, Record, RecordJson, Records};
use serde_json::{Value, json};

use super::Answer;
use super::error::{Class, Failure};
use super::request::Request;
use super::text::hex;

pub(super) fn decode(request: &Request<'_>) -> Answer {
    let plaintext = request.bytes("plaintext")?;
    let envelope = Envelope::parse(&plaintext)?;
    let records: Result<Vec<_>, Failure> = Records::new(&envelope)
        .map(|(sequence, record)| {
            let mut said = match &record {
                Ok(record) => read(record)?,
                Err(error) => json!({ "error": error.class() }),
            };
            said["sequence"] = sequence.to_string().into();
            Ok(said)
        })
        .collect();
    Ok(json!({
        "sequence": envelope.first_sequence().to_string(),
        "run": envelope.run().map(|run| hex(run.0)),
        "records": records?,
    }))
}

fn read(record: &Record<'_>) -> Result<Value, Failure> {
    serde_json::to_value(RecordJson::from(record))
        .map_err(|error| Failure::BadRequest(error.to_string()))
}
