mod attempt;
mod report;
mod session;

pub use report::{ServerEvent, ServerStats};

use core::mem;

use heapless::Deque;

use self::attempt::{Attempt, Repeated};
use self::session::Session;
use super::Error;
use crate::link::Retry;
use crate::pairing::label::{LabelSecret, Reader};
use crate::pairing::{self, Identity, MAX_HANDSHAKE, PublicKey, Refused};
use crate::seal::{self, Entropy, Opened, Opening, Stored};
use crate::time::{Duration, Instant};
use crate::wire::{ConnectionId, Locator, MAX_DATAGRAM, Packet, Space, copy};

/// How long a receipt waits for more frames to name.
const RECEIPT_DELAY: Duration = Duration::from_millis(100);

/// The server's end of one device: datagrams in, sealed records and receipts out.
///
/// **Rule.** What [`Server::handle_datagram`] yields is acknowledged only when it comes back
/// through [`Server::handle_stored`]; until then the device sends it again.
///
/// It takes about 4.1 KiB: room for the session that stands and for one that is being paired.
#[derive(Debug)]
pub struct Server {
    identity: Identity,
    retry: Retry,
    attempt: Attempt,
    session: Option<Session>,
    events: Deque<ServerEvent, 4>,
    stats: ServerStats,
}

