//! Pairing with a KEM, over the smallest Bluetooth LE, and who stands in the middle.

#[cfg(all(feature = "comparison", feature = "cpace"))]
mod relation;
mod vectors;

use super::*;
use crate::crypto::dh::count;
use crate::link::{AttPayload, Fragmenter, Reassembler};
use crate::pairing::label::LabelSecret;
use crate::pairing::{DescriptorHash, Error, Exchange, Identity, Model, Paired, PublicKey};
use crate::seal::tests::Counting;
use crate::time::Instant;
use crate::wire::{ConnectionId, MAX_DATAGRAM};
use std::vec::Vec;

const CONNECTION: ConnectionId = ConnectionId(*b"connect.");
const MODELS: [Model; 2] = [Model::LABEL_SECRET, Model::LABEL_KEY];

fn identity(seed: u8) -> Identity {
    Identity::from_secret_bytes(&[seed; 32]).unwrap()
}

fn label() -> LabelSecret {
    LabelSecret::new(b"a secret of a label").unwrap()
}

fn promise() -> DescriptorHash {
    DescriptorHash::of_body(b"descriptor")
}

fn label_of(model: Model) -> LabelSecret {
    match model {
        Model::LABEL_KEY => LabelSecret::beside_key(b"a secret of a label").unwrap(),
        _ => label(),
    }
}

struct World {
    phone: Identity,
    device: Identity,
    label: LabelSecret,
    label_with_key: LabelSecret,
}

impl World {
    fn new() -> Self {
        Self {
            phone: identity(1),
            device: identity(2),
            label: label(),
            label_with_key: label_of(Model::LABEL_KEY),
        }
    }

    fn sides(&self, model: Model) -> (Hybrid<'_>, Hybrid<'_>) {
        let key: Option<PublicKey> = (model == Model::LABEL_KEY).then(|| self.device.public());
        let rng = &mut Counting(10);
        let (label, answering) = match model {
            Model::LABEL_KEY => {
                let label = &self.label_with_key;
                let answering = Hybrid::answer_label_with_key(&self.device, label, promise());
                (label, answering)
            }
            _ => {
                let answering = Hybrid::answer_label(&self.device, &self.label, promise());
                (&self.label, answering)
            }
        };
        let asking = Hybrid::read_label(&self.phone, label, key, CONNECTION, rng);
        (asking.unwrap(), answering.unwrap())
    }
}

fn packets(side: &Hybrid<'_>) -> Vec<Vec<u8>> {
    let mut out = [0; MAX_DATAGRAM];
    (0..)
        .map_while(|part| side.packet(part, &mut out).unwrap().map(<[u8]>::to_vec))
        .collect()
}

fn hand_over(to: &mut Hybrid<'_>, packets: &[Vec<u8>]) -> Result<(), Error> {
    let mut rng = Counting(100);
    packets
        .iter()
        .try_for_each(|packet| to.handle_packet(packet, &mut rng))
}

/// Up to the end; every packet that was sent.
fn pair(asking: &mut Hybrid<'_>, answering: &mut Hybrid<'_>, model: Model) -> Vec<Vec<u8>> {
    let hello = packets(asking);
    hand_over(answering, &hello).unwrap();
    let reply = packets(answering);
    hand_over(asking, &reply).unwrap();
    let mut all = [hello, reply].concat();
    if model == Model::LABEL_SECRET {
        let confirmation = packets(asking);
        hand_over(answering, &confirmation).unwrap();
        all.extend(confirmation);
    }
    all
}

fn assert_paired(mut asking: Hybrid<'_>, mut answering: Hybrid<'_>, model: Model) {
    let ours: Paired = asking.poll_paired().unwrap();
    let theirs = answering.poll_paired().unwrap();
    assert_eq!(ours.secrets.id(), theirs.secrets.id());
    assert_eq!((ours.model, theirs.model), (model, model));
    assert_eq!(ours.peer, identity(2).public());
    assert_eq!(theirs.peer, identity(1).public());
    assert!(ours.descriptor.unwrap().matches(b"descriptor"));
    assert!(asking.poll_paired().is_none() && theirs.descriptor.is_none());
}

