//! A passcode that a person types: CPace, then `Noise_XXpsk0`.

use super::{Lab, To, identity, packet_arrives};
use iomt::node::{DeviceEvent, Error, Server, ServerConfig, ServerEvent};
use iomt::pairing::cpace::Passcode;
use iomt::pairing::{self, Model};
use iomt::seal::SystemEntropy;
use iomt::time::Duration;
use iomt::wire::MAX_DATAGRAM;

fn passcode(typed: &str) -> Passcode {
    Passcode::new(typed.as_bytes()).unwrap()
}

fn type_in(lab: &mut Lab, typed: &str) {
    let rng = &mut SystemEntropy;
    lab.server
        .pair_with_passcode(lab.now, passcode(typed), rng)
        .unwrap();
}

/// A device that shows 482 916, and a server where `typed` was typed.
fn lab(typed: &str) -> Lab {
    let mut lab = Lab::new();
    lab.device.arm_passcode(passcode("482 916"), 0);
    type_in(&mut lab, typed);
    lab
}

fn steps_to(lab: &Lab, to: To) -> Vec<u8> {
    let said = lab.handshakes().into_iter();
    said.filter(|(way, _)| *way == to)
        .map(|(_, packet)| packet[3])
        .collect()
}

// IOMT-CPACE-002, IOMT-CPACE-011
#[test]
fn who_has_typed_the_passcode_pairs_and_the_attempt_comes_back() {
    let mut lab = lab("482-916");
    lab.run(3);
    assert_eq!(lab.paired_by(), Some(Model::PASSCODE));
    assert_eq!(lab.owner(), Some(identity(2).public()));
    assert_eq!(lab.spent, Some(0));
    assert_eq!(steps_to(&lab, To::Server), [0x42, 0x44, 2]);
}

// IOMT-PAIR-010, IOMT-CPACE-016
#[test]
fn loss_and_repetition_of_each_message_do_no_harm() {
    for number in 0..10 {
        for times in [0, 2] {
            let mut lab = lab("482916");
            lab.fate = packet_arrives(number, times);
            lab.run(29);
            let paired = lab.paired_by();
            assert_eq!(paired, Some(Model::PASSCODE), "{number} × {times}");
            assert_eq!(lab.spent, Some(0));
        }
    }
}

// IOMT-CPACE-002
#[test]
fn nothing_that_depends_on_an_attempt_is_shown_before_it_is_on_storage() {
    let mut lab = lab("482916");
    lab.spent = None;
    lab.run(20);
    assert_eq!(lab.device.poll_attempts(), Some(1));
    assert!(!steps_to(&lab, To::Server).contains(&0x44));
    let other = lab.device.handle_attempts_stored(2);
    assert_eq!(other, Err(Error::NotAwaited));
    lab.spent = Some(0);
    lab.run(9);
    assert_eq!(lab.paired_by(), Some(Model::PASSCODE));
}

// IOMT-CPACE-001, IOMT-CPACE-002
#[test]
fn an_arming_writes_its_own_count_and_none_of_the_arming_before() {
    let mut lab = lab("000000");
    lab.spent = None;
    lab.run(5);
    assert_eq!(lab.device.poll_attempts(), Some(1));
    lab.device.arm_passcode(passcode("482916"), 0);
    assert_eq!(lab.device.poll_attempts(), Some(0));
    let late = lab.device.handle_attempts_stored(1);
    assert_eq!(late, Err(Error::NotAwaited));

    // What is typed now waits for its own attempt to be written.
    type_in(&mut lab, "482916");
    lab.run(5);
    assert_eq!(lab.device.poll_attempts(), Some(1));
    assert!(!steps_to(&lab, To::Server).contains(&0x44));
    lab.spent = Some(0);
    lab.run(5);
    assert_eq!(lab.paired_by(), Some(Model::PASSCODE));
    lab.device.arm_passcode(passcode("482916"), 0);
    assert_eq!(lab.device.poll_attempts(), None, "it is written");
}

// IOMT-CPACE-001
#[test]
fn five_wrong_passcodes_end_the_arming_and_not_the_device() {
    let mut lab = lab("000000");
    for wrong in 1..=5 {
        lab.run(61);
        assert_eq!(lab.spent, Some(wrong));
        assert!(lab.is_unpaired());
        type_in(&mut lab, "000000");
    }
    assert!(lab.device_events.contains(&DeviceEvent::AttemptsSpent));
    assert!(lab.server_events.contains(&ServerEvent::PairingFailed));
    lab.said.clear();
    type_in(&mut lab, "482916");
    lab.run(61);
    assert!(steps_to(&lab, To::Server).is_empty());

    lab.device.arm_passcode(passcode("482916"), 0);
    type_in(&mut lab, "482916");
    lab.run(3);
    assert_eq!(lab.paired_by(), Some(Model::PASSCODE));
}

// IOMT-CPACE-002
#[test]
fn a_reboot_gives_no_attempt_back() {
    let mut lab = lab("000000");
    let mut tried = 0;
    while steps_to(&lab, To::Server).contains(&0x44) || tried == 0 {
        lab.said.clear();
        // The power is cut as soon as the share was shown.
        let spent = lab.spent.unwrap();
        lab.device = Lab::new().device;
        lab.device.arm_passcode(passcode("482916"), spent);
        type_in(&mut lab, "000000");
        lab.run(2);
        tried += 1;
        assert!(tried <= 6);
    }
    assert_eq!((tried, lab.spent), (6, Some(5)));
}

