//! The exact bytes of version 1: key schedule, frames, receipts, handshake messages and records.
//!
//! A change that moves one of these breaks every device in the field. The values were confirmed
//! by an independent computation: a program in another language, written from the protocol's
//! text and the drawings in the module documentation over general-purpose hash, HMAC,
//! ChaCha20-Poly1305 and X25519 libraries, gave every value below, the random numbers being
//! those of [`Counting`]. It shares no code with this crate.
#![cfg(feature = "pairing")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of a test")]

use core::num::{NonZeroU32, NonZeroU64};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{DescriptorHash, Exchange, Identity, StaticKey, Work};
use iomt::reading::codec::CodecId;
use iomt::reading::{Decimal, Descriptor, Metric, Observation, Status, Unit, Value, Waveform};
use iomt::seal::{
    Direction, Entropy, EntropyFailed, MAX_ROW, Opener, Opening, ResumptionSecret, Row, RowKey,
    RowOwner, SAVED_SESSION_LEN, Sealer, ServerClock, SessionSecrets,
};

use iomt::time::{Duration, Instant, SampleRate};
use iomt::wire::control::{self, ControlWriter, EpochEntry, Lost, SpaceEntry, Why};
use iomt::wire::{
    ConnectionId, CounterRange, Frame, Locator, MAX_DATAGRAM, Packet, Record, RecordWriter, Run,
    Space, Tag,
};

/// The n-th draw is n in every byte.
struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.0 += 1;
        out.fill(self.0);
        Ok(())
    }
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn secrets(direction: Direction) -> SessionSecrets {
    SessionSecrets::derive(&[1; 32], &[2; 32], &[3; 32], direction).unwrap()
}

fn device(entropy: &mut Counting) -> (Sealer, [u8; SAVED_SESSION_LEN]) {
    let mut sealer = secrets(Direction::DeviceResponded)
        .into_sealer(&[4; 32])
        .unwrap();
    let saved = open_epoch(&mut sealer, entropy);
    (sealer, saved)
}

fn server() -> Opener {
    secrets(Direction::DeviceResponded).into_opener()
}

fn open_epoch(sealer: &mut Sealer, entropy: &mut Counting) -> [u8; SAVED_SESSION_LEN] {
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer.begin_epoch(entropy, &mut saved).unwrap();
    sealer.epoch_stored().unwrap();
    saved
}

fn sealed(sealer: &mut Sealer, space: Space, plaintext: &[u8]) -> Vec<u8> {
    sealer
        .seal(space, plaintext, &mut [0; 64])
        .unwrap()
        .to_vec()
}

/// The frame with a locator, and with the salt until a receipt has named the epoch.
fn routed(sealer: &Sealer, short: &[u8], is_named: bool) -> Vec<u8> {
    let Ok(Packet::Frame(frame)) = Packet::parse(short) else {
        panic!("not a frame")
    };
    let route = sealer.epoch().unwrap().route(is_named);
    Frame { route, ..frame }
        .emit(&mut [0; 128])
        .unwrap()
        .to_vec()
}

fn store(opener: &mut Opener, packet: &[u8]) {
    let mut packet = packet.to_vec();
    let Ok(Opening::Fresh(opened)) = opener.open(&mut packet) else {
        panic!("not opened")
    };
    opener.commit(opened.stored()).unwrap();
}

