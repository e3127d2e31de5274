use super::*;
use crate::time::{Duration, Instant};
use proptest::collection::vec;
use proptest::prelude::*;
use std::vec::Vec;

const NOW: Instant = Instant::from_secs(100);

fn cut(fragmenter: &mut Fragmenter, datagram: &[u8], payload: AttPayload) -> Vec<Vec<u8>> {
    let fragments = fragmenter.fragments(datagram, payload).unwrap();
    let mut out = [0xEE; AttPayload::MAX.len()];
    fragments
        .map(|fragment| fragment.write(&mut out).unwrap().to_vec())
        .collect()
}

/// The fragments of the first datagrams of a connection, at the smallest MTU.
fn cut_all<const N: usize>(datagrams: [&[u8]; N]) -> [Vec<Vec<u8>>; N] {
    let mut fragmenter = Fragmenter::default();
    datagrams.map(|datagram| cut(&mut fragmenter, datagram, AttPayload::MIN))
}

fn handle<const N: usize>(
    reassembler: &mut Reassembler<N>,
    value: &[u8],
) -> Result<Option<Vec<u8>>, FragmentError> {
    let whole = reassembler.handle_fragment(NOW, value)?;
    Ok(whole.map(<[u8]>::to_vec))
}

/// All datagrams that come out; refusals are passed over, as a driver does.
fn handle_all<'a>(
    reassembler: &mut Reassembler,
    values: impl IntoIterator<Item = &'a Vec<u8>>,
) -> Vec<Vec<u8>> {
    let values = values.into_iter();
    values
        .filter_map(|value| handle(reassembler, value).ok().flatten())
        .collect()
}

// IOMT-CARR-020
#[test]
fn golden_bytes() {
    let datagram: Vec<u8> = (0..40).collect();
    let mut fragmenter = Fragmenter { next: 7 };
    let values = cut(&mut fragmenter, &datagram, AttPayload::MIN);
    let expected = [
        [&[0x07, 0x00], &datagram[..18]].concat(),
        [&[0x07, 0x01], &datagram[18..36]].concat(),
        [&[0x07, 0x82], &datagram[36..]].concat(),
    ];
    assert_eq!(values, expected);
    assert_eq!(
        cut(&mut fragmenter, &[9], AttPayload::MIN),
        [[0x08, 0x80, 9]]
    );
    assert_eq!(handle_all(&mut Reassembler::new(), &values), [datagram]);
}

// IOMT-CARR-020, IOMT-CARR-021
#[test]
fn every_length_comes_back_at_every_payload() {
    let datagram: Vec<u8> = (0..=u8::MAX).cycle().take(MAX_DATAGRAM).collect();
    let mut fragmenter = Fragmenter::default();
    let mut reassembler: Reassembler = Reassembler::new();
    let mut most = 0;
    for mtu in 23..=515 {
        let payload = AttPayload::from_mtu(mtu);
        assert_eq!(payload.len(), usize::from(mtu) - 3);
        let data = payload.len() - FRAGMENT_HEADER;
        let near = [
            1,
            data - 1,
            data,
            data + 1,
            2 * data,
            MAX_DATAGRAM - 1,
            MAX_DATAGRAM,
        ];
        for len in near.into_iter().chain((1..=MAX_DATAGRAM).step_by(61)) {
            let values = cut(&mut fragmenter, &datagram[..len], payload);
            assert_eq!(values.len(), len.div_ceil(data));
            assert!(values.iter().all(|value| value.len() <= payload.len()));
            assert_eq!(handle_all(&mut reassembler, &values), [&datagram[..len]]);
            most = most.max(values.len());
        }
    }
    assert_eq!((most, MAX_FRAGMENTS), (69, 69));
    let sound = FragmentStats {
        delivered: reassembler.stats().delivered,
        ..FragmentStats::default()
    };
    assert_eq!(*reassembler.stats(), sound);
}

