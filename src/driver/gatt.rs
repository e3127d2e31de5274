use core::future::pending;

use super::port::put;
use super::{Datagrams, PortError, Timer};
use crate::link::{AttPayload, FragmentStats, Fragmenter, Reassembler, check_sum};
use crate::wire::MAX_DATAGRAM;

/// The two characteristics of [`link::ble`](crate::link::ble) over one connection, as your Bluetooth stack has them: values
/// that come, and values that go.
///
/// | | on the device, the peripheral | on the gateway or phone, the central |
/// |---|---|---|
/// | [`receive`](Self::receive) | [`TO_DEVICE`](crate::link::ble::TO_DEVICE) was written | [`FROM_DEVICE`](crate::link::ble::FROM_DEVICE) was notified |
/// | [`send`](Self::send) | notifies `FROM_DEVICE` | writes `TO_DEVICE` |
/// | [`ready`](Self::ready) | at once, where notifications queue | the same without a response; else when the one before has come |
///
/// Values stay in order; they may be lost, and come twice.
pub trait Characteristics {
    /// Why the stack fails.
    type Error;

    /// Waits for a value and reads it to the start of `value`; returns its length.
    ///
    /// A future that is dropped before its end has taken no value; one that it takes all the same counts as lost.
    ///
    /// # Errors
    ///
    /// What the stack has to say, as that the connection has ended.
    fn receive(
        &mut self,
        value: &mut [u8; AttPayload::MAX.len()],
    ) -> impl Future<Output = Result<usize, Self::Error>>;

    /// Waits until the stack takes a value, as long as it likes. At once, unless it is said otherwise.
    ///
    /// A future that is dropped before its end has changed nothing.
    ///
    /// # Errors
    ///
    /// What the stack has to say. The datagram counts as lost.
    fn ready(&mut self) -> impl Future<Output = Result<(), Self::Error>> {
        core::future::ready(Ok(()))
    }

    /// Sends a value, whole or not at all: the end is that the stack has taken it, not that it has arrived.
    ///
    /// After a future that is dropped before its end, the same value is sent again, whether it was on its way or not. That
    /// is the case after 20 ms, so who waits for a response here would send the same value for ever.
    ///
    /// # Errors
    ///
    /// What the stack has to say. The value's datagram counts as lost.
    fn send(&mut self, value: &[u8]) -> impl Future<Output = Result<(), Self::Error>>;

    /// The ATT MTU as it is now: 23 until both sides have agreed on more.
    fn mtu(&self) -> u16;
}

impl<C: Characteristics + ?Sized> Characteristics for &mut C {
    type Error = C::Error;

    fn receive(
        &mut self,
        value: &mut [u8; AttPayload::MAX.len()],
    ) -> impl Future<Output = Result<usize, Self::Error>> {
        (**self).receive(value)
    }

    fn ready(&mut self) -> impl Future<Output = Result<(), Self::Error>> {
        (**self).ready()
    }

    fn send(&mut self, value: &[u8]) -> impl Future<Output = Result<(), Self::Error>> {
        (**self).send(value)
    }

    fn mtu(&self) -> u16 {
        (**self).mtu()
    }
}

/// Bluetooth LE as a carrier, on either side: datagrams in [fragments](crate::link::Fragment), over the [`Characteristics`]
/// of a stack.
///
/// It stays, while connections come and go: [`connect`](Self::connect) begins anew with each, and tell a device of its end by
/// [`handle_disconnected`](crate::node::Device::handle_disconnected). It takes 1.8 KiB beside the characteristics and the clock.
///
/// **What comes out was sent.** A fragment that is refused, for whatever reason, costs its datagram and is counted.
///
/// **A datagram goes on where it stopped** when its future was dropped: at the smallest MTU it has up to 69 fragments, and one
/// that begins anew each 20 ms would never come to its end. The fragment that was
/// on its way goes out once more, cut as it was: the other side knows a repeated one. So a datagram
/// keeps the size of its fragments when the MTU grows; where it shrinks, or another datagram comes, the number is a new one,
/// and the other side drops what it has.
///
/// # Examples
///
/// ```
/// use iomt::driver::{Board, Characteristics, Driver, GattPort, Timer};
/// use iomt::node::Device;
///
/// struct Gone;
/// # struct Stack;
/// # impl Stack {
/// #     async fn written(&mut self, _: &mut [u8; 512]) -> Result<usize, Gone> { Err(Gone) }
/// #     async fn notify(&mut self, _: &[u8]) -> Result<(), Gone> { Err(Gone) }
/// #     fn att_mtu(&self) -> u16 { 247 }
/// # }
/// struct Peripheral(Stack);
/// impl Characteristics for Peripheral {
///     type Error = Gone;
///     async fn receive(&mut self, value: &mut [u8; 512]) -> Result<usize, Gone> {
///         self.0.written(value).await
///     }
///     async fn send(&mut self, value: &[u8]) -> Result<(), Gone> {
///         self.0.notify(value).await
///     }
///     fn mtu(&self) -> u16 {
///         self.0.att_mtu()
///     }
/// }
///
/// /// Runs the device for one connection.
/// async fn serve(
///     driver: &mut Driver<Device<'_, 4096>>,
///     port: &mut GattPort<Peripheral, impl Timer>,
///     timer: &impl Timer,
///     board: &mut impl Board,
///     stack: Stack,
/// ) {
///     port.connect(Peripheral(stack));
///     while let Ok(_event) = driver.next_event(port, timer, board).await {}
///     port.disconnect();
///     driver.node.handle_disconnected();
/// }
/// ```
#[derive(Debug)]
pub struct GattPort<C, T> {
    connected: Option<C>,
    timer: T,
    reassembler: Reassembler,
    fragmenter: Fragmenter,
    begun: Option<Begun>,
    /// One that comes or one that goes: nothing has to outlive a dropped future.
    value: [u8; AttPayload::MAX.len()],
}

