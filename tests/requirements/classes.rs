//! The closed list of error classes.

use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../src/guide/specification/errors.md");

/// Number and word of each row.
fn classes() -> Vec<(usize, &'static str)> {
    let rows = PAGE.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let number = cells.next()?.parse().ok()?;
        Some((number, cells.next()?.trim_matches('`')))
    });
    rows.collect()
}

// IOMT-ERR-001
#[test]
fn classes_are_numbered_in_order_and_each_is_there_once() {
    let classes = classes();
    let numbers: Vec<usize> = classes.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=classes.len()).collect::<Vec<_>>());
    let words: BTreeSet<&str> = classes.iter().map(|(_, word)| *word).collect();
    assert_eq!(words.len(), classes.len());
    let is_snake = |word: &&str| word.chars().all(|c| c == '_' || c.is_ascii_lowercase());
    assert!(words.iter().all(is_snake));
}

// IOMT-ERR-005
#[test]
fn each_finer_word_belongs_to_one_class() {
    let rows = PAGE.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.split(" | ").collect();
        let [number, class, _, finer] = cells[..] else {
            return None;
        };
        number.parse::<usize>().ok()?;
        let finer = finer
            .trim_end_matches('|')
            .split(", ")
            .map(|word| word.trim().trim_matches('`'));
        let finer = finer.filter(|word| !word.is_empty());
        Some(finer.chain([class.trim_matches('`')]).collect::<Vec<_>>())
    });
    let words: Vec<&str> = rows.flatten().collect();
    let distinct: BTreeSet<&str> = words.iter().copied().collect();
    assert!(words.len() > classes().len());
    assert_eq!(distinct.len(), words.len());
}

/// What was given out once, in its order: a line more is well, another one is not.
// IOMT-ERR-001
#[test]
fn no_class_is_ever_renumbered() {
    let given = [
        "malformed",
        "unsupported_version",
        "unsupported_suite",
        "unsupported_model",
        "unsupported_field",
        "unsupported_codec",
        "unknown_critical",
        "unexpected",
        "unknown_epoch",
        "not_authentic",
        "replayed",
        "set_full",
        "beyond_end",
        "not_newest",
        "epoch_full",
        "no_room",
        "out_of_range",
        "not_representable",
        "wrong_label",
        "wrong_key",
        "bad_key",
        "downgraded",
        "bad_passcode",
        "secret_too_short",
        "not_a_label",
        "misread",
        "empty",
        "too_long",
        "orphan",
        "gap",
        "unknown_characteristic",
        "busy",
        "no_attempts",
        "no_entropy",
        "different_dimension",
        "not_exact",
    ];
    let words: Vec<&str> = classes().into_iter().map(|(_, word)| word).collect();
    assert_eq!(words.get(..given.len()), Some(&given[..]));
}