// IOMT-EPOCH-002, IOMT-EPOCH-004, IOMT-EPOCH-010
#[test]
fn the_key_schedule_of_two_epochs() {
    let entropy = &mut Counting(0);
    let (mut sealer, saved) = device(entropy);
    assert_eq!(hex(sealer.session()), "678232bfa385d372fa4e71df16578180");
    let first = sealer.epoch().unwrap();
    assert_eq!(hex(first.locator.0), "59ffc8f86bfc83f7");
    assert_eq!(hex(first.salt.0), "1dda2a1215bbbf2d920b5edb8c0772d5");
    assert_eq!(
        hex(first.tag.as_bytes()),
        "66dce849bcf1476f61130104ae391b83"
    );
    assert_eq!(
        hex(saved),
        "0201678232bfa385d372fa4e71df16578180010101010101010101010101010101010101010101010101010101010101\
         01010000000100000000f6905ff4c2d008e413eb482dca184cd297246ab765a3b461c55b2f4dc27ac5bc7617d18e8c74\
         e00868168b1ec8651baa91380a028492bd490b89d7582c5f979300000000ec7dcc11d35187144313b589dac8cd8fe760\
         c208f4bc2392db81530c1f4d7e0500e00d164d97b0729ca8fe265dc4d04fbe"
    );
    assert_eq!(hex(sealer.draw_run(entropy).unwrap().0), "04ff28c3472d9fdc");
    open_epoch(&mut sealer, entropy);
    let second = sealer.epoch().unwrap();
    assert_eq!(hex(second.locator.0), "cabad083105206f7");
    assert_eq!(hex(second.salt.0), "59f2b946eb914e6a50f2564315f3a1b3");
    assert_eq!(
        hex(second.tag.as_bytes()),
        "aa1aaf74279c5260fee579cc302114a6"
    );
    assert_eq!(server().locators().next(), Some(first.locator));
    assert_eq!(server().locators().nth(1), Some(second.locator));
}

// IOMT-EPOCH-002
#[test]
fn the_device_seals_with_the_key_of_its_own_direction() {
    let secrets = secrets(Direction::DeviceInitiated);
    assert_eq!(hex(secrets.id()), "678232bfa385d372fa4e71df16578180");
    let opener = secrets.into_opener();
    assert_eq!(hex(opener.locators().next().unwrap().0), "975d1741444e81c3");
}

// IOMT-SEAL-010, IOMT-SEAL-011, IOMT-SEAL-012, IOMT-EPOCH-003
#[test]
fn frames_of_both_spaces_and_two_epochs() {
    let entropy = &mut Counting(0);
    let (mut sealer, _) = device(entropy);
    let data = sealed(&mut sealer, Space::Data, b"reading");
    assert_eq!(
        hex(data),
        "010000001939076041a12c1499399c110c3ed7ca681e08262f8bcc"
    );
    let data = sealed(&mut sealer, Space::Data, b"reading");
    assert_eq!(
        hex(routed(&sealer, &data, false)),
        "0d59ffc8f86bfc83f71dda2a1215bbbf2d920b5edb8c0772d50100005de6421860301c005b99fe4fae455ff49369997b\
         3787f0"
    );
    let alarm = sealed(&mut sealer, Space::Alarm, b"!");
    assert_eq!(hex(alarm), "11000000b7734b733eebdb98994e5249e6290d8d6c");

    sealer.draw_run(entropy).unwrap();
    open_epoch(&mut sealer, entropy);
    let data = sealed(&mut sealer, Space::Data, b"reading");
    assert_eq!(
        hex(data),
        "0100000051c923133353d30047f99e164825d0e25b9e04cddbd9f3"
    );
    let data = sealed(&mut sealer, Space::Data, b"reading");
    assert_eq!(
        hex(routed(&sealer, &data, true)),
        "09cabad083105206f7010000e8c4f7f2ba9128a970a4577117f18d270c4922ed7e5d00"
    );
}

// IOMT-RCPT-010, IOMT-RCPT-012, IOMT-RCPT-014
#[test]
fn receipts_of_nothing_and_of_a_set_with_a_hole() {
    let (mut sealer, _) = device(&mut Counting(0));
    let mut opener = server();
    let mut out = [0; MAX_DATAGRAM];
    assert_eq!(
        hex(opener.receipt(None, &mut out).unwrap()),
        "4159ffc8f86bfc83f7ffffff0000002e0902ee7bfc33075110f894ba079e88"
    );
    let _lost = sealed(&mut sealer, Space::Data, b"reading");
    for space in [Space::Data, Space::Alarm] {
        let short = sealed(&mut sealer, space, b"reading");
        store(&mut opener, &routed(&sealer, &short, false));
    }
    assert_eq!(
        hex(opener.receipt(None, &mut out).unwrap()),
        "4159ffc8f86bfc83f7ffffff00000266dce849bcf1476f000001010166dce849bcf1476f0101000ce067bbd403236284\
         39e49d78c7425e"
    );
}

