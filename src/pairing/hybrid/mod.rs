//! Pairing by a label with ML-KEM-768 beside X25519: a draft, suite 3, by feature `pq`.
//!
//! **What it does**: as the two models of a label, for readings that have to stay secret after somebody has a
//! quantum computer: who records the pairing today has nothing to break then but both secrets. **What it stops**:
//! that. **What it does not stop**: who has the computer at the time of pairing, and forges X25519 then: the
//! static keys are classical, the label's secret stands alone against that. It is not in reconnections: each session
//! hands on a psk, into which the secret of the KEM has gone.
//!
//! **What is remembered**: "a pairing once hybrid … accepts no less". [`Paired::suite`](super::Paired::suite) and the secret
//! of its session say that the two were paired so, through all reconnections; a [`Relation`] is stored with it, can be
//! made of nothing less, and refuses what its peer begins by a classical label, passcode, digits or keys:
//! [`Error::Downgraded`](super::Error::Downgraded). **Where that ends**: a `Relation` knows its own peer. A device that is armed
//! anew may get another owner, by whatever its person arms it for.
//!
//! **What two say who have never been paired so**: a side that speaks both suites begins and answers in suite 1 with a label that
//! is [`also_hybrid`](super::label::LabelSecret::also_hybrid). Its offers then name suite 3 as well, inside the handshake, and two
//! of these abort there: who keeps the packets of suite 3 from them gets no classical pairing instead. Not every build with
//! `pq` says so, as not every program in it speaks suite 3: `node` does not, and offers suite 1 alone. Passcode, digits and
//! keys have no form in suite 3, so their offers do not name it.
//!
//! `node` does not pair by hybrid: its images and rows have no suite but 1, so what is kept in a `Relation` is kept by
//! the application, beside a sealer or opener of its own.
//!
//! **What is the caller's**: a [`Hybrid`] is one handshake. Who has recorded a message 1 of this label can have it answered, and
//! nothing comes of the answer; so give one up where two minutes bring nothing new, and sooner for another message 1, as a
//! device does with those of suite 1.
//!
//! **What a forged message costs**: of message 1 each part one HMAC. Parts of messages 2 and 3 have no code: who has heard the
//! connection can put one between those of the device, and what it falls into has to be sent again, whole. The
//! run goes on, and the honest message still ends it. A whole forged message 2 costs the reader one multiplication of X25519, and is
//! refused at the tag of `ekem1`, before anything of ML-KEM; a forged message 3 costs the device none.
//!
//! It may change with every release until 1.0, with the drafts that it stands on, and is in no bundle of features:
//! an M4 takes about as long for it as for two multiplications, but the crate below it may panic by what
//! its source says (`crypto::kem` lists where), and 5 KiB of RAM are much.
//!
//! ```text
//! suite        3 in header, prologue and offer
//! Noise name   Noise_XXhfs+psk0_25519+MLKEM768_ChaChaPoly_SHA256      model 2, label with secret only
//!              Noise_IKhfs+psk2_25519+MLKEM768_ChaChaPoly_SHA256      model 1, label with key and secret
//! psk, hint, MAC1 key, prologue, payloads: as of a label in suite 1
//!
//! reader of the label                                        device, armed
//! model 2   1: psk, e, e1 {offer}                      ──►
//!                              ◄──   2: e, ee, ekem1, s, es {offer, descriptor}
//!           3: s, se {}                                ──►
//! model 1   1: e, es, e1, s, ss {offer}                ──►
//!                              ◄──   2: e, ee, ekem1, se, psk {offer, descriptor}
//! ```
//!
//! A message is longer than a datagram may be, so it comes in parts:
//!
//! ```text
//! part     handshake header 20 │ [MAC1 16, step 1] │ part 1 │ the next 1,195 bytes of the message, or what is left
//!   part   bits 7-4: how many parts, less one     bits 3-0: which, from 0
//! ```
//!
//! Each part of step 1 has a code of its own, over all before it ‖ part ‖ bytes: so nobody who does not know
//! the label has a place in the buffer. Parts are taken in their order; a first one begins anew.
//!
//! | message | model 2 | of which | packets | model 1 | of which | packets |
//! |---|---|---|---|---|---|---|
//! | 1 | 1,254 | e 32, e1 1,200, offer 6, tag 16 | 2: 1,232 and 96 | 1,302 | e 32, e1 1,200, s 48, offer 6, tag 16 | 2: 1,232 and 144 |
//! | 2 | 1,240 | e 32, ekem1 1,104, s 48, offer and descriptor 40, tag 16 | 2: 1,216 and 66 | 1,192 | e 32, ekem1 1,104, offer and descriptor 40, tag 16 | 1: 1,213 |
//! | 3 | 64 | s 48, tag 16 | 1: 85 | | | |
//!
//! Over Bluetooth LE with the smallest MTU, 23 bytes, that is 152 fragments for model 2, 145 for model 1.

mod parts;
mod relation;
mod run;

#[cfg(test)]
#[cfg(feature = "link")]
mod tests;

pub use relation::{RELATION_LEN, Relation};
pub use run::Hybrid;

/// "a hybrid with ML-KEM [is] reserved": suite 3.
pub(super) const SUITE: u8 = 3;
