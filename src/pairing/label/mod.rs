//! Pairing over what is on a label: a secret (`Noise_XXpsk0`), or the device's key and a secret (`Noise_IKpsk2`).
//!
//! **What the person does**: puts the device into its pairing mode (button, first power-up), and
//! lets the other side read the label (QR code, NFC). **What it stops**: whoever can not read
//! the label learns neither key nor who it is, and can neither pair nor stand in
//! the middle. **What it does not stop**: whoever listens sees the hint, which is the same as long as the label is; whoever
//! has read the label, or a picture of it, can pair whenever a person arms the device with it. With the first owner its
//! secret ends until then.
//!
//! **Arming**: a person presses a button, or powers the device up for the first time; a device that is not armed answers
//! nobody. **On the label**: the text of a [`Label`], 44 characters with a secret of 16 bytes. **Finishing**: the reader has the keys when
//! message 2 is authentic, and repeats message 3 and a receipt; the device has them with message 3, and stores the reader as its owner
//! when the first receipt under them is authentic. That ends the arming and all other pairings. The reader has finished with the
//! device's first frame.
//!
//! ```text
//! l            = Extract(0, label secret)
//! psk          = E(l, "label psk")
//! hint         = E(l, "label hint",, 8)        tells the device which of its labels is meant
//! MAC1 key     = E(l, "label mac1")            over all of message 1 before and behind the code
//! prologue     = lv("iomt1") lv(version) lv(suite) lv(Noise name) lv(model) lv(hint)
//! ephemeral    = hedged: E(Extract(random, static secret ‖ 0), "ephemeral", h ‖ payload)
//! ```
//!
//! ```text
//!   reader of the label (server, phone)                      device, armed
//!   ───────────────────────────────────                      ─────────────
//!   Exchange::read_label      ── 1: psk, e {offer} ─────►    Exchange::answer_label
//!        │                    ◄── 2: e, ee, s, es ───────         │
//!        │                        {offer, descriptor}             │
//!        ▼                    ── 3: s, se {} ───────────►         ▼
//!   Paired                    ── receipt, repeated ─────►    Paired; with the receipt the owner is stored
//!   finished                  ◄── first frames ──────────
//! ```
//!
//! The code in front of message 1 is checked before any Diffie-Hellman: a stranger's message
//! costs one HMAC.
//!
//! What the label says, as a QR code or an NFC text, is a [`Label`]:
//!
//! ```
//! use iomt::pairing::label::Label;
//! # use iomt::seal::SystemEntropy;
//!
//! let label = Label::generate(None, &mut SystemEntropy)?; // At the factory.
//! let text = label.text();
//! assert!(text.as_str().starts_with("IOMT:") && text.as_str().len() == 44);
//!
//! let read = Label::parse(text.as_str()).expect("the label was not misread");
//! assert_eq!(read.secret()?.hint(), label.secret()?.hint());
//! # Ok::<(), iomt::pairing::Error>(())
//! ```
//!
//! | message | packet | of which |
//! |---|---|---|
//! | 1 | 90 bytes | header 20, code 16, e 32, offer 6, tag 16 |
//! | 2 | 156 bytes | header 20, e 32, s 48, offer 6, descriptor hash 34, tag 16 |
//! | 3 | 84 bytes | header 20, s 48, tag 16 |
//!
//! A whole run; between the two, `packet` is what the carrier brings:
//!
//! ```
//! use iomt::pairing::{DescriptorHash, Error, Exchange, Identity, StaticKey, Work, label::LabelSecret};
//! # use iomt::{seal::SystemEntropy, wire::ConnectionId};
//! # let rng = &mut SystemEntropy;
//! # let promise = DescriptorHash::of_body(b"the body of the descriptor record");
//! # let [phone, device] = [StaticKey::from(Identity::generate(rng)?), StaticKey::from(Identity::generate(rng)?)];
//! let label = LabelSecret::new(b"sixteen or more random bytes")?; // Read there, kept here.
//!
//! /// One scalar multiplication a call; then there is a packet.
//! fn work(exchange: &mut Exchange, key: &StaticKey) -> Result<Vec<u8>, Error> {
//!     while exchange.poll_work() != Work::Idle {
//!         exchange.work_with(key)?;
//!     }
//!     Ok(exchange.packet().unwrap_or_default().to_vec())
//! }
//!
//! let mut reading = Exchange::read_label(&phone, &label, ConnectionId([1; 8]), rng)?;
//! let packet = work(&mut reading, &phone)?; // 1
//! let mut answering = Exchange::answer_label(&device, &label, promise, &packet, rng)?;
//! let packet = work(&mut answering, &device)?; // 2
//! reading.handle_packet(&packet)?;
//! let packet = work(&mut reading, &phone)?; // 3
//! answering.handle_packet(&packet)?;
//! work(&mut answering, &device)?;
//!
//! let (Some(ours), Some(theirs)) = (reading.poll_paired(), answering.poll_paired()) else {
//!     return Err(Error::UnexpectedMessage);
//! };
//! assert_eq!(ours.secrets.id(), theirs.secrets.id());
//! assert_eq!((ours.peer, theirs.peer), (device.public(), phone.public()));
//! assert_eq!(ours.descriptor, Some(promise));
//! # Ok::<(), Error>(())
//! ```
//!
//! # A label with the device's key
//!
//! **What the person does**: the same; the label is larger ([`Label::key`] is there). **What it
//! stops**: beside all of the above, who has the secret and not the key can not stand in for the device; the
//! reader's key and the pairing are done in two messages. **What it does not stop**: who has read the label, or a
//! picture of it, can pair whenever a person arms the device with it; who steals the device's key later learns from
//! a recording whose reader it was, and no more. A recorded message 1 is answered again, at a bounded rate; nothing
//! comes of the answer before a receipt under the new keys.
//!
//! **Arming**: as above. **On the label**: the device's key beside the secret, 97 characters. **Finishing**: the reader has the keys
//! when message 2 is authentic, and repeats a receipt; the device, which has them when it has answered, stores the reader as its
//! owner when that receipt is authentic, and not before: message 1 alone may be a recorded one.
//!
//! ```text
//! prologue, MAC1 key, hint, psk      as above; the model is 1
//!
//!   reader of the label (server, phone)                      device, armed
//!   ───────────────────────────────────                      ─────────────
//!   Exchange::read_label_with_key ── 1: e, es, s, ss ──►     Exchange::answer_label
//!        │                              {offer}                   │
//!        ▼                     ◄── 2: e, ee, se, psk ──           ▼
//!   Paired                         {offer, descriptor}            │
//!        │                     ── receipt, repeated ────►         ▼
//!   finished                   ◄── first frames ─────────    Paired, and the owner is stored
//! ```
//!
//! | message | packet | of which |
//! |---|---|---|
//! | 1 | 138 bytes | header 20, code 16, e 32, s 48, offer 6, tag 16 |
//! | 2 | 108 bytes | header 20, e 32, offer 6, descriptor hash 34, tag 16 |
//!
//! ```
//! use iomt::pairing::label::{Label, LabelSecret};
//! use iomt::pairing::{Identity, Model};
//! # use iomt::seal::SystemEntropy;
//!
//! let device = Identity::generate(&mut SystemEntropy)?; // At the factory.
//! let label = Label::generate(Some(device.public()), &mut SystemEntropy)?;
//! let text = label.text();
//!
//! let read = Label::parse(text.as_str()).expect("the label was not misread");
//! assert_eq!(read.key(), Some(device.public()));
//! assert_eq!(read.secret()?.model(), Model::LABEL_KEY);
//! assert_eq!(LabelSecret::beside_key(label.secret_bytes())?.hint(), read.secret()?.hint());
//! # Ok::<(), iomt::pairing::Error>(())
//! ```
//!
//! A whole run, of two messages:
//!
//! ```
//! use iomt::pairing::{DescriptorHash, Error, Exchange, Identity, StaticKey, Work, label::LabelSecret};
//! # use iomt::{seal::SystemEntropy, wire::ConnectionId};
//! # let rng = &mut SystemEntropy;
//! # let promise = DescriptorHash::of_body(b"the body of the descriptor record");
//! # let [phone, device] = [StaticKey::from(Identity::generate(rng)?), StaticKey::from(Identity::generate(rng)?)];
//! # fn work(exchange: &mut Exchange, key: &StaticKey) -> Result<Vec<u8>, Error> {
//! #     while exchange.poll_work() != Work::Idle {
//! #         exchange.work_with(key)?;
//! #     }
//! #     Ok(exchange.packet().unwrap_or_default().to_vec())
//! # }
//! let secret = LabelSecret::beside_key(b"sixteen or more random bytes")?;
//! let on_label = device.public();
//!
//! let mut reading =
//!     Exchange::read_label_with_key(&phone, &secret, on_label, ConnectionId([1; 8]), rng)?;
//! let packet = work(&mut reading, &phone)?; // 1
//! let mut answering = Exchange::answer_label(&device, &secret, promise, &packet, rng)?;
//! let packet = work(&mut answering, &device)?; // 2
//! reading.handle_packet(&packet)?;
//! work(&mut reading, &phone)?;
//!
//! let (Some(ours), Some(theirs)) = (reading.poll_paired(), answering.poll_paired()) else {
//!     return Err(Error::UnexpectedMessage);
//! };
//! assert_eq!(ours.secrets.id(), theirs.secrets.id());
//! assert_eq!(theirs.peer, phone.public());
//! # Ok::<(), Error>(())
//! ```

mod base32;
mod payload;
mod secret;

pub use payload::{Label, LabelError, LabelText, MAX_LABEL_TEXT, MAX_SECRET};
pub use secret::{LabelSecret, MIN_SECRET};
