use super::candidate::Candidate;
use super::config::ServerConfig;
use super::session::Session;
use crate::pairing::PublicKey;
use crate::seal::{self, Opener, ResumptionSecret};
use crate::time::Instant;

/// The place of a session that was confirmed, and what stands there.
///
/// A session is begun, replaced and ended in its place: as a value it would lie on the stack of every call on the way, with the
/// keys of ten epochs. Only the opener of a row comes as one.
#[derive(Debug)]
pub(super) struct Standing {
    party: Option<Party>,
    /// Closed where there is no party.
    session: Session,
}

/// Who a session is with, and what the next one is to be keyed with.
#[derive(Debug)]
pub(super) struct Party {
    pub(super) peer: PublicKey,
    pub(super) resumption: ResumptionSecret,
}

impl Standing {
    pub(super) const fn new() -> Self {
        Self {
            party: None,
            session: Session::closed(),
        }
    }

    pub(super) const fn party(&self) -> Option<&Party> {
        self.party.as_ref()
    }

    pub(super) fn session(&self) -> Option<&Session> {
        self.party.as_ref().map(|_| &self.session)
    }

    pub(super) fn session_mut(&mut self) -> Option<&mut Session> {
        self.party.as_ref().map(|_| &mut self.session)
    }

    pub(super) const fn is_some(&self) -> bool {
        self.party.is_some()
    }

    pub(super) const fn is_none(&self) -> bool {
        self.party.is_none()
    }

    pub(super) fn is_with(&self, peer: PublicKey) -> bool {
        self.party.as_ref().is_some_and(|party| party.peer == peer)
    }

    /// The candidate, in which `first` has brought an authentic frame, takes the place of what stands and takes over from it.
    #[inline(never)] // For reconnections and pairings alike.
    pub(super) fn confirm(
        &mut self,
        now: Instant,
        candidate: &Candidate,
        first: seal::CandidateEpoch,
        config: &ServerConfig,
    ) {
        if self.is_none() {
            self.session.begin(now, config);
        }
        self.party = Some(candidate.party());
        self.session.restart(candidate, first);
    }

    /// What was read from a row takes the place of what stands.
    pub(super) fn load(
        &mut self,
        now: Instant,
        party: Party,
        opener: Opener,
        config: &ServerConfig,
    ) -> &mut Session {
        self.session.close();
        self.session.begin(now, config);
        self.session.opener = opener;
        self.party = Some(party);
        &mut self.session
    }

    pub(super) fn end(&mut self) {
        self.party = None;
        self.session.close();
    }
}
