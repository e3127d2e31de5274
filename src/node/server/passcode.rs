//! The server's part in a pairing by a passcode that was typed here, up to the handshake.
//!
//! ```text
//!  pair_with_passcode ──► Calling ── 0x42, work: the share ──► Asking ── 0x44, work ──► an exchange, as by a label
//!                          │ 0x41, repeated                     │ 0x43, repeated
//!                          └────────── nobody answers in time ──┴──► PairingFailed
//! ```
//!
//! A wrong passcode shows in that message 1 of the handshake gets no answer.

use heapless::Vec;

use super::attempt::Repetition;
use super::handshakes::draw_connection;
use super::{Attempt, Server};
use crate::link::Retry;
use crate::node::Error;
use crate::pairing::cpace::{Asking, Call, Passcode};
use crate::pairing::{self, Exchange, StaticKey};
use crate::seal::Entropy;
use crate::time::Instant;
use crate::wire::ConnectionId;

/// The longest message of a run.
const MAX_MESSAGE: usize = 56;

type Message = Vec<u8, MAX_MESSAGE>;

/// A run of CPace that has begun here.
#[derive(Debug)]
pub(super) struct Typed {
    passcode: Passcode,
    pub(super) connection: ConnectionId,
    stage: Stage,
    /// One's own newest message.
    said: Message,
    /// An answer that is still to be worked on.
    heard: Option<Message>,
    pub(super) repetition: Repetition,
}

#[derive(Debug)]
enum Stage {
    Calling(Call),
    Asking(Asking),
}

impl Server {
    /// Begins to pair with the armed device whose passcode was typed here.
    ///
    /// It takes the place of a pairing that has not finished. A session that stands goes on until this one
    /// has finished. A wrong passcode costs the device an attempt and ends as
    /// [`PairingFailed`](super::ServerEvent::PairingFailed).
    ///
    /// # Errors
    ///
    /// [`Error::Pairing`] when the random number generator fails; a session that stands goes on.
    pub fn pair_with_passcode(
        &mut self,
        now: Instant,
        passcode: Passcode,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let connection = draw_connection(entropy)?;
        let call = Call::new(&self.key, connection, entropy)?;
        let mut buffer = [0; MAX_MESSAGE];
        let said = message(call.packet(&mut buffer)?)?;
        let gives_up = now + self.config.pairing_timeout;
        self.attempt = Attempt::None;
        self.typed = Some(Typed {
            passcode,
            connection,
            stage: Stage::Calling(call),
            said,
            heard: None,
            repetition: Repetition::new(now, connection, gives_up),
        });
        Ok(())
    }

    /// Does one scalar multiplication, where an answer waits for it.
    pub(super) fn work_on_passcode(
        &mut self,
        now: Instant,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let Some(typed) = &mut self.typed else {
            return Ok(());
        };
        let Some(heard) = typed.heard.take() else {
            return Ok(());
        };
        self.stats.multiplications += 1;
        let agreed = typed.work(now, &heard, &self.key, entropy)?;
        let Some(agreed) = agreed else { return Ok(()) };
        let exchange = Exchange::enter_passcode(&self.key, &agreed, entropy)?;
        let connection = typed.connection;
        self.begin_attempt(now, connection, exchange);
        Ok(())
    }
}

impl Typed {
    pub(super) const fn has_work(&self) -> bool {
        self.heard.is_some()
    }

    /// Takes an answer of the device in.
    pub(super) fn handle_packet(&mut self, step: u8, packet: &[u8]) -> Result<(), Error> {
        let awaited = match &self.stage {
            Stage::Calling(_) => 0x42,
            Stage::Asking(_) => 0x44,
        };
        if step != awaited {
            return Err(pairing::Error::UnexpectedMessage.into());
        }
        if self.heard.is_some() {
            return Err(pairing::Error::Busy.into());
        }
        self.heard = Some(message(packet)?);
        Ok(())
    }

    /// One's own message, where it is due.
    pub(super) fn take_packet(&mut self, now: Instant, retry: Retry) -> Option<&[u8]> {
        self.repetition.take(now, retry).then_some(&*self.said)
    }

    fn work(
        &mut self,
        now: Instant,
        heard: &[u8],
        key: &StaticKey,
        entropy: &mut impl Entropy,
    ) -> Result<Option<pairing::cpace::Agreement>, Error> {
        match &self.stage {
            Stage::Calling(call) => {
                let asking = call.handle_answer(&self.passcode, key, heard, entropy)?;
                let mut buffer = [0; MAX_MESSAGE];
                self.said = message(asking.packet(&mut buffer)?)?;
                self.stage = Stage::Asking(asking);
                let gives_up = self.repetition.gives_up;
                self.repetition = Repetition::new(now, self.connection, gives_up);
                Ok(None)
            }
            Stage::Asking(asking) => Ok(Some(asking.handle_share(heard)?)),
        }
    }
}

fn message(packet: &[u8]) -> Result<Message, pairing::Error> {
    Vec::from_slice(packet).map_err(|_| pairing::Error::NoRoom {
        needed: packet.len(),
    })
}
