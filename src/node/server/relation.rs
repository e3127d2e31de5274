use super::candidate::Candidate;
use super::config::ServerConfig;
use super::standing::Standing;
use crate::crypto::hash::HASH_LEN;
use crate::node::REPLACED_AT_MOST_EACH;
use crate::pairing::PublicKey;
use crate::seal;
use crate::time::Instant;
use crate::wire::{ConnectionId, Hint, Locator};

/// How far a session is to be trusted.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trust {
    /// A pairing, or what has followed from one by the secret that was due.
    Trusted,
    /// The device's key alone, where a secret was due.
    Quarantined,
}

impl Trust {
    pub(super) const BOTH: [Self; 2] = [Self::Trusted, Self::Quarantined];
}

/// One chain of sessions with the device: the one that stands, and the one that may follow it.
///
/// ```text
///           message 1          first frame under the new keys
///  standing ─────────► pending ─────────────────────────────► standing; the one before is over
///     │                   │ any other message 1, 2 s later
///     └─ untouched ◄──────┘
/// ```
///
/// **Rule.** There is exactly one pending handshake, in RAM. Nothing ends by it until it is confirmed.
#[derive(Debug)]
pub(super) struct Relation {
    pub(super) standing: Standing,
    pub(super) pending: Option<Pending>,
}

/// A handshake of the device that was answered and not confirmed.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) candidate: Candidate,
    pub(super) connection: ConnectionId,
    /// What message 1 was, to the byte.
    pub(super) hello: [u8; HASH_LEN],
    /// The secret that the handshake was keyed with.
    pub(super) keyed_with: Hint,
    /// When its message 1 came.
    pub(super) since: Instant,
    pub(super) is_answer_due: bool,
}

impl Relation {
    pub(super) const fn new() -> Self {
        Self {
            standing: Standing::new(),
            pending: None,
        }
    }

    /// The hint of the secret in use.
    pub(super) fn hint(&self) -> Option<Hint> {
        Some(self.standing.party()?.resumption.hint())
    }

    /// Whether a reconnection is keyed with a secret that only a confirmation would bring into use.
    pub(super) fn is_pending(&self, hint: Hint) -> bool {
        let pending = self.pending.as_ref();
        pending.is_some_and(|pending| pending.candidate.resumption().hint() == hint)
    }

    pub(super) fn may_replace(&self, now: Instant) -> bool {
        self.pending
            .as_ref()
            .is_none_or(|pending| pending.since + REPLACED_AT_MOST_EACH <= now)
    }

    pub(super) fn candidate_of(&self, locator: Locator) -> Option<&Candidate> {
        let candidate = &self.pending.as_ref()?.candidate;
        candidate.is_addressed_by(locator).then_some(candidate)
    }

    pub(super) fn locators(&self) -> impl Iterator<Item = Locator> {
        let session = self.standing.session().into_iter();
        let open = session.flat_map(|session| session.opener.locators());
        let pending = self.pending.iter();
        open.chain(pending.flat_map(|pending| pending.candidate.locators()))
    }

    /// The candidate, in which `first` has brought an authentic frame, takes the place of what stood.
    pub(super) fn confirm(
        &mut self,
        now: Instant,
        first: seal::CandidateEpoch,
        config: &ServerConfig,
    ) -> Option<Confirmed> {
        let pending = self.pending.as_ref()?;
        let candidate = &pending.candidate;
        let confirmed = Confirmed {
            id: candidate.id(),
            peer: candidate.peer,
            by: candidate.model,
            keyed_with: pending.keyed_with,
            is_first: self.standing.is_none(),
        };
        self.standing.confirm(now, candidate, first, config);
        self.pending = None;
        Some(confirmed)
    }

    /// Both, where they are: as a value to be assigned, they would pass over the stack.
    pub(super) fn forget(&mut self) {
        self.standing.end();
        self.pending = None;
    }
}

/// What has become of a pending handshake.
pub(super) struct Confirmed {
    pub(super) id: [u8; 16],
    pub(super) peer: PublicKey,
    pub(super) by: crate::pairing::Model,
    pub(super) keyed_with: Hint,
    pub(super) is_first: bool,
}
