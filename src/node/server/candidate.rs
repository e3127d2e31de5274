use heapless::Vec;

use super::standing::Party;
use crate::pairing::{DescriptorHash, Exchange, MAX_HANDSHAKE, Model, Paired, PublicKey};
use crate::seal::{self, Agreed, Authentic, ResumptionSecret};
use crate::wire::Locator;

/// A session that is agreed and not confirmed: nobody was heard under its keys yet.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) agreed: Agreed,
    pub(super) peer: PublicKey,
    pub(super) model: Model,
    resumption: ResumptionSecret,
    pub(super) promised: Option<DescriptorHash>,
    /// The handshake's last message from this side, to be sent again as it is.
    message: Vec<u8, MAX_HANDSHAKE, u8>,
}

impl Candidate {
    /// What a handshake that has come to its end on this side has agreed.
    pub(super) fn of(exchange: &mut Exchange) -> Option<Self> {
        let Paired {
            mut secrets,
            peer,
            descriptor,
            model,
        } = exchange.poll_paired()?;
        let resumption = secrets.resumption()?;
        let message = Vec::from_slice(exchange.packet()?).ok()?;
        Some(Self {
            agreed: Agreed::new(secrets),
            peer,
            model,
            resumption,
            promised: descriptor,
            message,
        })
    }

    pub(super) const fn id(&self) -> [u8; 16] {
        self.agreed.id()
    }

    pub(super) fn message(&self) -> &[u8] {
        &self.message
    }

    pub(super) const fn resumption(&self) -> &ResumptionSecret {
        &self.resumption
    }

    pub(super) fn locators(&self) -> impl Iterator<Item = Locator> {
        self.agreed.locators().into_iter()
    }

    pub(super) fn is_addressed_by(&self, locator: Locator) -> bool {
        self.agreed.locators().contains(&locator)
    }

    /// Decrypts a frame in place, or leaves it as it was; by its epoch the candidate is to be confirmed.
    pub(super) fn open(
        &self,
        packet: &mut [u8],
    ) -> Result<(seal::CandidateEpoch, Authentic), seal::Error> {
        self.agreed.authenticate(packet)
    }

    /// The receipt that shows the device that this side has the keys.
    pub(super) fn receipt<'o>(&self, out: &'o mut [u8]) -> Option<&'o mut [u8]> {
        self.agreed.receipt(out).ok()
    }

    pub(super) fn party(&self) -> Party {
        Party {
            peer: self.peer,
            resumption: self.resumption.share(),
        }
    }
}
