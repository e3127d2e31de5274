//! What becomes of commands at a device that has places for its recipients, and what it answers.

use iomt::node::{Config, Device, Error};
use iomt::pairing::{Identity, PublicKey};
use iomt::reading::Descriptor;
use iomt::seal::{Direction, Opener, Opening, SessionSecrets, SystemEntropy};
use iomt::storage::{FrameAddress, MemoryStorage, Storage};
use iomt::time::{Duration, Instant};
use iomt::wire::MAX_DATAGRAM;
use iomt::wire::control::{Answer as Told, ControlRecord};
use serde_json::json;

use super::Answer;
use super::error::{Class, Failure};
use super::keys::Roots;
use super::request::Request;

const BYTES: usize = 4_096;
/// How long an answer may take that is repeated with growing pauses.
const PATIENCE: Duration = Duration::from_secs(30);
const TICK: Duration = Duration::from_millis(100);

pub(super) fn outcomes(request: &Request<'_>) -> Answer {
    match request.number::<u8>("places")? {
        1 => Station::<1>::of(request)?.all(request),
        2 => Station::<2>::of(request)?.all(request),
        3 => Station::<3>::of(request)?.all(request),
        other => Err(Failure::Unsupported(format!("{other} places"))),
    }
}

/// A device with its storage, and the server whose commands come.
struct Station<const PLACES: usize> {
    now: Instant,
    device: Device<'static, BYTES, PLACES>,
    storage: MemoryStorage<BYTES, PLACES>,
    server: Opener,
}

impl<const PLACES: usize> Station<PLACES> {
    /// Persons have paired these recipients, the server first.
    fn of(request: &Request<'_>) -> Result<Self, Failure> {
        let roots = Roots::of(request)?;
        let secret: [u8; 32] = request.array("staticSecret")?;
        let identity = Identity::from_secret_bytes(&secret)?;
        let device = Device::new(identity, Descriptor::default(), Config::DEFAULT);
        let mut station = Self {
            now: Instant::from_secs(1_000),
            device: device.map_err(failure)?,
            storage: MemoryStorage::new(),
            server: roots.secrets()?.into_opener(),
        };
        station.device.allow_commands();
        for (place, key) in (0_u8..).zip(request.byte_strings("paired")?) {
            let secrets = match place {
                0 => roots.secrets()?,
                // Nothing of the answer depends on it.
                _ => SessionSecrets::derive(
                    &[place; 32],
                    &[0xA5; 32],
                    &[0x5A; 32],
                    Direction::DeviceResponded,
                )?,
            };
            let (key, now) = (PublicKey::from_bytes(&key)?, station.now);
            let added = station
                .device
                .add_peer(now, key, secrets, &mut SystemEntropy);
            added.map_err(failure)?;
        }
        station.store()?;
        Ok(station)
    }

    fn all(&mut self, request: &Request<'_>) -> Answer {
        let mut outcomes = Vec::new();
        for packet in request.byte_strings("packets")? {
            outcomes.push(self.take(&packet)?);
        }
        Ok(json!({ "outcomes": outcomes }))
    }

    fn take(&mut self, packet: &[u8]) -> Answer {
        let heard = self
            .device
            .handle_datagram(self.now, packet, &mut SystemEntropy);
        if let Err(error) = heard {
            let Failure::Class(class) = failure(error) else {
                return Err(Failure::Class("self_check"));
            };
            return Ok(json!({ "error": class }));
        }
        let end = self.now + PATIENCE;
        while self.now < end {
            self.now = self.now + TICK;
            let _ = self.device.handle_timeout(self.now, &mut SystemEntropy);
            self.store()?;
            if let Some(answer) = self.answer() {
                return Ok(json!({ "taken": answer.taken, "outcome": answer.outcome.code() }));
            }
        }
        Err(Failure::Class("self_check"))
    }

    fn store(&mut self) -> Result<(), Failure> {
        let (mut buffer, mut found) = ([0; MAX_DATAGRAM], [0; MAX_DATAGRAM]);
        while let Some(request) = self.device.poll_store(self.now, &mut buffer) {
            let device = &mut self.device;
            let note = &mut |address: FrameAddress| device.handle_found(&address);
            let reply = self.storage.perform(&request, &mut found, note);
            self.device
                .handle_stored(self.now, reply)
                .map_err(failure)?;
        }
        Ok(())
    }

    /// The one in the newest control frame that is sent now, if there is one.
    fn answer(&mut self) -> Option<Told> {
        let (mut out, mut answer) = ([0; MAX_DATAGRAM], None);
        while let Some(datagram) = self.device.poll_transmit(self.now, &mut out) {
            // Frames of others, and handshakes, are not for this server.
            if let Ok(Opening::Control(control)) = self.server.open(datagram) {
                let told = control.records().find_map(|record| match record {
                    Ok(ControlRecord::Answer(told)) => Some(told),
                    _ => None,
                });
                answer = told.or(answer);
            }
        }
        answer
    }
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Seal(error) => Failure::Class(error.class()),
        Error::Wire(error) => Failure::Class(error.class()),
        Error::Pairing(error) => Failure::Class(error.class()),
        _ => Failure::Class("self_check"),
    }
}
