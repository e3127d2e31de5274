use iomt::driver::{Blocking, Driver};
use iomt::node::Keeping;
use iomt::seal::SystemEntropy;
use iomt::storage::MemoryStorage;
use tokio::net::UdpSocket;
use tokio::task::spawn_local;

use crate::carriers::{Lossy, Tokio, Udp};
use crate::world::{Database, Patch, READINGS, deliver, device, run, serve};

/// Two sockets that are connected to each other.
pub(crate) async fn pair() -> (Udp, Udp) {
    let one = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let other = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    one.connect(other.local_addr().unwrap()).await.unwrap();
    other.connect(one.local_addr().unwrap()).await.unwrap();
    (Udp(one), Udp(other))
}

// IOMT-CARR-010
#[test]
fn readings_are_stored_once_though_every_fifth_datagram_is_lost_both_ways() {
    run(async {
        let (here, there) = pair().await;
        let (timer, database) = (Tokio::start(), Database::default());
        spawn_local(serve(Lossy::new(there, 5), timer, database.clone()));
        let mut driver = device(Keeping::Session);
        let mut board = (Blocking(MemoryStorage::<0, 1>::new()), SystemEntropy);
        let mut carrier = Lossy::new(here, 5);
        deliver(&mut driver, &mut carrier, timer, &mut board).await;
        // One for the descriptor, with which every run begins.
        assert_eq!(database.len(), READINGS + 1);
        assert!(carrier.lost >= READINGS / 5, "{} lost", carrier.lost);
        assert!(
            driver.node.stats().frames_sent > 240,
            "they were sent again"
        );
    });
}

// IOMT-CARR-010
#[test]
fn a_driver_runs_a_device_that_stays_in_a_place_of_its_own() {
    run(async {
        let (mut here, there) = pair().await;
        let (timer, database) = (Tokio::start(), Database::default());
        spawn_local(serve(there, timer, database.clone()));
        let mut place = device(Keeping::Nothing).node;
        let mut driver = Driver::new(&mut place);
        assert!(size_of_val(&driver) < size_of::<Patch>() / 4);
        let mut board = (Blocking(MemoryStorage::<0, 1>::new()), SystemEntropy);
        deliver(&mut driver, &mut here, timer, &mut board).await;
        assert_eq!(database.len(), READINGS + 1);
    });
}
