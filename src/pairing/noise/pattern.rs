use core::fmt;
use core::str::FromStr;

use super::row::{IK, KK, NN, Row, Token, XK, XX};
use crate::pairing::Error;

/// A handshake pattern with its psk modifiers, for the suite `25519_ChaChaPoly_SHA256`.
///
/// ```
/// use iomt::pairing::noise::Pattern;
///
/// let pattern: Pattern = "Noise_XXpsk0+psk3_25519_ChaChaPoly_SHA256".parse()?;
/// assert_eq!(Some(pattern), Pattern::XX.with_psk(0).and_then(|pattern| pattern.with_psk(3)));
/// assert_eq!((pattern.messages(), pattern.psks()), (3, 2));
/// # Ok::<(), iomt::pairing::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Pattern {
    pub(super) row: &'static Row,
    pub(super) psks: Psks,
}

/// In which places a psk is mixed in: bit n stands for the modifier `pskn`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Psks(pub(super) u8);

/// The longest name is of four psks: `Noise_X1X1psk0+psk1+psk2+psk3+psk4_25519_ChaChaPoly_SHA256`.
const MAX_NAME: usize = if cfg!(feature = "pq") { 80 } else { 64 };
const FRAMEWORK: &str = "Noise_";
pub(super) const SUITE: &str = "_25519_ChaChaPoly_SHA256";
const MODIFIERS: [&str; 5] = ["psk0", "psk1", "psk2", "psk3", "psk4"];

/// A label with a secret only.
pub(in crate::pairing) const XX_PSK0: Pattern = Pattern::new(&XX, Psks(1));
/// A label with key and secret.
pub(in crate::pairing) const IK_PSK2: Pattern = Pattern::new(&IK, Psks(1 << 2));
/// Reconnection: each side knows the other's key, and both the psk of the session before.
pub(in crate::pairing) const KK_PSK0: Pattern = Pattern::new(&KK, Psks(1));

impl Pattern {
    /// Neither side has a static key.
    pub const NN: Self = Self::new(&NN, Psks(0));
    /// Each side knows the other's static key.
    pub const KK: Self = Self::new(&KK, Psks(0));
    /// The initiator knows the responder's static key, and shows its own in its first message.
    pub const IK: Self = Self::new(&IK, Psks(0));
    /// Each side shows its static key.
    pub const XX: Self = Self::new(&XX, Psks(0));
    /// The initiator knows the responder's static key, and shows its own in its second message.
    pub const XK: Self = Self::new(&XK, Psks(0));

    const PUBLISHED: [Self; 5] = [Self::NN, Self::KK, Self::IK, Self::XX, Self::XK];

    pub(super) const fn new(row: &'static Row, psks: Psks) -> Self {
        Self { row, psks }
    }

    /// The pattern with a psk more: `psk0` in front of message 1, `pskn` at the end of message n.
    /// `None` where it has no such message.
    #[must_use]
    pub const fn with_psk(self, place: u8) -> Option<Self> {
        if place as usize > self.row.messages.len() {
            return None;
        }
        let psks = Psks(self.psks.0 | 1 << place);
        Some(Self { psks, ..self })
    }

    /// How many messages its handshake has.
    #[must_use]
    pub const fn messages(self) -> usize {
        self.row.messages.len()
    }

    /// How many psks it takes.
    #[must_use]
    pub const fn psks(self) -> usize {
        self.psks.0.count_ones() as usize
    }

    /// The name as the framework writes it, which is what the handshake begins with.
    pub(in crate::pairing) fn protocol_name(self) -> heapless::Vec<u8, MAX_NAME> {
        let mut name = heapless::Vec::new();
        let mut put = |part: &str| {
            // Fits: see the length.
            let _ = name.extend_from_slice(part.as_bytes());
        };
        put(FRAMEWORK);
        put(self.row.name);
        let mut between = self.row.behind_modifiers();
        for (place, modifier) in (0..).zip(MODIFIERS) {
            if self.psks.has(place) {
                put(between);
                put(modifier);
                between = "+";
            }
        }
        put(self.row.suite());
        name
    }

