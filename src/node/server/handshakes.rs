use super::answering::{Answering, Known, wanted_dh, work};
use super::attempt::{Attempt, Repetition};
use super::candidate::Candidate;
use super::passcode::Typed;
use super::relation::Pending;
use super::{Caller, Server, ServerEvent, Trust};
use crate::node::Error;
use crate::pairing::label::LabelSecret;
use crate::pairing::{self, Exchange, Hello, Model, PublicKey, SharedSecret, Work};
use crate::seal::Entropy;
use crate::time::Instant;
use crate::wire::{ConnectionId, Hint};

impl Server {
    /// Begins to pair with the device whose label was read.
    ///
    /// It takes the place of a pairing that has not finished. A session that stands goes on
    /// until this one has finished.
    ///
    /// # Errors
    ///
    /// [`Error::Pairing`] when the random number generator fails; a session that stands goes on.
    pub fn pair(
        &mut self,
        now: Instant,
        label: &LabelSecret,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let connection = draw_connection(entropy)?;
        let exchange = Exchange::read_label(&self.key, label, connection, entropy)?;
        self.begin_attempt(now, connection, exchange);
        Ok(())
    }

    /// Begins to pair with the device whose label was read, its key beside the secret.
    ///
    /// # Errors
    ///
    /// As [`Server::pair`]; [`pairing::Error::MissingKey`] for the secret of a label without a key.
    pub fn pair_with_key(
        &mut self,
        now: Instant,
        label: &LabelSecret,
        device: PublicKey,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let connection = draw_connection(entropy)?;
        let exchange =
            Exchange::read_label_with_key(&self.key, label, device, connection, entropy)?;
        self.begin_attempt(now, connection, exchange);
        Ok(())
    }

    pub(super) fn begin_attempt(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        exchange: Exchange,
    ) {
        let gives_up = now + self.config.pairing_timeout;
        self.typed = None;
        self.comparison.give_up();
        self.attempt = Attempt::Asking(exchange, Repetition::new(now, connection, gives_up));
        self.work_since = now;
    }

    /// Takes a device of which a [`Reception`](super::Reception) has learned that it is this one.
    ///
    /// # Errors
    ///
    /// [`pairing::Error::WrongKey`] for another device than the paired or expected one, or
    /// [`pairing::Error::Busy`]: its message 1 comes again.
    pub fn welcome(&mut self, now: Instant, caller: Caller) -> Result<(), Error> {
        let answering = caller.into_answering();
        let trust = self.relation_of_caller(answering.caller())?;
        let is_busy = self.answering.as_ref().is_some_and(|it| !it.is_anybody());
        if is_busy || !self.relation(trust).may_replace(now) {
            return Err(pairing::Error::Busy.into());
        }
        self.answering = Some(answering);
        self.work_since = now;
        Ok(())
    }

    /// Does what is due at `now`: one piece of the work of a handshake, and gives up what nobody answers.
    ///
    /// # Errors
    ///
    /// What was found wrong with a handshake message by that work. Nothing ends by it.
    pub fn handle_timeout(
        &mut self,
        now: Instant,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        self.give_up(now);
        self.check_silence(now);
        self.seal_command(now, entropy)?;
        let is_asking = self
            .attempt
            .exchange()
            .is_some_and(|exchange| self.is_own_work(exchange.poll_work()));
        if is_asking {
            let Self { attempt, key, .. } = self;
            let done = attempt
                .exchange_mut()
                .map_or(Ok(()), |exchange| work(exchange, key));
            self.stats.multiplications += 1;
            self.settle_attempt(now);
            return self.count_refused(done);
        }
        if self.comparison.has_work() {
            return self.answer_comparison(now, entropy);
        }
        if self.typed.as_ref().is_some_and(Typed::has_work) {
            return self.work_on_passcode(now, entropy);
        }
        self.work_on_answer(now, entropy)
    }

