use super::command::Commands;
use super::schedule::{Chain, Label, derive, derive_name};
use super::{Error, Opener, Sealer};
use crate::crypto::hash::{equal, extract, hmac};
use crate::crypto::{KEY_LEN, SUITE, Secret};
use crate::wire::{Hint, Reader, Writer};

/// Who opened the handshake, seen from the device.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
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
/// chain 0 downwards  = E(root_down, "chain")                of commands
/// psk'               = E(Extract(h, k_ir ‖ k_ri), "resume")
/// ```
pub struct SessionSecrets {
    pub(super) id: [u8; 16],
    pub(super) hash: [u8; KEY_LEN],
    pub(super) chain: Chain,
    pub(super) receipt_key: Secret,
    /// The server's chain, of which it seals its commands.
    pub(super) commands: Chain,
    resumption: Option<ResumptionSecret>,
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
            id: derive_name(&both, Label::SESSION),
            hash,
            chain: Chain::new(0, derive(&root_up, Label::CHAIN)),
            receipt_key: derive(&root_down, Label::RECEIPT),
            commands: Chain::new(0, derive(&root_down, Label::CHAIN)),
            resumption: Some(ResumptionSecret::new(derive(&both, Label::RESUME))),
        })
    }

    #[cfg(all(test, feature = "pairing"))]
    pub(crate) fn psk_for_tests(&self) -> Option<&[u8]> {
        self.resumption.as_ref().map(ResumptionSecret::secret_bytes)
    }

    /// The session's name, equal on both sides; not a secret.
    #[must_use]
    pub const fn id(&self) -> [u8; 16] {
        self.id
    }

    /// Takes out what the next handshake of the two is keyed with.
    ///
    /// Once: `None` thereafter, and for a session that was read back from storage.
    pub const fn resumption(&mut self) -> Option<ResumptionSecret> {
        self.resumption.take()
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

/// What a reconnection is keyed with: a secret that only the two ends of the session before have.
///
/// Wiped when dropped, never printed, not `Clone`.
///
/// ```text
/// psk'    = E(Extract(h, k_ir ‖ k_ri), "resume")
/// hint'   = E(psk', "hint",, 8)                    tells the responder which psk is meant
/// ```
pub struct ResumptionSecret {
    psk: Secret,
    hint: Hint,
    /// Of the pairing at the front of its chain.
    suite: u8,
}

impl core::fmt::Debug for ResumptionSecret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ResumptionSecret")
            .field("hint", &self.hint)
            .finish_non_exhaustive()
    }
}

impl ResumptionSecret {
    fn new(psk: Secret) -> Self {
        let hint = Hint(derive_name(&psk, Label::HINT));
        Self {
            psk,
            hint,
            suite: SUITE,
        }
    }

    /// Reads back what [`ResumptionSecret::secret_bytes`] gave to storage, as one of suite 1: what was paired in
    /// another one is stored with its suite, by the module of that suite.
    ///
    /// # Errors
    ///
    /// [`Error::BadKeyLength`] for another length than 32 bytes.
    pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let psk = Secret::try_from(bytes).map_err(|_| Error::BadKeyLength)?;
        Ok(Self::new(psk))
    }

    /// The secret, for whoever has to store it.
    #[must_use]
    pub const fn secret_bytes(&self) -> &[u8] {
        self.psk.expose()
    }

    /// Tells the responder which secret is meant; shows nothing of it.
    #[must_use]
    pub const fn hint(&self) -> Hint {
        self.hint
    }

    /// The number of the suite that the two were paired in. Reconnections are of suite 1, and hand it on.
    #[must_use]
    pub const fn suite(&self) -> u8 {
        self.suite
    }
}

#[cfg(feature = "pairing")]
impl ResumptionSecret {
    pub(crate) const fn psk(&self) -> &Secret {
        &self.psk
    }

    /// The same secret, for a session that takes the place of another.
    #[cfg(feature = "node")]
    pub(crate) const fn share(&self) -> Self {
        Self {
            psk: self.psk.share(),
            hint: self.hint,
            suite: self.suite,
        }
    }

    /// The same secret, of a relation that was paired in this suite.
    #[cfg(feature = "pq")]
    pub(crate) fn of_suite(self, suite: u8) -> Self {
        Self { suite, ..self }
    }
}

