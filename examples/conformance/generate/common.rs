//! Keys and bytes that the areas share. No two halves of anything are equal, so that swapped octets show.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::shim::text::{Epoch, Session, Side, hedge, hex};

/// Bytes that look random, the same in every run.
pub(super) fn bytes<const N: usize>(name: &str) -> [u8; N] {
    let mut out = [0; N];
    for (place, block) in out.chunks_mut(32).enumerate() {
        let digest = Sha256::digest(format!("iomt vectors: {name} {place}"));
        block.copy_from_slice(&digest[..block.len()]);
    }
    out
}

/// The same, of any length.
pub(super) fn many(name: &str, len: usize) -> Vec<u8> {
    let block: [u8; 4096] = bytes(name);
    block[..len].to_vec()
}

/// A session and the device in it.
#[derive(Clone, Copy)]
pub(super) struct Device {
    pub(super) hash: [u8; 32],
    pub(super) k_ir: [u8; 32],
    pub(super) k_ri: [u8; 32],
    pub(super) side: Side,
    pub(super) secret: [u8; 32],
}

impl Device {
    pub(super) fn named(name: &str, side: Side) -> Self {
        Self {
            hash: bytes(&format!("hash {name}")),
            k_ir: bytes(&format!("kIr {name}")),
            k_ri: bytes(&format!("kRi {name}")),
            secret: bytes(&format!("static {name}")),
            side,
        }
    }

    /// The one of most tests.
    pub(super) fn usual() -> Self {
        Self::named("usual", Side::Responder)
    }

    pub(super) fn session(&self) -> Value {
        json!({
            "hash": hex(self.hash),
            "kIr": hex(self.k_ir),
            "kRi": hex(self.k_ri),
            "device": match self.side { Side::Initiator => "initiator", Side::Responder => "responder" },
        })
    }

    pub(super) fn keys(&self) -> Session {
        Session::new(&self.hash, [&self.k_ir, &self.k_ri], self.side)
    }

    /// The random bytes that an epoch's salt is drawn from.
    pub(super) fn random(number: u32) -> [u8; 32] {
        bytes(&format!("random {number}"))
    }

    pub(super) fn epoch(&self, number: u32) -> Epoch {
        let salt = |number: u32| {
            hedge(
                &Self::random(number),
                &self.secret,
                number.into(),
                ("salt", &self.hash),
            )
        };
        let mut epoch = Epoch::new(self.keys().chain, salt(0));
        for number in 1..=number {
            epoch = Epoch::new(epoch.next, salt(number));
        }
        epoch
    }

    pub(super) fn epochs<const N: usize>(&self) -> [Epoch; N] {
        std::array::from_fn(|number| self.epoch(u32::try_from(number).unwrap()))
    }
}

/// A frame that arrives.
pub(super) fn frame(packet: impl AsRef<[u8]>) -> Value {
    json!({ "packet": hex(packet) })
}

/// A frame whose store fails.
pub(super) fn unstored(packet: impl AsRef<[u8]>) -> Value {
    json!({ "packet": hex(packet), "store": false })
}

/// With one bit another.
pub(super) fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

/// Every shorter one, the longest last.
pub(super) fn cuts(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..bytes.len()).map(|len| bytes[..len].to_vec())
}

/// Every order of so many things, each as their places.
pub(super) fn orders(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let shorter = orders(last);
    let with_last = |order: &Vec<usize>, place: usize| {
        let mut order = order.clone();
        order.insert(place, last);
        order
    };
    shorter
        .iter()
        .flat_map(|order| (0..count).map(move |place| with_last(order, place)))
        .collect()
}
