use iomt::gatt::{
    Amount, CurrentElapsedTime, CurrentTime, DateTime, ElapsedTime, GlucoseContext, Payload,
    Reading, Resolution, Stamp, TimeScale,
};
use iomt::reading::Observation;
use iomt::time::{ClockQuality, Instant};
use serde_json::{Value, json};

use super::Answer;
use super::request::Request;
use super::values::value_text;

pub(super) fn gatt(request: &Request<'_>) -> Answer {
    let [high, low] = request.array("uuid")?;
    let bytes = request.bytes("bytes")?;
    let payload = Payload::decode(u16::from_be_bytes([high, low]), &bytes)?;
    let mut readings = Vec::new();
    payload.for_each_reading(Instant::ZERO, |reading| readings.push(said(&reading)));
    let mut result = json!({ "readings": readings });
    match &payload {
        Payload::CurrentTime(clock) => result["clock"] = current_time(clock),
        Payload::CurrentElapsedTime(clock) => result["clock"] = current_elapsed(clock),
        Payload::GlucoseContext(around) => result["context"] = context(around),
        _ => {}
    }
    Ok(result)
}

fn said(reading: &Reading) -> Value {
    let parts: Vec<_> = reading.parts.iter().map(part).collect();
    json!({
        "panel": reading.panel.map(|panel| panel.code()),
        "parts": parts,
        "time": time(&reading.time),
    })
}

fn part(part: &Observation) -> Value {
    json!({
        "metric": part.metric.code(),
        "unit": part.unit.code(),
        "value": value_text(part.value),
        "status": part.status.bits(),
    })
}

fn time(stamp: &Stamp) -> Value {
    match stamp {
        Stamp::None => Value::Null,
        Stamp::Local {
            time,
            offset_minutes,
        } => json!({ "local": local(time), "offset": offset_minutes }),
        Stamp::Session { minutes, .. } => json!({ "minutes": minutes }),
        Stamp::Elapsed(time) => json!({ "elapsed": elapsed(time) }),
    }
}

fn local(time: &DateTime) -> String {
    let date = format!("{:04}-{:02}-{:02}", time.year, time.month, time.day);
    format!(
        "{date}T{:02}:{:02}:{:02}",
        time.hours, time.minutes, time.seconds
    )
}

fn elapsed(time: &ElapsedTime) -> Value {
    let scale = match time.scale {
        TimeScale::Ticks => "ticks",
        TimeScale::Utc => "utc",
        TimeScale::Local => "local",
    };
    let unit_us = match time.resolution {
        Resolution::Second => 1_000_000,
        Resolution::Decisecond => 100_000,
        Resolution::Millisecond => 1_000,
        Resolution::HundredMicroseconds => 100,
    };
    json!({
        "scale": scale,
        "unit": unit_us,
        "count": time.count.to_string(),
        "source": time.source.as_u8(),
        "offset": time.offset_quarters.map(|quarters| i16::from(quarters) * 15),
        "current": time.is_current,
        "unix": instant(time).map(|unix_millis| unix_millis.to_string()),
    })
}

fn instant(time: &ElapsedTime) -> Option<i64> {
    let told = time.wall_clock()?;
    (told.quality != ClockQuality::Unset).then_some(told.unix_millis)
}

fn current_time(clock: &CurrentTime) -> Value {
    json!({
        "local": local(&clock.time),
        "dayOfWeek": clock.day_of_week,
        "fractions": clock.fractions_256,
        "reason": clock.reason.bits(),
    })
}

fn current_elapsed(clock: &CurrentElapsedTime) -> Value {
    json!({
        "elapsed": elapsed(&clock.time),
        "status": clock.clock.map(|(status, _)| status),
        "capabilities": clock.clock.map(|(_, capabilities)| capabilities),
    })
}

fn context(around: &GlucoseContext) -> Value {
    let carbohydrate = around
        .carbohydrate
        .map(|meal| json!({ "id": meal.id, "kilograms": value_text(meal.kilograms) }));
    let medication = around.medication.map(|medication| match medication.amount {
        Amount::Kilograms(value) => json!({ "id": medication.id, "kilograms": value_text(value) }),
        Amount::Litres(value) => json!({ "id": medication.id, "litres": value_text(value) }),
    });
    json!({
        "number": around.sequence,
        "carbohydrate": carbohydrate,
        "meal": around.meal,
        "tester": around.tester_health.map(|who| who.tester),
        "health": around.tester_health.map(|who| who.health),
        "seconds": around.exercise.map(|exercise| exercise.seconds),
        "intensity": around.exercise.map(|exercise| exercise.intensity_percent),
        "medication": medication,
    })
}