    /// The public key with which an agreement of a static key that is [elsewhere](pairing::StaticKey::elsewhere)
    /// is wanted; the same one until [`Server::handle_dh`] has its answer.
    #[must_use]
    pub fn poll_dh(&self) -> Option<PublicKey> {
        if self.key.identity().is_some() {
            return None;
        }
        let asking = self.attempt.exchange().and_then(wanted_dh);
        asking.or_else(|| self.answering.as_ref()?.wanted_dh())
    }

    /// Takes the agreement with `peer` that [`Server::poll_dh`] has asked for; `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`Error::NotAwaited`] when nobody waits for it any more, or what is wrong with the handshake message.
    pub fn handle_dh(
        &mut self,
        now: Instant,
        peer: PublicKey,
        shared: Option<SharedSecret>,
    ) -> Result<(), Error> {
        self.work_since = now;
        if let Some(exchange) = self.attempt.exchange_mut()
            && wanted_dh(exchange) == Some(peer)
        {
            let done = exchange.handle_dh(shared);
            self.stats.multiplications += 1;
            self.settle_attempt(now);
            return self.count_refused(done);
        }
        let answering = self.answering.as_mut();
        let answering = answering.filter(|answering| answering.wanted_dh() == Some(peer));
        let done = answering.ok_or(Error::NotAwaited)?.handle_dh(shared);
        self.stats.multiplications += 1;
        self.settle_answer(now, done)
    }

    #[inline(never)] // What a message takes is not on the stack of every frame.
    pub(super) fn handle_handshake(
        &mut self,
        now: Instant,
        (model, step): (Model, u8),
        packet: &[u8],
    ) -> Result<(), Error> {
        if (model, step) == (Model::NUMERIC_COMPARISON, 1) {
            return self.handle_comparison(now, packet);
        }
        if step == 1 {
            return self.handle_hello(now, packet);
        }
        if let Some(typed) = &mut self.typed {
            typed.handle_packet(step, packet)?;
            self.work_since = now;
            return Ok(());
        }
        // A repetition of message 2 needs no answer: message 3 is repeated anyway.
        let Some(exchange) = self.attempt.exchange_mut() else {
            return Err(pairing::Error::UnexpectedMessage.into());
        };
        exchange.handle_packet(packet)?;
        self.work_since = now;
        self.settle_attempt(now);
        Ok(())
    }

    /// Message 1 of a reconnection, or of a device that has only its keys.
    #[inline(never)] // As above.
    fn handle_hello(&mut self, now: Instant, packet: &[u8]) -> Result<(), Error> {
        let hello = self.key.check_hello(packet).map_err(unproved)?;
        let answering = Answering::stage(now, hello, packet)?;
        for trust in Trust::BOTH {
            if let Some(pending) = &mut self.relation_mut(trust).pending
                && pending.hello == answering.digest
            {
                // "the byte-identical message 1 gets the byte-identical message 2"
                pending.is_answer_due = true;
                return Ok(());
            }
        }
        let known = self.answering.as_ref();
        if known.is_some_and(|known| known.digest == answering.digest) {
            return Ok(());
        }
        let trust = self.relation_of(hello)?;
        // Who has the secret's hint does not wait for those who may be anybody.
        let gives_way = |known: &Answering| known.is_anybody() && hello.hint != Hint::NONE;
        let is_busy = known.is_some_and(|known| known.gives_up() > now && !gives_way(known));
        if is_busy || !self.relation(trust).may_replace(now) {
            return Err(pairing::Error::Busy.into());
        }
        self.take_token(now, hello)?;
        self.answering = Some(answering);
        self.work_since = now;
        Ok(())
    }

    fn take_token(&mut self, now: Instant, hello: Hello) -> Result<(), Error> {
        let bucket = match hello.hint {
            Hint::NONE => &mut self.strangers,
            _ => &mut self.hinted,
        };
        if bucket.take(now, &self.config.strangers) {
            return Ok(());
        }
        self.stats.strangers_refused += 1;
        Err(pairing::Error::Busy.into())
    }

