//! What a device says is outstanding, over reboots, to a server that the test looks into.

use iomt::node::{Config, Device, DeviceEvent};
use iomt::pairing::{Exchange, Identity, StaticKey, label::LabelSecret};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::{Control, Opener, Opening};
use iomt::storage::{MAX_IMAGE, MemoryStorage, Storage as _};
use iomt::time::{Duration, Instant};
use iomt::wire::control::ControlRecord;
use iomt::wire::{ConnectionId, Envelope, Locator, MAX_DATAGRAM, Packet, Record, Space};

use crate::support::Counting;

const HOUR: Duration = Duration::from_secs(3_600);

/// What a control frame held: whether a status, and each listed epoch, with whether its secret stood there.
struct Heard {
    has_status: bool,
    list: Option<Vec<(Locator, bool)>>,
}

/// A server that stores and acknowledges, and may pass over all lists.
struct Ear {
    opener: Opener,
    heeds: bool,
    is_deaf: bool,
    receipts: usize,
    heard: Vec<Heard>,
    /// Of each frame of readings whether it says its run.
    runs: Vec<bool>,
}

impl Ear {
    fn hear(&mut self, datagram: &mut [u8]) -> Option<Vec<u8>> {
        if self.is_deaf {
            return None;
        }
        match self.opener.open(datagram) {
            Ok(Opening::Fresh(opened)) => {
                let envelope = Envelope::parse(opened.plaintext()).unwrap();
                self.runs.push(envelope.run().is_some());
                self.opener.commit(opened.stored()).unwrap();
            }
            Ok(Opening::Control(control)) => {
                self.heard.push(heard(&control));
                if self.heeds {
                    let _ = self.opener.handle_outstanding(&control, |_| Ok(()));
                }
            }
            Ok(_) => {}
            Err(_) => return None,
        }
        self.receipts += 1;
        let mut out = [0; MAX_DATAGRAM];
        Some(self.opener.receipt(None, &mut out).unwrap().to_vec())
    }
}

fn heard(control: &Control<'_>) -> Heard {
    let mut heard = Heard {
        has_status: false,
        list: None,
    };
    for record in control.records() {
        match record.unwrap() {
            ControlRecord::Status(_) => heard.has_status = true,
            ControlRecord::Outstanding(list) => {
                let epochs = list.epochs();
                heard.list = Some(epochs.map(|e| (e.locator, e.secret.is_some())).collect());
            }
            _ => {}
        }
    }
    heard
}

struct Bench {
    device: Device<'static, 4_096>,
    storage: MemoryStorage<4_096, 1>,
    rng: Counting,
    server: Ear,
    now: Instant,
}

fn new_device() -> Device<'static, 4_096> {
    let identity = Identity::from_secret_bytes(&[1; 32]).unwrap();
    Device::new(identity, Descriptor::default(), Config::DEFAULT).unwrap()
}

impl Bench {
    fn paired(heeds: bool) -> Self {
        let label = || LabelSecret::new(b"sixteen or more random bytes").unwrap();
        let (mut device, rng, start) = (new_device(), &mut Counting(0), Instant::from_secs(1));
        device.arm(label());
        let reader = StaticKey::from(Identity::from_secret_bytes(&[2; 32]).unwrap());
        let connection = ConnectionId([1; 8]);
        let mut exchange = Exchange::read_label(&reader, &label(), connection, rng).unwrap();
        let mut buffer = [0; MAX_DATAGRAM];
        let secrets = loop {
            exchange.work_with(&reader).unwrap();
            if let Some(paired) = exchange.poll_paired() {
                break paired.secrets;
            }
            if let Some(packet) = exchange.packet() {
                let _ = device.handle_datagram(start, packet, rng);
            }
            let _ = device.handle_timeout(start, rng);
            if let Some(reply) = device.poll_transmit(start, &mut buffer) {
                let _ = exchange.handle_packet(reply);
            }
        };
        let confirmation = exchange.packet().unwrap().to_vec();
        device.handle_datagram(start, &confirmation, rng).unwrap();
        for _ in 0..4 {
            let _ = device.handle_timeout(start, rng);
        }
        let opener = secrets.into_opener();
        let hello = opener.receipt(None, &mut buffer).unwrap().to_vec();
        device.handle_datagram(start, &hello, rng).unwrap();
        Self {
            device,
            storage: MemoryStorage::new(),
            rng: Counting(9_000),
            server: Ear {
                opener,
                heeds,
                is_deaf: false,
                receipts: 0,
                heard: Vec::new(),
                runs: Vec::new(),
            },
            now: start,
        }
    }

    /// The power fails and comes back: the device begins anew with what its storage holds.
    fn reboot(&mut self) {
        let mut image = [0; MAX_IMAGE];
        let len = self.storage.load_image(0, &mut image).unwrap().unwrap();
        self.device = new_device();
        self.now = Instant::ZERO;
        let resumed = self
            .device
            .resume(self.now, image.get(..len).unwrap(), &mut self.rng);
        resumed.unwrap();
        (self.server.receipts, self.server.heard) = (0, Vec::new());
    }

