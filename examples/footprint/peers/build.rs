//! Gives the linker the memory of the board that the target stands for.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let target = env::var("TARGET").unwrap_or_default();
    let board = match target.as_str() {
        "thumbv6m-none-eabi" => "microbit",
        "thumbv7m-none-eabi" => "lm3s6965evb",
        _ => "mps2-an386",
    };
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    fs::copy(format!("../boards/{board}.x"), out.join("memory.x"))
        .expect("a memory map of the board");
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
    println!("cargo::rerun-if-changed=../boards");
}
