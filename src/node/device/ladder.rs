//! When a device reconnects to one recipient, and by what.
//!
//! ```text
//!  due: the session has lasted its time │ no receipt for three due intervals │ epochs beyond the server's reach
//!       │ no room for another epoch     │ «I do not know you», at most once a step
//!   │
//!   ▼             no answer                   no answer
//!  Current ─────────────────────► Previous ─────────────► pause, and from the top
//!   ▲ │ the only one                 │                       (where a successor is announced: Successor before that)
//!   │ └──────────────┬───────────────┘  «I do not know you», or every 16th round without any answer
//!   │                │  Current once more, behind Previous
//!   │                ▼
//!   └────────────── Keys ─────────► agreed
//!     answered, and nobody had said that the keys are needed
//! ```
//!
//! By the keys alone a session ends up in quarantine, so a link that is merely dead does not lead there: the one
//! message in sixteen rounds is for servers that refuse in silence. Its answer shows at first only that the link is there
//! again, which may have been dead until then: the secrets are tried once more, and the keys count when nobody answers
//! those. And where there are two secrets, the server may have refused the current one before its first frame came, and
//! the one before behind that: so the current one is tried again.

use crate::link::Retry;
use crate::node::device::Rung;
use crate::time::Instant;

/// How often message 1 is sent before the next rung is tried.
const ATTEMPTS: u8 = 8;
/// The same where only the keys are left to try, and nobody has said that they are needed.
const ATTEMPTS_BY_KEYS: u8 = 2;
/// How many rounds go by before the keys are tried without such a word.
const ROUNDS: u8 = 16;

#[derive(Debug)]
pub(super) struct Ladder {
    rung: Rung,
    /// Nothing is tried before.
    not_before: Instant,
    rounds: u8,
    /// The recipient has said, without proof, that it does not know us.
    is_hinted: bool,
    /// Whether the current secret is tried for the second time, behind the one before.
    is_again: bool,
    /// Whether it wants the keys: it has refused the secrets, or has answered the keys alone.
    wants_keys: bool,
}

impl Ladder {
    pub(super) const fn new() -> Self {
        Self {
            rung: Rung::Current,
            not_before: Instant::ZERO,
            rounds: 0,
            is_hinted: false,
            is_again: false,
            wants_keys: false,
        }
    }

    pub(super) const fn not_before(&self) -> Instant {
        self.not_before
    }

    pub(super) const fn is_hinted(&self) -> bool {
        self.is_hinted
    }

    pub(super) const fn rung(&self) -> Rung {
        self.rung
    }

    /// "«I do not know you» without proof is a hint: one reconnection per back-off step."
    pub(super) const fn note_hint(&mut self) {
        self.is_hinted = true;
    }

    /// How often message 1 is sent on this rung.
    pub(super) const fn attempts(rung: Rung, has_secret: bool) -> u8 {
        match (rung, has_secret) {
            (Rung::Keys, true) => ATTEMPTS_BY_KEYS,
            _ => ATTEMPTS,
        }
    }

    /// Nobody has answered on this rung, or somebody has refused; `further` is the next that there is a secret for.
    pub(super) fn climb(
        &mut self,
        now: Instant,
        retry: Retry,
        is_refused: bool,
        further: Option<Rung>,
    ) {
        let is_guessed = self.rounds % ROUNDS == ROUNDS - 1;
        let wants_keys = self.wants_keys || is_refused || is_guessed;
        self.rung = match (self.rung, further) {
            (_, Some(further)) if !self.is_again => further,
            (Rung::Previous | Rung::Successor, _) if wants_keys => {
                self.wants_keys |= is_refused;
                self.is_again = true;
                Rung::Current
            }
            (Rung::Current, _) if wants_keys => {
                self.wants_keys |= is_refused;
                self.is_again = false;
                Rung::Keys
            }
            _ => {
                self.pause(now, retry);
                Rung::Current
            }
        };
    }

    /// The keys alone were answered: whether that counts. Otherwise the secrets are tried once more.
    ///
    /// It does not where the recipient has proved meanwhile that it knows the session.
    pub(super) fn accepts_keys(&mut self) -> bool {
        let is_asked = self.rung == Rung::Keys;
        let accepts = is_asked && self.wants_keys;
        self.wants_keys |= is_asked;
        self.is_again = false;
        self.rung = Rung::Current;
        accepts
    }

    /// The attempt could not even begin.
    pub(super) fn postpone(&mut self, until: Instant) {
        self.not_before = until;
    }

    /// After each round, whatever came of it.
    fn pause(&mut self, now: Instant, retry: Retry) {
        self.not_before = now + retry.delay(self.rounds.min(16), u32::from(self.rounds));
        self.rounds = self.rounds.wrapping_add(1);
        self.is_hinted = false;
        self.is_again = false;
        self.wants_keys = false;
    }

    /// A new session is agreed.
    pub(super) fn note_agreed(&mut self, now: Instant, retry: Retry) {
        self.rung = Rung::Current;
        self.pause(now, retry);
    }

    /// The recipient has proved that it knows the session.
    pub(super) const fn note_proof(&mut self) {
        self.rounds = 0;
        self.is_hinted = false;
        self.is_again = false;
        self.wants_keys = false;
        self.rung = Rung::Current;
    }
}