    fn take(&mut self) {
        let (metric, unit) = (Metric::HEART_RATE, Unit::BEATS_PER_MINUTE);
        let pulse = Observation::new(metric, unit, self.now, 72.into());
        let records = [Record::Observation(pulse)];
        self.device.send(self.now, Space::Data, &records).unwrap();
    }

    fn take_when_ready(&mut self) {
        while !self.device.is_ready() {
            self.run(Duration::from_millis(10));
        }
        self.take();
    }

    /// Runs for so long, or until the device begins a handshake: whether it has.
    fn run(&mut self, span: Duration) -> bool {
        let end = self.now + span;
        let mut buffer = [0; MAX_DATAGRAM];
        while self.now < end {
            let _ = self.device.handle_timeout(self.now, &mut self.rng);
            self.device.store_on(self.now, &mut self.storage).unwrap();
            while let Some(datagram) = self.device.poll_transmit(self.now, &mut buffer) {
                if matches!(Packet::parse(datagram), Ok(Packet::Handshake(_))) {
                    return true;
                }
                if let Some(receipt) = self.server.hear(datagram) {
                    let handled = self
                        .device
                        .handle_datagram(self.now, &receipt, &mut self.rng);
                    handled.unwrap();
                }
                self.device.store_on(self.now, &mut self.storage).unwrap();
            }
            let wake = self.device.poll_timeout().unwrap_or(end);
            self.now = wake.max(self.now + Duration::from_millis(1));
        }
        false
    }
}

// IOMT-ENV-005
#[test]
fn a_frame_says_its_run_until_a_receipt_has_named_its_epoch() {
    let mut bench = Bench::paired(true);
    bench.server.is_deaf = true;
    bench.take_when_ready();
    bench.run(Duration::from_secs(20));
    bench.server.is_deaf = false;
    bench.run(HOUR);
    // The descriptor and the reading were sealed before.
    assert_eq!(bench.server.runs, [true, true]);
    bench.take();
    bench.run(HOUR);
    assert_eq!(bench.server.runs, [true, true, false]);
}

// IOMT-OUT-042, IOMT-OUT-040
#[test]
fn a_list_that_is_passed_over_eight_times_makes_a_device_reconnect() {
    let mut bench = Bench::paired(false);
    // One epoch alone: every receipt reflects its list, and nothing has to be done.
    assert!(!bench.run(HOUR));
    assert!(bench.device.is_settled());

    // After a reboot the server lists an epoch that the device has drained, and would have closed by the list.
    bench.reboot();
    assert!(bench.run(HOUR), "it goes on as if nothing were wrong");
    assert!(bench.server.receipts >= 8, "{}", bench.server.receipts);
    let mut events = std::iter::from_fn(|| bench.device.poll_event());
    assert!(!events.any(|event| matches!(event, DeviceEvent::Lost { .. })));
}

// IOMT-OUT-010, IOMT-OUT-020, IOMT-OUT-021, IOMT-OUT-022, IOMT-OUT-041
#[test]
fn the_first_control_frame_of_each_epoch_lists_all_that_is_not_drained() {
    let mut bench = Bench::paired(true);
    assert!(!bench.run(HOUR));
    let first = bench.server.opener.locators().next().unwrap();
    let lists = |bench: &Bench| {
        let heard = bench.server.heard.iter();
        heard.map(|heard| heard.list.clone()).collect::<Vec<_>>()
    };
    // The epoch that seals the list stands there without its secret; once it was reflected no list is sent.
    assert_eq!(lists(&bench)[0], Some(vec![(first, false)]));
    assert!(lists(&bench).iter().filter(|list| list.is_some()).count() < 3);
    assert!(lists(&bench).len() > 50);

    // Nobody hears the device in its second boot; what it has taken there is named in the third.
    bench.reboot();
    bench.server.is_deaf = true;
    bench.take_when_ready();
    bench.run(Duration::from_secs(20));
    bench.reboot();
    bench.server.is_deaf = false;
    assert!(!bench.run(HOUR));
    let listed = lists(&bench)[0].clone().unwrap();
    let secrets: Vec<bool> = listed.iter().map(|(_, has_secret)| *has_secret).collect();
    assert_eq!(secrets, [true, true, false]);
    assert_eq!(listed[0].0, first);
    assert!(bench.device.is_settled());

    // All three were drained then: the next boot lists the newest of them at most, which it had sealed in.
    let third = listed[2].0;
    bench.reboot();
    assert!(!bench.run(HOUR));
    let listed = lists(&bench)[0].clone().unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0], (third, true));
    assert!(bench.server.heard.iter().all(|heard| heard.has_status));
}
