//! Reconnection and factory keys, and static keys that somebody else holds.

mod forged;
mod holder;
mod random;
mod relation;

use super::printed::shows;
use super::*;
use crate::seal::ResumptionSecret;
use crate::wire::Hint;

/// A handshake in which the device is the initiator.
#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    Reconnection,
    FactoryKeys,
}

const BOTH: [By; 2] = [By::Reconnection, By::FactoryKeys];

pub(super) fn resumption(psk: u8) -> ResumptionSecret {
    ResumptionSecret::from_secret_bytes(&[psk; 32]).unwrap()
}

fn server() -> StaticKey {
    reader()
}

impl By {
    /// The device begins, with this key, towards this server.
    fn begin(self, key: &StaticKey, peer: PublicKey) -> Exchange {
        let entropy = &mut Counting(10);
        match self {
            Self::Reconnection => {
                Exchange::reconnect(key, peer, &resumption(7), CONNECTION, entropy)
            }
            Self::FactoryKeys => Exchange::meet(key, peer, descriptor(), CONNECTION, entropy),
        }
        .unwrap()
    }

    fn answer(self, key: &StaticKey, packet: &[u8], seed: u8) -> Result<Exchange, Error> {
        let (peer, entropy) = (device().public(), &mut Counting(seed));
        match self {
            Self::Reconnection => {
                Exchange::answer_reconnection(key, peer, &resumption(7), packet, entropy)
            }
            Self::FactoryKeys => Exchange::answer_meeting(key, packet, entropy),
        }
    }

    /// The device, with its message 1 written.
    fn asking(self) -> Exchange {
        let mut exchange = self.begin(&device(), server().public());
        work_through(&mut exchange, &device()).unwrap();
        exchange
    }

    /// The server, with its message 2 written.
    fn answering(self, packet: &[u8]) -> Result<Exchange, Error> {
        let mut exchange = self.answer(&server(), packet, 50)?;
        let worked = work_through(&mut exchange, &server());
        assert_eq!(exchange.is_over(), worked.is_err());
        worked.map(|()| exchange)
    }

    const fn lengths(self) -> [usize; 2] {
        match self {
            Self::Reconnection => [90, 74],
            Self::FactoryKeys => [172, 74],
        }
    }
}

fn packet_of(exchange: &Exchange) -> Vec<u8> {
    exchange.packet().unwrap().to_vec()
}

fn paired(mut asking: Exchange, answering: Exchange) -> [Paired; 2] {
    let reply = packet_of(&answering);
    hand_over(&mut asking, &device(), &reply).unwrap();
    [asking, answering].map(|mut exchange| {
        let paired = exchange.poll_paired().unwrap();
        assert!(exchange.poll_paired().is_none() && exchange.is_over());
        paired
    })
}

#[test]
fn both_sides_end_with_one_session_and_know_whom_it_is_with() {
    for by in BOTH {
        let asking = by.asking();
        let answering = by.answering(&packet_of(&asking)).unwrap();
        let lengths = [&asking, &answering].map(|exchange| packet_of(exchange).len());
        assert_eq!(lengths, by.lengths(), "{by:?}");
        let [mut at_device, mut at_server] = paired(asking, answering);
        assert_eq!(at_device.secrets.id(), at_server.secrets.id());
        assert_eq!(at_device.peer, server().public());
        assert_eq!(at_server.peer, device().public());
        assert_eq!(at_device.model, at_server.model);
        assert_eq!(at_device.descriptor, None);
        let promised = (by == By::FactoryKeys).then(descriptor);
        assert_eq!(at_server.descriptor, promised);

        let next = [&mut at_device, &mut at_server].map(|paired| paired.secrets.resumption());
        let [Some(device), Some(server)] = next else {
            panic!("nothing to reconnect with");
        };
        assert_eq!(device.secret_bytes(), server.secret_bytes());
        assert_eq!(device.hint(), server.hint());
        assert!(at_device.secrets.resumption().is_none());
    }
}

/// "no call performs more than one scalar multiplication", and no more of them than the tokens say.
// IOMT-SEC-009
#[test]
fn each_side_multiplies_as_often_as_its_tokens_say_once_a_call() {
    for by in BOTH {
        let (device, server) = (device(), server());
        let mut asking = by.begin(&device, server.public());
        assert_eq!(multiplications(&mut asking, &device), 3, "e, es, ss");
        let mut answering = by.answer(&server, &packet_of(&asking), 50).unwrap();
        let made = multiplications(&mut answering, &server);
        assert_eq!(made, 5, "es, ss, e, ee, se");
        asking.handle_packet(&packet_of(&answering)).unwrap();
        assert_eq!(multiplications(&mut asking, &device), 2, "ee, se");
        assert!(asking.poll_paired().is_some() && answering.poll_paired().is_some());
    }
}

fn multiplications(exchange: &mut Exchange, key: &StaticKey) -> usize {
    let before = count::made();
    work_through(exchange, key).unwrap();
    count::made() - before
}

// IOMT-PAIR-006, IOMT-PAIR-049
#[test]
fn the_code_in_front_is_checked_without_the_rest_and_says_which_secret_is_meant() {
    for by in BOTH {
        let (hello, server) = (packet_of(&by.asking()), server());
        let before = count::made();
        let checked = server.check_hello(&hello).unwrap();
        assert_eq!(checked.connection, CONNECTION);
        match by {
            By::Reconnection => assert_eq!(checked.hint, resumption(7).hint()),
            By::FactoryKeys => assert_eq!(checked.hint, Hint::NONE),
        }
        let mut damaged = hello;
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(server.check_hello(&damaged), Err(Error::WrongKey));
        assert_eq!(count::made(), before);
    }
    let (_, of_label) = hello();
    let refused = server().check_hello(&of_label);
    assert_eq!(refused, Err(Error::UnexpectedMessage));
    let refused = label().check_hello(&packet_of(&By::FactoryKeys.asking()));
    assert_eq!(refused, Err(Error::UnexpectedMessage));
}

