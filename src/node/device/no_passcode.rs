//! In the place of `passcode` where the feature `cpace` is not chosen: nothing can be armed, and nothing is left of it.

use super::{Device, Error};
use crate::pairing::{DescriptorHash, Exchange, StaticKey};
use crate::seal::Entropy;
use crate::time::Instant;
use crate::wire::Handshake;

#[derive(Debug, Default)]
pub(super) struct PasscodeEntry {}

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    pub(super) const fn expire_passcode(&self, _: Instant) {}
}

#[allow(
    clippy::unused_self,
    clippy::needless_pass_by_ref_mut,
    reason = "it stands for what has a state"
)]
impl PasscodeEntry {
    pub(super) const fn is_armed(&self) -> bool {
        false
    }

    pub(super) const fn disarm(&self) {}

    pub(super) const fn handle_message(
        &self,
        _: Instant,
        _: &[u8],
        _: &Handshake<'_>,
        _: &StaticKey,
        _: &mut impl Entropy,
    ) -> Result<(), Error> {
        Err(Error::NotArmed)
    }

    pub(super) const fn answer(
        &self,
        _: &[u8],
        _: &StaticKey,
        _: DescriptorHash,
        _: &mut impl Entropy,
    ) -> Result<Exchange, Error> {
        Err(Error::NotArmed)
    }

    pub(super) const fn has_work(&self) -> bool {
        false
    }

    pub(super) const fn work(&self, _: &StaticKey, _: &mut impl Entropy) -> Result<(), Error> {
        Ok(())
    }

    pub(super) const fn poll_transmit(&self) -> Option<&[u8]> {
        None
    }

    pub(super) const fn has_reply(&self) -> bool {
        false
    }

    pub(super) const fn expires(&self) -> Instant {
        Instant::NEVER
    }

    pub(super) const fn give_back(&self) {}
}
