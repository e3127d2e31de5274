use core::ops::Range;

use embedded_io_async::{Read, Write};

use super::Datagrams;
use crate::link::{
    CarrierError, MAX_SERIAL_FRAME, SerialDecoder, SerialStats, StreamDecoder, StreamError,
    check_sum, encode_serial, encode_stream,
};
use crate::wire::{MAX_DATAGRAM, copy};

/// How many bytes are read at once.
const CHUNK: usize = 64;

/// Why a port carries nothing.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortError<E> {
    /// The port itself says so.
    #[error("the port failed")]
    Port(E),
    /// The other side has closed it.
    #[error("the port was closed")]
    Ended,
    /// Nobody is connected.
    #[error("nobody is connected")]
    NotConnected,
    /// The bytes are no stream of datagrams: close it.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// A datagram is empty or too long.
    #[error(transparent)]
    Datagram(#[from] CarrierError),
}

/// A serial line as a carrier: COBS and CRC-32, see [`encode_serial`].
///
/// Whatever garbage is on the line, every frame that arrives whole is received. It takes 2.6 KiB beside the port.
///
/// The port's `read` has to be cancel-safe, as those of interrupt-driven and buffered UARTs are, or bytes are lost whenever
/// something is to be sent; its `write` may have written no bytes when it is dropped, else a frame is damaged,
/// and sent again later.
#[derive(Debug)]
pub struct SerialPort<P> {
    port: P,
    decoder: SerialDecoder,
    unread: Unread,
    writing: Writing,
}

/// A stream that loses nothing as a carrier: datagrams behind their lengths, see [`encode_stream`].
///
/// After a [`PortError`] the connection is over: make another port of a new one, and tell the device by
/// [`handle_disconnected`](crate::node::Device::handle_disconnected). Both `read` and `write` have to be cancel-safe,
/// as those of TCP sockets are. It takes 2.6 KiB beside the port.
#[derive(Debug)]
pub struct StreamPort<P> {
    port: P,
    decoder: StreamDecoder,
    unread: Unread,
    writing: Writing,
}

impl<P> SerialPort<P> {
    /// A carrier over a line of which nothing is known.
    #[must_use]
    pub const fn new(port: P) -> Self {
        Self {
            port,
            decoder: SerialDecoder::new(),
            unread: Unread::new(),
            writing: Writing::new(),
        }
    }

    /// What was received and what was dropped.
    #[must_use]
    pub const fn stats(&self) -> &SerialStats {
        self.decoder.stats()
    }

    /// The port again.
    #[must_use]
    pub fn release(self) -> P {
        self.port
    }
}

impl<P> StreamPort<P> {
    /// A carrier over a connection that has just begun.
    #[must_use]
    pub const fn new(port: P) -> Self {
        Self {
            port,
            decoder: StreamDecoder::new(),
            unread: Unread::new(),
            writing: Writing::new(),
        }
    }

    /// The port again.
    #[must_use]
    pub fn release(self) -> P {
        self.port
    }
}

impl<P: Read + Write> Datagrams for SerialPort<P> {
    type Error = PortError<P::Error>;

    async fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Result<usize, Self::Error> {
        let Self {
            port,
            decoder,
            unread,
            ..
        } = self;
        loop {
            if let Some(len) = unread.take(|input| decoder.decode(input).map(|it| put(it, buffer)))
            {
                return Ok(len);
            }
            unread.fill(port).await?;
        }
    }

    async fn send(&mut self, datagram: &[u8]) -> Result<(), Self::Error> {
        let encode = |out: &mut [u8]| encode_serial(datagram, out).map(|frame| frame.len());
        self.writing.send(&mut self.port, datagram, encode).await
    }
}

impl<P: Read + Write> Datagrams for StreamPort<P> {
    type Error = PortError<P::Error>;

    async fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Result<usize, Self::Error> {
        let Self {
            port,
            decoder,
            unread,
            ..
        } = self;
        loop {
            let decode = |input: &mut &[u8]| {
                let datagram = decoder.decode(input)?;
                Ok::<_, StreamError>(datagram.map(|it| put(it, buffer)))
            };
            if let Some(len) = unread.take(decode)? {
                return Ok(len);
            }
            unread.fill(port).await?;
        }
    }

    async fn send(&mut self, datagram: &[u8]) -> Result<(), Self::Error> {
        let encode = |out: &mut [u8]| encode_stream(datagram, out).map(|frame| frame.len());
        self.writing.send(&mut self.port, datagram, encode).await
    }
}

pub(super) fn put(datagram: &[u8], buffer: &mut [u8; MAX_DATAGRAM]) -> usize {
    copy(
        datagram,
        buffer.get_mut(..datagram.len()).unwrap_or_default(),
    );
    datagram.len()
}

/// Bytes that were read and not decoded yet: they outlive a dropped future.
#[derive(Debug)]
struct Unread {
    chunk: [u8; CHUNK],
    rest: Range<usize>,
}

impl Unread {
    const fn new() -> Self {
        Self {
            chunk: [0; CHUNK],
            rest: 0..0,
        }
    }

    /// Lets `decode` take bytes off the front.
    fn take<T>(&mut self, decode: impl FnOnce(&mut &[u8]) -> T) -> T {
        let mut input = self.chunk.get(self.rest.clone()).unwrap_or_default();
        let output = decode(&mut input);
        self.rest.start = self.rest.end.saturating_sub(input.len());
        output
    }

    async fn fill<P: Read>(&mut self, port: &mut P) -> Result<(), PortError<P::Error>> {
        match port.read(&mut self.chunk).await.map_err(PortError::Port)? {
            0 => Err(PortError::Ended),
            len => {
                self.rest = 0..len;
                Ok(())
            }
        }
    }
}

/// A frame that was begun: what is left of it outlives a dropped future.
#[derive(Debug)]
struct Writing {
    frame: [u8; MAX_SERIAL_FRAME],
    rest: Range<usize>,
    /// Length and check sum of the datagram that is not sent to its end.
    begun: Option<(usize, u32)>,
}

impl Writing {
    const fn new() -> Self {
        Self {
            frame: [0; MAX_SERIAL_FRAME],
            rest: 0..0,
            begun: None,
        }
    }

    /// Writes a frame; goes on with it where it is of the datagram that was begun.
    async fn send<P: Write>(
        &mut self,
        port: &mut P,
        datagram: &[u8],
        encode: impl FnOnce(&mut [u8]) -> Result<usize, CarrierError>,
    ) -> Result<(), PortError<P::Error>> {
        let name = Some((datagram.len(), check_sum(datagram)));
        if self.begun != name {
            self.drain(port).await?;
            self.rest = 0..encode(&mut self.frame)?;
            self.begun = name;
        }
        self.drain(port).await?;
        let flushed = port.flush().await;
        self.begun = None;
        flushed.map_err(PortError::Port)
    }

    async fn drain<P: Write>(&mut self, port: &mut P) -> Result<(), PortError<P::Error>> {
        while let Some(bytes @ [_, ..]) = self.frame.get(self.rest.clone()) {
            match port.write(bytes).await {
                Ok(0) => return Err(self.give_up(PortError::Ended)),
                Ok(written) => self.rest.start = self.rest.start.saturating_add(written),
                Err(error) => return Err(self.give_up(PortError::Port(error))),
            }
        }
        Ok(())
    }

    fn give_up<E>(&mut self, error: PortError<E>) -> PortError<E> {
        self.rest = 0..0;
        self.begun = None;
        error
    }
}
