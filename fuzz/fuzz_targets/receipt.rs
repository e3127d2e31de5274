//! Receipts: no forgery is believed; one that is proved, whatever it says, reads without a panic; the honest one still counts.
#![no_main]

use iomt::seal::{Opening, Sealer, StoredReport};
use iomt::wire::{Locator, MAX_COUNTER, MAX_DATAGRAM, PROOF_LEN, Receipt, Space};
use iomt_fuzz::{Change, changed, keys};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    changes: Vec<Change>,
    /// The echo of a control frame, where there is one.
    echo: Option<u16>,
    body: Vec<u8>,
    raw: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let (mut sealer, mut opener) = keys::session();
    let epoch = sealer.epoch().expect("an epoch is open");
    let mut frame = sealer
        .seal(Space::Data, b"reading", &mut [0; 64])
        .expect("has room")
        .to_vec();
    let header = [&[0x0D][..], &epoch.locator.0, &epoch.salt.0].concat();
    frame.splice(..1, header);
    let Ok(Opening::Fresh(opened)) = opener.open(&mut frame) else {
        panic!("an honest frame does not open")
    };
    opener.commit(opened.stored()).expect("the set has room");
    let honest = opener
        .receipt(None, &mut [0; MAX_DATAGRAM])
        .expect("has room")
        .to_vec();

    for packet in [input.raw, &changed(&honest, &input.changes)] {
        let is_forged = packet != honest;
        assert!(
            !is_forged || sealer.verify(packet, |_| None).is_err(),
            "a forged receipt was believed"
        );
    }
    // The honest one may have been among them: the fuzzer learns from comparisons.
    let (mut sealer, _) = keys::session();

    let proved = proved(&sealer, input.echo, &input.body);
    if let Ok(report) = sealer.verify(&proved, |_| None) {
        check(&report);
    }
    assert!(sealer.verify(&honest, |_| None).is_ok() && sealer.is_named());
});

/// What only the server can make: any body with its code.
fn proved(sealer: &Sealer, echo: Option<u16>, rest: &[u8]) -> Vec<u8> {
    let epoch = sealer.epoch().expect("an epoch is open");
    let (echo, tag) = match echo {
        Some(counter) => (u32::from(counter), *epoch.tag.as_bytes()),
        None => (MAX_COUNTER + 1, [0; 16]),
    };
    let Locator(locator) = epoch.locator;
    let body = [&echo.to_le_bytes()[..3], rest].concat();
    let proof = keys::hmac(
        &keys::receipt_key(),
        &[&[Receipt::BYTE0], &locator, &tag, &body],
    );
    [&[Receipt::BYTE0], &locator[..], &body, &proof[..PROOF_LEN]].concat()
}

/// Ranges rise, do not touch, and stay below the end of the counters.
fn check(report: &StoredReport<'_>) {
    for entry in report.acknowledgements() {
        let mut end = entry.floor;
        for range in entry.ranges() {
            assert!(end < range.start && range.start < range.end && range.end <= MAX_COUNTER + 1);
            assert!(!entry.covers(end) && entry.covers(range.start) && entry.covers(range.end - 1));
            end = range.end;
        }
        assert!(!entry.covers(end) && (entry.floor == 0 || entry.covers(0)));
    }
}
