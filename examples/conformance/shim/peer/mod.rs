//! A device or a server that meets another one: datagrams in, datagrams out. The crate, by the operations of its shim, so that
//! a request of the operation `peer` says all that it does.
//!
//! ```text
//! initiator   repeats its newest packet of the handshake until the answer comes
//! responder   answers the same packet by the same bytes
//! device      repeats its frames until a receipt frees them, with a control frame that lists them
//! server      answers each authentic frame by a receipt; where it has read a label or a passcode, it repeats its last
//!             packet and a receipt behind it until a frame opens
//! ```
pub(crate) mod carrier;
mod device;
mod handshake;
pub(super) mod operation;
mod server;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::carrier::{Arrived, Carrier};
use self::device::Device;
use self::handshake::{HANDSHAKE, Handshake};
use self::server::Server;
use crate::shim;
use crate::shim::text::{hex, unhex};

pub(crate) struct Peer {
    handshake: Handshake,
    end: End,
    every: Duration,
}

enum End {
    Device(Device),
    Server(Server),
}

impl Peer {
    /// Of a request `peer`.
    pub(crate) fn new(asked: &Value) -> Self {
        let end = match asked["role"] == "device" {
            true => End::Device(Device::new(asked)),
            false => End::Server(Server::default()),
        };
        Self {
            handshake: Handshake::new(asked),
            end,
            every: Duration::from_millis(asked["every"].as_u64().unwrap_or(20)),
        }
    }

    /// Until the device's frames are all acknowledged, `is_over`, or the other side ends it.
    pub(crate) fn run(
        &mut self,
        carrier: &mut impl Carrier,
        is_over: impl Fn() -> bool,
    ) -> std::io::Result<()> {
        let began = Instant::now();
        let mut next = began;
        while !self.is_done() && !is_over() {
            let now = Instant::now();
            if now >= next {
                next = now + self.every;
                for datagram in self.tick() {
                    carrier.send(&datagram)?;
                }
            }
            match carrier.receive(next.saturating_duration_since(now))? {
                Arrived::Datagrams(datagrams) => {
                    for datagram in datagrams {
                        for answer in self.handle(&datagram, began.elapsed()) {
                            carrier.send(&answer)?;
                        }
                    }
                }
                Arrived::NewConnection => self.connection_began(),
                Arrived::Over => break,
            }
            if self.handshake.done.is_some() {
                carrier.keys_are_there();
            }
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        match &self.end {
            End::Device(device) => device.is_done(),
            End::Server(_) => false,
        }
    }

    fn handle(&mut self, packet: &[u8], elapsed: Duration) -> Vec<Vec<u8>> {
        if packet.first() == Some(&HANDSHAKE) {
            let answer = self.handshake.handle(packet);
            return answer.into_iter().collect();
        }
        let Some(session) = self.handshake.session() else {
            return Vec::new();
        };
        match &mut self.end {
            End::Device(device) => device.handle(&session, packet),
            End::Server(server) => server.handle(&session, packet, elapsed),
        }
    }

    fn tick(&mut self) -> Vec<Vec<u8>> {
        let Some(session) = self.handshake.session() else {
            return self.handshake.newest().into_iter().collect();
        };
        match &mut self.end {
            End::Device(device) => device.tick(&session, self.handshake.is_initiator()),
            End::Server(server) if self.handshake.is_initiator() => {
                server.confirm(&session, self.handshake.newest())
            }
            End::Server(_) => Vec::new(),
        }
    }

    fn connection_began(&mut self) {
        if let End::Device(device) = &mut self.end {
            device.connection_began();
        }
    }

    /// What a request `peer` is answered by.
    pub(crate) fn result(&self) -> Value {
        let stored = match &self.end {
            End::Device(_) => None,
            End::Server(server) => Some(server.stored()),
        };
        json!({ "paired": self.handshake.done, "stored": stored })
    }

    /// What lists said is lost.
    pub(crate) fn losses(&self) -> &[Value] {
        match &self.end {
            End::Device(_) => &[],
            End::Server(server) => server.losses(),
        }
    }
}

/// The result of an operation, or nothing where it is refused.
fn ask(op: &str, request: &Value) -> Option<Value> {
    shim::outcome(op, request).get("result").cloned()
}

fn packet_of(result: Option<Value>) -> Option<Vec<u8>> {
    unhex(result?["packet"].as_str()?)
}

/// A member more.
fn with(mut value: Value, name: &str, member: Value) -> Value {
    value[name] = member;
    value
}

fn hexed(packet: &[u8]) -> Value {
    hex(packet).into()
}
