use core::fmt;

use crate::crypto::Secret;
use crate::crypto::hash::extract;
use crate::pairing::hello::open_hello;
use crate::pairing::noise::Psk;
use crate::pairing::{Error, Hello, Model};
use crate::seal::{Label, derive, derive_name};
use crate::wire::Hint;

/// The fewest bytes that a label secret has.
pub const MIN_SECRET: usize = 16;

/// What is derived from the secret on a label.
///
/// Wiped when dropped, never printed, not `Clone`.
pub struct LabelSecret {
    psk: Psk,
    mac1_key: Secret,
    hint: Hint,
    model: Model,
    /// Those beside suite 1, in the form of an offer.
    other_suites: u8,
}

impl fmt::Debug for LabelSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LabelSecret")
            .field("hint", &self.hint)
            .finish_non_exhaustive()
    }
}

impl LabelSecret {
    /// Derives what the handshake needs from the label's secret: at least 16 random bytes.
    ///
    /// What a person types is no label secret; that is what the passcode model is for.
    ///
    /// # Errors
    ///
    /// [`Error::SecretTooShort`].
    #[inline(never)] // Its hashing is off the stack again before a handshake begins.
    pub fn new(secret: &[u8]) -> Result<Self, Error> {
        if secret.len() < MIN_SECRET {
            return Err(Error::SecretTooShort);
        }
        let label = extract(&[0; 32], &[secret]);
        Ok(Self {
            psk: Psk(derive(&label, Label::LABEL_PSK)),
            mac1_key: derive(&label, Label::LABEL_MAC1),
            hint: Hint(derive_name(&label, Label::LABEL_HINT)),
            model: Model::LABEL_SECRET,
            other_suites: 0,
        })
    }

    /// The same for a label that has the device's key beside the secret.
    ///
    /// # Errors
    ///
    /// [`Error::SecretTooShort`].
    pub fn beside_key(secret: &[u8]) -> Result<Self, Error> {
        Ok(Self {
            model: Model::LABEL_KEY,
            ..Self::new(secret)?
        })
    }

    /// How one pairs with the label: with its key and secret, or with its secret alone. A device that is
    /// armed for one of them does not answer the other.
    #[must_use]
    pub const fn model(&self) -> Model {
        self.model
    }

    /// Tells the device which of its labels is meant; shows nothing of the secret.
    #[must_use]
    pub const fn hint(&self) -> Hint {
        self.hint
    }

    /// Checks that the sender of a first message knows the label, and nothing else: one HMAC.
    ///
    /// It may be a recorded one.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedMessage`], [`Error::UnsupportedSuite`] or
    /// [`Error::WrongLabel`].
    pub fn check_hello(&self, packet: &[u8]) -> Result<Hello, Error> {
        self.open_hello(packet).map(|(hello, _)| hello)
    }

    pub(in crate::pairing) fn open_hello<'p>(
        &self,
        packet: &'p [u8],
    ) -> Result<(Hello, &'p [u8]), Error> {
        let accept = |hello: &Hello| match (hello.model, hello.hint == self.hint) {
            (model, true) if model == self.model => Ok(()),
            (model, false) if model == self.model => Err(Error::WrongLabel),
            _ => Err(Error::UnexpectedMessage),
        };
        open_hello(packet, accept, &self.mac1_key, Error::WrongLabel)
    }

    pub(in crate::pairing) const fn psk(&self) -> &Secret {
        &self.psk.0
    }

    pub(in crate::pairing) const fn other_suites(&self) -> u8 {
        self.other_suites
    }

    #[cfg(feature = "pq")]
    pub(in crate::pairing) const fn psks(&self) -> &[Psk] {
        core::slice::from_ref(&self.psk)
    }

    pub(in crate::pairing) const fn mac1_key(&self) -> &Secret {
        &self.mac1_key
    }
}

#[cfg(feature = "pq")]
impl LabelSecret {
    /// For a side that pairs by this label in suite 3 as well ([`Hybrid`](crate::pairing::hybrid::Hybrid)): an
    /// [`Exchange`](crate::pairing::Exchange) by it, in suite 1, says so and ends with
    /// [`Error::Downgraded`] where the other side says the same. So nobody in between moves two who can both do
    /// suite 3 to suite 1 by keeping its packets from them.
    #[must_use]
    pub const fn also_hybrid(mut self) -> Self {
        self.other_suites = 1 << crate::pairing::hybrid::SUITE;
        self
    }
}
