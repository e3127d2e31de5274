//! The stream carrier: real datagrams come back however it is cut, and after an error nothing does.
#![no_main]

use iomt::link::{STREAM_HEADER, StreamDecoder, encode_stream};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use std::num::NonZeroU8;

/// The decoder's limit: small, so that the input reaches it.
const LIMIT: usize = 48;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    chunk: NonZeroU8,
    datagrams: Vec<&'a [u8]>,
    noise: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let mut line = Vec::new();
    let mut expected = Vec::new();
    for datagram in input.datagrams {
        let mut out = [0; LIMIT + STREAM_HEADER];
        if let Ok(bytes) = encode_stream(datagram, &mut out) {
            line.extend_from_slice(bytes);
            expected.push(datagram.to_vec());
        }
    }
    line.extend_from_slice(input.noise);

    let mut decoder = StreamDecoder::<LIMIT>::new();
    let mut found = Vec::new();
    let mut end = None;
    for mut chunk in line.chunks(input.chunk.get().into()) {
        loop {
            match decoder.decode(&mut chunk) {
                Ok(Some(datagram)) => {
                    assert!(end.is_none() && (1..=LIMIT).contains(&datagram.len()));
                    found.push(datagram.to_vec());
                }
                Ok(None) => {
                    assert!(end.is_none() && chunk.is_empty());
                    break;
                }
                Err(error) => {
                    assert_eq!(error, *end.get_or_insert(error));
                    break;
                }
            }
        }
    }
    assert!(found.starts_with(&expected));
});
