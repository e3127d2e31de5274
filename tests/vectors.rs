//! The vector files are what the generator makes, and what the crate hands out.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "its command line is the example's")]
#[path = "../examples/conformance/generate/mod.rs"]
mod generate;
#[allow(dead_code, reason = "its command line is the example's")]
#[path = "../examples/conformance/shim/mod.rs"]
mod shim;

use std::fs::read_to_string;

#[test]
fn the_files_are_what_the_generator_makes() {
    for (name, made) in generate::files() {
        let frozen = read_to_string(generate::folder().join(&name)).unwrap();
        assert!(
            made == frozen,
            "{name} says something else: cargo run --example conformance -- --generate"
        );
    }
}

#[test]
fn no_other_file_lies_beside_them() {
    let made = generate::files();
    for entry in generate::folder().read_dir().unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_known = made.iter().any(|(known, _)| *known == name);
        assert!(
            is_known || !name.ends_with(".json"),
            "{name} is made by nobody"
        );
    }
}

#[cfg(feature = "vectors")]
#[test]
fn the_crate_hands_out_every_file() {
    let made = generate::files();
    let vectors = made.iter().filter(|(name, _)| name.ends_with(".json"));
    let handed: Vec<_> = iomt::vectors::FILES
        .iter()
        .map(|file| (format!("{}.json", file.area), file.json.to_owned()))
        .collect();
    for file in vectors.clone() {
        assert!(
            handed.contains(file),
            "{} is not handed out as it is",
            file.0
        );
    }
    assert_eq!(handed.len(), vectors.count());
}
