//! A device pairs with its server and delivers over Bluetooth: values that are lost, connections that end.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use iomt::driver::{
    Blocking, Board, Characteristics, Datagrams, Driver, GattPort, Next, PortError, Timer,
};
use iomt::link::Reassembler;
use iomt::node::{Config, Keeping, Reach};
use iomt::seal::SystemEntropy;
use iomt::storage::MemoryStorage;
use iomt::wire::{MAX_DATAGRAM, Packet, Route};
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep, sleep_until};

use crate::carriers::Tokio;
use crate::gatt::{Failed, Hesitant, Losing, Side, connection};
use crate::world::{
    Database, Patch, READINGS, check, deliver, device, device_of, run, serve, take,
};

/// One whose connection ends with its `left`th value, wherever in a datagram that is.
struct Ending {
    side: Side,
    left: usize,
}

impl Characteristics for Ending {
    type Error = Failed;

    async fn receive(&mut self, value: &mut [u8; 512]) -> Result<usize, Failed> {
        self.side.receive(value).await
    }

    async fn send(&mut self, value: &[u8]) -> Result<(), Failed> {
        if self.left == 0 {
            self.side.end();
        }
        self.left = self.left.saturating_sub(1);
        self.side.send(value).await
    }

    fn mtu(&self) -> u16 {
        self.side.mtu()
    }
}

/// The gateway's end: it takes the next connection when one has ended.
struct Central {
    port: GattPort<Side, Tokio>,
    offered: Rc<RefCell<Option<Side>>>,
}

impl Datagrams for Central {
    type Error = PortError<Failed>;

    async fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Result<usize, Self::Error> {
        loop {
            if let Some(side) = self.offered.take() {
                self.port.connect(side);
            }
            match self.port.receive(buffer).await {
                Err(_) if self.offered.borrow().is_none() => sleep(Duration::from_millis(1)).await,
                Err(_) => {}
                received => return received,
            }
        }
    }

    async fn send(&mut self, datagram: &[u8]) -> Result<(), Self::Error> {
        // Lost where the connection has ended.
        let _ = self.port.send(datagram).await;
        Ok(())
    }
}

// IOMT-CARR-020, IOMT-CARR-023
#[test]
fn readings_are_stored_once_though_values_are_lost_both_ways_and_the_mtu_grows() {
    run(async {
        let (here, there) = connection(23);
        let (timer, database) = (Tokio::start(), Database::default());
        let [mut carrier, mut far] = [(); 2].map(|()| GattPort::new(timer));
        carrier.connect(Losing::new(Hesitant(here.clone()), 23));
        far.connect(Losing::new(Hesitant(there), 23));
        spawn_local(serve(far, timer, database.clone()));
        spawn_local(async move {
            sleep(Duration::from_millis(300)).await;
            here.agree(247);
        });
        let mut driver = device(Keeping::Session);
        let mut board = (Blocking(MemoryStorage::<0, 1>::new()), SystemEntropy);
        deliver(&mut driver, &mut carrier, timer, &mut board).await;
        assert_eq!(database.len(), READINGS + 1);
        let lost = carrier.disconnect().unwrap().sent / 23;
        assert!(lost > 0 && carrier.stats().gaps + carrier.stats().orphans > 0);
    });
}

// IOMT-CARR-028
#[test]
fn readings_are_stored_once_though_connections_end_in_the_middle_of_datagrams() {
    run(async {
        let (timer, database) = (Tokio::start(), Database::default());
        let offered = Rc::new(RefCell::new(None));
        let far = Central {
            port: GattPort::new(timer),
            offered: offered.clone(),
        };
        let mut port = GattPort::new(timer);
        let connect = |port: &mut GattPort<Ending, Tokio>, left| {
            let (side, there) = connection(23);
            offered.replace(Some(there));
            port.connect(Ending { side, left });
        };
        let mut driver = device(Keeping::Session);
        let mut board = (Blocking(MemoryStorage::<0, 1>::new()), SystemEntropy);
        let (mut left, mut ended) = (READINGS, 0);
        connect(&mut port, 40);
        spawn_local(serve(far, timer, database.clone()));
        while left > 0 || !driver.node.is_settled() {
            let sample = sleep(Duration::from_millis(2));
            match driver.next_or(&mut port, &timer, &mut board, sample).await {
                Ok(Next::Event(event)) => check(event),
                Ok(Next::Signal(())) if left > 0 && driver.node.is_ready() => {
                    take(&mut driver.node, timer);
                    left -= 1;
                }
                Ok(Next::Signal(())) => {}
                Err(error) => {
                    assert_eq!(error, PortError::Port(Failed::Over));
                    driver.node.handle_disconnected();
                    ended += 1;
                    connect(&mut port, 40 + ended);
                }
            }
        }
        assert_eq!(database.len(), READINGS + 1);
        assert!(ended > 10, "{ended} connections");
    });
}

