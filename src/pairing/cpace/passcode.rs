use core::fmt;

use heapless::Vec;
use zeroize::Zeroize;

use crate::pairing::Error;

/// The fewest characters of a passcode: six digits, of which a stranger guesses five.
pub const MIN_PASSCODE: usize = 6;
/// The most.
pub const MAX_PASSCODE: usize = 32;

/// What a person types: digits, or letters and digits.
///
/// Wiped when dropped, never printed, not `Clone`.
pub struct Passcode(Vec<u8, MAX_PASSCODE>);

impl Passcode {
    /// Takes what was typed. Spaces and dashes, which people put between groups, do not count.
    ///
    /// # Errors
    ///
    /// [`Error::BadPasscode`] for less than 6 or more than 32 characters, or any that is not a letter or
    /// digit of ASCII.
    pub fn new(typed: &[u8]) -> Result<Self, Error> {
        let mut passcode = Self(Vec::new());
        for character in typed.iter().filter(|character| !b" -".contains(character)) {
            let pushed = passcode.0.push(*character);
            if pushed.is_err() || !character.is_ascii_alphanumeric() {
                return Err(Error::BadPasscode);
            }
        }
        if passcode.0.len() < MIN_PASSCODE {
            return Err(Error::BadPasscode);
        }
        Ok(passcode)
    }

    /// `PRS`, the password-related string.
    pub(super) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Passcode {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

impl fmt::Debug for Passcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passcode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // IOMT-CPACE-010
    #[test]
    fn groups_do_not_count_and_other_characters_are_refused() {
        let typed = |typed: &[u8]| Passcode::new(typed).map(|passcode| passcode.expose().to_vec());
        assert_eq!(typed(b"123 456"), Ok(b"123456".to_vec()));
        assert_eq!(typed(b"12-34-56"), Ok(b"123456".to_vec()));
        for refused in [
            &b"12345"[..],
            b"12345  ",
            b"12345_",
            b"12345\xC3\xA9",
            &[b'1'; 33],
        ] {
            assert_eq!(typed(refused), Err(Error::BadPasscode));
        }
        assert!(typed(&[b'1'; 32]).is_ok());
    }

    // IOMT-SEC-001
    #[test]
    fn debug_shows_nothing_of_it() {
        let passcode = Passcode::new(b"123456").unwrap();
        assert_eq!(std::format!("{passcode:?}"), "Passcode(..)");
    }
}
