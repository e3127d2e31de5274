use iomt::seal::{Entropy, EntropyFailed};
use semihosting::experimental::random;

/// The host's random numbers: of the three boards only the micro:bit has a generator of its own.
pub struct HostEntropy;

impl Entropy for HostEntropy {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        random::fill_bytes(out).map_err(|_| EntropyFailed)
    }
}
