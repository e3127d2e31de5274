//! The world: device, radio, gateway and server in one process, in simulated time.
//!
//! ```text
//!  Sensor ──► radio ──► Gateway ──► network ──► Monitor
//!  Device  ◄── radio ◄── Router  ◄── network ◄── Server
//! ```

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use iomt::reading::Decimal;
use iomt::time::{Duration, Instant, SampleRate};

use crate::chance::Chance;
use crate::gateway::{Gateway, Port};
use crate::monitor::Monitor;
use crate::radio::{Count, Faults, Radio};
use crate::recording::Recording;
use crate::sensor::{Sensor, Signal};

/// What is printed on the device's label.
const LABEL: &[u8] = b"demonstration label, 16+ bytes";
const PORT: Port = Port(0);
/// Between gateway and server.
const NETWORK_DELAY: Duration = Duration::from_millis(15);
const OUTAGE: Duration = Duration::from_secs(20);
/// The device's clock starts when it boots, which is not when the server's does.
const BOOT: Duration = Duration::from_millis(3_217);
/// So long after the last sample everything has to be at the server.
const DRAIN: Duration = Duration::from_secs(120);
const PAIRING_TIMEOUT: Duration = Duration::from_secs(60);

/// Where a packet is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hop {
    GatewayFromRadio,
    Server,
    GatewayFromNetwork,
    Device,
}

/// When a packet arrives, in which order those of one instant do, where, and its bytes.
type Travelling = (Instant, u64, Hop, Vec<u8>);

pub(crate) struct Simulation {
    now: Instant,
    order: u64,
    packets: BinaryHeap<Reverse<Travelling>>,
    pub(crate) sensor: Sensor,
    radio: Radio,
    pub(crate) gateway: Gateway,
    pub(crate) monitor: Monitor,
    chance: Chance,
    pub(crate) up: Count,
    pub(crate) down: Count,
    /// Bytes on the radio, both ways, before the first frame.
    pub(crate) pairing_bytes: u64,
    /// From and to, in seconds since the first sample.
    pub(crate) outage: Option<(f64, f64)>,
}

/// The simulation could not be set up, or has not come to its end.
pub(crate) type Failure = Box<dyn std::error::Error>;

impl Simulation {
    pub(crate) fn new(recording: &Recording, faults: Faults, seed: u64) -> Result<Self, Failure> {
        let mut chance = Chance::new(seed);
        let mut branch = || Chance::new(chance.next());
        let (device, server, radio) = (branch(), branch(), branch());
        Ok(Self {
            now: Instant::ZERO + BOOT,
            order: 0,
            packets: BinaryHeap::new(),
            sensor: Sensor::new(signal_of(recording)?, LABEL, device)?,
            radio: Radio::new(faults, radio),
            gateway: Gateway::new(vec![PORT]),
            monitor: Monitor::new(LABEL, Instant::ZERO + BOOT, server)?,
            chance,
            up: Count::default(),
            down: Count::default(),
            pairing_bytes: 0,
            outage: None,
        })
    }

    /// How long the recording has been running, in seconds.
    pub(crate) fn elapsed_s(&self) -> f64 {
        let started = self.sensor.started().unwrap_or(device_time(self.now));
        seconds(device_time(self.now) - started)
    }

    /// Lets time go on until everything is delivered; calls `progress` after every step.
    pub(crate) fn run(
        &mut self,
        mut progress: impl FnMut(&Self) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        loop {
            self.act()?;
            progress(self)?;
            if self.monitor.is_paired && self.sensor.is_done() {
                break;
            }
            self.advance()?;
        }
        self.monitor.finish();
        Ok(())
    }

    /// Lets everybody do what is due.
    fn act(&mut self) -> Result<(), Failure> {
        self.deliver()?;
        for packet in self.sensor.run(device_time(self.now))? {
            let arrivals = self.radio.send(self.now, &packet, &mut self.up);
            self.travel(Hop::GatewayFromRadio, arrivals);
        }
        for packet in self.monitor.run(self.now) {
            let arrival = (self.now + NETWORK_DELAY, packet);
            self.travel(Hop::GatewayFromNetwork, vec![arrival]);
        }
        self.note_start();
        Ok(())
    }

