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

        let secret = resumption(number);
        let peer = server.public();
        let mut asking =
            Exchange::reconnect(&device, peer, &secret, CONNECTION, &mut Zeros).unwrap();
        work_through(&mut asking, &device).unwrap();
        assert!(ephemerals.insert(packet_of(&asking)[HEADER_AND_CODE..][..32].to_vec()));
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
