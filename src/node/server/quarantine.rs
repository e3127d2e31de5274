//! What becomes of a device that comes by its key alone, where a pairing stands.
//!
//! ```text
//!  a session by the keys alone ──► quarantine: stored and flagged, receipts of its own; the pairing is as it was
//!       │                              │ clear_quarantine: a person knows that the device was reset or repaired
//!       │                              ├─────────────────────────────────────────────────────► it is the pairing
//!       │                              │ drop_quarantine: a person knows that it was not
//!       │                              └─────────────────────────────────────────────────────► forgotten
//!       └── trust_keys_until: the server itself has lost its state, and the device was not heard since ──► cleared
//! ```

use super::{Server, ServerEvent, Trust};
use crate::time::Instant;

impl Server {
    /// Whether a session is in quarantine.
    #[must_use]
    pub const fn is_quarantined(&self) -> bool {
        self.quarantine.standing.is_some()
    }

    /// Says that this server, and not the device, has lost state: it was restored from a backup. Until `until` the
    /// paired device comes back by its key alone, without a person
    /// ([`QuarantineCleared`](super::ServerEvent::QuarantineCleared)).
    ///
    /// It counts only as long as nothing is heard of the device in the session that stands, which would show that
    /// nothing is lost between the two. **What it does not stop**: who has stolen the device's key
    /// and is faster than the device. So keep the span short, a few reconnections long.
    pub const fn trust_keys_until(&mut self, until: Instant) {
        self.keys_trusted_until = Some(until);
    }

    /// Clears the session in quarantine: it takes the place of the one that is trusted.
    ///
    /// For policy or a person to decide, who knows that the device was reset or repaired. Returns whether
    /// there was one.
    #[inline(never)] // Seldom done, and on the stack of nothing else.
    pub fn clear_quarantine(&mut self) -> bool {
        let Some(cleared) = self.quarantine.standing.session_mut() else {
            return false;
        };
        if let Some(old) = self.trusted.standing.session_mut() {
            cleared.succeed(old);
        }
        core::mem::swap(&mut self.trusted, &mut self.quarantine);
        self.quarantine.forget();
        self.note_change();
        true
    }

    /// Forgets the session in quarantine, and the handshake that may follow it; the pairing that stands is
    /// as it was. Returns whether there was one.
    pub fn drop_quarantine(&mut self) -> bool {
        let was_there = self.quarantine.standing.is_some();
        self.quarantine.forget();
        self.note_change();
        was_there
    }

    /// Clears what has just come into quarantine, where it was said that keys are enough: how it is to be trusted.
    pub(super) fn apply_policy(&mut self, now: Instant, trust: Trust, session: [u8; 16]) -> Trust {
        let is_policy = self.keys_trusted_until.is_some_and(|until| now < until);
        if trust != Trust::Quarantined || !is_policy || !self.clear_quarantine() {
            return trust;
        }
        self.note(ServerEvent::QuarantineCleared { session });
        Trust::Trusted
    }

    /// The device was heard in a session that is trusted: nothing is lost between the two, or no more.
    pub(super) fn end_policy(&mut self, trust: Trust) {
        if trust == Trust::Trusted {
            self.keys_trusted_until = None;
        }
    }
}
