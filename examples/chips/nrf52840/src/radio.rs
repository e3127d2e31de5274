//! The Bluetooth carrier: `iomt::link::ble` in the words of TrouBLE.

use core::future::pending;

use embassy_time::Timer as Delay;
use heapless::Vec;
use iomt::driver::{Datagrams, Timer};
use iomt::link::{AttPayload, Fragmenter, Reassembler, ble};
use iomt::wire::MAX_DATAGRAM;
use nrf_sdc::SoftdeviceController;
use trouble_host::prelude::*;

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

/// Nobody is connected, or no longer.
pub struct Gone;

/// A connection as a carrier, or none.
pub struct Radio<'a> {
    connection: Option<GattConnection<'a, 'a, DefaultPacketPool>>,
    gatt: &'a Gatt<'static>,
    fragmenter: Fragmenter,
    reassembler: Reassembler,
}

impl<'a> Radio<'a> {
    pub fn new(gatt: &'a Gatt<'static>) -> Self {
        Self {
            connection: None,
            gatt,
            fragmenter: Fragmenter::default(),
            reassembler: Reassembler::new(),
        }
    }

    pub fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Goes on with another connection, or with none.
    pub fn set(&mut self, connection: Option<GattConnection<'a, 'a, DefaultPacketPool>>) {
        self.connection = connection;
        self.reassembler = Reassembler::new();
    }
}

/// Advertises until somebody connects.
pub async fn accept<'a>(
    peripheral: &mut Peripheral<'a, SoftdeviceController<'a>, DefaultPacketPool>,
    gatt: &'a Gatt<'static>,
) -> GattConnection<'a, 'a, DefaultPacketPool> {
    loop {
        let parameters = AdvertisementParameters::default();
        let advertisement = Advertisement::ConnectableScannableUndirected {
            adv_data: &ble::ADVERTISEMENT,
            scan_data: &[],
        };
        if let Ok(advertiser) = peripheral.advertise(&parameters, advertisement).await
            && let Ok(connection) = advertiser.accept().await
            && let Ok(connection) = connection.with_attribute_server(gatt)
        {
            return connection;
        }
        Delay::after_secs(1).await;
    }
}

impl Datagrams for Radio<'_> {
    type Error = Gone;

    async fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Result<usize, Gone> {
        let Some(connection) = &self.connection else {
            return pending().await;
        };
        loop {
            let write = match connection.next().await {
                GattConnectionEvent::Disconnected { .. } => return Err(Gone),
                GattConnectionEvent::Gatt {
                    event: GattEvent::Write(write),
                } => write,
                // Whatever else there is the host answers when it is dropped.
                _ => continue,
            };
            let value = write
                .value(&self.gatt.carrier.to_device)
                .unwrap_or_default();
            // Dropped here, the fragment is lost, and its datagram comes again.
            if let Ok(reply) = write.accept() {
                reply.send().await;
            }
            let datagram = self.reassembler.handle_fragment(Clock.now(), &value);
            if let Ok(Some(datagram)) = datagram {
                buffer[..datagram.len()].copy_from_slice(datagram);
                return Ok(datagram.len());
            }
        }
    }

    async fn send(&mut self, datagram: &[u8]) -> Result<(), Gone> {
        let connection = self.connection.as_ref().ok_or(Gone)?;
        let payload = AttPayload::from_mtu(connection.raw().att_mtu());
        let fragments = self.fragmenter.fragments(datagram, payload);
        for fragment in fragments.map_err(|_| Gone)? {
            let mut out = [0; AttPayload::MAX.len()];
            let value = fragment.write(&mut out).map_err(|_| Gone)?;
            let from_device = &self.gatt.carrier.from_device;
            let notified = from_device.notify_raw(connection, value, false).await;
            notified.map_err(|_| Gone)?;
        }
        Ok(())
    }
}
