use iomt::gatt::{Payload, Reading, Stamp};
use iomt::reading::Observation;
use iomt::time::Instant;
use serde_json::{Value, json};

use super::Answer;
use super::error::Failure;
use super::request::Request;
use super::values::value_text;

pub(super) fn gatt(request: &Request<'_>) -> Answer {
    let [high, low] = request.array("uuid")?;
    let bytes = request.bytes("bytes")?;
    let payload = Payload::decode(u16::from_be_bytes([high, low]), &bytes)?;
    let mut readings = Vec::new();
    payload.for_each_reading(Instant::ZERO, |reading| readings.push(said(&reading)));
    let readings: Result<Vec<_>, _> = readings.into_iter().collect();
    Ok(json!({ "readings": readings? }))
}

fn said(reading: &Reading) -> Answer {
    let parts: Vec<_> = reading.parts.iter().map(part).collect();
    Ok(json!({
        "panel": reading.panel.map(|panel| panel.code()),
        "parts": parts,
        "time": time(&reading.time)?,
    }))
}

fn part(part: &Observation) -> Value {
    json!({
        "metric": part.metric.code(),
        "unit": part.unit.code(),
        "value": value_text(part.value),
        "status": part.status.bits(),
    })
}

fn time(stamp: &Stamp) -> Answer {
    Ok(match stamp {
        Stamp::None => Value::Null,
        Stamp::Local {
            time,
            offset_minutes,
        } => {
            let date = format!("{:04}-{:02}-{:02}", time.year, time.month, time.day);
            let clock = format!("{:02}:{:02}:{:02}", time.hours, time.minutes, time.seconds);
            json!({ "local": format!("{date}T{clock}"), "offset": offset_minutes })
        }
        Stamp::SessionMinutes(minutes) => json!({ "minutes": minutes }),
        Stamp::Elapsed(_) => {
            return Err(Failure::Unsupported(
                "times of the elapsed-time clock".into(),
            ));
        }
    })
}
