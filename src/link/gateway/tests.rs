use super::*;
use crate::link::{Freshness, Outbox, Retry};
use crate::wire::{Receipt, Refused, Salt, Writer};
use proptest::prelude::*;
use std::boxed::Box;
use std::collections::BTreeMap;
use std::vec;
use std::vec::Vec;

const NOW: Instant = Instant::from_secs(1_000);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
type TestGateway<const BYTES: usize> = Gateway<u8, BYTES, 8>;

fn locator(device: u8) -> Locator {
    Locator([device; 8])
}

/// A frame with 60 bytes behind its header.
fn frame(route: Route, space: Space, counter: u32) -> Vec<u8> {
    let [low, middle, ..] = counter.to_le_bytes();
    let sealed = [low ^ 0x5A, middle].repeat(30);
    let mut out = vec![0; 100];
    let mut writer = Writer::new(&mut out);
    Frame::emit_header(space, route, counter, &mut writer).unwrap();
    writer.put(&sealed).unwrap();
    writer.finish().to_vec()
}

fn routed(device: u8, space: Space, counter: u32) -> Vec<u8> {
    frame(Route::Routed(locator(device)), space, counter)
}

fn receipt(device: u8) -> Vec<u8> {
    [&[Receipt::BYTE0][..], &[device; 8], &[0; 40]].concat()
}

fn sent<const BYTES: usize>(gateway: &mut TestGateway<BYTES>, now: Instant) -> Vec<Vec<u8>> {
    core::iter::from_fn(|| gateway.poll_transmit(now).map(<[u8]>::to_vec)).collect()
}

fn filled<const BYTES: usize>(devices: &[u8], frames: u32) -> TestGateway<BYTES> {
    let mut gateway = TestGateway::new(KEEP);
    for counter in 0..frames {
        for device in devices {
            let data = routed(*device, Space::Data, counter);
            let _ = gateway.handle_device_datagram(NOW, *device, &data);
        }
    }
    gateway
}

fn counts(datagrams: &[Vec<u8>]) -> BTreeMap<u8, usize> {
    let mut counts = BTreeMap::new();
    for datagram in datagrams {
        *counts.entry(datagram[1]).or_default() += 1;
    }
    counts
}

// IOMT-SEC-008
#[test]
fn gateway_that_holds_every_frame_for_seven_days() {
    const BYTES: usize = 3_000_000;
    let a_week = || {
        let mut gateway = Box::new(Gateway::<u8, BYTES>::new(KEEP));
        let mut expected = Vec::new();
        // Three devices, a frame every two minutes each; every tenth is repeated, as nobody acknowledges it.
        for counter in 0..7 * 720 {
            let now = NOW + Duration::from_secs(u64::from(counter) * 120);
            for device in 1..=3 {
                let space = if counter % 100 == 0 {
                    Space::Alarm
                } else {
                    Space::Data
                };
                let route = Route::Unproved(locator(device), Salt([device; 16]));
                let datagram = frame(route, space, counter);
                gateway
                    .handle_device_datagram(now, device, &datagram)
                    .unwrap();
                if counter % 10 == 0 {
                    gateway
                        .handle_device_datagram(now, device, &datagram)
                        .unwrap();
                }
                assert_eq!(gateway.poll_transmit(now), None);
                expected.push(datagram);
            }
        }
        assert_eq!(gateway.len(), expected.len());
        gateway.handle_link_up();
        let later = NOW + DAY.saturating_mul(8);
        let mut arrived = Vec::new();
        while let Some(datagram) = gateway.poll_transmit(later) {
            arrived.push(datagram.to_vec());
            if arrived.len().is_multiple_of(64) {
                gateway.handle_taken();
            }
        }
        gateway.handle_taken();
        assert!(gateway.is_empty());
        let is_alarm = |datagram: &Vec<u8>| datagram[0] & 0x10 != 0;
        assert!(arrived.is_sorted_by_key(|datagram| !is_alarm(datagram)));
        arrived.sort();
        expected.sort();
        assert!(arrived == expected);
    };
    let with_a_large_stack = std::thread::Builder::new().stack_size(32 << 20);
    with_a_large_stack.spawn(a_week).unwrap().join().unwrap();
}

