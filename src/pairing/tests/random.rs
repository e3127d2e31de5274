//! Generators that have died, or say that they have failed.

use super::*;

// IOMT-EPOCH-011
#[test]
fn a_failing_generator_is_an_error_and_changes_nothing() {
    let failed = Some(Error::Entropy(EntropyFailed));
    assert_eq!(Identity::generate(&mut Failing).err(), failed);
    let started = start_with(&reader(), &label(), CONNECTION, &mut Failing);
    assert_eq!(started.err(), failed);

    let stage = stage();
    let answered = answer_with(&device(), descriptor(), &stage.messages[0], &mut Failing);
    assert_eq!(answered.err(), failed);
    stage.assert_finishes();
}

/// "equal output implies an equal message": no (key, nonce) has two plaintexts.
// IOMT-EPOCH-010, IOMT-PAIR-012
#[test]
fn with_a_dead_generator_different_messages_have_different_ephemeral_keys() {
    let device = device();
    let (_, first) = start(CONNECTION, &mut Zeros);
    let (_, same) = start(ConnectionId([9; 8]), &mut Zeros);
    assert_eq!(first[HEADER_AND_CODE..], same[HEADER_AND_CODE..]);

    let mut ephemerals = BTreeSet::new();
    for number in 0_u32..10_000 {
        let promise = DescriptorHash::of_body(&number.to_be_bytes());
        let (_, reply) = answer_with(&device, promise, &first, &mut Zeros).unwrap();
        assert!(ephemerals.insert(reply[HEADER..HEADER + 32].to_vec()));
    }
}

#[test]
fn with_a_dead_generator_different_parties_have_different_ephemeral_keys() {
    let label = label();
    let mut ephemerals = BTreeSet::new();
    for seed in 1..=100 {
        let key = static_key(&[seed; 32]);
        let (_, packet) = start_with(&key, &label, CONNECTION, &mut Zeros).unwrap();
        assert!(ephemerals.insert(packet[HEADER_AND_CODE..][..32].to_vec()));

        let (_, first) = hello();
        let (_, reply) = answer_with(&key, descriptor(), &first, &mut Zeros).unwrap();
        assert!(ephemerals.insert(reply[HEADER..HEADER + 32].to_vec()));
    }
}
