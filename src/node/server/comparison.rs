//! The answering side of a pairing by digits that a person compares.
//!
//! ```text
//!  compare ──► Waiting ── message 1 ──► an exchange: message 2, repeated ── message 3, work ──► an attempt is counted
//!                ▲                                                                                │ poll_attempts,
//!                │                                                                                │ on storage
//!                │  reject_digits, or nobody says anything: the attempt stays spent               ▼
//!                ├──────────────────────────────────────────────────────── message 4, DigitsReady
//!                │ the fifth ends it                                                              │ confirm_digits
//!                ▼                                                                                ▼
//!              gone ◄── first frame under the new keys: the attempt is given back ── receipt, repeated, as by a label
//! ```
//!
//! An agreement that no frame confirms stays, and is not repeated for ever: the next message 1 with a right code takes its place.

use heapless::Vec;

use super::handshakes::unproved;
use super::{Attempt, Server, ServerEvent};
use crate::node::spent::UnwrittenCount;
use crate::node::{Error, REPLACED_AT_MOST_EACH};
use crate::pairing::comparison::Digits;
use crate::pairing::{
    self, Attempts, Exchange, MAX_HANDSHAKE, Model, PendingAttempt, Revealed, TokenKey,
};
use crate::seal::Entropy;
use crate::time::Instant;

/// The longest token that a device advertises.
const MAX_TOKEN: usize = 32;

/// Whether somebody may begin to compare, and how often one has.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    armed: Option<Armed>,
    unwritten: UnwrittenCount,
}

#[derive(Debug)]
struct Armed {
    token: TokenKey,
    attempts: Attempts,
    /// A message 1 with a right code that is still to be answered.
    heard: Option<Vec<u8, MAX_HANDSHAKE, u8>>,
    /// Until when the newest one keeps its place.
    keeps_place_until: Instant,
    counted: Counted,
}

/// The attempt of the run.
#[derive(Debug)]
enum Counted {
    Not,
    Pending(PendingAttempt),
    Revealed(Revealed),
}

impl Counted {
    fn take_pending(&mut self) -> Option<PendingAttempt> {
        match core::mem::replace(self, Self::Not) {
            Self::Pending(pending) => Some(pending),
            other => {
                *self = other;
                None
            }
        }
    }
}

impl Server {
    /// Lets the device that advertises `token` (at most 32 bytes) begin to pair, for a person to compare digits.
    ///
    /// `spent` is zero when a person begins it; after a restart it is what [`Server::poll_attempts`] has
    /// given last. Five runs that came to nothing after digits were shown end it. Where a count of the time before was
    /// still to be written, `spent` is, instead.
    ///
    /// Where a pairing was agreed and the device has not confirmed it, it is not asked again
    /// ([`ServerEvent::PairingUnconfirmed`]): it stands until the device confirms it, or begins to compare.
    ///
    /// # Errors
    ///
    /// [`pairing::Error::NoRoom`] for a longer token.
    pub fn compare(&mut self, token: &[u8], spent: u8) -> Result<(), Error> {
        if token.len() > MAX_TOKEN {
            return Err(pairing::Error::NoRoom {
                needed: token.len(),
            }
            .into());
        }
        self.leave_unconfirmed();
        self.comparison.unwritten.begin_anew(spent);
        self.comparison.armed = Some(Armed {
            token: TokenKey::of(token),
            attempts: Attempts::resume(spent),
            heard: None,
            keeps_place_until: Instant::ZERO,
            counted: Counted::Not,
        });
        Ok(())
    }

    /// Ends what [`Server::compare`] has begun.
    pub fn stop_comparing(&mut self) {
        self.drop_compared();
        self.comparison.armed = None;
    }

    /// How many attempts are spent, where that has to be written: [`Server::handle_attempts_stored`] says that
    /// it was. No digits are shown before.
    #[must_use]
    pub const fn poll_attempts(&self) -> Option<u8> {
        self.comparison.unwritten.get()
    }

    /// Takes the word that `spent`, which [`Server::poll_attempts`] gave, is on storage.
    ///
    /// # Errors
    ///
    /// [`Error::NotAwaited`] when nothing was to be written, or another number meanwhile.
    pub fn handle_attempts_stored(&mut self, now: Instant, spent: u8) -> Result<(), Error> {
        self.comparison.unwritten.take(spent)?;
        let (Some(armed), Attempt::Asking(exchange, repetition)) =
            (&mut self.comparison.armed, &mut self.attempt)
        else {
            return Ok(());
        };
        let Some(pending) = armed.counted.take_pending() else {
            return Ok(());
        };
        armed.counted = Counted::Revealed(exchange.reveal(pending.stored())?);
        repetition.due = now;
        repetition.gives_up = now + self.config.pairing_timeout;
        self.note(ServerEvent::DigitsReady);
        Ok(())
    }

    /// What the server shows, from [`ServerEvent::DigitsReady`] on.
    #[must_use]
    pub fn digits(&self) -> Option<Digits> {
        let armed = self.comparison.armed.as_ref()?;
        let exchange = self.attempt.exchange()?;
        exchange
            .digits()
            .filter(|_| matches!(armed.counted, Counted::Revealed(_)))
    }

