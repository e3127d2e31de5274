//! A device: finds beats, raises alarms, pairs, seals readings, keeps them until a receipt says that they are stored.

#![no_std]
#![no_main]

#[path = "../panic/refused.rs"]
mod panic;

use core::hint::black_box;
use core::mem::MaybeUninit;

use cortex_m_rt::entry;
use iomt::alarm::{Limit, LimitAlarm, Limits, Side, Staleness};
use iomt::node::{Config, Device, DeviceSetup, Error};
use iomt::pairing::Identity;
use iomt::pairing::label::LabelSecret;
use iomt::reading::{Decimal, Descriptor, Metric, Observation, Unit, Value, Waveform, codec};
use iomt::signal::ecg::{HeartRate, RPeakDetector};
use iomt::storage::{MAX_IMAGE, StoreReply};
use iomt::time::{Duration, Instant, SampleRate};
use iomt::wire::{MAX_DATAGRAM, Space};
use iomt_footprint::Generator;

const RATE: SampleRate = SampleRate::hz(360);

/// A device whose outbox holds 4,096 bytes: some 40 frames of 96.
type Sensor = Device<'static, 4_096>;

#[entry]
fn main() -> ! {
    static mut SENSOR: MaybeUninit<Sensor> = MaybeUninit::uninit();
    if let Ok(sensor) = boot(SENSOR) {
        let _ = black_box(run(sensor));
    }
    iomt_footprint::idle()
}

/// A device that goes on where it was before its reboot, or, at its first power-up, may be paired.
fn boot(place: &mut MaybeUninit<Sensor>) -> Result<&mut Sensor, Error> {
    let identity = Identity::from_secret_bytes(&black_box([4; 32]))?;
    let setup = DeviceSetup::new(identity, Descriptor::default(), Config::DEFAULT)?;
    let sensor = setup.make_in(place);
    let flash = black_box([0; MAX_IMAGE]);
    if sensor.resume(now(), &flash, &mut Generator).is_err() {
        sensor.arm(LabelSecret::new(&black_box([7; 16]))?);
    }
    Ok(sensor)
}

/// One turn of the device's loop: input, readings, then every output.
#[inline(never)] // else some compilers peel the loop around it, and have it twice
fn run(sensor: &mut Sensor) -> Result<(), Error> {
    let _ = black_box(sensor.handle_datagram(now(), &black_box([0; MAX_DATAGRAM]), &mut Generator));
    sensor.handle_timeout(now(), &mut Generator)?;
    let mut datagram = [0; MAX_DATAGRAM];
    while let Some(request) = sensor.poll_store(now(), &mut datagram) {
        black_box(request);
        sensor.handle_stored(now(), StoreReply::Done)?;
    }
    let samples = black_box([0; 64]);
    let _ = black_box(send(sensor, &samples));
    while let Some(datagram) = sensor.poll_transmit(now(), &mut datagram) {
        black_box(datagram);
    }
    black_box((sensor.poll_event(), sensor.poll_timeout(), sensor.stats()));
    Ok(())
}

/// Sends the samples, compressed, and the heart rate in them.
fn send(sensor: &mut Sensor, samples: &[i32]) -> Result<(), Error> {
    let bpm = heart_rate(samples).map_or(Value::NotANumber, |bpm| i32::from(bpm).into());
    let pulse = Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, now(), bpm);
    let space = if is_alarming(&pulse) {
        Space::Alarm
    } else {
        Space::Data
    };
    sensor.send(now(), space, &[pulse])?;
    let mut compressed = [0; 160];
    let len = codec::encode(samples, &mut compressed).unwrap_or(0);
    let block = Waveform {
        metric: Metric::ECG_LEAD_II,
        unit: Unit::MILLIVOLT,
        start: now(),
        rate: RATE,
        first_index: black_box(0),
        scale: Decimal::new(5, -3),
        zero: 1_024,
        codec: codec::CodecId::SMALL,
        count: 64,
        data: compressed.get(..len).unwrap_or_default(),
    };
    sensor.send(now(), Space::Data, &[block])?;
    Ok(())
}

/// The heart rate at the end of `samples`, which follow a gap.
fn heart_rate(samples: &[i32]) -> Option<u16> {
    let mut detector = RPeakDetector::new(RATE, black_box(200)).ok()?;
    let mut heart_rate = HeartRate::new(RATE);
    detector.gap(black_box(3));
    heart_rate.gap();
    for sample in samples {
        if let Some(peak) = detector.push(*sample) {
            heart_rate.beat(peak.index);
        }
    }
    while let Some(peak) = detector.flush() {
        heart_rate.beat(peak.index);
    }
    heart_rate.bpm(black_box(7_200))
}

/// Whether a heart rate is past its limits, or none came in time.
fn is_alarming(pulse: &Observation) -> bool {
    let limits = Limits {
        low: Some(Limit {
            raise: 40.into(),
            clear: 45.into(),
        }),
        high: Some(Limit {
            raise: 120.into(),
            clear: 115.into(),
        }),
        delay: Duration::from_secs(5),
        max_age: Duration::from_secs(60),
    };
    let mut limit = LimitAlarm::new(pulse.metric, pulse.unit, black_box(limits));
    let mut staleness = Staleness::new(now(), Duration::from_secs(10));
    let _ = black_box(limit.observe(now(), pulse));
    staleness.note_reading(now(), pulse.time);
    black_box(staleness.check(now()));
    limit.active() == Some(Side::High) || staleness.is_stale()
}

fn now() -> Instant {
    Instant::from_micros(black_box(5))
}
