//! In the place of `comparison` where that feature is not chosen: nobody may begin.

use super::Server;
use crate::node::Error;
use crate::seal::Entropy;
use crate::time::Instant;

#[derive(Debug, Default)]
pub(super) struct Comparison {}

#[allow(
    clippy::unused_self,
    clippy::needless_pass_by_ref_mut,
    reason = "it stands for what has a state"
)]
impl Server {
    pub(super) const fn handle_comparison(&mut self, _: Instant, _: &[u8]) -> Result<(), Error> {
        Err(Error::NotArmed)
    }

    pub(super) const fn answer_comparison(
        &mut self,
        _: Instant,
        _: &mut impl Entropy,
    ) -> Result<(), Error> {
        Ok(())
    }

    pub(super) const fn count_comparison(&mut self) {}
}

#[allow(clippy::unused_self, reason = "it stands for what has a state")]
impl Comparison {
    pub(super) const fn has_work(&self) -> bool {
        false
    }

    pub(super) const fn give_up(&self) {}

    pub(super) const fn give_back(&self) {}
}
