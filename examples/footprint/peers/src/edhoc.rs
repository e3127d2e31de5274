//! EDHOC (RFC 9528) by `lakers`: suite 2 on P-256, both sides with static keys that the other one knows.

use lakers::{
    BufferCred, BufferKid, Credential, CryptoTrait, EDHOCError, EDHOCMethod, EDHOCSuite,
    EdhocInitiator, EdhocResponder,
};
use lakers_crypto_rustcrypto::Crypto;

use crate::Foreseen;

/// Its cryptography.
pub type RustCrypto = Crypto<Foreseen>;

/// A private key, and what others know of it.
#[derive(Debug, Clone)]
pub struct Identity {
    private: [u8; 32],
    /// The public key, named by one byte.
    pub credential: Credential,
}

impl Identity {
    /// One that follows from a byte: 0 to 0x17, from which a side can name its connection, too.
    ///
    /// # Errors
    ///
    /// Those of the crate.
    pub fn new(seed: u8) -> Result<Self, EDHOCError> {
        let (private, public) = crypto(seed).p256_generate_key_pair();
        let too_long = |_| EDHOCError::ParsingError;
        let name = BufferKid::new_from_slice(&[seed]).map_err(too_long)?;
        let bytes = BufferCred::new_from_slice(&public).map_err(too_long)?;
        Ok(Self {
            private,
            credential: Credential::new_ccs(bytes, public).with_kid(name),
        })
    }

    /// The side that answers.
    #[must_use]
    pub fn respond(&self, seed: u8) -> EdhocResponder<RustCrypto> {
        let method = EDHOCMethod::StatStat;
        EdhocResponder::new(crypto(seed), method, self.private, self.credential)
    }

    /// Becomes the side that began, once that knows who answered.
    ///
    /// # Errors
    ///
    /// Those of the crate.
    pub fn show_to(
        &self,
        side: &mut lakers::EdhocInitiatorProcessingM2<RustCrypto>,
    ) -> Result<(), EDHOCError> {
        side.set_identity(self.private, self.credential)
    }
}

/// The side that begins.
#[must_use]
pub fn initiate(seed: u8) -> EdhocInitiator<RustCrypto> {
    EdhocInitiator::new(
        crypto(seed),
        EDHOCMethod::StatStat,
        EDHOCSuite::CipherSuite2,
    )
}

fn crypto(seed: u8) -> RustCrypto {
    Crypto::new(Foreseen::new(seed))
}
