//! A device that grows: each step does what the one before does, and one feature more.

use core::hint::black_box;
use core::mem::MaybeUninit;

use iomt::node::{Config, Device, DeviceSetup};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{self, DescriptorHash, Exchange, Identity, Paired, PublicKey, StaticKey, Work};
use iomt::reading::{Descriptor, Metric, Observation, Unit, codec};
use iomt::seal::{ResumptionSecret, SAVED_SESSION_LEN, Sealer};
use iomt::signal::ecg::RPeakDetector;
use iomt::storage::{MAX_IMAGE, StoreReply};
use iomt::time::SampleRate;
use iomt::wire::{ConnectionId, MAX_DATAGRAM, RecordWriter, Space};

use crate::{Generator, now};

const CONNECTION: ConnectionId = ConnectionId([1; 8]);

/// Writes a heart rate as the plaintext of a frame. A device reads no records: `hub` has that.
pub fn reading() {
    let mut buffer = [0; 96];
    let _ = black_box(write_reading(&mut buffer));
    black_box(&buffer);
}

fn write_reading(buffer: &mut [u8]) -> Result<usize, iomt::wire::Error> {
    let mut writer = RecordWriter::new(buffer, black_box(7), None)?;
    writer.push(&heart_rate())?;
    Ok(writer.finish().len())
}

fn heart_rate() -> Observation {
    let bpm = black_box(72).into();
    Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, now(), bpm)
}

/// And restores its session, seals the reading, and believes a receipt.
pub fn seal() {
    reading();
    let restored = Sealer::restore(&black_box([3; SAVED_SESSION_LEN]), &black_box([4; 32]));
    if let Ok(mut sealer) = restored {
        let _ = black_box(seal_reading(&mut sealer));
    }
}

fn seal_reading(sealer: &mut Sealer) -> Result<usize, iomt::seal::Error> {
    sealer.begin_epoch(&mut Generator, &mut black_box([0; SAVED_SESSION_LEN]))?;
    sealer.epoch_stored()?;
    let mut buffer = black_box([0; 96]);
    write_reading(&mut buffer)?;
    let mut frame = [0; 128];
    black_box(sealer.seal(Space::Data, &buffer, &mut frame)?);
    let receipt = black_box([0; 96]);
    let said = sealer.verify(&receipt, |_| None)?;
    Ok(said.acknowledgements().count())
}

/// And pairs by the secret on its label.
pub fn pairing() {
    seal();
    exchange();
}

/// The pairing alone.
pub fn exchange() {
    let _ = black_box(pair(&black_box([0; MAX_DATAGRAM])));
}

fn pair(packet: &[u8]) -> Result<Option<Paired>, pairing::Error> {
    let label = LabelSecret::new(&black_box([7; 16]))?;
    finish(&key()?, packet, |key| {
        Exchange::answer_label(key, &label, promise(), packet, &mut Generator)
    })
}

/// And, in the place of that, by a label with a key beside its secret.
pub fn pairing_with_key() {
    seal();
    let packet = black_box([0; MAX_DATAGRAM]);
    let paired = LabelSecret::beside_key(&black_box([7; 16])).and_then(|label| {
        finish(&key()?, &packet, |key| {
            Exchange::answer_label(key, &label, promise(), &packet, &mut Generator)
        })
    });
    let _ = black_box(paired);
}

/// And, in the place of that, by the keys of the factory.
pub fn meeting() {
    seal();
    let paired = peer().and_then(|peer| {
        finish(&key()?, &black_box([0; MAX_DATAGRAM]), |key| {
            Exchange::meet(key, peer, promise(), CONNECTION, &mut Generator)
        })
    });
    let _ = black_box(paired);
}

/// And, in the place of that, goes on with whom it knows.
pub fn reconnection() {
    seal();
    let _ = black_box(reconnect(&black_box([0; MAX_DATAGRAM])));
}

fn reconnect(packet: &[u8]) -> Result<Option<Paired>, pairing::Error> {
    let secret = ResumptionSecret::from_secret_bytes(&black_box([5; 32]));
    let secret = secret.map_err(|_| pairing::Error::BadKey)?;
    let peer = peer()?;
    finish(&key()?, packet, |key| {
        Exchange::reconnect(key, peer, &secret, CONNECTION, &mut Generator)
    })
}

/// And, in the place of that, by a passcode.
#[cfg(feature = "models")]
pub fn passcode() {
    seal();
    let _ = black_box(by_passcode(&black_box([0; MAX_DATAGRAM])));
}

#[cfg(feature = "models")]
fn by_passcode(packet: &[u8]) -> Result<Option<Paired>, pairing::Error> {
    use iomt::pairing::Attempts;
    use iomt::pairing::cpace::{Called, Passcode};

    let (key, mut out) = (key()?, [0; MAX_DATAGRAM]);
    let passcode = Passcode::new(&black_box(*b"730264"))?;
    let called = Called::answer(&key, packet, &mut Generator)?;
    black_box(called.packet(&mut out)?);
    let attempt = Attempts::armed().begin()?.stored();
    let answering = called.handle_share(attempt, &passcode, &key, packet, &mut Generator)?;
    black_box(answering.packet(&mut out)?);
    let agreed = answering.finish()?;
    finish(&key, packet, |key| {
        Exchange::answer_passcode(key, &agreed, promise(), packet, &mut Generator)
    })
}

/// And, in the place of that, by a label with ML-KEM.
#[cfg(feature = "models")]
pub fn hybrid() {
    seal();
    let _ = black_box(by_hybrid(&black_box([0; MAX_DATAGRAM])));
}

