//! The device's part in a pairing by a passcode, up to the handshake.
//!
//! ```text
//!  armed ──► Idle ── 0x41 ──► Called ── 0x43: its point is checked, an attempt is counted ──► Counted
//!             ▲                 │ 0x42                                                          │ poll_attempts,
//!             │                 ▼ a 0x41 of another, two seconds later, takes its place           │ on storage
//!             │                                                                                 ▼
//!             │        Agreed ◄── work ── Answering ◄── work: the share, 0x44 ──────────────── Written
//!             │          │ messages 1 … 3, as of any pairing, in the table of half-open ones
//!             │          └──► receipt under the new keys: the attempt is given back, the arming ends
//!             └── half a minute in one run: the attempt stays spent; the fifth ends the arming
//! ```
//!
//! There is one run at a time. Packets that come again get the same answer, to the byte.

use heapless::Vec;

use super::{Device, DeviceEvent, Error};
use crate::node::REPLACED_AT_MOST_EACH;
use crate::node::spent::UnwrittenCount;
use crate::pairing::cpace::{Agreement, Answering, Called, Passcode};
use crate::pairing::{
    self, Attempt, Attempts, DescriptorHash, Exchange, PendingAttempt, StaticKey,
};
use crate::seal::Entropy;
use crate::time::{Duration, Instant};
use crate::wire::{ConnectionId, Handshake};

/// The steps that a device reads.
const CALL: u8 = 0x41;
const SHARE: u8 = 0x43;
/// How long one run may take, from its first message to its end.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest message of a run.
const MAX_MESSAGE: usize = 56;

type Message = Vec<u8, MAX_MESSAGE>;

/// Who may type a passcode, and how far one has come.
#[derive(Debug, Default)]
pub(super) struct PasscodeEntry {
    armed: Option<Armed>,
    unwritten: UnwrittenCount,
}

#[derive(Debug)]
struct Armed {
    passcode: Passcode,
    attempts: Attempts,
    run: Option<Run>,
}

#[derive(Debug)]
struct Run {
    connection: ConnectionId,
    since: Instant,
    stage: Stage,
    /// The newest message that was taken.
    heard: Message,
    /// The answer to it.
    reply: Message,
    is_reply_wanted: bool,
}

#[derive(Debug)]
enum Stage {
    Called(Called),
    Counted(Called, PendingAttempt),
    Written(Called, Attempt),
    Answering(Answering),
    Agreed(Agreement),
    /// Nothing can come of it; what was spent stays spent.
    Over,
}

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    /// Lets whoever types the passcode pair, in the place of whatever the device was armed with before.
    ///
    /// `spent` is zero when a person arms the device; after a reboot within that arming it is
    /// what [`Device::poll_attempts`] has given last. Five wrong passcodes end the arming
    /// ([`DeviceEvent::AttemptsSpent`]). Where a count of the arming before was still to be written, `spent` is, instead.
    pub fn arm_passcode(&mut self, passcode: Passcode, spent: u8) {
        self.disarm();
        self.passcode.unwritten.begin_anew(spent);
        self.passcode.armed = Some(Armed {
            passcode,
            attempts: Attempts::resume(spent),
            run: None,
        });
    }

    /// How many attempts are spent, where that has to be written: [`Device::handle_attempts_stored`] says that
    /// it was, and read back. What depends on an attempt is not answered before.
    #[must_use]
    pub const fn poll_attempts(&self) -> Option<u8> {
        self.passcode.unwritten.get()
    }

    /// Takes the word that `spent`, which [`Device::poll_attempts`] gave, is on storage.
    ///
    /// # Errors
    ///
    /// [`Error::NotAwaited`] when nothing was to be written, or another number meanwhile.
    pub fn handle_attempts_stored(&mut self, spent: u8) -> Result<(), Error> {
        self.passcode.unwritten.take(spent)?;
        if let Some(armed) = &mut self.passcode.armed {
            armed.note_written();
        }
        Ok(())
    }

    /// Gives up a run that takes too long.
    pub(super) fn expire_passcode(&mut self, now: Instant) {
        let Some(armed) = &mut self.passcode.armed else {
            return;
        };
        if armed.run.as_ref().is_none_or(|run| run.until() > now) {
            return;
        }
        armed.run = None;
        armed.attempts.give_up();
        if !armed.attempts.is_armed() {
            self.disarm();
            self.note(DeviceEvent::AttemptsSpent);
        }
    }
}

impl PasscodeEntry {
    pub(super) const fn is_armed(&self) -> bool {
        self.armed.is_some()
    }

    pub(super) fn disarm(&mut self) {
        self.armed = None;
    }

    /// Takes a message of CPace.
    pub(super) fn handle_message(
        &mut self,
        now: Instant,
        packet: &[u8],
        handshake: &Handshake<'_>,
        key: &StaticKey,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let armed = self.armed.as_mut().ok_or(Error::NotArmed)?;
        if let Some(run) = &mut armed.run
            && run.heard == packet
        {
            run.is_reply_wanted = true;
            return Ok(());
        }
        match handshake.step {
            CALL => {
                armed.check_call(now, handshake.connection)?;
                armed.handle_call(now, packet, handshake.connection, key, entropy)
            }
            SHARE => {
                self.unwritten.set(armed.handle_share(packet)?);
                Ok(())
            }
            _ => Err(pairing::Error::UnexpectedMessage.into()),
        }
    }

