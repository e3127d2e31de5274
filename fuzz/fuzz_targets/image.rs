//! A device's saved image: what does not check is refused, and what only the device can write is read without a panic.
#![no_main]

use iomt::node::{Config, Device};
use iomt::pairing::Identity;
use iomt::reading::Descriptor;
use iomt::storage::{MemoryStorage, Storage};
use iomt::time::Instant;
use iomt_fuzz::{Change, Counting, changed, keys};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

const SECRET: [u8; 32] = [1; 32];
const NOW: Instant = Instant::from_secs(5);
/// Version 1, and the session behind it, without its code.
const SESSION_END: usize = 1 + 130;
const CODE: usize = 8;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    changes: Vec<Change>,
    /// Behind the session: peer, secrets, epochs.
    rest: &'a [u8],
    raw: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let honest = image();
    for image in [changed(&honest, &input.changes), input.raw.to_vec()] {
        let resumed = device().resume(NOW, &image, &mut later());
        assert_eq!(
            resumed.is_ok(),
            image == honest,
            "a damaged image was taken"
        );
    }
    let with_rest = [&honest[..SESSION_END + CODE], input.rest].concat();
    for content in [
        changed(&honest[..honest.len() - CODE], &input.changes),
        with_rest,
    ] {
        use_it(&with_codes(content));
    }
});

/// Resumes, seals and stores with what was read, as long as it asks for something.
fn use_it(image: &[u8]) {
    let mut device = device();
    if device.resume(NOW, image, &mut later()).is_err() {
        return;
    }
    let mut storage = MemoryStorage::<4_096, 1>::new();
    device
        .store_on(NOW, &mut storage)
        .expect("it was asked for");
    let mut buffer = [0; iomt::wire::MAX_DATAGRAM];
    for _ in 0..8 {
        let _ = device.handle_timeout(NOW, &mut later());
        let _ = device.poll_transmit(NOW, &mut buffer);
        device
            .store_on(NOW, &mut storage)
            .expect("it was asked for");
    }
}

/// The codes that the device puts behind its session and behind the whole.
fn with_codes(mut content: Vec<u8>) -> Vec<u8> {
    if let Some(session) = content.get_mut(1..SESSION_END + CODE) {
        let code = keys::hmac(&keys::expand(&SECRET, "saved"), &[&session[..130]]);
        session[130..].copy_from_slice(&code[..CODE]);
    }
    let code = keys::hmac(&keys::expand(&SECRET, "image"), &[&content]);
    content.extend_from_slice(&code[..CODE]);
    content
}

fn device() -> Device<'static, 1_024> {
    let identity = Identity::from_secret_bytes(&SECRET).expect("a key of the suite");
    let nobody = Descriptor {
        manufacturer: "",
        model: "",
        serial: "",
        firmware: "",
        udi_device: "",
        udi_production: "",
    };
    Device::new(identity, nobody, Config::DEFAULT).expect("short texts")
}

/// The generator of another boot.
fn later() -> Counting {
    Counting::from(1 << 32)
}

/// What an honest device stores of its first session.
fn image() -> Vec<u8> {
    let mut device = device();
    let server = Identity::from_secret_bytes(&[2; 32]).expect("a key of the suite");
    device
        .add_peer(
            NOW,
            server.public(),
            keys::secrets(),
            &mut Counting::default(),
        )
        .expect("there is room");
    let mut storage = MemoryStorage::<4_096, 1>::new();
    device
        .store_on(NOW, &mut storage)
        .expect("it was asked for");
    let mut image = [0; iomt::storage::MAX_IMAGE];
    let len = storage.load_image(0, &mut image).expect("it reads");
    image[..len.expect("it was stored")].to_vec()
}
