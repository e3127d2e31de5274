//! Scalar multiplications: whose is next, and who does it.

use super::{Device, Error};
use crate::pairing::{self, Exchange, PublicKey, SharedSecret, StaticKey, Work};
use crate::seal::Entropy;
use crate::time::Instant;

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    /// The public key with which X25519 of the device's static key is wanted, where that key is elsewhere.
    #[must_use]
    pub fn poll_dh(&self) -> Option<PublicKey> {
        if self.key.identity().is_some() {
            return None;
        }
        match self.poll_work() {
            Work::StaticDh(peer) => Some(peer),
            Work::Idle | Work::Own => None,
        }
    }

    /// Takes the answer to [`Device::poll_dh`], at once or later; `None` where there is none, which ends that handshake.
    ///
    /// # Errors
    ///
    /// [`Error::Pairing`] where the handshake fails by it. A packet that was being answered may come again; a handshake of the
    /// device's own begins anew after [`Retry::longest`](crate::link::Retry::longest), so that a holder that is dead is not asked without end.
    pub fn handle_dh(
        &mut self,
        now: Instant,
        shared: Option<SharedSecret>,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        self.work(now, shared, entropy)
    }

    /// Whether there is something to be computed here.
    pub(super) fn has_work(&self) -> bool {
        match self.poll_work() {
            Work::Idle => false,
            Work::Own => true,
            Work::StaticDh(_) => self.key.identity().is_some(),
        }
    }

    /// What is to be computed next: one's own handshake, or one that is answered.
    pub(super) fn poll_work(&self) -> Work {
        match self
            .attempt
            .as_ref()
            .map(|attempt| attempt.exchange.poll_work())
        {
            None | Some(Work::Idle) => self.poll_answering_work(),
            Some(work) => work,
        }
    }

    fn poll_answering_work(&self) -> Work {
        match (self.half_open.poll_work(), self.passcode.has_work()) {
            (Work::Idle, true) => Work::Own,
            (Work::Idle, false) => self.comparison.poll_work(),
            (work, _) => work,
        }
    }

    fn work_on_answer(
        &mut self,
        now: Instant,
        shared: Option<SharedSecret>,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        match (self.half_open.poll_work(), self.passcode.has_work()) {
            (Work::Idle, true) => self
                .passcode
                .work(&self.key, &mut self.draws.watch(entropy)),
            (Work::Idle, false) => self.comparison.work(now, shared, &self.key),
            _ => Ok(self.half_open.work(shared, &self.key)?),
        }
    }

    /// Does one piece of work.
    pub(super) fn work(
        &mut self,
        now: Instant,
        shared: Option<SharedSecret>,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let attempt = self.attempt.as_mut();
        let working = attempt.filter(|attempt| attempt.exchange.poll_work() != Work::Idle);
        let Some(attempt) = working else {
            return self.work_on_answer(now, shared, entropy);
        };
        let worked = work_once(&mut attempt.exchange, shared, &self.key);
        if attempt.exchange.is_over() {
            let (number, again) = (attempt.peer(), now + self.config.retry.longest);
            self.give_up_attempt();
            if let Some(peer) = self.peer_mut(number) {
                peer.ladder.postpone(again);
            }
        }
        worked?;
        self.finish_attempt(now, entropy)
    }
}

/// Does one piece of an exchange's work.
pub(super) fn work_once(
    exchange: &mut Exchange,
    shared: Option<SharedSecret>,
    key: &StaticKey,
) -> Result<(), pairing::Error> {
    match (exchange.poll_work(), key.identity()) {
        (Work::Idle, _) => Ok(()),
        (Work::Own, _) => exchange.work(),
        (Work::StaticDh(_), None) => exchange.handle_dh(shared),
        (Work::StaticDh(peer), Some(identity)) => exchange.handle_dh(identity.agree(&peer)),
    }
}
