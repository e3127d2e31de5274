use super::schedule::{Label, expand_label};
use crate::crypto::Secret;
use crate::crypto::hash::extract;

/// A source of random bytes, given by whoever owns the hardware.
///
/// It may fail, and a failure is passed on: nothing is ever made from what was not drawn.
pub trait Entropy {
    /// Fills `out` with random bytes, all of it.
    ///
    /// # Errors
    ///
    /// [`EntropyFailed`] when the source can not; `out` is then not used.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed>;
}

impl<E: Entropy + ?Sized> Entropy for &mut E {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        (**self).fill(out)
    }
}

/// The random number generator failed, or repeats itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the random number generator failed or repeats itself")]
pub struct EntropyFailed;

/// The operating system's generator.
#[cfg(feature = "std")]
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

#[cfg(feature = "std")]
impl Entropy for SystemEntropy {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        getrandom::fill(out).map_err(|_| EntropyFailed)
    }
}

/// Draws 32 random bytes.
pub(crate) fn draw(entropy: &mut impl Entropy) -> Result<Secret, EntropyFailed> {
    let mut random = Secret::new([0; 32]);
    entropy.fill(random.expose_mut())?;
    Ok(random)
}

/// What a random value is bound to, so that a repeating generator repeats no value in another place.
pub(crate) struct Binding<'a> {
    pub(crate) purpose: Label,
    pub(crate) static_secret: &'a [u8],
    pub(crate) number: u64,
    pub(crate) hash: &'a [u8],
    pub(crate) payload: &'a [u8],
}

/// "hedge(p) = E(Extract(32 RNG bytes, static secret ‖ u64 n), p, h ‖ payload)"
pub(crate) fn hedge<const N: usize>(random: &Secret, binding: &Binding<'_>) -> [u8; N] {
    let number = binding.number.to_be_bytes();
    let key = extract(random.expose(), &[binding.static_secret, &number]);
    expand_label(&key, binding.purpose, [binding.hash, binding.payload])
}
