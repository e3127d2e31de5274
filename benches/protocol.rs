//! The protocol's own work, each beside what others take for the same: seal and open beside the bare AEAD, pairing
//! beside `snow`; the received set, records and receipts.
//!
//! `cargo bench --bench protocol`; under a minute. The names give the size in bytes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench fails by panicking"
)]

use std::hint::black_box;
use std::time::Duration as Wall;

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag as AeadTag};
use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main,
};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{DescriptorHash, Exchange, Identity, Paired, StaticKey, Work};
use iomt::reading::{Decimal, Metric, Observation, Unit, Waveform, codec};
use iomt::seal::{
    Direction, Opener, Opening, ResumptionSecret, SAVED_SESSION_LEN, Sealer, SessionSecrets,
    SystemEntropy,
};
use iomt::time::{Instant, SampleRate};
use iomt::wire::{
    ConnectionId, Envelope, Frame, MAX_COUNTER, MAX_DATAGRAM, Packet, ReceivedSet, Record,
    RecordWriter, Records, Space,
};

const SIZES: [usize; 5] = [32, 64, 96, 256, 1_024];
/// What the AEAD authenticates beside the text: the canonical header.
const HEADER: [u8; 26] = [7; 26];

fn group<'c>(criterion: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group
        .sample_size(10)
        .warm_up_time(Wall::from_millis(200))
        .measurement_time(Wall::from_millis(600));
    group
}

fn session() -> (Sealer, Opener) {
    let secrets = || {
        SessionSecrets::derive(&[1; 32], &[2; 32], &[3; 32], Direction::DeviceResponded).unwrap()
    };
    let mut sealer = secrets().into_sealer(&[4; 32]).unwrap();
    open_epoch(&mut sealer);
    (sealer, secrets().into_opener())
}

fn open_epoch(sealer: &mut Sealer) {
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer.begin_epoch(&mut SystemEntropy, &mut saved).unwrap();
    sealer.epoch_stored().unwrap();
}

fn seal(criterion: &mut Criterion) {
    let mut group = group(criterion, "seal");
    for size in SIZES {
        let plaintext = vec![0x5A; size];
        let mut out = [0; MAX_DATAGRAM];
        let (mut sealer, _) = session();
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(format!("iomt {size}"), |bencher| {
            bencher.iter(|| {
                if sealer.is_epoch_worn() {
                    open_epoch(&mut sealer);
                }
                let frame = sealer.seal(Space::Data, black_box(&plaintext), &mut out);
                frame.unwrap().len()
            });
        });
        let mut buffer = plaintext.clone();
        let mut counter = 0_u64;
        group.bench_function(format!("chacha20poly1305 {size}"), |bencher| {
            bencher.iter(|| {
                counter += 1;
                let aead = ChaCha20Poly1305::new(black_box(&[9; 32]).into());
                aead.encrypt_inout_detached(&nonce(counter), &HEADER, (&mut buffer[..]).into())
                    .unwrap()
            });
        });
    }
    group.finish();
}

/// Opens and commits; each frame is new to an opener that has its epoch open.
fn open(criterion: &mut Criterion) {
    let mut group = group(criterion, "open");
    for size in SIZES {
        let (mut frames, mut opener) = Frames::new(size);
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(format!("iomt {size}"), |bencher| {
            bencher.iter_batched_ref(
                || frames.next(),
                |packet| receive(&mut opener, packet),
                BatchSize::NumIterations(1_000),
            );
        });
        let (sealed, tag) = sealed_bare(size);
        group.bench_function(format!("chacha20poly1305 {size}"), |bencher| {
            bencher.iter_batched_ref(
                || sealed.clone(),
                |buffer| {
                    let aead = ChaCha20Poly1305::new(black_box(&[9; 32]).into());
                    aead.decrypt_inout_detached(&nonce(1), &HEADER, (&mut buffer[..]).into(), &tag)
                        .unwrap();
                },
                BatchSize::NumIterations(1_000),
            );
        });
    }
    group.finish();
}

fn nonce(counter: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&counter.to_le_bytes());
    nonce.into()
}

fn sealed_bare(size: usize) -> (Vec<u8>, AeadTag) {
    let mut buffer = vec![0x5A; size];
    let tag = ChaCha20Poly1305::new(&[9; 32].into())
        .encrypt_inout_detached(&nonce(1), &HEADER, (&mut buffer[..]).into())
        .unwrap();
    (buffer, tag)
}

/// Fresh frames of one epoch, in the routed form.
struct Frames {
    sealer: Sealer,
    plaintext: Vec<u8>,
}

impl Frames {
    fn new(size: usize) -> (Self, Opener) {
        let (sealer, mut opener) = session();
        let plaintext = vec![0x5A; size];
        let mut frames = Self { sealer, plaintext };
        let mut first = frames.sealed(false);
        receive(&mut opener, &mut first);
        (frames, opener)
    }

