//! A device and a server, their storage and their words, from the label to a reading that is stored.

use iomt::node::{Config, Device, Keeping, Received, Reception, Server, ServerConfig, Trust};
use iomt::pairing::{Identity, label::LabelSecret};
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::{MAX_ROW, RowKey, RowOwner};
use iomt::storage::{MemoryStorage, Storage, StoreRequest};
use iomt::time::{Duration, Instant};
use iomt::wire::{MAX_DATAGRAM, Reader, Space};

use crate::search::Secrets;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const LABEL: [u8; 16] = [
    0xB3, 0x1C, 0x8E, 0x57, 0xF0, 0x2A, 0x96, 0x4D, 0xE8, 0x73, 0x05, 0xCB, 0x61, 0xDF, 0x3A, 0x99,
];

// IOMT-SEC-001
#[test]
fn device_and_server_and_storage() -> Outcome {
    let secrets = Secrets::default();
    secrets.add(&LABEL);
    let entropy = &mut secrets.entropy(21);
    let config = Config {
        keeping: Keeping::SessionAndFrames,
        ..Config::DEFAULT
    };
    let mut device =
        Device::<4096>::new(Identity::generate(entropy)?, Descriptor::default(), config)?;
    let mut server = Server::new(Identity::generate(entropy)?, ServerConfig::DEFAULT);
    let mut storage = MemoryStorage::<8192, 1>::new();
    secrets.are_not_in(&Reception::new(Identity::generate(entropy)?));
    device.arm(LabelSecret::new(&LABEL)?);
    server.pair(Instant::ZERO, &LabelSecret::new(&LABEL)?, entropy)?;

    let (mut now, mut buffer, mut found) = (Instant::ZERO, [0; MAX_DATAGRAM], [0; MAX_DATAGRAM]);
    let (mut images, mut stored) = (0, 0);
    while stored < 2 {
        now = now + Duration::from_millis(10);
        let _ = device.handle_timeout(now, entropy);
        let _ = server.handle_timeout(now, entropy);
        while let Some(request) = device.poll_store(now, &mut buffer) {
            if let StoreRequest::Image { bytes, .. } = request {
                images += 1;
                add_keys_of(bytes, &secrets)?;
            }
            secrets.are_not_in(&request);
            let reply = storage.perform(&request, &mut found, &mut |_| {});
            device.handle_stored(now, reply)?;
        }
        secrets.are_not_in(&storage);
        while let Some(event) = device.poll_event() {
            secrets.are_not_in(&event);
            let pulse =
                Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, now, 72.into());
            let _ = device.send(now, Space::Data, &[pulse]);
        }
        while let Some(datagram) = device.poll_transmit(now, &mut buffer) {
            let received = server.handle_datagram(now, datagram);
            secrets.are_not_in(&received);
            if let Ok(Received::Records(opened)) = received {
                stored += 1;
                server.handle_stored(now, opened.stored())?;
            }
        }
        while let Some(event) = server.poll_event() {
            secrets.are_not_in(&event);
        }
        while let Some(transmit) = server.poll_transmit(now, &mut buffer) {
            secrets.are_not_in(&transmit);
            let _ = device.handle_datagram(now, &transmit, entropy);
        }
        secrets.are_not_in(&device);
        secrets.are_not_in(&server);
    }
    assert!(images > 0, "keys were stored on the way");

    let key = RowKey::from_bytes(&LABEL.repeat(2))?;
    let owner = RowOwner {
        tenant: b"clinic",
        device: b"device",
    };
    let mut row = [0; MAX_ROW];
    let row = server
        .export(Trust::Trusted, &key, &owner, entropy, &mut row)?
        .ok_or("no row")?;
    let mut again = Server::new(Identity::generate(entropy)?, ServerConfig::DEFAULT);
    again.import(now, &key, &owner, row)?;
    secrets.are_not_in(&again);
    Ok(())
}

/// Takes note of the keys in an image, which `src/node/device/image.rs` draws: both chains and the receipt key of the
/// session, one or two psks, and the secret of each epoch.
fn add_keys_of(image: &[u8], secrets: &Secrets) -> Result<(), iomt::wire::Error> {
    const HAS_PREVIOUS: u8 = 1;
    const HAS_SESSION: u8 = 1 << 1;
    let mut reader = Reader::new(image);
    reader.take(2)?;
    let flags = reader.u8()?;
    assert!(flags & HAS_SESSION != 0, "this device was paired");
    reader.take(2 + 16 + 32 + 4 + 4)?;
    secrets.add(reader.take(64)?);
    reader.take(4)?;
    secrets.add(reader.take(32)?);
    reader.take(1 + 8 + 8 + 32)?;
    let psks = 1 + usize::from(flags & HAS_PREVIOUS);
    secrets.add(reader.take(32 * psks)?);
    for _ in 0..reader.u8()? {
        reader.take(4 + 8 + 16)?;
        secrets.add(reader.take(32)?);
        reader.take(8 + 1)?;
    }
    assert_eq!(reader.take(8)?.len(), 8, "the code ends it");
    Ok(())
}
