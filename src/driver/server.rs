use core::convert::Infallible;
use core::future::{pending, ready};
use core::pin::pin;

use super::line::Heard;
use super::{Datagrams, Driver, Next, Timer};
use crate::node::{NamedLoss, REFUSAL_LEN, Received, Server, ServerEvent, Trust, refusal};
use crate::pairing::{PublicKey, SharedSecret};
use crate::seal::{Entropy, Opened};
use crate::time::{Duration, Instant};
use crate::wire::copy;

/// How long after a store that failed it is asked again; nothing is said meanwhile that needs it.
const STORE_RETRY: Duration = Duration::from_millis(1_000);
/// How long after a refusal the next one may follow.
const REFUSAL_INTERVAL: Duration = Duration::from_millis(250);

/// The store did not do what it was asked for: the device is not told that it did.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the store has failed")]
pub struct StoreFailed;

/// What a server stands on: the database in which readings end, and random numbers.
///
/// **Rule.** What is answered with `Ok` outlives a power cut: the device lets go of it.
pub trait Store {
    /// Stores the records of a frame, each under its identity, once; or its bytes, where they do not decode.
    ///
    /// Those of a session in quarantine get a flag that says so. Where the future is dropped before its end, or fails,
    /// the frame comes again: an identity that is there already is no error.
    ///
    /// # Errors
    ///
    /// [`StoreFailed`]: the device sends it again.
    fn store(
        &mut self,
        frame: &Opened<'_>,
        trust: Trust,
    ) -> impl Future<Output = Result<(), StoreFailed>>;

    /// Notes frames that will never arrive. The same may come more than once.
    ///
    /// # Errors
    ///
    /// [`StoreFailed`]: it is asked again, and no receipt leaves before.
    fn name_lost(&mut self, loss: NamedLoss) -> impl Future<Output = Result<(), StoreFailed>>;

    /// Keeps the server's row ([`Server::export`]), of which something has changed. Nothing, where rows are not kept.
    ///
    /// # Errors
    ///
    /// [`StoreFailed`]: it is asked again, and nothing is sent before.
    fn keep(&mut self, server: &Server) -> impl Future<Output = Result<(), StoreFailed>> {
        let _ = server;
        ready(Ok(()))
    }

    /// The random number generator.
    fn entropy(&mut self) -> &mut impl Entropy;

    /// As [`Board::agree`](super::Board::agree), for a server whose key a key service holds.
    fn agree(&mut self, peer: PublicKey) -> impl Future<Output = Option<SharedSecret>> {
        let _ = peer;
        ready(None)
    }
}

/// What a driver of a server has to remember beside it.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// What is to be noted next, and was taken from the server already.
    loss: Option<NamedLoss>,
    /// The newest row that is kept.
    revision: u64,
    /// Until then the store is left alone.
    retry_at: Option<Instant>,
    refused_at: Option<Instant>,
}

impl Driver<Server> {
    /// Runs the server's end until something happens, and says what. Records go to `store`, and only what is
    /// stored is acknowledged.
    ///
    /// It may be dropped at any time, as the loser of a select: call it again, and nothing is lost.
    ///
    /// # Errors
    ///
    /// What the carrier has said. The server is as it was: call again, with another carrier where this one has ended.
    pub async fn next_event<D: Datagrams>(
        &mut self,
        datagrams: &mut D,
        timer: &impl Timer,
        store: &mut impl Store,
    ) -> Result<ServerEvent, D::Error> {
        let never = pending::<Infallible>();
        match self.next_or(datagrams, timer, store, never).await? {
            Next::Event(event) => Ok(event),
            Next::Signal(never) => match never {},
        }
    }

