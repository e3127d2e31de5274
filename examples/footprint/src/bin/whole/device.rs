//! A device with several recipients, whose key is in a secure element, that takes commands.

use core::hint::black_box;

use iomt::node::{Config, Device, Error, Keeping, PadTo, PeerId, Reach};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{PublicKey, SharedSecret};
use iomt::reading::Descriptor;
use iomt::seal::{Direction, ResumptionSecret, SessionSecrets};
use iomt::storage::{MAX_IMAGE, MemoryStorage};
use iomt::wire::{Envelope, MAX_DATAGRAM, Records, Space};
use iomt_footprint::{Generator, now};

const CONFIG: Config = Config {
    keeping: Keeping::SessionAndFrames,
    reach: Reach::Direct,
    quiet: true,
    ..Config::DEFAULT
};

type Sensor = Device<'static, 2_048, 3>;

pub(crate) fn run() {
    let _ = black_box(boot());
}

fn boot() -> Result<(), Error> {
    let config = Config {
        pad_to: black_box(PadTo::Nothing),
        ..black_box(CONFIG)
    };
    let mut sensor = Sensor::new(crate::key_elsewhere()?, Descriptor::default(), config)?;
    sensor.allow_commands();
    let image = black_box([0; MAX_IMAGE]);
    let _ = black_box(sensor.resume(now(), &image, &mut Generator));
    let _ = black_box(join(&mut sensor));
    for _ in 0..black_box(3) {
        let _ = black_box(turn(&mut sensor));
    }
    Ok(())
}

/// Every way to a recipient, and from one.
fn join(sensor: &mut Sensor) -> Result<(), Error> {
    let keys = black_box([[1; 32], [2; 32], [3; 32]]);
    let [known, agreed, introduced] = keys.map(|key| PublicKey::from_bytes(&key));
    sensor.meet(now(), known?)?;
    let [key, local, remote] = black_box([[1; 32], [2; 32], [3; 32]]);
    let secrets = SessionSecrets::derive(&key, &local, &remote, Direction::DeviceInitiated)?;
    sensor.add_peer(now(), agreed?, secrets, &mut Generator)?;
    let first = ResumptionSecret::from_secret_bytes(&black_box([5; 32]))?;
    sensor.introduce_peer(now(), introduced?, first)?;
    sensor.arm(LabelSecret::beside_key(&black_box([7; 16]))?);
    sensor.disarm();
    sensor.revoke(PeerId(black_box(1)))
}

fn turn(sensor: &mut Sensor) -> Result<(), Error> {
    let mut buffer = black_box([0; MAX_DATAGRAM]);
    let _ = black_box(sensor.handle_datagram(now(), &buffer, &mut Generator));
    let _ = black_box(sensor.handle_timeout(now(), &mut Generator));
    while sensor.poll_dh().is_some() {
        let shared = SharedSecret::from_bytes(&black_box([9; 32])).ok();
        let _ = black_box(sensor.handle_dh(now(), shared, &mut Generator));
    }
    let mut storage = black_box(MemoryStorage::<2_048, 3>::new());
    sensor.store_on(now(), &mut storage)?;
    let space = black_box(Space::Alarm);
    for (_, record) in Records::new(&Envelope::parse(&black_box([0; 96]))?) {
        let record = [record?];
        sensor.send(now(), space, &record)?;
    }
    while let Some((peer, datagram)) = sensor.poll_transmit_to(now(), &mut buffer) {
        black_box((peer, datagram));
    }
    sensor.handle_disconnected();
    black_box((sensor.poll_event(), sensor.poll_timeout(), sensor.stats()));
    black_box((sensor.is_ready(), sensor.is_settled(), sensor.backlog()));
    black_box((sensor.waiting(), sensor.server_time(PeerId(0), now())));
    sensor.peers().for_each(|peer| {
        black_box(peer);
    });
    Ok(())
}