// IOMT-RCPT-010, IOMT-RCPT-012, IOMT-RCPT-014
#[test]
fn a_control_frame_and_the_receipt_that_echoes_it() {
    let (mut sealer, _) = device(&mut Counting(0));
    let mut opener = server();
    let (counter, frame) = {
        let mut out = [0; 64];
        let (counter, frame) = sealer.seal_control(b"clock", &mut out).unwrap();
        (counter, frame.to_vec())
    };
    assert_eq!(counter, 0);
    assert_eq!(
        hex(&frame),
        "210000006e73712733899e368846448abde133808f3b90fb20"
    );
    let mut packet = routed(&sealer, &frame, false);
    assert!(matches!(opener.open(&mut packet), Ok(Opening::Control(_))));
    let clock = ServerClock {
        time_ms: 1_764_000_000_000,
        wait_ms: 30_000,
    };
    let mut out = [0; MAX_DATAGRAM];
    // Both spaces of an open epoch are listed, also while they are empty: the device has to see that
    // what it said is outstanding was taken.
    assert_eq!(
        hex(opener.receipt(Some(clock), &mut out).unwrap()),
        "4159ffc8f86bfc83f700000080d0dfb4ab33b0ea010266dce849bcf1476f00000066dce849bcf1476f01000000b551a1\
         4616c334ba3483ad20bed65e"
    );
}

/// The example of the specification.
// IOMT-OUT-010, IOMT-OUT-022, IOMT-OUT-024
#[test]
fn the_plaintext_of_a_control_frame() {
    let lost = Lost {
        range: CounterRange { start: 8, end: 9 },
        why: Why::StoreFailed,
    };
    let space = |floor, end, losses: &'static [Lost]| {
        let losses = losses.iter().copied();
        Some(SpaceEntry { floor, end, losses })
    };
    let losses: &'static [Lost] = Box::leak(Box::new([lost]));
    let secret = [0x11; 32];
    let before = EpochEntry {
        locator: Locator([0xA1; 8]),
        secret: Some(&secret[..]),
        is_cut: false,
        run: Run([0xB1; 8]),
        data: space(7, 10, losses),
        alarm: space(1, 1, &[]),
    };
    let sealing = EpochEntry {
        locator: Locator([0xA2; 8]),
        secret: None,
        is_cut: false,
        run: Run([0xB2; 8]),
        data: space(0, 5, &[]),
        alarm: space(0, 0, &[]),
    };
    let status = control::Status {
        ticks: TIME,
        due_ms: NonZeroU32::new(30_000),
        server_time_ms: NonZeroU64::new(1_764_000_000_000),
        age: Duration::from_millis(250),
    };
    let mut buffer = [0; 256];
    let mut writer = ControlWriter::new(&mut buffer);
    writer.outstanding([before, sealing].into_iter()).unwrap();
    writer.status(&status).unwrap();
    assert_eq!(hex(writer.finish()), worked_example("04 58 02"));
}

/// The bytes of the block of the specification that begins so, its remarks left out.
fn worked_example(start: &str) -> String {
    let pages = [
        include_str!("../src/guide/specification/control.md"),
        include_str!("../src/guide/specification/envelope.md"),
        include_str!("../src/guide/specification/receipts.md"),
    ];
    let block = pages
        .iter()
        .flat_map(|page| page.split("```"))
        .find(|block| block.starts_with(&format!("text\n{start}")));
    let lines = block.unwrap().lines().skip(1);
    let digits = lines.map(|line| {
        let bytes = line.trim_start().split("  ").next().unwrap();
        bytes.replace(' ', "")
    });
    digits.collect()
}

