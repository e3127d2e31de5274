use super::answering::{Answering, Known};
use super::handshakes::unproved;
use crate::node::bucket::Bucket;
use crate::node::{Error, StrangerRate};
use crate::pairing::{self, Model, PublicKey, SharedSecret, StaticKey};
use crate::seal::Entropy;
use crate::time::Instant;
use crate::wire::ConnectionId;

/// Finds out who is calling, where a server has many devices: the message 1 of a device that has only
/// its keys names nobody in the clear.
///
/// ```text
///  handle_datagram ──► work … ──► poll_caller ──► Caller { key } ──► the Server of that device: welcome
/// ```
///
/// One for each of the server's keys, or several that take turns: it works on one message at a time, and a
/// stranger's costs two multiplications. What it does not know, it does not answer.
///
/// It takes 0.9 KiB, 1.1 KiB with the feature `comparison`.
#[derive(Debug)]
pub struct Reception {
    key: StaticKey,
    answering: Option<Answering>,
    work_since: Instant,
    rate: StrangerRate,
    bucket: Bucket,
    refused: u64,
}

/// A device that has proved its key, and waits for an answer.
#[derive(Debug)]
pub struct Caller {
    key: PublicKey,
    answering: Answering,
}

impl Caller {
    /// Who it is. It may still be a recorded message.
    #[must_use]
    pub const fn key(&self) -> PublicKey {
        self.key
    }

    /// Which handshake it is; the device repeats its message 1 under it.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.answering.hello.connection
    }

    pub(super) fn into_answering(self) -> Answering {
        self.answering
    }
}

impl Reception {
    /// A reception for devices that know this key, at [`StrangerRate::SERVER`].
    #[must_use]
    pub fn new(key: impl Into<StaticKey>) -> Self {
        Self::with_rate(key, StrangerRate::SERVER)
    }

    /// The same, for as many callers as this rate allows. After a loss of state all devices of a fleet come within the time that
    /// their pauses last.
    #[must_use]
    pub fn with_rate(key: impl Into<StaticKey>, rate: StrangerRate) -> Self {
        Self {
            key: key.into(),
            answering: None,
            work_since: Instant::ZERO,
            rate,
            bucket: Bucket::default(),
            refused: 0,
        }
    }

    /// How many messages with a right code were refused for their rate so far.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// Takes a message 1 that no server knows by its connection.
    ///
    /// # Errors
    ///
    /// [`pairing::Error::Busy`] while another is worked on or when more come than its rate allows, or what is wrong with it.
    pub fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) -> Result<(), Error> {
        let hello = self.key.check_hello(datagram).map_err(unproved)?;
        if hello.model != Model::FACTORY_KEYS {
            return Err(pairing::Error::WrongKey.into());
        }
        let answering = Answering::stage(now, hello, datagram)?;
        match &self.answering {
            Some(known) if known.digest == answering.digest => return Ok(()),
            Some(known) if known.gives_up() > now => return Err(pairing::Error::Busy.into()),
            _ => {}
        }
        if !self.bucket.take(now, &self.rate) {
            self.refused += 1;
            return Err(pairing::Error::Busy.into());
        }
        self.answering = Some(answering);
        self.work_since = now;
        Ok(())
    }

    /// Does one piece of work: at most one scalar multiplication.
    ///
    /// # Errors
    ///
    /// What was found wrong with the message, which is dropped.
    pub fn handle_timeout(
        &mut self,
        now: Instant,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let answering = self.answering.take();
        let Some(mut answering) = answering.filter(|answering| answering.gives_up() > now) else {
            return Ok(());
        };
        if answering.caller().is_none()
            && (self.key.identity().is_some() || answering.wanted_dh().is_none())
        {
            let known = Known {
                key: &self.key,
                secret: None,
            };
            answering.step(&known, entropy)?;
        }
        self.answering = Some(answering);
        Ok(())
    }

    /// As [`Server::poll_dh`](super::Server::poll_dh).
    #[must_use]
    pub fn poll_dh(&self) -> Option<PublicKey> {
        match self.key.identity() {
            Some(_) => None,
            None => self.answering.as_ref()?.wanted_dh(),
        }
    }

    /// As [`Server::handle_dh`](super::Server::handle_dh).
    ///
    /// # Errors
    ///
    /// [`Error::NotAwaited`] when nobody waits for it any more, or what is wrong with the message, which is dropped.
    pub fn handle_dh(
        &mut self,
        now: Instant,
        peer: PublicKey,
        shared: Option<SharedSecret>,
    ) -> Result<(), Error> {
        self.work_since = now;
        let is_wanted = |answering: &Answering| answering.wanted_dh() == Some(peer);
        if !self.answering.as_ref().is_some_and(is_wanted) {
            return Err(Error::NotAwaited);
        }
        let mut answering = self.answering.take().ok_or(Error::NotAwaited)?;
        answering.handle_dh(shared)?;
        self.answering = Some(answering);
        Ok(())
    }

    /// The device whose message 1 is read: give it to its [`Server`](super::Server), or drop it.
    pub fn poll_caller(&mut self) -> Option<Caller> {
        let key = self.answering.as_ref()?.caller()?;
        let answering = self.answering.take()?;
        Some(Caller { key, answering })
    }

    /// When [`Reception::handle_timeout`] has something to do next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let answering = self.answering.as_ref()?;
        let is_elsewhere = self.key.identity().is_none() && answering.wanted_dh().is_some();
        Some(if is_elsewhere {
            answering.gives_up()
        } else {
            self.work_since
        })
    }
}
