//! A sensor over Bluetooth LE, on any chip whose radio TrouBLE drives: the service of `iomt::link::ble`, who connects to it,
//! and the device behind it.

use core::future::pending;

use bt_hci::cmd::le::{LeSetAdvData, LeSetAdvEnable, LeSetAdvParams, LeSetScanResponseData};
use bt_hci::controller::ControllerCmdSync;
use embassy_futures::select::{Either, select};
use embassy_time::Timer as Delay;
use heapless::Vec;
use iomt::driver::{Board, Characteristics, Driver, GattPort, Next, Timer};
use iomt::link::ble;
use iomt::reading::Observation;
use iomt::wire::Space;
use trouble_host::prelude::*;

use crate::device::Sensor;
use crate::embassy::Clock;

/// The longest value of the two characteristics: what the host's packets hold.
const VALUE: usize = 244;

#[gatt_server]
pub struct Gatt {
    carrier: Carrier,
}

#[gatt_service(uuid = ble::SERVICE)]
pub struct Carrier {
    #[characteristic(uuid = ble::TO_DEVICE, write, write_without_response)]
    to_device: Vec<u8, VALUE>,
    #[characteristic(uuid = ble::FROM_DEVICE, notify)]
    from_device: Vec<u8, VALUE>,
}

/// A connection.
pub struct Link<'a> {
    connection: GattConnection<'a, 'a, DefaultPacketPool>,
    carrier: &'a Carrier,
}

impl Characteristics for Link<'_> {
    type Error = Error;

    async fn receive(&mut self, value: &mut [u8; 512]) -> Result<usize, Error> {
        loop {
            let write = match self.connection.next().await {
                GattConnectionEvent::Disconnected { .. } => return Err(Error::Disconnected),
                GattConnectionEvent::Gatt {
                    event: GattEvent::Write(write),
                } if write.handle() == self.carrier.to_device.handle => write,
                // Whatever else there is the host answers when it is dropped.
                _ => continue,
            };
            let len = write.with_data(|_, data| {
                if let Some(room) = value.get_mut(..data.len()) {
                    room.copy_from_slice(data);
                }
                data.len()
            });
            // Dropped here, the value is lost, and its datagram comes again.
            if let Ok(reply) = write.accept() {
                reply.send().await;
            }
            return Ok(len);
        }
    }

    async fn send(&mut self, value: &[u8]) -> Result<(), Error> {
        // Lost as long as nobody has asked for notifications, and its datagram sent again.
        let from_device = &self.carrier.from_device;
        from_device.notify_raw(&self.connection, value, false).await
    }

    fn mtu(&self) -> u16 {
        self.connection.raw().att_mtu()
    }
}

/// The peripheral, and what it offers.
pub struct Radio<'a, C> {
    pub peripheral: Peripheral<'a, C, DefaultPacketPool>,
    pub gatt: &'a Gatt<'static>,
}

impl<'a, C> Radio<'a, C>
where
    C: Controller
        + ControllerCmdSync<LeSetAdvData>
        + ControllerCmdSync<LeSetAdvEnable>
        + ControllerCmdSync<LeSetAdvParams>
        + ControllerCmdSync<LeSetScanResponseData>,
{
    /// Runs the device: advertises, delivers to whoever connects, and sends a reading whenever `measure` has one.
    pub async fn serve(
        mut self,
        device: &mut Sensor,
        board: &mut impl Board,
        mut measure: impl AsyncFnMut() -> Observation,
    ) -> ! {
        let (mut driver, mut port) = (Driver::new(device), GattPort::new(Clock));
        loop {
            let is_connected = port.is_connected();
            let connected = async {
                match is_connected {
                    true => pending().await,
                    false => self.accept().await,
                }
            };
            let signal = select(connected, measure());
            match driver.next_or(&mut port, &Clock, board, signal).await {
                Ok(Next::Signal(Either::First(link))) => port.connect(link),
                Ok(Next::Signal(Either::Second(reading))) => {
                    // Refused before it has paired, and when there is no room.
                    let _ = driver.node.send(Clock.now(), Space::Data, &[reading]);
                }
                Ok(Next::Event(_)) => {}
                // Nobody is there, or no longer.
                Err(_) => {
                    port.disconnect();
                    driver.node.handle_disconnected();
                }
            }
        }
    }

    /// Advertises until somebody connects.
    async fn accept(&mut self) -> Link<'a> {
        loop {
            let parameters = AdvertisementParameters::default();
            let advertisement = Advertisement::ConnectableScannableUndirected {
                adv_data: &ble::ADVERTISEMENT,
                scan_data: &[],
            };
            let advertiser = self.peripheral.advertise(&parameters, advertisement).await;
            if let Ok(advertiser) = advertiser
                && let Ok(connection) = advertiser.accept().await
                && let Ok(connection) = connection.with_attribute_server(self.gatt)
            {
                let carrier = &self.gatt.carrier;
                return Link {
                    connection,
                    carrier,
                };
            }
            Delay::after_secs(1).await;
        }
    }
}
