use std::net::{TcpListener, TcpStream};

use iomt::driver::{Blocking, Datagrams, PortError, StreamPort};
use iomt::node::Keeping;
use iomt::seal::SystemEntropy;
use iomt::storage::MemoryStorage;
use iomt::wire::MAX_DATAGRAM;
use tokio::task::spawn_local;

use crate::bytes::Port;
use crate::carriers::Tokio;
use crate::world::{Database, READINGS, deliver, device, run, serve};

fn connection() -> (Port, Port) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let one = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (other, _) = listener.accept().unwrap();
    let port = |stream: TcpStream| {
        stream.set_nonblocking(true).unwrap();
        Port::new(stream.into())
    };
    (port(one), port(other))
}

// IOMT-CARR-040, IOMT-ENV-007
#[test]
fn readings_are_stored_once_over_a_stream() {
    run(async {
        let (here, there) = connection();
        let (timer, database) = (Tokio::start(), Database::default());
        spawn_local(serve(StreamPort::new(there), timer, database.clone()));
        let mut driver = device(Keeping::Session);
        let mut board = (Blocking(MemoryStorage::<0, 1>::new()), SystemEntropy);
        let mut carrier = StreamPort::new(here);
        deliver(&mut driver, &mut carrier, timer, &mut board).await;
        assert_eq!(database.len(), READINGS + 1);
    });
}

// IOMT-CARR-040
#[test]
fn a_stream_that_was_closed_says_so() {
    run(async {
        let (here, there) = connection();
        drop(there);
        let received = StreamPort::new(here).receive(&mut [0; MAX_DATAGRAM]).await;
        assert!(matches!(received, Err(PortError::Ended)), "{received:?}");
    });
}