impl Server {
    /// A server that has not paired with its device yet.
    #[must_use]
    pub const fn new(identity: Identity, retry: Retry) -> Self {
        Self {
            identity,
            retry,
            attempt: Attempt::None,
            session: None,
            events: Deque::new(),
            stats: ServerStats {
                frames_opened: 0,
                duplicates: 0,
                packets_refused: 0,
                receipts: 0,
            },
        }
    }

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
        let mut connection = ConnectionId([0; 8]);
        entropy
            .fill(&mut connection.0)
            .map_err(pairing::Error::Entropy)?;
        let mut buffer = [0_u8; MAX_HANDSHAKE];
        let (awaiting, packet) =
            Reader::start(&self.identity, label, connection, entropy, &mut buffer)?;
        self.attempt = Attempt::Asking(awaiting, Repeated::new(now, connection, packet));
        Ok(())
    }

    /// The key of the paired device.
    #[must_use]
    pub fn peer(&self) -> Option<PublicKey> {
        self.session.as_ref().map(|session| session.peer)
    }

    /// The handshake that is under way and not answered: what a table of many devices holds to find
    /// the server whose answer a handshake packet is.
    #[must_use]
    pub const fn connection(&self) -> Option<ConnectionId> {
        match &self.attempt {
            Attempt::Asking(awaiting, _) => Some(awaiting.connection()),
            Attempt::None | Attempt::Confirming(..) => None,
        }
    }

    /// Every locator under which a frame may come: what a table of many devices holds.
    ///
    /// They change when a handshake is answered, when a frame opens a new epoch, and when a new
    /// session takes the place of the one before.
    pub fn locators(&self) -> impl Iterator<Item = Locator> {
        self.sessions()
            .flat_map(|session| session.opener.locators())
    }

    /// What the server has done so far.
    #[must_use]
    pub const fn stats(&self) -> ServerStats {
        self.stats
    }

    /// Takes a datagram from the device; yields records that were not stored before.
    ///
    /// A frame is opened in its own buffer. Only `Some` shows where the device is: whatever else
    /// comes may be a repetition by anybody, so change the device's address on `Some` alone.
    ///
    /// # Errors
    ///
    /// What is wrong with it; the server is as it was.
    pub fn handle_datagram<'b>(
        &mut self,
        now: Instant,
        datagram: &'b mut [u8],
    ) -> Result<Option<Opened<'b>>, Error> {
        let handled = match Packet::parse(datagram) {
            Ok(Packet::Frame(_)) => self.handle_frame(now, datagram),
            Ok(Packet::Handshake(_)) => self.handle_reply(now, datagram).map(|()| None),
            Ok(Packet::Receipt(_) | Packet::Refused(_)) => {
                Err(seal::Error::UnexpectedPacket.into())
            }
            Err(error) => Err(error.into()),
        };
        if handled.is_err() {
            self.stats.packets_refused += 1;
        }
        handled
    }

    /// Takes the word that a frame's records are on storage: a receipt will say so.
    ///
    /// # Errors
    ///
    /// [`Error::Seal`] when it can not be acknowledged now; it will come again.
    pub fn handle_stored(&mut self, now: Instant, stored: Stored) -> Result<(), Error> {
        let wait = match stored.space() {
            Space::Alarm => Duration::ZERO,
            _ => RECEIPT_DELAY,
        };
        let session = self.session.as_mut().ok_or(Error::NotPaired)?;
        session.opener.commit(stored)?;
        session.want_receipt(now + wait);
        Ok(())
    }

    /// Does what is due at `now`: gives up to repeat what nobody answers.
    pub fn handle_timeout(&mut self, now: Instant) {
        let is_over = |repeated: &Repeated| repeated.gives_up <= now;
        if !self.attempt.repeated().is_some_and(is_over) {
            return;
        }
        if let Attempt::Confirming(_, repeated) = &mut self.attempt {
            *repeated = None;
            self.note(ServerEvent::PairingUnconfirmed);
        } else {
            self.attempt = Attempt::None;
            self.note(ServerEvent::PairingFailed);
        }
    }

    /// The next datagram to send to the device, in the front of `out`.
    pub fn poll_transmit<'o>(
        &mut self,
        now: Instant,
        out: &'o mut [u8; MAX_DATAGRAM],
    ) -> Option<&'o mut [u8]> {
        if let Some(repeated) = self.attempt.repeated_mut()
            && repeated.due <= now
        {
            let packet = repeated.take(now, self.retry);
            let slot = out.get_mut(..packet.len())?;
            copy(packet, slot);
            if let Some(session) = self.attempt.session_mut() {
                // The receipt behind message 3 is the sign that lets the device finish.
                session.want_receipt(now);
            }
            return Some(slot);
        }
        let sessions = [self.attempt.session_mut(), self.session.as_mut()];
        let session = sessions
            .into_iter()
            .flatten()
            .find(|session| session.receipt_due.is_some_and(|due| due <= now))?;
        session.receipt_due = None;
        session.last_receipt = Some(now);
        self.stats.receipts += 1;
        session.opener.receipt(out).ok()
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        self.events.pop_front()
    }

    /// When [`Server::poll_transmit`] and [`Server::handle_timeout`] have something to do next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let repeated = self
            .attempt
            .repeated()
            .map(|repeated| repeated.due.min(repeated.gives_up));
        let receipts = self.sessions().filter_map(|session| session.receipt_due);
        repeated.into_iter().chain(receipts).min()
    }

    /// The session that waits for its first frame, and the one that stands.
    fn sessions(&self) -> impl Iterator<Item = &Session> {
        [self.attempt.session(), self.session.as_ref()]
            .into_iter()
            .flatten()
    }

    fn handle_reply(&mut self, now: Instant, packet: &[u8]) -> Result<(), Error> {
        let (state, repeated) = match mem::replace(&mut self.attempt, Attempt::None) {
            Attempt::Asking(state, repeated) => (state, repeated),
            // A repetition of message 2 needs no answer: message 3 is repeated anyway.
            other => {
                self.attempt = other;
                return Err(pairing::Error::UnexpectedMessage.into());
            }
        };
        let connection = state.connection();
        let mut buffer = [0_u8; MAX_HANDSHAKE];
        match state.read_reply(packet, &self.identity, &mut buffer) {
            Ok((paired, confirmation)) => {
                let repeated = Some(Repeated::new(now, connection, confirmation));
                self.attempt = Attempt::Confirming(Session::new(paired), repeated);
                Ok(())
            }
            Err(Refused { state, error }) => {
                self.attempt = Attempt::Asking(state, repeated);
                Err(error.into())
            }
        }
    }

    fn handle_frame<'b>(
        &mut self,
        now: Instant,
        packet: &'b mut [u8],
    ) -> Result<Option<Opened<'b>>, Error> {
        let is_first = self
            .attempt
            .session()
            .is_some_and(|session| session.is_addressed_by(packet));
        let session = if is_first {
            self.attempt.session_mut()
        } else {
            self.session.as_mut()
        };
        let session = session.ok_or(Error::NotPaired)?;
        let opened = match session.opener.open(packet)? {
            Opening::Fresh(opened) => opened,
            Opening::Duplicate => {
                self.stats.duplicates += 1;
                session.note_duplicate(now);
                return Ok(None);
            }
        };
        let breaks_promise = session.breaks_promise(&opened);
        self.stats.frames_opened += 1;
        if is_first {
            self.finish_pairing();
        }
        if breaks_promise {
            self.note(ServerEvent::DescriptorMismatch);
        }
        Ok(Some(opened))
    }

    /// The first frame under the new keys shows that the device has them: the session before ends.
    fn finish_pairing(&mut self) {
        if let Attempt::Confirming(session, _) = mem::replace(&mut self.attempt, Attempt::None) {
            self.note(ServerEvent::Paired {
                peer: session.peer,
                session: session.opener.session(),
            });
            self.session = Some(session);
        }
    }

    /// Events that nobody polls give way to newer ones.
    fn note(&mut self, event: ServerEvent) {
        if self.events.is_full() {
            self.events.pop_front();
        }
        let _ = self.events.push_back(event);
    }
}
