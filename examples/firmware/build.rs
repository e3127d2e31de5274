//! Hands the linker the board's memory and the start-up code's script, and the node its signal.

use std::path::PathBuf;
use std::{env, fs};

#[path = "ecg.rs"]
mod ecg;

/// Feature, as cargo spells it for build scripts, and the memory that it means.
const BOARDS: [(&str, &str); 3] = [
    ("CARGO_FEATURE_AN386", "memory/an386.x"),
    ("CARGO_FEATURE_LM3S6965", "memory/lm3s6965.x"),
    ("CARGO_FEATURE_MICROBIT", "memory/microbit.x"),
];

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let (_, memory) = BOARDS
        .iter()
        .find(|(feature, _)| env::var_os(feature).is_some())
        .expect("the feature of a board");
    fs::copy(memory, out.join("memory.x")).expect("a memory layout");
    fs::write(out.join("ecg.rs"), ecg::source()).expect("room for the signal");
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    // Or the linker puts the ELF header into the first page of flash.
    println!("cargo::rustc-link-arg-bins=--nmagic");
    for file in ["memory", "ecg.rs"] {
        println!("cargo::rerun-if-changed={file}");
    }
}
