//! How two devices meet: Noise handshakes, and the ways in which people vouch for them.
//!
//! | model | what vouches | handshake | initiator | here |
//! |---|---|---|---|---|
//! | 1 label with key and secret | the device's key and a secret of at least 16 bytes, on a label | `Noise_IKpsk2` | the reader of the label | [`label`], [`Exchange::read_label_with_key`] |
//! | 2 label secret | a secret of at least 16 bytes on a label that one side can read | `Noise_XXpsk0` | the reader of the label | [`label`], [`Exchange::read_label`] |
//! | 3 passcode | what a person types | CPace, then `Noise_XXpsk0` | who it is typed to | `cpace`, by its feature |
//! | 4 numeric comparison | six digits that a person compares | `Noise_XX` with a committed nonce | the device | [`comparison`] |
//! | 5 factory keys | the server's key in the device; also after a loss of state | `Noise_IK` | the device | [`Exchange::meet`] |
//! | 6 reconnection | both keys, and a secret of the session before | `Noise_KKpsk0` | the device | [`Exchange::reconnect`] |
//!
//! `node` goes all of these ways, with their rules of arming and finishing: `Device::arm` and `Server::pair` or
//! `Server::pair_with_key`, `Device::arm_passcode` and `Server::pair_with_passcode`, `Device::compare` and
//! `Server::compare`, `Device::meet` and `Server::expect`.
//!
//! ```text
//!   reader of the label (server, phone)                      device
//!   ───────────────────────────────────                      ──────
//!   Exchange::read_label          ── 1: psk, e {offer} ──►   Exchange::answer_label
//!        │                        ◄── 2: e, ee, s, es             │
//!        │                            {offer, descriptor}         │
//!        ▼                        ── 3: s, se {} ────────►        ▼
//!   Paired                                                   Paired
//! ```
//!
//! # Reconnection
//!
//! **What it does**: gives a new session to two that had one, once a day and whenever either has lost
//! its place; nobody has to do anything. **What it stops**: who has stolen the keys of the old session
//! reads nothing of the new one; who has stolen a static key alone, or the secret alone, gets in
//! nowhere. **What it does not stop**: who has stolen both from one side can stand in for it.
//!
//! **Arming**: none; whoever is paired may reconnect at any time, and a server answers one in two seconds. **On the label**: nothing.
//! **Finishing**: the device stores the new secret, the one before, and its first epoch, reads them back, and only then sends anything; the
//! server takes the new session for the old one when the first frame under it is authentic; the device drops the secret before when a
//! receipt under the new keys is.
//!
//! ```text
//! psk'         = E(Extract(h, k_ir ‖ k_ri), "resume")       of the session before
//! hint         = E(psk', "hint",, 8)                        tells the server which psk is meant
//! MAC1 key     = E(Extract(0, server's public key), "static mac1")
//! prologue     = lv("iomt1") lv(version) lv(suite) lv(Noise name) lv(model) lv(hint)
//!
//!   device                                                   server
//!   Exchange::reconnect        ── 1: psk, e, es, ss {offer} ──►   StaticKey::check_hello: the hint,
//!        │                                                        Exchange::answer_reconnection
//!        ▼                     ◄── 2: e, ee, se {offer} ────      ▼
//!   Paired                                                   Paired
//! ```
//!
//! | message | packet | of which |
//! |---|---|---|
//! | 1 | 90 bytes | header 20, code 16, e 32, offer 6, tag 16 |
//! | 2 | 74 bytes | header 20, e 32, offer 6, tag 16 |
//!
//! ```
//! use iomt::pairing::{Error, Exchange, Identity, StaticKey, Work};
//! use iomt::seal::ResumptionSecret;
//! # use iomt::{seal::SystemEntropy, wire::ConnectionId};
//! # let rng = &mut SystemEntropy;
//! # let [device, server] = [StaticKey::from(Identity::generate(rng)?), StaticKey::from(Identity::generate(rng)?)];
//! # fn work(exchange: &mut Exchange, key: &StaticKey) -> Result<Vec<u8>, Error> {
//! #     while exchange.poll_work() != Work::Idle {
//! #         exchange.work_with(key)?;
//! #     }
//! #     Ok(exchange.packet().unwrap_or_default().to_vec())
//! # }
//! // Of the session before, on either side: `Paired::secrets` has it.
//! let ours = ResumptionSecret::from_secret_bytes(&[7; 32])?;
//! let theirs = ResumptionSecret::from_secret_bytes(&[7; 32])?;
//!
//! let peer = server.public();
//! let mut asking = Exchange::reconnect(&device, peer, &ours, ConnectionId([1; 8]), rng)?;
//! let packet = work(&mut asking, &device)?; // 1
//! assert_eq!(server.check_hello(&packet)?.hint, theirs.hint()); // Whose it is.
//! let peer = device.public();
//! let mut answering = Exchange::answer_reconnection(&server, peer, &theirs, &packet, rng)?;
//! let packet = work(&mut answering, &server)?; // 2
//! asking.handle_packet(&packet)?;
//! work(&mut asking, &device)?;
//!
//! let (Some(here), Some(there)) = (asking.poll_paired(), answering.poll_paired()) else {
//!     return Err(Error::UnexpectedMessage.into());
//! };
//! assert_eq!(here.secrets.id(), there.secrets.id());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Introduction
//!
//! **What it does**: who is paired gives the device another recipient, `Device::introduce_peer`, and that one the device,
//! `Server::expect_introduced`. A person scans the label with a phone; the hospital's server receives the readings as
//! well, each under one identity. Between the two it is a reconnection whose psk is a first secret that the phone has drawn.
//! **What it stops**: who has stolen the server's entry, or overhears the secret, has neither static key: it can not speak for
//! the device, nor for the server. A new owner ends what the one before has introduced. **What it does not stop**: who is
//! paired may introduce whom it likes. And it does not carry the introduction: bring it to both over channels that keep it
//! secret and say who speaks.
//!
//! # Factory keys
//!
//! **What the person does**: nothing where the two meet. Somebody has written the server's key into the device before, and the
//! device's key ([`PublicKey`]) onto the list of those that the server expects: at the factory, or a clinic's engineer over a
//! cable. Both are public; that neither was changed on its way is all that this model rests on. **What it does**: the device
//! knows its server's key, and shows its own to that server alone. It is
//! also the way back for a device or server that has lost the secret of the session before. **What it
//! stops**: nobody but the holder of the server's key learns which device this is, or can answer it.
//! **What it does not stop**: anybody can begin it. Whether the device's key is a known one is for the
//! server to say, and a session where a reconnection was due is not to be trusted as one. A recorded
//! message 1 is answered again; nothing comes of the answer. Who steals the server's key later reads
//! which devices have asked.
//!
//! **Arming**: none; the server expects the device's key. **On the label**: nothing, or the device's key for the list. **Finishing**: the
//! device stores the session before anything leaves under its keys; the server has finished when the first frame under them is
//! authentic. Where a pairing of that device stands, the session is quarantined.
//!
//! ```text
//! MAC1 key     = as above
//! prologue     = lv("iomt1") lv(version) lv(suite) lv(Noise name) lv(model) lv("")       the hint is zero
//!
//!   device                                                   server
//!   Exchange::meet             ── 1: e, es, s, ss ────────►  Exchange::answer_meeting
//!        │                         {offer, descriptor}            │
//!        ▼                     ◄── 2: e, ee, se {offer} ────      ▼
//!   Paired                                                   Paired
//! ```
//!
//! | message | packet | of which |
//! |---|---|---|
//! | 1 | 172 bytes | header 20, code 16, e 32, s 48, offer 6, descriptor hash 34, tag 16 |
//! | 2 | 74 bytes | header 20, e 32, offer 6, tag 16 |
//!
//! ```
//! use iomt::pairing::{DescriptorHash, Error, Exchange, Identity, StaticKey, Work};
//! # use iomt::{seal::SystemEntropy, wire::ConnectionId};
//! # let rng = &mut SystemEntropy;
//! # let promise = DescriptorHash::of_body(b"the body of the descriptor record");
//! # let [device, server] = [StaticKey::from(Identity::generate(rng)?), StaticKey::from(Identity::generate(rng)?)];
//! # fn work(exchange: &mut Exchange, key: &StaticKey) -> Result<Vec<u8>, Error> {
//! #     while exchange.poll_work() != Work::Idle {
//! #         exchange.work_with(key)?;
//! #     }
//! #     Ok(exchange.packet().unwrap_or_default().to_vec())
//! # }
//! let expected = [device.public()]; // At the server, from the factory.
//!
//! let peer = server.public(); // In the device, from the factory.
//! let mut asking = Exchange::meet(&device, peer, promise, ConnectionId([1; 8]), rng)?;
//! let packet = work(&mut asking, &device)?; // 1
//! let mut answering = Exchange::answer_meeting(&server, &packet, rng)?;
//! let packet = work(&mut answering, &server)?; // 2
//! // Who it is shows behind two multiplications; a node looks there already.
//! assert!(answering.peer().is_some_and(|caller| expected.contains(&caller)));
//! asking.handle_packet(&packet)?;
//! work(&mut asking, &device)?;
//!
//! let (Some(here), Some(there)) = (asking.poll_paired(), answering.poll_paired()) else {
//!     return Err(Error::UnexpectedMessage);
//! };
//! assert_eq!(here.secrets.id(), there.secrets.id());
//! assert_eq!(there.descriptor, Some(promise));
//! # Ok::<(), Error>(())
//! ```
//!
//! # One multiplication at a time
//!
//! An X25519 takes hundreds of milliseconds on a Cortex-M0, longer than a radio waits; a static key may
//! lie in a secure element or a key service, which answers when it can. So no call of an [`Exchange`]
//! performs more than one, and it says what it waits for:
//!
//! ```
//! use iomt::pairing::{DescriptorHash, Exchange, Identity, StaticKey, Work};
//! # use iomt::{seal::SystemEntropy, wire::ConnectionId};
//! # let rng = &mut SystemEntropy;
//! # let server = Identity::generate(rng)?;
//! let secure_element = Identity::generate(rng)?; // As if it were a chip.
//! let key = StaticKey::elsewhere(secure_element.public(), &[7; 32])?;
//! let promise = DescriptorHash::of_body(b"the body of the descriptor record");
//!
//! let mut exchange = Exchange::meet(&key, server.public(), promise, ConnectionId([1; 8]), rng)?;
//! loop {
//!     match exchange.poll_work() {
//!         Work::Own => exchange.work()?,
//!         Work::StaticDh(peer) => exchange.handle_dh(secure_element.agree(&peer))?,
//!         Work::Idle => break,
//!     }
//! }
//! assert_eq!(exchange.packet().map(<[u8]>::len), Some(172));
//! # Ok::<(), iomt::pairing::Error>(())
//! ```
//!
//! | side | multiplications: message 1 | message 2 | message 3 |
//! |---|---|---|---|
//! | label, reader | 1 | 2 | 1 |
//! | label, device | 0 | 3 | 1 |
//! | label with key, reader | 3 | 2 | |
//! | label with key, device | 2 | 3 | |
//! | comparison, device | 1 | 2 | 1 |
//! | comparison, other side | 0 | 3 | 1 |
//! | reconnection or factory keys, device | 3 | 2 | |
//! | reconnection or factory keys, server | 2 | 3 | |
//!
//! Who holds many half-open handshakes puts those by that wait for a packet: [`Exchange::park`].
//!
//! # Untrusted input
//!
//! What a stranger can make it cost, beside one parse:
//!
//! | packet | cost |
//! |---|---|
//! | message 1, without the label's secret or the server's public key | one HMAC |
//! | message 1 of factory keys, with the server's public key | one multiplication; with a static key of one's own two, then a node asks whom it is to meet; five where it is answered. A node has a rate for them |
//! | message 1 of a reconnection, with the server's public key and a hint in use | two multiplications |
//! | message 1 of a comparison, with what armed it | three multiplications |
//! | `0x41` of a passcode, while one is armed | one random value; nothing while another run lasts |
//! | `0x43` of a passcode | a point is checked, an attempt is written, then two multiplications |
//! | `0x42`, `0x44` of a passcode, forged | one multiplication, and the run: the person begins again |
//! | message 1, recorded | as the honest one, unless the answer is kept |
//! | message 2, forged | label: one multiplication; else two |
//! | message 3, forged | one authentication |
//!
//! While a message is worked on, others are refused: [`Error::Busy`]. What is longer than this version
//! has to keep (262 bytes, of one's own packet and the message behind it; 308 with `comparison`) is refused too.

