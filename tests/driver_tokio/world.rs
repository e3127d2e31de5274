//! Both ends: what they are made of, what they are asked to do, and what has to come of it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use iomt::driver::{Board, Datagrams, DeviceNode, Driver, Next, Store, StoreFailed, Timer};
use iomt::link::Retry;
use iomt::node::{
    Config, Device, DeviceEvent, Keeping, NamedLoss, Server, ServerConfig, ServerEvent, Trust,
};
use iomt::pairing::{Identity, label::LabelSecret};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::{Entropy, Opened, SystemEntropy};
use iomt::wire::{Run, Space};
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use tokio::time::{sleep, timeout};

use crate::carriers::Tokio;

pub(crate) const READINGS: usize = 200;
const LABEL: &[u8] = b"sixteen or more random bytes";
const RETRY: Retry = Retry {
    first: iomt::time::Duration::from_millis(40),
    longest: iomt::time::Duration::from_millis(300),
};

pub(crate) type Patch = Device<'static, 16_384>;

/// The server's database: its unique key is the record's identity.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    records: BTreeMap<(Run, u64), Vec<u8>>,
    calls: usize,
}

/// One that fails now and then, and needs a turn of the executor each time.
#[derive(Clone, Default)]
pub(crate) struct Database {
    rows: Rc<RefCell<Rows>>,
    rng: SystemEntropy,
}

impl Database {
    pub(crate) fn len(&self) -> usize {
        self.rows.borrow().records.len()
    }
}

impl Store for Database {
    async fn store(&mut self, frame: &Opened<'_>, trust: Trust) -> Result<(), StoreFailed> {
        assert_eq!(trust, Trust::Trusted);
        tokio::task::yield_now().await;
        let mut rows = self.rows.borrow_mut();
        rows.calls += 1;
        if rows.calls.is_multiple_of(17) {
            return Err(StoreFailed);
        }
        let run = frame.run().unwrap();
        for record in frame.envelope().unwrap().records().map(Result::unwrap) {
            if !record.tag.is_numbered() {
                continue;
            }
            let content = [&record.tag.0.to_be_bytes(), record.body].concat();
            let before = rows.records.insert((run, record.sequence), content.clone());
            assert!(
                before.is_none_or(|before| before == content),
                "one identity, two contents"
            );
        }
        Ok(())
    }

    async fn name_lost(&mut self, loss: NamedLoss) -> Result<(), StoreFailed> {
        panic!("nothing is lost here, and {loss:?} is named");
    }

    fn entropy(&mut self) -> &mut impl Entropy {
        &mut self.rng
    }
}

/// A device that waits for whoever knows its label.
pub(crate) fn device(keeping: Keeping) -> Driver<Patch> {
    device_of(Config {
        keeping,
        ..Config::DEFAULT
    })
}

/// The same by other settings, but for how often it asks again.
pub(crate) fn device_of(config: Config) -> Driver<Patch> {
    let config = Config {
        retry: RETRY,
        ..config
    };
    let key = Identity::generate(&mut SystemEntropy).unwrap();
    let mut device = Device::new(key, Descriptor::default(), config).unwrap();
    device.arm(LabelSecret::new(LABEL).unwrap());
    Driver::new(device)
}

/// Runs the server's end for ever.
pub(crate) async fn serve<D: Datagrams<Error: Debug>>(
    mut carrier: D,
    timer: Tokio,
    mut database: Database,
) {
    let config = ServerConfig {
        retry: RETRY,
        receipt_delay: iomt::time::Duration::from_millis(10),
        ..ServerConfig::DEFAULT
    };
    let mut server = Server::new(Identity::generate(&mut SystemEntropy).unwrap(), config);
    let label = LabelSecret::new(LABEL).unwrap();
    server
        .pair(timer.now(), &label, &mut SystemEntropy)
        .unwrap();
    let mut driver = Driver::new(server);
    loop {
        let event = driver.next_event(&mut carrier, &timer, &mut database).await;
        assert!(matches!(
            event.unwrap(),
            ServerEvent::Agreed { .. } | ServerEvent::Paired { .. }
        ));
    }
}

/// Takes the next reading.
pub(crate) fn take(device: &mut Patch, timer: Tokio) {
    let now = timer.now();
    let value = i32::try_from(device.stats().frames_sealed).unwrap().into();
    let pulse = Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, now, value);
    device.send(now, Space::Data, &[pulse]).unwrap();
}

/// Pairs, takes all readings, one each two milliseconds, and goes on until everything is acknowledged.
pub(crate) async fn deliver<N: DeviceNode<Device = Patch>, D: Datagrams<Error: Debug>>(
    driver: &mut Driver<N>,
    carrier: &mut D,
    timer: Tokio,
    board: &mut impl Board,
) {
    let mut left = READINGS;
    while left > 0 || !driver.node.device().is_settled() {
        let sample = sleep(Duration::from_millis(2));
        match driver
            .next_or(carrier, &timer, board, sample)
            .await
            .unwrap()
        {
            Next::Event(event) => check(event),
            Next::Signal(()) if left > 0 && driver.node.device().is_ready() => {
                take(driver.node.device(), timer);
                left -= 1;
            }
            Next::Signal(()) => {}
        }
    }
}

pub(crate) fn check(event: DeviceEvent) {
    assert!(
        matches!(
            event,
            DeviceEvent::Paired { .. } | DeviceEvent::Ready { .. }
        ),
        "{event:?}"
    );
}

/// Runs a test on one thread, with its server beside it; a minute at the most.
pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let minute = async {
        timeout(Duration::from_secs(60), pin!(test)).await.unwrap();
    };
    LocalSet::new().block_on(&runtime, minute);
}
