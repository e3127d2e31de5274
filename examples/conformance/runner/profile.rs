//! Which vectors an implementation of a profile has to pass: those of what it is asked to do.

use super::vectors::{Area, Test};

pub(super) struct Profile {
    /// What is unsupported is a failure.
    pub(super) is_strict: bool,
    pub(super) takes: fn(&Area, &Test) -> bool,
}

pub(super) fn is_known(name: &str) -> bool {
    named(Some(name)).is_ok()
}

pub(super) fn named(name: Option<&str>) -> Result<Profile, String> {
    let takes = match name {
        None => {
            return Ok(Profile {
                is_strict: false,
                takes: |_, _| true,
            });
        }
        Some("meter") => meter,
        Some("streaming") => streaming,
        Some("gateway") => gateway,
        Some("server") => server,
        Some(other) => {
            return Err(format!(
                "no profile {other}: meter, streaming, gateway, server"
            ));
        }
    };
    Ok(Profile {
        is_strict: true,
        takes,
    })
}

/// A device that measures now and then, and pairs by its label. Its carrier it has chosen: that is asked by name.
fn meter(area: &Area, test: &Test) -> bool {
    let has = |member: &str| test.request.get(member).is_some();
    let is = |role: &str| test.request["role"] == role;
    match area.name.as_str() {
        "decimal" | "reading_encode" | "key_schedule" | "epoch" | "frame_seal" => !is_sampled(test),
        "receipt" => has("packet"),
        "outstanding" => has("records"),
        "pairing_label" => is("responder"),
        "pairing_reconnection" => is("initiator"),
        _ => false,
    }
}

/// A meter that samples, too.
fn streaming(area: &Area, test: &Test) -> bool {
    match area.name.as_str() {
        "waveform" => test.request["codec"] == 1,
        "reading_encode" => true,
        _ => meter(area, test),
    }
}

fn is_sampled(test: &Test) -> bool {
    let records = test.request["records"].as_array();
    records.is_some_and(|records| records.iter().any(|record| record.get("samples").is_some()))
}

/// Without keys: what it carries, by whichever carrier.
fn gateway(area: &Area, _: &Test) -> bool {
    matches!(area.name.as_str(), "fragment" | "reassemble" | "serial")
}

/// Everything but what only a device writes, and the options.
fn server(area: &Area, test: &Test) -> bool {
    let has = |member: &str| test.request.get(member).is_some();
    let is = |role: &str| test.request["role"] == role;
    match area.name.as_str() {
        "decimal" | "sfloat" | "reading_decode" | "evolution" | "frame_open" | "locator"
        | "received_set" | "label" => true,
        "waveform" => test.request["codec"] != 2,
        "key_schedule" => !has("random"),
        "receipt" => has("frames"),
        "outstanding" => !has("records"),
        "pairing_label" => is("initiator"),
        "pairing_factory_keys" | "pairing_reconnection" => is("responder"),
        _ => false,
    }
}
