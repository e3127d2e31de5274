//! The signal that the node samples, to compare.

use std::path::PathBuf;
use std::{env, fs};

#[path = "../ecg.rs"]
mod ecg;

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("ecg.rs"), ecg::source()).expect("room for the signal");
    println!("cargo::rerun-if-changed=../ecg.rs");
}
