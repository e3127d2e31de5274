//! With generators that have died or fail.

use super::*;

// IOMT-EPOCH-010, IOMT-PAIR-010
#[test]
fn with_a_dead_generator_no_two_messages_share_an_ephemeral_key() {
    let (device, server) = (device(), server());
    let mut ephemerals = BTreeSet::new();
    for number in 0_u8..100 {
        let promise = DescriptorHash::of_body(&[number]);
        let mut asking =
            Exchange::meet(&device, server.public(), promise, CONNECTION, &mut Zeros).unwrap();
        work_through(&mut asking, &device).unwrap();
        assert!(ephemerals.insert(packet_of(&asking)[HEADER_AND_CODE..][..32].to_vec()));
        let mut answering =
            Exchange::answer_meeting(&server, &packet_of(&asking), &mut Zeros).unwrap();
        work_through(&mut answering, &server).unwrap();
        assert!(ephemerals.insert(packet_of(&answering)[HEADER..][..32].to_vec()));
    }
}

/// The key of a frame's epoch hangs on both ephemeral keys, and on what the session before has left.
// IOMT-EPOCH-010, IOMT-PAIR-012
#[test]
fn with_a_dead_generator_no_two_of_10_000_reconnections_share_an_ephemeral_key() {
    let (device, server) = (device(), server());
    let mut ephemerals = BTreeSet::new();
    for number in 0_u32..10_000 {
        let mut bytes = [7; 32];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        let secret = ResumptionSecret::from_secret_bytes(&bytes).unwrap();
        let [asked, answered] = [device.public(), server.public()];
        let mut asking =
            Exchange::reconnect(&device, answered, &secret, CONNECTION, &mut Zeros).unwrap();
        work_through(&mut asking, &device).unwrap();
        let hello = packet_of(&asking);
        assert!(ephemerals.insert(hello[HEADER_AND_CODE..][..32].to_vec()));
        let mut answering =
            Exchange::answer_reconnection(&server, asked, &secret, &hello, &mut Zeros).unwrap();
        work_through(&mut answering, &server).unwrap();
        assert!(ephemerals.insert(packet_of(&answering)[HEADER..][..32].to_vec()));
    }
}

// IOMT-EPOCH-011
#[test]
fn a_failing_generator_begins_nothing() {
    let (device, server) = (device(), server());
    let failed = Some(Error::Entropy(EntropyFailed));
    let (peer, secret) = (server.public(), resumption(7));
    let begun = Exchange::reconnect(&device, peer, &secret, CONNECTION, &mut Failing);
    assert_eq!(begun.err(), failed);
    let begun = Exchange::meet(&device, peer, descriptor(), CONNECTION, &mut Failing);
    assert_eq!(begun.err(), failed);
    let hello = packet_of(&By::FactoryKeys.asking());
    let begun = Exchange::answer_meeting(&server, &hello, &mut Failing);
    assert_eq!(begun.err(), failed);
}
