use iomt::pairing::{Identity, PublicKey, SharedSecret, StaticKey};
use iomt::time::{Duration, Instant};

use super::counts::{Counts, Fault};
use super::random::Random;

/// Who holds a static key, and agrees with it: at once, late, or not at all.
pub struct Element {
    secret: [u8; 32],
    /// Of a key that is elsewhere, so that nobody has to calculate it again.
    public: Option<PublicKey>,
    random: Random,
    /// Chance in a thousand that there is no answer.
    pub fails: u64,
    /// Chance in a thousand that it takes its time.
    pub dawdles: u64,
    asked: Option<(PublicKey, Instant)>,
}

impl Element {
    pub const fn new(secret: [u8; 32], public: Option<PublicKey>, random: Random) -> Self {
        Self {
            secret,
            public,
            random,
            fails: 0,
            dawdles: 0,
            asked: None,
        }
    }

    fn identity(&self) -> Identity {
        Identity::from_secret_bytes(&self.secret).unwrap()
    }

    /// The key as a node has it.
    pub fn key(&self) -> StaticKey {
        let Some(public) = self.public else {
            return self.identity().into();
        };
        let hedge = self.secret.map(|byte| byte ^ 0xA5);
        StaticKey::elsewhere(public, &hedge).unwrap()
    }

    /// The program that has asked is no more.
    pub const fn forget(&mut self) {
        self.asked = None;
    }

    pub fn due(&self) -> Option<Instant> {
        self.asked.map(|(_, due)| due)
    }

    /// Takes note of what is wanted; the key that was asked for and the answer, once it is there.
    pub fn poll(
        &mut self,
        now: Instant,
        wanted: Option<PublicKey>,
        counts: &mut Counts,
    ) -> Option<(PublicKey, Option<SharedSecret>)> {
        let Some(wanted) = wanted else {
            self.asked = None;
            return None;
        };
        if self.asked.is_none_or(|(asked, _)| asked != wanted) {
            self.asked = Some((wanted, now + self.draw_delay(counts)));
        }
        let (asked, _) = self.asked.take_if(|(_, due)| *due <= now)?;
        if self.random.permille(self.fails) {
            counts.note(Fault::KeyFails);
            return Some((asked, None));
        }
        Some((asked, StaticKey::from(self.identity()).agree(&asked)))
    }

    fn draw_delay(&mut self, counts: &mut Counts) -> Duration {
        let (short, long) = (Duration::from_millis(50), Duration::from_secs(40));
        match self.random.permille(self.dawdles) {
            true => {
                counts.note(Fault::KeyLate);
                self.random.log_between(short, long)
            }
            false => self.random.between(Duration::ZERO, short),
        }
    }
}