#[test]
fn an_mtu_outside_the_range_counts_as_its_bound() {
    for (mtu, payload) in [
        (0, 20),
        (22, 20),
        (23, 20),
        (24, 21),
        (515, 512),
        (517, 512),
        (u16::MAX, 512),
    ] {
        assert_eq!(AttPayload::from_mtu(mtu).len(), payload);
    }
}

#[test]
fn the_page_of_link_says_how_many_bytes_96_take() {
    let mut fragmenter = Fragmenter::default();
    let mut sum = |mtu| {
        let values = cut(&mut fragmenter, &[0; 96], AttPayload::from_mtu(mtu));
        (values.len(), values.concat().len())
    };
    assert_eq!([sum(247), sum(23)], [(1, 98), (6, 108)]);
}

// IOMT-CARR-027
#[test]
fn refuses_what_is_no_datagram_and_too_small_a_buffer() {
    let mut fragmenter = Fragmenter::default();
    let mut refusal = |datagram: &[u8]| fragmenter.fragments(datagram, AttPayload::MIN).err();
    assert_eq!(refusal(&[]), Some(CarrierError::Empty));
    let len = MAX_DATAGRAM + 1;
    assert_eq!(
        refusal(&[0; MAX_DATAGRAM + 1]),
        Some(CarrierError::TooLong { len })
    );

    let fragment = fragmenter
        .fragments(&[7; 5], AttPayload::MIN)
        .unwrap()
        .next()
        .unwrap();
    assert_eq!(
        fragment.header(),
        [0, 0x80],
        "a refused datagram takes no number"
    );
    assert_eq!(
        fragment.write(&mut [0; 6]),
        Err(CarrierError::NoRoom { needed: 7 })
    );
    assert_eq!(fragment.write(&mut [0; 7]).unwrap().len(), 7);
}

// IOMT-CARR-022
#[test]
fn refuses_what_is_no_fragment_and_keeps_the_partial_datagram() {
    let [values] = cut_all([&[5; 30]]);
    let mut reassembler: Reassembler = Reassembler::new();
    assert_eq!(handle(&mut reassembler, &values[0]), Ok(None));
    let too_long = [0; 513];
    for value in [&[][..], &[0], &[0, 0x81], &[0, 0x7F, 1], &too_long] {
        assert_eq!(
            handle(&mut reassembler, value),
            Err(FragmentError::Malformed)
        );
    }
    assert_eq!(
        handle(&mut reassembler, &values[1]),
        Ok(Some([5; 30].to_vec()))
    );
    assert_eq!(reassembler.stats().malformed, 5);
}

// IOMT-CARR-002, IOMT-CARR-023
#[test]
fn a_lost_fragment_costs_its_datagram_and_no_other() {
    let [one, two, three] = cut_all([&[1; 70], &[2; 70], &[3; 70]]);
    for lost in 0..two.len() {
        let mut reassembler = Reassembler::new();
        let mut values = [&one[..], &two, &three].concat();
        values.remove(one.len() + lost);
        assert_eq!(handle_all(&mut reassembler, &values), [[1; 70], [3; 70]]);
    }
}

// IOMT-CARR-023
#[test]
fn a_gap_and_what_follows_it_are_named() {
    let [values] = cut_all([&[1; 70]]);
    let mut reassembler: Reassembler = Reassembler::new();
    assert_eq!(handle(&mut reassembler, &values[0]), Ok(None));
    assert_eq!(
        handle(&mut reassembler, &values[2]),
        Err(FragmentError::Gap { missing: 1 })
    );
    assert_eq!(
        handle(&mut reassembler, &values[3]),
        Err(FragmentError::Orphan)
    );
    let stats = reassembler.stats();
    assert_eq!((stats.gaps, stats.orphans, stats.delivered), (1, 1, 0));
}

