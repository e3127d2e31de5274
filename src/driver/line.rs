//! What a driver has of its carrier: one datagram on its way out, one on its way in.

use core::pin::Pin;

use super::race::{First, before, first, pass};
use super::{Datagrams, Timer};
use crate::time::{Duration, Instant};
use crate::wire::MAX_DATAGRAM;

/// How long one datagram may keep the line from being listened to. Two ends that both write and do not read until
/// they have written would wait for each other for ever.
const PATIENCE: Duration = Duration::from_millis(20);

/// Two buffers; what waits in the first outlives a dropped future.
pub(super) struct Line {
    outgoing: [u8; MAX_DATAGRAM],
    /// How many bytes of it are to be sent; none is nothing.
    waiting: usize,
    pub(super) incoming: [u8; MAX_DATAGRAM],
}

/// What has come over the line.
pub(super) enum Heard<T> {
    /// A datagram of so many bytes, in `incoming`.
    Datagram(usize),
    /// What else was waited for.
    Signal(T),
    /// Nothing until then.
    Nothing,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self {
            outgoing: [0; MAX_DATAGRAM],
            waiting: 0,
            incoming: [0; MAX_DATAGRAM],
        }
    }

    /// Lets `write` fill the outgoing buffer, where nothing waits in it.
    pub(super) fn load(&mut self, write: impl FnOnce(&mut [u8; MAX_DATAGRAM]) -> Option<usize>) {
        if self.waiting == 0 {
            self.waiting = write(&mut self.outgoing).unwrap_or_default();
        }
    }

    /// The first `len` bytes of what came in.
    pub(super) fn datagram(&mut self, len: usize) -> &mut [u8] {
        self.incoming.get_mut(..len).unwrap_or_default()
    }

    /// Sends what waits, then listens: until `due`, or only for what is there already when there may be more to send.
    pub(super) async fn turn<D: Datagrams, S: Future>(
        &mut self,
        datagrams: &mut D,
        timer: &impl Timer,
        due: Option<Instant>,
        signal: Pin<&mut S>,
    ) -> Result<Heard<S::Output>, D::Error> {
        let is_busy = self.waiting > 0;
        if is_busy {
            self.send(datagrams, timer).await?;
        }
        let received = first(datagrams.receive(&mut self.incoming), signal);
        let end = async {
            match due {
                _ if is_busy => pass().await,
                Some(due) if due <= timer.now() => pass().await,
                Some(due) => timer.sleep_until(due).await,
                None => core::future::pending().await,
            }
        };
        Ok(match before(received, end).await {
            Some(First::One(received)) => {
                if received.is_err() {
                    // What was for this connection is not for the next.
                    self.waiting = 0;
                }
                Heard::Datagram(received?)
            }
            Some(First::Other(signal)) => Heard::Signal(signal),
            None => Heard::Nothing,
        })
    }

    /// What is not sent in time stays, for the next turn.
    async fn send<D: Datagrams>(
        &mut self,
        datagrams: &mut D,
        timer: &impl Timer,
    ) -> Result<(), D::Error> {
        let datagram = self.outgoing.get(..self.waiting).unwrap_or_default();
        let patience = timer.sleep_until(timer.now() + PATIENCE);
        match before(datagrams.send(datagram), patience).await {
            None => Ok(()),
            Some(sent) => {
                self.waiting = 0;
                sent
            }
        }
    }
}
