//! `tests/vectors/storage/flash_v1.json`, made by `flash.py` beside it from the drawing: written and read.

use super::*;
use serde_json::Value;

const GOLDEN: &str = include_str!("../../../../tests/vectors/storage/flash_v1.json");

fn number(value: &Value, name: &str) -> u32 {
    u32::try_from(value[name].as_u64().unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(byte).collect()
}

fn peer(value: &Value) -> u8 {
    number(value, "peer") as u8
}

fn place(value: &Value, counter: &str) -> FrameAddress {
    FrameAddress {
        peer: peer(value),
        epoch: bytes(&value["epoch"]).try_into().unwrap(),
        space: Space::from_code(number(value, "space") as u8),
        counter: number(value, counter),
    }
}

fn perform_all(storage: &mut impl Storage, case: &Value) {
    for request in case["requests"].as_array().unwrap() {
        let (kind, value) = request.as_object().unwrap().iter().next().unwrap();
        let bytes = &value.get("bytes").map(bytes).unwrap_or_default()[..];
        let request = match kind.as_str() {
            "image" => StoreRequest::Image {
                peer: peer(value),
                bytes,
            },
            "frame" => StoreRequest::Frame {
                address: place(value, "counter"),
                bytes,
            },
            "free" => {
                let FrameAddress {
                    peer,
                    epoch,
                    space,
                    counter: below,
                } = place(value, "below");
                StoreRequest::Free {
                    peer,
                    epoch,
                    space,
                    below,
                }
            }
            other => panic!("{other}"),
        };
        assert_eq!(perform(storage, &request), StoreReply::Done);
    }
}

fn golden_flash<const W: usize, const U: usize>(case: &Value) -> SimulatedFlash<W, U> {
    let mut flash = SimulatedFlash::new(number(case, "units") as usize);
    for span in case["flash"].as_array().unwrap() {
        let (at, part) = (number(span, "at") as usize, bytes(&span["bytes"]));
        flash.bytes[at..at + part.len()].copy_from_slice(&part);
    }
    flash
}

fn check<const W: usize, const U: usize>(case: &Value) {
    let golden = golden_flash::<W, U>(case);
    let units = number(case, "units") as usize;
    let open = |flash| FlashStorage::open(flash, range(units, U), 2).unwrap();

    let mut written = open(SimulatedFlash::<W, U>::new(units));
    perform_all(&mut written, case);
    assert!(
        written.release().bytes == golden.bytes,
        "written, words of {W}"
    );

    let mut read = open(golden);
    let mut out = [0; MAX_DATAGRAM];
    for (peer, image) in case["images"].as_array().unwrap().iter().enumerate() {
        let len = read.load_image(peer as u8, &mut out).unwrap().unwrap();
        assert_eq!(out[..len], bytes(image));
    }
    let mut stored = Vec::new();
    for frame in case["stored"].as_array().unwrap() {
        let address = place(frame, "counter");
        assert_eq!(
            found(&mut read, address),
            Some((address, bytes(&frame["bytes"])))
        );
        stored.push(address);
    }
    let mut named = Vec::new();
    for peer in 0..2 {
        read.scan(peer, &mut |address| named.push(address)).unwrap();
    }
    assert_eq!(named, stored);
}

#[test]
fn layout_version_1_is_written_and_read_as_drawn() {
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    let [first, second, third] = &golden["cases"].as_array().unwrap()[..] else {
        panic!("three cases");
    };
    check::<4, 1536>(first);
    check::<1, 4096>(second);
    check::<32, 2048>(third);
}
