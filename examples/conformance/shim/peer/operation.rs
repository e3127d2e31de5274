use super::Peer;
use super::carrier::{Tcp, Udp};
use crate::shim::Answer;
use crate::shim::error::Failure;
use crate::shim::request::Request;

/// Meets the other end that listens on a port of this machine.
pub(in crate::shim) fn peer(request: &Request<'_>) -> Answer {
    let port = request.number("port")?;
    let mut peer = Peer::new(request.fields());
    let never = || false;
    let met = match request.text("carrier")? {
        "udp" => Udp::connect(port).and_then(|mut carrier| peer.run(&mut carrier, never)),
        "tcp" => Tcp::connect(port).and_then(|mut carrier| peer.run(&mut carrier, never)),
        _ => return Err(Failure::field("carrier")),
    };
    met.map_err(|error| Failure::BadRequest(error.to_string()))?;
    Ok(peer.result())
}
