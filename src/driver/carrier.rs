use crate::time::Instant;
use crate::wire::MAX_DATAGRAM;

/// A carrier of datagrams between two ends: a connected UDP socket, a [`SerialPort`](super::SerialPort), a
/// [`StreamPort`](super::StreamPort), a [`GattPort`](super::GattPort), or a radio of yours.
///
/// Datagrams may be lost, repeated and reordered. Both methods are *cancel-safe*, as stated with each: the driver
/// drops their futures whenever something else is more urgent.
pub trait Datagrams {
    /// Why the carrier fails.
    type Error;

    /// Waits for a datagram and reads it to the start of `buffer`; returns its length.
    ///
    /// A future that is dropped before its end has taken no datagram.
    ///
    /// # Errors
    ///
    /// What the carrier has to say; the next call tries again.
    fn receive(
        &mut self,
        buffer: &mut [u8; MAX_DATAGRAM],
    ) -> impl Future<Output = Result<usize, Self::Error>>;

    /// Sends a datagram of 1 to [`MAX_DATAGRAM`] bytes.
    ///
    /// The driver gives it 20 ms, and listens then. After a future that is dropped before its end, it sends the same
    /// datagram again before any other, unless [`receive`](Self::receive) has failed meanwhile. What had left of it
    /// then counts: a carrier of bytes goes on where it stopped.
    ///
    /// # Errors
    ///
    /// What the carrier has to say. The datagram counts as lost, and its content is sent again when that is due.
    fn send(&mut self, datagram: &[u8]) -> impl Future<Output = Result<(), Self::Error>>;
}

impl<D: Datagrams + ?Sized> Datagrams for &mut D {
    type Error = D::Error;

    fn receive(
        &mut self,
        buffer: &mut [u8; MAX_DATAGRAM],
    ) -> impl Future<Output = Result<usize, Self::Error>> {
        (**self).receive(buffer)
    }

    fn send(&mut self, datagram: &[u8]) -> impl Future<Output = Result<(), Self::Error>> {
        (**self).send(datagram)
    }
}

/// A monotonic clock that can be waited for.
pub trait Timer {
    /// The time, from a start that stays the same as long as the node lives.
    fn now(&self) -> Instant;

    /// Waits until `due`; not at all where that is past. May come late, never early by more than its resolution.
    fn sleep_until(&self, due: Instant) -> impl Future<Output = ()>;
}

impl<T: Timer + ?Sized> Timer for &T {
    fn now(&self) -> Instant {
        (**self).now()
    }

    fn sleep_until(&self, due: Instant) -> impl Future<Output = ()> {
        (**self).sleep_until(due)
    }
}
