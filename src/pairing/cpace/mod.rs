//! Pairing over a passcode that a person types: CPace, then `Noise_XXpsk0`. An optional profile, of a draft.
//!
//! **What the person does**: arms the device, reads the passcode off it (or off its packaging), and
//! types it on the other side. **What it stops**: who does not know the passcode and speaks to the device gets one
//! guess for each run, and five runs end the arming; who only listens, or records and tries all passcodes
//! later, gets none. **What it does not stop**: a guess that is right, five in 10^6 for six digits; who
//! stands in for the device gets one guess each time that a person types the passcode, which nobody counts, and a
//! right one tells it; who has seen it while the device is armed. One that is printed is the same at each arming: whoever has
//! ever seen it pairs at the next one, and each arming gives five guesses more; show a fresh one where there is a display. Nor
//! does it stop a stranger who uses the five up on purpose, after
//! which the device has to be armed again, or who calls again and again, and so keeps others waiting meanwhile.
//!
//! **Arming**: a person arms the device with a passcode, for five attempts; one run at a time, and an attempt is written before the
//! device shows its share. **On the label**: nothing, or the passcode, 6 to 32 letters and digits. **Finishing**: as by a label secret,
//! with the first receipt under the new keys; it gives the attempt back and ends the arming. A run has half a minute. The fifth
//! attempt that did not succeed ends the arming, not the device.
//!
//! CPace is `CPACE-RISTR255-SHA512` of draft-irtf-cfrg-cpace, initiator and responder in this order;
//! later drafts may change it, and then get another suite number.
//!
//! ```text
//! CI       = lv(wire version) lv("Noise_XXpsk0_25519_ChaChaPoly_SHA256") lv(model)
//! sid      = 16 bytes of the initiator ‖ 16 bytes of the responder            hedged
//! AD       = the offer of each side, 4 bytes: those of version 1
//! psk      = E(Extract(0, ISK), "cpace psk")
//! MAC1 key = E(Extract(0, ISK), "cpace mac1")
//! pre      = sid ‖ lv(Ya) ‖ lv(ADa) ‖ lv(Yb) ‖ lv(ADb)                        in the prologue
//!
//!   who types it                                       device, armed
//!   ────────────                                       ─────────────
//!   Call::new              ── 0x41: sid half ──►       Called::answer
//!                          ◄── 0x42: sid half ──
//!   Call::handle_answer    ── 0x43: Ya, ADa ───►       Attempts::begin, written, PendingAttempt::stored
//!                                                      Called::handle_share
//!   Asking::handle_share   ◄── 0x44: Yb, ADb ──        Answering::finish
//!        ▼                                                  ▼
//!   Agreement                                          Agreement
//!   Exchange::enter_passcode   ── 1 … 3 of XXpsk0 ──   Exchange::answer_passcode
//!                                                      Attempts::give_back, once paired
//! ```
//!
//! ```
//! use iomt::pairing::cpace::{Call, Called, Passcode};
//! use iomt::pairing::{Attempts, DescriptorHash, Error, Exchange, Identity, StaticKey, Work};
//! # use iomt::{seal::SystemEntropy, wire::ConnectionId};
//! # let rng = &mut SystemEntropy;
//! # let phone = StaticKey::from(Identity::generate(rng)?);
//! # let device = StaticKey::from(Identity::generate(rng)?);
//! # let promise = DescriptorHash::of_body(b"the body of the descriptor record");
//! # let (to, back) = (&mut [0; 64], &mut [0; 64]);
//! let shown = Passcode::new(b"284915")?; // By the device, which is armed: five attempts.
//! let mut attempts = Attempts::armed();
//! let typed = Passcode::new(b"284 915")?; // On the phone.
//!
//! let call = Call::new(&phone, ConnectionId([1; 8]), rng)?;
//! let called = Called::answer(&device, call.packet(to)?, rng)?;
//! let asking = call.handle_answer(&typed, &phone, called.packet(back)?, rng)?;
//! let share = asking.packet(to)?;
//! called.check_share(share)?; // Only for a point of the group
//! let attempt = attempts.begin()?; // an attempt is spent: what `attempts.spent()` says is written,
//! let answering = called.handle_share(attempt.stored(), &shown, &device, share, rng)?; // and then it is answered.
//! let ours = asking.handle_share(answering.packet(back)?)?;
//! let theirs = answering.finish()?;
//!
//! // Whether the passcodes were equal shows in the handshake that follows.
//! let mut entering = Exchange::enter_passcode(&phone, &ours, rng)?;
//! entering.work_with(&phone)?;
//! let hello = entering.packet().ok_or(Error::UnexpectedMessage)?;
//! let mut answering = Exchange::answer_passcode(&device, &theirs, promise, hello, rng)?;
//! while answering.poll_work() != Work::Idle {
//!     answering.work_with(&device)?;
//! }
//! # entering.handle_packet(answering.packet().ok_or(Error::UnexpectedMessage)?)?;
//! # while entering.poll_work() != Work::Idle {
//! #     entering.work_with(&phone)?;
//! # }
//! # answering.handle_packet(entering.packet().ok_or(Error::UnexpectedMessage)?)?;
//! # while answering.poll_work() != Work::Idle {
//! #     answering.work_with(&device)?;
//! # }
//! // Messages 2 and 3 likewise; then both have the same keys.
//! let (at_phone, at_device) = (entering.poll_paired(), answering.poll_paired());
//! assert_eq!(at_phone.map(|paired| paired.secrets.id()), at_device.map(|paired| paired.secrets.id()));
//! if let Some(attempt) = theirs.attempt() {
//!     attempts.give_back(attempt)?; // Once the first packet under them was authentic.
//! }
//! assert_eq!(attempts.spent(), 0);
//! # Ok::<(), Error>(())
//! ```
//!
//! | packet | bytes | of which |
//! |---|---|---|
//! | `0x41`, `0x42` | 36 | header 20, half of the session id 16 |
//! | `0x43`, `0x44` | 56 | header 20, point 32, offer 4 |
//!
//! The four messages of CPace have no MAC1: nobody who was shown a passcode alone has a key beforehand, a static key is not
//! known either, and the token that an armed device advertises is heard by strangers, too. So `0x41` costs the device
//! one draw, and `0x43` is checked (a point of the group, an offer that is taken) before an attempt is spent on
//! it. MAC1 of message 1 behind them is keyed by what CPace has agreed on: there a wrong passcode shows, with one
//! HMAC and before any Diffie-Hellman of Noise.
//!
//! **What a forged message costs**: by itself none of the four is authentic, so who hears the connection and is faster spoils the
//! run. A forged `0x42` is another session id, a forged `0x43` or `0x44` another share: the two sides then agree on nothing,
//! message 1 is not answered, and the person types the passcode again. The device has spent an attempt in each of
//! these, before it showed its share, and it stays spent, for nothing tells a spoiled run from a wrong passcode. So a
//! stranger spends with each run that it spoils what it spends with one of its own, and five end the arming either way; it
//! pays with one packet, neither side with more multiplications than in an honest run, and it learns nothing of the passcode, but for the one guess
//! that a share of its own is.
//!
//! **Which version**: what stands beside a share is the offer of version 1 and no other, for it is of this CPace, that is: of what both
//! are speaking already. What a side of a later version can do besides stands in the offers of messages 1 and 2 behind it, which
//! nobody reads or changes who does not know the passcode: two who both could do better see it there, and abort.
//!
//! No message of CPace says whether the passcodes are equal: a wrong one shows when message 1 of the
//! handshake does not have the code that the device expects, which it does not answer.
//!
//! Each call performs at most one scalar multiplication.

mod body;
mod passcode;
mod run;
mod share;

#[cfg(test)]
mod tests;

pub use passcode::{MAX_PASSCODE, MIN_PASSCODE, Passcode};
pub use run::{Agreement, Answering, Asking, Call, Called};