// IOMT-RCPT-010, IOMT-ENV-022
#[test]
fn the_worked_examples_of_the_specification() {
    let (mut sealer, _) = device(&mut Counting(0));
    let mut opener = server();
    let mut out = [0; 64];
    let (_, frame) = sealer.seal_control(b"clock", &mut out).unwrap();
    let frame = frame.to_vec();
    opener.open(&mut routed(&sealer, &frame, false)).unwrap();
    let clock = ServerClock {
        time_ms: 1_764_000_000_000,
        wait_ms: 30_000,
    };
    let mut out = [0; MAX_DATAGRAM];
    let receipt = opener.receipt(Some(clock), &mut out).unwrap();
    assert_eq!(hex(frame) + &hex(receipt), worked_example("21 00 00 00"));
    let (time, pulse) = (TIME, 98);
    let rate = [self::pulse(time, pulse)];
    assert_eq!(written(None, &rate), worked_example("0e  "));
}

/// The bytes of the paragraph of a page that has this title in its first line, its remarks left out.
fn worked_paragraph(page: &str, title: &str) -> String {
    let start = format!("\n{title}\n");
    let paragraph = page.split(&start).nth(1).unwrap();
    let lines = paragraph
        .lines()
        .take_while(|line| !line.is_empty() && !line.starts_with("```"));
    let digits = lines.map(|line| line.split("  ").next().unwrap().replace(' ', ""));
    digits.collect()
}

// IOMT-SEAL-010, IOMT-SEAL-011, IOMT-EPOCH-004
#[test]
fn the_worked_frames_of_the_specification() {
    let page = include_str!("../src/guide/specification/frames.md");
    let (mut sealer, _) = device(&mut Counting(0));
    let short = sealed(&mut sealer, Space::Data, b"reading");
    assert_eq!(hex(short), worked_paragraph(page, "short, data, counter 0"));
    let next = sealed(&mut sealer, Space::Data, b"reading");
    let title = "unproved, data, counter 1, the same plaintext";
    assert_eq!(
        hex(routed(&sealer, &next, false)),
        worked_paragraph(page, title)
    );

    let schedule = include_str!("../src/guide/specification/epochs.md");
    let epoch = sealer.epoch().unwrap();
    let names = [
        ("session     ", hex(sealer.session())),
        ("locator     ", hex(epoch.locator.0)),
        ("salt        ", hex(epoch.salt.0)),
        ("tag         ", hex(epoch.tag.as_bytes())),
    ];
    for (name, value) in names {
        assert!(schedule.contains(&format!("\n{name} {value}\n")), "{name}");
    }
}

// IOMT-PAIR-002, IOMT-PAIR-006, IOMT-PAIR-010, IOMT-PAIR-031
#[test]
fn the_worked_pairing_of_the_specification() {
    let page = include_str!("../src/guide/specification/pairing.md");
    let entropy = &mut Counting(0);
    let (reader, device) = (static_key(0x21), static_key(0x42));
    let label = LabelSecret::new(b"sixteen or more random bytes").unwrap();
    let connection = ConnectionId(*b"connect!");
    let mut reads = Exchange::read_label(&reader, &label, connection, entropy).unwrap();
    let first = packet_of(&mut reads, &reader);
    assert_eq!(hex(&first), worked_paragraph(page, "message 1"));
    let promise = DescriptorHash::of_body(b"the body of a descriptor record");
    let mut answers = Exchange::answer_label(&device, &label, promise, &first, entropy).unwrap();
    let second = packet_of(&mut answers, &device);
    assert_eq!(hex(&second), worked_paragraph(page, "message 2"));
    reads.handle_packet(&second).unwrap();
    let third = packet_of(&mut reads, &reader);
    assert_eq!(hex(&third), worked_paragraph(page, "message 3"));
    let mut secrets = reads.poll_paired().unwrap().secrets;
    let next = secrets.resumption().unwrap();
    for (name, value) in [
        ("session", hex(secrets.id())),
        ("psk'", hex(next.secret_bytes())),
        ("hint'", hex(next.hint().0)),
    ] {
        assert!(page.contains(&format!("\n{name:<22} {value}\n")), "{name}");
    }
}

