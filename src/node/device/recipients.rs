//! The recipients of a device: each stays where it was made until it is given up.

use core::iter::Flatten;
use core::slice;

/// So many recipients at most.
///
/// **Rule.** None is ever moved: each has its outbox in it, which is not to pass over the stack.
#[derive(Debug)]
pub(super) struct Recipients<T, const PLACES: usize> {
    slots: [Option<T>; PLACES],
}

impl<T, const PLACES: usize> Recipients<T, PLACES> {
    /// None at all. Not a constant: that would be as many bytes of flash.
    pub(super) fn none() -> Self {
        Self {
            slots: core::array::from_fn(|_| None),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.slots.iter().all(Option::is_some)
    }

    pub(super) fn iter(&self) -> Flatten<slice::Iter<'_, Option<T>>> {
        self.slots.iter().flatten()
    }

    pub(super) fn iter_mut(&mut self) -> Flatten<slice::IterMut<'_, Option<T>>> {
        self.slots.iter_mut().flatten()
    }

    /// Where the next one may be made.
    pub(super) fn vacancy(&mut self) -> Option<&mut Option<T>> {
        self.slots.iter_mut().find(|slot| slot.is_none())
    }

    /// Gives those up of which this is so, and says whether there were any.
    pub(super) fn remove(&mut self, is_wanted: impl Fn(&T) -> bool) -> bool {
        let mut was_there = false;
        for slot in &mut self.slots {
            if slot.as_ref().is_some_and(&is_wanted) {
                *slot = None;
                was_there = true;
            }
        }
        was_there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_given_up_leaves_a_place_and_nobody_moves() {
        let mut recipients = Recipients::<u8, 3>::none();
        for name in [7, 8, 9] {
            assert!(!recipients.is_full());
            *recipients.vacancy().unwrap() = Some(name);
        }
        assert!(recipients.is_full() && recipients.vacancy().is_none());
        let last: *const u8 = recipients.iter().last().unwrap();

        assert!(recipients.remove(|name| *name == 8));
        assert!(!recipients.remove(|name| *name == 8));
        *recipients.vacancy().unwrap() = Some(6);
        assert!(recipients.iter().eq(&[7, 6, 9]));
        assert!(core::ptr::eq(last, recipients.iter().last().unwrap()));

        recipients.iter_mut().for_each(|name| *name += 1);
        assert!(recipients.remove(|name| *name > 7));
        assert!(recipients.iter().eq(&[7]));
        assert!(recipients.remove(|_| true) && recipients.iter().next().is_none());
    }
}
