/// Weight of a new pause in the mean that is nearer to it.
const LEARNT: f32 = 0.25;
/// And in the other one, so that a mean that no pause is near comes back.
const DRAWN: f32 = 0.02;
/// Systole is shorter than diastole by so much, or they can not be told apart.
const DIFFERENT: f32 = 0.9;

/// Systole and diastole: the means of the short and of the long pauses between sounds.
#[derive(Debug, Clone, Default)]
pub(super) struct Pauses {
    short: Option<f32>,
    long: Option<f32>,
}

impl Pauses {
    /// Takes a pause in; whether it is a long one, and none where that can not be told.
    ///
    /// Each pause is judged alone, so that a sound too many or too few spoils only its own pauses.
    pub(super) fn is_long(&mut self, pause: f32) -> Option<bool> {
        let (Some(short), Some(long)) = (self.short, self.long) else {
            let first = self.short.replace(pause)?;
            (self.short, self.long) = (Some(first.min(pause)), Some(first.max(pause)));
            return None;
        };
        let is_long = pause - short > long - pause;
        let (of_short, of_long) = if is_long {
            (DRAWN, LEARNT)
        } else {
            (LEARNT, DRAWN)
        };
        self.short = Some(short + of_short * (pause - short));
        self.long = Some(long + of_long * (pause - long));
        (short < DIFFERENT * long).then_some(is_long)
    }

    /// One beat: a short and a long pause.
    pub(super) fn beat(&self) -> Option<f32> {
        Some(self.short? + self.long?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_too_many_spoils_only_its_own_pauses() {
        let mut pauses = Pauses::default();
        for _ in 0..10 {
            pauses.is_long(15.0);
            pauses.is_long(25.0);
        }
        pauses.is_long(12.0);
        pauses.is_long(13.0);
        assert_eq!(pauses.is_long(15.0), Some(false));
        assert_eq!(pauses.is_long(25.0), Some(true));
    }

    #[test]
    fn pauses_that_are_alike_are_not_told_apart() {
        let mut pauses = Pauses::default();
        assert!((0..50_u8).all(|_| pauses.is_long(20.0).is_none()));
    }
}
