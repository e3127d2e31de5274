//! The sockets of whoever connects, on this machine.

use std::io::{ErrorKind, Read, Result, Write};
use std::net::{Ipv4Addr, TcpStream, UdpSocket};
use std::time::Duration;

use iomt::link::{StreamDecoder, encode_stream};
use iomt::wire::MAX_DATAGRAM;

pub(crate) trait Carrier {
    fn send(&mut self, datagram: &[u8]) -> Result<()>;

    /// What comes within this time.
    fn receive(&mut self, within: Duration) -> Result<Arrived>;

    /// The handshake is over on this side.
    fn keys_are_there(&mut self) {}
}

pub(crate) enum Arrived {
    Datagrams(Vec<Vec<u8>>),
    /// In the place of the one before.
    NewConnection,
    Over,
}

/// A read waits for a millisecond at least: zero would be for ever.
pub(crate) fn wait(within: Duration) -> Option<Duration> {
    Some(within.max(Duration::from_millis(1)))
}

pub(crate) fn is_silence(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

pub(crate) struct Udp(UdpSocket);

impl Udp {
    /// The empty datagram says where this end is.
    pub(crate) fn connect(port: u16) -> Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect((Ipv4Addr::LOCALHOST, port))?;
        socket.send(&[])?;
        Ok(Self(socket))
    }
}

impl Carrier for Udp {
    fn send(&mut self, datagram: &[u8]) -> Result<()> {
        match self.0.send(datagram) {
            Err(error) if error.kind() != ErrorKind::ConnectionRefused => Err(error),
            _ => Ok(()),
        }
    }

    fn receive(&mut self, within: Duration) -> Result<Arrived> {
        self.0.set_read_timeout(wait(within))?;
        let mut buffer = [0; MAX_DATAGRAM];
        match self.0.recv(&mut buffer) {
            Ok(0) => Ok(Arrived::Over),
            Ok(len) => Ok(Arrived::Datagrams(
                buffer.get(..len).map(<[u8]>::to_vec).into_iter().collect(),
            )),
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(Arrived::Over),
            Err(error) if is_silence(error.kind()) => Ok(Arrived::Datagrams(Vec::new())),
            Err(error) => Err(error),
        }
    }
}

/// One connection, and what of it is not whole yet.
pub(crate) struct Stream {
    stream: TcpStream,
    decoder: StreamDecoder,
}

impl Stream {
    pub(crate) fn new(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            decoder: StreamDecoder::new(),
        })
    }

    /// In two pieces, the first of `first` bytes.
    pub(crate) fn send(&mut self, datagram: &[u8], first: usize) -> Result<()> {
        let mut buffer = [0; MAX_DATAGRAM + 2];
        let bytes = encode_stream(datagram, &mut buffer).map_err(|_| ErrorKind::InvalidInput)?;
        let (head, rest) = bytes.split_at(first.min(bytes.len()));
        let sent = self
            .stream
            .write_all(head)
            .and_then(|()| self.stream.write_all(rest));
        // That the other end is gone shows when it is read from.
        sent.or_else(|error| {
            if is_gone(error.kind()) {
                Ok(())
            } else {
                Err(error)
            }
        })
    }

    /// Nothing where the connection has ended.
    pub(crate) fn receive(&mut self, within: Duration) -> Result<Option<Vec<Vec<u8>>>> {
        self.stream.set_read_timeout(wait(within))?;
        let mut buffer = [0; 2_048];
        let len = match self.stream.read(&mut buffer) {
            Ok(0) => return Ok(None),
            Ok(len) => len,
            Err(error) if is_gone(error.kind()) => return Ok(None),
            Err(error) if is_silence(error.kind()) => return Ok(Some(Vec::new())),
            Err(error) => return Err(error),
        };
        let mut bytes = buffer.get(..len).unwrap_or_default();
        let mut datagrams = Vec::new();
        while let Some(datagram) = self
            .decoder
            .decode(&mut bytes)
            .map_err(|_| ErrorKind::InvalidData)?
        {
            datagrams.push(datagram.to_vec());
        }
        Ok(Some(datagrams))
    }
}

fn is_gone(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::NotConnected
    )
}

pub(crate) struct Tcp {
    port: u16,
    stream: Stream,
}

impl Tcp {
    pub(crate) fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        Ok(Self {
            port,
            stream: Stream::new(stream)?,
        })
    }
}

impl Carrier for Tcp {
    fn send(&mut self, datagram: &[u8]) -> Result<()> {
        self.stream.send(datagram, usize::MAX)
    }

    fn receive(&mut self, within: Duration) -> Result<Arrived> {
        if let Some(datagrams) = self.stream.receive(within)? {
            return Ok(Arrived::Datagrams(datagrams));
        }
        match Self::connect(self.port) {
            Ok(renewed) => {
                *self = renewed;
                Ok(Arrived::NewConnection)
            }
            Err(_) => Ok(Arrived::Over),
        }
    }
}
