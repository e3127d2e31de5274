//! Runs a node over a carrier, on any executor: tokio, Embassy, or one of twenty lines.
//!
//! ```text
//!          ┌──────────────────────────────── next_event ──────────────────────────────┐
//!          │   1 settle            2 event?            3 send              4 listen   │
//!  caller ─┤  handle_timeout      poll_event       poll_transmit      handle_datagram ├─► event
//!          │  poll_dh, agree      then return      Datagrams::send    ▲    until ▲    │
//!          │  poll_store, perform                                     │          │    │
//!          │         ▲                                       Datagrams::receive  │    │
//!          │         └──────────────────────── again ◄──── Timer::sleep_until ───┘    │
//!          └──────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! One datagram goes out, then one is listened for, so that neither direction starves the other; the executor's other
//! tasks get a turn each time. A [`Driver`] spawns nothing, allocates nothing, and needs no executor of its own.
//!
//! **Rule.** Every future here may be dropped between two polls. What waits to be sent, stored or named as lost stays
//! in the [`Driver`], and the next call goes on with it.
//!
//! | carrier | implements [`Datagrams`] by |
//! |---|---|
//! | connected UDP socket, radio with packets of its own | your two methods |
//! | serial line: any `Read + Write` of `embedded-io-async` | [`SerialPort`] |
//! | TCP, TLS, L2CAP, pipe: any `Read + Write` that loses nothing | [`StreamPort`] |
//! | Bluetooth LE, either side: the two [`Characteristics`] of your stack | [`GattPort`] |
//!
//! # Examples
//!
//! A device on tokio, over UDP. The server's end is driven likewise, with a [`Store`] for a [`Board`].
//!
//! ```no_run
//! use iomt::driver::{Blocking, Datagrams, Driver, Next, Timer};
//! use iomt::node::{Config, Device};
//! use iomt::pairing::{Identity, label::LabelSecret};
//! use iomt::reading::{Descriptor, Metric, Observation, Unit};
//! use iomt::storage::MemoryStorage;
//! use iomt::{seal::SystemEntropy, time::Instant, wire::{MAX_DATAGRAM, Space}};
//! use tokio::{net::UdpSocket, time};
//!
//! struct Udp(UdpSocket);
//! impl Datagrams for Udp {
//!     type Error = std::io::Error;
//!     async fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> std::io::Result<usize> {
//!         self.0.recv(buffer).await
//!     }
//!     async fn send(&mut self, datagram: &[u8]) -> std::io::Result<()> {
//!         self.0.send(datagram).await.map(|_| ())
//!     }
//! }
//!
//! struct Tokio(time::Instant);
//! impl Timer for Tokio {
//!     fn now(&self) -> Instant {
//!         Instant::since(self.0.into_std(), time::Instant::now().into_std())
//!     }
//!     async fn sleep_until(&self, due: Instant) {
//!         time::sleep_until(self.0 + (due - Instant::ZERO).into()).await;
//!     }
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let socket = UdpSocket::bind("0.0.0.0:0").await?;
//! socket.connect("gateway.example:4660").await?;
//! let (mut udp, timer) = (Udp(socket), Tokio(time::Instant::now()));
//! let mut board = (Blocking(MemoryStorage::<4096, 1>::new()), SystemEntropy);
//! let key = Identity::generate(&mut SystemEntropy)?;
//! let mut driver = Driver::new(Device::<4096>::new(key, Descriptor::default(), Config::DEFAULT)?);
//! driver.node.arm(LabelSecret::new(b"sixteen or more random bytes")?);
//! loop {
//!     let sample = time::sleep(time::Duration::from_secs(1));
//!     // An error is that nobody is there at the moment: the next call tries again.
//!     if let Ok(Next::Signal(())) = driver.next_or(&mut udp, &timer, &mut board, sample).await {
//!         let now = timer.now();
//!         let pulse = Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, now, 72.into());
//!         let _ = driver.node.send(now, Space::Data, &[pulse]); // Not before it has paired.
//!     }
//! }
//! # }
//! ```

mod blocking;
mod carrier;
mod device;
mod gatt;
mod line;
mod port;
mod race;
mod server;

pub use blocking::Blocking;
pub use carrier::{Datagrams, Timer};
pub use device::{Board, DeviceNode};
pub use gatt::{Characteristics, GattPort};
pub use port::{PortError, SerialPort, StreamPort};
pub use server::{Store, StoreFailed};

use core::fmt;

use self::line::Line;
use self::server::Kept;
use crate::node::Error;

/// A node, and what is between two calls on its way to the carrier and from it.
///
/// `N` is a [`Device`](crate::node::Device), a `&mut` of one that stays in a place of its own ([`DeviceNode`]), or a
/// [`Server`](crate::node::Server). Beside it, 2.6 KiB;
/// a future of [`Driver::next_event`] takes 1.4 KiB more, and what its carrier and storage need.
pub struct Driver<N> {
    /// The node: readings are given to it, and questions asked, between two calls.
    pub node: N,
    line: Line,
    kept: Kept,
    last_error: Option<Error>,
}

/// How a call has ended.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next<E, T> {
    /// Something has happened at the node.
    Event(E),
    /// The caller's own future has come to its end.
    Signal(T),
}

impl<N> Driver<N> {
    /// A driver of `node`, which may be new or long at work.
    #[must_use]
    pub fn new(node: N) -> Self {
        Self {
            node,
            line: Line::new(),
            kept: Kept::default(),
            last_error: None,
        }
    }

    /// The newest refusal of the node, and forgets it. Nothing ends by one, and anybody who can send a packet can
    /// cause one; but it also says that a random number generator has failed.
    pub const fn take_error(&mut self) -> Option<Error> {
        self.last_error.take()
    }

    fn note(&mut self, handled: Result<(), Error>) {
        if let Err(error) = handled {
            self.last_error = Some(error);
        }
    }
}

/// Without the buffers.
impl<N: fmt::Debug> fmt::Debug for Driver<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("node", &self.node)
            .field("last_error", &self.last_error)
            .finish_non_exhaustive()
    }
}
