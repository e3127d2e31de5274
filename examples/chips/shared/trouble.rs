//! A sensor over Bluetooth LE, on any chip whose radio TrouBLE drives: who connects, and the device behind it.

use bt_hci::cmd::le::{LeSetAdvData, LeSetAdvEnable, LeSetAdvParams, LeSetScanResponseData};
use bt_hci::controller::ControllerCmdSync;
use embassy_futures::join::join4;
use embassy_futures::select::{Either, select};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::{channel::Channel, signal::Signal};
use embassy_time::Timer as Delay;
use iomt::driver::{Board, Driver, GattPort, Next, Timer};
use iomt::link::ble;
use iomt::reading::Observation;
use iomt::wire::Space;
use trouble_host::prelude::*;

use crate::device::Sensor;
use crate::embassy::Clock;
use crate::gatt::{Answers, Gatt, Link};

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
    /// Runs the device: advertises, delivers to whoever connects, and sends each reading that `measure` has.
    ///
    /// What it waits for is never dropped before its end, `measure` neither. When `host` ends it panics: the chip
    /// begins anew.
    pub async fn serve(
        mut self,
        host: impl Future,
        device: &mut Sensor,
        board: &mut impl Board,
        mut measure: impl AsyncFnMut() -> Observation,
    ) -> ! {
        let answers = Answers::new();
        let signals = Channel::<NoopRawMutex, _, 1>::new();
        let ended = Signal::<NoopRawMutex, ()>::new();
        let (mut driver, mut port) = (Driver::new(device), GattPort::new(Clock));
        let accept = async {
            loop {
                let link = self.accept(&answers).await;
                signals.send(Either::First(link)).await;
                ended.wait().await;
            }
        };
        let measure = async {
            loop {
                signals.send(Either::Second(measure().await)).await;
            }
        };
        let answer = async {
            loop {
                answers.receive().await.send().await;
            }
        };
        let run = async {
            loop {
                let signal = signals.receive();
                match driver.next_or(&mut port, &Clock, board, signal).await {
                    Ok(Next::Signal(Either::First(link))) => port.connect(link),
                    Ok(Next::Signal(Either::Second(reading))) => {
                        // Refused before it has paired, and when there is no room.
                        let _ = driver.node.send(Clock.now(), Space::Data, &[reading]);
                    }
                    Ok(Next::Event(_)) => {}
                    // Nobody is there, or no longer.
                    Err(_) => {
                        if port.disconnect().is_some() {
                            ended.signal(());
                        }
                        driver.node.handle_disconnected();
                    }
                }
            }
        };
        let serve = join4(accept, measure, answer, run);
        match select(host, serve).await {
            Either::First(_) => panic!("nobody runs the radio"),
            Either::Second((.., never)) => never,
        }
    }

    /// Advertises until somebody connects.
    async fn accept<'q>(&mut self, answers: &'q Answers<'a>) -> Link<'a, 'q> {
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
                return Link {
                    connection,
                    carrier: &self.gatt.carrier,
                    answers,
                };
            }
            Delay::after_secs(1).await;
        }
    }
}
