//! A hybrid pairing: packets of strangers are refused at each message, and the honest ones still end it.
#![no_main]

use iomt::pairing::hybrid::Hybrid;
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{DescriptorHash, Identity};
use iomt::wire::{ConnectionId, MAX_DATAGRAM};
use iomt_fuzz::Counting;
use iomt_fuzz::pairing::Attempts;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, [Attempts<'_>; 3])| {
    let (has_key, attempts) = input;
    let identity = |seed| Identity::from_secret_bytes(&[seed; 32]).expect("a key of the suite");
    let (phone, device, mut rng) = (identity(5), identity(6), Counting::default());
    let secret = b"the secret of the label";
    let label = match has_key {
        true => LabelSecret::beside_key(secret),
        false => LabelSecret::new(secret),
    }
    .expect("a long secret");
    let promise = DescriptorHash::of_body(b"body");
    let connection = ConnectionId(*b"fuzzing!");
    let key = has_key.then(|| device.public());
    let asking = Hybrid::read_label(&phone, &label, key, connection, &mut rng);
    let mut asking = asking.expect("the generator works");
    let mut answering = match has_key {
        true => Hybrid::answer_label_with_key(&device, &label, promise),
        false => Hybrid::answer_label(&device, &label, promise),
    }
    .expect("the keys are there");

    let mut sides = [&mut asking, &mut answering];
    // A label with a key has no message 3.
    for attempts in attempts.iter().take(if has_key { 2 } else { 3 }) {
        let [from, to] = &mut sides;
        let packets = packets(from);
        for forged in packets.iter().flat_map(|honest| attempts.forged(honest)) {
            let _ = to.handle_packet(&forged, &mut rng);
        }
        assert!(to.poll_paired().is_none(), "a stranger ended it");
        for packet in &packets {
            to.handle_packet(packet, &mut rng)
                .expect("an honest packet");
        }
        sides.swap(0, 1);
    }
    let (ours, theirs) = (asking.poll_paired(), answering.poll_paired());
    let [ours, theirs] = [ours, theirs].map(|paired| paired.expect("the end").secrets.id());
    assert_eq!(ours, theirs);
});

fn packets(side: &Hybrid<'_>) -> Vec<Vec<u8>> {
    let mut out = [0; MAX_DATAGRAM];
    (0..)
        .map_while(|part| {
            side.packet(part, &mut out)
                .expect("room")
                .map(<[u8]>::to_vec)
        })
        .collect()
}
