//! Every future of the device is dropped after a few polls, wherever it is, and made anew.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use embedded_io_async::{ErrorType, Read, Write};
use iomt::driver::{Datagrams, Driver, GattPort, SerialPort};
use iomt::link::{FragmentStats, SerialStats};
use iomt::node::Keeping;
use iomt::seal::SystemEntropy;
use iomt::storage::{AsyncStorage, Error, FrameAddress, MemoryStorage, Storage};
use iomt::wire::MAX_DATAGRAM;
use tokio::task::{spawn_local, yield_now};

use crate::bytes::{Failed, Port};
use crate::carriers::{Lossy, Tokio};
use crate::gatt::{Hesitant, connection};
use crate::udp_sockets;
use crate::world::{Database, Patch, READINGS, check, device, run, serve, take};

/// The output of a future that comes to its end in so many polls; otherwise it is dropped.
async fn within<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), polls);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => {
            left -= 1;
            match left {
                0 => Poll::Ready(None),
                // At once, whether there is a reason or not.
                _ => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
            }
        }
    })
    .await
}

/// Storage that takes a turn before it has done what it was asked for, and another one after.
struct Slow(MemoryStorage<65_536, 1>);

impl Slow {
    async fn slowly<T>(&mut self, work: impl FnOnce(&mut MemoryStorage<65_536, 1>) -> T) -> T {
        yield_now().await;
        let done = work(&mut self.0);
        yield_now().await;
        done
    }
}

impl AsyncStorage for Slow {
    async fn load_image(&mut self, peer: u8, out: &mut [u8]) -> Result<Option<usize>, Error> {
        self.slowly(|storage| storage.load_image(peer, out)).await
    }

    async fn store_image(&mut self, peer: u8, image: &[u8]) -> Result<(), Error> {
        self.slowly(|storage| storage.store_image(peer, image))
            .await
    }

    async fn erase_peer(&mut self, peer: u8) -> Result<(), Error> {
        self.slowly(|storage| storage.erase_peer(peer)).await
    }

    async fn append(&mut self, address: FrameAddress, frame: &[u8]) -> Result<(), Error> {
        self.slowly(|storage| storage.append(address, frame)).await
    }

    async fn find(
        &mut self,
        address: FrameAddress,
        out: &mut [u8],
    ) -> Result<Option<(FrameAddress, usize)>, Error> {
        self.slowly(|storage| storage.find(address, out)).await
    }

    async fn free(&mut self, limit: FrameAddress) -> Result<(), Error> {
        self.slowly(|storage| storage.free(limit)).await
    }

    async fn scan(&mut self, peer: u8, visit: &mut dyn FnMut(FrameAddress)) -> Result<(), Error> {
        self.slowly(|storage| storage.scan(peer, visit)).await
    }
}

/// As `deliver`, but that no future lives for more than seven polls. Says how many were dropped.
async fn deliver_in_pieces<D: Datagrams<Error: std::fmt::Debug>>(
    driver: &mut Driver<Patch>,
    carrier: &mut D,
    timer: Tokio,
) -> usize {
    let mut board = (Slow(MemoryStorage::new()), SystemEntropy);
    let (mut left, mut dropped, mut polls) = (READINGS, 0, 0);
    while left > 0 || !driver.node.is_settled() {
        polls = polls % 7 + 1;
        match within(polls, driver.next_event(carrier, &timer, &mut board)).await {
            Some(event) => check(event.unwrap()),
            None => dropped += 1,
        }
        if left > 0 && driver.node.is_ready() && dropped % 4 == 0 {
            take(&mut driver.node, timer);
            left -= 1;
        }
        yield_now().await;
    }
    dropped
}

// IOMT-LINK-001, IOMT-CARR-010
#[test]
fn nothing_is_lost_over_udp() {
    run(async {
        let (here, there) = udp_sockets::pair().await;
        let (timer, database) = (Tokio::start(), Database::default());
        spawn_local(serve(Lossy::new(there, 7), timer, database.clone()));
        let mut driver = device(Keeping::SessionAndFrames);
        let mut carrier = Lossy::new(here, 7);
        let dropped = deliver_in_pieces(&mut driver, &mut carrier, timer).await;
        assert_eq!(database.len(), READINGS + 1);
        assert!(dropped > READINGS);
    });
}

// IOMT-LINK-001, IOMT-CARR-030
#[test]
fn nothing_is_lost_over_a_serial_line_and_no_frame_is_cut() {
    run(async {
        let (here, there) = Port::pseudo_terminal();
        let (timer, database) = (Tokio::start(), Database::default());
        let stats = Rc::new(Cell::new(SerialStats::default()));
        let told = stats.clone();
        let watched = Watched(SerialPort::new(there), move |port: &SerialPort<_>| {
            told.set(*port.stats());
        });
        spawn_local(serve(watched, timer, database.clone()));
        let mut driver = device(Keeping::SessionAndFrames);
        let mut carrier = SerialPort::new(Sluggish(here));
        let dropped = deliver_in_pieces(&mut driver, &mut carrier, timer).await;
        assert_eq!(database.len(), READINGS + 1);
        assert!(dropped > READINGS);
        let stats = stats.get();
        assert!(stats.delivered > 0);
        assert_eq!((stats.corrupt, stats.malformed, stats.too_short), (0, 0, 0));
    });
}

// IOMT-LINK-001, IOMT-CARR-021
#[test]
fn nothing_is_lost_over_bluetooth_and_no_datagram_is_cut() {
    run(async {
        let (here, there) = connection(23);
        let (timer, database) = (Tokio::start(), Database::default());
        let [mut carrier, mut far] = [(); 2].map(|()| GattPort::new(timer));
        carrier.connect(Hesitant(here));
        far.connect(Hesitant(there));
        let stats = Rc::new(Cell::new(FragmentStats::default()));
        let told = stats.clone();
        let watched = Watched(far, move |port: &GattPort<_, _>| told.set(*port.stats()));
        spawn_local(serve(watched, timer, database.clone()));
        let mut driver = device(Keeping::SessionAndFrames);
        let dropped = deliver_in_pieces(&mut driver, &mut carrier, timer).await;
        assert_eq!(database.len(), READINGS + 1);
        assert!(dropped > READINGS);
        let stats = stats.get();
        assert!(stats.delivered > 0);
        assert_eq!((stats.malformed, stats.gaps, stats.abandoned), (0, 0, 0));
    });
}

/// A port that takes 16 bytes at a time, and a turn before each: no frame leaves in the life of one future.
struct Sluggish(Port);

impl ErrorType for Sluggish {
    type Error = Failed;
}

impl Read for Sluggish {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        self.0.read(buffer).await
    }
}

impl Write for Sluggish {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        yield_now().await;
        self.0.write(&bytes[..bytes.len().min(16)]).await
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        yield_now().await;
        self.0.flush().await
    }
}

/// The server's end of a port, and what it has to say after each datagram.
struct Watched<D, T>(D, T);

impl<D: Datagrams, T: FnMut(&D)> Datagrams for Watched<D, T> {
    type Error = D::Error;

    async fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Result<usize, Self::Error> {
        let received = self.0.receive(buffer).await;
        (self.1)(&self.0);
        received
    }

    async fn send(&mut self, datagram: &[u8]) -> Result<(), Self::Error> {
        self.0.send(datagram).await
    }
}
