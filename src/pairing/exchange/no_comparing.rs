//! In the place of `comparing` where the feature `comparison` is not chosen: nothing is added to an exchange.

use super::Exchange;
use crate::pairing::payload::Payload;
use crate::pairing::{Error, Model};
use crate::seal::Hedge;
use crate::wire;

pub(super) use crate::pairing::payload::MAX_PAYLOAD as MAX;

pub(super) struct Sas;
pub(super) type ParkedSas = Sas;

#[allow(
    clippy::unused_self,
    clippy::needless_pass_by_value,
    reason = "it stands for what has a state"
)]
impl Sas {
    pub(super) const NONE: Self = Self;

    #[cfg(all(test, target_os = "linux"))]
    pub(super) fn secret(&self) -> Option<crate::crypto::memory::Named> {
        None
    }

    pub(super) const fn park(self) -> ParkedSas {
        self
    }

    pub(super) const fn resume(parked: ParkedSas) -> Self {
        parked
    }

    pub(super) fn asking(_: Model, _: Hedge) -> Self {
        Self
    }

    pub(super) const fn answering(_: Model, _: &Hedge, _: &[u8]) -> Self {
        Self
    }

    pub(super) fn emit<'o>(
        &self,
        _: u8,
        payload: Payload<'_>,
        out: &'o mut [u8; MAX],
    ) -> Result<&'o [u8], wire::Error> {
        payload.emit(out).map(|payload| &*payload)
    }

    pub(super) const fn accept(&self, _: u8, _: &[u8], _: &[u8]) -> Result<(), Error> {
        Ok(())
    }

    pub(super) const fn hear(&mut self, _: u8, _: &[u8]) {}

    pub(super) const fn is_settled(&self) -> bool {
        true
    }

    pub(super) const fn awaits_revelation(&self) -> bool {
        false
    }
}

impl Exchange {
    #[allow(clippy::unused_self, reason = "it stands for what has a state")]
    pub(super) const fn handle_revelation(&self, _: &[u8]) -> Result<(), Error> {
        Err(Error::UnexpectedMessage)
    }
}
