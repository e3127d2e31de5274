//! Batches: any body is read to its end; what is written comes back, and no datagram is kept out for ever.
#![no_main]

use iomt::link::{Batch, BatchWriter, CarrierError, MIN_BATCH, STREAM_HEADER};
use iomt::wire::MAX_DATAGRAM;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    body: &'a [u8],
    limit: u16,
    datagrams: Vec<&'a [u8]>,
}

fuzz_target!(|input: Input<'_>| {
    let mut len = 0;
    for datagram in Batch::new(input.body).flatten() {
        assert!((1..=MAX_DATAGRAM).contains(&datagram.len()));
        len += datagram.len() + STREAM_HEADER;
    }
    assert!(len <= input.body.len());

    let mut body = [0; MIN_BATCH];
    let mut batch = BatchWriter::new(&mut body, input.limit.into());
    let mut taken = Vec::new();
    for datagram in &input.datagrams {
        match batch.push(datagram) {
            Ok(()) => taken.push(*datagram),
            Err(CarrierError::NoRoom { .. }) => assert!(!batch.is_empty()),
            Err(_) => assert!(datagram.is_empty() || datagram.len() > MAX_DATAGRAM),
        }
    }
    let body = batch.finish();
    assert!(body.len() <= usize::from(input.limit) || taken.len() == 1);
    assert_eq!(Batch::new(body).collect::<Result<Vec<_>, _>>(), Ok(taken));
});
