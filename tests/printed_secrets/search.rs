//! Finds bytes in text, however they are written.

use std::cell::RefCell;
use std::fmt::Debug;

use iomt::seal::{Entropy, EntropyFailed};

/// So many bytes of a secret, side by side, are no coincidence.
const WINDOW: usize = 4;

/// What must not be seen.
#[derive(Default)]
pub(crate) struct Secrets {
    bytes: RefCell<Vec<Vec<u8>>>,
}

/// A secret of 32 bytes.
pub(crate) const SECRET: [u8; 32] = [
    0x8F, 0x13, 0xD2, 0x77, 0x4A, 0xE6, 0x09, 0xBC, 0x51, 0xFA, 0x2E, 0x94, 0x68, 0xC7, 0x3B, 0xD0,
    0x16, 0xA9, 0x7D, 0xE2, 0x45, 0x98, 0x0B, 0xCF, 0x32, 0xF7, 0x6C, 0x81, 0xDE, 0x59, 0xB4, 0x23,
];

impl Secrets {
    pub(crate) fn add(&self, secret: &[u8]) {
        assert!(secret.len() >= WINDOW);
        self.bytes.borrow_mut().push(secret.to_vec());
    }

    /// Random bytes for whoever asks, deterministic; from 16 on they are a secret, and below it a public name.
    pub(crate) fn entropy(&self, seed: u64) -> Drawn<'_> {
        Drawn {
            secrets: self,
            state: seed,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.borrow().len()
    }

    /// Prints the value in every way, and fails where a secret is in it.
    pub(crate) fn are_not_in(&self, value: &dyn Debug) {
        for text in [
            format!("{value:?}"),
            format!("{value:#?}"),
            format!("{value:02x?}"),
            format!("{value:#X?}"),
        ] {
            self.are_not_said_in(&text);
        }
    }

    /// Fails where a secret is in the text.
    pub(crate) fn are_not_said_in(&self, text: &str) {
        for secret in self.bytes.borrow().iter() {
            assert!(!shows(text, secret), "{secret:02x?} is in {text}");
        }
    }

    pub(crate) fn are_said_in(&self, text: &str) -> bool {
        self.bytes.borrow().iter().any(|secret| shows(text, secret))
    }
}

pub(crate) struct Drawn<'s> {
    secrets: &'s Secrets,
    state: u64,
}

impl Entropy for Drawn<'_> {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        for byte in out.iter_mut() {
            // SplitMix64
            self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = (z >> 32) as u8;
        }
        if out.len() >= 16 {
            self.secrets.add(out);
        }
        Ok(())
    }
}

/// Whether some bytes of `secret`, side by side, are written in `text`.
fn shows(text: &str, secret: &[u8]) -> bool {
    let lower = text.to_lowercase().replace("0x", "");
    let hex: String = lower.chars().filter(char::is_ascii_hexdigit).collect();
    let numbers = numbers(text);
    secret.windows(WINDOW).any(|window| {
        let digits: String = window.iter().map(|byte| format!("{byte:02x}")).collect();
        let short: String = window.iter().map(|byte| format!("{byte:x}")).collect();
        let decimal: Vec<u64> = window.iter().map(|byte| (*byte).into()).collect();
        let has = |needle: &str| needle.len() >= 7 && hex.contains(needle);
        has(&digits)
            || has(&short)
            || numbers.windows(WINDOW).any(|found| found == decimal)
            || (window.is_ascii() && text.contains(&*String::from_utf8_lossy(window)))
    })
}

/// The decimal numbers of a text, in order.
fn numbers(text: &str) -> Vec<u64> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect()
}

const KNOWN: [u8; 8] = [0xA7, 0x05, 0xC3, 0x91, 0x4E, 0xFF, 0x00, 0x62];

// IOMT-SEC-001
#[test]
fn what_does_show_bytes_is_found_however_they_are_written() {
    #[derive(Debug)]
    #[allow(dead_code, reason = "printed")]
    struct Careless {
        name: u32,
        key: [u8; 8],
    }
    let careless = Careless {
        name: 7,
        key: KNOWN,
    };
    for text in [
        format!("{careless:?}"),
        format!("{careless:#?}"),
        format!("{careless:x?}"),
        format!("{careless:02X?}"),
        format!("{careless:#04x?}"),
        "Key(a705c3914eff0062)".into(),
        "Key(A7:05:C3:91:4E:FF:00:62)".into(),
    ] {
        assert!(shows(&text, &KNOWN), "{text}");
    }
    assert!(shows("Passcode(\"tr7-unlock\")", b"tr7-unlock"));
    assert!(!shows("Key(..) of 8 bytes, a7 05", &KNOWN));
}
