//! From the crate's typed errors to the closed list of classes.

use iomt::link::{CarrierError, FragmentError, GatewayError};
use iomt::pairing::label::LabelError;
use iomt::reading::codec::{DecodeError, EncodeError};
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
    /// As fine as the crate tells it.
    fn word(&self) -> &'static str;

    fn class(&self) -> &'static str {
        class_of(self.word())
    }
}

/// The finer words that may stand for a class of the closed list.
const FINER: [(&str, &[&str]); 8] = [
    (
        "malformed",
        &[
            "truncated",
            "trailing_bytes",
            "malformed_varint",
            "reserved",
            "malformed_body",
            "malformed_label",
            "padding",
            "not_canonical",
            "times_out_of_range",
            "not_a_fragment",
            "malformed_batch",
            "checksum",
            "bad_length",
            "bad_text",
            "empty_list",
            "segmented",
        ],
    ),
    ("unsupported_codec", &["unknown_codec"]),
    (
        "unexpected",
        &["unexpected_packet", "unexpected_message", "wrong_direction"],
    ),
    (
        "bad_key",
        &["bad_key_length", "no_agreement", "missing_key"],
    ),
    ("empty", &["empty_datagram"]),
    ("too_long", &["datagram_too_long"]),
    ("orphan", &["orphan_fragment"]),
    ("gap", &["missing_fragments"]),
];

/// The class that a word stands for.
pub(crate) fn class_of(word: &str) -> &str {
    let finer = FINER.iter().find(|(_, words)| words.contains(&word));
    finer.map_or(word, |(class, _)| class)
}

/// Whether a word is one of the closed list, or finer than one.
pub(crate) fn is_class(word: &str) -> bool {
    let list = include_str!("../../../src/guide/specification/errors.md");
    list.contains(&format!(" | `{}` | ", class_of(word)))
}

/// Of what is to be written and can not be said.
pub(super) fn unwritten(error: wire::Error) -> Failure {
    match error {
        wire::Error::OutOfRange => Failure::Class("out_of_range"),
        other => other.into(),
    }
}

impl<E: Class> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Class(error.class())
    }
}

/// An error that the list does not have, or not here.
const NONE: &str = "self_check";

impl Class for wire::Error {
    fn word(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "truncated",
            Self::TrailingBytes { .. } => "trailing_bytes",
            Self::MalformedVarint => "malformed_varint",
            Self::UnsupportedVersion(_) => "unsupported_version",
            Self::Reserved => "reserved",
            Self::OutOfRange => "malformed",
            Self::MalformedBody => "malformed_body",
            Self::UnknownCritical(_) => "unknown_critical",
            Self::NoRoom { .. } => "no_room",
            Self::SetFull => "set_full",
            _ => NONE,
        }
    }
}

impl Class for seal::Error {
    fn word(&self) -> &'static str {
        match self {
            Self::Malformed(error) => error.class(),
            Self::UnexpectedPacket => "unexpected_packet",
            Self::UnknownEpoch => "unknown_epoch",
            Self::NotAuthentic => "not_authentic",
            Self::EpochFull => "epoch_full",
            Self::NoEpoch => "no_epoch",
            Self::Entropy(_) => "no_entropy",
            Self::BadKeyLength => "bad_key_length",
            Self::Replayed => "replayed",
            Self::BeyondEnd => "beyond_end",
            Self::NotNewest => "not_newest",
            _ => NONE,
        }
    }
}

impl Class for pairing::Error {
    fn word(&self) -> &'static str {
        match self {
            Self::Malformed(error) => error.class(),
            Self::UnexpectedMessage => "unexpected_message",
            Self::UnsupportedSuite(_) => "unsupported_suite",
            Self::WrongLabel => "wrong_label",
            Self::WrongKey => "wrong_key",
            Self::Busy => "busy",
            Self::NoAgreement => "no_agreement",
            Self::NotAuthentic => "not_authentic",
            Self::Downgraded => "downgraded",
            Self::SecretTooShort => "secret_too_short",
            Self::BadKey => "bad_key",
            Self::MissingKey => "missing_key",
            Self::BadPasscode => "bad_passcode",
            Self::NoAttempts => "no_attempts",
            Self::NoRoom { .. } => "no_room",
            Self::Entropy(_) => "no_entropy",
            _ => NONE,
        }
    }
}

impl Class for LabelError {
    fn word(&self) -> &'static str {
        match self {
            Self::NotALabel => "not_a_label",
            Self::Misread => "misread",
            Self::UnsupportedVersion(_) => "unsupported_version",
            Self::UnsupportedSuite(_) => "unsupported_suite",
            Self::UnsupportedModel(_) => "unsupported_model",
            Self::UnsupportedField(_) => "unsupported_field",
            Self::Malformed => "malformed_label",
            _ => NONE,
        }
    }
}

impl Class for CarrierError {
    fn word(&self) -> &'static str {
        match self {
            Self::Empty => "empty_datagram",
            Self::TooLong { .. } => "datagram_too_long",
            Self::NoRoom { .. } => "no_room",
            _ => NONE,
        }
    }
}

impl Class for FragmentError {
    fn word(&self) -> &'static str {
        match self {
            Self::Malformed => "not_a_fragment",
            Self::Orphan => "orphan_fragment",
            Self::Gap { .. } => "missing_fragments",
            Self::TooLong { .. } => "datagram_too_long",
            _ => NONE,
        }
    }
}

impl Class for GatewayError {
    fn word(&self) -> &'static str {
        match self {
            Self::Wire(error) => error.class(),
            Self::WrongDirection => "wrong_direction",
            Self::UnknownEpoch => "unknown_epoch",
            _ => NONE,
        }
    }
}

impl Class for DecodeError {
    fn word(&self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::TrailingBytes => "trailing_bytes",
            Self::Padding => "padding",
            Self::OutOfRange { .. } => "malformed",
            Self::NotCanonical => "not_canonical",
            _ => NONE,
        }
    }
}

impl Class for EncodeError {
    fn word(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "out_of_range",
            Self::NoRoom { .. } => "no_room",
            _ => NONE,
        }
    }
}

impl Class for gatt::Error {
    fn word(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "truncated",
            Self::TrailingBytes { .. } => "trailing_bytes",
            Self::Reserved { .. } => "reserved",
            Self::OutOfRange { .. } => "malformed",
            Self::Empty { .. } => "empty_list",
            Self::Checksum { .. } => "checksum",
            Self::Length { .. } => "bad_length",
            Self::Text { .. } => "bad_text",
            Self::Segmented => "segmented",
            Self::NotRepresentable { .. } => "not_representable",
            Self::UnknownCharacteristic(_) => "unknown_characteristic",
            _ => NONE,
        }
    }
}
