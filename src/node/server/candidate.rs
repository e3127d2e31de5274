use heapless::Vec;

use super::config::ServerConfig;
use super::session::Session;
use crate::bounded;
use crate::pairing::{DescriptorHash, Exchange, MAX_HANDSHAKE, Model, Paired, PublicKey};
use crate::seal::{self, Authentic, Opener, ResumptionSecret, SessionSecrets};
use crate::time::Instant;
use crate::wire::Locator;

/// A session that is agreed and not confirmed: nobody was heard under its keys yet.
///
/// It holds the roots alone, a fifth of what an [`Opener`] without an open epoch takes, and becomes one for each frame that
/// names it, until one is authentic.
#[derive(Debug)]
pub(super) struct Candidate {
    secrets: SessionSecrets,
    locators: Vec<Locator, { seal::WINDOW }>,
    pub(super) peer: PublicKey,
    pub(super) model: Model,
    resumption: ResumptionSecret,
    promised: Option<DescriptorHash>,
    /// The handshake's last message from this side, to be sent again as it is.
    message: Vec<u8, MAX_HANDSHAKE, u8>,
}

/// A relation whose session was confirmed.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) peer: PublicKey,
    pub(super) session: Session,
    pub(super) resumption: ResumptionSecret,
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
        let locators = bounded::first_of(secrets.share().into_opener().locators());
        let message = Vec::from_slice(exchange.packet()?).ok()?;
        Some(Self {
            secrets,
            locators,
            peer,
            model,
            resumption,
            promised: descriptor,
            message,
        })
    }

    pub(super) const fn id(&self) -> [u8; 16] {
        self.secrets.id()
    }

    pub(super) fn message(&self) -> &[u8] {
        &self.message
    }

    pub(super) const fn resumption(&self) -> &ResumptionSecret {
        &self.resumption
    }

    pub(super) fn locators(&self) -> impl Iterator<Item = Locator> {
        self.locators.iter().copied()
    }

    pub(super) fn is_addressed_by(&self, locator: Locator) -> bool {
        self.locators.contains(&locator)
    }

    /// Decrypts a frame in place; what has opened it is to take the candidate's place.
    pub(super) fn open(&self, packet: &mut [u8]) -> Result<(Opener, Authentic), seal::Error> {
        let mut opener = self.secrets.share().into_opener();
        let authentic = opener.authenticate(packet)?;
        Ok((opener, authentic))
    }

    /// The receipt that shows the device that this side has the keys.
    pub(super) fn receipt<'o>(&self, out: &'o mut [u8]) -> Option<&'o mut [u8]> {
        let opener = self.secrets.share().into_opener();
        opener.receipt(None, out).ok()
    }

    pub(super) fn confirm(self, now: Instant, opener: Opener, config: &ServerConfig) -> Standing {
        let mut session = Session::new(now, self.id(), opener, config);
        session.promised = self.promised;
        session.commands = Some(self.secrets.command_sealer());
        Standing {
            peer: self.peer,
            session,
            resumption: self.resumption,
        }
    }
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    use super::*;

    #[test]
    fn the_roots_take_a_fifth_of_an_opener() {
        let (roots, opener) = (size_of::<SessionSecrets>(), size_of::<Opener>());
        let fifths = opener / roots;
        assert!((4..=5).contains(&fifths), "{roots} of {opener} bytes");
    }
}
