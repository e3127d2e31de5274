//! A device whose static key is elsewhere, and answers late: it sleeps until then.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use iomt::node::{Config, Device};
use iomt::pairing::{Identity, StaticKey};
use iomt::reading::Descriptor;
use iomt::seal::{Entropy, EntropyFailed};
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
