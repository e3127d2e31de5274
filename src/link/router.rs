use heapless::Vec;

use crate::wire::{ConnectionId, Locator, Packet, Refused, Route};

/// How many routes a router keeps by default.
pub const MAX_ROUTES: usize = 64;

/// Learns from clear headers through which port a device is reached; holds no key.
///
/// A packet from a device shows its locator, or the connection of its handshake; a packet
/// to a device names the same. At most `N` routes are kept, and the one that was used
/// longest ago gives way, so that strangers can make a gateway forget but not grow.
///
/// Without a key it can not tell who has made a frame. A stranger who copies a locator off the
/// air draws the packets to that device to its own port, until the device is heard again.
/// Nothing that was sealed is lost by it: the device keeps and repeats what no receipt has named,
/// and so is heard. Who keeps at it can fill the device's outbox, as a jammer can.
///
/// ```
/// use iomt::link::Router;
/// use iomt::wire::Packet;
///
/// let mut router = Router::<u8>::default();
/// let frame = [0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9];
/// router.learn(&Packet::parse(&frame)?, 3);
///
/// let receipt = [0x41, 1, 2, 3, 4, 5, 6, 7, 8, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7];
/// assert_eq!(router.port_of(&Packet::parse(&receipt)?), Some(3));
/// # Ok::<(), iomt::wire::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Router<P, const N: usize = MAX_ROUTES> {
    /// The route used last stands last.
    routes: Vec<(Address, P), N>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Address {
    Session(Locator),
    Handshake(ConnectionId),
}

impl<P, const N: usize> Default for Router<P, N> {
    fn default() -> Self {
        Self { routes: Vec::new() }
    }
}

impl<P: Copy, const N: usize> Router<P, N> {
    /// Takes note that `packet`, from a device, came through `port`.
    pub fn learn(&mut self, packet: &Packet<'_>, port: P) {
        let Some(address) = address_of(packet) else {
            return;
        };
        if let Some(known) = self.position_of(address) {
            self.routes.remove(known);
        } else if self.routes.is_full() {
            self.routes.remove(0);
        }
        // Has room: either a route was removed or the table was not full.
        let _ = self.routes.push((address, port));
    }

    /// The port behind which the receiver of `packet` was seen last.
    #[must_use]
    pub fn port_of(&self, packet: &Packet<'_>) -> Option<P> {
        let position = match packet {
            // Of which kind the packet was that it is about, it does not say.
            Packet::Refused(Refused { reference }) => self
                .position_of(Address::Session(Locator(*reference)))
                .or_else(|| self.position_of(Address::Handshake(ConnectionId(*reference))))?,
            _ => self.position_of(address_of(packet)?)?,
        };
        self.routes.get(position).map(|(_, port)| *port)
    }

    fn position_of(&self, address: Address) -> Option<usize> {
        self.routes.iter().position(|(known, _)| *known == address)
    }
}

/// What the packet shows of its session: a short frame nothing, and a refusal is none of a device's.
fn address_of(packet: &Packet<'_>) -> Option<Address> {
    match packet {
        Packet::Frame(frame) => match frame.route {
            Route::Routed(locator) | Route::Unproved(locator, _) => Some(Address::Session(locator)),
            Route::Short => None,
        },
        Packet::Receipt(receipt) => Some(Address::Session(receipt.locator)),
        Packet::Handshake(handshake) => Some(Address::Handshake(handshake.connection)),
        Packet::Refused(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Frame, Space};

    fn frame(locator: u8) -> Packet<'static> {
        let route = Route::Routed(Locator([locator; 8]));
        Packet::Frame(Frame {
            space: Space::Data,
            route,
            counter: 0,
            sealed: &[0; 16],
        })
    }

    // IOMT-CARR-084
    #[test]
    fn the_latest_port_counts() {
        let mut router = Router::<u8, 4>::default();
        router.learn(&frame(1), 10);
        router.learn(&frame(1), 11);
        assert_eq!(router.port_of(&frame(1)), Some(11));
        assert_eq!(router.port_of(&frame(2)), None);
    }

    // IOMT-CARR-085
    #[test]
    fn a_flood_of_strangers_takes_no_memory_and_the_active_device_stays() {
        let mut router = Router::<u8, 4>::default();
        for stranger in 2..200 {
            router.learn(&frame(1), 1);
            router.learn(&frame(stranger), 2);
            assert!(router.routes.len() <= 4);
        }
        assert_eq!(router.port_of(&frame(1)), Some(1));
    }

    // IOMT-CARR-084
    #[test]
    fn a_refusal_finds_whom_it_is_about() {
        let mut router = Router::<u8, 4>::default();
        router.learn(&frame(1), 10);
        let mut hello = [7; 60];
        hello[..4].copy_from_slice(&[0x81, 1, 2, 1]);
        router.learn(&Packet::parse(&hello).unwrap(), 11);
        let refused = |reference| {
            Packet::Refused(Refused {
                reference: [reference; 8],
            })
        };
        let ports = [1, 7, 2].map(|reference| router.port_of(&refused(reference)));
        assert_eq!(ports, [Some(10), Some(11), None]);
        router.learn(&refused(3), 12);
        assert_eq!(router.port_of(&refused(3)), None);
    }

    #[test]
    fn a_short_frame_shows_no_address() {
        let mut router = Router::<u8, 4>::default();
        let short = Packet::Frame(Frame {
            space: Space::Data,
            route: Route::Short,
            counter: 0,
            sealed: &[0; 16],
        });
        router.learn(&short, 1);
        assert!(router.routes.is_empty());
    }
}
