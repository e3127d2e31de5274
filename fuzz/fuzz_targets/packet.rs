//! The clear header: what parses is written again byte for byte, by a gateway that holds no key.
#![no_main]

use iomt::link::Router;
use iomt::wire::{MAX_DATAGRAM, Packet, Receipt, TAG_LEN};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|datagram: &[u8]| {
    let Ok(packet) = Packet::parse(datagram) else {
        return;
    };
    assert!(datagram.len() <= MAX_DATAGRAM);
    assert_eq!(written(&packet), datagram);
    if let Packet::Frame(frame) = &packet {
        assert_eq!(
            frame.route.header_len() + frame.sealed.len(),
            datagram.len()
        );
        assert!(frame.sealed.len() >= TAG_LEN);
    }
    let mut router = Router::<u8, 2>::default();
    router.learn(&packet, 1);
    assert!(matches!(router.port_of(&packet), Some(1) | None));
});

fn written(packet: &Packet<'_>) -> Vec<u8> {
    let mut out = [0; MAX_DATAGRAM];
    match packet {
        Packet::Frame(frame) => frame.emit(&mut out).map(|bytes| bytes.to_vec()),
        Packet::Handshake(handshake) => handshake.emit(&mut out).map(|bytes| bytes.to_vec()),
        Packet::Refused(refused) => refused.emit(&mut out).map(|bytes| bytes.to_vec()),
        Packet::Receipt(receipt) => {
            let byte0 = [Receipt::BYTE0];
            Ok([&byte0[..], &receipt.locator.0, receipt.body, &receipt.proof].concat())
        }
        other => panic!("a kind that version 1 does not know: {other:?}"),
    }
    .expect("a packet that was parsed fits")
}
