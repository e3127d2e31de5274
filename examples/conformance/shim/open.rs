use iomt::seal::{Control, Error, Opener, Opening};
use serde_json::{Value, json};

use super::Answer;
use super::error::{Class, Failure};
use super::keys::Roots;
use super::request::Request;
use super::text::hex;

/// A datagram, and whether the store takes what is in it.
pub(super) struct Arrival {
    pub(super) packet: Vec<u8>,
    store: bool,
}

pub(super) fn server(request: &Request<'_>) -> Result<Opener, Failure> {
    Ok(Roots::of(request)?.secrets()?.into_opener())
}

pub(super) fn arrivals(request: &Request<'_>) -> Result<Vec<Arrival>, Failure> {
    let arrival = |frame: Request<'_>| {
        Ok(Arrival {
            packet: frame.bytes("packet")?,
            store: !frame.has("store") || frame.flag("store"),
        })
    };
    request
        .objects("frames")?
        .into_iter()
        .map(arrival)
        .collect()
}

/// Opens one, and stores it where the store takes it.
pub(super) fn take(server: &mut Opener, arrival: &mut Arrival) -> Result<Value, Error> {
    Ok(match server.open(&mut arrival.packet)? {
        Opening::Fresh(opened) => {
            let fresh = json!({ "fresh": {
                "tag": hex(opened.epoch().as_bytes()),
                "space": opened.space().code(),
                "counter": opened.counter(),
                "plaintext": hex(opened.plaintext()),
            }});
            if arrival.store {
                let stored = opened.stored();
                server.commit(stored)?;
            }
            fresh
        }
        Opening::Control(control) => heard(&control),
        Opening::Duplicate => json!({ "duplicate": true }),
    })
}

fn heard(control: &Control<'_>) -> Value {
    json!({ "control": {
        "tag": hex(control.epoch().as_bytes()),
        "counter": control.counter(),
        "plaintext": hex(control.plaintext()),
    }})
}

/// The same; what a list says is obeyed.
fn take_and_settle(server: &mut Opener, arrival: &mut Arrival) -> Result<Value, Error> {
    let mut packet = arrival.packet.clone();
    match server.open(&mut packet)? {
        Opening::Control(control) => {
            server.handle_outstanding(&control, |_| Ok(()))?;
            Ok(heard(&control))
        }
        _ => take(server, arrival),
    }
}

pub(super) fn open(request: &Request<'_>) -> Answer {
    let mut server = server(request)?;
    let take = match request.flag("settle") {
        true => take_and_settle,
        false => take,
    };
    let mut outcomes = Vec::new();
    for mut arrival in arrivals(request)? {
        let outcome = take(&mut server, &mut arrival);
        outcomes.push(outcome.unwrap_or_else(|error| json!({ "error": error.class() })));
    }
    Ok(json!({ "outcomes": outcomes }))
}

pub(super) fn locator(request: &Request<'_>) -> Answer {
    let mut server = server(request)?;
    for mut arrival in arrivals(request)? {
        take(&mut server, &mut arrival)?;
    }
    let mut locators: Vec<_> = server.locators().map(|locator| locator.0).collect();
    locators.sort_unstable();
    locators.dedup();
    let locators: Vec<_> = locators.iter().map(hex).collect();
    Ok(json!({ "locators": locators }))
}
