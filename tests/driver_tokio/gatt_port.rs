//! The port itself, poll by poll: what comes out of it was sent, whatever happens on the way.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use iomt::driver::{Characteristics, Datagrams, GattPort, PortError, Timer};
use iomt::link::{CarrierError, FragmentStats, PARTIAL_TIMEOUT};
use iomt::time::{Duration, Instant};
use iomt::wire::MAX_DATAGRAM;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::gatt::{Failed, Hesitant, Losing, Side, connection};

type Port<C = Side> = GattPort<C, Hand>;

const SMALLEST: u16 = 23;
/// The polls of a slow stack with which the last of 70 bytes are on their way.
const OF_70: usize = 2 * 4;

/// A clock that a test sets.
#[derive(Debug, Clone, Default)]
struct Hand(Rc<Cell<u64>>);

impl Timer for Hand {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.get())
    }

    async fn sleep_until(&self, _due: Instant) {
        unreachable!("a port waits for nothing but its stack")
    }
}

fn port<C>(stack: C) -> Port<C> {
    let mut port = GattPort::new(Hand::default());
    port.connect(stack);
    port
}

/// The output of a future that comes to its end in so many polls; otherwise it is dropped.
fn within<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..polls).find_map(|_| match future.as_mut().poll(&mut context) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    })
}

fn send<C: Characteristics>(
    port: &mut Port<C>,
    datagram: &[u8],
) -> Result<(), PortError<C::Error>> {
    within(usize::MAX, port.send(datagram)).unwrap()
}

/// Sends by futures that live for so many polls each.
fn send_in_pieces<C>(port: &mut Port<C>, datagram: &[u8], polls: usize)
where
    C: Characteristics<Error = Failed>,
{
    let tries = (0..10_000).find_map(|_| within(polls, port.send(datagram)));
    assert_eq!(tries, Some(Ok(())), "it never comes to its end");
}

/// All datagrams that are there.
fn receive<C: Characteristics>(port: &mut Port<C>) -> Vec<Vec<u8>> {
    let mut buffer = [0; MAX_DATAGRAM];
    std::iter::from_fn(|| {
        let received = within(1, port.receive(&mut buffer))?;
        let len = received.ok().unwrap();
        Some(buffer[..len].to_vec())
    })
    .collect()
}

/// Of so many bytes, no two of which follow each other twice.
fn datagram(first: u8, len: usize) -> Vec<u8> {
    (0..len)
        .map(|at| first.wrapping_add((at % 251) as u8))
        .collect()
}

/// What was dropped, and why.
fn dropped(stats: &FragmentStats) -> FragmentStats {
    FragmentStats {
        delivered: 0,
        ..*stats
    }
}

// IOMT-CARR-020, IOMT-CARR-021
#[test]
fn every_datagram_comes_out_on_both_sides() {
    for mtu in [SMALLEST, 24, 65, 185, 247, 515, 517, u16::MAX] {
        let (here, there) = connection(mtu);
        let (mut one, mut other) = (port(here), port(there));
        for len in (1..=MAX_DATAGRAM).step_by(41).chain([MAX_DATAGRAM]) {
            let (there, back) = (datagram(1, len), datagram(2, len));
            send(&mut one, &there).unwrap();
            send(&mut other, &back).unwrap();
            assert_eq!(receive(&mut other), [there]);
            assert_eq!(receive(&mut one), [back]);
        }
        for port in [one, other] {
            assert_eq!(dropped(port.stats()), FragmentStats::default());
            assert_eq!(port.stats().delivered, 32);
        }
    }
}

// IOMT-CARR-002, IOMT-CARR-023
#[test]
fn a_lost_value_costs_its_datagram_and_no_other() {
    let (here, there) = connection(SMALLEST);
    let mut losing = Losing::new(here, 5);
    let (mut one, mut other) = (port(&mut losing), port(there));
    // Of four fragments each: four of five have a fifth value.
    let sent: Vec<_> = (0..100).map(|first| datagram(first, 70)).collect();
    for datagram in &sent {
        send(&mut one, datagram).unwrap();
    }
    let whole: Vec<_> = sent.iter().step_by(5).cloned().collect();
    assert_eq!(receive(&mut other), whole);
    let stats = other.stats();
    assert_eq!(
        (stats.delivered, stats.malformed, stats.too_long),
        (20, 0, 0)
    );
    assert!(stats.gaps > 0 && stats.orphans > 0, "{stats:?}");
}

// IOMT-CARR-021, IOMT-CARR-024
#[test]
fn a_datagram_whose_futures_are_dropped_goes_on_and_comes_out_whole() {
    for (mtu, len) in [
        (SMALLEST, 1),
        (SMALLEST, MAX_DATAGRAM),
        (65, 150),
        (247, 244),
        (247, 700),
    ] {
        for polls in 3..12 {
            let (here, there) = connection(mtu);
            let (mut one, mut other) = (port(Hesitant(here)), port(there));
            let sent: Vec<_> = (0..4).map(|first| datagram(first, len)).collect();
            for datagram in &sent {
                send_in_pieces(&mut one, datagram, polls);
            }
            let mut found = receive(&mut other);
            // One of a single fragment may come twice.
            found.dedup();
            assert_eq!(found, sent);
            let stats = other.stats();
            assert_eq!((stats.gaps, stats.abandoned), (0, 0));
        }
    }
}

