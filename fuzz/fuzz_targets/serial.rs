//! The serial line: behind any bytes, in any chunks, the next frame comes out whole.
#![no_main]

use iomt::link::{MAX_SERIAL_FRAME, SerialDecoder, encode_serial};
use iomt_fuzz::{Change, changed};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use std::num::NonZeroU8;

/// The decoder's limit: small, so that the input reaches it.
const LIMIT: usize = 48;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    chunk: NonZeroU8,
    noise: &'a [u8],
    damaged: &'a [u8],
    changes: Vec<Change>,
}

fuzz_target!(|input: Input<'_>| {
    let mut line = input.noise.to_vec();
    line.extend(changed(&frame(input.damaged), &input.changes));
    line.extend(frame(b"good"));

    let mut decoder = SerialDecoder::<LIMIT>::new();
    let mut found = Vec::new();
    for mut chunk in line.chunks(input.chunk.get().into()) {
        while let Some(datagram) = decoder.decode(&mut chunk) {
            assert!((1..=LIMIT).contains(&datagram.len()));
            found.push(datagram.to_vec());
        }
        assert!(chunk.is_empty());
    }
    assert_eq!(found.last().map(Vec::as_slice), Some(&b"good"[..]));
    assert_eq!(usize::try_from(decoder.stats().delivered), Ok(found.len()));
});

/// Nothing where the datagram is refused.
fn frame(datagram: &[u8]) -> Vec<u8> {
    let mut out = [0; MAX_SERIAL_FRAME];
    encode_serial(datagram, &mut out).map_or_else(|_| Vec::new(), |frame| frame.to_vec())
}
