//! Gives the linker the memory of the board that the target stands for.

const BOARDS: &str = "../boards";

include!("../boards/memory.rs");
