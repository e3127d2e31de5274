//! "One static key per relation": keys of one secret in a fuse, at work on both sides.

use super::*;

fn key_of(relation: u64) -> StaticKey {
    let root = DeviceKey::from_bytes(&[0xF5; 32]).unwrap();
    Identity::of_relation(&root, relation).unwrap().into()
}

/// The device of this relation and its owner pair by a label; what each has then.
fn pair_by_label(relation: u64, owner: &StaticKey) -> [Paired; 2] {
    let rng = &mut Counting(10);
    let (mut asking, hello) = start_with(owner, &label(), CONNECTION, rng).unwrap();
    let device = key_of(relation);
    let (mut answering, reply) =
        answer_with(&device, descriptor(), &hello, &mut Counting(50)).unwrap();
    let confirmation = hand_over(&mut asking, owner, &reply).unwrap();
    hand_over(&mut answering, &device, &confirmation).unwrap();
    [asking, answering].map(|mut side| side.poll_paired().unwrap())
}

/// A new session of the two, by the secret that the one before has left to each.
fn reconnect(
    device: &StaticKey,
    owner: &StaticKey,
    known: PublicKey,
    [ours, theirs]: &[ResumptionSecret; 2],
) -> Result<[Paired; 2], Error> {
    let rng = &mut Counting(70);
    let mut asking = Exchange::reconnect(device, owner.public(), theirs, CONNECTION, rng).unwrap();
    work_through(&mut asking, device)?;
    let mut answering =
        Exchange::answer_reconnection(owner, known, ours, &packet_of(&asking), rng)?;
    work_through(&mut answering, owner)?;
    hand_over(&mut asking, device, &packet_of(&answering))?;
    Ok([answering, asking].map(|mut side| side.poll_paired().unwrap()))
}

// IOMT-PAIR-090
#[test]
fn the_key_of_a_relation_pairs_and_reconnects_and_that_of_the_next_is_another_device() {
    let (first, second) = (static_key(&[1; 32]), static_key(&[2; 32]));
    let mut before = pair_by_label(0, &first);
    assert_eq!(before[0].peer, key_of(0).public());
    assert_eq!(before[1].peer, first.public());
    let secrets = [0, 1].map(|side: usize| before[side].secrets.resumption().unwrap());

    // After a boot the key is made of the root again, and goes on.
    let known = before[0].peer;
    let again = reconnect(&key_of(0), &first, known, &secrets).unwrap();
    assert_eq!(again[0].secrets.id(), again[1].secrets.id());
    assert_eq!(again[0].peer, known);

    // The next owner sees another key, by which nobody finds the one before.
    let after = pair_by_label(1, &second);
    assert_eq!(after[0].secrets.id(), after[1].secrets.id());
    assert_eq!(after[0].peer, key_of(1).public());
    assert_ne!(after[0].peer, known);
    // And it does not speak for the relation before, even with its secret.
    let refused = reconnect(&key_of(1), &first, known, &secrets).unwrap_err();
    assert_eq!(refused, Error::NotAuthentic);
}

/// By factory keys, too: the server takes it for the device of its list, and for no other.
// IOMT-PAIR-090
#[test]
fn a_server_that_knows_the_key_of_a_relation_meets_that_device() {
    let server = server();
    for relation in [0, 1, u64::MAX] {
        let device = key_of(relation);
        let rng = &mut Counting(10);
        let mut asking =
            Exchange::meet(&device, server.public(), descriptor(), CONNECTION, rng).unwrap();
        work_through(&mut asking, &device).unwrap();
        let mut answering = Exchange::answer_meeting(&server, &packet_of(&asking), rng).unwrap();
        work_through(&mut answering, &server).unwrap();
        assert_eq!(answering.peer(), Some(device.public()));
        hand_over(&mut asking, &device, &packet_of(&answering)).unwrap();
        let [ours, theirs] = [asking, answering].map(|mut side| side.poll_paired().unwrap());
        assert_eq!(ours.secrets.id(), theirs.secrets.id());
    }
}