    /// Which relation a message 1 is about, as far as its header says.
    fn relation_of(&self, hello: Hello) -> Result<Trust, Error> {
        if hello.model == Model::FACTORY_KEYS {
            return match (self.trusted.standing.party(), self.expected) {
                (Some(_), _) => Ok(Trust::Quarantined),
                (None, Some(_)) => Ok(Trust::Trusted),
                (None, None) => Err(pairing::Error::WrongKey.into()),
            };
        }
        for trust in Trust::BOTH {
            let relation = self.relation(trust);
            if relation.hint() == Some(hello.hint) {
                return Ok(trust);
            }
            if relation.is_pending(hello.hint) {
                // "A message 1 under a pending psk is not answered."
                return Err(pairing::Error::UnexpectedMessage.into());
            }
        }
        match self.introduced_hint() == Some(hello.hint) {
            true => Ok(Trust::Trusted),
            false => Err(pairing::Error::WrongKey.into()),
        }
    }

    /// The relation of a device that has proved nothing but its key.
    fn relation_of_caller(&self, caller: Option<PublicKey>) -> Result<Trust, Error> {
        let due = self.peer();
        match (due, caller) {
            (Some(due), Some(caller)) if due == caller => Ok(Trust::Quarantined),
            (None, Some(caller)) if self.expected == Some(caller) => Ok(Trust::Trusted),
            _ => Err(pairing::Error::WrongKey.into()),
        }
    }

    fn work_on_answer(&mut self, now: Instant, entropy: &mut impl Entropy) -> Result<(), Error> {
        let Self {
            key,
            answering,
            trusted,
            quarantine,
            introduced,
            ..
        } = self;
        let Some(answering) = answering else {
            return Ok(());
        };
        if key.identity().is_none() && answering.wanted_dh().is_some() {
            return Ok(());
        }
        let hint = answering.hello.hint;
        let parties = [trusted.standing.party(), quarantine.standing.party()];
        let due = parties
            .into_iter()
            .flatten()
            .find(|party| party.resumption.hint() == hint);
        let introduced = introduced.as_ref().and_then(|it| it.secret_of(hint));
        let secret = due.map(|due| (due.peer, &due.resumption)).or(introduced);
        let done = answering.step(&Known { key, secret }, entropy);
        self.stats.multiplications += 1;
        self.settle_answer(now, done)
    }

    /// Message 2 is made, or what came was no message 1 of the device.
    #[inline(never)] // As above.
    fn settle_answer(
        &mut self,
        now: Instant,
        done: Result<(), pairing::Error>,
    ) -> Result<(), Error> {
        let verdict = done.map_err(Error::from).and_then(|()| self.check_caller());
        if let Err(error) = verdict {
            self.answering = None;
            self.stats.packets_refused += 1;
            return Err(error);
        }
        let Some(answering) = &mut self.answering else {
            return Ok(());
        };
        let candidate = answering.exchange_mut().and_then(Candidate::of);
        let Some(candidate) = candidate else {
            return Ok(());
        };
        let (hello, digest, since) = (answering.hello, answering.digest, answering.since);
        self.answering = None;
        let trust = match hello.model {
            Model::FACTORY_KEYS => self.relation_of_caller(Some(candidate.peer))?,
            _ => self.relation_of(hello)?,
        };
        self.stats.handshakes_answered += 1;
        self.relation_mut(trust).pending = Some(Pending {
            candidate,
            connection: hello.connection,
            hello: digest,
            keyed_with: hello.hint,
            since: since.max(now),
            is_answer_due: true,
        });
        Ok(())
    }

