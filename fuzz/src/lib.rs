//! What the fuzz targets share: a generator that never repeats, changes to real packets, keys, and a world to run in.
//!
//! Random bytes never get past an authentication tag. So the targets start from real packets
//! and change them, or make what only a holder of the keys can make, with its content from the input.

pub mod insider;
pub mod keys;
pub mod pairing;
pub mod person;
pub mod world;

use iomt::seal::{Entropy, EntropyFailed};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use std::num::NonZeroU8;

/// Counts up: no draw repeats, and the same input always runs the same way.
#[derive(Debug, Default)]
pub struct Counting(u64);

impl From<u64> for Counting {
    /// Goes on from there.
    fn from(drawn: u64) -> Self {
        Self(drawn)
    }
}

impl Entropy for Counting {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.0 += 1;
        let draw = self.0.to_le_bytes();
        for (byte, drawn) in out.iter_mut().zip(draw.into_iter().cycle()) {
            *byte = drawn;
        }
        Ok(())
    }
}

/// One change to a packet. Places beyond its end count from its start again.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub enum Change {
    Xor { at: u16, with: NonZeroU8 },
    Insert { at: u16, byte: u8 },
    Remove { at: u16 },
    Cut { at: u16 },
}

/// The packet after these changes, which may undo each other.
#[must_use]
pub fn changed(packet: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = packet.to_vec();
    for change in changes {
        change.apply(&mut bytes);
    }
    bytes
}

impl Change {
    fn apply(self, bytes: &mut Vec<u8>) {
        let within = |at: u16| usize::from(at) % bytes.len().max(1);
        match self {
            Self::Insert { at, byte } => bytes.insert(within(at), byte),
            _ if bytes.is_empty() => {}
            Self::Xor { at, with } => {
                let at = within(at);
                bytes[at] ^= with.get();
            }
            Self::Remove { at } => {
                bytes.remove(within(at));
            }
            Self::Cut { at } => bytes.truncate(within(at)),
        }
    }
}
