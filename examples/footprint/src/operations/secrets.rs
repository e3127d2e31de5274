//! What may not depend on a secret: each is counted for several of them, and `.ci/footprint` fails where counts differ.

use core::hint::black_box;

use heapless::Vec;
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{self, Exchange, Identity, StaticKey};
use iomt::seal::{self, Direction, Opener, Opening, SAVED_SESSION_LEN, Sealer, SessionSecrets};
use iomt::wire::{Frame, MAX_DATAGRAM, Packet, Space, TAG_LEN};

use super::pairings::{CONNECTION, Sides, promise, worked};
use crate::Generator;
use crate::meter::measure;

/// Keys of few and of many ones.
const EXTREMES: [[u8; 32]; 4] = [[0; 32], [0xFF; 32], [0x55; 32], [0x01; 32]];
/// How many keys beside these look random.
const RANDOM_KEYS: u32 = 12;
/// Where message 1 of a handshake has its code.
const CODE: [usize; 3] = [20, 27, 35];

/// An operation has failed, or a forgery was believed.
struct Failed;

impl<E: core::error::Error> From<E> for Failed {
    fn from(_: E) -> Self {
        Self
    }
}

/// A packet, to be forged.
type Bytes = Vec<u8, MAX_DATAGRAM>;

pub(super) fn run() -> Result<(), &'static str> {
    multiplications().map_err(|_| "a key")?;
    tags().map_err(|_| "a tag")?;
    saved_session().map_err(|_| "a saved session")?;
    label().map_err(|_| "the code of a label")?;
    static_key().map_err(|_| "the code of a static key")?;
    for at in [0, TAG_LEN - 1] {
        control(at);
    }
    Ok(())
}

fn multiplications() -> Result<(), Failed> {
    let peer = Identity::from_secret_bytes(&[0x21; 32])?.public();
    let random = (1..=RANDOM_KEYS).map(random_key);
    for private in black_box(EXTREMES).into_iter().chain(random) {
        let identity = measure("secret: public key", || {
            Identity::from_secret_bytes(black_box(&private))
        })?;
        let key = StaticKey::from(identity);
        let shared = measure("secret: shared secret", || key.agree(black_box(&peer)));
        black_box(shared.is_some());
    }
    Ok(())
}

/// Bytes as a generator would give them, the same in each run.
fn random_key(seed: u32) -> [u8; 32] {
    let mut state = seed.wrapping_mul(0x9E37_79B9);
    core::array::from_fn(|_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 24) as u8
    })
}

fn sealer(saved: &mut [u8; SAVED_SESSION_LEN]) -> Result<Sealer, seal::Error> {
    let mut sealer = secrets()?.into_sealer(&[4; 32])?;
    sealer.begin_epoch(&mut Generator, saved)?;
    sealer.epoch_stored()?;
    Ok(sealer)
}

fn secrets() -> Result<SessionSecrets, seal::Error> {
    SessionSecrets::derive(&[1; 32], &[2; 32], &[3; 32], Direction::DeviceResponded)
}

/// The tag of a frame, and the proof of a receipt.
fn tags() -> Result<(), Failed> {
    let mut sealer = sealer(&mut [0; SAVED_SESSION_LEN])?;
    let mut opener = secrets()?.into_opener();
    let frame = first_frame(&mut sealer)?;
    for_each_forgery(&frame, tail(&frame, TAG_LEN), |forged| {
        measure("secret: wrong tag", || opener.open(forged).is_ok())
    })?;
    let receipt = receipt(&mut opener, &frame)?;
    for_each_forgery(&receipt, tail(&receipt, TAG_LEN), |forged| {
        measure("secret: wrong proof of a receipt", || {
            sealer.verify(forged, |_| None).is_ok()
        })
    })
}

/// With the epoch's salt in it: the opener has to know whose tag it is.
fn first_frame(sealer: &mut Sealer) -> Result<Bytes, seal::Error> {
    let (mut short, mut long) = ([0; 128], [0; 128]);
    let Packet::Frame(frame) = Packet::parse(sealer.seal(Space::Data, &[0x5A; 64], &mut short)?)?
    else {
        return Err(seal::Error::UnexpectedPacket);
    };
    let route = sealer.epoch().ok_or(seal::Error::NoEpoch)?.route(false);
    let frame = Frame { route, ..frame }.emit(&mut long)?;
    Ok(Bytes::from_slice(frame).unwrap_or_default())
}

fn receipt(opener: &mut Opener, frame: &[u8]) -> Result<Bytes, seal::Error> {
    let mut frame: Bytes = Vec::from_slice(frame).unwrap_or_default();
    let Opening::Fresh(opened) = opener.open(&mut frame)? else {
        return Err(seal::Error::NotAuthentic);
    };
    opener.commit(opened.stored())?;
    let mut out = [0; 128];
    Ok(Bytes::from_slice(opener.receipt(None, &mut out)?).unwrap_or_default())
}

fn saved_session() -> Result<(), Failed> {
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer(&mut saved)?;
    for_each_forgery(&saved, tail(&saved, 8), |forged| {
        measure("secret: wrong code of a saved session", || {
            Sealer::restore(forged, &[4; 32]).is_ok()
        })
    })
}

fn label() -> Result<(), Failed> {
    let (sides, label) = (Sides::new()?, LabelSecret::new(&black_box([7; 16]))?);
    let key = &sides.server;
    let hello = worked(
        Exchange::read_label(key, &label, CONNECTION, &mut Generator),
        key,
    )?;
    for_each_forgery(packet_of(&hello)?, CODE, |forged| {
        measure("secret: wrong code of a label", || {
            label.check_hello(forged).is_ok()
        })
    })
}

fn static_key() -> Result<(), Failed> {
    let sides = Sides::new()?;
    let (key, peer) = (&sides.device, sides.server.public());
    let hello = worked(
        Exchange::meet(key, peer, promise(), CONNECTION, &mut Generator),
        key,
    )?;
    for_each_forgery(packet_of(&hello)?, CODE, |forged| {
        measure("secret: wrong code of a static key", || {
            sides.server.check_hello(forged).is_ok()
        })
    })
}

fn packet_of(exchange: &Exchange) -> Result<&[u8], pairing::Error> {
    exchange.packet().ok_or(pairing::Error::UnexpectedMessage)
}

/// The first, a middle and the last of the last `len` bytes.
fn tail(bytes: &[u8], len: usize) -> [usize; 3] {
    [len, len / 2, 1].map(|back| bytes.len().saturating_sub(back))
}

/// The same bytes, with one of three wrong; that one is believed is an error.
fn for_each_forgery(
    bytes: &[u8],
    places: [usize; 3],
    mut is_believed: impl FnMut(&mut [u8]) -> bool,
) -> Result<(), Failed> {
    for place in places {
        let mut forged: Bytes = Vec::from_slice(bytes).unwrap_or_default();
        if let Some(byte) = forged.get_mut(place) {
            *byte ^= 1;
        }
        if black_box(is_believed(black_box(&mut forged))) {
            return Err(Failed);
        }
    }
    Ok(())
}

/// A comparison that ends where it has found a difference: its counts have to differ.
fn control(at: usize) {
    let (ours, mut theirs) = (black_box([7_u8; TAG_LEN]), black_box([7_u8; TAG_LEN]));
    if let Some(byte) = theirs.get_mut(at) {
        *byte ^= 1;
    }
    black_box(measure("control: hasty comparison", || {
        ours.iter().zip(black_box(&theirs)).all(|(a, b)| a == b)
    }));
}
