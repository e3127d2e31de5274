//! A recipient that another one vouches for.
//!
//! ```text
//!  phone (paired)                       device                                server
//!    │ draws a first secret               │                                     │
//!    ├── server's key, first secret ─────►│ a sealed command, or introduce_peer │
//!    │◄── done: it is on storage ─────────┤                                     │
//!    ├── device's key, first secret ──────┼────────────────► expect_introduced  │
//!    │                                    ├── KKpsk0 message 1 {hint of it} ───►│
//!    │                                    │◄── message 2 ───────────────────────┤
//!    │                                    ├── first frame ─────────────────────►│ paired
//! ```
//!
//! The first secret is the psk of one reconnection; the chain goes on from there. Both static keys are needed beside
//! it, so who steals the server's entry can not speak for the device, nor who overhears the secret for the server.

use super::{Chained, Device, Peer, PeerId};
use crate::node::Error;
use crate::pairing::PublicKey;
use crate::seal::ResumptionSecret;
use crate::time::Instant;

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    /// Adds a recipient that a paired one introduces: its static key, and a first secret that it has too
    /// ([`Server::expect_introduced`](crate::node::Server::expect_introduced)).
    ///
    /// The device reconnects to it by `KKpsk0` under that secret, which serves once:
    /// [`DeviceEvent::Reconnected`](super::DeviceEvent::Reconnected) and
    /// [`DeviceEvent::Ready`](super::DeviceEvent::Ready) say that it is done. From then on it receives every reading under
    /// the identity that all recipients see. [`Device::poll_store`] has what makes it outlive a reboot. A new owner ends what
    /// the one before has introduced.
    ///
    /// For who has the introduction by a way of their own: only from who is paired, over a channel that keeps it secret,
    /// since the device can not tell where the caller has it from. [`Device::allow_commands`] takes it from the paired
    /// server itself.
    ///
    /// # Errors
    ///
    /// [`Error::NotPaired`] where nobody is paired who could vouch, [`Error::SessionUnderWay`] for a recipient that is there
    /// already, [`Error::TooManyPeers`]. The device is as it was.
    pub fn introduce_peer(
        &mut self,
        now: Instant,
        key: PublicKey,
        first: ResumptionSecret,
    ) -> Result<PeerId, Error> {
        if !self.is_ready() {
            return Err(Error::NotPaired);
        }
        self.refuse_known(key)?;
        let peer = self.push_peer(now, key)?;
        peer.meet_by(first);
        Ok(PeerId(peer.number))
    }
}

impl<const BYTES: usize> Peer<BYTES> {
    /// The secret of the first handshake, to be stored.
    pub(super) fn meet_by(&mut self, first: ResumptionSecret) {
        self.chained = Some(Chained {
            current: first,
            previous: None,
        });
        self.storing.is_image_wanted = true;
    }

    /// Whether it was introduced, and no session was ever agreed with it.
    pub(super) const fn is_unmet(&self) -> bool {
        self.session.is_none() && self.next.is_none() && self.chained.is_some()
    }

    /// The announced successor has met the device: its place is this one.
    pub(super) fn succeed(&mut self) {
        if let Some(successor) = self.successor.take() {
            self.key = successor.key;
        }
    }
}
