use heapless::{Deque, Vec};

use super::Error;
use crate::link::Retry;
use crate::pairing::label::{AwaitingReply, LabelSecret, Reader};
use crate::pairing::{self, DescriptorHash, Identity, MAX_HANDSHAKE, Paired, PublicKey, Refused};
use crate::seal::{Entropy, Opened, Opener, Opening, Stored};
use crate::time::{Duration, Instant};
use crate::wire::{ConnectionId, Locator, MAX_DATAGRAM, Packet, Route, Space, Tag, copy};

/// How long a pairing may take before it is given up.
const PAIRING_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a receipt waits for more frames to name.
const RECEIPT_DELAY: Duration = Duration::from_millis(100);
/// "at most one a second and session"
const DUPLICATE_RECEIPT_INTERVAL: Duration = Duration::from_secs(1);

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
    pairing: Pairing,
    session: Option<Session>,
    events: Deque<ServerEvent, 4>,
    stats: ServerStats,
}

/// A pairing that has begun and not finished; the session before it goes on until then.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is no heap to put the larger one on"
)]
enum Pairing {
    None,
    /// Message 1 is repeated until message 2 comes.
    Asking(Option<AwaitingReply>, Repeated),
    /// Message 3 and a receipt are repeated until the first frame opens.
    Confirming(Session, ConnectionId, Repeated),
}

#[derive(Debug)]
struct Session {
    opener: Opener,
    peer: PublicKey,
    /// What the device has promised, until its descriptor came.
    promised: Option<DescriptorHash>,
    receipt_due: Option<Instant>,
    last_receipt: Option<Instant>,
}

/// A handshake packet that is sent again until something comes of it.
#[derive(Debug)]
struct Repeated {
    packet: Vec<u8, MAX_HANDSHAKE>,
    attempts: u8,
    due: Instant,
    gives_up: Instant,
}

/// What happened at a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerEvent {
    /// The device has sent its first frame under the new keys.
    Paired {
        /// The device's key.
        peer: PublicKey,
        /// The session's name.
        session: [u8; 16],
    },
    /// Nobody has finished the pairing in time.
    PairingFailed,
    /// The device describes itself otherwise than it promised in the handshake.
    DescriptorMismatch,
}

/// What a server has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServerStats {
    /// Frames that were opened.
    pub frames_opened: u64,
    /// Authentic frames that had been stored before.
    pub duplicates: u64,
    /// Packets that were refused.
    pub packets_refused: u64,
    /// Receipts that were made.
    pub receipts: u64,
}

impl Server {
    /// A server that has not paired with its device yet.
    #[must_use]
    pub const fn new(identity: Identity, retry: Retry) -> Self {
        Self {
            identity,
            retry,
            pairing: Pairing::None,
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
        self.pairing = Pairing::Asking(Some(awaiting), Repeated::new(now, packet));
        Ok(())
    }

    /// The key of the paired device.
    #[must_use]
    pub fn peer(&self) -> Option<PublicKey> {
        self.session.as_ref().map(|session| session.peer)
    }

    /// Every locator under which a frame may come: what a table of many devices holds.
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
    /// A frame is opened in its own buffer.
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
            Ok(Packet::Receipt(_)) => Err(crate::seal::Error::UnexpectedPacket.into()),
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

    /// Does what is due at `now`: gives up a pairing that nobody answers.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self
            .pairing
            .repeated()
            .is_some_and(|repeated| repeated.gives_up <= now)
        {
            self.pairing = Pairing::None;
            self.note(ServerEvent::PairingFailed);
        }
    }

