//! A device made by hand of the parts of `iomt`, which seals whatever a test wants: what `node::Device` never would.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use iomt::pairing::label::LabelSecret;
use iomt::pairing::{DescriptorHash, Exchange, Identity, Paired, StaticKey, Work};
use iomt::reading::{Metric, Observation, Unit};
use iomt::seal::{SAVED_SESSION_LEN, Sealer, SystemEntropy};
use iomt::wire::{
    EnvelopeWriter, Frame, Handshake, MAX_DATAGRAM, Packet, Record, RecordWriter, Run, Space, Tag,
};

const STATIC_SECRET: [u8; 32] = [9; 32];
const PATIENCE: Duration = Duration::from_secs(20);

/// A socket, and what is said on it until the pairing.
pub struct Waiting {
    socket: UdpSocket,
    secret: &'static str,
}

pub struct ByHand {
    socket: UdpSocket,
    server: SocketAddr,
    sealer: Sealer,
    pub run: Run,
}

impl Waiting {
    pub fn new(secret: &'static str) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let pause = Some(Duration::from_millis(20));
        socket.set_read_timeout(pause).unwrap();
        Self { socket, secret }
    }

    pub fn address(&self) -> String {
        self.socket.local_addr().unwrap().to_string()
    }

    /// Answers the server, which reads the label, and opens an epoch.
    pub fn pair(self) -> ByHand {
        let key = StaticKey::from(Identity::from_secret_bytes(&STATIC_SECRET).unwrap());
        let label = LabelSecret::new(self.secret.as_bytes()).unwrap();
        let promise = DescriptorHash::of_body(b"");
        let mut asked: Option<Exchange> = None;
        let begin = Instant::now();
        let (paired, server) = loop {
            assert!(begin.elapsed() < PATIENCE, "nobody pairs");
            let mut buffer = [0; MAX_DATAGRAM];
            let Ok((len, server)) = self.socket.recv_from(&mut buffer) else {
                continue;
            };
            let Ok(Packet::Handshake(Handshake { step, .. })) = Packet::parse(&buffer[..len])
            else {
                continue;
            };
            if step == 1 && asked.is_none() {
                let rng = &mut SystemEntropy;
                let begun = Exchange::answer_label(&key, &label, promise, &buffer[..len], rng);
                asked = Some(begun.unwrap());
            } else if let (3, Some(exchange)) = (step, &mut asked) {
                exchange.handle_packet(&buffer[..len]).unwrap();
            }
            let exchange = asked.as_mut().unwrap();
            while exchange.poll_work() != Work::Idle {
                exchange.work_with(&key).unwrap();
            }
            if let Some(paired) = exchange.poll_paired() {
                break (paired, server);
            }
            self.socket
                .send_to(exchange.packet().unwrap(), server)
                .unwrap();
        };
        ByHand::new(self.socket, server, paired)
    }
}

impl ByHand {
    fn new(socket: UdpSocket, server: SocketAddr, paired: Paired) -> Self {
        let mut sealer = paired.secrets.into_sealer(&STATIC_SECRET).unwrap();
        let mut saved = [0; SAVED_SESSION_LEN];
        sealer.begin_epoch(&mut SystemEntropy, &mut saved).unwrap();
        sealer.epoch_stored().unwrap();
        let run = sealer.draw_run(&mut SystemEntropy).unwrap();
        Self {
            socket,
            server,
            sealer,
            run,
        }
    }

    pub const fn server(&self) -> SocketAddr {
        self.server
    }

    /// Seals a plaintext, as it is; the frame's counter, and the frame.
    pub fn seal(&mut self, plaintext: &[u8]) -> (u32, Vec<u8>) {
        let counter = self.sealer.next_counter(Space::Data);
        let mut out = [0; MAX_DATAGRAM];
        let sealed = self.sealer.seal(Space::Data, plaintext, &mut out).unwrap();
        let Ok(Packet::Frame(frame)) = Packet::parse(sealed) else {
            panic!("not a frame")
        };
        let route = self.sealer.epoch().unwrap().route(false);
        let frame = Frame { route, ..frame };
        (
            counter,
            frame.emit(&mut [0; MAX_DATAGRAM]).unwrap().to_vec(),
        )
    }

    pub fn send(&self, frame: &[u8]) {
        self.socket.send_to(frame, self.server).unwrap();
    }

    /// Seals, and sends until the server says that it is stored.
    pub fn deliver(&mut self, plaintext: &[u8]) {
        let (counter, frame) = self.seal(plaintext);
        let begin = Instant::now();
        while !self.is_stored(counter, Duration::from_millis(300)) {
            assert!(begin.elapsed() < PATIENCE, "never acknowledged");
            self.send(&frame);
        }
    }

    /// Whether a receipt names the frame within this time.
    pub fn is_stored(&mut self, counter: u32, within: Duration) -> bool {
        let begin = Instant::now();
        let mut buffer = [0; MAX_DATAGRAM];
        while begin.elapsed() < within {
            let Ok(len) = self.socket.recv(&mut buffer) else {
                continue;
            };
            let epoch = self.sealer.epoch().unwrap();
            let known = |locator| (locator == epoch.locator).then_some(epoch.tag);
            let Ok(report) = self.sealer.verify(&buffer[..len], known) else {
                continue;
            };
            let mut entries = report.acknowledgements();
            if entries.any(|entry| entry.space == Space::Data && entry.covers(counter)) {
                return true;
            }
        }
        false
    }
}

/// A frame's plaintext with one heart rate, under this identity.
pub fn heart_rate(run: Run, sequence: u64, value: i32) -> Vec<u8> {
    let reading = Observation::new(
        Metric::HEART_RATE,
        Unit::BEATS_PER_MINUTE,
        iomt::time::Instant::from_secs(1),
        value.into(),
    );
    let mut buffer = [0; 256];
    let mut writer = RecordWriter::new(&mut buffer, sequence, Some(run)).unwrap();
    writer.push(&Record::Observation(reading)).unwrap();
    writer.finish().to_vec()
}

/// The same with a record in front whose body no reader of observations understands.
pub fn broken_and_whole(run: Run, sequence: u64, value: i32) -> Vec<u8> {
    let whole = heart_rate(run, sequence, value);
    let envelope = iomt::wire::Envelope::parse(&whole).unwrap();
    let mut buffer = [0; 256];
    let mut writer = EnvelopeWriter::new(&mut buffer, sequence, Some(run)).unwrap();
    writer.record(Tag::OBSERVATION, &[0xFF; 3]).unwrap();
    for record in envelope.records().map(Result::unwrap) {
        writer.record(record.tag, record.body).unwrap();
    }
    writer.finish().to_vec()
}
