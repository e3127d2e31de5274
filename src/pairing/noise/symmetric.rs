use super::Error;
use super::cipher::Cipher;
use crate::crypto::Secret;
use crate::crypto::aead::TAG_LEN;
use crate::crypto::hash::{HASH_LEN, extract, hmac, sha256};
use crate::wire::{Reader, Writer, copy};

/// `SymmetricState`: what both sides have agreed on so far.
pub(super) struct Symmetric {
    chaining_key: Secret,
    hash: [u8; HASH_LEN],
    cipher: Cipher,
}

impl Symmetric {
    /// `InitializeSymmetric(protocol_name)`
    pub(super) fn new(name: &[u8]) -> Self {
        let mut hash = [0_u8; HASH_LEN];
        match hash.get_mut(..name.len()) {
            // "If protocol_name is less than or equal to HASHLEN bytes in length, sets h equal to
            // protocol_name with zero bytes appended to make HASHLEN bytes."
            Some(front) => copy(name, front),
            None => hash = sha256(&[name]),
        }
        Self {
            chaining_key: Secret::new(hash),
            hash,
            cipher: Cipher::empty(),
        }
    }

    pub(super) const fn from_parts(
        chaining_key: Secret,
        hash: [u8; HASH_LEN],
        cipher: Cipher,
    ) -> Self {
        Self {
            chaining_key,
            hash,
            cipher,
        }
    }

    pub(super) fn into_parts(self) -> (Secret, [u8; HASH_LEN], Cipher) {
        (self.chaining_key, self.hash, self.cipher)
    }

    /// A second copy for a step that may fail.
    pub(super) fn share(&self) -> Self {
        Self {
            chaining_key: self.chaining_key.share(),
            hash: self.hash,
            cipher: self.cipher.share(),
        }
    }

    /// Wipes what is secret.
    pub(super) fn wipe(&mut self) {
        self.chaining_key = Secret::new([0; HASH_LEN]);
        self.cipher = Cipher::empty();
    }

    pub(super) const fn hash(&self) -> &[u8; HASH_LEN] {
        &self.hash
    }

    pub(super) fn mix_hash(&mut self, data: &[u8]) {
        self.hash = sha256(&[&self.hash, data]);
    }

    pub(super) fn mix_key(&mut self, input: &[u8]) {
        let mut outputs = Outputs::of(&self.chaining_key, input);
        self.chaining_key = outputs.next();
        self.cipher = Cipher::with_key(outputs.next());
    }

    pub(super) fn mix_key_and_hash(&mut self, input: &[u8]) {
        let mut outputs = Outputs::of(&self.chaining_key, input);
        self.chaining_key = outputs.next();
        self.mix_hash(outputs.next().expose());
        self.cipher = Cipher::with_key(outputs.next());
    }

    /// `EncryptAndHash(plaintext)`, appended to the message.
    pub(super) fn seal_to(
        &mut self,
        plaintext: &[u8],
        writer: &mut Writer<'_>,
    ) -> Result<(), Error> {
        let room = writer
            .reserve(self.sealed_len(plaintext.len()))
            .map_err(|_| Error::NoRoom)?;
        let (ciphertext, tag_slot) = room
            .split_at_mut_checked(plaintext.len())
            .ok_or(Error::NoRoom)?;
        copy(plaintext, ciphertext);
        if let Some(tag) = self.cipher.seal(&self.hash, ciphertext)? {
            copy(&tag, tag_slot);
        }
        self.mix_hash(room);
        Ok(())
    }

