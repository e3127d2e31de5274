//! A device that somebody who is paired with it has introduced; `node::Device::introduce_peer` draws the messages.

use super::Server;
use crate::pairing::{DescriptorHash, PublicKey};
use crate::seal::ResumptionSecret;
use crate::wire::Hint;

/// A device that is to come, and the secret that it comes by.
#[derive(Debug)]
pub(super) struct Introduced {
    device: PublicKey,
    first: ResumptionSecret,
    descriptor: Option<DescriptorHash>,
}

impl Server {
    /// Says which device is to come, and by which first secret: one that a paired peer of the device has introduced to
    /// this server ([`Server::introduce`]), and what it describes itself as, where that is known there: the device's first
    /// descriptor is held to it ([`DescriptorMismatch`](super::ServerEvent::DescriptorMismatch)).
    ///
    /// It counts as long as no pairing stands, and once:
    /// [`Paired`](super::ServerEvent::Paired), by [`Model::RECONNECTION`](crate::pairing::Model::RECONNECTION), ends it.
    /// Keep both until then and say it again after a restart. The secret is 32 random bytes that nothing else is made from.
    ///
    /// **What it does not stop**: who has introduced may know the secret of the first session, but neither static key, and
    /// so can not read it.
    pub fn expect_introduced(
        &mut self,
        device: PublicKey,
        first: ResumptionSecret,
        descriptor: Option<DescriptorHash>,
    ) {
        self.introduced = Some(Introduced {
            device,
            first,
            descriptor,
        });
    }

    /// A session is confirmed, so that no introduction counts any more; it is held to what the introduction has said,
    /// where it came of it.
    pub(super) fn end_introduction(&mut self, keyed_with: Hint) {
        let introduced = self.introduced.take();
        let introduced = introduced.filter(|it| it.first.hint() == keyed_with);
        if let (Some(introduced), Some(session)) = (introduced, self.trusted.standing.session_mut())
        {
            session.promised = introduced.descriptor;
        }
    }

    /// The hint of an introduction that still counts.
    pub(super) fn introduced_hint(&self) -> Option<Hint> {
        let introduced = self.introduced.as_ref()?;
        let counts = self.trusted.standing.is_none();
        counts.then(|| introduced.first.hint())
    }
}

impl Introduced {
    /// The device and its secret, where the hint means it.
    pub(super) fn secret_of(&self, hint: Hint) -> Option<(PublicKey, &ResumptionSecret)> {
        (self.first.hint() == hint).then_some((self.device, &self.first))
    }
}
