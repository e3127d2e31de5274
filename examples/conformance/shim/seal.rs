use iomt::seal::Sealer;
use iomt::wire::{Frame, MAX_COUNTER, MAX_DATAGRAM, Packet, Route, Space};
use serde_json::json;

use super::Answer;
use super::error::Failure;
use super::keys::{agree, epoch_of};
use super::request::Request;
use super::text::hex;

/// A control frame has to be sealed to use up its counter: so far the crate is asked, too.
const MAX_CONTROL: u32 = 1_000;

pub(super) fn seal(request: &Request<'_>) -> Answer {
    let (epoch, mut device) = epoch_of(request)?;
    let code: u8 = request.number("space")?;
    let counter: u32 = request.number("counter")?;
    let plaintext = request.bytes("plaintext")?;
    let space = match code {
        0..=2 => Space::from_code(code),
        _ => return Err(Failure::Class("unexpected")),
    };
    if counter > MAX_COUNTER {
        return Err(Failure::Class("epoch_full"));
    }
    let (route, packet) = match request.text("form")? {
        "short" => (Route::Short, epoch.short(code, counter, &plaintext)),
        "routed" => (
            device_route(&device, true)?,
            epoch.routed(code, counter, &plaintext),
        ),
        "unproved" => (
            device_route(&device, false)?,
            epoch.unproved(code, counter, &plaintext),
        ),
        _ => return Err(Failure::field("form")),
    };
    if packet.len() > MAX_DATAGRAM {
        return Err(Failure::Class("no_room"));
    }
    if space != Space::Control || counter <= MAX_CONTROL {
        let made = by_crate(&mut device, (space, counter), route, &plaintext)?;
        agree(made == packet)?;
    }
    Ok(json!({ "packet": hex(packet) }))
}

fn device_route(device: &Sealer, is_named: bool) -> Result<Route, Failure> {
    let epoch = device.epoch().ok_or(Failure::Class("self_check"))?;
    Ok(epoch.route(is_named))
}

fn by_crate(
    device: &mut Sealer,
    (space, counter): (Space, u32),
    route: Route,
    plaintext: &[u8],
) -> Result<Vec<u8>, Failure> {
    for _ in 0..counter {
        if space == Space::Control {
            device.seal_control(&[], &mut [0; 32])?;
        } else {
            device.skip(space)?;
        }
    }
    let mut short = [0; MAX_DATAGRAM];
    let short = match space {
        Space::Control => device.seal_control(plaintext, &mut short)?.1,
        _ => device.seal(space, plaintext, &mut short)?,
    };
    let Packet::Frame(frame) = Packet::parse(short)? else {
        return Err(Failure::Class("self_check"));
    };
    let mut out = [0; MAX_DATAGRAM];
    Ok(Frame { route, ..frame }.emit(&mut out)?.to_vec())
}
