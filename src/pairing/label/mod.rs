//! Pairing over a secret on a label: `Noise_XXpsk0`.
//!
//! **What the person does**: puts the device into its pairing mode (button, first power-up), and
//! lets the other side read the label (QR code, NFC). **What it stops**: whoever can not read
//! the label learns nothing, not even which device this is, and can neither pair nor stand in
//! the middle. **What it does not stop**: whoever has read the label can pair while the device
//! is armed; so the secret ends with the first owner.
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

mod base32;
mod payload;
mod secret;

pub use payload::{Label, LabelError, LabelText, MAX_LABEL_TEXT, MAX_SECRET};
pub use secret::{LabelSecret, MIN_SECRET};
