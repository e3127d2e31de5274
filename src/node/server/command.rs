//! Commands: what the server says to its device under seal, one at a time.
//!
//! ```text
//!  introduce ──► ordered ── handle_timeout ──► sealed ── poll_transmit, again and again ──► answered: an event
//!                   ▲                            │
//!                   └── another session stands ──┘  sealed anew
//! ```
//!
//! Only who has made the handshake of the session that stands can seal; whoever goes on from a row waits for the next.

use heapless::Vec;

use super::{Server, ServerEvent};
use crate::node::Error;
use crate::pairing::{self, PublicKey};
use crate::seal::{COMMAND_OVERHEAD, Entropy, ResumptionSecret};
use crate::time::Instant;
use crate::wire::command::{Command, Introduction, Rights, Role};
use crate::wire::control::{Answer, Outcome};

const MAX_FRAME: usize = COMMAND_OVERHEAD + Command::MAX_LEN;

/// A command while it is written: a secret may be in it.
#[derive(zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
struct Plaintext([u8; Command::MAX_LEN]);

/// A command that is not answered yet.
#[derive(Debug)]
pub(super) struct Ordered {
    order: Order,
    /// In the session that stands.
    sealed: Option<Sealed>,
    due: Instant,
    attempts: u8,
}

#[derive(Debug)]
enum Order {
    Introduce {
        recipient: PublicKey,
        first: ResumptionSecret,
        role: Role,
        rights: Rights,
    },
    Revoke(PublicKey),
}

#[derive(Debug)]
struct Sealed {
    session: [u8; 16],
    /// What the device's answer says when it has taken this.
    taken: u32,
    frame: Vec<u8, MAX_FRAME>,
}

impl Server {
    /// Introduces another recipient to the device: its static key, and a first secret that it hears of by
    /// [`Server::expect_introduced`], over a way of the caller's that keeps it secret. With [`Role::Successor`] it takes this
    /// server's place: so a server announces its next static key.
    ///
    /// The secret is 32 random bytes that nothing else is made from. It is sent until the device has answered
    /// ([`ServerEvent::Answered`]), and through reconnections; whoever is restarted before says it again, the same to
    /// the byte. A device that takes no commands never answers.
    ///
    /// # Errors
    ///
    /// [`Error::NotPaired`], or [`pairing::Error::Busy`] while a command is not answered.
    pub fn introduce(
        &mut self,
        now: Instant,
        recipient: PublicKey,
        first: ResumptionSecret,
        (role, rights): (Role, Rights),
    ) -> Result<(), Error> {
        self.order(
            now,
            Order::Introduce {
                recipient,
                first,
                role,
                rights,
            },
        )
    }

    /// Asks the device to end its relation with a recipient that somebody has introduced.
    ///
    /// # Errors
    ///
    /// As [`Server::introduce`].
    pub fn revoke(&mut self, now: Instant, recipient: PublicKey) -> Result<(), Error> {
        self.order(now, Order::Revoke(recipient))
    }

    /// Whether a command could be sealed in the session that stands. Where it goes on from a row, one waits for the next
    /// reconnection.
    #[must_use]
    pub fn can_command(&self) -> bool {
        let session = self.trusted.standing.session();
        session.is_some_and(|session| session.commands.is_some())
    }

    fn order(&mut self, now: Instant, order: Order) -> Result<(), Error> {
        if self.trusted.standing.is_none() {
            return Err(Error::NotPaired);
        }
        if self.ordered.is_some() {
            return Err(pairing::Error::Busy.into());
        }
        self.ordered = Some(Ordered {
            order,
            sealed: None,
            due: now,
            attempts: 0,
        });
        Ok(())
    }

    /// Seals the command that was ordered, where the session that stands has not sealed it yet.
    #[inline(never)] // Seldom done, and on the stack of nothing else.
    pub(super) fn seal_command(
        &mut self,
        now: Instant,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let (Some(ordered), Some(session)) =
            (&mut self.ordered, self.trusted.standing.session_mut())
        else {
            return Ok(());
        };
        let Some(commands) = &mut session.commands else {
            return Ok(());
        };
        if ordered.due > now || ordered.is_sealed_in(session.id) {
            return Ok(());
        }
        ordered.due = now + self.config.retry.first;
        let mut plaintext = Plaintext([0; Command::MAX_LEN]);
        let plaintext = ordered.order.command().write(&mut plaintext.0)?;
        let mut frame = [0; MAX_FRAME];
        let frame = commands.seal(plaintext, self.key.hedge_secret(), entropy, &mut frame)?;
        ordered.sealed = Some(Sealed {
            session: session.id,
            taken: commands.sealed(),
            frame: Vec::from_slice(frame).unwrap_or_default(),
        });
        (ordered.due, ordered.attempts) = (now, 0);
        Ok(())
    }

    /// When a command is to be sealed or sent next.
    pub(super) fn command_due(&self) -> Option<Instant> {
        let ordered = self.ordered.as_ref()?;
        self.can_command().then_some(ordered.due)
    }

    /// The command that is due.
    pub(super) fn take_command(&mut self, now: Instant) -> Option<&[u8]> {
        let session = self.trusted.standing.session()?.id;
        let retry = self.config.retry;
        let ordered = self.ordered.as_mut()?;
        if ordered.due > now || !ordered.is_sealed_in(session) {
            return None;
        }
        let sealed = ordered.sealed.as_ref()?;
        ordered.due = now + retry.delay(ordered.attempts, sealed.taken);
        ordered.attempts = ordered.attempts.saturating_add(1);
        Some(&sealed.frame)
    }
}

impl Ordered {
    fn is_sealed_in(&self, session: [u8; 16]) -> bool {
        let sealed = self.sealed.as_ref();
        sealed.is_some_and(|sealed| sealed.session == session)
    }

    /// Whether an answer of the device, in the session of this name, is about it.
    pub(super) fn is_answered_by(&self, session: [u8; 16], answer: &Answer) -> bool {
        let sealed = self.sealed.as_ref();
        sealed.is_some_and(|sealed| sealed.session == session && sealed.taken == answer.taken)
    }

    pub(super) const fn answered(&self, outcome: Outcome) -> ServerEvent {
        ServerEvent::Answered {
            recipient: self.order.recipient(),
            outcome,
        }
    }
}

impl Order {
    const fn recipient(&self) -> PublicKey {
        match self {
            Self::Introduce { recipient, .. } | Self::Revoke(recipient) => *recipient,
        }
    }

    const fn command(&self) -> Command<'_> {
        match self {
            Self::Introduce {
                recipient,
                first,
                role,
                rights,
            } => Command::Introduce(Introduction {
                key: recipient.as_bytes(),
                first: first.secret_bytes(),
                role: *role,
                rights: *rights,
            }),
            Self::Revoke(recipient) => Command::Revoke(recipient.as_bytes()),
        }
    }
}
