//! Looks into the memory of a value, also once it is dropped: by way of the operating system, as safe code has no other.
//!
//! What it does not see: copies that the compiler has left elsewhere when it moved the value.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::boxed::Box;
use std::format;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::vec;
use std::vec::Vec;

/// A secret by its name, for the message of a test that fails.
pub(crate) type Named = (&'static str, Vec<u8>);

/// In how many places of the value, as it is now, the secret lies.
pub(crate) fn copies<T>(value: &T, secret: &[u8]) -> usize {
    let bytes = bytes_at((&raw const *value).expose_provenance(), size_of::<T>());
    let windows = bytes.windows(secret.len());
    windows.filter(|window| *window == secret).count()
}

/// Checks that each of the secrets is in the value, and that its drop wipes the place where it is kept.
///
/// Where a value has room that is not in use, whatever was on the stack is copied along when it is moved, and is not wiped
/// with it: so each has to be there once less, and not in no place at all.
pub(crate) fn assert_wiped<T>(what: &str, value: T, secrets: &[Named]) {
    let mut place = Box::new(Some(value));
    let look = |place: &Option<T>| -> Vec<usize> {
        let counts = secrets.iter().map(|(_, secret)| copies(place, secret));
        counts.collect()
    };
    let before = look(&place);
    *place = None;
    for (((name, _), before), after) in secrets.iter().zip(before).zip(look(&place)) {
        assert!(before > 0, "{what} has no {name} to be wiped");
        assert!(after < before, "{what} leaves its {name}");
    }
}

/// Checks that no run of bytes that the value had is left when it is dropped, whatever they stand for.
pub(crate) fn assert_nothing_left<T>(what: &str, value: T) {
    let mut place = Box::new(Some(value));
    let look = |place: &Option<T>| {
        let address = (&raw const *place).expose_provenance();
        bytes_at(address, size_of::<Option<T>>())
    };
    let before = look(&place);
    *place = None;
    let after = look(&place);
    let runs = before.windows(8).zip(after.windows(8));
    let mut runs = runs.filter(|(before, _)| !before.contains(&0)).peekable();
    assert!(runs.peek().is_some(), "{what} held nothing");
    assert!(runs.all(|(before, after)| before != after), "{what}");
}

fn bytes_at(address: usize, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    let memory = File::open("/proc/self/mem").unwrap();
    memory.read_exact_at(&mut bytes, address as u64).unwrap();
    bytes
}

#[test]
fn what_is_not_wiped_is_seen() {
    let bare: [u8; 16] = core::array::from_fn(|place| place as u8 ^ 0xA7);
    let mut place = Box::new(Some((bare, 7_u8)));
    *place = None;
    assert_eq!(copies(&*place, &bare), 1, "it is seen behind its end");
    let careless = std::panic::catch_unwind(|| {
        assert_wiped("a careless type", bare, &[("key", bare.to_vec())]);
    });
    assert!(careless.is_err(), "{}", format!("{careless:?}"));
}
