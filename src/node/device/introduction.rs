//! A recipient that another one vouches for.
//!
//! ```text
//!  phone (paired)                       device                                server
//!    │ draws a first secret               │                                     │
//!    ├── server's key, first secret ─────►│ introduce_peer                      │
//!    ├── device's key, first secret ──────┼────────────────► expect_introduced  │
//!    │                                    ├── KKpsk0 message 1 {hint of it} ───►│
//!    │                                    │◄── message 2 ───────────────────────┤
//!    │                                    ├── first frame ─────────────────────►│ paired
//! ```
//!
//! The first secret is the psk of one reconnection; the chain goes on from there. Both static keys are needed beside
//! it, so who steals the server's entry can not speak for the device, nor who overhears the secret for the server.

use super::{Chained, Device, PeerId};
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
    /// the identity that all recipients see. A reboot before the first of these events forgets the introduction: it may be
    /// given again, the same to the byte. A new owner ends what the one before has introduced.
    ///
    /// Take an introduction only from who is paired, over a channel that keeps it secret: the device can not tell where
    /// the caller has it from.
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
        peer.chained = Some(Chained {
            current: first,
            previous: None,
        });
        Ok(PeerId(peer.number))
    }
}
