//! Peers of `iomt` in the cost table, each as small as it can be built.

#![no_std]

pub mod edhoc;
pub mod noise;

use core::hint::black_box;
use rand_core::{CryptoRng, RngCore};

/// Bytes that are not random, but that the compiler can not foresee.
#[derive(Debug, Clone)]
pub struct Foreseen(u8);

impl Foreseen {
    /// This byte for ever.
    #[must_use]
    pub const fn new(byte: u8) -> Self {
        Self(byte)
    }
}

impl Default for Foreseen {
    fn default() -> Self {
        Self::new(0x5A)
    }
}

impl RngCore for Foreseen {
    fn next_u32(&mut self) -> u32 {
        u32::from_ne_bytes([black_box(self.0); 4])
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_ne_bytes([black_box(self.0); 8])
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        out.fill(black_box(self.0));
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Foreseen {}