// IOMT-CPACE-014
#[test]
fn a_wrong_passcode_shows_no_sooner_than_a_right_one_would() {
    // Up to the share both runs say the same, but for what is random.
    for typed in ["482916", "000000"] {
        let mut lab = lab(typed);
        lab.run(2);
        let steps = steps_to(&lab, To::Server);
        assert_eq!(steps[..2], [0x42, 0x44]);
    }
}

// IOMT-CPACE-003
#[test]
fn a_second_caller_waits_for_the_end_of_the_run() {
    let mut lab = lab("000000");
    lab.run(2);
    let mut second = Server::new(identity(3), ServerConfig::DEFAULT);
    let (rng, mut buffer) = (&mut SystemEntropy, [0; MAX_DATAGRAM]);
    second
        .pair_with_passcode(lab.now, passcode("482916"), rng)
        .unwrap();
    let call = second
        .poll_transmit(lab.now, &mut buffer)
        .unwrap()
        .datagram
        .to_vec();
    let mut at = |seconds| {
        let now = lab.now + Duration::from_secs(seconds);
        let _ = lab.device.handle_timeout(now, &mut SystemEntropy);
        lab.device.handle_datagram(now, &call, &mut SystemEntropy)
    };
    let busy = Err(Error::Pairing(pairing::Error::Busy));
    assert_eq!(at(1), busy);
    assert_eq!(at(31), Ok(()));
}

/// The lab as soon as the device has answered the call, and that call.
fn called_lab() -> (Lab, Vec<u8>) {
    let mut lab = lab("482916");
    while !steps_to(&lab, To::Server).contains(&0x42) {
        lab.now = lab.now + super::TICK;
        lab.step();
    }
    let (_, call) = lab.handshakes().remove(0);
    assert_eq!(call[3], 0x41);
    (lab, call)
}

/// A point of the group, as anybody has one: its generator.
const ANY_POINT: [u8; 32] = [
    0xE2, 0xF2, 0xAE, 0x0A, 0x6A, 0xBC, 0x4E, 0x71, 0xA8, 0x84, 0xA9, 0x61, 0xC5, 0x00, 0x51, 0x5F,
    0x58, 0xE3, 0x0B, 0x6A, 0xA5, 0x82, 0xDD, 0x8D, 0xB6, 0xA6, 0x59, 0x45, 0xE0, 0x8D, 0x2D, 0x76,
];

/// A run that a stranger spoils costs what a wrong passcode costs, and the next one pairs.
// IOMT-CPACE-001, IOMT-CPACE-014
#[test]
fn a_forged_message_of_cpace_spoils_its_run_and_costs_one_attempt() {
    for step in [0x42, 0x43, 0x44] {
        let mut lab = lab("482916");
        lab.fate = Box::new(move |_, packet| {
            let is_handshake = packet[0] >> 6 == 2;
            if is_handshake && packet[3] == step {
                match step {
                    0x42 => packet[20] ^= 1,
                    _ => packet[20..52].copy_from_slice(&ANY_POINT),
                }
            }
            1
        });
        lab.run(61);
        assert_eq!((lab.paired_by(), lab.spent), (None, Some(1)), "{step:#x}");
        assert!(lab.server_events.contains(&ServerEvent::PairingFailed));
        assert!(
            !steps_to(&lab, To::Server).contains(&2),
            "message 1 was answered"
        );

        lab.fate = Box::new(|_, _| 1);
        type_in(&mut lab, "482916");
        lab.run(3);
        assert_eq!(lab.paired_by(), Some(Model::PASSCODE), "{step:#x}");
        assert_eq!(lab.spent, Some(1), "what a stranger has spent stays spent");
    }
}

// IOMT-CPACE-017
#[test]
fn a_stranger_who_repeats_a_live_connection_does_not_spoil_its_run() {
    let (mut lab, mut call) = called_lab();
    *call.last_mut().unwrap() ^= 1;
    let rng = &mut SystemEntropy;
    for seconds in [0, 3] {
        let now = lab.now + Duration::from_secs(seconds);
        assert_eq!(
            lab.device.handle_datagram(now, &call, rng),
            Err(Error::Pairing(pairing::Error::UnexpectedMessage))
        );
    }
    lab.run(3);
    assert_eq!(lab.paired_by(), Some(Model::PASSCODE));
    assert_eq!(lab.spent, Some(0));
}

// IOMT-CPACE-017
#[test]
fn a_caller_takes_the_place_of_another_after_two_seconds() {
    let (mut lab, mut call) = called_lab();
    call[4] ^= 1;
    let mut at = |millis| {
        let now = lab.now + Duration::from_millis(millis);
        lab.device.handle_datagram(now, &call, &mut SystemEntropy)
    };
    assert_eq!(at(1_900), Err(Error::Pairing(pairing::Error::Busy)));
    assert_eq!(at(2_000), Ok(()));
}

// IOMT-PAIR-004
#[test]
fn who_arms_by_a_label_is_not_paired_by_a_passcode() {
    let mut lab = lab("482916");
    let label = pairing::label::LabelSecret::new(&[7; 16]).unwrap();
    lab.device.arm(label);
    lab.run(3);
    assert!(lab.is_unpaired());
    assert!(steps_to(&lab, To::Server).is_empty());
    assert!(lab.refusals.contains(&Error::NotArmed));
}
