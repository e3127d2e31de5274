//! Six digits that a person compares: `Noise_XX` with a committed nonce.

use super::{Lab, To, flipped, identity, packet_arrives};
use iomt::node::{DeviceEvent, Error, ServerEvent};
use iomt::pairing::{self, Model};
use iomt::seal::SystemEntropy;

const TOKEN: &[u8] = b"advertised";

/// A device that has begun, and a server that lets it.
fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.server.compare(TOKEN, 0).unwrap();
    begin(&mut lab);
    lab
}

fn begin(lab: &mut Lab) {
    let rng = &mut SystemEntropy;
    lab.device.compare(lab.now, TOKEN, rng).unwrap();
}

/// Runs until both sides show digits, or for so long.
fn show(lab: &mut Lab, seconds: u64) -> bool {
    for _ in 0..seconds * 100 {
        if lab.device.digits().is_some() && lab.server.digits().is_some() {
            return true;
        }
        lab.now = lab.now + super::TICK;
        lab.step();
    }
    false
}

fn say_yes(lab: &mut Lab) {
    assert_eq!(lab.device.digits(), lab.server.digits());
    say_yes_at_the_device(lab);
    say_yes_at_the_server(lab);
}

fn say_yes_at_the_device(lab: &mut Lab) {
    let seen = lab.device.digits().unwrap();
    lab.device.confirm_digits(lab.now, seen).unwrap();
}

fn say_yes_at_the_server(lab: &mut Lab) {
    let seen = lab.server.digits().unwrap();
    lab.server.confirm_digits(lab.now, seen).unwrap();
}

/// Message 1 of another device, which advertises this token.
fn hello_of_another(token: &[u8]) -> Vec<u8> {
    let mut other = Lab::new();
    other.fate = Box::new(|_, _| 0);
    other
        .device
        .compare(other.now, token, &mut SystemEntropy)
        .unwrap();
    run_up_to(&mut other, 1);
    other.handshakes().remove(0).1
}

/// Runs until the device has sent a message of this step, on which the server has not worked yet.
fn run_up_to(lab: &mut Lab, step: u8) {
    let is_said = |(to, packet): &(To, Vec<u8>)| *to == To::Server && packet[3] == step;
    while !lab.handshakes().iter().any(is_said) {
        lab.now = lab.now + super::TICK;
        lab.step();
    }
}

// IOMT-CMP-007
#[test]
fn a_person_who_says_yes_on_both_sides_pairs_them_and_the_attempt_comes_back() {
    let mut lab = lab();
    assert!(show(&mut lab, 3));
    assert_eq!(lab.spent, Some(1));
    assert!(lab.is_unpaired());
    say_yes(&mut lab);
    lab.run(3);
    assert_eq!(lab.paired_by(), Some(Model::NUMERIC_COMPARISON));
    assert_eq!(lab.owner(), Some(identity(2).public()));
    assert_eq!(lab.server.peer(), Some(identity(1).public()));
    assert_eq!(lab.spent, Some(0));
    assert!(lab.device_events.contains(&DeviceEvent::DigitsReady));
    assert!(lab.server_events.contains(&ServerEvent::DigitsReady));
    let sizes = lab.handshakes().into_iter().map(|(_, packet)| packet.len());
    assert_eq!(sizes.take(4).collect::<Vec<_>>(), [74, 156, 136, 36]);
}

// IOMT-PAIR-010
#[test]
fn loss_and_repetition_of_each_message_do_no_harm() {
    for number in 0..8 {
        for times in [0, 2] {
            let mut lab = lab();
            lab.fate = packet_arrives(number, times);
            assert!(show(&mut lab, 30), "{number} × {times}");
            say_yes(&mut lab);
            lab.run(30);
            let paired = lab.paired_by();
            let expected = Some(Model::NUMERIC_COMPARISON);
            assert_eq!(paired, expected, "{number} × {times}");
        }
    }
}

// IOMT-PAIR-007, IOMT-CMP-001
#[test]
fn a_flipped_bit_gives_no_pairing_with_different_digits() {
    for number in 0..4 {
        for place in (0..156).step_by(5) {
            let mut lab = lab();
            lab.fate = flipped(number, place);
            if show(&mut lab, 30) {
                let (ours, theirs) = (lab.device.digits(), lab.server.digits());
                assert_eq!(ours, theirs, "{number}, {place}");
            }
            assert!(lab.is_unpaired());
        }
    }
}