pub mod comparison;
#[cfg(feature = "cpace")]
pub mod cpace;
#[cfg(feature = "pq")]
pub mod hybrid;
pub mod label;
pub mod noise;

mod attempts;
mod exchange;
mod hello;
mod identity;
mod offer;
mod payload;
mod static_key;

#[cfg(test)]
mod tests;

pub use attempts::{Attempt, Attempts, MAX_ATTEMPTS, PendingAttempt};
#[cfg(feature = "comparison")]
pub use exchange::Revealed;
#[cfg(all(feature = "comparison", feature = "node"))]
pub(crate) use exchange::TokenKey;
pub use exchange::{Exchange, Parked, Work};
pub use hello::Hello;
pub use identity::{
    Belongings, DeviceKey, Identity, MAX_ATTESTATION, MAX_EXPORT, MAX_RECORD_KEY, PublicKey,
};
pub use offer::Offer;
pub use payload::DescriptorHash;
pub use static_key::{KeyHolder, SharedSecret, StaticKey};

use crate::seal::{EntropyFailed, SessionSecrets};
use crate::wire;

/// The longest handshake packet of suite 1: what this version sends, with room to grow. A longer one is refused.
pub const MAX_HANDSHAKE: usize = 192;

/// How two devices vouch for each other, as its number on the wire.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Model(pub u8);

