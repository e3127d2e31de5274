//! The sockets of this end, and all that goes wrong on the way.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::time::{Duration, Instant};

use iomt::wire::MAX_DATAGRAM;

use super::path::Chance;
use crate::shim::peer::Peer;
use crate::shim::peer::carrier::{Arrived, Carrier, Stream, is_silence, wait};

/// Per cent of what goes each way.
const LOST: usize = 20;
const DOUBLED: usize = 10;
const LATE: usize = 15;
const CHANGED: usize = 10;
/// Of the times that a connection is read from.
const CUT: usize = 10;
/// A meeting has no more cuts than these.
const CUTS: u32 = 3;
/// How long whoever was cut off may take to come again.
const RETURN: Duration = Duration::from_secs(5);

/// One way. Before there are keys nothing is changed: there it may end a handshake, which the other dialogues look at.
#[derive(Default)]
struct Way {
    late: Vec<Vec<u8>>,
}

impl Way {
    fn pass(&mut self, datagram: &[u8], has_keys: bool, chance: &mut Chance) -> Vec<Vec<u8>> {
        if chance.happens(LOST) {
            return Vec::new();
        }
        if chance.happens(LATE) {
            self.late.push(datagram.to_vec());
            return Vec::new();
        }
        let mut through = Vec::new();
        if has_keys && chance.happens(CHANGED) {
            through.push(chance.damage(datagram));
        }
        through.push(datagram.to_vec());
        if chance.happens(DOUBLED) {
            through.push(datagram.to_vec());
        }
        through.append(&mut self.late);
        through
    }
}

/// The messages of handshakes that the program has sent, each by its step and connection.
#[derive(Default)]
struct Said {
    messages: BTreeMap<Vec<u8>, Vec<u8>>,
    is_twofold: bool,
}

/// Byte 0 of a handshake packet, and where its step and connection are.
const HANDSHAKE: u8 = 0x81;
const STEP_AND_CONNECTION: std::ops::Range<usize> = 3..12;

impl Said {
    fn note(&mut self, datagram: &[u8]) {
        let (Some(&HANDSHAKE), Some(name)) = (datagram.first(), datagram.get(STEP_AND_CONNECTION))
        else {
            return;
        };
        let first = self
            .messages
            .entry(name.to_vec())
            .or_insert(datagram.to_vec());
        self.is_twofold |= *first != datagram;
    }

    /// "Who has written a message MUST send the same bytes when it is sent again"
    fn check(&self) -> Result<()> {
        match self.is_twofold {
            true => Err(Error::other(
                "one handshake message came in two forms (IOMT-PAIR-010)",
            )),
            false => Ok(()),
        }
    }
}

pub(super) struct UdpDoor {
    socket: UdpSocket,
    other: Option<SocketAddr>,
    has_keys: bool,
    said: Said,
    ways: [Way; 2],
    chance: Chance,
}

impl UdpDoor {
    pub(super) fn open(chance: Chance) -> Result<Self> {
        Ok(Self {
            socket: UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?,
            other: None,
            has_keys: false,
            said: Said::default(),
            ways: Default::default(),
            chance,
        })
    }

    pub(super) fn port(&self) -> Result<u16> {
        Ok(self.socket.local_addr()?.port())
    }

    /// At the end the empty datagram says so.
    pub(super) fn play(mut self, peer: &mut Peer, is_over: &dyn Fn() -> bool) -> Result<()> {
        let played = peer.run(&mut self, is_over);
        if let Some(other) = self.other {
            let _ = self.socket.send_to(&[], other);
        }
        played.and_then(|()| self.said.check())
    }
}

impl Carrier for UdpDoor {
    fn send(&mut self, datagram: &[u8]) -> Result<()> {
        let Some(other) = self.other else {
            return Ok(());
        };
        for datagram in self.ways[0].pass(datagram, self.has_keys, &mut self.chance) {
            self.socket.send_to(&datagram, other)?;
        }
        Ok(())
    }

    fn receive(&mut self, within: Duration) -> Result<Arrived> {
        self.socket.set_read_timeout(wait(within))?;
        let mut buffer = [0; MAX_DATAGRAM];
        let (len, from) = match self.socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error)
                if is_silence(error.kind()) || error.kind() == ErrorKind::ConnectionRefused =>
            {
                return Ok(Arrived::Datagrams(Vec::new()));
            }
            Err(error) => return Err(error),
        };
        self.other = Some(from);
        let arrived = match buffer.get(..len) {
            None | Some([]) => Vec::new(),
            Some(datagram) => {
                self.said.note(datagram);
                self.ways[1].pass(datagram, self.has_keys, &mut self.chance)
            }
        };
        Ok(Arrived::Datagrams(arrived))
    }

    fn keys_are_there(&mut self) {
        self.has_keys = true;
    }
}

pub(super) struct TcpDoor {
    listener: TcpListener,
    stream: Option<Stream>,
    cuts: u32,
    said: Said,
    chance: Chance,
}

impl TcpDoor {
    pub(super) fn open(chance: Chance) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        Ok(Self {
            listener,
            stream: None,
            cuts: 0,
            said: Said::default(),
            chance,
        })
    }

    pub(super) fn port(&self) -> Result<u16> {
        Ok(self.listener.local_addr()?.port())
    }

    /// At the end nobody listens any more.
    pub(super) fn play(mut self, peer: &mut Peer, is_over: &dyn Fn() -> bool) -> Result<()> {
        self.accept(is_over)?;
        let played = peer.run(&mut self, is_over);
        let Self {
            listener,
            stream,
            said,
            ..
        } = self;
        drop(listener);
        drop(stream);
        played.and_then(|()| said.check())
    }

    fn accept(&mut self, is_over: &dyn Fn() -> bool) -> Result<()> {
        let deadline = Instant::now() + RETURN;
        while !is_over() && Instant::now() < deadline {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false)?;
                    self.stream = Some(Stream::new(stream)?);
                    return Ok(());
                }
                Err(error) if is_silence(error.kind()) => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Carrier for TcpDoor {
    fn send(&mut self, datagram: &[u8]) -> Result<()> {
        let first = self.chance.below(datagram.len() + 2);
        match &mut self.stream {
            Some(stream) => stream.send(datagram, first),
            None => Ok(()),
        }
    }

    /// What was on its way in a connection that is cut is lost.
    fn receive(&mut self, within: Duration) -> Result<Arrived> {
        let received = match &mut self.stream {
            Some(stream) => stream.receive(within)?,
            None => None,
        };
        let datagrams = received.iter().flatten();
        datagrams.for_each(|datagram| self.said.note(datagram));
        let is_cut = self.cuts < CUTS && self.chance.happens(CUT);
        match received {
            Some(datagrams) if !is_cut => return Ok(Arrived::Datagrams(datagrams)),
            Some(_) => self.cuts += 1,
            None => {}
        }
        self.stream = None;
        // Whoever has ended does not come again: what is asked for then is whether the meeting is over.
        let wait = Instant::now() + within.max(Duration::from_millis(50));
        self.accept(&|| Instant::now() > wait)?;
        Ok(match self.stream {
            Some(_) => Arrived::NewConnection,
            None => Arrived::Datagrams(Vec::new()),
        })
    }
}
