//! The GATT service of `iomt::link::ble` in TrouBLE, and a connection to it as a carrier.

use core::future::poll_fn;

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::channel::Channel;
use heapless::Vec;
use iomt::driver::Characteristics;
use iomt::link::ble;
use trouble_host::prelude::*;

/// The longest value of the two characteristics: what the host's packets hold.
const VALUE: usize = 244;

#[gatt_server]
pub struct Gatt {
    pub carrier: Carrier,
}

#[gatt_service(uuid = ble::SERVICE)]
pub struct Carrier {
    #[characteristic(uuid = ble::TO_DEVICE, write, write_without_response)]
    to_device: Vec<u8, VALUE>,
    #[characteristic(uuid = ble::FROM_DEVICE, notify)]
    from_device: Vec<u8, VALUE>,
}

/// Answers that wait until the host takes them.
pub type Answers<'a> = Channel<NoopRawMutex, Reply<'a, DefaultPacketPool>, 1>;

/// A connection. Somebody sends its answers, and drops none half sent.
pub struct Link<'a, 'q> {
    pub connection: GattConnection<'a, 'a, DefaultPacketPool>,
    pub carrier: &'a Carrier,
    pub answers: &'q Answers<'a>,
}

impl Characteristics for Link<'_, '_> {
    type Error = Error;

    async fn receive(&mut self, value: &mut [u8; 512]) -> Result<usize, Error> {
        // Asked each time: the host drops the event of the end when two others wait.
        while self.connection.raw().is_connected() {
            // Room for the answer first: from the event on nothing waits, and a future that is dropped loses no answer.
            poll_fn(|context| self.answers.poll_ready_to_send(context)).await;
            let GattConnectionEvent::Gatt { event } = self.connection.next().await else {
                continue;
            };
            // An answer for which there is no memory ends the connection: the central would wait 30 s for it.
            let (answer, len) = match event {
                GattEvent::Write(write) if write.handle() == self.carrier.to_device.handle => {
                    let len = write.with_data(|_, data| {
                        if let Some(room) = value.get_mut(..data.len()) {
                            room.copy_from_slice(data);
                        }
                        data.len()
                    });
                    (write.accept_unprocessed()?, Some(len))
                }
                other => (other.accept()?, None),
            };
            let _ = self.answers.try_send(answer);
            if let Some(len) = len {
                return Ok(len);
            }
        }
        Err(Error::Disconnected)
    }

    async fn send(&mut self, value: &[u8]) -> Result<(), Error> {
        let from_device = &self.carrier.from_device;
        match from_device.notify_raw(&self.connection, value, false).await {
            // Lost, as where nobody has asked for notifications: its datagram comes again.
            Err(Error::OutOfMemory) => Ok(()),
            sent => sent,
        }
    }

    fn mtu(&self) -> u16 {
        self.connection.raw().att_mtu()
    }
}
