//! A device for the server `ingest`: pairs by its label's secret, sends readings, ends when all are stored.
//!
//! ```text
//! device --secret SECRET [--readings N] [--paths 1 or 2] [--session-ms MS]     prints "waiting at ADDRESS",
//!                                                           then "reading VALUE" for each, then "settled …"
//! ```
//!
//! With two paths it sends in turn from two addresses, as one that is heard by two gateways.

use std::error::Error;
use std::io::Write;
use std::net::{SocketAddr, UdpSocket};

use iomt::link::Retry;
use iomt::node::{Config, Device, DeviceEvent};
use iomt::pairing::Identity;
use iomt::pairing::label::LabelSecret;
use iomt::reading::{Descriptor, Metric, Observation, Unit};
use iomt::seal::SystemEntropy;
use iomt::storage::MemoryStorage;
use iomt::time::{Duration, Instant};
use iomt::wire::{MAX_DATAGRAM, Packet, Space};

struct Options {
    secret: String,
    readings: i64,
    paths: usize,
    session: Duration,
}

struct Air {
    sockets: Vec<UdpSocket>,
    server: Option<SocketAddr>,
    sent: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = options()?;
    let start = std::time::Instant::now();
    let config = Config {
        retry: Retry {
            first: Duration::from_millis(80),
            longest: Duration::from_millis(400),
        },
        due: Duration::from_millis(500),
        session_age: options.session,
        ..Config::DEFAULT
    };
    let identity = Identity::generate(&mut SystemEntropy)?;
    let mut device = Box::new(Device::<32_768>::new(
        identity,
        Descriptor::default(),
        config,
    )?);
    let mut storage = Box::new(MemoryStorage::<4096, 1>::new());
    device.arm(LabelSecret::new(options.secret.as_bytes())?);
    let mut air = Air::bind(options.paths)?;
    let mut value = 0;
    while value < options.readings || !device.is_settled() {
        let now = Instant::since(start, std::time::Instant::now());
        air.receive(&mut device, now);
        let _ = device.handle_timeout(now, &mut SystemEntropy);
        device.store_on(now, &mut *storage)?;
        while let Some(event) = device.poll_event() {
            eprintln!("device: {event:?}");
            if let DeviceEvent::Lost { .. } = event {
                return Err("a reading is lost".into());
            }
        }
        if value < options.readings && device.backlog() < 16 {
            let pulse = Observation::new(
                Metric::HEART_RATE,
                Unit::BEATS_PER_MINUTE,
                now,
                (value as i32).into(),
            );
            let space = if value % 50 == 49 {
                Space::Alarm
            } else {
                Space::Data
            };
            if device.send(now, space, &[pulse]).is_ok() {
                println!("reading {value}");
                value += 1;
            }
        }
        device.store_on(now, &mut *storage)?;
        air.send(&mut device, now);
    }
    let stats = device.stats();
    println!("settled after {} reconnections", stats.reconnections);
    eprintln!("device: {stats:?}");
    Ok(())
}

impl Air {
    fn bind(paths: usize) -> Result<Self, Box<dyn Error>> {
        let mut sockets = Vec::new();
        for _ in 0..paths {
            let socket = UdpSocket::bind("127.0.0.1:0")?;
            socket.set_read_timeout(Some(core::time::Duration::from_millis(1)))?;
            sockets.push(socket);
        }
        println!(
            "waiting at {}",
            sockets.first().ok_or("no path")?.local_addr()?
        );
        std::io::stdout().flush()?;
        Ok(Self {
            sockets,
            server: None,
            sent: 0,
        })
    }

    fn receive(&mut self, device: &mut Device<32_768>, now: Instant) {
        let mut buffer = [0; MAX_DATAGRAM];
        for socket in &self.sockets {
            while let Ok((len, from)) = socket.recv_from(&mut buffer) {
                if device
                    .handle_datagram(now, &buffer[..len], &mut SystemEntropy)
                    .is_ok()
                {
                    self.server = Some(from);
                }
            }
        }
    }

    /// Frames take turns; a handshake stays on one path, where the worker is that answers it.
    fn send(&mut self, device: &mut Device<32_768>, now: Instant) {
        let mut buffer = [0; MAX_DATAGRAM];
        while let Some(datagram) = device.poll_transmit(now, &mut buffer) {
            self.sent += 1;
            let path = match Packet::parse(datagram) {
                Ok(Packet::Frame(_)) => self.sent % self.sockets.len(),
                _ => 0,
            };
            if let (Some(server), Some(socket)) = (self.server, self.sockets.get(path)) {
                // A refused datagram is one that got lost.
                let _ = socket.send_to(datagram, server);
            }
        }
    }
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut options = Options {
        secret: String::new(),
        readings: 100,
        paths: 1,
        session: Config::DEFAULT.session_age,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments
            .next()
            .ok_or_else(|| format!("{argument} needs a value"))?;
        match argument.as_str() {
            "--secret" => options.secret = value,
            "--readings" => options.readings = i64::from(value.parse::<i32>()?),
            "--paths" => options.paths = value.parse::<usize>()?.clamp(1, 2),
            "--session-ms" => options.session = Duration::from_millis(value.parse()?),
            _ => return Err(format!("what is {argument}?").into()),
        }
    }
    Ok(options)
}
