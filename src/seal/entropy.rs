use super::schedule::{Label, derive_name, expand_label};
#[cfg(feature = "pairing")]
use super::schedule::{derive_bound, expand_label_into};
#[cfg(feature = "node")]
use crate::crypto::KEY_LEN;
use crate::crypto::Secret;
#[cfg(feature = "pairing")]
use crate::crypto::hash::equal;
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
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
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

/// Draws 32 random bytes that nothing hedges: of a generator that gives the same again there are none.
#[cfg(feature = "pairing")]
pub(crate) fn draw_unhedged(entropy: &mut impl Entropy) -> Result<Secret, EntropyFailed> {
    let (random, next) = (draw(entropy)?, draw(entropy)?);
    match equal(random.expose(), next.expose()) {
        true => Err(EntropyFailed),
        false => Ok(random),
    }
}

/// What may be stored of 32 random bytes: f = E(bytes, "rng",, 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub(super) [u8; 8]);

impl Fingerprint {
    pub(super) fn of(random: &Secret) -> Self {
        Self(derive_name(random, Label::RNG))
    }
}

/// What tells a dead generator: the first draw of the last boot and of this one, and the latest draw.
pub(super) struct Fingerprints {
    pub(super) previous_boot: Option<Fingerprint>,
    pub(super) this_boot: Option<Fingerprint>,
    pub(super) latest: Option<Fingerprint>,
}

impl Fingerprints {
    /// Refuses a generator that is seen to repeat itself.
    pub(super) fn check(&mut self, fingerprint: Fingerprint) -> Result<(), EntropyFailed> {
        let first = *self.this_boot.get_or_insert(fingerprint);
        if self.previous_boot == Some(first) || self.latest == Some(fingerprint) {
            return Err(EntropyFailed);
        }
        self.latest = Some(fingerprint);
        Ok(())
    }
}

/// What a device draws in one boot, all of it, so that a dead generator is seen.
///
/// ```text
///  boot    32 bytes         32 bytes        32 bytes
///          └ fingerprint    └ a value, or ─►└ a value, or the 32 bytes of which it takes the first
///            only             refused: equal to the first or to the latest
/// ```
///
/// The first 32 bytes are used for nothing else: a generator that starts over at each boot gives those
/// again, whatever is drawn for what afterwards.
#[cfg(feature = "node")]
#[derive(Debug, Default)]
pub(crate) struct Draws {
    first: Option<Fingerprint>,
    latest: Option<Fingerprint>,
}

#[cfg(feature = "node")]
impl Draws {
    /// The fingerprint of this boot, drawn where that was not done yet.
    pub(crate) fn first(
        &mut self,
        entropy: &mut impl Entropy,
    ) -> Result<Fingerprint, EntropyFailed> {
        if let Some(first) = self.first {
            return Ok(first);
        }
        let first = Fingerprint::of(&draw(entropy)?);
        self.first = Some(first);
        Ok(first)
    }

    fn next(&mut self, entropy: &mut impl Entropy) -> Result<Secret, EntropyFailed> {
        let first = self.first(entropy)?;
        let random = draw(entropy)?;
        let fingerprint = Fingerprint::of(&random);
        if fingerprint == first || self.latest == Some(fingerprint) {
            return Err(EntropyFailed);
        }
        self.latest = Some(fingerprint);
        Ok(random)
    }

    /// The generator, looked at while it is used.
    pub(crate) const fn watch<'a, E: Entropy>(&'a mut self, entropy: &'a mut E) -> Watched<'a, E> {
        Watched {
            draws: self,
            entropy,
        }
    }
}

/// A generator that [`Draws`] looks at.
#[cfg(feature = "node")]
pub(crate) struct Watched<'a, E> {
    draws: &'a mut Draws,
    entropy: &'a mut E,
}

#[cfg(feature = "node")]
impl<E: Entropy> Entropy for Watched<'_, E> {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        for part in out.chunks_mut(KEY_LEN) {
            let random = self.draws.next(self.entropy)?;
            for (out, random) in part.iter_mut().zip(random.expose()) {
                *out = *random;
            }
        }
        Ok(())
    }
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
    let hedge = Hedge::new(random, binding.static_secret, binding.number);
    hedge.value(binding.purpose, binding.hash, binding.payload)
}

/// A hedge before it is known what it will be bound to: Extract(32 RNG bytes, static secret ‖ u64 n).
pub(crate) struct Hedge(Secret);

impl Hedge {
    pub(crate) fn new(random: &Secret, static_secret: &[u8], number: u64) -> Self {
        let number = number.to_be_bytes();
        Self(extract(random.expose(), &[static_secret, &number]))
    }

    #[cfg(test)]
    pub(crate) const fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    pub(crate) fn value<const N: usize>(
        &self,
        purpose: Label,
        hash: &[u8],
        payload: &[u8],
    ) -> [u8; N] {
        expand_label(&self.0, purpose, [hash, payload])
    }
}

#[cfg(feature = "pairing")]
impl Hedge {
    /// A value that is a secret of 32 bytes.
    pub(crate) fn secret(&self, purpose: Label, hash: &[u8], payload: &[u8]) -> Secret {
        derive_bound(&self.0, purpose, [hash, payload])
    }

    /// A value that is a secret of another length, to where it is going to stay.
    pub(crate) fn write(&self, purpose: Label, hash: &[u8], payload: &[u8], out: &mut [u8]) {
        expand_label_into(&self.0, purpose, [hash, payload], out);
    }
}
