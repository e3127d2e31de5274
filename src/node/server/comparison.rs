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
use crate::node::{Error, REPLACED_AT_MOST_EACH};
use crate::pairing::comparison::Digits;
use crate::pairing::{self, Attempts, Exchange, MAX_HANDSHAKE, Model, PendingAttempt};
use crate::seal::Entropy;
use crate::time::Instant;

/// The longest token that a device advertises.
const MAX_TOKEN: usize = 32;

/// Whether somebody may begin to compare, and how often one has.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    armed: Option<Armed>,
    /// What has to be on storage: how many attempts are spent.
    unwritten: Option<u8>,
}

#[derive(Debug)]
struct Armed {
    token: Vec<u8, MAX_TOKEN>,
    attempts: Attempts,
    /// A message 1 with a right code that is still to be answered.
    heard: Option<Vec<u8, MAX_HANDSHAKE>>,
    /// When the newest one came.
    since: Option<Instant>,
    counted: Counted,
}

/// The attempt of the run.
#[derive(Debug)]
enum Counted {
    Not,
    Pending(PendingAttempt),
    Written(pairing::Attempt),
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
        let token = Vec::from_slice(token).map_err(|_| pairing::Error::NoRoom {
            needed: token.len(),
        })?;
        self.leave_unconfirmed();
        self.comparison.unwritten = self.comparison.unwritten.map(|_| spent);
        self.comparison.armed = Some(Armed {
            token,
            attempts: Attempts::resume(spent),
            heard: None,
            since: None,
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
        self.comparison.unwritten
    }

    /// Takes the word that `spent`, which [`Server::poll_attempts`] gave, is on storage.
    ///
    /// # Errors
    ///
    /// [`Error::NotAwaited`] when nothing was to be written, or another number meanwhile.
    pub fn handle_attempts_stored(&mut self, now: Instant, spent: u8) -> Result<(), Error> {
        let written = self.comparison.unwritten.take_if(|wanted| *wanted == spent);
        written.ok_or(Error::NotAwaited)?;
        let Some(armed) = &mut self.comparison.armed else {
            return Ok(());
        };
        armed.counted = match core::mem::replace(&mut armed.counted, Counted::Not) {
            Counted::Pending(pending) => Counted::Written(pending.stored()),
            other => other,
        };
        let (Counted::Written(attempt), Attempt::Asking(exchange, repetition)) =
            (&armed.counted, &mut self.attempt)
        else {
            return Ok(());
        };
        if exchange.hello().model != Model::NUMERIC_COMPARISON {
            return Ok(());
        }
        exchange.reveal(attempt)?;
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
            .filter(|_| matches!(armed.counted, Counted::Written(_)))
    }

    /// The person has said that the device shows the same digits. The pairing finishes with the device's first frame, once the
    /// person has said so there.
    ///
    /// # Errors
    ///
    /// [`Error::NotAwaited`] while there are no digits.
    pub fn confirm_digits(&mut self, now: Instant) -> Result<(), Error> {
        self.digits().ok_or(Error::NotAwaited)?;
        let exchange = self.attempt.exchange_mut().ok_or(Error::NotAwaited)?;
        exchange.confirm_digits()?;
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
        let is_new = armed
            .since
            .is_none_or(|since| since + REPLACED_AT_MOST_EACH <= now);
        let is_shown = !matches!(armed.counted, Counted::Not);
        if is_other || is_shown || (self.attempt.exchange().is_some() && !is_new) {
            return Err(pairing::Error::Busy.into());
        }
        Exchange::check_comparison(&armed.token, packet).map_err(unproved)?;
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
        let exchange = Exchange::answer_comparison(&self.key, token, &heard, attempts, entropy)?;
        let connection = exchange.connection();
        let known = self.attempt.exchange().map(Exchange::connection);
        if known == Some(connection) {
            // The same once more: what answers it is repeated anyway.
            return Ok(());
        }
        armed.since = Some(now);
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
                self.comparison.unwritten = Some(armed.attempts.spent());
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
        if let Counted::Written(attempt) = &armed.counted
            && armed.attempts.give_back(attempt).is_ok()
        {
            self.unwritten = Some(armed.attempts.spent());
        }
    }
}
