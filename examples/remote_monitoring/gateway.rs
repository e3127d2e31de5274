//! The gateway: forwards what it can not read.
//!
//! It names `wire` and `link` alone, which hold no key and no cryptography.

use iomt::link::Router;
use iomt::wire::Packet;

/// A radio on which devices are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Port(pub(crate) u8);

#[derive(Debug)]
pub(crate) struct Gateway {
    router: Router<Port>,
    ports: Vec<Port>,
    pub(crate) refused: u64,
}

impl Gateway {
    pub(crate) fn new(ports: Vec<Port>) -> Self {
        Self {
            router: Router::default(),
            ports,
            refused: 0,
        }
    }

    /// Whether a packet from a device goes on to the server.
    pub(crate) fn forward_up(&mut self, packet: &[u8], port: Port) -> bool {
        match Packet::parse(packet) {
            Ok(parsed) => {
                self.router.learn(&parsed, port);
                true
            }
            Err(_) => {
                self.refused += 1;
                false
            }
        }
    }

    /// Where a packet from the server goes: to the port that its receiver was heard on, else to all.
    pub(crate) fn forward_down(&mut self, packet: &[u8]) -> Vec<Port> {
        match Packet::parse(packet) {
            Ok(parsed) => match self.router.port_of(&parsed) {
                Some(port) => vec![port],
                None => self.ports.clone(),
            },
            Err(_) => {
                self.refused += 1;
                Vec::new()
            }
        }
    }
}
