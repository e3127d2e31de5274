use crate::crypto::Secret;
use crate::crypto::hash::expand_into;
use crate::wire::{Locator, Salt};

/// How many epochs ahead of the newest that it has opened a server finds.
pub(crate) const WINDOW: usize = 8;
/// How many opened epochs a server keeps: nine that a device may have to drain, and the one that a reconnection begins
/// with; the oldest gives way.
pub(crate) const MAX_OPENED: usize = 10;

/// What a derived key is for. Each label stands in one place of the key schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label(pub(crate) &'static str);

impl Label {
    pub(crate) const SESSION: Self = Self("session");
    pub(crate) const RECEIPT: Self = Self("receipt");
    pub(crate) const CHAIN: Self = Self("chain");
    pub(crate) const NEXT: Self = Self("next");
    pub(crate) const LOCATOR: Self = Self("locator");
    pub(crate) const OPEN: Self = Self("open");
    pub(crate) const EPOCH: Self = Self("epoch");
    pub(crate) const TAG: Self = Self("tag");
    pub(crate) const DATA: Self = Self("data");
    pub(crate) const ALARM: Self = Self("alarm");
    pub(crate) const CONTROL: Self = Self("control");
    pub(crate) const COMMAND: Self = Self("command");
    #[cfg(feature = "cpace")]
    pub(crate) const CPACE_MAC1: Self = Self("cpace mac1");
    #[cfg(feature = "cpace")]
    pub(crate) const CPACE_PSK: Self = Self("cpace psk");
    #[cfg(feature = "cpace")]
    pub(crate) const CPACE_SCALAR: Self = Self("cpace scalar");
    #[cfg(feature = "cpace")]
    pub(crate) const CPACE_SID: Self = Self("cpace sid");
    #[cfg(feature = "pairing")]
    pub(crate) const EPHEMERAL: Self = Self("ephemeral");
    /// Of whoever has an identity alone: for what it exports.
    #[cfg(feature = "pairing")]
    pub(crate) const IDENTITY: Self = Self("identity");
    #[cfg(feature = "pq")]
    pub(crate) const KEM_KEY: Self = Self("kem key");
    #[cfg(feature = "pq")]
    pub(crate) const KEM_SECRET: Self = Self("kem secret");
    #[cfg(feature = "pairing")]
    pub(crate) const LABEL_HINT: Self = Self("label hint");
    #[cfg(feature = "pairing")]
    pub(crate) const LABEL_MAC1: Self = Self("label mac1");
    #[cfg(feature = "pairing")]
    pub(crate) const LABEL_PSK: Self = Self("label psk");
    #[cfg(feature = "pairing")]
    pub(crate) const SAS_NONCE: Self = Self("sas nonce");
    #[cfg(feature = "comparison")]
    pub(crate) const TOKEN_MAC1: Self = Self("token mac1");
    /// Of the device alone: of its static keys.
    #[cfg(feature = "pairing")]
    pub(crate) const STATIC: Self = Self("static");
    #[cfg(feature = "pairing")]
    pub(crate) const STATIC_MAC1: Self = Self("static mac1");
    pub(crate) const RESUME: Self = Self("resume");
    pub(crate) const HINT: Self = Self("hint");
    pub(crate) const SALT: Self = Self("salt");
    pub(crate) const RUN: Self = Self("run");
    /// Of the server alone: for what it stores.
    pub(crate) const ROW: Self = Self("row");
    /// Of the device alone: over what it stores.
    pub(crate) const SAVED: Self = Self("saved");
    #[cfg(feature = "node")]
    pub(crate) const IMAGE: Self = Self("image");
    pub(crate) const RNG: Self = Self("rng");
}

/// "E(k, label, ctx, L) = HKDF-Expand(k, lv("iomt1 " ‖ label) ‖ lv(ctx), L)"
pub(crate) fn expand_label<const N: usize>(
    key: &Secret,
    label: Label,
    context: [&[u8]; 2],
) -> [u8; N] {
    const { assert!(N <= MAX_DERIVED) };
    let mut out = [0; N];
    expand_label_into(key, label, context, &mut out);
    out
}

/// The same, to where it is going to stay: at most [`MAX_DERIVED`] bytes.
pub(crate) fn expand_label_into(key: &Secret, label: Label, context: [&[u8]; 2], out: &mut [u8]) {
    const PREFIX: &[u8] = b"iomt1 ";
    derivations::note();
    let [first, second] = context;
    let label = label.0.as_bytes();
    let label_len = length_prefix(PREFIX.len() + label.len());
    let context_len = length_prefix(first.len() + second.len());
    let info = [&label_len[..], PREFIX, label, &context_len, first, second];
    // Can not fail: nothing of the protocol is that long.
    let _ = expand_into(key, &info, out);
}

/// The most that is derived at once: what a scalar of CPace, or a KEM's key, is made of.
const MAX_DERIVED: usize = 64;

/// A secret that stands in one place from the beginning. Not inlined: the schedule is made of calls of it.
#[inline(never)]
pub(crate) fn derive_bound(key: &Secret, label: Label, context: [&[u8]; 2]) -> Secret {
    let mut secret = Secret::new([0; 32]);
    expand_label_into(key, label, context, secret.expose_mut());
    secret
}

