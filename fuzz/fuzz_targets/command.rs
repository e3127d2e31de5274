//! Commands: any bytes are read without a panic, and what is read is written as it was.
#![no_main]

use iomt::wire::command::Command;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(command) = Command::parse(bytes) else {
        return;
    };
    let mut out = vec![0; bytes.len()];
    let written = command
        .write(&mut out)
        .expect("what is read fits where it came from");
    assert_eq!(written, bytes);
});