    /// The same, until something happens or `signal` comes to its end.
    ///
    /// The signal is looked at between two pieces of work only, so that it cuts none short. It is dropped with
    /// every event.
    ///
    /// # Errors
    ///
    /// As [`Driver::next_event`].
    pub async fn next_or<D: Datagrams, S: Future>(
        &mut self,
        datagrams: &mut D,
        timer: &impl Timer,
        store: &mut impl Store,
        signal: S,
    ) -> Result<Next<ServerEvent, S::Output>, D::Error> {
        let mut signal = pin!(signal);
        loop {
            self.settle(timer, store).await;
            if let Some(event) = self.node.poll_event() {
                return Ok(Next::Event(event));
            }
            let now = timer.now();
            let due = match self.kept.retry_at {
                Some(retry_at) => Some(retry_at),
                None => self.load(now),
            };
            let heard = self.line.turn(datagrams, timer, due, signal.as_mut());
            match heard.await? {
                Heard::Datagram(len) => self.receive(len, timer, store).await,
                Heard::Signal(output) => return Ok(Next::Signal(output)),
                Heard::Nothing => {}
            }
        }
    }

    /// Takes what is to be sent, and says when to look again.
    fn load(&mut self, now: Instant) -> Option<Instant> {
        let node = &mut self.node;
        self.line
            .load(|out| node.poll_transmit(now, out).map(|sent| sent.len()));
        node.poll_timeout()
    }

    async fn receive(&mut self, len: usize, timer: &impl Timer, store: &mut impl Store) {
        let now = timer.now();
        let datagram = self.line.incoming.get_mut(..len).unwrap_or_default();
        let (opened, trust) = match self.node.handle_datagram(now, datagram) {
            Ok(Received::Records(opened)) => (opened, Trust::Trusted),
            Ok(Received::Quarantined(opened)) => (opened, Trust::Quarantined),
            Ok(_) => return,
            Err(error) => {
                self.last_error = Some(error);
                if error.is_unknown() {
                    self.refuse(now, len);
                }
                return;
            }
        };
        if store.store(&opened, trust).await.is_ok() {
            let handled = self.node.handle_stored(timer.now(), opened.stored());
            self.note(handled);
        }
    }

    /// "A hint without proof, which lets a device reconnect sooner than it would find out by itself."
    fn refuse(&mut self, now: Instant, len: usize) {
        let last = self.kept.refused_at;
        if last.is_some_and(|last| now < last + REFUSAL_INTERVAL) {
            return;
        }
        let mut buffer = [0; REFUSAL_LEN];
        if let Some(refusal) = refusal(self.line.datagram(len), &mut buffer) {
            self.kept.refused_at = Some(now);
            self.line.load(|out| {
                copy(refusal, out.get_mut(..REFUSAL_LEN)?);
                Some(REFUSAL_LEN)
            });
        }
    }

    /// Does what is due beside sending: one piece of work, then what is to be stored.
    async fn settle(&mut self, timer: &impl Timer, store: &mut impl Store) {
        let now = timer.now();
        if self.node.poll_timeout().is_some_and(|due| due <= now) {
            let handled = self.node.handle_timeout(now, store.entropy());
            self.note(handled);
        }
        if let Some(peer) = self.node.poll_dh() {
            let shared = store.agree(peer).await;
            let handled = self.node.handle_dh(timer.now(), peer, shared);
            self.note(handled);
        }
        if self.kept.retry_at.is_none_or(|due| due <= now) {
            let kept = self.keep(store).await;
            self.kept.retry_at = kept.err().map(|StoreFailed| timer.now() + STORE_RETRY);
        }
    }

    async fn keep(&mut self, store: &mut impl Store) -> Result<(), StoreFailed> {
        loop {
            self.kept.loss = self.kept.loss.or_else(|| self.node.poll_loss());
            let Some(loss) = self.kept.loss else {
                break;
            };
            store.name_lost(loss).await?;
            self.kept.loss = None;
        }
        let revision = self.node.revision();
        if revision != self.kept.revision {
            store.keep(&self.node).await?;
            self.kept.revision = revision;
        }
        Ok(())
    }
}
