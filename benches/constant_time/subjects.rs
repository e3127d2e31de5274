//! What is measured: every comparison of a tag, a code or a key, and the callers of the arithmetic on secret numbers.

use std::hint::black_box;

use iomt::pairing::cpace::{Call, Called, Passcode};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{
    Attempts, DescriptorHash, Error, Exchange, Identity, SharedSecret, StaticKey, Work,
};
use iomt::seal::{
    self, Direction, Entropy, EntropyFailed, MAX_ROW, Opener, Row, RowKey, RowOwner,
    SAVED_SESSION_LEN, SEAL_OVERHEAD, Sealer, SessionSecrets, SystemEntropy,
};
use iomt::wire::{ConnectionId, Frame, MAX_DATAGRAM, Packet, Space};

use super::measure::{Random, Subject};

/// Where message 1 of a handshake has its code.
const CODE: [usize; 2] = [20, 35];
const OWNER: RowOwner<'_> = RowOwner {
    tenant: b"clinic",
    device: b"device",
};

pub fn all() -> Vec<Subject> {
    vec![
        tag_of_a_frame(),
        proof_of_a_receipt(),
        tag_of_a_row(),
        code_of_a_saved_session(),
        code_of_a_label(),
        code_of_a_static_key(),
        code_of_a_passcode(),
        shared_secret(),
        passcode(),
        multiplication_light(),
        multiplication(),
        multiplication_of_a_label(),
        public_key(),
    ]
}

/// `bytes`, with the first (class 0) or the last (class 1) of two places changed.
fn forged(bytes: &[u8], places: [usize; 2], class: usize) -> Vec<u8> {
    let mut forged = bytes.to_vec();
    forged[places[class]] ^= 0x40;
    forged
}

/// The last `len` bytes.
fn tail(bytes: &[u8], len: usize) -> [usize; 2] {
    [bytes.len() - len, bytes.len() - 1]
}

/// The same numbers each time, so that both classes do the same.
struct Fixed(u8);

impl Entropy for Fixed {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        for byte in out {
            self.0 = self.0.wrapping_mul(31).wrapping_add(7);
            *byte = self.0;
        }
        Ok(())
    }
}

// ---- Sessions

fn session() -> (Sealer, Opener, [u8; SAVED_SESSION_LEN]) {
    let secrets = || {
        SessionSecrets::derive(&[1; 32], &[2; 32], &[3; 32], Direction::DeviceInitiated).unwrap()
    };
    let mut sealer = secrets().into_sealer(&[4; 32]).unwrap();
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer.begin_epoch(&mut Fixed(1), &mut saved).unwrap();
    sealer.epoch_stored().unwrap();
    (sealer, secrets().into_opener(), saved)
}

fn frame(sealer: &mut Sealer) -> Vec<u8> {
    let mut buffer = [0; 64 + SEAL_OVERHEAD];
    let sealed = sealer.seal(Space::Data, &[7; 64], &mut buffer).unwrap();
    let Ok(Packet::Frame(frame)) = Packet::parse(sealed) else {
        panic!("no frame")
    };
    let route = sealer.epoch().unwrap().route(false);
    let routed = Frame { route, ..frame };
    routed.emit(&mut [0; MAX_DATAGRAM]).unwrap().to_vec()
}

/// The opener has opened a frame of the epoch before, so that it looks no further.
fn opened(sealer: &mut Sealer, opener: &mut Opener) {
    let mut first = frame(sealer);
    match opener.open(&mut first).unwrap() {
        seal::Opening::Fresh(opened) => opener.commit(opened.stored()).unwrap(),
        _ => panic!("not fresh"),
    }
}

fn tag_of_a_frame() -> Subject {
    let (mut sealer, mut opener, _) = session();
    opened(&mut sealer, &mut opener);
    let good = frame(&mut sealer);
    let make = move |class| forged(&good, tail(&good, 16), class);
    Subject::new(
        "frame: first or last byte of a tag differs",
        (100_000, 4),
        make,
        move |packet| {
            // Refused, and so left as it was.
            let refused = opener.open(black_box(packet));
            assert!(matches!(refused, Err(seal::Error::NotAuthentic)));
        },
    )
}