#[cfg(feature = "pairing")]
impl SessionSecrets {
    /// That of the secret for the next handshake, as long as it is here.
    pub(crate) fn suite(&self) -> Option<u8> {
        self.resumption.as_ref().map(ResumptionSecret::suite)
    }

    /// The same roots, of a relation that was paired in this suite.
    pub(crate) fn of_suite(mut self, suite: u8) -> Self {
        if let Some(resumption) = &mut self.resumption {
            resumption.suite = suite;
        }
        self
    }
}

/// The length of a saved session.
pub const SAVED_SESSION_LEN: usize = 175;

const SAVED_VERSION: u8 = 2;
const CODE_LEN: usize = 8;

/// A session as it lies on the device's storage.
///
/// ```text
/// version 1 │ suite 1 │ session 16 │ h 32 │ next epoch 4, big-endian │ reached 4, big-endian
/// │ chain 32 │ receipt key 32 │ commands 4, big-endian │ their chain 32 │ outcome 1 │ f 8 │ code 8
/// ```
///
/// The code is an HMAC under a key of the static secret, so that a flipped bit, or another
/// device's session, is not taken for one: the device would seal for ever what nobody opens.
pub(super) struct Saved<'a> {
    pub(super) id: &'a [u8; 16],
    pub(super) hash: &'a [u8; KEY_LEN],
    pub(super) receipt_key: &'a Secret,
    pub(super) next: &'a Chain,
    pub(super) commands: &'a Commands,
    pub(super) reached: u32,
    pub(super) fingerprint: [u8; 8],
}

impl Saved<'_> {
    pub(super) fn write(
        &self,
        static_secret: &Secret,
        out: &mut [u8; SAVED_SESSION_LEN],
    ) -> Result<(), Error> {
        let mut writer = Writer::new(out);
        writer.put_all(&[
            &[SAVED_VERSION, SUITE],
            self.id,
            self.hash,
            &self.next.number().to_be_bytes(),
            &self.reached.to_be_bytes(),
            self.next.expose(),
            self.receipt_key.expose(),
            &self.commands.next.number().to_be_bytes(),
            self.commands.next.expose(),
            &[self.commands.outcome],
            &self.fingerprint,
        ])?;
        if let Some((content, code)) = out.split_last_chunk_mut() {
            *code = code_of(content, static_secret);
        }
        Ok(())
    }
}

/// What [`Saved::write`] wrote, read back.
pub(super) struct Loaded {
    pub(super) secrets: SessionSecrets,
    /// What has become of the last command.
    pub(super) outcome: u8,
    pub(super) reached: u32,
    pub(super) fingerprint: [u8; 8],
}

pub(super) fn load(saved: &[u8], static_secret: &Secret) -> Result<Loaded, Error> {
    let (content, code) = saved
        .split_last_chunk::<CODE_LEN>()
        .filter(|_| saved.len() == SAVED_SESSION_LEN)
        .ok_or(Error::BadSavedSession)?;
    if !equal(code, &code_of(content, static_secret)) {
        return Err(Error::BadSavedSession);
    }
    let mut reader = Reader::new(content);
    if reader.array()? != [SAVED_VERSION, SUITE] {
        return Err(Error::BadSavedSession);
    }
    let id = reader.array()?;
    let hash = reader.array()?;
    let number = u32::from_be_bytes(reader.array()?);
    let reached = u32::from_be_bytes(reader.array()?);
    let chain = Chain::new(number, Secret::new(reader.array()?));
    let receipt_key = Secret::new(reader.array()?);
    let taken = u32::from_be_bytes(reader.array()?);
    let commands = Chain::new(taken, Secret::new(reader.array()?));
    let outcome = reader.u8()?;
    let fingerprint = reader.array()?;
    reader.finish()?;
    let secrets = SessionSecrets {
        id,
        hash,
        chain,
        receipt_key,
        commands,
        resumption: None,
    };
    Ok(Loaded {
        secrets,
        outcome,
        reached,
        fingerprint,
    })
}

fn code_of(content: &[u8], static_secret: &Secret) -> [u8; CODE_LEN] {
    hmac(&derive(static_secret, Label::SAVED), &[content])
}