/// A central that writes with a response, which comes after more time than a driver waits for.
struct Answered {
    side: Side,
    answered: Instant,
}

impl Characteristics for Answered {
    type Error = Failed;

    async fn receive(&mut self, value: &mut [u8; 512]) -> Result<usize, Failed> {
        self.side.receive(value).await
    }

    async fn ready(&mut self) -> Result<(), Failed> {
        sleep_until(self.answered).await;
        Ok(())
    }

    async fn send(&mut self, value: &[u8]) -> Result<(), Failed> {
        self.answered = Instant::now() + Duration::from_millis(45);
        self.side.send(value).await
    }

    fn mtu(&self) -> u16 {
        self.side.mtu()
    }
}

// IOMT-CARR-021
#[test]
fn a_stack_that_takes_its_time_for_each_value_delivers() {
    for mtu in [23, 247] {
        run(async {
            let (here, side) = connection(mtu);
            let (timer, database) = (Tokio::start(), Database::default());
            let mut carrier = GattPort::new(timer);
            carrier.connect(here);
            let mut far = GattPort::new(timer);
            let answered = Instant::now();
            far.connect(Answered { side, answered });
            spawn_local(serve(far, timer, database.clone()));
            let mut driver = device(Keeping::Session);
            let mut board = (Blocking(MemoryStorage::<0, 1>::new()), SystemEntropy);
            deliver(&mut driver, &mut carrier, timer, &mut board).await;
            assert_eq!(database.len(), READINGS + 1);
            assert_eq!(carrier.stats().duplicates, 0);
        });
    }
}

/// A radio that takes nothing more as soon as it is out of reach.
struct Reaching {
    side: Side,
    is_away: Rc<Cell<bool>>,
}

impl Characteristics for Reaching {
    type Error = Failed;

    async fn receive(&mut self, value: &mut [u8; 512]) -> Result<usize, Failed> {
        self.side.receive(value).await
    }

    async fn send(&mut self, value: &[u8]) -> Result<(), Failed> {
        if self.is_away.get() {
            pending::<()>().await;
        }
        self.side.send(value).await
    }

    fn mtu(&self) -> u16 {
        self.side.mtu()
    }
}

// IOMT-CARR-028
#[test]
fn what_did_not_leave_by_one_connection_is_not_sent_by_the_next() {
    run(async {
        let (timer, database) = (Tokio::start(), Database::default());
        let (side, there) = connection(247);
        let mut far = GattPort::new(timer);
        far.connect(there);
        let far = spawn_local(serve(far, timer, database.clone()));
        let mut port = GattPort::new(timer);
        let is_away = Rc::new(Cell::new(false));
        port.connect(Reaching {
            side: side.clone(),
            is_away: is_away.clone(),
        });
        let mut driver = device_of(Config {
            keeping: Keeping::Session,
            reach: Reach::Direct,
            ..Config::DEFAULT
        });
        let mut board = (Blocking(MemoryStorage::<0, 1>::new()), SystemEntropy);
        deliver(&mut driver, &mut port, timer, &mut board).await;
        far.abort();
        is_away.set(true);
        take(&mut driver.node, timer);
        let out_of_reach = sleep(Duration::from_millis(100));
        until(&mut driver, &mut port, timer, &mut board, out_of_reach)
            .await
            .unwrap();
        side.end();
        let ended = until(&mut driver, &mut port, timer, &mut board, pending()).await;
        assert_eq!(ended, Err(PortError::Port(Failed::Over)));
        driver.node.handle_disconnected();

        let (side, there) = connection(247);
        let is_away = Rc::default();
        port.connect(Reaching { side, is_away });
        let a_while = sleep(Duration::from_secs(1));
        until(&mut driver, &mut port, timer, &mut board, a_while)
            .await
            .unwrap();
        let mut reassembler: Reassembler = Reassembler::new();
        let values = there.take();
        assert!(!values.is_empty());
        for value in values {
            let datagram = reassembler.handle_fragment(timer.now(), &value).unwrap();
            if let Packet::Frame(frame) = Packet::parse(datagram.unwrap()).unwrap() {
                assert_ne!(
                    frame.route,
                    Route::Short,
                    "no receipt has come on this connection"
                );
            }
        }
    });
}

/// Runs a device until something has ended.
async fn until(
    driver: &mut Driver<Patch>,
    port: &mut GattPort<Reaching, Tokio>,
    timer: Tokio,
    board: &mut impl Board,
    end: impl Future<Output = ()>,
) -> Result<(), PortError<Failed>> {
    let mut end = pin!(end);
    loop {
        match driver.next_or(port, &timer, board, end.as_mut()).await? {
            Next::Signal(()) => return Ok(()),
            Next::Event(event) => check(event),
        }
    }
}
