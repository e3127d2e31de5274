use core::fmt;

use zeroize::Zeroize;

use super::base32::{decode, encode, encoded_len};
use super::{LabelSecret, MIN_SECRET};
use crate::crypto::SUITE;
use crate::crypto::hash::{equal, sha256};
use crate::pairing::{Error, Model, PublicKey};
use crate::seal::{Entropy, draw_unhedged};
use crate::wire::{Reader, Writer, copy};

/// The longest secret on a label.
pub const MAX_SECRET: usize = 32;
/// The longest text of a label that is read: 210 characters. The longest that this version writes has 122; the rest is room
/// for fields of later ones. A QR code of 49 by 49 modules holds that at level M, of 57 by 57 at level Q.
pub const MAX_LABEL_TEXT: usize = PREFIX.len() + encoded_len(MAX_BODY);

const MAX_BODY: usize = 128;
const PREFIX: &[u8] = b"IOMT:";
/// Of the layout, which is not the version on the wire.
const VERSION: u8 = 1;
const CHECKSUM: usize = 4;
/// What the longest label that is written has.
const MAX_WRITTEN: usize = 4 + MAX_SECRET + 1 + KEY + CHECKSUM;
const MAX_WRITTEN_TEXT: usize = PREFIX.len() + encoded_len(MAX_WRITTEN);
const KEY: usize = 32;

/// What is on the label of a device: its secret, and its key where the model has one.
///
/// ```text
/// text      "IOMT:" ‖ base32(body), large letters: the alphanumeric mode of QR codes, 5.5 bits a character
/// body      version 1 │ suite 1 │ model 1 │ secret: length 1, 16 to 32 bytes │ key: length 1, bytes (model 1 only)
///           │ fields: tag 1, length 1, content … │ checksum 4
/// checksum  the first 4 bytes of SHA-256 over all before it; the last 4 bytes in every version
/// ```
///
/// | label | body | text | QR code of level M, 15 % damaged | of level Q, 25 % damaged |
/// |---|---|---|---|---|
/// | model 2, secret of 16 bytes | 24 bytes | 44 characters | version 3, 29 by 29 | version 3, 29 by 29 |
/// | model 2, secret of 32 bytes | 40 bytes | 69 characters | version 4, 33 by 33 | version 5, 37 by 37 |
/// | model 1, secret of 16 bytes | 57 bytes | 97 characters | version 5, 37 by 37 | version 6, 41 by 41 |
/// | model 1, secret of 32 bytes | 73 bytes | 122 characters | version 5, 37 by 37 | version 7, 45 by 45 |
///
/// A label lives as long as its device, ten years and more, so a reader of today meets labels of yesterday
/// and tomorrow: the checksum tells a misread label from a newer one in any version; fields have rising
/// tags, and unknown ones with an even tag are skipped, those with an odd tag are critical and refused.
/// Version 1 writes none.
///
/// The text is as secret as the label. Wiped when dropped, never printed, not `Clone`.
pub struct Label {
    secret: [u8; MAX_SECRET],
    len: usize,
    key: Option<PublicKey>,
}

/// Why a text is not taken for a label.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// It does not begin or is not written as one: another QR code.
    #[error("not a label of this protocol")]
    NotALabel,
    /// Misread or damaged: read it again.
    #[error("the label was misread")]
    Misread,
    /// Of a later version: a newer program is needed.
    #[error("label version {0} is not supported")]
    UnsupportedVersion(u8),
    /// Of another suite.
    #[error("suite {0} is not supported")]
    UnsupportedSuite(u8),
    /// A model that no label has, or a later one.
    #[error("model {0} is not supported")]
    UnsupportedModel(u8),
    /// A critical field that this version does not know.
    #[error("the label says something that has to be understood")]
    UnsupportedField(u8),
    /// Whoever made it did so wrongly: its checksum is right, its content is not.
    #[error("malformed label")]
    Malformed,
}

/// The text of a label, for whoever prints it.
///
/// Wiped when dropped, never printed by `Debug`.
pub struct LabelText {
    bytes: [u8; MAX_WRITTEN_TEXT],
    len: usize,
}

impl Label {
    /// A label with 16 random bytes, and with the device's key where one is given: at the factory.
    ///
    /// It is made of the generator alone, which is drawn from twice, and refused where it says the same again.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`].
    pub fn generate(key: Option<PublicKey>, entropy: &mut impl Entropy) -> Result<Self, Error> {
        let random = draw_unhedged(entropy)?;
        let secret = random.expose().first_chunk::<MIN_SECRET>();
        Self::new(secret.map_or(&[][..], |secret| secret), key)
    }

    /// A label with this secret: 16 to 32 random bytes.
    ///
    /// # Errors
    ///
    /// [`Error::SecretTooShort`]; [`Error::NoRoom`] for one that is too long.
    pub fn new(secret: &[u8], key: Option<PublicKey>) -> Result<Self, Error> {
        if secret.len() < MIN_SECRET {
            return Err(Error::SecretTooShort);
        }
        if secret.len() > MAX_SECRET {
            let needed = secret.len();
            return Err(Error::NoRoom { needed });
        }
        let mut label = Self {
            secret: [0; MAX_SECRET],
            len: secret.len(),
            key,
        };
        copy(secret, &mut label.secret);
        Ok(label)
    }

