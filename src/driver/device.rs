use core::convert::Infallible;
use core::future::{pending, ready};
use core::pin::pin;

use super::line::Heard;
use super::{Datagrams, Driver, Next, Timer};
use crate::node::{Device, DeviceEvent};
use crate::pairing::{PublicKey, SharedSecret};
use crate::seal::Entropy;
use crate::storage::{AsyncStorage, FrameAddress};
use crate::wire::MAX_DATAGRAM;

/// What a device stands on: random numbers, storage, and a static key that may be elsewhere.
///
/// A pair of [storage](AsyncStorage) and [generator](Entropy) is one, for devices whose key is in RAM;
/// [`Blocking`](super::Blocking) makes the first of a storage that answers at once.
pub trait Board {
    /// The random number generator.
    fn entropy(&mut self) -> &mut impl Entropy;

    /// Where session and frames are kept.
    fn storage(&mut self) -> &mut impl AsyncStorage;

    /// X25519 of the device's static key with `peer`, where a secure element holds the key; `None` where it fails.
    ///
    /// Nothing is received or sent meanwhile. Where the future is dropped before its end, it is asked again.
    fn agree(&mut self, peer: PublicKey) -> impl Future<Output = Option<SharedSecret>> {
        let _ = peer;
        ready(None)
    }
}

impl<S: AsyncStorage, E: Entropy> Board for (S, E) {
    fn entropy(&mut self) -> &mut impl Entropy {
        &mut self.1
    }

    fn storage(&mut self) -> &mut impl AsyncStorage {
        &mut self.0
    }
}

/// Where a [`Driver`] has its device: in itself, or by `&mut` in a place of the caller's, such as the static that
/// [`DeviceSetup::make_in`](crate::node::DeviceSetup::make_in) has filled.
pub trait DeviceNode {
    /// A [`Device`], of some size.
    type Device;

    /// The device.
    fn device(&mut self) -> &mut Self::Device;
}

impl<const BYTES: usize, const PEERS: usize> DeviceNode for Device<'_, BYTES, PEERS> {
    type Device = Self;

    fn device(&mut self) -> &mut Self {
        self
    }
}

impl<'d, const BYTES: usize, const PEERS: usize> DeviceNode for &mut Device<'d, BYTES, PEERS> {
    type Device = Device<'d, BYTES, PEERS>;

    fn device(&mut self) -> &mut Self::Device {
        self
    }
}

impl<'d, N, const BYTES: usize, const PEERS: usize> Driver<N>
where
    N: DeviceNode<Device = Device<'d, BYTES, PEERS>>,
{
    /// Runs the device until something happens, and says what.
    ///
    /// It may be dropped at any time, as the loser of a select: call it again, and nothing is lost.
    /// A storage that is at work at that moment begins anew; where that is slow, use [`Driver::next_or`].
    ///
    /// # Errors
    ///
    /// What the carrier has said. The device is as it was: call again, with another carrier where this one has ended.
    pub async fn next_event<D: Datagrams>(
        &mut self,
        datagrams: &mut D,
        timer: &impl Timer,
        board: &mut impl Board,
    ) -> Result<DeviceEvent, D::Error> {
        let never = pending::<Infallible>();
        match self.next_or(datagrams, timer, board, never).await? {
            Next::Event(event) => Ok(event),
            Next::Signal(never) => match never {},
        }
    }

    /// The same, until something happens or `signal` comes to its end: a new reading, a button.
    ///
    /// The signal is looked at between two pieces of work only, so that it cuts none short. It is dropped with
    /// every event.
    ///
    /// # Errors
    ///
    /// As [`Driver::next_event`].
    pub async fn next_or<D: Datagrams, S: Future>(
        &mut self,
        datagrams: &mut D,
        timer: &impl Timer,
        board: &mut impl Board,
        signal: S,
    ) -> Result<Next<DeviceEvent, S::Output>, D::Error> {
        let mut signal = pin!(signal);
        loop {
            self.settle(timer, board).await;
            if let Some(event) = self.node.device().poll_event() {
                return Ok(Next::Event(event));
            }
            let (now, node) = (timer.now(), self.node.device());
            self.line
                .load(|out| node.poll_transmit(now, out).map(|datagram| datagram.len()));
            let due = node.poll_timeout();
            let heard = self.line.turn(datagrams, timer, due, signal.as_mut());
            match heard.await? {
                Heard::Datagram(len) => {
                    let datagram = self.line.datagram(len);
                    let handled =
                        self.node
                            .device()
                            .handle_datagram(timer.now(), datagram, board.entropy());
                    self.note(handled);
                }
                Heard::Signal(output) => return Ok(Next::Signal(output)),
                Heard::Nothing => {}
            }
        }
    }

    /// Does what is due beside sending: one piece of work, then what is to be stored.
    async fn settle(&mut self, timer: &impl Timer, board: &mut impl Board) {
        let now = timer.now();
        if self
            .node
            .device()
            .poll_timeout()
            .is_some_and(|due| due <= now)
        {
            let handled = self.node.device().handle_timeout(now, board.entropy());
            self.note(handled);
        }
        if let Some(peer) = self.node.device().poll_dh() {
            let shared = board.agree(peer).await;
            let handled = self
                .node
                .device()
                .handle_dh(timer.now(), shared, board.entropy());
            self.note(handled);
        }
        // Of a future that was dropped.
        self.node.device().retract_store();
        self.store(timer, board.storage()).await;
    }

    async fn store(&mut self, timer: &impl Timer, storage: &mut impl AsyncStorage) {
        let mut buffer = [0; MAX_DATAGRAM];
        while let Some(request) = self.node.device().poll_store(timer.now(), &mut buffer) {
            let node = self.node.device();
            let mut note = |address: FrameAddress| node.handle_found(&address);
            let found = &mut self.line.incoming;
            let reply = storage.perform(&request, found, &mut note).await;
            let handled = self.node.device().handle_stored(timer.now(), reply);
            self.note(handled);
        }
    }
}
