//! What stands open in a device while somebody pairs by its label, and what ends it.

use iomt::node::{Error, Server, ServerConfig};
use iomt::pairing::label::LabelSecret;
use iomt::seal::SystemEntropy;
use iomt::wire::MAX_DATAGRAM;

use super::{Lab, To, identity};

fn label() -> LabelSecret {
    LabelSecret::new(b"sixteen or more random bytes").unwrap()
}

fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.device.arm(label());
    lab.server
        .pair(lab.now, &label(), &mut SystemEntropy)
        .unwrap();
    lab
}

// IOMT-PAIR-057
#[test]
fn a_pairing_that_stands_still_for_two_minutes_is_given_up() {
    for (seconds, is_left) in [(115, true), (125, false)] {
        let mut lab = lab();
        lab.fate = Box::new(|to, packet| {
            usize::from(to == To::Server || packet.starts_with(&[0x81, 1, 2, 1]))
        });
        lab.run(seconds);
        let third = lab.handshakes().into_iter().find(|(_, sent)| sent[3] == 3);
        let packet = third.unwrap().1;
        let handled = lab
            .device
            .handle_datagram(lab.now, &packet, &mut SystemEntropy);
        assert_eq!(handled.is_ok(), is_left, "after {seconds} s: {handled:?}");
    }
}

// IOMT-PAIR-036, IOMT-PAIR-032
#[test]
fn who_has_the_label_is_not_answered_once_there_is_an_owner() {
    let mut lab = lab();
    lab.run(10);
    assert_eq!(lab.owner(), Some(identity(2).public()));
    let (now, rng) = (lab.now, &mut SystemEntropy);
    let mut other = Server::new(identity(3), ServerConfig::DEFAULT);
    other.pair(now, &label(), rng).unwrap();
    while other.poll_timeout().is_some_and(|due| due <= now) {
        other.handle_timeout(now, rng).unwrap();
        if let Some(hello) = other.poll_transmit(now, &mut [0; MAX_DATAGRAM]) {
            let refused = lab.device.handle_datagram(now, &hello, rng);
            assert_eq!(refused, Err(Error::NotArmed));
            lab.device.arm(label());
            assert_eq!(lab.device.handle_datagram(now, &hello, rng), Ok(()));
            return;
        }
    }
    panic!("the other one says nothing");
}