// IOMT-CARR-020, IOMT-CARR-021
#[test]
fn a_datagram_that_is_half_sent_makes_no_wrong_one_of_another() {
    let (long, short) = (datagram(1, 70), datagram(2, 10));
    let like_it = datagram(3, 70);
    for other_one in [&short, &like_it] {
        for polls in 1..OF_70 {
            let (here, there) = connection(SMALLEST);
            let (mut one, mut other) = (port(Hesitant(here)), port(there));
            assert_eq!(within(polls, one.send(&long)), None, "it is half sent");
            send(&mut one, other_one).unwrap();
            send(&mut one, &long).unwrap();
            assert_eq!(receive(&mut other), [other_one.clone(), long.clone()]);
        }
    }
}

// IOMT-CARR-020, IOMT-CARR-024
#[test]
fn an_mtu_that_changes_under_a_datagram_makes_no_wrong_one() {
    let sent = datagram(1, 400);
    for (before, after) in [
        (SMALLEST, 247),
        (247, SMALLEST),
        (65, 66),
        (66, 65),
        (515, 247),
    ] {
        for polls in 1..20 {
            let (here, there) = connection(before);
            let (mut one, mut other) = (port(Hesitant(here.clone())), port(there));
            let _ = within(polls, one.send(&sent));
            here.agree(after);
            send(&mut one, &sent).unwrap();
            let mut found = receive(&mut other);
            // Where it had been sent to its end, or its end was on its way.
            found.dedup();
            assert_eq!(found, [&sent[..]], "{before}, {after}, {polls}");
        }
    }
}

// IOMT-CARR-028
#[test]
fn what_was_half_sent_begins_anew_with_a_new_connection() {
    let sent = datagram(1, 70);
    for polls in 1..OF_70 {
        let mut one = port(Hesitant(connection(SMALLEST).0));
        assert_eq!(within(polls, one.send(&sent)), None);
        let (here, there) = connection(SMALLEST);
        one.connect(Hesitant(here));
        let mut other = port(there);
        send_in_pieces(&mut one, &sent, 3);
        assert_eq!(receive(&mut other), [&sent[..]]);
        assert_eq!(other.stats().gaps, 0);
    }
}

// IOMT-CARR-028
#[test]
fn what_was_half_received_ends_with_its_connection() {
    let sent = datagram(1, 70);
    let (here, there) = connection(SMALLEST);
    send(&mut port(here), &sent).unwrap();
    let values = there.take();
    for half in 1..values.len() {
        let (here, there) = connection(SMALLEST);
        let mut other = port(there);
        values[..half].iter().for_each(|value| here.put(value));
        assert!(receive(&mut other).is_empty());
        here.end();
        let ended = within(1, other.receive(&mut [0; MAX_DATAGRAM]));
        assert_eq!(ended, Some(Err(PortError::Port(Failed::Over))));

        let (here, there) = connection(SMALLEST);
        other.connect(there);
        values[half..].iter().for_each(|value| here.put(value));
        assert!(receive(&mut other).is_empty());
        assert_eq!(other.stats().orphans as usize, values.len() - half);
        values.iter().for_each(|value| here.put(value));
        assert_eq!(receive(&mut other), [&sent[..]]);
    }
}

// IOMT-CARR-026
#[test]
fn a_partial_datagram_waits_by_the_clock_of_the_port() {
    let sent = datagram(1, 30);
    for (late, whole) in [(Duration::ZERO, 1), (Duration::from_micros(1), 0)] {
        let (here, there) = connection(SMALLEST);
        let clock = Hand::default();
        let mut other = GattPort::new(clock.clone());
        other.connect(there);
        let mut one = port(Hesitant(here));
        assert_eq!(within(3, one.send(&sent)), None);
        assert!(receive(&mut other).is_empty());
        clock.0.set((PARTIAL_TIMEOUT + late).as_micros());
        send(&mut one, &sent).unwrap();
        assert_eq!(receive(&mut other).len(), whole);
        assert_eq!(other.stats().stale as usize, 1 - whole);
    }
}

// IOMT-CARR-022
#[test]
fn garbage_is_counted_and_spoils_nothing() {
    let sent = datagram(1, 100);
    let (here, there) = connection(SMALLEST);
    let (mut one, mut other) = (port(Hesitant(here.clone())), port(there));
    let too_long = [0; 513];
    let garbage = [&[][..], &[0], &[0, 0x80], &[0, 0x7F, 1], &too_long];
    let mut polls = 2;
    for value in garbage {
        assert_eq!(within(polls, one.send(&sent)), None);
        here.put(value);
        polls = 3;
    }
    send(&mut one, &sent).unwrap();
    assert_eq!(receive(&mut other), [sent]);
    assert_eq!(other.stats().malformed as usize, garbage.len());
}