    fn next(&mut self) -> Vec<u8> {
        self.sealed(true)
    }

    fn sealed(&mut self, is_named: bool) -> Vec<u8> {
        let mut out = [0; MAX_DATAGRAM];
        let short = self.sealer.seal(Space::Data, &self.plaintext, &mut out);
        let Ok(Packet::Frame(frame)) = Packet::parse(short.unwrap()) else {
            panic!("a sealed frame does not parse")
        };
        let route = self.sealer.epoch().unwrap().route(is_named);
        let routed = Frame { route, ..frame };
        routed.emit(&mut [0; MAX_DATAGRAM]).unwrap().to_vec()
    }
}

fn receive(opener: &mut Opener, packet: &mut [u8]) -> usize {
    let Ok(Opening::Fresh(opened)) = opener.open(packet) else {
        panic!("an honest frame does not open")
    };
    let len = opened.plaintext().len();
    opener.commit(opened.stored()).unwrap();
    len
}

fn received_set(criterion: &mut Criterion) {
    let mut group = group(criterion, "received set");
    group.bench_function("insert in order", |bencher| {
        let (mut set, mut next) = (ReceivedSet::<16>::new(), 0);
        bencher.iter(|| {
            set.insert(black_box(next)).unwrap();
            next = if next == MAX_COUNTER { 0 } else { next + 1 };
        });
    });
    group.bench_function("insert 32 with 16 holes, then the holes", |bencher| {
        let odd_then_even = || (0..32).filter(|n| n % 2 == 1).chain((0..32).step_by(2));
        bencher.iter(|| {
            let mut set = ReceivedSet::<16>::new();
            odd_then_even().for_each(|n| set.insert(black_box(n)).unwrap());
            set.floor()
        });
    });
    group.finish();
}

/// Both sides, all messages, until both have the session's keys.
fn pairing(criterion: &mut Criterion) {
    let mut group = group(criterion, "pairing");
    let key = || StaticKey::from(Identity::generate(&mut SystemEntropy).unwrap());
    let (server, device) = (key(), key());
    let label = LabelSecret::new(&[7; 16]).unwrap();
    let resumption = ResumptionSecret::from_secret_bytes(&[7; 32]).unwrap();
    group.bench_function("iomt XXpsk0, label", |bencher| {
        bencher.iter(|| by_label(&server, &device, &label));
    });
    group.bench_function("iomt KKpsk0, reconnection", |bencher| {
        bencher.iter(|| by_reconnection(&server, &device, &resumption));
    });
    group.bench_function("iomt IK, factory keys", |bencher| {
        bencher.iter(|| by_factory_keys(&server, &device));
    });
    let (reader, device) = (snow_key(), snow_key());
    group.bench_function("snow XXpsk0", |bencher| {
        bencher.iter(|| pair_with_snow(&reader, &device));
    });
    group.finish();
}

const CONNECTION: ConnectionId = ConnectionId([1; 8]);

fn descriptor() -> DescriptorHash {
    DescriptorHash::of_body(b"descriptor")
}

fn by_label(server: &StaticKey, device: &StaticKey, label: &LabelSecret) -> (Paired, Paired) {
    let rng = &mut SystemEntropy;
    let mut asking = Exchange::read_label(server, label, CONNECTION, rng).unwrap();
    let hello = work_through(&mut asking, server);
    let mut answering = Exchange::answer_label(device, label, descriptor(), hello, rng).unwrap();
    asking
        .handle_packet(work_through(&mut answering, device))
        .unwrap();
    answering
        .handle_packet(work_through(&mut asking, server))
        .unwrap();
    work_through(&mut answering, device);
    both(asking, answering)
}

fn by_reconnection(
    server: &StaticKey,
    device: &StaticKey,
    secret: &ResumptionSecret,
) -> (Paired, Paired) {
    let rng = &mut SystemEntropy;
    let peer = server.public();
    let mut asking = Exchange::reconnect(device, peer, secret, CONNECTION, rng).unwrap();
    let hello = work_through(&mut asking, device);
    let peer = device.public();
    let mut answering = Exchange::answer_reconnection(server, peer, secret, hello, rng).unwrap();
    asking
        .handle_packet(work_through(&mut answering, server))
        .unwrap();
    work_through(&mut asking, device);
    both(asking, answering)
}

fn by_factory_keys(server: &StaticKey, device: &StaticKey) -> (Paired, Paired) {
    let rng = &mut SystemEntropy;
    let peer = server.public();
    let mut asking = Exchange::meet(device, peer, descriptor(), CONNECTION, rng).unwrap();
    let hello = work_through(&mut asking, device);
    let mut answering = Exchange::answer_meeting(server, hello, rng).unwrap();
    asking
        .handle_packet(work_through(&mut answering, server))
        .unwrap();
    work_through(&mut asking, device);
    both(asking, answering)
}