#[cfg(feature = "models")]
fn by_hybrid(packet: &[u8]) -> Result<Option<Paired>, pairing::Error> {
    use iomt::pairing::hybrid::Hybrid;

    let key = Identity::from_secret_bytes(&black_box([4; 32]))?;
    let label = LabelSecret::new(&black_box([7; 16]))?;
    let mut answering = Hybrid::answer_label(&key, &label, promise())?;
    let mut out = [0; MAX_DATAGRAM];
    for part in 0..4 {
        answering.handle_packet(packet, &mut Generator)?;
        black_box(answering.packet(part, &mut out)?);
    }
    Ok(answering.poll_paired())
}

/// And, in the place of that, by digits that a person compares.
#[cfg(feature = "models")]
pub fn digits() {
    seal();
    let _ = black_box(by_digits(&black_box([0; MAX_DATAGRAM])));
}

#[cfg(feature = "models")]
fn by_digits(packet: &[u8]) -> Result<Option<Paired>, pairing::Error> {
    let key = key()?;
    let mut exchange = Exchange::compare(&key, promise(), b"token", CONNECTION, &mut Generator)?;
    for _ in 0..2 {
        work(&mut exchange, &key, packet)?;
    }
    if let Some(seen) = black_box(exchange.digits()) {
        exchange.confirm_digits(seen)?;
    }
    Ok(exchange.poll_paired())
}

fn key() -> Result<StaticKey, pairing::Error> {
    Identity::from_secret_bytes(&black_box([4; 32])).map(StaticKey::from)
}

fn peer() -> Result<PublicKey, pairing::Error> {
    PublicKey::from_bytes(&black_box([9; 32]))
}

fn promise() -> DescriptorHash {
    DescriptorHash::of_body(b"descriptor")
}

/// Works on an exchange to its end.
#[inline(always)]
fn finish(
    key: &StaticKey,
    packet: &[u8],
    begin: impl FnOnce(&StaticKey) -> Result<Exchange, pairing::Error>,
) -> Result<Option<Paired>, pairing::Error> {
    let mut exchange = begin(key)?;
    for _ in 0..2 {
        work(&mut exchange, key, packet)?;
    }
    Ok(exchange.poll_paired())
}

fn work(exchange: &mut Exchange, key: &StaticKey, packet: &[u8]) -> Result<(), pairing::Error> {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key)?;
    }
    black_box(exchange.packet());
    exchange.handle_packet(packet)
}

type Sensor = Device<'static, 4_096>;

/// Or is a whole device, which does all this by itself, delivers, and outlives its reboots.
pub fn node() {
    reading();
    with_node(|sensor| sensor.send(now(), Space::Data, &[heart_rate()]));
}

fn with_node(
    readings: impl FnOnce(&mut Sensor) -> Result<iomt::wire::RecordId, iomt::node::Error>,
) {
    let mut place = MaybeUninit::uninit();
    if let Ok(sensor) = boot(&mut place) {
        let _ = black_box(turn(sensor, readings));
    }
}

fn boot(place: &mut MaybeUninit<Sensor>) -> Result<&mut Sensor, iomt::node::Error> {
    let identity = Identity::from_secret_bytes(&black_box([4; 32]))?;
    let setup = DeviceSetup::new(identity, Descriptor::default(), Config::DEFAULT)?;
    let sensor = setup.make_in(place);
    let flash = black_box([0; MAX_IMAGE]);
    if sensor.resume(now(), &flash, &mut Generator).is_err() {
        sensor.arm(LabelSecret::new(&black_box([7; 16]))?);
    }
    Ok(sensor)
}

fn turn(
    sensor: &mut Sensor,
    readings: impl FnOnce(&mut Sensor) -> Result<iomt::wire::RecordId, iomt::node::Error>,
) -> Result<(), iomt::node::Error> {
    let mut datagram = black_box([0; MAX_DATAGRAM]);
    let _ = black_box(sensor.handle_datagram(now(), &datagram, &mut Generator));
    sensor.handle_timeout(now(), &mut Generator)?;
    while let Some(request) = sensor.poll_store(now(), &mut datagram) {
        black_box(request);
        sensor.handle_stored(now(), StoreReply::Done)?;
    }
    black_box(readings(sensor)?);
    while let Some(datagram) = sensor.poll_transmit(now(), &mut datagram) {
        black_box(datagram);
    }
    black_box((sensor.poll_event(), sensor.poll_timeout(), sensor.stats()));
    Ok(())
}

/// And finds R peaks, and packs the samples.
pub fn signal() {
    node();
    let samples = black_box([0; 64]);
    black_box(peaks(&samples));
    let mut packed = black_box([0; 160]);
    let _ = black_box(codec::encode(&samples, &mut packed));
    let _ = black_box(codec::decode(&packed, &mut black_box([0; 64])));
}

fn peaks(samples: &[i32]) -> usize {
    let detector = RPeakDetector::new(SampleRate::hz(250), black_box(200));
    detector.map_or(0, |mut detector| {
        detector.gap(black_box(3));
        let found = samples
            .iter()
            .filter_map(|sample| detector.push(*sample))
            .count();
        black_box(detector.flush());
        found
    })
}

/// What is done for each byte and sample, and no more: a frame is sealed, samples are packed and unpacked.
pub fn hot() {
    let samples = black_box([0; 64]);
    let mut packed = black_box([0; 160]);
    let _ = black_box(codec::encode(&samples, &mut packed));
    let _ = black_box(codec::decode(&packed, &mut black_box([0; 64])));
    if let Ok(mut sealer) = Sealer::restore(&black_box([3; SAVED_SESSION_LEN]), &[4; 32]) {
        let mut frame = [0; 128];
        let sealed = sealer.seal(Space::Data, &black_box([0; 64]), &mut frame);
        let _ = black_box(sealed.is_ok());
    }
}
