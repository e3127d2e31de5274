//! The floor: what a handshake multiplies, without the handshake.

use std::hint::black_box;

use x25519_dalek::{PublicKey, StaticSecret};

use super::clock::Contestant;
use super::{BATCH, Case, INITIATOR, RESPONDER};

/// One ephemeral key on either side.
const KEY_GENERATIONS: usize = 2;

pub struct Multiplications {
    agreements: usize,
    private: StaticSecret,
    public: PublicKey,
}

impl Multiplications {
    pub fn new(case: &Case) -> Self {
        Self {
            agreements: case.agreements,
            private: StaticSecret::from(INITIATOR),
            public: PublicKey::from(&StaticSecret::from(RESPONDER)),
        }
    }
}

impl Contestant for Multiplications {
    fn prepare(&mut self) {}

    fn run(&mut self) {
        for _ in 0..BATCH {
            for _ in 0..KEY_GENERATIONS {
                black_box(PublicKey::from(black_box(&self.private)));
            }
            for _ in 0..self.agreements {
                black_box(self.private.diffie_hellman(black_box(&self.public)));
            }
        }
    }
}