// IOMT-CARR-024
#[test]
fn each_fragment_twice_delivers_once() {
    let [values] = cut_all([&[1; 70]]);
    let mut reassembler = Reassembler::new();
    let twice = values.iter().flat_map(|value| [value, value]);
    assert_eq!(handle_all(&mut reassembler, twice), [[1; 70]]);
    let stats = reassembler.stats();
    assert_eq!(
        (stats.duplicates, stats.abandoned, stats.orphans),
        (3, 0, 1)
    );
}

// IOMT-CARR-021
#[test]
fn an_alarm_overtakes_a_datagram_that_is_half_sent() {
    let [long, alarm] = cut_all([&[1; 70], &[2; 18]]);
    let values = [&long[..2], &alarm, &long[2..]].concat();
    assert_eq!(
        handle_all(&mut Reassembler::new(), &values),
        [&[2; 18][..], &[1; 70]]
    );
}

// IOMT-CARR-025
#[test]
fn a_new_beginning_takes_the_slot() {
    let [old, new] = cut_all([&[1; 70], &[2; 70]]);
    let values = [&old[..2], &new[..1], &old[2..], &new[1..]].concat();
    let mut reassembler = Reassembler::new();
    assert_eq!(handle_all(&mut reassembler, &values), [[2; 70]]);
    let stats = reassembler.stats();
    assert_eq!((stats.abandoned, stats.orphans), (1, 2));
}

// IOMT-CARR-026
#[test]
fn a_partial_datagram_waits_for_its_timeout_and_no_longer() {
    let [values] = cut_all([&[1; 30]]);
    let late = NOW + PARTIAL_TIMEOUT;
    for (now, is_delivered) in [(late, true), (late + Duration::from_micros(1), false)] {
        let mut reassembler: Reassembler = Reassembler::new();
        reassembler.handle_fragment(NOW, &values[0]).unwrap();
        let whole = reassembler.handle_fragment(now, &values[1]);
        assert_eq!(matches!(whole, Ok(Some(_))), is_delivered);
        assert_eq!(reassembler.stats().stale, u32::from(!is_delivered));
    }
}

#[test]
fn a_slow_datagram_is_whole_as_long_as_fragments_come() {
    let [values] = cut_all([&[1; 70]]);
    let mut reassembler: Reassembler = Reassembler::new();
    let mut now = NOW;
    for value in &values[..3] {
        assert_eq!(reassembler.handle_fragment(now, value), Ok(None));
        now = now + PARTIAL_TIMEOUT;
    }
    let whole = reassembler.handle_fragment(now, &values[3]);
    assert_eq!(whole, Ok(Some(&[1; 70][..])));
}

#[test]
fn a_number_that_comes_round_does_not_continue_an_old_datagram() {
    let mut fragmenter = Fragmenter::default();
    let old = cut(&mut fragmenter, &[1; 70], AttPayload::MIN);
    let mut reassembler = Reassembler::new();
    handle_all(&mut reassembler, &old[..2]);
    for _ in 1..=256 {
        let alarm = cut(&mut fragmenter, &[2; 18], AttPayload::MIN);
        assert_eq!(handle_all(&mut reassembler, &alarm), [[2; 18]]);
    }
    assert_eq!(
        handle(&mut reassembler, &old[2]),
        Err(FragmentError::Orphan)
    );
}

// IOMT-CARR-028
#[test]
fn a_new_connection_starts_without_the_old_one() {
    let [values] = cut_all([&[1; 30]]);
    let mut reassembler: Reassembler = Reassembler::new();
    handle(&mut reassembler, &values[0]).unwrap();
    reassembler.reset();
    assert_eq!(
        handle(&mut reassembler, &values[1]),
        Err(FragmentError::Orphan)
    );
}