// IOMT-CARR-081, IOMT-CARR-086
#[test]
fn two_gateways_forwarding_one_device() {
    let mut gateways = [TestGateway::<4_096>::new(KEEP), TestGateway::new(KEEP)];
    for (counter, port) in [(0, 1), (1, 1), (2, 2)] {
        for gateway in &mut gateways {
            let data = routed(9, Space::Data, counter);
            gateway.handle_device_datagram(NOW, port, &data).unwrap();
            // One gateway hears it on both of its radios.
            gateway.handle_device_datagram(NOW, 3, &data).unwrap();
        }
    }
    let mut at_server = BTreeMap::<Vec<u8>, usize>::new();
    for gateway in &mut gateways {
        gateway.handle_link_up();
        for datagram in sent(gateway, NOW) {
            *at_server.entry(datagram).or_default() += 1;
        }
        gateway.handle_taken();
        assert_eq!(gateway.handle_server_datagram(&receipt(9)), Ok(Some(3)));
        assert_eq!((gateway.stats().stored, gateway.stats().duplicates), (3, 3));
    }
    // Nothing but whole copies: the received set of the server sorts them out.
    let expected = (0..3).map(|counter| (routed(9, Space::Data, counter), 2));
    assert_eq!(at_server, expected.collect());
}

// IOMT-CARR-001, IOMT-CARR-071, IOMT-RCPT-021
#[test]
fn broker_acknowledgement_mistaken_for_storage() {
    let mut outbox = Outbox::<1_024>::new(Retry::DEFAULT);
    let mut gateway = TestGateway::<1_024>::new(KEEP);
    gateway.handle_link_up();
    let short = frame(Route::Short, Space::Data, 0);
    outbox.push(NOW, 0, &short, Freshness::Live).unwrap();
    let hello = routed(9, Space::Control, 0);
    gateway.handle_device_datagram(NOW, 1, &hello).unwrap();
    let mut now = NOW;
    for attempt in 0..5 {
        let (_, datagram) = outbox.next_due(now, |_| true).unwrap();
        gateway.handle_device_datagram(now, 1, datagram).unwrap();
        let at_broker = sent(&mut gateway, now);
        assert_eq!(
            at_broker.last(),
            Some(&routed(9, Space::Data, 0)),
            "{attempt}"
        );
        // The broker says yes, and loses it. The device hears nothing of either.
        gateway.handle_taken();
        assert!(gateway.is_empty() && outbox.len() == 1);
        now = outbox.poll_timeout(|_| true).unwrap();
    }
    // Only what the server has stored is named in a receipt, and only that is let go of.
    assert_eq!(outbox.acknowledge(now, |key| key.counter == 0), 1);
}

// IOMT-CARR-001, IOMT-CARR-087
#[test]
fn what_the_link_did_not_take_waits_again_in_order() {
    let mut gateway = filled::<4_096>(&[1], 5);
    gateway.handle_link_up();
    for _ in 0..3 {
        assert!(gateway.poll_transmit(NOW).is_some());
    }
    gateway.handle_link_down();
    assert_eq!(gateway.poll_transmit(NOW), None);
    gateway.handle_link_up();
    let expected: Vec<_> = (0..5)
        .map(|counter| routed(1, Space::Data, counter))
        .collect();
    assert_eq!(sent(&mut gateway, NOW), expected);
    gateway.handle_taken();
    assert!(gateway.is_empty() && sent(&mut gateway, NOW).is_empty());
}