// IOMT-CMP-004, IOMT-CMP-008
#[test]
fn one_yes_is_not_enough() {
    let mut lab = lab();
    assert!(show(&mut lab, 3));
    say_yes_at_the_device(&mut lab);
    lab.run(10);
    assert!(lab.is_unpaired());
    lab.server.reject_digits();
    lab.run(200);
    assert!(lab.is_unpaired());

    let mut lab = self::lab();
    assert!(show(&mut lab, 3));
    say_yes_at_the_server(&mut lab);
    lab.run(10);
    assert!(lab.is_unpaired());
    lab.device.reject_digits();
    lab.run(200);
    assert!(lab.is_unpaired());
    assert!(lab.server_events.contains(&ServerEvent::PairingUnconfirmed));
}

/// The server has its yes, and the device none.
fn agreed_on_one_side() -> Lab {
    let mut lab = lab();
    assert!(show(&mut lab, 3));
    say_yes_at_the_server(&mut lab);
    lab.device.reject_digits();
    lab
}

// IOMT-CMP-008
#[test]
fn who_begins_anew_after_one_yes_is_paired_at_once_when_both_do() {
    let mut lab = agreed_on_one_side();
    lab.run(1);
    lab.server.compare(TOKEN, 0).unwrap();
    begin(&mut lab);
    assert!(show(&mut lab, 3));
    say_yes(&mut lab);
    lab.run(3);
    assert_eq!(lab.paired_by(), Some(Model::NUMERIC_COMPARISON));
}

// IOMT-CMP-008
#[test]
fn a_device_that_begins_anew_after_one_yes_is_heard_when_the_server_has_given_up() {
    let mut lab = agreed_on_one_side();
    lab.run(30);
    begin(&mut lab);
    assert!(
        !show(&mut lab, 20),
        "what was agreed may still be confirmed"
    );
    assert!(show(&mut lab, 60));
    assert_eq!(lab.spent, Some(2), "the run before came to nothing");
    say_yes(&mut lab);
    lab.run(3);
    assert_eq!(lab.paired_by(), Some(Model::NUMERIC_COMPARISON));
}

// IOMT-CMP-002, IOMT-CPACE-002
#[test]
fn digits_are_not_shown_before_the_attempt_is_on_storage() {
    let (mut lab, mut other) = (lab(), lab());
    assert!(show(&mut other, 3));
    let seen = other.server.digits().unwrap();
    lab.spent = None;
    lab.run(20);
    assert_eq!(lab.server.poll_attempts(), Some(1));
    assert_eq!((lab.device.digits(), lab.server.digits()), (None, None));
    let early = lab.server.confirm_digits(lab.now, seen);
    assert_eq!(early, Err(Error::NotAwaited));
    lab.spent = Some(0);
    assert!(show(&mut lab, 10));
}

// IOMT-CPACE-001, IOMT-CPACE-002
#[test]
fn who_begins_anew_writes_the_own_count_and_none_of_the_time_before() {
    let mut lab = lab();
    lab.spent = None;
    lab.run(5);
    assert_eq!(lab.server.poll_attempts(), Some(1));
    lab.server.stop_comparing();
    lab.device.reject_digits();
    lab.server.compare(TOKEN, 0).unwrap();
    assert_eq!(lab.server.poll_attempts(), Some(0));
    let late = lab.server.handle_attempts_stored(lab.now, 1);
    assert_eq!(late, Err(Error::NotAwaited));

    begin(&mut lab);
    lab.run(5);
    assert_eq!(lab.server.poll_attempts(), Some(1));
    assert_eq!((lab.device.digits(), lab.server.digits()), (None, None));
    lab.spent = Some(0);
    assert!(show(&mut lab, 10));
}

// IOMT-CPACE-001, IOMT-CMP-005
#[test]
fn five_runs_that_come_to_nothing_end_it() {
    let mut lab = lab();
    for spent in 1..=5 {
        assert!(show(&mut lab, 3));
        assert_eq!(lab.spent, Some(spent));
        lab.server.reject_digits();
        lab.device.reject_digits();
        begin(&mut lab);
    }
    assert!(!show(&mut lab, 10));
    assert!(lab.refusals.contains(&Error::NotArmed));
    lab.server.compare(TOKEN, 0).unwrap();
    begin(&mut lab);
    assert!(show(&mut lab, 10));
}

// IOMT-CMP-001
#[test]
fn who_stands_between_the_two_makes_them_show_different_digits() {
    // The middle is a server towards the device, and a device towards the server.
    let (mut near, mut far) = (lab(), lab());
    near.server = iomt::node::Server::new(identity(8), Default::default());
    near.server.compare(TOKEN, 0).unwrap();
    far.device =
        iomt::node::Device::new(identity(9), Default::default(), Default::default()).unwrap();
    begin(&mut far);
    assert!(show(&mut near, 3) && show(&mut far, 3));
    // One run in a million is otherwise.
    assert_ne!(near.device.digits(), far.server.digits());
    near.device.reject_digits();
    far.server.reject_digits();
    say_yes_at_the_server(&mut near);
    say_yes_at_the_device(&mut far);
    near.run(10);
    far.run(10);
    assert_eq!(near.owner(), None);
    assert_eq!(far.server.peer(), None);
}

