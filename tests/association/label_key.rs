//! A label with the device's key and a secret: `Noise_IKpsk2`.

use super::{Lab, To, flipped, identity, packet_arrives};
use iomt::node::{Error, ServerEvent};
use iomt::pairing::label::{Label, LabelSecret};
use iomt::pairing::{self, Model, PublicKey};
use iomt::seal::SystemEntropy;

const SECRET: &[u8] = b"sixteen or more random bytes";

fn label(key: PublicKey) -> Label {
    Label::new(SECRET, Some(key)).unwrap()
}

/// A device that is armed with what its label says, and a server that has read `read`.
fn lab(read: &Label) -> Lab {
    let mut lab = Lab::new();
    lab.device
        .arm(label(identity(1).public()).secret().unwrap());
    pair(&mut lab, read);
    lab
}

fn pair(lab: &mut Lab, read: &Label) {
    let (secret, key) = (read.secret().unwrap(), read.key().unwrap());
    let rng = &mut SystemEntropy;
    lab.server
        .pair_with_key(lab.now, &secret, key, rng)
        .unwrap();
}

// IOMT-PAIR-054
#[test]
fn who_has_scanned_the_label_pairs_and_the_readings_arrive() {
    let mut lab = lab(&label(identity(1).public()));
    lab.run(3);
    assert_eq!(lab.paired_by(), Some(Model::LABEL_KEY));
    assert_eq!(lab.owner(), Some(identity(2).public()));
    assert_eq!(lab.server.peer(), Some(identity(1).public()));
    let sizes: Vec<_> = lab
        .handshakes()
        .iter()
        .map(|(to, packet)| (*to, packet.len()))
        .take(2)
        .collect();
    assert_eq!(sizes, [(To::Device, 138), (To::Server, 108)]);
}

// IOMT-PAIR-010, IOMT-PAIR-055
#[test]
fn loss_and_repetition_of_each_message_do_no_harm() {
    for number in 0..6 {
        for times in [0, 2] {
            let mut lab = lab(&label(identity(1).public()));
            lab.fate = packet_arrives(number, times);
            lab.run(30);
            let paired = lab.paired_by();
            assert_eq!(paired, Some(Model::LABEL_KEY), "{number} × {times}");
        }
    }
}

// IOMT-PAIR-007
#[test]
fn a_flipped_bit_in_each_message_ends_no_pairing() {
    for number in 0..4 {
        for place in (0..138).step_by(7) {
            let mut lab = lab(&label(identity(1).public()));
            lab.fate = flipped(number, place);
            lab.run(30);
            let paired = lab.paired_by();
            assert_eq!(paired, Some(Model::LABEL_KEY), "{number}, {place}");
        }
    }
}

// IOMT-PAIR-054
#[test]
fn a_label_with_another_key_is_not_answered() {
    let mut lab = lab(&label(identity(7).public()));
    lab.run(61);
    assert!(lab.is_unpaired());
    assert!(lab.handshakes().iter().all(|(to, _)| *to == To::Device));
    assert!(lab.server_events.contains(&ServerEvent::PairingFailed));
}

// IOMT-PAIR-054
#[test]
fn a_device_in_the_place_of_the_one_on_the_label_is_found_out() {
    // It has the secret, and not the key.
    let mut lab = lab(&label(identity(1).public()));
    lab.device =
        iomt::node::Device::new(identity(7), Default::default(), Default::default()).unwrap();
    lab.device.arm(LabelSecret::beside_key(SECRET).unwrap());
    lab.run(61);
    assert!(lab.is_unpaired());
}

// IOMT-PAIR-054
#[test]
fn a_label_with_a_key_is_no_label_with_a_secret_alone() {
    let mut lab = lab(&label(identity(1).public()));
    lab.device.arm(LabelSecret::new(SECRET).unwrap());
    lab.run(61);
    assert!(lab.is_unpaired());
    let unexpected = Error::Pairing(pairing::Error::UnexpectedMessage);
    assert!(!lab.refusals.is_empty());
    assert!(lab.refusals.iter().all(|refusal| *refusal == unexpected));
    let keyed = LabelSecret::beside_key(SECRET).unwrap();
    let refused = lab.server.pair(lab.now, &keyed, &mut SystemEntropy);
    assert_eq!(refused, Err(Error::Pairing(pairing::Error::MissingKey)));
}

// IOMT-PAIR-032
#[test]
fn an_unarmed_device_is_silent() {
    let mut lab = lab(&label(identity(1).public()));
    lab.device.disarm();
    lab.run(5);
    assert!(lab.handshakes().iter().all(|(to, _)| *to == To::Device));
    assert!(lab.refusals.contains(&Error::NotArmed));
}

// IOMT-PAIR-055, IOMT-PAIR-056, IOMT-PAIR-034
#[test]
fn recorded_first_messages_make_no_owner_and_are_answered_at_a_bounded_rate() {
    let recorded: Vec<_> = (0..40).map(|_| recorded_hello()).collect();
    let mut lab = armed_lab();
    let busy = Err(Error::Pairing(pairing::Error::Busy));
    let refused = recorded.iter().filter(|hello| {
        let handled = lab
            .device
            .handle_datagram(lab.now, hello, &mut SystemEntropy);
        handled == busy
    });
    assert_eq!(refused.count(), 40 - 8);
    lab.run(5);
    assert_eq!(lab.owner(), None);
    // Whoever has the label itself gets in all the same.
    pair(&mut lab, &label(identity(1).public()));
    lab.run(10);
    assert_eq!(lab.paired_by(), Some(Model::LABEL_KEY));
}

// IOMT-PAIR-038, IOMT-PAIR-055
#[test]
fn recorded_first_messages_do_not_drive_out_a_pairing_under_way() {
    let mut lab = armed_lab();
    for _ in 0..2 {
        hear(&mut lab, &recorded_hello());
        lab.run(1);
    }
    pair(&mut lab, &label(identity(1).public()));
    while lab.handshakes().iter().all(|(to, _)| *to == To::Server) {
        lab.now = lab.now + super::TICK;
        lab.step();
    }
    hear(&mut lab, &recorded_hello());
    lab.run(1);
    assert_eq!(lab.paired_by(), Some(Model::LABEL_KEY));
}

/// A message 1 of somebody who has read the label and got no answer.
fn recorded_hello() -> Vec<u8> {
    let mut lab = lab(&label(identity(1).public()));
    lab.fate = Box::new(|_, _| 0);
    lab.run(1);
    lab.handshakes().remove(0).1
}

fn armed_lab() -> Lab {
    let mut lab = Lab::new();
    lab.device
        .arm(label(identity(1).public()).secret().unwrap());
    lab
}

fn hear(lab: &mut Lab, hello: &[u8]) {
    lab.device
        .handle_datagram(lab.now, hello, &mut SystemEntropy)
        .unwrap();
}