// IOMT-EPOCH-034
#[test]
fn a_row_of_one_epoch() {
    let (mut sealer, _) = device(&mut Counting(0));
    let mut opener = server();
    let data = sealed(&mut sealer, Space::Data, b"\x01runs off");
    store(&mut opener, &routed(&sealer, &data, false));
    let key = RowKey::from_bytes(&[7; 32]).unwrap();
    let owner = RowOwner {
        tenant: b"tenant",
        device: b"device",
    };
    let row = Row {
        opener: &opener,
        psk: None,
        note: &[],
    };
    let mut out = [0; MAX_ROW];
    let row = key.seal(&owner, row, &mut Counting(8), &mut out).unwrap();
    assert_eq!(
        hex(&row),
        "01017844323d5870c6c9d51587b2084b71d199d477633dda22e32d7dccd5f41012a76b4ad9187400970b627f193a284b\
         ef9d3f2575793c342319a2de815d25881083a025fd5303858d4868deeeaa297a4678689da764fdec63fd204e0cb58487\
         c1ec26f812dc0563ce9a2a36a5e75ffb8563e5bacbb96a4c473946404e95d16be30a1d406ac226dc9cefe72c8ab09ebf\
         c11fa5d6718821ff3193e3577e3d57d969c7cca7f0582dc54832f959b03f3c"
    );
    assert!(key.open(&owner, row).is_ok());
}

// IOMT-PAIR-001, IOMT-PAIR-002, IOMT-PAIR-024, IOMT-PAIR-031
#[test]
fn the_three_messages_of_label_pairing() {
    let entropy = &mut Counting(0);
    let (reader, device) = (static_key(5), static_key(6));
    let label = LabelSecret::new(b"sixteen or more random bytes").unwrap();
    assert_eq!(hex(label.hint().0), "5722f2af137abddd");

    let connection = ConnectionId(*b"connect!");
    let mut server = Exchange::read_label(&reader, &label, connection, entropy).unwrap();
    let hello = packet_of(&mut server, &reader);
    assert_eq!(
        hex(&hello),
        "81010201636f6e6e656374215722f2af137abddde49d777f419117226bf5c17a828b2a96f0278e619cefda34baf9d28a\
         a93b0c700e708574e8df9e4542a170c93ed92d197138cd65af7a9566fe97ac85a8219b381bd04b3aa528"
    );

    let descriptor = DescriptorHash::of_body(b"body");
    let mut armed = Exchange::answer_label(&device, &label, descriptor, &hello, entropy).unwrap();
    let reply = packet_of(&mut armed, &device);
    assert_eq!(
        hex(&reply),
        "81010202636f6e6e656374215722f2af137abddd13baaaee679dc2ae54bcf9e4fb8b6d73851c777f1d99f49f612f9d3b\
         3ab21f2ba7c19e8b23df93d52556605755910a6de9167037ce2c66e26fd769e5dde9e4ccb91c001a321e94d81a6b6ebf\
         447d70e86d349befbced530d6857025f356ad39c69b9f5d9e7f43a4df73e03e708f3a045348945256fa8c31091bbc883\
         3035690498cdcc4943da9b52"
    );

    server.handle_packet(&reply).unwrap();
    let confirmation = packet_of(&mut server, &reader);
    assert_eq!(
        hex(&confirmation),
        "81010203636f6e6e656374215722f2af137abddd9d04573400ea1a37efb2b64773b6a255a8730c3d0a1af138d17d194d\
         a983dee75f17db396af1c464c8a488aad74649616aa54ccb40419ba37d4616b464bdf4f5"
    );
    armed.handle_packet(&confirmation).unwrap();
    packet_of(&mut armed, &device);
    for exchange in [&mut server, &mut armed] {
        let paired = exchange.poll_paired().unwrap();
        assert_eq!(hex(paired.secrets.id()), "07a78afb90a4b0259acb14deeed9db15");
    }
}

