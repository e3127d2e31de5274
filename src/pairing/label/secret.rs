use core::fmt;

use super::MODEL;
use crate::crypto::hash::{extract, hmac};
use crate::crypto::{SUITE, Secret};
use crate::pairing::Error;
use crate::pairing::noise::pattern::XX_PSK0;
use crate::pairing::noise::{Handshake, Role};
use crate::seal::{Label, derive, expand_label};
use crate::wire::{self, HANDSHAKE_HEADER, Hint, MAC1_LEN, VERSION, Writer};

/// The fewest bytes that a label secret has.
pub const MIN_SECRET: usize = 16;

/// What is derived from the secret on a label.
///
/// Wiped when dropped, never printed, not `Clone`.
pub struct LabelSecret {
    psk: Secret,
    mac1_key: Secret,
    hint: Hint,
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
    pub fn new(secret: &[u8]) -> Result<Self, Error> {
        if secret.len() < MIN_SECRET {
            return Err(Error::SecretTooShort);
        }
        let label = extract(&[0; 32], &[secret]);
        Ok(Self {
            psk: derive(&label, Label::LABEL_PSK),
            mac1_key: derive(&label, Label::LABEL_MAC1),
            hint: Hint(expand_label(&label, Label::LABEL_HINT, [&[], &[]])),
        })
    }

    /// Tells the device which of its labels is meant; shows nothing of the secret.
    #[must_use]
    pub const fn hint(&self) -> Hint {
        self.hint
    }

    pub(super) fn handshake(&self, role: Role) -> Result<Handshake, Error> {
        let mut buffer = [0_u8; MAX_PROLOGUE];
        let prologue = prologue(self.hint, &mut buffer)?;
        Ok(Handshake::new(
            &XX_PSK0,
            role,
            prologue,
            core::slice::from_ref(&self.psk),
        ))
    }

    /// "over all before it ‖ message"
    pub(super) fn mac1(&self, header: &[u8], message: &[u8]) -> [u8; MAC1_LEN] {
        hmac(&self.mac1_key, &[header, message])
    }

    pub(super) fn insert_mac1(&self, packet: &mut [u8]) {
        let Some((header, rest)) = packet.split_at_mut_checked(HANDSHAKE_HEADER) else {
            return;
        };
        let Some((slot, message)) = rest.split_first_chunk_mut::<MAC1_LEN>() else {
            return;
        };
        *slot = self.mac1(header, message);
    }
}

const MAX_PROLOGUE: usize = 80;

/// "lv("iomt1") lv(wire version) lv(suite) lv(Noise name) lv(model) lv(pre)"
fn prologue(hint: Hint, buffer: &mut [u8]) -> Result<&[u8], wire::Error> {
    let mut writer = Writer::new(buffer);
    for field in [
        b"iomt1",
        &[VERSION][..],
        &[SUITE],
        XX_PSK0.name.as_bytes(),
        &[MODEL.0],
        &hint.0,
    ] {
        let len = u16::try_from(field.len()).unwrap_or(u16::MAX);
        writer.put(&len.to_be_bytes())?;
        writer.put(field)?;
    }
    Ok(writer.finish())
}