    /// The next datagram to send to the device, in the front of `out`.
    pub fn poll_transmit<'o>(
        &mut self,
        now: Instant,
        out: &'o mut [u8; MAX_DATAGRAM],
    ) -> Option<&'o mut [u8]> {
        if let Some(repeated) = self.pairing.repeated_mut()
            && repeated.due <= now
        {
            let packet = repeated.take(now, self.retry);
            let slot = out.get_mut(..packet.len())?;
            copy(packet, slot);
            if let Some(session) = self.pairing.session_mut() {
                // The receipt behind message 3 is the sign that lets the device finish.
                session.want_receipt(now);
            }
            return Some(slot);
        }
        let sessions = [self.pairing.session_mut(), self.session.as_mut()];
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
            .pairing
            .repeated()
            .map(|repeated| repeated.due.min(repeated.gives_up));
        let receipts = self.sessions().filter_map(|session| session.receipt_due);
        repeated.into_iter().chain(receipts).min()
    }

    /// The session that waits for its first frame, and the one that stands.
    fn sessions(&self) -> impl Iterator<Item = &Session> {
        [self.pairing.session(), self.session.as_ref()]
            .into_iter()
            .flatten()
    }

    fn handle_reply(&mut self, now: Instant, packet: &[u8]) -> Result<(), Error> {
        let received = connection_of(packet)?;
        match &mut self.pairing {
            Pairing::Asking(awaiting, _) => {
                let state = awaiting.take().ok_or(Error::Unexpected)?;
                let mut buffer = [0_u8; MAX_HANDSHAKE];
                match state.read_reply(packet, &self.identity, &mut buffer) {
                    Ok((paired, confirmation)) => {
                        let repeated = Repeated::new(now, confirmation);
                        self.pairing =
                            Pairing::Confirming(Session::new(paired), received, repeated);
                        Ok(())
                    }
                    Err(Refused { state, error }) => {
                        *awaiting = Some(state);
                        Err(error.into())
                    }
                }
            }
            // The device has not seen message 3: it may go out at once.
            Pairing::Confirming(_, connection, repeated) if received == *connection => {
                repeated.due = repeated.due.min(now);
                Ok(())
            }
            _ => Err(pairing::Error::UnexpectedMessage.into()),
        }
    }

    fn handle_frame<'b>(
        &mut self,
        now: Instant,
        packet: &'b mut [u8],
    ) -> Result<Option<Opened<'b>>, Error> {
        let is_first = self
            .pairing
            .session()
            .is_some_and(|session| session.is_addressed_by(packet));
        let session = if is_first {
            self.pairing.session_mut()
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
        if let Pairing::Confirming(session, ..) =
            core::mem::replace(&mut self.pairing, Pairing::None)
        {
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

impl Pairing {
    const fn session(&self) -> Option<&Session> {
        match self {
            Self::Confirming(session, ..) => Some(session),
            Self::None | Self::Asking(..) => None,
        }
    }

    const fn session_mut(&mut self) -> Option<&mut Session> {
        match self {
            Self::Confirming(session, ..) => Some(session),
            Self::None | Self::Asking(..) => None,
        }
    }

    const fn repeated(&self) -> Option<&Repeated> {
        match self {
            Self::Asking(_, repeated) | Self::Confirming(_, _, repeated) => Some(repeated),
            Self::None => None,
        }
    }

    const fn repeated_mut(&mut self) -> Option<&mut Repeated> {
        match self {
            Self::Asking(_, repeated) | Self::Confirming(_, _, repeated) => Some(repeated),
            Self::None => None,
        }
    }
}

impl Session {
    fn new(paired: Paired) -> Self {
        Self {
            opener: paired.secrets.into_opener(),
            peer: paired.peer,
            promised: paired.descriptor,
            receipt_due: None,
            last_receipt: None,
        }
    }

    fn want_receipt(&mut self, due: Instant) {
        self.receipt_due = Some(self.receipt_due.map_or(due, |earlier| earlier.min(due)));
    }

    /// The device has missed a receipt: it gets another, not sooner than a second behind the last.
    fn note_duplicate(&mut self, now: Instant) {
        let soonest = self
            .last_receipt
            .map_or(now, |last| last + DUPLICATE_RECEIPT_INTERVAL);
        self.want_receipt(soonest.max(now));
    }

    /// Whether a frame names an epoch of this session. A short frame names none.
    fn is_addressed_by(&self, packet: &[u8]) -> bool {
        let Ok(Packet::Frame(frame)) = Packet::parse(packet) else {
            return false;
        };
        match frame.route {
            Route::Routed(locator) | Route::Unproved(locator, _) => {
                self.opener.locators().any(|known| known == locator)
            }
            Route::Short => false,
        }
    }

    /// "The descriptor is the first record and is compared with its hash."
    fn breaks_promise(&mut self, opened: &Opened<'_>) -> bool {
        let Ok(envelope) = opened.envelope() else {
            return false;
        };
        let Some(promised) = self.promised.filter(|_| envelope.first_sequence() == 0) else {
            return false;
        };
        self.promised = None;
        let mut records = envelope
            .records()
            .flatten()
            .filter(|record| record.tag.is_numbered());
        !records
            .next()
            .is_some_and(|first| first.tag == Tag::DESCRIPTOR && promised.matches(first.body))
    }
}

impl Repeated {
    fn new(now: Instant, packet: &[u8]) -> Self {
        Self {
            packet: Vec::from_slice(packet).unwrap_or_default(),
            attempts: 0,
            due: now,
            gives_up: now + PAIRING_TIMEOUT,
        }
    }

    fn take(&mut self, now: Instant, retry: Retry) -> &[u8] {
        self.due = now + retry.delay(self.attempts, 0);
        self.attempts = self.attempts.saturating_add(1);
        &self.packet
    }
}

fn connection_of(packet: &[u8]) -> Result<ConnectionId, Error> {
    match Packet::parse(packet)? {
        Packet::Handshake(handshake) => Ok(handshake.connection),
        _ => Err(pairing::Error::UnexpectedMessage.into()),
    }
}
