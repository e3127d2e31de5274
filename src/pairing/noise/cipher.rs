use super::Error;
use crate::crypto::aead::{self, TAG_LEN};
use crate::crypto::{KEY_LEN, NotAuthentic, Secret};

/// `CipherState`: a key and a nonce that counts its uses.
pub(super) struct Cipher {
    key: Option<Secret>,
    pub(super) nonce: u64,
}

impl Cipher {
    pub(super) const fn empty() -> Self {
        Self {
            key: None,
            nonce: 0,
        }
    }

    pub(super) const fn with_key(key: Secret) -> Self {
        Self {
            key: Some(key),
            nonce: 0,
        }
    }

    pub(super) const fn from_parts(key: Option<Secret>, nonce: u64) -> Self {
        Self { key, nonce }
    }

    pub(super) fn into_parts(self) -> (Option<Secret>, u64) {
        (self.key, self.nonce)
    }

    pub(super) const fn has_key(&self) -> bool {
        self.key.is_some()
    }

    #[cfg(test)]
    pub(super) const fn key(&self) -> Option<&Secret> {
        self.key.as_ref()
    }

    pub(super) fn share(&self) -> Self {
        Self {
            key: self.key.as_ref().map(Secret::share),
            nonce: self.nonce,
        }
    }

    /// `Rekey()`: "the first 32 bytes from ENCRYPT(k, maxnonce, zerolen, zeros)"; the nonce goes on.
    pub(super) fn rekey(&mut self) {
        if let Some(key) = &self.key {
            let mut next = Secret::new([0; KEY_LEN]);
            // Can not fail: 32 bytes are less than what a nonce covers.
            if aead::seal(key, REKEY_NONCE, &[], next.expose_mut()).is_some() {
                self.key = Some(next);
            }
        }
    }

    /// Seals in place; the tag, where there is a key.
    pub(super) fn seal(
        &mut self,
        associated: &[u8],
        buffer: &mut [u8],
    ) -> Result<Option<[u8; TAG_LEN]>, Error> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let following = next_nonce(self.nonce)?;
        let tag = aead::seal(key, self.nonce, associated, buffer).ok_or(Error::NoRoom)?;
        self.nonce = following;
        Ok(Some(tag))
    }

    /// Opens in place; a message that is not authentic moves no nonce.
    pub(super) fn open(
        &mut self,
        associated: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), Error> {
        let Some(key) = &self.key else {
            return Err(NotAuthentic.into());
        };
        let following = next_nonce(self.nonce)?;
        aead::open(key, self.nonce, associated, buffer, tag)?;
        self.nonce = following;
        Ok(())
    }
}

/// The place of `REKEY`.
const REKEY_NONCE: u64 = u64::MAX;

/// "The maximum n value (2^64-1) is reserved for other use."
fn next_nonce(nonce: u64) -> Result<u64, Error> {
    nonce.checked_add(1).ok_or(Error::OutOfTurn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_nonce_is_never_used() {
        let mut cipher = Cipher {
            key: Some(Secret::new([1; 32])),
            nonce: u64::MAX - 1,
        };
        assert!(cipher.seal(b"", &mut []).is_ok());
        assert_eq!(cipher.seal(b"", &mut []), Err(Error::OutOfTurn));
        assert_eq!(cipher.open(b"", &mut [], &[0; 16]), Err(Error::OutOfTurn));
    }
}