#[test]
fn both_models_pair_with_packets_as_long_as_the_table_says() {
    let world = World::new();
    for (model, lengths) in [
        (Model::LABEL_SECRET, &[1_232, 96, 1_216, 66, 85][..]),
        (Model::LABEL_KEY, &[1_232, 144, 1_213][..]),
    ] {
        let (mut asking, mut answering) = world.sides(model);
        let sent = pair(&mut asking, &mut answering, model);
        assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), lengths);
        assert_paired(asking, answering, model);
    }
}

#[test]
fn it_passes_over_the_smallest_bluetooth_mtu_in_as_many_fragments_as_the_table_says() {
    let world = World::new();
    for (model, expected) in [(Model::LABEL_SECRET, 152), (Model::LABEL_KEY, 145)] {
        let (mut asking, mut answering) = world.sides(model);
        let (mut fragments, now) = (0, Instant::ZERO);
        let mut carry = |packets: Vec<Vec<u8>>| -> Vec<Vec<u8>> {
            let (mut fragmenter, mut reassembler) =
                (Fragmenter::default(), Reassembler::<MAX_DATAGRAM>::new());
            let mut arrived = Vec::new();
            for packet in packets {
                let cut = fragmenter.fragments(&packet, AttPayload::from_mtu(23));
                for fragment in cut.unwrap() {
                    let mut out = [0; 20];
                    let value = &*fragment.write(&mut out).unwrap();
                    fragments += 1;
                    let whole = reassembler.handle_fragment(now, value).unwrap();
                    arrived.extend(whole.map(<[u8]>::to_vec));
                }
            }
            arrived
        };
        hand_over(&mut answering, &carry(packets(&asking))).unwrap();
        hand_over(&mut asking, &carry(packets(&answering))).unwrap();
        if model == Model::LABEL_SECRET {
            hand_over(&mut answering, &carry(packets(&asking))).unwrap();
        }
        assert_eq!(fragments, expected);
        assert_paired(asking, answering, model);
    }
}

/// Every byte of every packet; where one is refused, the honest one still ends the pairing.
#[test]
fn a_middle_that_changes_a_packet_is_refused_and_ends_no_pairing() {
    let world = World::new();
    for model in MODELS {
        let (mut asking, mut answering) = world.sides(model);
        let hello = packets(&asking);
        for (part, byte) in [0, 1]
            .into_iter()
            .flat_map(|part| (0..96).map(move |byte| (part, byte)))
        {
            let mut changed = hello.clone();
            changed[part][byte] ^= 0x20;
            let refused = hand_over(&mut answering, &changed).unwrap_err();
            let is_named = match byte {
                0 => matches!(refused, Error::Malformed(_) | Error::UnexpectedMessage),
                1 => refused == Error::UnsupportedSuite(SUITE ^ 0x20),
                2 => refused == Error::UnexpectedMessage,
                3 => matches!(refused, Error::Malformed(_) | Error::UnexpectedMessage),
                _ => refused == Error::WrongLabel,
            };
            assert!(is_named, "part {part}, byte {byte}: {refused:?}");
        }
        hand_over(&mut answering, &hello).unwrap();
        let reply = packets(&answering);
        for byte in (20..reply[0].len()).step_by(29) {
            let mut changed = reply.clone();
            changed[0][byte] ^= 0x20;
            let outcome = hand_over(&mut asking, &changed);
            // Of one part, another one is waited for, which never comes.
            assert!(
                outcome.is_err() || (byte == 20 && reply.len() == 1),
                "byte {byte}"
            );
            assert!(asking.poll_paired().is_none());
        }
        hand_over(&mut asking, &reply).unwrap();
        if model == Model::LABEL_SECRET {
            hand_over(&mut answering, &packets(&asking)).unwrap();
        }
        assert_paired(asking, answering, model);
    }
}

/// "a pairing once hybrid … accepts no less"
#[test]
fn neither_a_classical_hello_to_a_hybrid_device_nor_the_other_way_is_answered() {
    let world = World::new();
    let (asking, mut answering) = world.sides(Model::LABEL_SECRET);
    let key = crate::pairing::StaticKey::from(identity(1));
    let rng = &mut Counting(3);
    let mut classical = Exchange::read_label(&key, &world.label, CONNECTION, rng).unwrap();
    while classical.packet().is_none() {
        classical.work_with(&key).unwrap();
    }
    let refused = answering.handle_packet(classical.packet().unwrap(), rng);
    assert_eq!(refused, Err(Error::UnsupportedSuite(1)));
    let refused = world.label.check_hello(&packets(&asking)[0]);
    assert_eq!(refused.err(), Some(Error::UnsupportedSuite(SUITE)));
}

