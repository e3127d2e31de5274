//! The crate behind the protocol of `guide::conformance`: one request in, one answer out.
#![allow(
    clippy::indexing_slicing,
    reason = "a JSON value has null under every name that is not there"
)]

mod carriers;
mod command;
mod command_outcomes;
mod cpace;
mod decimal;
pub(crate) mod error;
pub(crate) mod exact;
mod fhir;
mod gateway;
mod gatt;
mod hello;
mod keys;
mod label;
mod open;
mod outstanding;
mod pairing;
pub(crate) mod pairing_noise;
pub(crate) mod peer;
mod receipt;
mod received;
mod records_read;
mod records_write;
mod request;
mod seal;
pub(crate) mod text;
mod values;
mod waveform;

use std::io::{BufRead, Write};

use serde_json::{Value, json};

use self::error::Failure;
use self::request::Request;

type Answer = Result<Value, Failure>;

/// Answers every line of standard input until it ends.
pub(crate) fn serve() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let answer = match exact::read(&line?) {
            Ok(request) => answer(&request),
            Err(error) => json!({ "error": "bad_request", "why": error.to_string() }),
        };
        writeln!(out, "{}", exact::write(&answer))?;
        out.flush()?;
    }
    Ok(())
}

/// The answer to one request.
pub(crate) fn answer(request: &Value) -> Value {
    let op = request["op"].as_str().unwrap_or_default();
    let mut answer = outcome(op, request);
    answer["id"] = request["id"].clone();
    answer
}

/// The answer without its `id`.
pub(crate) fn outcome(op: &str, fields: &Value) -> Value {
    match perform(op, &Request::new(fields)) {
        Ok(result) => json!({ "result": result }),
        Err(Failure::Class(class)) => json!({ "error": class }),
        Err(Failure::Unsupported(why)) => json!({ "unsupported": why }),
        Err(Failure::BadRequest(why)) => json!({ "error": "bad_request", "why": why }),
    }
}

fn perform(op: &str, request: &Request<'_>) -> Answer {
    match op {
        "hello" => hello::hello(),
        "decimal" => decimal::decimal(request),
        "sfloat" => decimal::sfloat(request),
        "decode" => records_read::decode(request),
        "encode" => records_write::encode(request),
        "waveform_decode" => waveform::decode(request),
        "waveform_encode" => waveform::encode(request),
        "key_schedule" => keys::key_schedule(request),
        "epoch" => keys::epoch(request),
        "seal" => seal::seal(request),
        "open" => open::open(request),
        "locator" => open::locator(request),
        "receive" => received::receive(request),
        "receipt" => receipt::receipt(request),
        "outstanding" => outstanding::outstanding(request),
        "command" => command::command(request),
        "label" => label::label(request),
        "pair_step" => pairing::pair_step(request),
        "cpace" => cpace::cpace(request),
        "fragment" => carriers::fragment(request),
        "reassemble" => carriers::reassemble(request),
        "serial" => carriers::serial(request),
        "forward" => gateway::forward(request),
        "gatt" => gatt::gatt(request),
        "to_fhir" => fhir::to_fhir(request),
        "peer" => peer::operation::peer(request),
        other => Err(Failure::Unsupported(format!("no operation {other:?}"))),
    }
}

/// Takes out members that are null: they may be left out of any request and answer.
pub(crate) fn strip_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(strip_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_nulls),
        _ => {}
    }
}