// IOMT-CARR-082, IOMT-CARR-054
#[test]
fn alarms_leave_first_and_ports_take_turns() {
    let mut gateway = filled::<16_384>(&[1], 50);
    for counter in 0..3 {
        let other = routed(2, Space::Data, counter);
        gateway.handle_device_datagram(NOW, 2, &other).unwrap();
    }
    let alarm = routed(3, Space::Alarm, 0);
    gateway.handle_device_datagram(NOW, 3, &alarm).unwrap();
    gateway.handle_link_up();
    let order = sent(&mut gateway, NOW);
    assert_eq!((order.len(), &order[0]), (54, &alarm));
    assert_eq!(counts(&order[1..7]), BTreeMap::from([(1, 3), (2, 3)]));
}

// IOMT-CARR-085, IOMT-LIM-002
#[test]
fn who_floods_takes_no_more_than_its_share() {
    let mut gateway = filled::<8_192>(&[1], 1_000);
    let full = gateway.len();
    assert_eq!(full, 8_192 / 80);
    // Two modest devices come late: all of theirs is kept, and the first keeps what is oldest.
    for counter in 0..30 {
        for device in [2, 3] {
            let data = routed(device, Space::Data, counter);
            gateway.handle_device_datagram(NOW, device, &data).unwrap();
        }
    }
    let again = routed(1, Space::Data, 5_000);
    let refused = gateway.handle_device_datagram(NOW, 1, &again);
    assert_eq!(refused, Err(GatewayError::Full));
    gateway.handle_link_up();
    let kept = sent(&mut gateway, NOW);
    assert_eq!(
        counts(&kept),
        BTreeMap::from([(1, full - 60), (2, 30), (3, 30)])
    );
    for counter in 0..u32::try_from(full).unwrap() - 60 {
        assert!(kept.contains(&routed(1, Space::Data, counter)));
    }
}

// IOMT-CARR-085, IOMT-LIM-004
#[test]
fn who_makes_up_devices_displaces_its_own() {
    let mut gateway = filled::<8_192>(&[1, 2], 20);
    // A stranger behind port 9 draws a locator for each frame, and calls each an alarm.
    for made_up in 100..=255 {
        let junk = routed(made_up, Space::Alarm, 7);
        let _ = gateway.handle_device_datagram(NOW, 9, &junk);
    }
    gateway.handle_link_up();
    let kept = counts(&sent(&mut gateway, NOW));
    assert_eq!((kept[&1], kept[&2]), (20, 20));
    assert_eq!(gateway.handle_server_datagram(&receipt(1)), Ok(Some(1)));
    assert!(kept.len() <= 8);
}

// IOMT-CARR-082
#[test]
fn an_alarm_finds_room_at_the_cost_of_its_own_backlog() {
    let mut gateway = filled::<4_096>(&[1], 1_000);
    let before = gateway.len();
    let alarm = routed(1, Space::Alarm, 0);
    gateway.handle_device_datagram(NOW, 1, &alarm).unwrap();
    assert_eq!((gateway.len(), gateway.stats().evicted), (before, 1));
    gateway.handle_link_up();
    assert_eq!(gateway.poll_transmit(NOW), Some(&alarm[..]));
    assert_eq!(
        gateway.poll_transmit(NOW),
        Some(&routed(1, Space::Data, 0)[..])
    );
}

// IOMT-CARR-080, IOMT-LOC-007
#[test]
fn a_short_frame_is_stored_with_the_locator_that_a_receipt_named() {
    let mut gateway = TestGateway::<4_096>::new(KEEP);
    gateway.handle_link_up();
    let short = frame(Route::Short, Space::Data, 5);
    let unknown = gateway.handle_device_datagram(NOW, 1, &short);
    assert_eq!(unknown, Err(GatewayError::UnknownEpoch));
    // Epoch 20 is new, a receipt has named it; then the backlog of epoch 10 follows, routed.
    for (device, port) in [(20, 1), (30, 2)] {
        let hello = routed(device, Space::Data, 0);
        gateway.handle_device_datagram(NOW, port, &hello).unwrap();
    }
    gateway.handle_server_datagram(&receipt(20)).unwrap();
    let old = routed(10, Space::Data, 0);
    gateway.handle_device_datagram(NOW, 1, &old).unwrap();
    sent(&mut gateway, NOW);
    gateway.handle_taken();
    gateway.handle_device_datagram(NOW, 1, &short).unwrap();
    gateway.handle_device_datagram(NOW, 2, &short).unwrap();
    let completed = [30, 20].map(|device| routed(device, Space::Data, 5));
    assert_eq!(sent(&mut gateway, NOW), completed);
    // Another device may come behind the same port.
    gateway.handle_port_closed(1);
    let unknown = gateway.handle_device_datagram(NOW, 1, &short);
    assert_eq!(unknown, Err(GatewayError::UnknownEpoch));
}

