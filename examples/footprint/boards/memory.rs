/// Gives the linker the memory of the board that the target stands for, from the folder of boards.
fn main() {
    let target = std::env::var("TARGET").unwrap_or_default();
    let board = match target.as_str() {
        "thumbv6m-none-eabi" => "microbit",
        "thumbv7m-none-eabi" => "mps2-an385",
        _ => "mps2-an386",
    };
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    std::fs::copy(format!("{BOARDS}/{board}.x"), format!("{out}/memory.x"))
        .expect("a memory map of the board");
    println!("cargo::rustc-link-search={out}");
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rustc-link-arg-bins=--nmagic");
    println!("cargo::rerun-if-changed={BOARDS}");
}