    /// The person has seen these digits here, and said that the device shows the same. The pairing finishes with the device's
    /// first frame, once the person has said so there.
    ///
    /// `seen` is what [`Server::digits`] gave when it was shown. A run that nobody answers for is given up, and the next device may
    /// have others shown meanwhile: a yes to the digits of an earlier run confirms no other run.
    ///
    /// # Errors
    ///
    /// [`Error::NotAwaited`] while there are no digits, or others.
    pub fn confirm_digits(&mut self, now: Instant, seen: Digits) -> Result<(), Error> {
        self.digits().ok_or(Error::NotAwaited)?;
        let exchange = self.attempt.exchange_mut().ok_or(Error::NotAwaited)?;
        let confirmed = exchange.confirm_digits(seen);
        confirmed.map_err(|_| Error::NotAwaited)?;
        self.settle_attempt(now);
        Ok(())
    }

    /// The person has said no: the run is over, and its attempt stays spent.
    pub fn reject_digits(&mut self) {
        self.drop_compared();
    }

    /// Message 1 of a device that wants to compare.
    pub(super) fn handle_comparison(&mut self, now: Instant, packet: &[u8]) -> Result<(), Error> {
        let is_other = match &self.attempt {
            Attempt::None => false,
            Attempt::Asking(exchange, _) => exchange.hello().model != Model::NUMERIC_COMPARISON,
            // Who agreed to digits and was not heard for so long may begin anew.
            Attempt::Confirming(_, repetition) => repetition.is_some(),
        };
        let armed = self.comparison.armed.as_mut().ok_or(Error::NotArmed)?;
        let is_new = armed.keeps_place_until <= now;
        let is_shown = !matches!(armed.counted, Counted::Not);
        if is_other || is_shown || (self.attempt.exchange().is_some() && !is_new) {
            return Err(pairing::Error::Busy.into());
        }
        armed.token.open(packet).map_err(unproved)?;
        let heard = Vec::from_slice(packet).map_err(|_| pairing::Error::NoRoom {
            needed: packet.len(),
        })?;
        armed.heard = Some(heard);
        self.work_since = now;
        Ok(())
    }

    /// Answers a message 1 that was heard; nothing is multiplied yet.
    pub(super) fn answer_comparison(
        &mut self,
        now: Instant,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let Some(armed) = &mut self.comparison.armed else {
            return Ok(());
        };
        let Some(heard) = armed.heard.take() else {
            return Ok(());
        };
        let Armed {
            token, attempts, ..
        } = &*armed;
        let exchange = token.answer(&self.key, &heard, attempts, entropy)?;
        let connection = exchange.connection();
        let known = self.attempt.exchange().map(Exchange::connection);
        if known == Some(connection) {
            // The same once more: what answers it is repeated anyway.
            return Ok(());
        }
        armed.keeps_place_until = now + REPLACED_AT_MOST_EACH;
        self.begin_attempt(now, connection, exchange);
        Ok(())
    }

    /// Counts an attempt, where there are digits that nobody has counted.
    pub(super) fn count_comparison(&mut self) {
        let has_digits = self
            .attempt
            .exchange()
            .is_some_and(|exchange| exchange.digits().is_some());
        let Some(armed) = self.comparison.armed.as_mut().filter(|_| has_digits) else {
            return;
        };
        if !matches!(armed.counted, Counted::Not) {
            return;
        }
        match armed.attempts.begin() {
            Ok(pending) => {
                armed.counted = Counted::Pending(pending);
                // Answered, it would take the place of this run.
                armed.heard = None;
                self.comparison.unwritten.set(armed.attempts.spent());
            }
            Err(_) => self.stop_comparing(),
        }
    }

    fn drop_compared(&mut self) {
        let exchange = self.attempt.exchange();
        if exchange.is_some_and(|exchange| exchange.hello().model == Model::NUMERIC_COMPARISON) {
            self.attempt = Attempt::None;
            self.note(ServerEvent::PairingFailed);
        }
        self.comparison.give_up();
    }
}

impl Comparison {
    pub(super) fn has_work(&self) -> bool {
        let armed = self.armed.as_ref();
        armed.is_some_and(|armed| armed.heard.is_some())
    }

    /// The run has come to nothing.
    pub(super) fn give_up(&mut self) {
        let Some(armed) = &mut self.armed else { return };
        armed.counted = Counted::Not;
        armed.attempts.give_up();
        if !armed.attempts.is_armed() {
            self.armed = None;
        }
    }

    /// The run has come to a pairing.
    pub(super) fn give_back(&mut self) {
        let Some(mut armed) = self.armed.take() else {
            return;
        };
        if let Counted::Revealed(revealed) = &armed.counted
            && armed.attempts.give_back(revealed.attempt()).is_ok()
        {
            self.unwritten.set(armed.attempts.spent());
        }
    }
}
