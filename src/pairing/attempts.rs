use super::Error;

/// How many runs an arming allows.
pub const MAX_ATTEMPTS: u8 = 5;

/// How often strangers may still try their luck: a passcode, or equal digits.
///
/// ```text
/// begin ─► PendingAttempt ─► (spent is written) ─► stored ─► Attempt ─► what depends on it ─► give_back
///                                                                            or else ─► give_up
/// ```
///
/// **Rule.** An attempt is spent before anything is shown that depends on it, and comes
/// back only with success. One runs at a time. Cutting the power saves nobody an attempt, as long as what
/// [`Attempts::spent`] says is written.
#[derive(Debug, Default)]
pub struct Attempts {
    spent: u8,
    /// Counts the attempts of this boot, so that the token of an earlier one is not taken for another.
    number: u32,
    is_running: bool,
}

/// An attempt that is counted, and has still to be written.
#[derive(Debug)]
#[must_use = "write what Attempts::spent says, then call stored"]
pub struct PendingAttempt {
    number: u32,
    tally: u64,
}

/// An attempt that is written: what one goes on with.
#[derive(Debug)]
pub struct Attempt {
    number: u32,
    #[cfg_attr(not(feature = "cpace"), allow(dead_code, reason = "passcodes ask it"))]
    tally: u64,
}

#[cfg(feature = "cpace")]
impl Attempt {
    /// What tells it from the others of its arming, for its random values.
    pub(super) const fn tally(&self) -> u64 {
        self.tally
    }
}

impl Attempts {
    /// Those of a device that was just armed.
    #[must_use]
    pub const fn armed() -> Self {
        Self {
            spent: 0,
            number: 0,
            is_running: false,
        }
    }

    /// Those of an arming that a boot has interrupted, with what was written last.
    #[must_use]
    pub const fn resume(spent: u8) -> Self {
        Self {
            spent,
            number: 0,
            is_running: false,
        }
    }

    /// What has to be written: how many attempts are spent, that which runs included.
    #[must_use]
    pub const fn spent(&self) -> u8 {
        self.spent
    }

    /// Whether the device may still be asked; once it may not, it has to be armed again.
    #[must_use]
    pub const fn is_armed(&self) -> bool {
        self.spent < MAX_ATTEMPTS || self.is_running
    }

    /// Spends an attempt.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] while another one runs, [`Error::NoAttempts`] after five.
    pub fn begin(&mut self) -> Result<PendingAttempt, Error> {
        if self.is_running {
            return Err(Error::Busy);
        }
        if self.spent >= MAX_ATTEMPTS {
            return Err(Error::NoAttempts);
        }
        let tally = self.tally();
        self.spent = self.spent.saturating_add(1);
        self.number = self.number.wrapping_add(1);
        self.is_running = true;
        Ok(PendingAttempt {
            number: self.number,
            tally,
        })
    }

    /// What tells the next attempt from those before: how many this boot has seen, and 2^32 times those that are spent.
    ///
    /// It goes into the random values of the attempt, so that a generator that repeats itself does not show again what
    /// an attempt before has shown.
    pub(super) const fn tally(&self) -> u64 {
        (self.spent as u64) << u32::BITS | self.number as u64
    }

    /// Ends the attempt that runs: its time is over, or its handshake was not authentic. It stays spent.
    pub const fn give_up(&mut self) {
        self.is_running = false;
    }

    /// Gives an attempt back, once its pairing has finished.
    /// What [`Attempts::spent`] says then is to be written again.
    ///
    /// # Errors
    ///
    /// [`Error::UnexpectedMessage`] for an attempt that was given up.
    pub fn give_back(&mut self, attempt: &Attempt) -> Result<(), Error> {
        if !self.is_running || attempt.number != self.number {
            return Err(Error::UnexpectedMessage);
        }
        self.is_running = false;
        self.spent = self.spent.saturating_sub(1);
        Ok(())
    }
}

impl PendingAttempt {
    /// Says that what [`Attempts::spent`] said is in the storage, and was read back.
    #[must_use]
    pub const fn stored(self) -> Attempt {
        Attempt {
            number: self.number,
            tally: self.tally,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // IOMT-CPACE-001
    #[test]
    fn five_wrong_passcodes_end_the_arming() {
        let mut attempts = Attempts::armed();
        for spent in 1..=MAX_ATTEMPTS {
            let _ = attempts.begin().unwrap().stored();
            assert_eq!(attempts.spent(), spent);
            attempts.give_up();
        }
        assert!(!attempts.is_armed());
        assert_eq!(attempts.begin().unwrap_err(), Error::NoAttempts);
        assert_eq!(Attempts::resume(5).begin().unwrap_err(), Error::NoAttempts);
        assert_eq!(
            Attempts::resume(255).begin().unwrap_err(),
            Error::NoAttempts
        );
    }

    // IOMT-CPACE-002
    #[test]
    fn a_power_cut_in_the_middle_gives_no_attempt_back() {
        let mut written = 0;
        let mut tried = 0;
        while let Ok(pending) = Attempts::resume(written).begin() {
            let mut before = Attempts::resume(written);
            let _ = before.begin();
            written = before.spent();
            let _ = pending.stored();
            tried += 1;
        }
        assert_eq!(tried, MAX_ATTEMPTS);
    }

    // IOMT-CPACE-002, IOMT-CPACE-003
    #[test]
    fn success_gives_one_back_and_only_its_own() {
        let mut attempts = Attempts::armed();
        let first = attempts.begin().unwrap().stored();
        assert_eq!(attempts.begin().unwrap_err(), Error::Busy);
        attempts.give_up();
        let second = attempts.begin().unwrap().stored();
        assert_eq!(attempts.give_back(&first), Err(Error::UnexpectedMessage));
        assert_eq!(attempts.give_back(&second), Ok(()));
        assert_eq!(attempts.spent(), 1);
        assert_eq!(attempts.give_back(&second), Err(Error::UnexpectedMessage));
    }

    #[test]
    fn the_last_attempt_may_still_succeed() {
        let mut attempts = Attempts::resume(MAX_ATTEMPTS - 1);
        let last = attempts.begin().unwrap().stored();
        assert!(attempts.is_armed());
        attempts.give_back(&last).unwrap();
        assert_eq!(attempts.spent(), MAX_ATTEMPTS - 1);
    }
}
