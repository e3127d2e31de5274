//! From the crate's typed errors to the closed list of classes.

use iomt::link::{CarrierError, FragmentError};
use iomt::pairing::label::LabelError;
use iomt::{gatt, pairing, seal, wire};

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The bytes, or what was asked, are refused.
    Class(&'static str),
    /// Not built here.
    Unsupported(String),
    /// The request itself is not one.
    BadRequest(String),
}

impl Failure {
    pub(super) fn field(name: &str) -> Self {
        Self::BadRequest(format!("member {name:?} is missing, or not of its kind"))
    }
}

/// The class of an error.
pub(super) trait Class {
    fn class(&self) -> &'static str;
}

impl<E: Class> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Class(error.class())
    }
}

impl Class for wire::Error {
    fn class(&self) -> &'static str {
        match self {
            Self::UnsupportedVersion(_) => "unsupported_version",
            Self::UnknownCritical(_) => "unknown_critical",
            Self::NoRoom { .. } => "no_room",
            Self::SetFull => "set_full",
            _ => "malformed",
        }
    }
}

impl Class for seal::Error {
    fn class(&self) -> &'static str {
        match self {
            Self::Malformed(error) => error.class(),
            Self::UnexpectedPacket => "unexpected",
            Self::UnknownEpoch => "unknown_epoch",
            Self::NotAuthentic => "not_authentic",
            Self::EpochFull => "epoch_full",
            Self::Replayed => "replayed",
            Self::BeyondEnd => "beyond_end",
            Self::NotNewest => "not_newest",
            _ => "malformed",
        }
    }
}

impl Class for pairing::Error {
    fn class(&self) -> &'static str {
        match self {
            Self::Malformed(error) => error.class(),
            Self::UnexpectedMessage => "unexpected",
            Self::UnsupportedSuite(_) => "unsupported_suite",
            Self::WrongLabel => "wrong_label",
            Self::WrongKey => "wrong_key",
            Self::NotAuthentic => "not_authentic",
            Self::Downgraded => "downgraded",
            Self::SecretTooShort => "secret_too_short",
            Self::BadKey | Self::NoAgreement => "bad_key",
            Self::BadPasscode => "bad_passcode",
            Self::NoRoom { .. } => "no_room",
            _ => "malformed",
        }
    }
}

impl Class for LabelError {
    fn class(&self) -> &'static str {
        match self {
            Self::NotALabel => "not_a_label",
            Self::Misread => "misread",
            Self::UnsupportedVersion(_) => "unsupported_version",
            Self::UnsupportedSuite(_) => "unsupported_suite",
            Self::UnsupportedModel(_) => "unsupported_model",
            Self::UnsupportedField(_) => "unsupported_field",
            _ => "malformed",
        }
    }
}

impl Class for CarrierError {
    fn class(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong { .. } => "too_long",
            _ => "no_room",
        }
    }
}

impl Class for FragmentError {
    fn class(&self) -> &'static str {
        match self {
            Self::Orphan => "orphan",
            Self::Gap { .. } => "gap",
            Self::TooLong { .. } => "too_long",
            _ => "malformed",
        }
    }
}

impl Class for gatt::Error {
    fn class(&self) -> &'static str {
        match self {
            Self::UnknownCharacteristic(_) => "unknown_characteristic",
            _ => "malformed",
        }
    }
}