// IOMT-CARR-080
#[test]
fn a_handshake_names_no_epoch_for_short_frames() {
    let mut gateway = TestGateway::<4_096>::new(KEEP);
    let mut hello = [7; 60];
    hello[..4].copy_from_slice(&[0x81, 1, 6, 1]);
    let short = frame(Route::Short, Space::Data, 5);
    gateway.handle_device_datagram(NOW, 1, &hello).unwrap();
    let unknown = gateway.handle_device_datagram(NOW, 1, &short);
    assert_eq!(unknown, Err(GatewayError::UnknownEpoch));
    let before = routed(1, Space::Data, 4);
    for datagram in [&before, &hello.to_vec(), &short] {
        gateway.handle_device_datagram(NOW, 1, datagram).unwrap();
    }
    gateway.handle_link_up();
    assert!(sent(&mut gateway, NOW).contains(&routed(1, Space::Data, 5)));
}

// IOMT-CARR-083
#[test]
fn a_frame_that_only_looks_like_another_suppresses_nothing() {
    let mut gateway = TestGateway::<4_096>::new(KEEP);
    let real = routed(1, Space::Data, 0);
    let mut forged = real.clone();
    *forged.last_mut().unwrap() ^= 1;
    gateway.handle_device_datagram(NOW, 9, &forged).unwrap();
    gateway.handle_device_datagram(NOW, 1, &real).unwrap();
    gateway.handle_link_up();
    assert!(sent(&mut gateway, NOW).contains(&real));
}

// IOMT-CARR-087
#[test]
fn handshakes_are_brief_and_control_frames_few() {
    let mut gateway = TestGateway::<4_096>::new(KEEP);
    let mut hello = [7; 60];
    hello[..4].copy_from_slice(&[0x81, 1, 2, 1]);
    gateway.handle_device_datagram(NOW, 1, &hello).unwrap();
    for counter in 0..20 {
        let control = routed(1, Space::Control, counter);
        gateway.handle_device_datagram(NOW, 1, &control).unwrap();
    }
    assert_eq!(gateway.len(), 5);
    gateway.handle_link_up();
    let later = NOW + Duration::from_secs(12);
    let expected: Vec<_> = (16..20)
        .map(|counter| routed(1, Space::Control, counter))
        .collect();
    assert_eq!(sent(&mut gateway, later), expected);
    assert_eq!(gateway.stats().expired, 1);
    // The way back is known all the same, by connection, for an answer and for a refusal.
    let refused = [&[Refused::BYTE0][..], &[7; 8]].concat();
    assert_eq!(gateway.handle_server_datagram(&refused), Ok(Some(1)));
}

// IOMT-CARR-087
#[test]
fn what_is_too_old_goes() {
    let mut gateway = TestGateway::<4_096>::new(DAY);
    let data = routed(1, Space::Data, 0);
    gateway.handle_device_datagram(NOW, 1, &data).unwrap();
    gateway.handle_link_up();
    assert_eq!(gateway.poll_transmit(NOW + DAY + DAY), None);
    assert_eq!((gateway.is_empty(), gateway.stats().expired), (true, 1));
}