// IOMT-CMP-007, IOMT-PAIR-006
#[test]
fn who_has_not_heard_the_token_is_not_answered_nor_is_anybody_where_nobody_compares() {
    let mut lab = lab();
    lab.server.compare(b"of another device", 0).unwrap();
    lab.run(3);
    assert!(lab.handshakes().iter().all(|(to, _)| *to == To::Server));

    let mut lab = self::lab();
    lab.server.stop_comparing();
    lab.run(3);
    assert!(lab.handshakes().iter().all(|(to, _)| *to == To::Server));
    assert!(lab.refusals.contains(&Error::NotArmed));
}

// IOMT-PAIR-057, IOMT-CMP-005
#[test]
fn a_run_that_nobody_ends_is_given_up_on_both_sides() {
    let mut lab = lab();
    assert!(show(&mut lab, 3));
    lab.run(130);
    assert!(lab.is_unpaired());
    assert_eq!(lab.device.digits(), None);
    assert!(lab.device_events.contains(&DeviceEvent::ComparisonFailed));
    assert!(lab.server_events.contains(&ServerEvent::PairingFailed));
    assert_eq!(lab.spent, Some(1));
}

/// Between the look and the yes the run was given up, and another shows others.
// IOMT-CMP-009
#[test]
fn a_yes_to_the_digits_of_an_earlier_run_confirms_no_other_run() {
    let mut lab = lab();
    assert!(show(&mut lab, 3));
    let seen = [lab.device.digits(), lab.server.digits()].map(Option::unwrap);
    lab.run(130);
    assert_eq!((lab.device.digits(), lab.server.digits()), (None, None));
    begin(&mut lab);
    assert!(show(&mut lab, 3));
    let now = lab.now;
    assert_ne!(lab.server.digits(), Some(seen[1]));
    let late = lab.device.confirm_digits(now, seen[0]);
    assert_eq!(late, Err(Error::NotAwaited));
    let late = lab.server.confirm_digits(now, seen[1]);
    assert_eq!(late, Err(Error::NotAwaited));
    lab.run(5);
    assert!(lab.is_unpaired());
    say_yes(&mut lab);
    lab.run(3);
    assert_eq!(lab.paired_by(), Some(Model::NUMERIC_COMPARISON));
}

// IOMT-CPACE-003
#[test]
fn a_second_device_waits_while_digits_are_shown() {
    let mut lab = lab();
    assert!(show(&mut lab, 3));
    let mut hello = hello_of_another(TOKEN);
    let busy = lab.server.handle_datagram(lab.now, &mut hello).map(|_| ());
    assert_eq!(busy, Err(Error::Pairing(pairing::Error::Busy)));
    say_yes(&mut lab);
    lab.run(3);
    assert_eq!(lab.paired_by(), Some(Model::NUMERIC_COMPARISON));
}

// IOMT-PAIR-006
#[test]
fn a_stranger_without_the_token_takes_no_place_of_a_message_1_that_waits() {
    let mut lab = lab();
    run_up_to(&mut lab, 1);
    let mut forged = hello_of_another(b"not the token");
    let refused = lab.server.handle_datagram(lab.now, &mut forged).map(|_| ());
    assert_eq!(refused, Err(Error::Pairing(pairing::Error::NotAuthentic)));
    // The honest one does not come again.
    lab.fate = Box::new(|_, packet| usize::from(packet[3] != 1));
    assert!(show(&mut lab, 10));
}

// IOMT-CPACE-003
#[test]
fn a_message_1_that_waits_behind_message_3_takes_no_place_of_the_run_that_is_counted() {
    let mut lab = lab();
    lab.fate = Box::new(|to, _| usize::from(to == To::Server));
    lab.run(3);
    lab.fate = Box::new(|_, _| 1);
    run_up_to(&mut lab, 3);
    let mut hello = hello_of_another(TOKEN);
    lab.server.handle_datagram(lab.now, &mut hello).unwrap();
    assert!(show(&mut lab, 3));
    lab.run(1);
    assert!(lab.server.digits().is_some());
    say_yes(&mut lab);
    lab.run(3);
    assert_eq!(lab.paired_by(), Some(Model::NUMERIC_COMPARISON));
    assert_eq!(lab.spent, Some(0));
}
