//! In the place of `passcode` where the feature `cpace` is not chosen: there never is a run.

use super::Server;
use super::attempt::Repetition;
use crate::link::Retry;
use crate::node::Error;
use crate::seal::Entropy;
use crate::time::Instant;
use crate::wire::ConnectionId;

/// Nobody has one.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) connection: ConnectionId,
    pub(super) repetition: Repetition,
    never: core::convert::Infallible,
}

impl Server {
    pub(super) const fn work_on_passcode(
        &mut self,
        _: Instant,
        _: &mut impl Entropy,
    ) -> Result<(), Error> {
        Ok(())
    }
}

impl Typed {
    pub(super) const fn has_work(&self) -> bool {
        match self.never {}
    }

    pub(super) const fn handle_packet(&mut self, _: u8, _: &[u8]) -> Result<(), Error> {
        match self.never {}
    }

    pub(super) const fn take_packet(&mut self, _: Instant, _: Retry) -> Option<&[u8]> {
        match self.never {}
    }
}
