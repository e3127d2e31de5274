//! The hospital's side: a gateway without keys at the end of the cable, and the server behind it.

use std::error::Error;

use iomt::link::{Gateway, KEEP, MAX_SERIAL_FRAME, SerialDecoder, encode_serial};
use iomt::node::{NamedLoss, Received, Server, ServerConfig, ServerEvent};
use iomt::pairing::{Identity, Model, label::LabelSecret};
use iomt::seal::{LossCause, SystemEntropy};
use iomt::time::{Duration, Instant};
use iomt::wire::MAX_DATAGRAM;

use crate::noise::Noise;
use crate::records::Records;

/// The only cable.
const PORT: u8 = 0;
/// A cable is faster than a radio: half a minute has to show everything.
const CONFIG: ServerConfig = ServerConfig {
    receipt_delay: Duration::from_millis(50),
    ..ServerConfig::DEFAULT
};

pub(crate) struct Site {
    decoder: SerialDecoder,
    gateway: Gateway<u8, 16_384, 8>,
    server: Server,
    noise: [Noise; 2],
    pub(crate) records: Records,
    pub(crate) pairings: u32,
    pub(crate) reconnections: u32,
    /// Whatever an honest device does not do.
    pub(crate) complaints: Vec<String>,
}

impl Site {
    /// A server that has read the label, and a gateway that knows nothing.
    pub(crate) fn new(now: Instant, label: &[u8], seed: u64) -> Result<Self, Box<dyn Error>> {
        let mut server = Server::new(Identity::generate(&mut SystemEntropy)?, CONFIG);
        server.pair(now, &LabelSecret::new(label)?, &mut SystemEntropy)?;
        let mut gateway = Gateway::new(KEEP);
        gateway.handle_link_up();
        Ok(Self {
            decoder: SerialDecoder::new(),
            gateway,
            server,
            noise: [Noise::new(seed), Noise::new(!seed)],
            records: Records::default(),
            pairings: 0,
            reconnections: 0,
            complaints: Vec::new(),
        })
    }

    /// How many bytes the cable has damaged, both ways.
    pub(crate) fn damaged(&self) -> u64 {
        self.noise.iter().map(|noise| noise.damaged).sum()
    }

    /// How many frames the gateway has dropped for what the cable did to them.
    pub(crate) fn dropped(&self) -> u64 {
        let stats = self.decoder.stats();
        let dropped = [
            stats.malformed,
            stats.too_short,
            stats.too_long,
            stats.corrupt,
        ];
        dropped.map(u64::from).iter().sum()
    }

    /// Takes bytes from the device's end of the cable.
    pub(crate) fn receive(&mut self, now: Instant, bytes: &[u8]) {
        let bytes = self.noise[0].disturb(bytes);
        let mut rest = &bytes[..];
        while let Some(datagram) = self.decoder.decode(&mut rest) {
            // One that is none, or no frame for a gateway, is counted there.
            let _ = self.gateway.handle_device_datagram(now, PORT, datagram);
        }
        while let Some(datagram) = self.gateway.poll_transmit(now) {
            let mut datagram = datagram.to_vec();
            self.gateway.handle_taken();
            self.open(now, &mut datagram);
        }
    }

    fn open(&mut self, now: Instant, datagram: &mut [u8]) {
        match self.server.handle_datagram(now, datagram) {
            Ok(Received::Records(opened)) => {
                self.records.insert(&opened);
                let stored = self.server.handle_stored(now, opened.stored());
                self.complaints
                    .extend(stored.err().map(|error| error.to_string()));
            }
            Ok(Received::Quarantined(_)) => self.complaints.push("a session in quarantine".into()),
            // An error is a packet that is late or damaged, which the server has counted.
            _ => {}
        }
    }

    /// Does what is due; returns the bytes for the device's end of the cable.
    pub(crate) fn run(&mut self, now: Instant) -> Vec<u8> {
        while self.server.has_work() {
            let _ = self.server.handle_timeout(now, &mut SystemEntropy);
        }
        let _ = self.server.handle_timeout(now, &mut SystemEntropy);
        while let Some(event) = self.server.poll_event() {
            self.note(event);
        }
        while let Some(loss) = self.server.poll_loss() {
            self.note_loss(&loss);
        }
        let mut bytes = Vec::new();
        let (mut buffer, mut frame) = ([0; MAX_DATAGRAM], [0; MAX_SERIAL_FRAME]);
        while let Some(packet) = self.server.poll_transmit(now, &mut buffer) {
            // Where it does not say for whom it is, all ports get it, and here is one.
            if self.gateway.handle_server_datagram(&packet).is_ok()
                && let Ok(frame) = encode_serial(&packet, &mut frame)
            {
                bytes.extend_from_slice(frame);
            }
        }
        self.noise[1].disturb(&bytes)
    }

    /// A boot that was cut short names all that it might have sealed behind what its flash holds. Nothing else is lost.
    fn note_loss(&mut self, named: &NamedLoss) {
        if named.loss.why != LossCause::Cut {
            self.complaints.push(format!("{named:?}"));
        }
    }

    fn note(&mut self, event: ServerEvent) {
        match event {
            ServerEvent::Paired { by, .. } if by == Model::LABEL_SECRET => self.pairings += 1,
            ServerEvent::Reconnected { by, .. } if by == Model::RECONNECTION => {
                self.reconnections += 1
            }
            ServerEvent::Agreed { .. }
            | ServerEvent::DeviceSilent { .. }
            | ServerEvent::DeviceHeard => {}
            other => self.complaints.push(format!("{other:?}")),
        }
    }
}