// IOMT-CARR-084
#[test]
fn refuses_what_goes_the_other_way_or_is_no_packet() {
    let mut gateway = TestGateway::<4_096>::new(KEEP);
    let command = routed(1, Space::Command, 0);
    for wrong in [&receipt(1)[..], &command, &[0xC1, 1, 2, 3, 4, 5, 6, 7, 8]] {
        let refused = gateway.handle_device_datagram(NOW, 1, wrong);
        assert_eq!(refused, Err(GatewayError::WrongDirection));
    }
    gateway
        .handle_device_datagram(NOW, 1, &routed(1, Space::Data, 0))
        .unwrap();
    for space in [Space::Data, Space::Alarm, Space::Control] {
        let refused = gateway.handle_server_datagram(&routed(1, space, 0));
        assert_eq!(refused, Err(GatewayError::WrongDirection));
    }
    assert_eq!(gateway.handle_server_datagram(&command), Ok(Some(1)));
    assert!(gateway.handle_device_datagram(NOW, 1, &[]).is_err());
    assert!(gateway.handle_server_datagram(&[0xFF; 30]).is_err());
    assert_eq!(gateway.stats().refused, 8);
}

#[derive(Debug, Clone)]
enum Step {
    Frame(u8, u8, Space, u8, u32),
    Receipt(u8),
    Close(u8),
    Up,
    Down,
    Taken,
    Transmit(u8),
    Later(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let spaces = vec![Space::Data, Space::Alarm, Space::Control];
    let space = proptest::sample::select(spaces);
    prop_oneof![
        12 => (0..4_u8, 0..6_u8, space, 0..3_u8, 0..12_u32).prop_map(|(port, device, space, route, counter)| Step::Frame(port, device, space, route, counter)),
        2 => (0..6_u8).prop_map(Step::Receipt),
        1 => (0..4_u8).prop_map(Step::Close),
        2 => Just(Step::Up),
        1 => Just(Step::Down),
        2 => Just(Step::Taken),
        4 => (1..9_u8).prop_map(Step::Transmit),
        1 => (0..4_000_u64).prop_map(Step::Later),
    ]
}

proptest! {
    /// Whatever comes: memory is bounded, the counts are right, and all that is stored leaves, once each.
    #[test]
    fn nothing_that_is_stored_is_stuck(steps in proptest::collection::vec(step(), 1..200)) {
        let mut gateway = Gateway::<u8, 700, 3>::new(Duration::from_secs(3_600));
        let mut now = NOW;
        for step in steps {
            match step {
                Step::Frame(port, device, space, route, counter) => {
                    let route = match route {
                        0 => Route::Short,
                        1 => Route::Routed(locator(device)),
                        _ => Route::Unproved(locator(device), Salt([device; 16])),
                    };
                    let _ = gateway.handle_device_datagram(now, port, &frame(route, space, counter));
                }
                Step::Receipt(device) => {
                    gateway.handle_server_datagram(&receipt(device)).unwrap();
                }
                Step::Close(port) => gateway.handle_port_closed(port),
                Step::Up => gateway.handle_link_up(),
                Step::Down => gateway.handle_link_down(),
                Step::Taken => gateway.handle_taken(),
                Step::Transmit(count) => {
                    for _ in 0..count {
                        gateway.poll_transmit(now);
                    }
                }
                Step::Later(secs) => now = now + Duration::from_secs(secs),
            }
            prop_assert!(gateway.used() <= 700);
            let stored: usize = gateway.store.iter().map(|stored| stored.whole_len).sum();
            prop_assert_eq!(gateway.used(), stored);
            for (place, device) in gateway.devices.iter() {
                let own = || gateway.store.iter().filter(move |stored| stored.place == place);
                let waiting = |is_alarm: bool| {
                    own().filter(|stored| !stored.is_handed && (stored.kind == Kind::Alarm) == is_alarm).count()
                };
                prop_assert_eq!(device.bytes, own().map(|stored| stored.whole_len).sum::<usize>());
                prop_assert_eq!((device.alarms, device.others), (waiting(true), waiting(false)));
            }
        }
        gateway.handle_link_down();
        gateway.handle_link_up();
        let stored = gateway.len();
        let left: Vec<_> = core::iter::from_fn(|| gateway.poll_transmit(Instant::ZERO).map(<[u8]>::to_vec)).collect();
        prop_assert_eq!(left.len(), stored);
    }
}
