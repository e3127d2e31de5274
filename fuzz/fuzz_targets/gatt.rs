//! Characteristics of Bluetooth: what is understood is written again to an equal value.
#![no_main]

use iomt::gatt::{Payload, SessionStart};
use iomt::time::Instant;
use libfuzzer_sys::fuzz_target;

const CHARACTERISTICS: [u16; 15] = [
    0x2A18, 0x2A19, 0x2A1C, 0x2A2B, 0x2A34, 0x2A35, 0x2A36, 0x2A37, 0x2A5E, 0x2A5F, 0x2A9C, 0x2A9D,
    0x2AA7, 0x2B8B, 0x2BF2,
];

fuzz_target!(|input: &[u8]| {
    let Some((&selector, bytes)) = input.split_first() else {
        return;
    };
    if let Ok(start) = SessionStart::decode(bytes) {
        let mut out = [0; SessionStart::MAX_LEN];
        let encoded = start
            .encode(&mut out)
            .expect("what was read can be written");
        assert_eq!(SessionStart::decode(encoded), Ok(start));
        let _ = start.after(u16::MAX, i16::MIN);
    }
    let uuid = CHARACTERISTICS[usize::from(selector) % CHARACTERISTICS.len()];
    let Ok(payload) = Payload::decode(uuid, bytes) else {
        return;
    };
    let mut count = 0;
    payload.for_each_reading(Instant::ZERO, |reading| {
        assert!(!reading.parts.is_empty());
        count += 1;
    });
    assert!(count <= bytes.len());
    assert_comes_back(uuid, &payload, bytes.len());
});

fn assert_comes_back(uuid: u16, payload: &Payload<'_>, len: usize) {
    // The unused fields of a cuff's pressure are written anew; nothing grows.
    let mut out = vec![0; len];
    let encoded = payload
        .encode(&mut out)
        .expect("what was read can be written");
    assert_eq!(Payload::decode(uuid, encoded).as_ref(), Ok(payload));
}