fn proof_of_a_receipt() -> Subject {
    let (mut sealer, mut opener, _) = session();
    opened(&mut sealer, &mut opener);
    let good = opener
        .receipt(None, &mut [0; MAX_DATAGRAM])
        .unwrap()
        .to_vec();
    let make = move |class| forged(&good, tail(&good, 16), class);
    Subject::new(
        "receipt: first or last byte of a proof differs",
        (100_000, 4),
        make,
        move |packet| {
            let refused = sealer.verify(black_box(packet), |_| None);
            assert!(matches!(refused, Err(seal::Error::NotAuthentic)));
        },
    )
}

fn tag_of_a_row() -> Subject {
    let (_, opener, _) = session();
    let key = RowKey::from_bytes(&[9; 32]).unwrap();
    let row = Row {
        opener: &opener,
        psk: None,
        note: &[],
    };
    let mut buffer = [0; MAX_ROW];
    let good = key
        .seal(&OWNER, row, &mut SystemEntropy, &mut buffer)
        .unwrap()
        .to_vec();
    let make = move |class| forged(&good, tail(&good, 16), class);
    Subject::new(
        "row of a server: first or last byte of a tag differs",
        (100_000, 4),
        make,
        move |row| {
            let refused = key.open(&OWNER, black_box(row));
            assert!(matches!(refused, Err(seal::Error::BadRow)));
        },
    )
}

fn code_of_a_saved_session() -> Subject {
    let (_, _, good) = session();
    let make = move |class| forged(&good, tail(&good, 8), class);
    Subject::new(
        "saved session: first or last byte of a code differs",
        (100_000, 4),
        make,
        |saved| {
            let refused = Sealer::restore(black_box(saved), &[4; 32]);
            assert!(matches!(refused, Err(seal::Error::BadSavedSession)));
        },
    )
}

// ---- First messages

/// Message 1 of an exchange, once its work is done.
fn hello(mut exchange: Exchange, key: &StaticKey) -> Vec<u8> {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key).unwrap();
    }
    exchange.packet().unwrap().to_vec()
}

fn key() -> StaticKey {
    Identity::generate(&mut SystemEntropy).unwrap().into()
}

fn code_of_a_label() -> Subject {
    let (server, label) = (key(), LabelSecret::new(&[5; 16]).unwrap());
    let exchange =
        Exchange::read_label(&server, &label, ConnectionId([1; 8]), &mut SystemEntropy).unwrap();
    let good = hello(exchange, &server);
    let make = move |class| forged(&good, CODE, class);
    Subject::new(
        "label: first or last byte of a code differs",
        (100_000, 4),
        make,
        move |packet| {
            let refused = label.check_hello(black_box(packet));
            assert!(matches!(refused, Err(Error::WrongLabel)));
        },
    )
}

fn code_of_a_static_key() -> Subject {
    let (device, server) = (key(), key());
    let promise = DescriptorHash::of_body(b"device");
    let connection = ConnectionId([1; 8]);
    let exchange = Exchange::meet(
        &device,
        server.public(),
        promise,
        connection,
        &mut SystemEntropy,
    )
    .unwrap();
    let good = hello(exchange, &device);
    let make = move |class| forged(&good, CODE, class);
    Subject::new(
        "static key: first or last byte of a code differs",
        (100_000, 4),
        make,
        move |packet| {
            let refused = server.check_hello(black_box(packet));
            assert!(matches!(refused, Err(Error::WrongKey)));
        },
    )
}

fn code_of_a_passcode() -> Subject {
    let (server, device) = (key(), key());
    let passcode = Passcode::new(b"482913").unwrap();
    let entropy = &mut SystemEntropy;
    let (first, second) = (&mut [0; 256], &mut [0; 256]);
    let call = Call::new(&server, ConnectionId([1; 8]), entropy).unwrap();
    let called = Called::answer(&device, call.packet(first).unwrap(), entropy).unwrap();
    let answer = called.packet(first).unwrap();
    let asking = call
        .handle_answer(&passcode, &server, answer, entropy)
        .unwrap();
    let attempt = Attempts::armed().begin().unwrap().stored();
    let share = asking.packet(first).unwrap();
    let answering = called
        .handle_share(attempt, &passcode, &device, share, entropy)
        .unwrap();
    let ours = asking
        .handle_share(answering.packet(second).unwrap())
        .unwrap();
    let theirs = answering.finish().unwrap();
    let good = hello(
        Exchange::enter_passcode(&server, &ours, entropy).unwrap(),
        &server,
    );
    let promise = DescriptorHash::of_body(b"device");
    let make = move |class| forged(&good, CODE, class);
    Subject::new(
        "passcode: first or last byte of a code differs",
        (100_000, 4),
        make,
        move |packet| {
            let packet = black_box(packet);
            let answered =
                Exchange::answer_passcode(&device, &theirs, promise, packet, &mut Fixed(1));
            assert!(matches!(answered, Err(Error::NotAuthentic)));
        },
    )
}

