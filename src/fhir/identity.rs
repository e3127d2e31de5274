use alloc::format;
use alloc::string::String;

use sha2::{Digest, Sha256};

use super::Identifier;

/// The name of what is uploaded: the same for the same record, whenever and however often it is sent.
///
/// A UUID of version 8 whose bits are those of a SHA-256 over everything that it is made of. Nothing
/// of a device's number can be read from it; who wants that nobody can confirm a guess either gives a
/// secret as scope.
///
/// ```
/// use iomt::fhir::Identity;
///
/// let name = Identity::of_record(b"clinic", b"device 7", 0x1234, 42);
/// assert_eq!(name, Identity::of_record(b"clinic", b"device 7", 0x1234, 42));
/// assert_ne!(name, Identity::of_record(b"clinic", b"device 7", 0x1234, 43));
/// assert_eq!(name.id().len(), 36);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    bits: u128,
}

/// How a server is told to store a resource once, however often it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Upload {
    /// The resource's id is the identity: `PUT Observation/{id}`.
    #[default]
    Put,
    /// The server gives ids; the identity is an identifier: `PUT Observation?identifier={system}|{value}`.
    Conditional,
}

impl Identity {
    /// The system of the identifiers: their values are addresses.
    pub const SYSTEM: &'static str = "urn:ietf:rfc:3986";

    /// The identity of a record: (device, run, sequence), as everywhere in this crate.
    #[must_use]
    pub fn of_record(scope: &[u8], device: &[u8], run: u64, sequence: u64) -> Self {
        Self::of_parts(&[scope, device, &run.to_le_bytes(), &sequence.to_le_bytes()])
    }

    /// The identity of what these parts name together; each is hashed with its length.
    #[must_use]
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            let len = u64::try_from(part.len()).unwrap_or(u64::MAX);
            hash.update(len.to_le_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let bits = digest
            .iter()
            .take(16)
            .fold(0, |bits, octet| (bits << 8) | u128::from(*octet));
        Self {
            bits: with_version(bits),
        }
    }

    /// The identity of one of several resources that are made of the same record.
    #[must_use]
    pub fn part(self, number: u32) -> Self {
        Self::of_parts(&[&self.bits.to_le_bytes(), &number.to_le_bytes()])
    }

    /// As the id of a resource.
    #[must_use]
    pub fn id(self) -> String {
        let hex = format!("{:032x}", self.bits);
        let field = |range| hex.get(range).unwrap_or_default();
        format!(
            "{}-{}-{}-{}-{}",
            field(0..8),
            field(8..12),
            field(12..16),
            field(16..20),
            field(20..32)
        )
    }

    /// As an address.
    #[must_use]
    pub fn urn(self) -> String {
        format!("urn:uuid:{}", self.id())
    }

    /// As an identifier.
    #[must_use]
    pub fn identifier(self) -> Identifier {
        Identifier {
            system: Some(Self::SYSTEM.into()),
            value: Some(self.urn()),
        }
    }
}

/// RFC 9562: version 8 in bits 48 to 51, variant 2 in bits 64 and 65.
const fn with_version(bits: u128) -> u128 {
    let version = 0xF << 76;
    let variant = 0x3 << 62;
    (bits & !version & !variant) | (0x8 << 76) | (0x2 << 62)
}

impl Upload {
    /// The id of a resource, where the sender chooses it.
    pub(super) fn id(self, identity: Identity) -> Option<String> {
        match self {
            Self::Put => Some(identity.id()),
            Self::Conditional => None,
        }
    }

    /// The identifiers of a resource.
    pub(super) fn identifiers(self, identity: Identity) -> alloc::vec::Vec<Identifier> {
        match self {
            Self::Put => alloc::vec::Vec::new(),
            Self::Conditional => alloc::vec![identity.identifier()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // IOMT-FHIR-003
    #[test]
    fn an_identity_is_a_uuid_of_version_8() {
        let id = Identity::of_record(b"", b"d", 1, 2).id();
        let bytes = id.as_bytes();
        assert_eq!(bytes[14], b'8');
        assert!(matches!(bytes[19], b'8' | b'9' | b'a' | b'b'));
        assert!(id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'));
    }

    // IOMT-FHIR-003
    #[test]
    fn parts_do_not_run_into_each_other() {
        let split = Identity::of_parts(&[b"ab", b"c"]);
        assert_ne!(split, Identity::of_parts(&[b"a", b"bc"]));
        assert_ne!(split, Identity::of_parts(&[b"abc"]));
        assert_ne!(split.part(0), split.part(1));
        assert_ne!(split.part(0), split);
    }

    // IOMT-FHIR-003
    #[test]
    fn the_name_of_a_record_never_changes() {
        // Frozen: a server knows its resources by it.
        let name = Identity::of_record(b"clinic", b"device 7", 0x1234, 42);
        assert_eq!(name.id(), FROZEN);
    }

    const FROZEN: &str = "756c8969-d9be-8f57-9cb5-09f33b90c74c";
}