#[test]
fn an_offer_without_the_suite_in_use_is_a_downgrade() {
    use crate::pairing::Offer;
    for model in MODELS {
        let ours = Offer::hybrid(model);
        assert_eq!(ours.check_hybrid(ours, model), Ok(()));
        let classical = Offer::within(Model::LABEL_SECRET);
        assert_eq!(ours.check_hybrid(classical, model), Err(Error::Downgraded));
        // Both could have used the KEM, and did not.
        assert_eq!(ours.check(ours, model), Err(Error::Downgraded));
    }
}

// IOMT-PAIR-054
#[test]
fn a_label_is_paired_by_its_own_model_alone() {
    let world = World::new();
    let (device, key) = (&world.device, world.device.public());
    let (alone, beside) = (&world.label, &world.label_with_key);
    let rng = &mut Counting(10);
    for begun in [
        Hybrid::read_label(&world.phone, alone, Some(key), CONNECTION, rng),
        Hybrid::read_label(&world.phone, beside, None, CONNECTION, rng),
        Hybrid::answer_label(device, beside, promise()),
        Hybrid::answer_label_with_key(device, alone, promise()),
    ] {
        assert_eq!(begun.err(), Some(Error::MissingKey));
    }
}

#[test]
fn a_part_out_of_order_is_refused_and_a_first_one_begins_anew() {
    let world = World::new();
    let (mut asking, mut answering) = world.sides(Model::LABEL_SECRET);
    let hello = packets(&asking);
    let rng = &mut Counting(9);
    let refused = Err(Error::UnexpectedMessage);
    assert_eq!(answering.handle_packet(&hello[1], rng), refused);
    // Another reader of the label has begun, and gone.
    let elsewhere = ConnectionId(*b"another.");
    let other = identity(5);
    let other = Hybrid::read_label(&other, &world.label, None, elsewhere, rng).unwrap();
    answering.handle_packet(&packets(&other)[0], rng).unwrap();
    assert_eq!(answering.handle_packet(&hello[1], rng), refused);
    answering.handle_packet(&hello[0], rng).unwrap();
    answering.handle_packet(&hello[0], rng).unwrap();
    answering.handle_packet(&hello[1], rng).unwrap();
    assert_eq!(answering.handle_packet(&hello[1], rng), refused);
    hand_over(&mut asking, &packets(&answering)).unwrap();
    hand_over(&mut answering, &packets(&asking)).unwrap();
    assert_paired(asking, answering, Model::LABEL_SECRET);
}

/// The paragraph of the documentation, with a first part of a stranger between the two of the device, too.
#[test]
fn a_forged_second_message_costs_one_multiplication_and_the_honest_one_still_pairs() {
    let world = World::new();
    for model in MODELS {
        let (mut asking, mut answering) = world.sides(model);
        hand_over(&mut answering, &packets(&asking)).unwrap();
        let reply = packets(&answering);
        let mut forged = reply.clone();
        forged[0][21..53].copy_from_slice(identity(9).public().as_bytes());
        let mut sealed_only = reply.clone();
        sealed_only[0][53] ^= 1;
        for forged in [&forged, &sealed_only] {
            let before = count::made();
            let refused = hand_over(&mut asking, forged);
            assert_eq!(refused, Err(Error::NotAuthentic));
            assert_eq!(count::made() - before, 1, "{model:?}");
        }
        if let [first, second] = &reply[..] {
            let between = [first.clone(), forged[0].clone(), second.clone()];
            assert_eq!(hand_over(&mut asking, &between), Err(Error::NotAuthentic));
        }
        hand_over(&mut asking, &reply).unwrap();
        if model == Model::LABEL_SECRET {
            let confirmation = packets(&asking);
            let mut forged = confirmation.clone();
            forged[0][30] ^= 1;
            let before = count::made();
            let refused = hand_over(&mut answering, &forged);
            assert_eq!((refused, count::made()), (Err(Error::NotAuthentic), before));
            hand_over(&mut answering, &confirmation).unwrap();
        }
        assert_paired(asking, answering, model);
    }
}

#[test]
fn a_hybrid_run_is_as_large_as_the_documentation_says() {
    assert!(
        size_of::<Hybrid<'_>>() <= 4_700,
        "{}",
        size_of::<Hybrid<'_>>()
    );
}