    /// Answers message 1 of the handshake that follows.
    pub(super) fn answer(
        &self,
        packet: &[u8],
        key: &StaticKey,
        descriptor: DescriptorHash,
        entropy: &mut impl Entropy,
    ) -> Result<Exchange, Error> {
        let armed = self.armed.as_ref().ok_or(Error::NotArmed)?;
        let stage = armed.run.as_ref().map(|run| &run.stage);
        let Some(Stage::Agreed(agreement)) = stage else {
            return Err(pairing::Error::UnexpectedMessage.into());
        };
        Ok(Exchange::answer_passcode(
            key, agreement, descriptor, packet, entropy,
        )?)
    }

    pub(super) fn has_work(&self) -> bool {
        self.run()
            .is_some_and(|run| matches!(run.stage, Stage::Written(..) | Stage::Answering(_)))
    }

    /// Does one scalar multiplication.
    pub(super) fn work(
        &mut self,
        key: &StaticKey,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let Some(armed) = &mut self.armed else {
            return Ok(());
        };
        let Some(run) = &mut armed.run else {
            return Ok(());
        };
        Ok(run.work(&armed.passcode, key, entropy)?)
    }

    /// The answer that is due.
    pub(super) fn poll_transmit(&mut self) -> Option<&[u8]> {
        let run = self.armed.as_mut()?.run.as_mut()?;
        if !run.has_reply() {
            return None;
        }
        run.is_reply_wanted = false;
        Some(&run.reply)
    }

    pub(super) fn has_reply(&self) -> bool {
        self.run().is_some_and(Run::has_reply)
    }

    pub(super) fn expires(&self) -> Instant {
        self.run().map_or(Instant::NEVER, Run::until)
    }

    /// The pairing of the run has finished: its attempt comes back, and that is to be written too.
    pub(super) fn give_back(&mut self) {
        let Some(armed) = &mut self.armed else { return };
        let stage = armed.run.as_ref().map(|run| &run.stage);
        if let Some(Stage::Agreed(agreement)) = stage
            && let Some(attempt) = agreement.attempt()
            && armed.attempts.give_back(attempt).is_ok()
        {
            self.unwritten.set(armed.attempts.spent());
        }
    }

    fn run(&self) -> Option<&Run> {
        self.armed.as_ref()?.run.as_ref()
    }
}

impl Armed {
    /// Whether a run may begin: a stranger who hears another's call can neither turn its share into a wrong one nor
    /// take its place at once.
    fn check_call(&self, now: Instant, connection: ConnectionId) -> Result<(), pairing::Error> {
        match &self.run {
            Some(run) if run.connection == connection => Err(pairing::Error::UnexpectedMessage),
            Some(run) if !run.may_be_replaced(now) => Err(pairing::Error::Busy),
            _ => Ok(()),
        }
    }

    fn handle_call(
        &mut self,
        now: Instant,
        packet: &[u8],
        connection: ConnectionId,
        key: &StaticKey,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let called = Called::answer(key, packet, entropy)?;
        let mut buffer = [0; MAX_MESSAGE];
        let reply = message(called.packet(&mut buffer)?)?;
        self.run = Some(Run {
            connection,
            since: now,
            stage: Stage::Called(called),
            heard: message(packet)?,
            reply,
            is_reply_wanted: true,
        });
        Ok(())
    }

    /// "attempt written before Yb": how many are spent now.
    fn handle_share(&mut self, packet: &[u8]) -> Result<u8, Error> {
        let run = self.run.as_mut();
        let run = run.ok_or(pairing::Error::UnexpectedMessage)?;
        let Stage::Called(called) = &run.stage else {
            return Err(pairing::Error::UnexpectedMessage.into());
        };
        let called = *called;
        called.check_share(packet)?;
        let heard = message(packet)?;
        let pending = self.attempts.begin()?;
        run.stage = Stage::Counted(called, pending);
        run.heard = heard;
        run.reply.clear();
        run.is_reply_wanted = true;
        Ok(self.attempts.spent())
    }

    fn note_written(&mut self) {
        let Some(run) = &mut self.run else { return };
        run.stage = match core::mem::replace(&mut run.stage, Stage::Over) {
            Stage::Counted(called, pending) => Stage::Written(called, pending.stored()),
            other => other,
        };
    }
}

impl Run {
    /// When it is given up.
    fn until(&self) -> Instant {
        self.since + PATIENCE
    }

    fn may_be_replaced(&self, now: Instant) -> bool {
        matches!(self.stage, Stage::Called(_)) && now >= self.since + REPLACED_AT_MOST_EACH
    }

    fn has_reply(&self) -> bool {
        self.is_reply_wanted && !self.reply.is_empty()
    }

    /// One multiplication. A run that fails by it is over, and its attempt stays spent.
    fn work(
        &mut self,
        passcode: &Passcode,
        key: &StaticKey,
        entropy: &mut impl Entropy,
    ) -> Result<(), pairing::Error> {
        self.stage = match core::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Written(called, attempt) => {
                let answering =
                    called.handle_share(attempt, passcode, key, &self.heard, entropy)?;
                let mut buffer = [0; MAX_MESSAGE];
                self.reply = message(answering.packet(&mut buffer)?)?;
                Stage::Answering(answering)
            }
            Stage::Answering(answering) => Stage::Agreed(answering.finish()?),
            other => other,
        };
        Ok(())
    }
}

fn message(packet: &[u8]) -> Result<Message, pairing::Error> {
    Vec::from_slice(packet).map_err(|_| pairing::Error::NoRoom {
        needed: packet.len(),
    })
}