    /// Goes to the next instant at which something is due.
    fn advance(&mut self) -> Result<(), Failure> {
        let next = self.next_instant();
        self.now = next.ok_or("nothing is left to do, and not everything is delivered")?;
        if self.now > self.deadline() {
            return Err("not everything was delivered in time".into());
        }
        Ok(())
    }

    fn deliver(&mut self) -> Result<(), Failure> {
        while let Some(Reverse((due, ..))) = self.packets.peek()
            && *due <= self.now
        {
            let Some(Reverse((_, _, hop, packet))) = self.packets.pop() else {
                break;
            };
            match hop {
                Hop::GatewayFromRadio if self.gateway.forward_up(&packet, PORT) => {
                    self.travel(Hop::Server, vec![(self.now + NETWORK_DELAY, packet)]);
                }
                Hop::GatewayFromRadio => {}
                Hop::GatewayFromNetwork => {
                    for _port in self.gateway.forward_down(&packet) {
                        let arrivals = self.radio.send(self.now, &packet, &mut self.down);
                        self.travel(Hop::Device, arrivals);
                    }
                }
                Hop::Server => self.monitor.receive(self.now, packet)?,
                Hop::Device => self.sensor.receive(device_time(self.now), &packet),
            }
        }
        Ok(())
    }

    fn travel(&mut self, hop: Hop, arrivals: Vec<(Instant, Vec<u8>)>) {
        for (due, packet) in arrivals {
            self.order += 1;
            self.packets.push(Reverse((due, self.order, hop, packet)));
        }
    }

    fn next_instant(&self) -> Option<Instant> {
        let arrival = self.packets.peek().map(|Reverse((due, ..))| *due);
        let sensor = self.sensor.poll_timeout();
        let next = [arrival, sensor.map(world_time), self.monitor.poll_timeout()]
            .into_iter()
            .flatten()
            .min()?;
        Some(next.max(self.now))
    }

    /// At the first sample: what was pairing is over, and the outage is drawn.
    fn note_start(&mut self) {
        let Some(started) = self.sensor.started() else {
            self.pairing_bytes = self.up.bytes + self.down.bytes;
            return;
        };
        if self.outage.is_some() {
            return;
        }
        let length = self.recording_length();
        let outage = OUTAGE.min(Duration::from_micros(length.as_micros() / 4));
        let third = length.as_micros() / 3;
        let from = Duration::from_micros(third + self.chance.below(third.max(1)));
        self.outage = Some((seconds(from), seconds(from + outage)));
        let start = world_time(started);
        self.radio.plan_outage(start + from, start + from + outage);
    }

    fn recording_length(&self) -> Duration {
        self.sensor
            .rate()
            .offset_of(self.sensor.samples().len() as u64)
    }

    fn deadline(&self) -> Instant {
        match self.sensor.started() {
            Some(started) => world_time(started) + self.recording_length() + DRAIN,
            None => Instant::ZERO + BOOT + PAIRING_TIMEOUT,
        }
    }
}

fn device_time(world: Instant) -> Instant {
    world - BOOT
}

fn world_time(device: Instant) -> Instant {
    device + BOOT
}

fn seconds(span: Duration) -> f64 {
    span.as_micros() as f64 / 1e6
}

fn signal_of(recording: &Recording) -> Result<Signal, Failure> {
    let millihertz = (recording.rate_hz * 1_000.0).round() as u32;
    let rate = SampleRate::from_millihertz(millihertz).ok_or("the sample rate is zero")?;
    Ok(Signal {
        samples: recording.samples.clone(),
        rate,
        metric: recording.metric,
        zero: recording.zero,
        scale: scale_of(recording.gain_units_per_mv),
        units_per_mv: recording.gain_units_per_mv.round().max(1.0) as u32,
    })
}

/// Millivolts a count, as a decimal: whole microvolts where they are, else to six digits.
fn scale_of(gain_units_per_mv: f64) -> Decimal {
    let microvolts = 1_000.0 / gain_units_per_mv;
    if microvolts.fract() == 0.0 && microvolts < 1e9 {
        return Decimal::new(microvolts as i32, -3);
    }
    let exponent = microvolts.log10().floor() as i32 - 5;
    let mantissa = (microvolts / 10_f64.powi(exponent)).round() as i32;
    Decimal::new(mantissa, (exponent - 3) as i8)
}
