use core::mem;

use heapless::Vec;

/// A bounded list of which the last element is used most, and is mostly the only one.
///
/// ```text
///   rest: behind a pointer each, where there is a heap │ last: in place
/// ```
///
/// So a server among a hundred thousand sessions finds what a frame needs in one place, and a session takes the
/// memory of what it has rather than of what it may have. Without `std` all are in place.
///
/// An element that finds no room is dropped: giving it back would take the stack of one more.
pub(super) struct Few<T, const REST: usize> {
    rest: Vec<Slot<T>, REST>,
    last: Option<T>,
}

/// There is no room for an element, and it was dropped.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

/// An element that is seldom there. A list of pointers moves none of the secrets that it leads to.
struct Slot<T>(
    #[cfg(feature = "std")] std::boxed::Box<T>,
    #[cfg(not(feature = "std"))] T,
);

impl<T> Slot<T> {
    fn new(value: T) -> Self {
        #[cfg(feature = "std")]
        let value = std::boxed::Box::new(value);
        Self(value)
    }

    fn get(&self) -> &T {
        &self.0
    }

    fn get_mut(&mut self) -> &mut T {
        &mut self.0
    }

    fn take(self) -> T {
        #[cfg(feature = "std")]
        return *self.0;
        #[cfg(not(feature = "std"))]
        self.0
    }
}

impl<T, const REST: usize> Few<T, REST> {
    pub(super) const fn new() -> Self {
        Self {
            rest: Vec::new(),
            last: None,
        }
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.rest.iter().map(Slot::get).chain(&self.last)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rest
            .iter_mut()
            .map(Slot::get_mut)
            .chain(&mut self.last)
    }

    pub(super) fn first(&self) -> Option<&T> {
        self.rest.first().map(Slot::get).or(self.last())
    }

    pub(super) const fn last(&self) -> Option<&T> {
        self.last.as_ref()
    }

    /// Whether it takes no more.
    pub(super) fn is_full(&self) -> bool {
        self.rest.is_full() && self.last.is_some()
    }

    /// Puts an element behind all others.
    #[inline(never)] // An element passes over the stack in each of these: one frame of them at a time.
    pub(super) fn push(&mut self, mut value: T) -> Result<(), Full> {
        match &mut self.last {
            None => self.last = Some(value),
            Some(_) if self.rest.is_full() => return Err(Full),
            Some(last) => {
                mem::swap(last, &mut value);
                let _ = self.rest.push(Slot::new(value));
            }
        }
        Ok(())
    }

    /// Puts an element before the first one that `is_behind`.
    pub(super) fn insert_before(
        &mut self,
        value: T,
        is_behind: impl FnMut(&T) -> bool,
    ) -> Result<(), Full> {
        let Some(place) = self.iter().position(is_behind) else {
            return self.push(value);
        };
        self.insert_in_rest(place, value)
    }

    #[inline(never)]
    fn insert_in_rest(&mut self, place: usize, value: T) -> Result<(), Full> {
        if self.rest.is_full() {
            return Err(Full);
        }
        let _ = self.rest.push(Slot::new(value));
        let moved = self.rest.get_mut(place..).unwrap_or_default();
        if let Some((new, behind)) = moved.split_last_mut() {
            behind.iter_mut().for_each(|slot| mem::swap(slot, new));
        }
        Ok(())
    }

    #[inline(never)]
    pub(super) fn pop(&mut self) -> Option<T> {
        let rest = self.rest.pop().map(Slot::take);
        mem::replace(&mut self.last, rest)
    }

    #[inline(never)]
    fn drop_last(&mut self) {
        self.last = self.rest.pop().map(Slot::take);
    }

    pub(super) fn remove_first(&mut self) {
        if self.rest.is_empty() {
            self.last = None;
        }
        let mut is_first = true;
        self.rest.retain(|_| !mem::take(&mut is_first));
    }

    #[cfg(any(test, feature = "node"))]
    pub(super) fn clear(&mut self) {
        self.rest.clear();
        self.last = None;
    }

    pub(super) fn retain(&mut self, mut keeps: impl FnMut(&mut T) -> bool) {
        self.rest.retain_mut(|slot| keeps(slot.get_mut()));
        if self.last.as_mut().is_some_and(|last| !keeps(last)) {
            self.drop_last();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Few;

    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Step {
        Push(u8),
        InsertBefore(u8, u8),
        Pop,
        RemoveFirst,
        RetainAbove(u8),
        Clear,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            any::<u8>().prop_map(Step::Push),
            any::<(u8, u8)>().prop_map(|(value, bound)| Step::InsertBefore(value, bound)),
            Just(Step::Pop),
            Just(Step::RemoveFirst),
            any::<u8>().prop_map(Step::RetainAbove),
            Just(Step::Clear),
        ]
    }

    fn take(model: &mut std::vec::Vec<u8>, step: &Step) {
        let has_room = model.len() < 4;
        match *step {
            Step::Push(value) if has_room => model.push(value),
            Step::InsertBefore(value, bound) if has_room => {
                let place = model.iter().position(|other| *other > bound);
                model.insert(place.unwrap_or(model.len()), value);
            }
            Step::RetainAbove(bound) => model.retain(|value| *value > bound),
            Step::Clear => model.clear(),
            Step::RemoveFirst if !model.is_empty() => {
                model.remove(0);
            }
            Step::Pop => {
                model.pop();
            }
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn it_is_a_plain_list_of_bounded_length(steps in proptest::collection::vec(step(), 0..60)) {
            let mut few = Few::<u8, 3>::new();
            let mut model = std::vec::Vec::new();
            for step in steps {
                match step {
                    Step::Push(value) => prop_assert_eq!(few.push(value).is_ok(), model.len() < 4),
                    Step::InsertBefore(value, bound) => {
                        let room = few.insert_before(value, |other| *other > bound);
                        prop_assert_eq!(room.is_ok(), model.len() < 4);
                    }
                    Step::Pop => prop_assert_eq!(few.pop(), model.last().copied()),
                    Step::RemoveFirst => few.remove_first(),
                    Step::RetainAbove(bound) => few.retain(|value| *value > bound),
                    Step::Clear => few.clear(),
                }
                take(&mut model, &step);
                prop_assert!(few.iter().eq(&model));
                prop_assert!(few.iter_mut().map(|value| &*value).eq(&model));
                prop_assert_eq!(few.first(), model.first());
                prop_assert_eq!(few.last(), model.last());
                prop_assert_eq!(few.is_full(), model.len() == 4);
            }
        }
    }
}
