use super::schedule::{Chain, Label, derive, expand_label};
use super::{Error, Opener, Sealer};
use crate::crypto::hash::extract;
use crate::crypto::{KEY_LEN, SUITE, Secret};
use crate::wire::{Reader, Writer};

/// Who opened the handshake, seen from the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The device was the initiator.
    DeviceInitiated,
    /// The device was the responder.
    DeviceResponded,
}

/// What a finished handshake leaves behind: the roots of one session's keys.
///
/// Consumed by whichever end of the session it becomes.
///
/// ```text
/// root_up, root_down = Extract(h, Noise key of device → server, of server → device)
/// session            = E(Extract(h, k_ir ‖ k_ri), "session",, 16)
/// chain 0            = E(root_up, "chain")
/// receipt key        = E(root_down, "receipt")
/// ```
pub struct SessionSecrets {
    pub(super) id: [u8; 16],
    pub(super) hash: [u8; KEY_LEN],
    pub(super) chain: Chain,
    pub(super) receipt_key: Secret,
}

impl core::fmt::Debug for SessionSecrets {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SessionSecrets(..)")
    }
}

impl SessionSecrets {
    /// Derives a session from what Noise's `Split` and handshake hash gave.
    ///
    /// # Errors
    ///
    /// [`Error::BadKeyLength`] when one of them is not 32 bytes, as suite 1 has it.
    pub fn derive(
        hash: &[u8],
        initiator_key: &[u8],
        responder_key: &[u8],
        direction: Direction,
    ) -> Result<Self, Error> {
        let hash: [u8; KEY_LEN] = hash.try_into().map_err(|_| Error::BadKeyLength)?;
        if initiator_key.len() != KEY_LEN || responder_key.len() != KEY_LEN {
            return Err(Error::BadKeyLength);
        }
        let (up, down) = match direction {
            Direction::DeviceInitiated => (initiator_key, responder_key),
            Direction::DeviceResponded => (responder_key, initiator_key),
        };
        let (root_up, root_down) = (extract(&hash, &[up]), extract(&hash, &[down]));
        let both = extract(&hash, &[initiator_key, responder_key]);
        Ok(Self {
            id: expand_label(&both, Label::SESSION, [&[], &[]]),
            hash,
            chain: Chain::new(0, derive(&root_up, Label::CHAIN)),
            receipt_key: derive(&root_down, Label::RECEIPT),
        })
    }

    /// The session's name, equal on both sides; not a secret.
    #[must_use]
    pub const fn id(&self) -> [u8; 16] {
        self.id
    }

    /// The device's end.
    ///
    /// `static_secret` is mixed into every random value, so that a weak generator alone
    /// gives nothing away.
    ///
    /// # Errors
    ///
    /// [`Error::BadKeyLength`] when it is not 32 bytes.
    pub fn into_sealer(self, static_secret: &[u8]) -> Result<Sealer, Error> {
        let static_secret = Secret::try_from(static_secret).map_err(|_| Error::BadKeyLength)?;
        Ok(Sealer::new(self, static_secret, None))
    }

    /// The server's end.
    #[must_use]
    pub fn into_opener(self) -> Opener {
        Opener::new(self)
    }
}

/// The length of a saved session.
pub const SAVED_SESSION_LEN: usize = 126;

const SAVED_VERSION: u8 = 1;

/// A session as it lies on the device's storage.
///
/// ```text
/// version 1 │ suite 1 │ session 16 │ h 32 │ next epoch 4, big-endian │ its chain 32 │ receipt key 32 │ f 8
/// ```
pub(super) fn save(
    secrets: (&[u8; 16], &[u8; KEY_LEN], &Secret),
    next: &Chain,
    fingerprint: [u8; 8],
    out: &mut [u8],
) -> Result<usize, Error> {
    let (id, hash, receipt_key) = secrets;
    let mut writer = Writer::new(out);
    writer.put(&[SAVED_VERSION, SUITE])?;
    writer.put(id)?;
    writer.put(hash)?;
    writer.put(&next.number().to_be_bytes())?;
    writer.put(next.expose())?;
    writer.put(receipt_key.expose())?;
    writer.put(&fingerprint)?;
    Ok(writer.len())
}

/// Reads what [`save`] wrote; the last part is the fingerprint of that boot's random numbers.
pub(super) fn load(saved: &[u8]) -> Result<(SessionSecrets, [u8; 8]), Error> {
    let mut reader = Reader::new(saved);
    let head: [u8; 2] = reader.array().map_err(|_| Error::BadSavedSession)?;
    if head != [SAVED_VERSION, SUITE] || saved.len() != SAVED_SESSION_LEN {
        return Err(Error::BadSavedSession);
    }
    let id = reader.array()?;
    let hash = reader.array()?;
    let number = u32::from_be_bytes(reader.array()?);
    let chain = Chain::new(number, Secret::new(reader.array()?));
    let receipt_key = Secret::new(reader.array()?);
    Ok((
        SessionSecrets {
            id,
            hash,
            chain,
            receipt_key,
        },
        reader.array()?,
    ))
}
