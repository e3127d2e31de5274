//! Tokio's socket and clock for a driver, and a carrier that loses datagrams.

use std::io;
use std::time::Duration;

use iomt::driver::{Datagrams, Timer};
use iomt::time::Instant;
use iomt::wire::MAX_DATAGRAM;
use tokio::net::UdpSocket;
use tokio::time;

/// A connected socket.
pub(crate) struct Udp(pub(crate) UdpSocket);

impl Datagrams for Udp {
    type Error = io::Error;

    async fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> io::Result<usize> {
        self.0.recv(buffer).await
    }

    async fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        self.0.send(datagram).await.map(|_| ())
    }
}

/// Tokio's clock, from a start that both ends share for no reason but that it is simple.
#[derive(Clone, Copy)]
pub(crate) struct Tokio(pub(crate) time::Instant);

impl Tokio {
    pub(crate) fn start() -> Self {
        Self(time::Instant::now())
    }
}

impl Timer for Tokio {
    fn now(&self) -> Instant {
        Instant::since(self.0.into_std(), time::Instant::now().into_std())
    }

    async fn sleep_until(&self, due: Instant) {
        time::sleep_until(self.0 + Duration::from(due - Instant::ZERO)).await;
    }
}

/// Loses every `nth` datagram that is sent.
pub(crate) struct Lossy<D> {
    pub(crate) carrier: D,
    pub(crate) nth: usize,
    pub(crate) sent: usize,
    pub(crate) lost: usize,
}

impl<D> Lossy<D> {
    pub(crate) fn new(carrier: D, nth: usize) -> Self {
        Self {
            carrier,
            nth,
            sent: 0,
            lost: 0,
        }
    }
}

impl<D: Datagrams> Datagrams for Lossy<D> {
    type Error = D::Error;

    async fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Result<usize, D::Error> {
        self.carrier.receive(buffer).await
    }

    async fn send(&mut self, datagram: &[u8]) -> Result<(), D::Error> {
        if (self.sent + 1).is_multiple_of(self.nth) {
            self.lost += 1;
        } else {
            self.carrier.send(datagram).await?;
        }
        self.sent += 1;
        Ok(())
    }
}
