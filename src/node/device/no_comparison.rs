//! In the place of `comparison` where that feature is not chosen: there never is a run, and nothing is left of it.

use super::{Device, Error};
use crate::link::Retry;
use crate::pairing::{SharedSecret, StaticKey, Work};
use crate::time::Instant;
use crate::wire::ConnectionId;

#[derive(Debug, Default)]
pub(super) struct Comparison {}

#[allow(clippy::unused_self, reason = "it stands for what has a state")]
impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    pub(super) const fn handle_comparison(&self, _: Instant, _: &[u8]) -> Result<(), Error> {
        Err(Error::NotArmed)
    }

    pub(super) const fn expire_comparison(&self, _: Instant) {}
}

#[allow(
    clippy::unused_self,
    clippy::needless_pass_by_value,
    reason = "it stands for what has a state"
)]
impl Comparison {
    pub(super) const fn disarm(&self) {}

    pub(super) const fn is_of(&self, _: ConnectionId) -> bool {
        false
    }

    pub(super) const fn poll_work(&self) -> Work {
        Work::Idle
    }

    pub(super) fn work(
        &self,
        _: Instant,
        _: Option<SharedSecret>,
        _: &StaticKey,
    ) -> Result<(), Error> {
        Ok(())
    }

    pub(super) const fn poll_transmit(&self, _: Instant, _: Retry) -> Option<&[u8]> {
        None
    }

    pub(super) const fn due(&self) -> Instant {
        Instant::NEVER
    }

    pub(super) const fn is_due(&self, _: Instant) -> bool {
        false
    }
}