// IOMT-PAIR-001, IOMT-PAIR-002, IOMT-PAIR-040
#[test]
fn the_two_messages_of_a_reconnection() {
    let entropy = &mut Counting(0);
    let (server, device) = (static_key(5), static_key(6));
    let connection = ConnectionId(*b"connect!");
    let secret = ResumptionSecret::from_secret_bytes(&[9; 32]).unwrap();
    let mut asking =
        Exchange::reconnect(&device, server.public(), &secret, connection, entropy).unwrap();
    let hello = packet_of(&mut asking, &device);
    assert_eq!(
        hex(&hello),
        "81010601636f6e6e65637421dda502a1bf83790df7209de479ea1594d55722c32bbdf4fdbf6cec14486a8e330b3567a5\
         1352009f2f71d4727758ce04f7f45fbc5fe276066e4194b89616c7a1b78c5555ed9781cd855d4d5f6b4a"
    );

    let peer = device.public();
    let mut answering =
        Exchange::answer_reconnection(&server, peer, &secret, &hello, entropy).unwrap();
    let reply = packet_of(&mut answering, &server);
    assert_eq!(
        hex(&reply),
        "81010602636f6e6e65637421dda502a1bf83790d65eb5d3e5abae05939b56e28030ff6af2bc20d1e8c76e0b8674770b2\
         38cecb2d5b5f6fd5f1132574e9fa346eb2659e3d2a41e4617015"
    );

    asking.handle_packet(&reply).unwrap();
    packet_of(&mut asking, &device);
    for exchange in [&mut asking, &mut answering] {
        let mut paired = exchange.poll_paired().unwrap();
        assert_eq!(hex(paired.secrets.id()), "4a58b2c55f4679ed639111560111fc68");
        let resumption = paired.secrets.resumption().unwrap();
        assert_eq!(
            hex(resumption.secret_bytes()),
            "1541b87750f8a5f6cd6a069089e139a782f5c7ab039e23eb591a86dffa47b5e0"
        );
        assert_eq!(hex(resumption.hint().0), "05a03fedbc1f03db");
    }
}

// IOMT-PAIR-001, IOMT-PAIR-002, IOMT-PAIR-024
#[test]
fn the_two_messages_of_factory_keys() {
    let entropy = &mut Counting(0);
    let (server, device) = (static_key(5), static_key(6));
    let connection = ConnectionId(*b"connect!");
    let descriptor = DescriptorHash::of_body(b"body");
    let mut asking =
        Exchange::meet(&device, server.public(), descriptor, connection, entropy).unwrap();
    let hello = packet_of(&mut asking, &device);
    assert_eq!(
        hex(&hello),
        "81010501636f6e6e6563742100000000000000009881261a13190c3de82540191f769fc4ff4d0dbfd10b37f7607700cc\
         7562ba188d21206879b388232cebdf24ec62db5f95886054bae1f0196f72c09cfdc7a031c0849bdc8748be899242f75a\
         f150272df953d2f803f6a3bdd918cdebc71ecb60580cd6fe76f489ae392898cc868573d7941d95870a911fbb163c6bd1\
         e05a295eba5f4d0761a9bab0096db227cedd271d4ecf1ef48c858136"
    );

    let mut answering = Exchange::answer_meeting(&server, &hello, entropy).unwrap();
    let reply = packet_of(&mut answering, &server);
    assert_eq!(
        hex(&reply),
        "81010502636f6e6e656374210000000000000000481bafb459a06c0f575f0bcba75140916af60d4c12ddbb3297fdd8ad\
         7a23f573d4acd51faed4da875c580f0f644b218735e61ee2cd23"
    );

    asking.handle_packet(&reply).unwrap();
    packet_of(&mut asking, &device);
    for exchange in [&mut asking, &mut answering] {
        let mut paired = exchange.poll_paired().unwrap();
        assert_eq!(hex(paired.secrets.id()), "685b34f8466d98a55094e799ea1e641b");
        let resumption = paired.secrets.resumption().unwrap();
        assert_eq!(
            hex(resumption.secret_bytes()),
            "15b5aab752f287dcb2215ca2befbb415ad88351cb764ac4619e871469f7c0b57"
        );
        assert_eq!(hex(resumption.hint().0), "0fe17d081a321381");
    }
}