impl Model {
    /// A label with the device's key and a secret.
    pub const LABEL_KEY: Self = Self(1);
    /// A label with a secret only.
    pub const LABEL_SECRET: Self = Self(2);
    /// A passcode that a person types.
    pub const PASSCODE: Self = Self(3);
    /// Six digits that a person compares.
    pub const NUMERIC_COMPARISON: Self = Self(4);
    /// Keys that were exchanged at the factory.
    pub const FACTORY_KEYS: Self = Self(5);
    /// An earlier pairing.
    pub const RECONNECTION: Self = Self(6);
}

/// What a finished handshake gives to either side.
#[derive(Debug)]
pub struct Paired {
    /// The keys of the session.
    pub secrets: SessionSecrets,
    /// The other side's static key.
    pub peer: PublicKey,
    /// What the device has promised to describe itself as; the server's side only, and not in a
    /// reconnection.
    pub descriptor: Option<DescriptorHash>,
    /// How the two have vouched for each other.
    pub model: Model,
}

impl Paired {
    /// The number of the suite that the two were paired in; after a reconnection that of the pairing before it.
    ///
    /// It goes with the [`ResumptionSecret`](crate::seal::ResumptionSecret), which has it too: `None` once
    /// [`SessionSecrets::resumption`] has given that away.
    #[must_use]
    pub fn suite(&self) -> Option<u8> {
        self.secrets.suite()
    }
}

