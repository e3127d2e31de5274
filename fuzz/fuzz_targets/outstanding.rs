//! Lists of outstanding epochs, authentic and of any content: the server's end keeps its bounds and goes on.
#![no_main]

use iomt::seal::{Opener, Opening, Sealer};
use iomt::wire::{MAX_DATAGRAM, Space};
use iomt_fuzz::{Counting, keys};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    /// Frames of data before: bit n says whether frame n arrives.
    arrives: u16,
    lists: Vec<&'a [u8]>,
    /// The list that names the sealing epoch: what stands in it of data, and epochs behind it.
    space: &'a [u8],
    others: &'a [u8],
    count: u8,
}

/// No list makes a server remember more.
const MAX_LOCATORS: usize = 24;
const MAX_PLAINTEXT: usize = 1_100;

fuzz_target!(|input: Input<'_>| {
    let (mut sealer, mut opener) = keys::session();
    let mut entropy = Counting::from(100);
    for number in 0..16 {
        let frame = data(&mut sealer);
        if input.arrives >> number & 1 == 1 {
            receive(&mut opener, frame);
        }
    }
    let own = own_list(&sealer, &input);
    for list in input.lists.iter().take(8).copied().chain([&own[..]]) {
        control(&mut sealer, &mut opener, list);
        let receipt = opener
            .receipt(None, &mut [0; MAX_DATAGRAM])
            .expect("has room")
            .to_vec();
        sealer
            .verify(&receipt, |_| None)
            .expect("an honest receipt");
        assert!(opener.locators().count() <= MAX_LOCATORS);
    }
    // The next epoch opens, whatever was said in this one.
    keys::open_epoch(&mut sealer, &mut entropy);
    let frame = data(&mut sealer);
    receive(&mut opener, frame);
});

/// "tag 4, length, count ‖ locator ‖ flags ‖ run ‖ spaces"
fn own_list(sealer: &Sealer, input: &Input<'_>) -> Vec<u8> {
    let epoch = sealer.epoch().expect("an epoch is open");
    let body = [
        &[1 + input.count % 4][..],
        &epoch.locator.0,
        &[0],
        &[5; 8],
        &[1, 0],
        input.space,
        input.others,
    ]
    .concat();
    let body = &body[..body.len().min(MAX_PLAINTEXT)];
    let len = body.len();
    let mut record = vec![4];
    match len {
        ..128 => record.push(len as u8),
        _ => record.extend([(len & 0x7F) as u8 | 0x80, (len >> 7) as u8]),
    }
    record.extend_from_slice(body);
    record
}

fn routed(sealer: &Sealer, short: &[u8]) -> Vec<u8> {
    let epoch = sealer.epoch().expect("an epoch is open");
    [
        &[short[0] | 0b1100][..],
        &epoch.locator.0,
        &epoch.salt.0,
        &short[1..],
    ]
    .concat()
}

fn data(sealer: &mut Sealer) -> Vec<u8> {
    let mut out = [0; 64];
    let short = sealer
        .seal(Space::Data, b"reading", &mut out)
        .expect("has room")
        .to_vec();
    routed(sealer, &short)
}

fn receive(opener: &mut Opener, mut frame: Vec<u8>) {
    match opener.open(&mut frame).expect("an honest frame") {
        Opening::Fresh(opened) => {
            let stored = opened.stored();
            opener.commit(stored).expect("it has room");
        }
        other => panic!("not fresh: {other:?}"),
    }
}

fn control(sealer: &mut Sealer, opener: &mut Opener, plaintext: &[u8]) {
    let plaintext = &plaintext[..plaintext.len().min(MAX_PLAINTEXT)];
    let mut out = [0; MAX_DATAGRAM];
    let (_, short) = sealer.seal_control(plaintext, &mut out).expect("has room");
    let short = short.to_vec();
    let mut frame = routed(sealer, &short);
    let Ok(Opening::Control(control)) = opener.open(&mut frame) else {
        panic!("an honest control frame")
    };
    let mut ranges = 0;
    let _ = opener.handle_outstanding(&control, |loss| {
        assert!(loss.range.start < loss.range.end);
        ranges += 1;
        Ok(())
    });
    assert!(ranges <= MAX_PLAINTEXT);
}