fn static_key(seed: u8) -> StaticKey {
    Identity::from_secret_bytes(&[seed; 32]).unwrap().into()
}

/// What an exchange sends once its work is done.
fn packet_of(exchange: &mut Exchange, key: &StaticKey) -> Vec<u8> {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key).unwrap();
    }
    exchange.packet().unwrap().to_vec()
}

const TIME: Instant = Instant::from_secs(5);

fn written(run: Option<Run>, records: &[Record<'_>]) -> String {
    let mut buffer = [0; 256];
    let mut writer = RecordWriter::new(&mut buffer, 7, run).unwrap();
    for record in records {
        writer.push(record).unwrap();
    }
    hex(writer.finish())
}

fn pulse(time: Instant, rate: i32) -> Record<'static> {
    let (metric, unit) = (Metric::HEART_RATE, Unit::BEATS_PER_MINUTE);
    Record::Observation(Observation::new(metric, unit, time, rate.into()))
}

// IOMT-REC-010, IOMT-DATA-040, IOMT-VER-003
#[test]
fn observations_short_and_in_full() {
    assert_eq!(
        written(None, &[pulse(TIME, 72)]),
        "0e0304c096b102100401009001"
    );
    let run = Some(Run([0, 1, 2, 3, 4, 5, 6, 7]));
    let two = [pulse(TIME, 72), pulse(Instant::from_secs(6), 73)];
    assert_eq!(
        written(run, &two),
        "0f00010203040506070304c096b102100401009001100501e8079201"
    );

    let value = Decimal::new(3_660, -3).into();
    let (metric, unit) = (Metric::BODY_TEMPERATURE, Unit::CELSIUS);
    let mut observation = Observation::new(metric, unit, TIME, value);
    observation.status = Status::QUESTIONABLE;
    assert_eq!(
        written(None, &[Record::Observation(observation)]),
        "0e0304c096b102120edc9609a0af1000808001009839fd"
    );

    let value = Value::BelowRange(Decimal::from(70));
    let observation = Observation::new(Metric::SPO2, Unit::PERCENT, TIME, value);
    assert_eq!(
        written(None, &[Record::Observation(observation)]),
        "0e0304c096b102120cb89709a084100000058c0100"
    );
}

// IOMT-REC-013, IOMT-VER-003
#[test]
fn waveforms_short_and_in_full() {
    let short = Waveform {
        metric: Metric::ECG_LEAD_II,
        unit: Unit::MILLIVOLT,
        start: TIME,
        rate: SampleRate::hz(360),
        first_index: 1_800,
        scale: Decimal::new(5, -3),
        zero: 1_024,
        codec: CodecId::SMALL,
        count: 4,
        data: &[1, 2, 3],
    };
    assert_eq!(
        written(None, &[Record::Waveform(short)]),
        "0e0304c096b10214100800c0fc15880e0a8010010403010203"
    );
    let scale = Decimal::new(5, -6);
    let full = Waveform { scale, ..short };
    assert_eq!(
        written(None, &[Record::Waveform(full)]),
        "0e0304c096b1021616828208b2a110fa00c0fc15880e0a8010010403010203"
    );
}

// IOMT-ENV-011, IOMT-VER-003
#[test]
fn a_descriptor_and_a_record_of_another_version() {
    let descriptor = Descriptor {
        manufacturer: "Maker",
        model: "Model",
        serial: "SN 1",
        firmware: "1.0",
        udi_device: "(01)0",
        udi_production: "(21)1",
    };
    assert_eq!(
        written(None, &[Record::Descriptor(descriptor)]),
        "0e1821054d616b6572054d6f64656c04534e203103312e30052830312930052832312931"
    );
    let (tag, body) = (Tag(1_000), &[1, 2][..]);
    assert_eq!(
        written(None, &[Record::Unknown { tag, body }]),
        "0ee807020102"
    );
}