/// Where a datagram goes on that is not sent to its end: it outlives a dropped future.
#[derive(Debug)]
struct Begun {
    /// Length and check sum.
    name: (usize, u32),
    /// As it was before the datagram took its number.
    fragmenter: Fragmenter,
    payload: AttPayload,
    /// How many fragments have left.
    sent: usize,
}

impl<C, T> GattPort<C, T> {
    /// A carrier with nobody connected. The clock is for datagrams that wait for their fragments.
    #[must_use]
    pub fn new(timer: T) -> Self {
        Self {
            connected: None,
            timer,
            reassembler: Reassembler::new(),
            fragmenter: Fragmenter::default(),
            begun: None,
            value: [0; AttPayload::MAX.len()],
        }
    }

    /// Goes on over a new connection: what was half sent or half received over the one before is forgotten.
    pub fn connect(&mut self, characteristics: C) {
        self.disconnect();
        self.connected = Some(characteristics);
    }

    /// Gives the characteristics back. From now on nothing comes, and what is sent is refused.
    pub fn disconnect(&mut self) -> Option<C> {
        self.reassembler.reset();
        self.begun = None;
        self.connected.take()
    }

    /// Whether there is a connection, or one that has ended and was not taken back.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        self.connected.is_some()
    }

    /// What was received and what was dropped, over all connections.
    #[must_use]
    pub const fn stats(&self) -> &FragmentStats {
        self.reassembler.stats()
    }
}

impl<C: Characteristics, T: Timer> Datagrams for GattPort<C, T> {
    type Error = PortError<C::Error>;

    async fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Result<usize, Self::Error> {
        let Some(characteristics) = &mut self.connected else {
            return pending().await;
        };
        loop {
            let received = characteristics.receive(&mut self.value).await;
            let value = self.value.get(..received.map_err(PortError::Port)?);
            let handled = self
                .reassembler
                .handle_fragment(self.timer.now(), value.unwrap_or_default());
            // What is refused was counted.
            if let Ok(Some(datagram)) = handled {
                return Ok(put(datagram, buffer));
            }
        }
    }

    async fn send(&mut self, datagram: &[u8]) -> Result<(), Self::Error> {
        let Self {
            connected,
            fragmenter,
            begun,
            value,
            ..
        } = self;
        let characteristics = connected.as_mut().ok_or(PortError::NotConnected)?;
        let payload = AttPayload::from_mtu(characteristics.mtu());
        let name = (datagram.len(), check_sum(datagram));
        let going_on = begun.take_if(|begun| begun.name == name && begun.payload <= payload);
        let going_on = match going_on {
            Some(going_on) => going_on,
            None => {
                let at_number = fragmenter.clone();
                fragmenter.fragments(datagram, payload)?; // Takes the number, or refuses.
                Begun {
                    name,
                    fragmenter: at_number,
                    payload,
                    sent: 0,
                }
            }
        };
        let going_on = begun.insert(going_on);
        let sent = going_on.send(characteristics, datagram, value).await;
        self.begun = None;
        sent
    }
}

impl Begun {
    /// Sends what is left of the datagram.
    async fn send<C: Characteristics>(
        &mut self,
        characteristics: &mut C,
        datagram: &[u8],
        value: &mut [u8; AttPayload::MAX.len()],
    ) -> Result<(), PortError<C::Error>> {
        let fragments = self.fragmenter.clone().fragments(datagram, self.payload)?;
        for fragment in fragments.skip(self.sent) {
            let ready = characteristics.ready().await;
            ready.map_err(PortError::Port)?;
            let sent = characteristics.send(fragment.write(value)?).await;
            sent.map_err(PortError::Port)?;
            self.sent = self.sent.saturating_add(1);
        }
        Ok(())
    }
}