fn shared_secret() -> Subject {
    let make = |class| {
        let mut secret = [0_u8; 32];
        secret[31 * class] = 1;
        secret
    };
    Subject::new(
        "shared secret of a secure element: first or last byte is not zero",
        (100_000, 16),
        make,
        |secret| {
            assert!(black_box(
                SharedSecret::from_bytes(black_box(secret)).is_ok()
            ));
        },
    )
}

// ---- Arithmetic

fn passcode() -> Subject {
    let server = key();
    let call = Call::new(&server, ConnectionId([1; 8]), &mut SystemEntropy).unwrap();
    let called = Called::answer(
        &key(),
        call.packet(&mut [0; 256]).unwrap(),
        &mut SystemEntropy,
    )
    .unwrap();
    let answer = called.packet(&mut [0; 256]).unwrap().to_vec();
    let mut random = Random::new();
    let make = move |class| match class {
        0 => Passcode::new(b"000000").unwrap(),
        _ => Passcode::new(format!("{:06}", random.next() % 1_000_000).as_bytes()).unwrap(),
    };
    Subject::new(
        "passcode to share: 000000 or a random one",
        (10_000, 1),
        make,
        move |passcode| {
            let asking = call.handle_answer(black_box(passcode), &server, &answer, &mut Fixed(1));
            assert!(black_box(asking.is_ok()));
        },
    )
}

/// A private key of few ones, or a random one.
fn private(random: &mut Random, class: usize) -> [u8; 32] {
    match class {
        0 => core::array::from_fn(|place| u8::from(place == 1)),
        _ => random.bytes(),
    }
}

fn agreement(
    name: &'static str,
    private: impl Fn(&mut Random, usize) -> [u8; 32] + 'static,
) -> Subject {
    let peer = Identity::generate(&mut SystemEntropy).unwrap().public();
    let mut random = Random::new();
    let make = move |class| Identity::from_secret_bytes(&private(&mut random, class)).unwrap();
    Subject::new(name, (10_000, 1), make, move |identity| {
        assert!(black_box(black_box(identity).agree(&peer)).is_some());
    })
}

fn multiplication_light() -> Subject {
    agreement(
        "X25519, agreement: private key of one bit or a random one",
        private,
    )
}

fn multiplication() -> Subject {
    let fixed: [u8; 32] = Random::new().bytes();
    agreement(
        "X25519, agreement: private key fixed or random",
        move |random, class| match class {
            0 => fixed,
            _ => random.bytes(),
        },
    )
}

/// The multiplications of a device that answers a label, with a private key of either class.
fn multiplication_of_a_label() -> Subject {
    let (server, label) = (key(), LabelSecret::new(&[5; 16]).unwrap());
    let exchange =
        Exchange::read_label(&server, &label, ConnectionId([1; 8]), &mut SystemEntropy).unwrap();
    let good = hello(exchange, &server);
    let promise = DescriptorHash::of_body(b"device");
    let mut random = Random::new();
    let make = move |class| {
        let identity = Identity::from_secret_bytes(&private(&mut random, class)).unwrap();
        StaticKey::from(identity)
    };
    Subject::new(
        "pairing by label, device: private key of one bit or a random one",
        (5_000, 1),
        make,
        move |key| {
            let exchange = Exchange::answer_label(key, &label, promise, &good, &mut Fixed(1));
            let mut exchange = exchange.unwrap();
            while exchange.poll_work() != Work::Idle {
                exchange.work_with(black_box(key)).unwrap();
            }
            black_box(exchange.packet());
        },
    )
}

fn public_key() -> Subject {
    let mut random = Random::new();
    let make = move |class| private(&mut random, class);
    Subject::new(
        "X25519, public key: private key of one bit or a random one",
        (10_000, 1),
        make,
        |private| {
            assert!(black_box(Identity::from_secret_bytes(black_box(private))).is_ok());
        },
    )
}
