//! BLE fragments: behind any values, at any times, the next datagram comes out whole.
#![no_main]

use iomt::link::{AttPayload, Fragmenter, Reassembler};
use iomt::time::Instant;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

/// The reassembler's limit: small, so that the input reaches it.
const LIMIT: usize = 100;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    values: Vec<(u8, &'a [u8])>,
    numbers: u8,
    mtu: u16,
}

fuzz_target!(|input: Input<'_>| {
    let mut reassembler = Reassembler::<LIMIT>::new();
    for (secs, value) in &input.values {
        let now = Instant::from_secs((*secs).into());
        if let Ok(Some(datagram)) = reassembler.handle_fragment(now, value) {
            assert!((1..=LIMIT).contains(&datagram.len()));
        }
    }

    let payload = AttPayload::from_mtu(input.mtu);
    let mut fragmenter = Fragmenter::default();
    for _ in 0..input.numbers {
        let _ = fragmenter.fragments(&[0], payload);
    }
    let datagram = [7; LIMIT];
    let mut found = None;
    let fragments = fragmenter
        .fragments(&datagram, payload)
        .expect("a datagram");
    for fragment in fragments {
        let mut out = [0; AttPayload::MAX.len()];
        let value = fragment.write(&mut out).expect("has room");
        assert!(value.len() <= payload.len());
        let whole = reassembler.handle_fragment(Instant::from_secs(300), value);
        found = whole.expect("a fragment in order").map(<[u8]>::to_vec);
    }
    assert_eq!(found.as_deref(), Some(&datagram[..]));
});