// IOMT-CARR-027
#[test]
fn a_datagram_above_the_limit_is_refused_and_the_next_one_delivered() {
    let [exact, above, one] = cut_all([&[1; 40], &[2; 41], &[3; 40]]);
    let mut reassembler = Reassembler::<40>::new();
    let mut refusals = Vec::new();
    let mut delivered = Vec::new();
    for value in [exact, above, one].concat() {
        match handle(&mut reassembler, &value) {
            Ok(whole) => delivered.extend(whole),
            Err(error) => refusals.push(error),
        }
    }
    assert_eq!(delivered, [[1; 40], [3; 40]]);
    assert_eq!(refusals, [FragmentError::TooLong { limit: 40 }]);

    let mut tiny = Reassembler::<3>::new();
    assert_eq!(
        handle(&mut tiny, &[0, 0x80, 1, 2, 3, 4]),
        Err(FragmentError::TooLong { limit: 3 })
    );
    assert_eq!(tiny.stats().too_long, 1);
}

// IOMT-LIM-002
#[test]
fn memory_is_the_datagram_and_a_few_bytes() {
    assert!(size_of::<Reassembler<1_000>>() <= 1_070);
}

/// Distinct datagrams: the first byte is the datagram's place.
fn datagrams() -> impl Strategy<Value = Vec<(Vec<u8>, u16)>> {
    let content = prop_oneof![vec(any::<u8>(), 0..60), vec(any::<u8>(), 0..MAX_DATAGRAM)];
    vec((content, 20_u16..520), 1..30).prop_map(|drawn| {
        let number = |(place, (mut content, mtu)): (u8, (Vec<u8>, u16))| {
            content.insert(0, place);
            (content, mtu)
        };
        (0..).zip(drawn).map(number).collect()
    })
}

proptest! {
    // IOMT-CARR-002
    #[test]
    fn loss_duplication_and_disorder_never_yield_what_was_not_sent(
        sent in datagrams(),
        first in any::<u8>(),
        fates in vec((0_u8..8, 0_usize..12), 1..400),
    ) {
        let mut fragmenter = Fragmenter { next: first };
        let mut values = Vec::new();
        for (datagram, mtu) in &sent {
            values.extend(cut(&mut fragmenter, datagram, AttPayload::from_mtu(*mtu)));
        }
        let mut line: Vec<(usize, Vec<u8>)> = Vec::new();
        for ((place, value), (fate, delay)) in values.into_iter().enumerate().zip(fates.iter().cycle()) {
            match fate {
                0 => {}
                1 => line.extend([(place, value.clone()), (place + delay, value)]),
                2 => line.push((place + delay, value)),
                _ => line.push((place, value)),
            }
        }
        line.sort_by_key(|(place, _)| *place);
        for found in handle_all(&mut Reassembler::new(), line.iter().map(|(_, value)| value)) {
            prop_assert!(sent.iter().any(|(datagram, _)| *datagram == found));
        }
    }

    #[test]
    fn loss_costs_only_the_datagrams_that_it_touches(sent in datagrams(), losses in vec(0_u8..10, 1..400)) {
        let mut fragmenter = Fragmenter::default();
        let mut reassembler = Reassembler::new();
        let mut losses = losses.into_iter().cycle();
        for (datagram, mtu) in &sent {
            let values = cut(&mut fragmenter, datagram, AttPayload::from_mtu(*mtu));
            let arrived: Vec<_> = values.iter().filter(|_| losses.next() != Some(0)).collect();
            let is_whole = arrived.len() == values.len();
            let found = handle_all(&mut reassembler, arrived);
            let expected = is_whole.then(|| datagram.clone());
            prop_assert_eq!(found, Vec::from_iter(expected));
        }
    }

    // IOMT-ERR-004
    #[test]
    fn bytes_of_any_kind_never_panic_and_never_exceed_the_limit(
        values in vec((0_u64..20, 0_u8..3, any::<u8>(), vec(any::<u8>(), 0..40)), 0..200),
    ) {
        let mut reassembler = Reassembler::<50>::new();
        for (secs, message, second, data) in values {
            let value = [&[message, second & 0x83], &data[..]].concat();
            if let Ok(Some(found)) = reassembler.handle_fragment(Instant::from_secs(secs), &value) {
                prop_assert!((1..=50).contains(&found.len()));
            }
            let _ = reassembler.handle_fragment(Instant::from_secs(secs), &data);
        }
    }
}
