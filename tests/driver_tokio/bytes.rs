//! Carriers of bytes: a pseudo-terminal and a TCP connection as `embedded-io-async` sees them, and a noisy line.

use std::io;
use std::os::fd::OwnedFd;

use embedded_io_async::{Error, ErrorKind, ErrorType, Read, Write};
use rustix::fs::{Mode, OFlags, fcntl_setfl, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use tokio::net::unix::pipe::{Receiver, Sender};

/// A descriptor that can be waited for: as a pipe, of which tokio asks only that it can be read and written.
pub(crate) struct Port {
    receiver: Receiver,
    sender: Sender,
}

#[derive(Debug)]
pub(crate) struct Failed(pub(crate) io::Error);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Failed {}

impl Error for Failed {
    fn kind(&self) -> ErrorKind {
        self.0.kind().into()
    }
}

impl Port {
    /// Of a descriptor that does not block.
    pub(crate) fn new(descriptor: OwnedFd) -> Self {
        Self {
            receiver: Receiver::from_owned_fd_unchecked(descriptor.try_clone().unwrap()).unwrap(),
            sender: Sender::from_owned_fd_unchecked(descriptor).unwrap(),
        }
    }

    /// Both ends of a pseudo-terminal, without echo and without line discipline.
    pub(crate) fn pseudo_terminal() -> (Self, Self) {
        let one = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&one).unwrap();
        unlockpt(&one).unwrap();
        let name = ptsname(&one, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK;
        let other = open(name, flags, Mode::empty()).unwrap();
        let mut mode = tcgetattr(&other).unwrap();
        mode.make_raw();
        tcsetattr(&other, OptionalActions::Now, &mode).unwrap();
        fcntl_setfl(&one, OFlags::NONBLOCK).unwrap();
        (Self::new(one), Self::new(other))
    }
}

impl ErrorType for Port {
    type Error = Failed;
}

impl Read for Port {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Failed> {
        loop {
            self.receiver.readable().await.map_err(Failed)?;
            match self.receiver.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read.map_err(Failed),
            }
        }
    }
}

impl Write for Port {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Failed> {
        loop {
            self.sender.writable().await.map_err(Failed)?;
            match self.sender.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return written.map_err(Failed),
            }
        }
    }

    async fn flush(&mut self) -> Result<(), Failed> {
        Ok(())
    }
}

/// A line with noise in front of every frame, and with a byte that is lost in every 31st writing of up to 40 bytes.
pub(crate) struct Noisy<P> {
    pub(crate) port: P,
    pub(crate) writings: usize,
}

const NOISE: [&[u8]; 4] = [
    &[0xFF; 30],
    &[0x13, 0x37, 0x01, 0x02],
    &[0],
    &[7, 0, 9, 0, 0, 200, 1, 1, 1],
];

impl<P: ErrorType> ErrorType for Noisy<P> {
    type Error = P::Error;
}

impl<P: Read> Read for Noisy<P> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, P::Error> {
        self.port.read(buffer).await
    }
}

impl<P: Write> Write for Noisy<P> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, P::Error> {
        self.writings += 1;
        if self.writings.is_multiple_of(31) {
            return Ok(1);
        }
        if bytes[0] == 0 {
            // Noise that finds no room on the line is not there.
            let noise = NOISE[self.writings % NOISE.len()];
            let _ = self.port.write(noise).await?;
        }
        let some = &bytes[..bytes.len().min(40)];
        self.port.write(some).await
    }

    async fn flush(&mut self) -> Result<(), P::Error> {
        self.port.flush().await
    }
}
