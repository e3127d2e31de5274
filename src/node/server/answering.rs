use heapless::Vec;

use crate::crypto::hash::{HASH_LEN, sha256};
use crate::pairing::{
    Error, Exchange, Hello, MAX_HANDSHAKE, Model, PublicKey, SharedSecret, StaticKey, Work,
};
use crate::seal::{Entropy, ResumptionSecret};
use crate::time::{Duration, Instant};
use crate::wire::{self, Hint};

/// How long the holder of a static key may take; another message 1 has to wait for as long.
const PATIENCE: Duration = Duration::from_secs(10);

/// A message 1 of the device on its way to its answer.
///
/// ```text
/// staged ── begin: random values, no multiplication ──► working ── at most five, one a call ──► message 2
/// ```
#[derive(Debug)]
pub(super) struct Answering {
    /// What the message was, to the byte.
    pub(super) digest: [u8; HASH_LEN],
    pub(super) hello: Hello,
    pub(super) since: Instant,
    stage: Stage,
}

#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is no heap to put the larger one on"
)]
enum Stage {
    Staged(Vec<u8, MAX_HANDSHAKE>),
    Working(Exchange),
}

/// What one's own keys are, for the beginning of an answer.
pub(super) struct Known<'k> {
    pub(super) key: &'k StaticKey,
    /// The peer and the secret of a reconnection.
    pub(super) secret: Option<(PublicKey, &'k ResumptionSecret)>,
}

impl Answering {
    /// Keeps a message 1 whose code was checked.
    pub(super) fn stage(now: Instant, hello: Hello, packet: &[u8]) -> Result<Self, Error> {
        let too_long = wire::Error::TrailingBytes {
            count: packet.len().saturating_sub(MAX_HANDSHAKE),
        };
        let staged = Vec::from_slice(packet).map_err(|_| too_long)?;
        Ok(Self {
            digest: sha256(&[packet]),
            hello,
            since: now,
            stage: Stage::Staged(staged),
        })
    }

    pub(super) const fn exchange_mut(&mut self) -> Option<&mut Exchange> {
        match &mut self.stage {
            Stage::Working(exchange) => Some(exchange),
            Stage::Staged(_) => None,
        }
    }

    /// Who the caller has proved to be, once message 1 is read.
    pub(super) fn caller(&self) -> Option<PublicKey> {
        match &self.stage {
            Stage::Working(exchange) => exchange.peer(),
            Stage::Staged(_) => None,
        }
    }

    /// The agreement that the holder of the static key is asked for.
    pub(super) fn wanted_dh(&self) -> Option<PublicKey> {
        match &self.stage {
            Stage::Working(exchange) => wanted_dh(exchange),
            Stage::Staged(_) => None,
        }
    }

    /// Whether this may be anybody's: it has named nobody, and has not shown who it is.
    pub(super) fn is_anybody(&self) -> bool {
        self.hello.hint == Hint::NONE && self.caller().is_none()
    }

    /// When it has waited for the static key's holder too long.
    pub(super) fn gives_up(&self) -> Instant {
        self.since + PATIENCE
    }

    /// Goes one step: at most one multiplication.
    #[inline(never)] // An exchange is made here, and is not on the stack of what follows.
    pub(super) fn step(
        &mut self,
        known: &Known<'_>,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        if let Stage::Staged(packet) = &self.stage {
            let exchange = match (self.hello.model, known.secret) {
                (Model::RECONNECTION, Some((peer, secret))) => {
                    Exchange::answer_reconnection(known.key, peer, secret, packet, entropy)?
                }
                (Model::FACTORY_KEYS, _) => Exchange::answer_meeting(known.key, packet, entropy)?,
                _ => return Err(Error::WrongKey),
            };
            self.stage = Stage::Working(exchange);
        }
        match &mut self.stage {
            Stage::Working(exchange) => work(exchange, known.key),
            Stage::Staged(_) => Ok(()),
        }
    }

    pub(super) fn handle_dh(&mut self, shared: Option<SharedSecret>) -> Result<(), Error> {
        match &mut self.stage {
            Stage::Working(exchange) => exchange.handle_dh(shared),
            Stage::Staged(_) => Err(Error::UnexpectedMessage),
        }
    }
}

/// One unit of work, but what only the holder of a static key elsewhere can do.
pub(super) fn work(exchange: &mut Exchange, key: &StaticKey) -> Result<(), Error> {
    match exchange.poll_work() {
        Work::StaticDh(_) if key.identity().is_none() => Ok(()),
        _ => exchange.work_with(key),
    }
}

pub(super) fn wanted_dh(exchange: &Exchange) -> Option<PublicKey> {
    match exchange.poll_work() {
        Work::StaticDh(peer) => Some(peer),
        Work::Own | Work::Idle => None,
    }
}
