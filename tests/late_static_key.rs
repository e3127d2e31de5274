//! A device whose static key is elsewhere, and answers late or fails: it sleeps until then, and begins anew.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use iomt::link::Retry;
use iomt::node::{Config, Device, Error, Server, ServerConfig};
use iomt::pairing;
use iomt::pairing::{Identity, PublicKey, SharedSecret, StaticKey};
use iomt::reading::Descriptor;
use iomt::seal::{Entropy, EntropyFailed};
use iomt::storage::MemoryStorage;
use iomt::time::{Duration, Instant};
use iomt::wire::MAX_DATAGRAM;

const DESCRIPTOR: Descriptor<'static> = Descriptor {
    manufacturer: "Maker",
    model: "Patch 1",
    serial: "000123",
    firmware: "1.0",
    udi_device: "",
    udi_production: "",
};

/// Draws 1, 2, 3 and so on.
struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.0 += 1;
        out.fill(self.0);
        Ok(())
    }
}

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(&[seed; 32]).unwrap()
}

#[test]
fn a_device_that_waits_for_its_key_does_not_ask_to_be_woken_in_the_past() {
    let key = StaticKey::elsewhere(identity(7).public(), &[8; 32]).unwrap();
    let mut entropy = Counting(0);
    let mut device = Device::<4_096>::new(key, DESCRIPTOR, Config::DEFAULT).unwrap();
    device.meet(Instant::ZERO, identity(9).public()).unwrap();

    let mut now = Instant::ZERO;
    let wanted = loop {
        if let Some(wanted) = device.poll_dh() {
            break wanted;
        }
        now = now.max(device.poll_timeout().unwrap());
        device.handle_timeout(now, &mut entropy).unwrap();
    };
    let mut out = [0; MAX_DATAGRAM];
    for _ in 0..100 {
        assert!(device.poll_timeout().is_none_or(|due| due > now));
        assert!(device.poll_transmit(now, &mut out).is_none());
        now = now + Duration::from_secs(60);
        device.handle_timeout(now, &mut entropy).unwrap();
        assert_eq!(device.poll_dh(), Some(wanted));
    }

    let shared = StaticKey::from(identity(7)).agree(&wanted);
    device.handle_dh(now, shared, &mut entropy).unwrap();
    assert!(device.poll_timeout().is_some_and(|due| due <= now));
    while device.poll_transmit(now, &mut out).is_none() {
        device.handle_timeout(now, &mut entropy).unwrap();
        assert!(device.poll_timeout().is_some(), "message 1 is to be sent");
    }
}

/// A device that pairs by its keys, with a server, on a clock.
struct Meeting {
    now: Instant,
    device: Device<'static, 4_096>,
    server: Server,
    entropy: Counting,
    at_server: Counting,
    flash: MemoryStorage<4_096, 1>,
    failures: Vec<Error>,
}

impl Meeting {
    fn new() -> Self {
        let key = StaticKey::elsewhere(identity(7).public(), &[8; 32]).unwrap();
        let mut device = Device::new(key, DESCRIPTOR, Config::DEFAULT).unwrap();
        device.meet(Instant::ZERO, identity(9).public()).unwrap();
        let mut server = Server::new(identity(9), ServerConfig::DEFAULT);
        server.expect(identity(7).public());
        Self {
            now: Instant::ZERO,
            device,
            server,
            entropy: Counting(0),
            at_server: Counting(100),
            flash: MemoryStorage::new(),
            failures: Vec::new(),
        }
    }

    /// Ten milliseconds, in which the element says what `element` says, if anything.
    fn step(&mut self, element: &mut impl FnMut(Instant, PublicKey) -> Option<Answer>) {
        self.now = self.now + Duration::from_millis(10);
        let (now, mut out) = (self.now, [0; MAX_DATAGRAM]);
        let _ = self.server.handle_timeout(now, &mut self.at_server);
        let worked = self.device.handle_timeout(now, &mut self.entropy);
        self.failures.extend(worked.err());
        if let Some(answer) = self.device.poll_dh().and_then(|peer| element(now, peer)) {
            let handled = self.device.handle_dh(now, answer, &mut self.entropy);
            self.failures.extend(handled.err());
        }
        while let Some(datagram) = self.server.poll_transmit(now, &mut out) {
            let _ = self
                .device
                .handle_datagram(now, &datagram, &mut self.entropy);
        }
        self.device.store_on(now, &mut self.flash).unwrap();
        while let Some(datagram) = self.device.poll_transmit(now, &mut out) {
            let _ = self.server.handle_datagram(now, datagram);
        }
    }
}

/// What an element says when it says something.
type Answer = Option<SharedSecret>;

#[test]
fn a_device_whose_key_fails_at_any_agreement_begins_anew_or_goes_on_and_pairs() {
    let element = StaticKey::from(identity(7));
    // One in message 1, one behind message 2.
    for fails_at in 1..=2 {
        let (mut meeting, mut asked) = (Meeting::new(), 0);
        while meeting.server.peer().is_none() {
            assert!(meeting.now < Instant::from_secs(60), "{fails_at}");
            meeting.step(&mut |_, peer| {
                asked += 1;
                Some(element.agree(&peer).filter(|_| asked != fails_at))
            });
        }
        let failed = Error::Pairing(pairing::Error::NoAgreement);
        assert_eq!(meeting.failures, [failed], "{fails_at}");
    }
}

#[test]
fn a_device_whose_key_answers_seconds_late_pairs() {
    let element = StaticKey::from(identity(7));
    let (mut meeting, mut since) = (Meeting::new(), None);
    while meeting.server.peer().is_none() {
        assert!(meeting.now < Instant::from_secs(120));
        meeting.step(&mut |now, peer| {
            let since = since.get_or_insert(now);
            if now < *since + Duration::from_secs(5) {
                return None;
            }
            *since = now;
            Some(element.agree(&peer))
        });
    }
    assert_eq!(meeting.failures, []);
}

#[test]
fn a_key_that_is_dead_is_asked_at_the_longest_pause_and_not_without_end() {
    let (mut meeting, mut asked) = (Meeting::new(), 0);
    let end = Instant::from_secs(80);
    while meeting.now < end {
        meeting.step(&mut |_, _| {
            asked += 1;
            Some(None)
        });
    }
    let pauses = 80 / (Retry::DEFAULT.longest.as_millis() / 1_000);
    assert!((pauses..=pauses + 1).contains(&asked), "{asked}");
    assert_eq!(meeting.server.peer(), None);
}