    /// Reads the name of a protocol whose pattern is one of these.
    pub(super) fn find(name: &str, patterns: &[Self]) -> Option<Self> {
        let name = name.strip_prefix(FRAMEWORK)?.strip_suffix(SUITE)?;
        let (base, modifiers) = match name.find("psk") {
            Some(end) => name.split_at_checked(end)?,
            None => (name, ""),
        };
        let pattern = patterns.iter().find(|pattern| pattern.row.name == base)?;
        if modifiers.is_empty() {
            return Some(*pattern);
        }
        modifiers
            .split('+')
            .try_fold(*pattern, |pattern, modifier| {
                let place = MODIFIERS.iter().position(|known| *known == modifier)?;
                let place = u8::try_from(place).ok()?;
                // "They are required to be sorted alphabetically": none twice, and none behind a later one.
                let is_sorted = pattern.psks.0 >> place == 0;
                pattern.with_psk(place).filter(|_| is_sorted)
            })
    }
}

impl FromStr for Pattern {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::find(name, &Self::PUBLISHED).ok_or(Error::UnknownPattern)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.protocol_name();
        f.write_str(core::str::from_utf8(&name).unwrap_or_default())
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.row.name == other.row.name && self.psks == other.psks
    }
}

impl Eq for Pattern {}

impl Psks {
    pub(super) const fn has(self, place: u8) -> bool {
        self.0 >> place & 1 == 1
    }

    /// "In handshake patterns with psk tokens, ephemeral public keys are also mixed into the key."
    pub(super) const fn is_some(self) -> bool {
        self.0 != 0
    }

    /// Token `index` of a message; what the modifiers add to the row is made here.
    pub(super) fn token(self, row: &Row, message: u8, index: u8) -> Option<Token> {
        let tokens = row.messages.get(usize::from(message))?;
        // "The modifier psk0 places a "psk" token at the beginning of the first handshake message. The
        // modifiers psk1, psk2, etc., place a "psk" token at the end of the first, second, etc."
        let index = match (message == 0 && self.has(0), index) {
            (true, 0) => return Some(Token::Psk),
            (true, _) => index.saturating_sub(1),
            (false, _) => index,
        };
        match tokens.get(usize::from(index)) {
            Some(token) => Some(*token),
            None if usize::from(index) == tokens.len() && self.has(message.saturating_add(1)) => {
                Some(Token::Psk)
            }
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn every_place_of_a_psk_has_a_name_that_is_read_back() {
        for pattern in Pattern::PUBLISHED {
            for psks in 0..1_u8 << (pattern.messages() + 1) {
                let pattern = Pattern::new(pattern.row, Psks(psks));
                assert_eq!(pattern.to_string().parse(), Ok(pattern));
            }
        }
        let three = Pattern::new(&XX, Psks(0b1101));
        let name = "Noise_XXpsk0+psk2+psk3_25519_ChaChaPoly_SHA256";
        assert_eq!(three.to_string(), name);
    }

    #[test]
    fn modifiers_out_of_order_twice_or_behind_the_last_message_are_refused() {
        for name in [
            "XXpsk2+psk0",
            "XXpsk1+psk1",
            "XXpsk4",
            "NNpsk3",
            "XXpsk",
            "XXpsk0+",
            "XXpsk0psk1",
            "XXfallback",
            "XX1",
            "",
        ] {
            let name = std::format!("{FRAMEWORK}{name}{SUITE}");
            assert_eq!(name.parse::<Pattern>(), Err(Error::UnknownPattern));
        }
        for name in [
            "Noise_XX_448_ChaChaPoly_SHA256",
            "Noise_XX_25519_AESGCM_SHA256",
        ] {
            assert_eq!(name.parse::<Pattern>(), Err(Error::UnknownPattern));
        }
        assert_eq!(Pattern::NN.with_psk(3), None);
    }

    #[test]
    fn a_psk_stands_in_front_of_the_first_message_or_behind_any() {
        let tokens = |psks: Psks, message| -> std::vec::Vec<Token> {
            (0..)
                .map_while(|index| psks.token(&NN, message, index))
                .collect()
        };
        let all = Psks(0b111);
        assert_eq!(tokens(all, 0), [Token::Psk, Token::E, Token::Psk]);
        assert_eq!(tokens(all, 1), [Token::E, Token::Ee, Token::Psk]);
        assert_eq!(tokens(Psks(0b100), 0), [Token::E]);
        assert!(tokens(all, 2).is_empty());
    }
}
