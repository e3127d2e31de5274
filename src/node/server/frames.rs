use super::relation::Confirmed;
use super::session::locator_of;
use super::{Attempt, NamedLoss, Received, Server, ServerEvent, Trust, note};
use crate::link::{ClockEvent, SilenceEvent};
use crate::node::Error;
use crate::seal::{self, Authentic, Control, EpochTag, Opened, Opening};
use crate::time::Instant;
use crate::wire::Locator;
use crate::wire::control::ControlRecord;

impl Server {
    pub(super) fn handle_frame<'b>(
        &mut self,
        now: Instant,
        packet: &'b mut [u8],
    ) -> Result<Received<'b>, Error> {
        let (trust, authentic) = self.authenticate(now, packet)?;
        let epoch = authentic.epoch();
        let session = self.session_mut(trust).ok_or(Error::NotPaired)?;
        let opening = session.opener.reveal(authentic, packet)?;
        let twin = session.opener.poll_twin();
        let received = match opening {
            Opening::Duplicate => {
                self.stats.duplicates += 1;
                self.note_duplicate(now, epoch);
                return Ok(Received::Duplicate);
            }
            Opening::Control(control) => {
                self.stats.control_frames += 1;
                self.handle_control(now, trust, &control);
                Received::Control(trust)
            }
            Opening::Fresh(opened) => self.handle_fresh(trust, opened),
        };
        if let Some(twin) = twin {
            self.note(ServerEvent::Cloned(twin));
        }
        self.note_heard(now, trust);
        self.note_change();
        Ok(received)
    }

    fn handle_fresh<'b>(&mut self, trust: Trust, opened: Opened<'b>) -> Received<'b> {
        self.stats.frames_opened += 1;
        if let Some(session) = self.session_mut(trust)
            && session.breaks_promise(&opened)
        {
            self.note(ServerEvent::DescriptorMismatch);
        }
        match trust {
            Trust::Trusted => Received::Records(opened),
            Trust::Quarantined => Received::Quarantined(opened),
        }
    }

    /// Decrypts a frame in place under the session that it belongs to, which stands then.
    ///
    /// A frame of an epoch that both relations know belongs to the trusted one.
    fn authenticate(
        &mut self,
        now: Instant,
        packet: &mut [u8],
    ) -> Result<(Trust, Authentic), Error> {
        let mut refusal = Error::NotPaired;
        for trust in Trust::BOTH {
            if let Some(session) = self.session_mut(trust) {
                match session.opener.authenticate(packet) {
                    Ok(authentic) => return Ok((trust, authentic)),
                    Err(error) => refusal = worse(refusal, error),
                }
            }
        }
        match locator_of(packet) {
            Some(locator) => self.authenticate_candidate(now, packet, locator, refusal),
            None => Err(refusal),
        }
    }

    /// The same by the keys of a session that nobody was heard under yet: what follows from the first frame, a
    /// session that takes the place of another, is on the stack here and not under every frame.
    #[inline(never)]
    fn authenticate_candidate(
        &mut self,
        now: Instant,
        packet: &mut [u8],
        locator: Locator,
        mut refusal: Error,
    ) -> Result<(Trust, Authentic), Error> {
        for trust in Trust::BOTH {
            if let Some(candidate) = self.relation(trust).candidate_of(locator) {
                match candidate.open(packet) {
                    Ok((first, authentic)) => {
                        let trust = self.confirm(now, trust, first);
                        return Ok((trust, authentic));
                    }
                    Err(error) => refusal = worse(refusal, error),
                }
            }
        }
        let paired = self.attempt.candidate();
        if let Some(candidate) = paired.filter(|paired| paired.is_addressed_by(locator)) {
            let (first, authentic) = candidate.open(packet)?;
            self.finish_pairing(now, first);
            return Ok((Trust::Trusted, authentic));
        }
        Err(refusal)
    }

    /// The first frame under the keys of a pending handshake: the session before is over.
    ///
    /// How it is to be trusted from now on.
    #[inline(never)]
    fn confirm(&mut self, now: Instant, trust: Trust, first: seal::CandidateEpoch) -> Trust {
        let config = self.config;
        let confirmed = self.relation_mut(trust).confirm(now, first, &config);
        let Some(confirmed) = confirmed else {
            return trust;
        };
        if trust == Trust::Trusted {
            self.end_introduction(confirmed.keyed_with);
        }
        let Self {
            trusted,
            quarantine,
            ..
        } = self;
        if let (Trust::Quarantined, Some(session), Some(trusted)) = (
            trust,
            quarantine.standing.session_mut(),
            trusted.standing.session(),
        ) {
            // What is stored of the epochs that the device will hand over is not lost.
            session.opener.copy_epochs(&trusted.opener);
        }
        let Confirmed {
            id: session,
            peer,
            by,
            keyed_with,
            is_first,
        } = confirmed;
        self.note(match (trust, is_first) {
            (Trust::Quarantined, _) => ServerEvent::Quarantined {
                session,
                keyed_with,
            },
            (Trust::Trusted, true) => ServerEvent::Paired { peer, session, by },
            (Trust::Trusted, false) => ServerEvent::Reconnected {
                session,
                by,
                keyed_with,
            },
        });
        self.apply_policy(now, trust, session)
    }

    /// The first frame after a pairing by label: whatever was before is over.
    #[inline(never)]
    fn finish_pairing(&mut self, now: Instant, first: seal::CandidateEpoch) {
        let Self {
            attempt,
            trusted,
            quarantine,
            config,
            ..
        } = self;
        let Some(candidate) = attempt.candidate() else {
            return;
        };
        let peer = candidate.peer;
        let of_same = [&trusted.standing, &quarantine.standing].map(|old| old.is_with(peer));
        let [is_trusted, is_quarantined] = of_same;
        if !is_trusted {
            trusted.standing.end();
        }
        trusted.standing.confirm(now, candidate, first, config);
        if let (true, Some(session), Some(old)) = (
            is_quarantined,
            trusted.standing.session_mut(),
            quarantine.standing.session_mut(),
        ) {
            session.succeed(old);
        }
        let event = ServerEvent::Paired {
            peer,
            session: candidate.id(),
            by: candidate.model,
        };
        self.attempt = Attempt::None;
        self.comparison.give_back();
        self.introduced = None;
        if !is_trusted && !is_quarantined {
            // What was for one device is not said to another.
            self.ordered = None;
        }
        self.quarantine.forget();
        self.trusted.pending = None;
        self.note(event);
    }

    #[inline(never)] // On the stack of nothing else.
    fn handle_control(&mut self, now: Instant, trust: Trust, control: &Control<'_>) {
        let Self {
            wall,
            trusted,
            quarantine,
            losses,
            events,
            ordered,
            ..
        } = self;
        let relation = match trust {
            Trust::Trusted => trusted,
            Trust::Quarantined => quarantine,
        };
        let Some(session) = relation.standing.session_mut() else {
            return;
        };
        session.want_receipt(now);
        for record in control.records().flatten() {
            let event = match record {
                ControlRecord::Status(status) => {
                    let told = status.server_time_ms;
                    let latest = told.and_then(|told| wall.latest_of(now, told.get()));
                    let jump = session.note_status(control.epoch(), &status, latest);
                    jump.and_then(|event| match event {
                        ClockEvent::Jumped { by_millis, .. } => {
                            Some(ServerEvent::ClockJumped { by_millis })
                        }
                        _ => None,
                    })
                }
                ControlRecord::Answer(answer) if trust == Trust::Trusted => ordered
                    .take_if(|ordered| ordered.is_answered_by(session.id, &answer))
                    .map(|ordered| ordered.answered(answer.outcome)),
                _ => None,
            };
            if let (Some(event), Trust::Trusted) = (event, trust) {
                note(events, event);
            }
        }
        // What an older epoch, or a malformed list, says of the others is passed over.
        let _ = session.opener.handle_outstanding(control, |loss| {
            let named = NamedLoss { loss, trust };
            losses.push_back(named).map_err(|named| named.loss)
        });
    }

    /// Every session that knows the epoch may be the one whose receipt the device has missed.
    fn note_duplicate(&mut self, now: Instant, epoch: EpochTag) {
        for trust in Trust::BOTH {
            if let Some(session) = self.session_mut(trust)
                && session.knows(epoch)
            {
                session.note_duplicate(now);
            }
        }
    }

    /// A new frame came. Only the trusted device is supervised: another one does not stand in for it.
    fn note_heard(&mut self, now: Instant, trust: Trust) {
        let Some(session) = self.session_mut(trust) else {
            return;
        };
        let cleared = session.silence.note_frame(now);
        self.end_policy(trust);
        if let (Some(SilenceEvent::Cleared), Trust::Trusted) = (cleared, trust) {
            self.note(ServerEvent::DeviceHeard);
        }
    }
}

/// Of two refusals the one of who knows the epoch.
fn worse(before: Error, new: seal::Error) -> Error {
    match (before, new) {
        (Error::NotPaired, new) => new.into(),
        (before, seal::Error::UnknownEpoch) => before,
        (_, new) => new.into(),
    }
}