// IOMT-CARR-027
#[test]
fn what_is_no_datagram_is_refused_and_what_was_begun_goes_on() {
    let (sent, too_long) = (datagram(1, 70), [0; MAX_DATAGRAM + 1]);
    let (here, there) = connection(SMALLEST);
    let (mut one, mut other) = (port(Hesitant(here)), port(there));
    let len = too_long.len();
    for (refused, why) in [
        (&[][..], CarrierError::Empty),
        (&too_long, CarrierError::TooLong { len }),
    ] {
        assert_eq!(within(4, one.send(&sent)), None);
        assert_eq!(send(&mut one, refused), Err(PortError::Datagram(why)));
    }
    send(&mut one, &sent).unwrap();
    assert_eq!(receive(&mut other), [sent]);
    assert_eq!(dropped(other.stats()).abandoned, 0);
}

// IOMT-CARR-002
#[test]
fn a_stack_that_fails_costs_the_datagram_and_no_other() {
    let sent = datagram(1, 300);
    let (here, there) = connection(247);
    let (mut one, mut other) = (port(Hesitant(here.clone())), port(there.clone()));
    // Under the port's hands, between two values: what it has cut does not fit.
    let mut sending = Box::pin(one.send(&sent));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..3 {
        assert!(sending.as_mut().poll(&mut context).is_pending());
    }
    here.agree(SMALLEST);
    let failed = sending.as_mut().poll(&mut context);
    assert_eq!(failed, Poll::Ready(Err(PortError::Port(Failed::TooLong))));
    drop(sending);
    // And what the stack had taken is lost with it.
    assert_eq!(there.take()[0][..2], [0, 0]);
    here.agree(247);
    send(&mut one, &sent).unwrap();
    let values = there.take();
    assert_eq!(values[0][..2], [1, 0], "under a number of its own");
    values.iter().for_each(|value| here.put(value));
    assert_eq!(receive(&mut other), [sent]);
}

// IOMT-CARR-028
#[test]
fn with_nobody_connected_nothing_comes_and_nothing_goes() {
    let mut one: Port = GattPort::new(Hand::default());
    let sent = datagram(1, 10);
    for _ in 0..2 {
        assert!(!one.is_connected() && one.disconnect().is_none());
        assert_eq!(within(9, one.receive(&mut [0; MAX_DATAGRAM])), None);
        assert_eq!(send(&mut one, &sent), Err(PortError::NotConnected));
        let (here, there) = connection(SMALLEST);
        one.connect(here);
        send(&mut one, &sent).unwrap();
        assert_eq!(receive(&mut port(there)), [&sent[..]]);
        assert!(one.is_connected() && one.disconnect().is_some());
    }
}

// IOMT-LIM-002
#[test]
fn a_port_takes_the_memory_that_its_page_says() {
    let bytes = size_of::<GattPort<(), ()>>();
    assert!((1_793..=1_894).contains(&bytes), "{bytes}, and not 1.8 KiB");
}

/// What happens to a port while it sends.
#[derive(Debug, Clone)]
enum Fate {
    /// The future lives for so many polls.
    Dropped(usize),
    Agreed(u16),
    Reconnected,
    Garbage(Vec<u8>),
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => (1_usize..9).prop_map(Fate::Dropped),
        1 => (SMALLEST..300).prop_map(Fate::Agreed),
        1 => Just(Fate::Reconnected),
        1 => (0_u8..0x80, vec(any::<u8>(), 0..4)).prop_map(|(index, data)| {
            // No end of a datagram, and of no number that is used.
            Fate::Garbage([&[0xEE, index][..], &data].concat())
        }),
    ]
}

proptest! {
    // IOMT-CARR-002
    #[test]
    fn what_comes_out_was_sent(
        lens in vec(1_usize..200, 1..12),
        nth in 2_usize..40,
        fates in vec(vec(fate(), 0..8), 12),
    ) {
        let (mut here, mut there) = connection(SMALLEST);
        let (mut one, mut other) = (port(Losing::new(Hesitant(here.clone()), nth)), port(there));
        let sent: Vec<_> = (0..).zip(&lens).map(|(first, len)| datagram(first, *len)).collect();
        let mut found = Vec::new();
        for (datagram, fates) in sent.iter().zip(&fates) {
            for fate in fates {
                match fate {
                    Fate::Dropped(polls) => drop(within(*polls, one.send(datagram))),
                    Fate::Agreed(mtu) => here.agree(*mtu),
                    Fate::Garbage(value) => here.put(value),
                    Fate::Reconnected => {
                        (here, there) = connection(SMALLEST);
                        one.connect(Losing::new(Hesitant(here.clone()), nth));
                        other.connect(there);
                    }
                }
                found.extend(receive(&mut other));
            }
        }
        for datagram in found {
            prop_assert!(sent.contains(&datagram));
        }
    }
}
