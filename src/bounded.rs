//! What `heapless::Vec` does only with a panic where an index is out of range, done without one.
//!
//! Firmware is linked with no panic in it. That an index is in range is often plain to a reader, but not to the
//! compiler, which keeps the panic.

use core::mem;

use heapless::Vec;

/// Takes the element at `index` out and closes the gap; `None` where there is none.
pub(crate) fn remove<T, const N: usize>(vec: &mut Vec<T, N>, index: usize) -> Option<T> {
    if index >= vec.len() {
        return None;
    }
    let mut carried = vec.pop()?;
    for slot in vec.get_mut(index..)?.iter_mut().rev() {
        mem::swap(slot, &mut carried);
    }
    Some(carried)
}

/// Puts an element before the one at `index`; at the end where there is none.
///
/// # Errors
///
/// The element that found no room.
pub(crate) fn insert<T, const N: usize>(
    vec: &mut Vec<T, N>,
    index: usize,
    element: T,
) -> Result<(), T> {
    if vec.is_full() {
        return Err(element);
    }
    let mut carried = element;
    for slot in vec.iter_mut().skip(index) {
        mem::swap(slot, &mut carried);
    }
    vec.push(carried)
}

/// The first elements, as many as there is room for.
pub(crate) fn first_of<T, const N: usize>(elements: impl Iterator<Item = T>) -> Vec<T, N> {
    let mut vec = Vec::new();
    for element in elements.take(N) {
        let _ = vec.push(element);
    }
    vec
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn does_what_the_other_does_where_that_does_not_panic(
            start in proptest::collection::vec(0_u8.., 0..=6),
            index in 0_usize..8,
            element: u8,
        ) {
            let mut vec: Vec<u8, 6> = first_of(start.iter().copied());
            let mut model = vec.clone();
            let removed = (index < model.len()).then(|| model.remove(index));
            prop_assert_eq!(remove(&mut vec, index), removed);
            prop_assert_eq!(&vec, &model);

            let at = index.min(model.len());
            prop_assert_eq!(insert(&mut vec, at, element), model.insert(at, element));
            prop_assert_eq!(&vec, &model);
            prop_assert_eq!(&vec[..], &first_of::<_, 6>(vec.iter().copied())[..]);
        }
    }

    #[test]
    fn of_too_many_the_first_are_kept() {
        assert_eq!(first_of::<_, 3>(0..9), [0, 1, 2]);
    }
}