/// Counts derivations in tests, for what is promised to cost none.
#[cfg(not(test))]
mod derivations {
    pub(super) const fn note() {}
}
#[cfg(test)]
pub(crate) mod derivations {
    use core::cell::Cell;

    std::thread_local! {
        static COUNT: Cell<u64> = const { Cell::new(0) };
    }

    pub(super) fn note() {
        COUNT.set(COUNT.get() + 1);
    }

    pub(crate) fn count() -> u64 {
        COUNT.get()
    }
}

/// "lv(x) = u16 big-endian length ‖ x". No context of the protocol reaches 64 KiB.
fn length_prefix(len: usize) -> [u8; 2] {
    u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes()
}

/// The same, bound to nothing but its label.
#[inline(never)]
pub(crate) fn derive(key: &Secret, label: Label) -> Secret {
    let mut secret = Secret::new([0; 32]);
    derive_into(key, label, secret.expose_mut());
    secret
}

/// What names something, or tells it apart; of no secrecy.
pub(crate) fn derive_name<const N: usize>(key: &Secret, label: Label) -> [u8; N] {
    let mut name = [0; N];
    derive_into(key, label, &mut name);
    name
}

#[inline(never)] // Once for all secrets.
fn derive_into(key: &Secret, label: Label, out: &mut [u8]) {
    expand_label_into(key, label, [&[], &[]], out);
}

/// One link of a session's one-way chain: everything about one epoch but its salt.
pub(crate) struct Chain {
    number: u32,
    secret: Secret,
}

impl Chain {
    pub(crate) const fn new(number: u32, secret: Secret) -> Self {
        Self { number, secret }
    }

    pub(crate) const fn number(&self) -> u32 {
        self.number
    }

    pub(crate) const fn expose(&self) -> &[u8; 32] {
        self.secret.expose()
    }

    /// The same link for a computation that may come to nothing.
    pub(crate) fn share(&self) -> Self {
        Self {
            number: self.number,
            secret: self.secret.share(),
        }
    }

    pub(crate) fn locator(&self) -> Locator {
        Locator(derive_name(&self.secret, Label::LOCATOR))
    }

    pub(crate) fn open_key(&self) -> OpenKey {
        OpenKey(derive(&self.secret, Label::OPEN))
    }

    pub(crate) fn next(&self) -> Self {
        Self {
            number: self.number.saturating_add(1),
            secret: derive(&self.secret, Label::NEXT),
        }
    }
}

/// What opens one epoch once its salt is known; says nothing of the epochs behind it.
pub(crate) struct OpenKey(Secret);

impl OpenKey {
    pub(crate) const fn from_bytes(key: [u8; 32]) -> Self {
        Self(Secret::new(key))
    }

    pub(crate) const fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// The same key for a candidate that may come to nothing.
    pub(crate) const fn share(&self) -> Self {
        Self(self.0.share())
    }

    pub(crate) fn secret(&self, salt: Salt) -> EpochSecret {
        EpochSecret(derive_bound(&self.0, Label::EPOCH, [&salt.0, &[]]))
    }
}

/// The root of one epoch's keys.
pub(crate) struct EpochSecret(Secret);

impl EpochSecret {
    pub(crate) const fn from_bytes(secret: [u8; 32]) -> Self {
        Self(Secret::new(secret))
    }

    pub(crate) const fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    #[allow(dead_code, reason = "devices hand over epochs")]
    pub(crate) const fn share(&self) -> Self {
        Self(self.0.share())
    }

    pub(crate) fn tag(&self) -> [u8; 16] {
        derive_name(&self.0, Label::TAG)
    }

    /// The key of the space with this label.
    pub(crate) fn key(&self, space: Label) -> Secret {
        derive(&self.0, space)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::hash::hmac;

    // IOMT-EPOCH-001
    #[test]
    fn the_label_is_written_with_its_lengths() {
        // HKDF-Expand of one block, by hand: HMAC(key, info ‖ 1).
        let key = Secret::new([7; 32]);
        let info = b"\x00\x0aiomt1 salt\x00\x05abcde\x01";
        let by_hand: [u8; 32] = hmac(&key, &[info]);
        assert_eq!(
            expand_label::<32>(&key, Label::SALT, [b"abc", b"de"]),
            by_hand
        );
    }

    // IOMT-EPOCH-004
    #[test]
    fn every_link_and_every_use_has_a_key_of_its_own() {
        let first = Chain::new(0, Secret::new([1; 32]));
        let second = first.next();
        assert_eq!((first.number(), second.number()), (0, 1));
        assert_ne!(first.locator(), second.locator());
        let secret = first.open_key().secret(Salt([2; 16]));
        let other_salt = first.open_key().secret(Salt([3; 16]));
        assert_ne!(secret.tag(), other_salt.tag());
        let spaces = [Label::DATA, Label::ALARM, Label::CONTROL];
        let [data, alarm, control] = spaces.map(|space| *secret.key(space).expose());
        assert!(data != alarm && data[..16] != secret.tag());
        assert!(control != data && control != alarm);
    }
}