/// Why a handshake packet was refused.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not a packet of this protocol, or a payload is malformed.
    #[error("malformed handshake: {0}")]
    Malformed(#[from] wire::Error),
    /// A packet of another kind, model, step or connection.
    #[error("another handshake message is expected here")]
    UnexpectedMessage,
    /// The suite is not one of this version.
    #[error("suite {0} is not supported")]
    UnsupportedSuite(u8),
    /// The packet is about another secret, or its sender does not know this one.
    #[error("the sender does not know the label")]
    WrongLabel,
    /// The sender does not know the key, or means another secret of an earlier session.
    #[error("the sender does not know the key")]
    WrongKey,
    /// A packet came while the one before is still worked on.
    #[error("another message is still worked on")]
    Busy,
    /// Whoever holds the static key could not agree on a secret.
    #[error("the static key could not be used")]
    NoAgreement,
    /// Forged, damaged, or made with other keys.
    #[error("not authentic")]
    NotAuthentic,
    /// Both sides could have used a better version or suite.
    #[error("a better version or suite was not used")]
    Downgraded,
    /// A label secret is shorter than 16 bytes.
    #[error("a label secret has at least 16 bytes")]
    SecretTooShort,
    /// A key is not one of the suite: of another length, or not written canonically.
    #[error("not a key of the suite")]
    BadKey,
    /// The pattern needs a key that was not given.
    #[error("a key of the pattern is missing")]
    MissingKey,
    /// What was typed is no passcode: 6 to 32 letters and digits.
    #[error("a passcode has 6 to 32 letters and digits")]
    BadPasscode,
    /// Five attempts have failed: the device has to be armed again.
    #[error("no attempt is left")]
    NoAttempts,
    /// What was exported under another key, or was changed, or is of another version.
    #[error("not an identity that was sealed under this key")]
    BadExport,
    /// No name of a Noise protocol that is built here.
    #[error("not a Noise protocol of this crate")]
    UnknownPattern,
    /// A message does not fit where it is kept.
    #[error("no room: {needed} bytes are needed")]
    NoRoom {
        /// How large the place has to be.
        needed: usize,
    },
    /// The random number generator failed.
    #[error(transparent)]
    Entropy(#[from] EntropyFailed),
}
