//! The random numbers of all chips.

use iomt::seal::{Entropy, EntropyFailed};
use rand_core::CryptoRng;

/// The chip's generator.
pub struct Noise<R>(pub R);

impl<R: CryptoRng> Entropy for Noise<R> {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.0.fill_bytes(out);
        Ok(())
    }
}
