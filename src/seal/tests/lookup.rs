//! Finding the session of a frame.

use std::println;

use super::*;
use crate::wire::Locator;

const LOCATOR: Locator = Locator([7; 8]);

fn owners(table: &SessionTable<u32>) -> Vec<u32> {
    table.owners(LOCATOR).iter().collect()
}

// IOMT-LOC-004, IOMT-LOC-008
#[test]
fn four_own_a_locator_and_a_fifth_pushes_none_of_them_out() {
    let mut table = SessionTable::default();
    assert!(table.is_empty() && table.owners(LOCATOR).is_empty());
    for name in [1, 2, 3, 4, 2, 1] {
        assert!(table.insert(LOCATOR, name));
    }
    assert!(!table.insert(LOCATOR, 5));
    assert_eq!((owners(&table), table.len()), (Vec::from([1, 2, 3, 4]), 1));
    table.remove(LOCATOR, 1);
    assert!(table.insert(LOCATOR, 5));
    assert_eq!(owners(&table), [5, 2, 3, 4]);
    for (left, name) in [(3, 2), (2, 5), (2, 9), (1, 3), (0, 4)] {
        table.remove(LOCATOR, name);
        assert_eq!(owners(&table).len(), left);
    }
    assert!(table.is_empty());
}

#[test]
fn a_session_in_memory_takes_what_is_printed() {
    // cargo test --all-features a_session_in_memory -- --nocapture
    let locators = secrets(1).into_opener().locators().count();
    let entry = size_of::<(Locator, u32)>() + 1;
    // A hash table fills up to seven eighths, and doubles: between 8/7 and 16/7 of its content.
    let (least, most) = (locators * entry * 8 / 7, locators * entry * 16 / 7);
    println!("a session in the table of locators: {least} to {most} bytes");
    println!("its opener in memory: {} bytes", size_of::<Opener>());
    assert!(locators == 8 && least >= 110 && most <= 250);
}