    /// Who has shown another key than the device's costs no further work.
    fn check_caller(&self) -> Result<(), Error> {
        let answering = self.answering.as_ref();
        let caller = answering.filter(|answering| answering.hello.hint == Hint::NONE);
        match caller.and_then(Answering::caller) {
            Some(caller) => self.relation_of_caller(Some(caller)).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Message 3 is made: the device has the keys when it has read it.
    pub(super) fn settle_attempt(&mut self, now: Instant) {
        self.count_comparison();
        let Attempt::Asking(exchange, repetition) = &mut self.attempt else {
            return;
        };
        if let Some(candidate) = Candidate::of(exchange) {
            let connection = exchange.connection();
            let gives_up = now + self.config.pairing_timeout;
            let repetition = Repetition::new(now, connection, gives_up);
            let peer = candidate.peer;
            self.attempt = Attempt::Confirming(candidate, Some(repetition));
            self.note(ServerEvent::Agreed { peer });
        } else if exchange.is_over() {
            // Nothing can come of it: it ends as one that nobody answers.
            repetition.gives_up = now;
        }
    }

    fn give_up(&mut self, now: Instant) {
        if let Some(answering) = &self.answering
            && answering.gives_up() <= now
        {
            self.answering = None;
        }
        let is_over = |typed: &mut Typed| typed.repetition.gives_up <= now;
        if self.typed.take_if(is_over).is_some() {
            self.note(ServerEvent::PairingFailed);
        }
        let repetition = self.attempt.repetition();
        if repetition.is_none_or(|repetition| repetition.gives_up > now) {
            return;
        }
        if !self.leave_unconfirmed() {
            self.attempt = Attempt::None;
            self.comparison.give_up();
            self.note(ServerEvent::PairingFailed);
        }
    }

    /// Asks the device of a pairing that was agreed no more to confirm it; `false` where nothing was asked.
    pub(super) fn leave_unconfirmed(&mut self) -> bool {
        let Attempt::Confirming(_, repetition) = &mut self.attempt else {
            return false;
        };
        if repetition.take().is_none() {
            return false;
        }
        self.comparison.give_up();
        self.note(ServerEvent::PairingUnconfirmed);
        true
    }

    /// Whether there is work that does not wait for the holder of the static key.
    pub(super) const fn is_own_work(&self, work: Work) -> bool {
        match work {
            Work::Own => true,
            Work::StaticDh(_) => self.key.identity().is_some(),
            Work::Idle => false,
        }
    }

    /// Whether a piece of work waits that [`Server::handle_timeout`] does at once: call it as often as there is time.
    #[must_use]
    pub fn has_work(&self) -> bool {
        let is_asking = self
            .attempt
            .exchange()
            .is_some_and(|exchange| self.is_own_work(exchange.poll_work()));
        let waits = self.answering.as_ref().is_some_and(|answering| {
            self.key.identity().is_some() || answering.wanted_dh().is_none()
        });
        let is_typed = self.typed.as_ref().is_some_and(Typed::has_work);
        is_asking || is_typed || self.comparison.has_work() || waits
    }

    fn count_refused(&mut self, done: Result<(), pairing::Error>) -> Result<(), Error> {
        self.stats.packets_refused += u64::from(done.is_err());
        Ok(done?)
    }
}

/// Which handshake it is, at random.
pub(super) fn draw_connection(entropy: &mut impl Entropy) -> Result<ConnectionId, Error> {
    let mut connection = ConnectionId([0; 8]);
    entropy
        .fill(&mut connection.0)
        .map_err(pairing::Error::Entropy)?;
    Ok(connection)
}

/// What is wrong with a message 1 that does not prove that its sender knows the key: it may be damaged, and says nothing of
/// a session. Were it refused as unknown, a flipped bit would send an honest device to its keys, and so into quarantine.
pub(super) const fn unproved(error: pairing::Error) -> pairing::Error {
    match error {
        pairing::Error::WrongKey => pairing::Error::NotAuthentic,
        other => other,
    }
}
