//! Pairing by six digits that a person compares: `Noise_XX` with a committed nonce.
//!
//! **What the person does**: starts the pairing on both sides, compares the six digits that both show, and
//! says yes on both where they are equal. **What it stops**: who stands in the middle has other digits
//! on either side, whatever it sends, but for one run in 10^6. **What it does not stop**: a person who says yes
//! without a look; a stranger who uses up the five attempts; who is first to pair with a device whose
//! owner has started it; who has heard the token and takes part learns the other side's static key, and of a device what it
//! promises to be, before anybody compares.
//!
//! **Arming**: a person begins it on either side, for one run at the device and five attempts at the server; an attempt is written
//! before `Nr` is shown. **On the label**: nothing. **Finishing**: each side has keys when its own person has said yes to the digits that it
//! showed, and not before; the server sends a receipt then, and the device stores it as its owner when that is authentic, which says that
//! the other person has said yes, too. The device's first frame finishes it at the server and gives the attempt back.
//!
//! ```text
//! c      = H(lv("iomt1 sas commit") ‖ Nr)
//! digits = be64(H(lv("iomt1 sas") ‖ h ‖ Ni ‖ Nr)[..8]) mod 10^6        h: the hash behind message 3
//!
//!   device                                                     phone, server
//!   ──────                                                     ─────────────
//!   Asking::new            ── 1: e {offer} ────────────────►   Answering::new
//!   Asking::handle_reply   ◄── 2: e, ee, s, es {offer, c} ──
//!                          ── 3: s, se {Ni, descriptor} ───►   Attempts::begin, written, stored
//!                                                              Answering::handle_confirmation
//!   Confirming::handle_nonce  ◄── 4: Nr ────────────────────
//!        ▼                                                          ▼
//!   Unconfirmed: digits, yes                                   Unconfirmed: digits, yes
//! ```
//!
//! Each nonce is bound before the other is known: that of the responder by its commitment, that of the
//! initiator by being inside message 3, which `h` covers. So who sends a message has to choose it before it
//! can know the digits. (An ephemeral key that is committed to instead of a nonce is not enough: a relay
//! ground equal digits in two seconds.) A run that ends after `Nr` was shown counts as an attempt.
//!
//! A call of these types performs all the multiplications of its message, and its messages are bare.
//!
//! ```
//! use iomt::pairing::comparison::{Answering, Asking};
//! use iomt::pairing::{Attempts, DescriptorHash, Error, Identity};
//! # use iomt::{seal::SystemEntropy, wire::ConnectionId};
//! # let rng = &mut SystemEntropy;
//! # let (device, phone) = (Identity::generate(rng)?, Identity::generate(rng)?);
//! # let promise = DescriptorHash::of_body(b"the body of the descriptor record");
//! # let (first, second, third) = (&mut [0; 160], &mut [0; 160], &mut [0; 160]);
//! # let connection = ConnectionId([1; 8]);
//! let mut attempts = Attempts::armed(); // Of the phone.
//!
//! let (asking, message) = Asking::new(&device, promise, connection, rng, first)?;
//! let (answering, message) = Answering::new(&phone, (connection, &attempts), message, rng, second)?;
//! let (confirming, message) = asking.handle_reply(message, rng, third).map_err(|(_, error)| error)?;
//! let attempt = attempts.begin()?.stored(); // What `attempts.spent()` says is written.
//! let shown = answering.handle_confirmation(attempt, message);
//! let (at_phone, nonce) = shown.map_err(|(_, _, error)| error)?;
//! let at_device = confirming.handle_nonce(&nonce)?;
//!
//! // A person looks at both, and says yes on both.
//! assert_eq!(at_device.digits().to_string(), at_phone.digits().to_string());
//! let (ours, _) = at_device.yes();
//! let (theirs, attempt) = at_phone.yes();
//! assert_eq!(ours.secrets.id(), theirs.secrets.id());
//! if let Some(attempt) = attempt {
//!     attempts.give_back(&attempt)?; // Once the first packet under these keys was authentic.
//! }
//! # Ok::<(), Error>(())
//! ```
//!
//! # In packets
//!
//! A device and a server (`node::Device::compare`, `node::Server::compare`; feature `comparison`) speak the same four
//! messages in packets of model 4, with at most one multiplication in a call, over [`Exchange`](super::Exchange).
//! Message 1 has a code, so that who has not heard the device is answered by nobody:
//!
//! ```text
//! MAC1 key = E(Extract(0, token), "token mac1")       token: what the device advertises meanwhile; no secret
//!
//!   device                                                       server
//!   ──────                                                       ──────
//!   compare               ── 1: header, code, e {offer} ─────►   compare
//!                         ◄── 2: header, e, ee, s, es {offer, c} ──
//!                         ── 3: header, s, se {Ni, descriptor} ─►   an attempt is written: poll_attempts
//!   digits                ◄── 4: header, Nr ─────────────────       digits
//!   confirm_digits                                               confirm_digits
//!                         ◄── receipt, repeated ─────────────
//!   paired                ── first frame ────────────────────►   paired, the attempt is given back
//! ```
//!
//! | message | packet | of which |
//! |---|---|---|
//! | 1 | 74 bytes | header 20, code 16, e 32, offer 6 |
//! | 2 | 156 bytes | header 20, e 32, s 48, offer 6, commitment 34, tag 16 |
//! | 3 | 136 bytes | header 20, s 48, descriptor hash 34, nonce 18, tag 16 |
//! | 4 | 36 bytes | header 20, nonce 16 |

pub(super) mod code;
pub(super) mod payload;
mod run;

#[cfg(test)]
mod tests;

pub use code::Digits;
pub use run::{Answering, Asking, Confirming, Unconfirmed};