    /// Reads what a scanner or a person gives. White space around it does not count.
    ///
    /// # Errors
    ///
    /// By what is wrong first: not a label, misread, another version, suite, model or critical field,
    /// malformed.
    pub fn parse(text: &str) -> Result<Self, LabelError> {
        let text = text.trim_ascii().as_bytes();
        let (prefix, coded) = text
            .split_at_checked(PREFIX.len())
            .ok_or(LabelError::NotALabel)?;
        if !prefix.eq_ignore_ascii_case(PREFIX) {
            return Err(LabelError::NotALabel);
        }
        let mut buffer = [0; MAX_BODY];
        let mut writer = Writer::new(&mut buffer);
        let decoded = decode(coded, &mut writer);
        let parsed = decoded.and_then(|()| Self::parse_body(writer.finish()));
        buffer.zeroize();
        parsed
    }

    fn parse_body(body: &[u8]) -> Result<Self, LabelError> {
        let (body, checksum) = body
            .split_last_chunk::<CHECKSUM>()
            .ok_or(LabelError::Misread)?;
        if !equal(checksum, &checksum_of(body)) {
            return Err(LabelError::Misread);
        }
        let mut reader = Reader::new(body);
        match reader.u8()? {
            VERSION => {}
            version => return Err(LabelError::UnsupportedVersion(version)),
        }
        match reader.u8()? {
            SUITE => {}
            suite => return Err(LabelError::UnsupportedSuite(suite)),
        }
        let model = Model(reader.u8()?);
        let secret = prefixed(&mut reader)?;
        let key = match model {
            Model::LABEL_SECRET => None,
            Model::LABEL_KEY => {
                let key = PublicKey::from_bytes(prefixed(&mut reader)?);
                Some(key.map_err(|_| LabelError::Malformed)?)
            }
            Model(model) => return Err(LabelError::UnsupportedModel(model)),
        };
        skip_fields(reader)?;
        Self::new(secret, key).map_err(|_| LabelError::Malformed)
    }

    /// The text to print.
    #[must_use]
    pub fn text(&self) -> LabelText {
        let mut text = LabelText {
            bytes: [0; MAX_WRITTEN_TEXT],
            len: 0,
        };
        let mut body = [0; MAX_WRITTEN];
        let mut writer = Writer::new(&mut text.bytes);
        let written = self.emit_body(&mut body).and_then(|body| {
            writer.put(PREFIX)?;
            encode(body, &mut writer)
        });
        body.zeroize();
        // Fits: both buffers have the size of the longest label.
        let len = writer.len();
        text.len = if written.is_ok() { len } else { 0 };
        text
    }

    fn emit_body<'b>(&self, body: &'b mut [u8]) -> Result<&'b [u8], crate::wire::Error> {
        let len = {
            let mut writer = Writer::new(body);
            writer.put(&[VERSION, SUITE, self.model().0])?;
            put_prefixed(&mut writer, self.secret_bytes())?;
            if let Some(key) = &self.key {
                put_prefixed(&mut writer, key.as_bytes())?;
            }
            writer.len()
        };
        let checksum = checksum_of(body.get(..len).unwrap_or_default());
        let (_, rest) = body.split_at_mut_checked(len).unwrap_or_default();
        Writer::new(rest).put(&checksum)?;
        Ok(body.get(..len + CHECKSUM).unwrap_or_default())
    }

    /// How one pairs with it.
    #[must_use]
    pub const fn model(&self) -> Model {
        match self.key {
            Some(_) => Model::LABEL_KEY,
            None => Model::LABEL_SECRET,
        }
    }

    /// What the handshake needs of the secret.
    ///
    /// # Errors
    ///
    /// None: the secret of a label is long enough.
    pub fn secret(&self) -> Result<LabelSecret, Error> {
        match self.model() {
            Model::LABEL_KEY => LabelSecret::beside_key(self.secret_bytes()),
            _ => LabelSecret::new(self.secret_bytes()),
        }
    }

    /// The secret itself, for whoever writes it into the device.
    #[must_use]
    pub fn secret_bytes(&self) -> &[u8] {
        self.secret.get(..self.len).unwrap_or_default()
    }

    /// The device's key, where the model has one.
    #[must_use]
    pub const fn key(&self) -> Option<PublicKey> {
        self.key
    }
}

impl LabelText {
    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let text = self.bytes.get(..self.len).unwrap_or_default();
        core::str::from_utf8(text).unwrap_or_default()
    }
}

/// Something with its length in front.
fn prefixed<'b>(reader: &mut Reader<'b>) -> Result<&'b [u8], LabelError> {
    let len = reader.u8()?;
    Ok(reader.take(len.into())?)
}

fn put_prefixed(writer: &mut Writer<'_>, bytes: &[u8]) -> Result<(), crate::wire::Error> {
    writer.u8(u8::try_from(bytes.len()).unwrap_or(u8::MAX))?;
    writer.put(bytes)
}

/// Fields of later versions: rising tags, odd ones critical.
fn skip_fields(mut reader: Reader<'_>) -> Result<(), LabelError> {
    let mut previous = None;
    while reader.left() > 0 {
        let tag = reader.u8()?;
        prefixed(&mut reader)?;
        if previous >= Some(tag) {
            return Err(LabelError::Malformed);
        }
        if tag % 2 == 1 {
            return Err(LabelError::UnsupportedField(tag));
        }
        previous = Some(tag);
    }
    Ok(())
}

fn checksum_of(body: &[u8]) -> [u8; CHECKSUM] {
    let [a, b, c, d, ..] = sha256(&[body]);
    [a, b, c, d]
}

impl From<crate::wire::Error> for LabelError {
    fn from(_: crate::wire::Error) -> Self {
        Self::Malformed
    }
}

impl Drop for Label {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl Drop for LabelText {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Label")
            .field("model", &self.model())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for LabelText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LabelText(..)")
    }
}

#[cfg(test)]
#[path = "payload_tests.rs"]
mod tests;
