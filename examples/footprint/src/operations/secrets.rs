//! What may not depend on a secret: each is counted for several of them, and `.ci/footprint` fails where counts differ.

use core::hint::black_box;

use iomt::pairing::{Identity, StaticKey};
use iomt::seal::{self, Direction, SessionSecrets};
use iomt::wire::{Frame, Packet, Space, TAG_LEN};

use crate::Generator;
use crate::meter::measure;

const KEYS: [[u8; 32]; 4] = [[0; 32], [0xFF; 32], [0x55; 32], [0x01; 32]];

pub(super) fn run() -> Result<(), &'static str> {
    multiplications().map_err(|_| "a key")?;
    tags().map_err(|_| "a tag")?;
    for at in [0, TAG_LEN - 1] {
        control(at);
    }
    Ok(())
}

fn multiplications() -> Result<(), iomt::pairing::Error> {
    let peer = Identity::from_secret_bytes(&[0x21; 32])?.public();
    for private in black_box(KEYS) {
        let identity = measure("secret: public key", || {
            Identity::from_secret_bytes(&private)
        })?;
        let key = StaticKey::from(identity);
        let shared = measure("secret: shared secret", || key.agree(black_box(&peer)));
        black_box(shared.is_some());
    }
    Ok(())
}

/// A frame whose tag is wrong in its first, a middle or its last byte.
fn tags() -> Result<(), seal::Error> {
    let secrets =
        || SessionSecrets::derive(&[1; 32], &[2; 32], &[3; 32], Direction::DeviceResponded);
    let mut sealer = secrets()?.into_sealer(&[4; 32])?;
    let mut opener = secrets()?.into_opener();
    let mut saved = [0; seal::SAVED_SESSION_LEN];
    sealer.begin_epoch(&mut Generator, &mut saved)?;
    sealer.epoch_stored()?;
    let (mut short, mut buffer) = ([0; 128], [0; 128]);
    let Packet::Frame(frame) = Packet::parse(sealer.seal(Space::Data, &[0x5A; 64], &mut short)?)?
    else {
        return Err(seal::Error::UnexpectedPacket);
    };
    // With the epoch's salt in it: the opener has to know whose tag it is.
    let route = sealer.epoch().ok_or(seal::Error::NoEpoch)?.route(false);
    let len = Frame { route, ..frame }.emit(&mut buffer)?.len();
    for back in [1, TAG_LEN / 2, TAG_LEN] {
        let mut forged = black_box(buffer);
        let frame = forged.get_mut(..len).unwrap_or_default();
        if let Some(byte) = frame.iter_mut().rev().nth(back - 1) {
            *byte ^= 1;
        }
        let opened = measure("secret: wrong tag", || opener.open(frame).is_ok());
        if black_box(opened) {
            return Err(seal::Error::NotAuthentic);
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