// IOMT-PAIR-040
#[test]
fn who_has_another_key_or_another_secret_gets_no_session() {
    let stranger = static_key(&[0x77; 32]);
    for by in BOTH {
        // The device believes in another server key.
        let mut asking = by.begin(&device(), stranger.public());
        work_through(&mut asking, &device()).unwrap();
        let refused = by.answering(&packet_of(&asking)).err();
        assert_eq!(refused, Some(Error::WrongKey));
        // Somebody who knows the server's key alone answers for it.
        let hello = packet_of(&by.asking());
        let mut answering = by.answer(&server(), &hello, 50).unwrap();
        assert_eq!(
            work_through(&mut answering, &stranger),
            Err(Error::NotAuthentic)
        );
    }
    // A device that has the secret, and not the key that belongs to it.
    let mut asking = By::Reconnection.begin(&stranger, server().public());
    work_through(&mut asking, &stranger).unwrap();
    let refused = By::Reconnection.answering(&packet_of(&asking)).err();
    assert_eq!(refused, Some(Error::NotAuthentic));
    // Another secret has another hint.
    let (key, peer) = (server(), device().public());
    let hello = packet_of(&By::Reconnection.asking());
    let refused =
        Exchange::answer_reconnection(&key, peer, &resumption(8), &hello, &mut Counting(50));
    assert_eq!(refused.err(), Some(Error::WrongKey));
}

#[test]
fn with_factory_keys_a_stranger_is_told_by_its_key() {
    let stranger = static_key(&[0x77; 32]);
    let mut asking = By::FactoryKeys.begin(&stranger, server().public());
    work_through(&mut asking, &stranger).unwrap();
    let mut answering = By::FactoryKeys.answering(&packet_of(&asking)).unwrap();
    assert_eq!(answering.peer(), Some(stranger.public()));
    assert_eq!(answering.poll_paired().unwrap().peer, stranger.public());
}

#[test]
fn a_peer_is_named_only_when_the_message_that_shows_it_is_authentic() {
    let asking = By::FactoryKeys.asking();
    assert_eq!(asking.peer(), Some(server().public()));
    let mut answering = By::FactoryKeys
        .answer(&server(), &packet_of(&asking), 50)
        .unwrap();
    for _ in ["es", "ss"] {
        assert_eq!(answering.peer(), None);
        answering.work_with(&server()).unwrap();
    }
    assert_eq!(answering.peer(), Some(device().public()));
    let (asking, first) = hello();
    assert_eq!(asking.peer(), None);
    assert_eq!(answer(&first, 50).unwrap().0.peer(), None);
}

// IOMT-PAIR-010
#[test]
fn a_first_message_again_has_the_same_answer_where_it_is_kept_and_another_where_not() {
    for by in BOTH {
        let asking = by.asking();
        let hello = packet_of(&asking);
        let mut kept = by.answering(&hello).unwrap();
        let reply = packet_of(&kept);
        assert!(kept.poll_paired().is_some());
        assert_eq!(packet_of(&kept), reply, "repeated after it has finished");
        let mut other = by.answer(&server(), &hello, 51).unwrap();
        work_through(&mut other, &server()).unwrap();
        assert_ne!(packet_of(&other)[HEADER..], reply[HEADER..]);
    }
}

// IOMT-PAIR-040
#[test]
fn a_session_gives_the_secret_of_the_next_one() {
    let asking = By::FactoryKeys.asking();
    let answering = By::FactoryKeys.answering(&packet_of(&asking)).unwrap();
    let [mut at_device, mut at_server] = paired(asking, answering);
    let (device, server) = (device(), server());
    let of_device = at_device.secrets.resumption().unwrap();
    let of_server = at_server.secrets.resumption().unwrap();

    let rng = &mut Counting(90);
    let mut asking =
        Exchange::reconnect(&device, at_device.peer, &of_device, CONNECTION, rng).unwrap();
    work_through(&mut asking, &device).unwrap();
    let hello = packet_of(&asking);
    let mut answering =
        Exchange::answer_reconnection(&server, at_server.peer, &of_server, &hello, rng).unwrap();
    work_through(&mut answering, &server).unwrap();
    let [at_device, at_server] = paired(asking, answering);
    assert_eq!(at_device.secrets.id(), at_server.secrets.id());
}

// IOMT-SEC-001
#[test]
fn nothing_that_is_printed_of_a_key_holds_a_secret() {
    let elsewhere = StaticKey::elsewhere(device().public(), &[0x99; 32]).unwrap();
    let shared = device().agree(&server().public()).unwrap();
    let exchange = By::Reconnection.begin(&device(), server().public());
    let printed = format!(
        "{elsewhere:?} {shared:?} {:?} {exchange:?}",
        resumption(0xAB)
    );
    let secrets: [&[u8]; 4] = [
        &[0x99; 32],
        &[0xAB; 32],
        &DEVICE_KEY,
        shared.secret().expose(),
    ];
    for secret in secrets {
        assert!(!shows(&printed, secret), "{printed}");
    }
}