    /// `DecryptAndHash(ciphertext)`, of `len` plaintext bytes taken from the message.
    pub(super) fn open_from<'p>(
        &mut self,
        reader: &mut Reader<'_>,
        len: usize,
        out: &'p mut [u8],
    ) -> Result<&'p mut [u8], Error> {
        let plaintext = out.get_mut(..len).ok_or(Error::NoRoom)?;
        if !self.cipher.has_key() {
            let clear = reader.take(len).map_err(|_| Error::Truncated)?;
            copy(clear, plaintext);
            self.mix_hash(clear);
            return Ok(plaintext);
        }
        let sealed = reader
            .take(len.saturating_add(TAG_LEN))
            .map_err(|_| Error::Truncated)?;
        let (ciphertext, tag) = sealed
            .split_last_chunk::<TAG_LEN>()
            .ok_or(Error::Truncated)?;
        copy(ciphertext, plaintext);
        self.cipher.open(&self.hash, plaintext, tag)?;
        self.mix_hash(sealed);
        Ok(plaintext)
    }

    /// How long a field of `len` plaintext bytes is.
    pub(super) const fn sealed_len(&self, len: usize) -> usize {
        if self.cipher.has_key() {
            len.saturating_add(TAG_LEN)
        } else {
            len
        }
    }

    /// How many plaintext bytes a field of `len` bytes holds; `None` where it can not hold its tag.
    pub(super) const fn plaintext_len(&self, len: usize) -> Option<usize> {
        if self.cipher.has_key() {
            len.checked_sub(TAG_LEN)
        } else {
            Some(len)
        }
    }

    /// `Split()`: the key of the initiator's messages, and of the responder's.
    pub(super) fn split(&self) -> [Secret; 2] {
        let mut outputs = Outputs::of(&self.chaining_key, &[]);
        [outputs.next(), outputs.next()]
    }
}

/// Noise's `HKDF(chaining_key, input_key_material, num_outputs)`, one output after the other.
struct Outputs {
    key: Secret,
    /// Nothing before the first.
    previous: Option<Secret>,
    number: u8,
}

impl Outputs {
    fn of(chaining_key: &Secret, input: &[u8]) -> Self {
        Self {
            key: extract(chaining_key.expose(), &[input]),
            previous: None,
            number: 0,
        }
    }

    #[inline(never)] // From each place that mixes a key.
    fn next(&mut self) -> Secret {
        let previous = self.previous.as_ref().map(Secret::expose);
        let before = previous.map_or(&[][..], |bytes| bytes);
        self.number = self.number.saturating_add(1);
        let output = Secret::new(hmac(&self.key, &[before, &[self.number]]));
        self.previous = Some(output.share());
        output
    }
}

#[cfg(test)]
impl Symmetric {
    /// The chaining key, and the key of the cipher where it has one.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        core::iter::once(&self.chaining_key).chain(self.cipher.key())
    }

    /// The one psk of the revisions before 31.
    pub(super) fn mix_psk_of_revision_30(&mut self, psk: &Secret) {
        let mut outputs = Outputs::of(&self.chaining_key, psk.expose());
        self.chaining_key = outputs.next();
        self.mix_hash(outputs.next().expose());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::hash::expand_into;

    #[test]
    fn what_is_wiped_holds_no_secret_and_still_its_hash() {
        let mut symmetric = Symmetric::new(b"Noise_XXpsk0_25519_ChaChaPoly_SHA256");
        symmetric.mix_key(&[7; 32]);
        let hash = *symmetric.hash();
        symmetric.wipe();
        assert_eq!(symmetric.chaining_key.expose(), &[0; HASH_LEN]);
        assert!(!symmetric.cipher.has_key());
        assert_eq!(*symmetric.hash(), hash);
    }

    #[test]
    fn noises_hkdf_is_hkdf_without_info() {
        let (salt, input) = (Secret::new([3; 32]), [5; 32]);
        let mut expected = [0; 96];
        expand_into(&extract(salt.expose(), &[&input]), &[], &mut expected).unwrap();
        let mut outputs = Outputs::of(&salt, &input);
        let outputs: [_; 3] = core::array::from_fn(|_| *outputs.next().expose());
        assert_eq!(outputs.concat(), expected);
    }

    #[test]
    fn a_name_of_32_bytes_is_taken_as_it_is_and_a_longer_one_hashed() {
        let exact = "Noise_NN_25519_ChaChaPoly_SHA256";
        assert_eq!(exact.len(), 32);
        assert_eq!(Symmetric::new(exact.as_bytes()).hash(), exact.as_bytes());
        let longer = "Noise_XXpsk0_25519_ChaChaPoly_SHA256";
        assert_eq!(
            Symmetric::new(longer.as_bytes()).hash(),
            &sha256(&[longer.as_bytes()])
        );
    }
}