fn work_through<'x>(exchange: &'x mut Exchange, key: &StaticKey) -> &'x [u8] {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key).unwrap();
    }
    exchange.packet().unwrap()
}

fn both(mut asking: Exchange, mut answering: Exchange) -> (Paired, Paired) {
    (
        asking.poll_paired().unwrap(),
        answering.poll_paired().unwrap(),
    )
}

const NOISE: &str = "Noise_XXpsk0_25519_ChaChaPoly_SHA256";

fn snow_key() -> Vec<u8> {
    snow::Builder::new(NOISE.parse().unwrap())
        .generate_keypair()
        .unwrap()
        .private
}

fn pair_with_snow(reader: &[u8], device: &[u8]) -> snow::TransportState {
    let builder = |key| {
        snow::Builder::new(NOISE.parse().unwrap())
            .psk(0, &[7; 32])
            .and_then(|builder| builder.local_private_key(key))
            .unwrap()
    };
    let mut reader = builder(reader).build_initiator().unwrap();
    let mut device = builder(device).build_responder().unwrap();
    let (mut message, mut payload) = ([0; 256], [0; 256]);
    let len = reader.write_message(&[1; 6], &mut message).unwrap();
    device.read_message(&message[..len], &mut payload).unwrap();
    let len = device.write_message(&[1; 40], &mut message).unwrap();
    reader.read_message(&message[..len], &mut payload).unwrap();
    let len = reader.write_message(&[], &mut message).unwrap();
    device.read_message(&message[..len], &mut payload).unwrap();
    black_box(reader.into_transport_mode().unwrap());
    device.into_transport_mode().unwrap()
}

fn records(criterion: &mut Criterion) {
    let mut group = group(criterion, "record");
    let samples: Vec<i32> = (0..360)
        .map(|n| 1_024 + (n % 90 - 45) * (n % 7 - 3))
        .collect();
    let mut block = vec![0; codec::max_encoded_len(samples.len())];
    let len = codec::encode(&samples, &mut block).unwrap();
    let pulse = Observation::new(
        Metric::HEART_RATE,
        Unit::BEATS_PER_MINUTE,
        Instant::from_secs(1),
        72.into(),
    );
    let waveform = Waveform {
        metric: Metric::ECG_LEAD_II,
        unit: Unit::MILLIVOLT,
        start: Instant::from_secs(1),
        rate: SampleRate::hz(360),
        first_index: 360,
        scale: Decimal::new(5, -3),
        zero: 1_024,
        codec: codec::CodecId::SMALL,
        count: 360,
        data: &block[..len],
    };
    let kinds = [
        ("heart rate", Record::Observation(pulse)),
        (
            "waveform 1 s, compressed before",
            Record::Waveform(waveform),
        ),
    ];
    for (name, record) in kinds {
        let mut buffer = [0; MAX_DATAGRAM];
        group.bench_function(format!("encode {name}"), |bencher| {
            bencher.iter(|| written(black_box(&record), &mut buffer));
        });
        let len = written(&record, &mut buffer);
        group.bench_function(format!("decode {name}"), |bencher| {
            bencher.iter(|| {
                let envelope = Envelope::parse(black_box(&buffer[..len])).unwrap();
                Records::new(&envelope)
                    .filter(|(_, record)| record.is_ok())
                    .count()
            });
        });
    }
    group.finish();
}

fn written(record: &Record<'_>, buffer: &mut [u8]) -> usize {
    let mut writer = RecordWriter::new(buffer, 7, None).unwrap();
    writer.push(record).unwrap();
    writer.finish().len()
}

/// A receipt of a set with four holes.
fn receipts(criterion: &mut Criterion) {
    let mut group = group(criterion, "receipt");
    let (mut frames, mut opener) = Frames::new(32);
    for number in 0..20 {
        let mut packet = frames.next();
        if number % 5 != 0 {
            receive(&mut opener, &mut packet);
        }
    }
    let mut out = [0; MAX_DATAGRAM];
    let receipt = opener.receipt(None, &mut out).unwrap().to_vec();
    group.bench_function(format!("make {}", receipt.len()), |bencher| {
        bencher.iter(|| opener.receipt(None, &mut out).unwrap().len());
    });
    group.bench_function(format!("verify {}", receipt.len()), |bencher| {
        bencher.iter(|| {
            frames
                .sealer
                .verify(black_box(&receipt), |_| None)
                .unwrap()
                .acknowledgements()
                .count()
        });
    });
    group.finish();
}

criterion_group!(
    benches,
    seal,
    open,
    received_set,
    pairing,
    records,
    receipts
);
criterion_main!(benches);
