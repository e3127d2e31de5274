use core::fmt;

use super::bytes::Bytes;
use super::comparing::{ParkedSas, Sas};
use super::start::pattern_of;
use super::{Exchange, Kept, Phase};
use crate::crypto::Secret;
use crate::pairing::noise::{self, Handshake, Role};
use crate::pairing::{DescriptorHash, Hello, MAX_HANDSHAKE};
use crate::wire::copy;

/// A half-open handshake that waits for the other side's packet, put by in 512 bytes at most.
///
/// For who pairs with many devices by their labels, or compares digits with them, at once. An [`Exchange`] keeps room for a
/// message and for what a refused one comes back to; between two messages it needs neither. Whoever holds one gives it up
/// after two minutes. The nodes of this crate have a few places for half-open handshakes and keep the exchange itself.
///
/// ```
/// use iomt::pairing::{Exchange, Identity, StaticKey, label::LabelSecret};
/// # use iomt::{seal::SystemEntropy, wire::ConnectionId};
/// # let rng = &mut SystemEntropy;
/// # let label = LabelSecret::new(b"the secret on the label")?;
/// let key = StaticKey::from(Identity::generate(rng)?);
/// let mut exchange = Exchange::read_label(&key, &label, ConnectionId([1; 8]), rng)?;
/// exchange.work_with(&key)?;
///
/// let parked = exchange.park().expect("message 1 is written");
/// assert!(parked.packet().len() == 90 && size_of_val(&parked) <= 512);
/// let exchange = parked.resume(); // Message 2 has come.
/// # assert_eq!(exchange.packet().map(<[u8]>::len), Some(90));
/// # Ok::<(), iomt::pairing::Error>(())
/// ```
///
/// Secrets are wiped when it is dropped.
pub struct Parked {
    noise: noise::Parked,
    hello: Hello,
    role: Role,
    suite: u8,
    other_suites: u8,
    promise: Option<DescriptorHash>,
    psk: Option<Secret>,
    sas: ParkedSas,
    sent: [u8; MAX_HANDSHAKE],
    len: u8,
}

impl Exchange {
    /// Puts a handshake by that waits for the other side's packet.
    ///
    /// # Errors
    ///
    /// The exchange as it was, while there is [`Work`](super::Work), and when it waits for no packet of Noise any more.
    pub fn park(self) -> Result<Parked, Self> {
        let mut sent = [0; MAX_HANDSHAKE];
        let len = match (self.phase, u8::try_from(self.bytes.sent().len())) {
            (Phase::Waiting, Ok(len)) if usize::from(len) <= MAX_HANDSHAKE => len,
            _ => return Err(self),
        };
        copy(self.bytes.sent(), &mut sent);
        Ok(Parked {
            noise: self.noise.park(),
            hello: self.hello,
            role: self.role,
            suite: self.suite,
            other_suites: self.other_suites,
            promise: self.promise,
            psk: self.psk,
            sas: self.sas.park(),
            sent,
            len,
        })
    }
}

impl Parked {
    /// Which handshake this is.
    #[must_use]
    pub const fn hello(&self) -> Hello {
        self.hello
    }

    /// The packet to send again until the other side goes on.
    #[must_use]
    pub fn packet(&self) -> &[u8] {
        self.sent.get(..self.len.into()).unwrap_or_default()
    }

    /// The handshake as it was.
    #[must_use]
    pub fn resume(self) -> Exchange {
        let bytes = Bytes::of_sent(self.packet());
        Exchange {
            noise: Handshake::resume(pattern_of(self.hello.model), self.role, self.noise),
            hello: self.hello,
            role: self.role,
            phase: Phase::Waiting,
            suite: self.suite,
            other_suites: self.other_suites,
            kept: Kept::Nothing,
            promise: self.promise,
            psk: self.psk,
            sas: Sas::resume(self.sas),
            bytes,
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
impl Parked {
    /// What has to be wiped of it.
    pub(in crate::pairing) fn secrets(&self) -> std::vec::Vec<crate::crypto::memory::Named> {
        let mut secrets = self.noise.secrets();
        secrets.extend(self.psk.iter().map(|psk| ("psk", psk.expose().to_vec())));
        secrets.extend(self.sas.secret());
        secrets
    }
}

impl fmt::Debug for Parked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parked")
            .field("hello", &self.hello)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}
