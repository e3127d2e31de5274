//! Commands: sealed by one server, opened once by one device.

use super::*;
use crate::seal::{COMMAND_OVERHEAD, CommandSealer, SAVED_SESSION_LEN, SystemEntropy};
use crate::wire::control::{Answer, Outcome};

const STATIC: [u8; 32] = [0x51; 32];

fn ends() -> (CommandSealer, Sealer) {
    let secrets = || {
        let direction = Direction::DeviceInitiated;
        SessionSecrets::derive(&[1; 32], &[2; 32], &[3; 32], direction).unwrap()
    };
    let commands = secrets().command_sealer();
    let mut device = secrets().into_sealer(&[9; 32]).unwrap();
    let mut saved = [0; SAVED_SESSION_LEN];
    device.begin_epoch(&mut SystemEntropy, &mut saved).unwrap();
    device.epoch_stored().unwrap();
    (commands, device)
}

fn sealed(commands: &mut CommandSealer, text: &[u8]) -> Vec<u8> {
    let mut out = [0; 256];
    let sealed = commands.seal(text, &STATIC, &mut SystemEntropy, &mut out);
    sealed.unwrap().to_vec()
}

// IOMT-PAIR-075, IOMT-PAIR-076
#[test]
fn a_command_opens_at_the_device_and_costs_44_bytes() {
    let (mut commands, mut device) = ends();
    let mut frame = sealed(&mut commands, b"introduce");
    assert_eq!((frame.len(), frame[0]), (COMMAND_OVERHEAD + 9, 0x3D));
    assert_eq!((COMMAND_OVERHEAD, commands.sealed()), (44, 1));
    assert!(device.awaits_command(&frame));
    assert_eq!(device.open_command(&mut frame).unwrap(), b"introduce");
    assert_eq!(device.answer(), None);
    device.note_command(Outcome::Done);
    let (taken, outcome) = (1, Outcome::Done);
    assert_eq!(device.answer(), Some(Answer { taken, outcome }));
}

// IOMT-PAIR-079
#[test]
fn a_command_that_was_taken_does_not_open_again() {
    let (mut commands, mut device) = ends();
    let frame = sealed(&mut commands, b"first");
    device.open_command(&mut frame.clone()).unwrap();
    // Not before the device has said so: what it could not store comes again.
    assert!(device.open_command(&mut frame.clone()).is_ok());
    device.note_command(Outcome::Done);
    assert!(!device.awaits_command(&frame));
    let mut again = frame.clone();
    let again = device.open_command(&mut again);
    assert_eq!(again.err(), Some(Error::NotAuthentic));
    let mut second = sealed(&mut commands, b"second");
    assert!(device.awaits_command(&second));
    assert_eq!(device.open_command(&mut second).unwrap(), b"second");
}

// IOMT-PAIR-079
#[test]
fn no_flipped_bit_and_no_other_packet_is_a_command() {
    let (mut commands, mut device) = ends();
    let frame = sealed(&mut commands, b"introduce");
    for bit in 0..frame.len() * 8 {
        let mut flipped = frame.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let is_taken = device.awaits_command(&flipped) && device.open_command(&mut flipped).is_ok();
        assert!(!is_taken, "bit {bit}");
    }
    let mut out = [0; 64];
    let mut data = device
        .seal(Space::Data, b"reading", &mut out)
        .unwrap()
        .to_vec();
    assert!(!device.awaits_command(&data));
    let opened = device.open_command(&mut data);
    assert_eq!(opened.err(), Some(Error::UnexpectedPacket));
}

// IOMT-PAIR-076, IOMT-EPOCH-010
#[test]
fn a_dead_generator_repeats_no_key_for_another_command() {
    struct Dead;
    impl Entropy for Dead {
        fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
            out.fill(0);
            Ok(())
        }
    }
    let seal = |text: &[u8]| {
        let (mut commands, _) = ends();
        let mut out = [0; 64];
        commands
            .seal(text, &STATIC, &mut Dead, &mut out)
            .unwrap()
            .to_vec()
    };
    // Two copies of one server at one position: equal salts only with equal text.
    assert_eq!(seal(b"one"), seal(b"one"));
    assert_ne!(seal(b"one")[9..25], seal(b"two")[9..25]);
}

// IOMT-PAIR-082
#[test]
fn what_was_taken_is_known_after_a_reboot() {
    let (mut commands, mut device) = ends();
    let mut frame = sealed(&mut commands, b"first");
    let repeated = frame.clone();
    device.open_command(&mut frame).unwrap();
    device.note_command(Outcome::NoRoom);
    let mut saved = [0; SAVED_SESSION_LEN];
    device.save(&mut saved).unwrap();
    let mut device = Sealer::restore(&saved, &[9; 32]).unwrap();
    let (taken, outcome) = (1, Outcome::NoRoom);
    assert_eq!(device.answer(), Some(Answer { taken, outcome }));
    assert!(!device.awaits_command(&repeated));
    assert!(device.awaits_command(&sealed(&mut commands, b"second")));
}
