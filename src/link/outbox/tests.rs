use super::*;
use crate::wire::{Frame, Writer};
use proptest::prelude::*;
use std::boxed::Box;
use std::collections::BTreeSet;
use std::vec;
use std::vec::Vec;

const NOW: Instant = Instant::from_secs(100);
const ANY: fn(u8) -> bool = |_| true;

fn key(space: Space, counter: u32) -> FrameKey {
    FrameKey {
        epoch: 0,
        space,
        counter,
    }
}

/// A frame of `len` bytes in the short form; 20 is the shortest.
fn frame(space: Space, counter: u32, len: usize) -> Vec<u8> {
    let [low, ..] = counter.to_le_bytes();
    let mut bytes = vec![low; len];
    let mut writer = Writer::new(&mut bytes);
    Frame::emit_header(space, Route::Short, counter, &mut writer).unwrap();
    bytes
}

fn push<const B: usize>(
    outbox: &mut Outbox<B>,
    space: Space,
    counter: u32,
    len: usize,
) -> Result<FrameKey, PushError> {
    outbox.push(NOW, 0, &frame(space, counter, len), Freshness::Backlog)
}

fn drain<const B: usize>(outbox: &mut Outbox<B>, now: Instant) -> Vec<FrameKey> {
    core::iter::from_fn(|| outbox.next_due(now, ANY).map(|(key, _)| key)).collect()
}

fn counters(keys: &[FrameKey]) -> Vec<u32> {
    keys.iter().map(|key| key.counter).collect()
}

// IOMT-LINK-003
#[test]
fn an_alarm_overtakes_the_backlog() {
    let mut outbox = Outbox::<1_024>::new(Retry::DEFAULT);
    for counter in 0..4 {
        push(&mut outbox, Space::Data, counter, 40).unwrap();
    }
    push(&mut outbox, Space::Alarm, 0, 40).unwrap();
    let order = drain(&mut outbox, NOW);
    assert_eq!(order[0], key(Space::Alarm, 0));
    assert_eq!(
        order[1..],
        [0, 1, 2, 3].map(|counter| key(Space::Data, counter))
    );
}

// IOMT-SEAL-015, IOMT-LINK-001, IOMT-LINK-005
#[test]
fn a_frame_is_sent_until_it_is_acknowledged_and_no_longer() {
    let mut outbox = Outbox::<128>::new(Retry::DEFAULT);
    push(&mut outbox, Space::Data, 0, 25).unwrap();
    let mut now = NOW;
    for _ in 0..20 {
        assert_eq!(drain(&mut outbox, now).len(), 1);
        assert!(drain(&mut outbox, now).is_empty());
        now = outbox.poll_timeout(ANY).unwrap();
    }
    assert_eq!(outbox.acknowledge(now, |key| key.counter == 1), 0);
    assert_eq!(outbox.acknowledge(now, |key| key.counter == 0), 1);
    assert!(outbox.is_empty() && outbox.poll_timeout(ANY).is_none());
    assert!(drain(&mut outbox, now + Duration::from_secs(1_000)).is_empty());
}

// IOMT-LINK-002
#[test]
fn a_full_outbox_refuses_and_loses_nothing() {
    let mut outbox = Outbox::<132>::new(Retry::DEFAULT);
    for counter in 0..2 {
        push(&mut outbox, Space::Data, counter, 50).unwrap();
    }
    let refused = push(&mut outbox, Space::Data, 2, 20);
    assert_eq!(refused, Err(OutboxFull.into()));
    assert_eq!((outbox.len(), outbox.used()), (2, 116));
    outbox.acknowledge(NOW, |key| key.counter == 0);
    assert!(outbox.has_room_for(Space::Data, 50) && !outbox.has_room_for(Space::Data, 51));
    push(&mut outbox, Space::Data, 2, 50).unwrap();
    assert_eq!(
        outbox.frame(key(Space::Data, 1)),
        Some(&frame(Space::Data, 1, 50)[..])
    );
}

// IOMT-LINK-004
#[test]
fn a_backlog_of_data_leaves_room_for_alarms() {
    let mut outbox = Outbox::<1_024>::new(Retry::DEFAULT);
    let fitting = (0..100)
        .take_while(|counter| push(&mut outbox, Space::Data, *counter, 56).is_ok())
        .count();
    assert_eq!(fitting, 14);
    for counter in 0..2 {
        push(&mut outbox, Space::Alarm, counter, 56).unwrap();
    }
    let refused = push(&mut outbox, Space::Alarm, 2, 20);
    assert_eq!(refused, Err(OutboxFull.into()));
}

#[test]
fn after_an_outage_a_receipt_hastens_what_still_waits() {
    let mut outbox = Outbox::<1_024>::new(Retry::DEFAULT);
    for counter in 0..3 {
        push(&mut outbox, Space::Data, counter, 20).unwrap();
    }
    let mut now = NOW;
    for _ in 0..12 {
        drain(&mut outbox, now);
        now = outbox.poll_timeout(ANY).unwrap();
    }
    drain(&mut outbox, now);
    outbox.acknowledge(now, |key| key.counter == 1);
    assert!(outbox.poll_timeout(ANY).unwrap() <= now + Retry::DEFAULT.first);
}

// IOMT-RCPT-003, IOMT-LINK-003
#[test]
fn only_a_window_is_under_way_and_the_lowest_frame_always_is() {
    let mut outbox = Outbox::<4_096>::new(Retry::DEFAULT);
    for counter in 0..100 {
        push(&mut outbox, Space::Data, counter, 20).unwrap();
    }
    let sent = drain(&mut outbox, NOW);
    assert_eq!((sent.len(), sent[0].counter), (WINDOW, 0));
    outbox.acknowledge(NOW, |key| (1..20).contains(&key.counter));
    let more = drain(&mut outbox, NOW);
    assert_eq!((more.len(), more[0].counter), (19, 32));
    let late = NOW + Duration::from_secs(60);
    assert_eq!(drain(&mut outbox, late)[0].counter, 0);
}

#[test]
fn live_frames_leave_after_the_lowest_and_before_the_backlog() {
    let mut outbox = Outbox::<8_192>::new(Retry::DEFAULT);
    for counter in 0..10 {
        push(&mut outbox, Space::Data, counter, 20).unwrap();
    }
    for counter in 10..12 {
        let live = frame(Space::Data, counter, 20);
        outbox.push(NOW, 0, &live, Freshness::Live).unwrap();
    }
    let order = counters(&drain(&mut outbox, NOW));
    assert_eq!(order, [0, 10, 11, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn what_is_under_way_is_bounded_in_bytes_too() {
    let mut outbox = Outbox::<40_000>::new(Retry::DEFAULT);
    outbox.set_window(1_000);
    for counter in 0..20 {
        push(&mut outbox, Space::Data, counter, 300).unwrap();
    }
    assert_eq!(counters(&drain(&mut outbox, NOW)), [0, 1, 2]);
    outbox.acknowledge(NOW, |key| key.counter == 0);
    assert_eq!(counters(&drain(&mut outbox, NOW)), [3]);
}

#[test]
fn too_large_a_batch_that_never_uploads() {
    let mut outbox = Outbox::<40_000>::new(Retry::DEFAULT);
    outbox.set_window(100);
    outbox.set_pace(Some(Pace {
        bytes_per_second: 50,
        burst: 64,
    }));
    for counter in 0..20 {
        push(&mut outbox, Space::Data, counter, 1_232).unwrap();
    }
    let mut now = NOW;
    for counter in 0..20 {
        assert_eq!(counters(&drain(&mut outbox, now)), [counter]);
        outbox.acknowledge(now, |key| key.counter == counter);
        now = outbox.poll_timeout(ANY).unwrap_or(now);
    }
    assert!(outbox.is_empty());
}

#[test]
fn what_is_not_stored_or_not_allowed_is_not_sent() {
    let mut outbox = Outbox::<1_024>::new(Retry::DEFAULT);
    let unstored = frame(Space::Data, 0, 20);
    let first = outbox
        .push_unstored(NOW, 1, &unstored, Freshness::Live)
        .unwrap();
    let other = frame(Space::Data, 7, 20);
    outbox.push(NOW, 2, &other, Freshness::Backlog).unwrap();
    assert_eq!(outbox.next_due(NOW, |slot| slot == 1), None);
    assert_eq!(outbox.poll_timeout(|slot| slot == 1), None);
    assert!(outbox.mark_stored(first));
    let sent = outbox.next_due(NOW, |slot| slot == 1);
    assert_eq!(sent, Some((first, &unstored[..])));
    assert_eq!(outbox.next_due(NOW, |slot| slot == 1), None);
    assert_eq!(
        outbox.next_due(NOW, ANY).map(|(key, _)| key.counter),
        Some(7)
    );
    assert!(outbox.holds_epoch(1) && outbox.remove(first) && !outbox.holds_epoch(1));
    assert!(!outbox.mark_stored(first) && !outbox.remove(first));
    assert_eq!(outbox.forget_epoch(2), 1);
    assert!(outbox.is_empty());
}

#[test]
fn a_frame_from_storage_takes_its_place_and_comes_once() {
    let mut outbox = Outbox::<1_024>::new(Retry::DEFAULT);
    for counter in [5, 9, 2, 7, 5, 9, 2] {
        push(&mut outbox, Space::Data, counter, 20).unwrap();
        push(&mut outbox, Space::Alarm, counter, 20).unwrap();
    }
    let keys: Vec<_> = outbox.keys().collect();
    let expected = [Space::Alarm, Space::Data]
        .into_iter()
        .flat_map(|space| [2, 5, 7, 9].map(|counter| key(space, counter)));
    assert_eq!(keys, expected.collect::<Vec<_>>());
}

#[test]
fn a_withdrawn_epoch_counts_as_never_sent() {
    let mut outbox = Outbox::<4_096>::new(Retry::DEFAULT);
    for counter in 0..40 {
        push(&mut outbox, Space::Data, counter, 20).unwrap();
    }
    assert_eq!(drain(&mut outbox, NOW).len(), WINDOW);
    outbox.withdraw_epoch(0);
    assert_eq!(outbox.tally, Tally::NONE);
    assert_eq!(drain(&mut outbox, NOW).len(), WINDOW);
}

#[test]
fn only_data_and_alarm_frames_in_the_short_form_are_taken() {
    let mut outbox = Outbox::<4_096>::new(Retry::DEFAULT);
    let mut routed = [0; 28];
    routed[0] = 0x09;
    let control = frame(Space::Control, 0, 20);
    let short = frame(Space::Data, 0, 20);
    for refused in [&routed[..], &control, &short[..19], &[]] {
        let pushed = outbox.push(NOW, 0, refused, Freshness::Live);
        assert_eq!(pushed, Err(PushError::NotAFrame));
    }
    assert!(outbox.is_empty());
}

// IOMT-RCPT-024, IOMT-LINK-006
#[test]
fn wait_hint_never_slows_alarms() {
    let mut outbox = Outbox::<4_096>::new(Retry::DEFAULT);
    outbox.set_pace(Some(Pace {
        bytes_per_second: 10,
        burst: 30,
    }));
    let until = NOW + Duration::from_secs(30);
    outbox.hold_data_until(until);
    for counter in 0..3 {
        push(&mut outbox, Space::Data, counter, 20).unwrap();
        push(&mut outbox, Space::Alarm, counter, 200).unwrap();
    }
    let sent = drain(&mut outbox, NOW);
    assert_eq!(sent, [0, 1, 2].map(|counter| key(Space::Alarm, counter)));
    outbox.acknowledge(NOW, |key| key.space == Space::Alarm);
    assert_eq!(outbox.poll_timeout(ANY), Some(until));
    assert!(drain(&mut outbox, until - Duration::from_micros(1)).is_empty());
    assert_eq!(counters(&drain(&mut outbox, until)), [0]);
}

#[test]
fn a_due_time_survives_fifty_days_in_both_states() {
    let mut outbox = Outbox::<1_024>::new(Retry::DEFAULT);
    push(&mut outbox, Space::Data, 0, 20).unwrap();
    push(&mut outbox, Space::Data, 1, 20).unwrap();
    assert_eq!(outbox.next_due(NOW, ANY).unwrap().0.counter, 0);
    for days in (1..400).map(|day| day * 3) {
        let now = NOW + Duration::from_secs(days * 24 * 60 * 60);
        let sent = counters(&drain(&mut outbox, now));
        assert!(!sent.is_empty(), "after {days} days: {sent:?}");
    }
}

// IOMT-LINK-001
#[test]
fn at_the_end_of_time_a_frame_is_still_sent() {
    let mut outbox = Outbox::<1_024>::new(Retry::DEFAULT);
    push(&mut outbox, Space::Data, 0, 20).unwrap();
    let last = Instant::from_micros(u64::MAX);
    assert_eq!(outbox.next_due(last, |_| false), None);
    let due = outbox.next_due(last, ANY).map(|(key, _)| key);
    assert_eq!(due, Some(key(Space::Data, 0)));
    assert_eq!(outbox.poll_timeout(|_| false), None);
}

#[test]
fn the_lowest_counter_is_that_of_its_space() {
    let mut outbox = Outbox::<1_024>::new(Retry::DEFAULT);
    push(&mut outbox, Space::Data, 5, 20).unwrap();
    push(&mut outbox, Space::Alarm, 6, 20).unwrap();
    assert_eq!(outbox.lowest(0, Space::Data), Some(5));
    assert_eq!(outbox.lowest(0, Space::Alarm), Some(6));
    assert_eq!(outbox.lowest(0, Space::Control), None);
}

#[test]
fn a_thousand_stored_frames_cost_a_tenth_more_than_their_bytes() {
    const BYTES: usize = 1_000 * (96 + 8) * 8 / 7 + 8;
    let mut outbox = Box::new(Outbox::<BYTES>::new(Retry::DEFAULT));
    for counter in 0..1_000 {
        push(&mut outbox, Space::Data, counter, 96).unwrap();
    }
    let (used, rest) = (outbox.used(), size_of::<Outbox<BYTES>>() - BYTES);
    assert!((used + rest) * 100 <= 1_000 * 96 * 115, "{used} and {rest}");
    assert_eq!(used, 104_000);
}

/// Ten megabytes of backlog, and one alarm.
#[test]
fn backlog_behind_an_alarm() {
    const FRAMES: u32 = 100_000;
    const BYTES: usize = 12_000_000;
    let filled = || {
        let mut outbox = Box::new(Outbox::<BYTES>::new(Retry::DEFAULT));
        for counter in 0..FRAMES {
            push(&mut outbox, Space::Data, counter, 96).unwrap();
        }
        drain(&mut outbox, NOW);
        let alarm = frame(Space::Alarm, 0, 96);
        outbox.push(NOW, 0, &alarm, Freshness::Live).unwrap();
        assert_eq!(
            outbox.next_due(NOW, ANY),
            Some((key(Space::Alarm, 0), &alarm[..]))
        );
        assert_eq!(outbox.next_due(NOW, ANY), None);

        assert_eq!(outbox.acknowledge(NOW, |key| key.space == Space::Alarm), 1);
        let mut next = 0;
        while !outbox.is_empty() {
            let expected = frame(Space::Data, next, 96);
            assert_eq!(outbox.frame(key(Space::Data, next)), Some(&expected[..]));
            let until = next + 5_000;
            assert_eq!(outbox.acknowledge(NOW, |key| key.counter < until), 5_000);
            next = until;
        }
        assert_eq!(next, FRAMES);
    };
    let with_a_large_stack = std::thread::Builder::new().stack_size(64 << 20);
    with_a_large_stack.spawn(filled).unwrap().join().unwrap();
}

// IOMT-LINK-007
#[test]
fn while_nobody_answers_the_lowest_data_frame_leaves_alone_and_every_alarm() {
    let mut outbox = Outbox::<2_048>::new(Retry::DEFAULT);
    let now = Instant::from_secs(10);
    for counter in 0..10 {
        outbox
            .push(now, 0, &frame(Space::Data, counter, 30), Freshness::Live)
            .unwrap();
    }
    while outbox.next_due(now, ANY).is_some() {}
    outbox.set_probing(true);
    outbox
        .push(now, 0, &frame(Space::Data, 10, 30), Freshness::Backlog)
        .unwrap();
    outbox
        .push(now, 0, &frame(Space::Alarm, 0, 30), Freshness::Live)
        .unwrap();
    let mut now = now;
    let mut sent = BTreeSet::new();
    for _ in 0..100 {
        now = outbox.poll_timeout(ANY).unwrap();
        while let Some((key, _)) = outbox.next_due(now, ANY) {
            sent.insert((key.space.code(), key.counter));
        }
    }
    assert_eq!(sent, [(0, 0), (1, 0)].into());
    outbox.set_probing(false);
    outbox.hasten(now);
    now = now + Retry::DEFAULT.longest;
    let mut left = 0;
    while outbox.next_due(now, ANY).is_some() {
        left += 1;
    }
    assert_eq!(left, 12, "and then all of them");
}

#[test]
fn data_that_is_first_leaves_as_an_alarm_does_and_is_held_by_nothing() {
    let mut outbox = Outbox::<1_024>::new(Retry::DEFAULT);
    outbox.set_window(40);
    outbox.set_pace(Some(Pace {
        bytes_per_second: 10,
        burst: 40,
    }));
    let mut backlog = 0;
    while push(&mut outbox, Space::Data, backlog, 40).is_ok() {
        backlog += 1;
    }
    outbox.hold_data_until(NOW + Duration::from_secs(600));
    outbox.set_probing(true);
    assert_eq!(drain(&mut outbox, NOW), []);
    // Data has left room for it, too.
    for counter in [backlog, backlog + 1] {
        let first = frame(Space::Data, counter, 40);
        let live = outbox.push(NOW, 0, &first, Freshness::Live);
        assert_eq!(live, Err(OutboxFull.into()));
        outbox.push(NOW, 0, &first, Freshness::First).unwrap();
    }
    push(&mut outbox, Space::Alarm, 0, 20).unwrap();
    let order = drain(&mut outbox, NOW);
    let expected = [
        key(Space::Alarm, 0),
        key(Space::Data, backlog),
        key(Space::Data, backlog + 1),
    ];
    assert_eq!(order, expected);
    // It comes again as an alarm does, and is first after its epoch was put back.
    let again = outbox.poll_timeout(ANY).unwrap();
    assert!(again <= NOW + Duration::from_secs(1));
    outbox.withdraw_epoch(0);
    assert_eq!(
        counters(&drain(&mut outbox, NOW)),
        [0, backlog, backlog + 1]
    );
    assert_eq!(outbox.acknowledge(NOW, |key| key.counter >= backlog), 2);
    outbox.hold_data_until(NOW);
    outbox.set_pace(None);
    outbox.set_probing(false);
    assert_eq!(
        counters(&drain(&mut outbox, NOW)),
        [0],
        "the window holds the others"
    );
}

#[derive(Debug, Clone)]
enum Step {
    Push(u8, Space, u32, usize, Freshness),
    Store(usize),
    Send,
    Acknowledge(u32),
    Forget(u8),
    Withdraw(u8),
    Later(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let space = prop_oneof![3 => Just(Space::Data), 1 => Just(Space::Alarm)];
    let freshness = prop_oneof![
        Just(Freshness::Live),
        Just(Freshness::Backlog),
        Just(Freshness::First)
    ];
    prop_oneof![
        6 => (0..3_u8, space, 0..60_u32, 20..90_usize, freshness)
            .prop_map(|(slot, space, counter, len, freshness)| Step::Push(slot, space, counter, len, freshness)),
        2 => any::<usize>().prop_map(Step::Store),
        4 => Just(Step::Send),
        2 => any::<u32>().prop_map(Step::Acknowledge),
        1 => (0..3_u8).prop_map(Step::Forget),
        1 => (0..3_u8).prop_map(Step::Withdraw),
        3 => (0..20_000_u64).prop_map(Step::Later),
    ]
}

/// What the outbox should hold, and which of it may be sent.
#[derive(Debug, Default)]
struct Model {
    frames: Vec<(FrameKey, Vec<u8>)>,
    unstored: BTreeSet<FrameKey>,
}

impl Model {
    fn retain(&mut self, keep: impl Fn(FrameKey) -> bool) -> usize {
        let before = self.frames.len();
        self.frames.retain(|(key, _)| keep(*key));
        before - self.frames.len()
    }

    fn insert(&mut self, key: FrameKey, frame: Vec<u8>) {
        if self.frames.iter().any(|(known, _)| *known == key) {
            return;
        }
        self.unstored.insert(key);
        let at = self.frames.iter().position(|(known, _)| {
            (known.epoch, known.space) == (key.epoch, key.space) && *known > key
        });
        let at = at.unwrap_or(self.frames.len());
        self.frames.insert(at, (key, frame));
    }

    fn of(&self, space: Space) -> impl Iterator<Item = &(FrameKey, Vec<u8>)> {
        self.frames
            .iter()
            .filter(move |(key, _)| key.space == space)
    }
}

fn agrees(outbox: &Outbox<2_048>, model: &Model) {
    let expected: Vec<_> = model
        .of(Space::Alarm)
        .chain(model.of(Space::Data))
        .collect();
    let keys: Vec<_> = outbox.keys().collect();
    assert_eq!(
        keys,
        expected.iter().map(|(key, _)| *key).collect::<Vec<_>>()
    );
    for (key, frame) in expected {
        assert_eq!(outbox.frame(*key), Some(&frame[..]));
    }
    let mut tally = Tally::NONE;
    for entry in outbox.frames.entries_of(Space::Data) {
        tally.add(entry.head);
    }
    assert_eq!(outbox.tally, tally);
}

/// All that may be sent and is due leaves: alarms first, and of both spaces the lowest.
fn send(outbox: &mut Outbox<2_048>, model: &Model, now: Instant) {
    let mut sent = Vec::new();
    while let Some((key, frame)) = outbox.next_due(now, ANY) {
        assert!(!model.unstored.contains(&key) && !sent.contains(&key));
        assert!(model.frames.contains(&(key, frame.to_vec())));
        sent.push(key);
    }
    assert!(sent.is_sorted_by_key(|key| key.space != Space::Alarm));
    let next = outbox.poll_timeout(ANY);
    assert!(next.is_none_or(|next| next > now), "{next:?} at {now}");
    for space in [Space::Alarm, Space::Data] {
        let lowest = model
            .of(space)
            .find(|(key, _)| !model.unstored.contains(key));
        let Some((lowest, _)) = lowest else { continue };
        let is_under_way = outbox.find(*lowest).unwrap().head.was_sent();
        assert!(is_under_way && next.is_some());
    }
}

proptest! {
    #[test]
    fn agrees_with_a_plain_list(steps in proptest::collection::vec(step(), 1..200)) {
        let mut outbox = Outbox::<2_048>::new(Retry::DEFAULT);
        outbox.set_window(300);
        let (mut model, mut now) = (Model::default(), NOW);
        for step in steps {
            match step {
                Step::Push(slot, space, counter, len, freshness) => {
                    let frame = frame(space, counter, len);
                    if let Ok(key) = outbox.push_unstored(now, slot, &frame, freshness) {
                        model.insert(key, frame);
                    }
                }
                Step::Store(pick) => {
                    let stored: Vec<_> = outbox.keys().skip(pick % 4).step_by(3).collect();
                    for key in stored {
                        assert!(outbox.mark_stored(key));
                        model.unstored.remove(&key);
                    }
                }
                Step::Send => send(&mut outbox, &model, now),
                Step::Acknowledge(pick) => {
                    let is_gone = |key: FrameKey| (key.counter ^ pick).is_multiple_of(3);
                    let freed = outbox.acknowledge(now, is_gone);
                    assert_eq!(freed, model.retain(|key| !is_gone(key)));
                }
                Step::Forget(slot) => {
                    let freed = outbox.forget_epoch(slot);
                    assert_eq!(freed, model.retain(|key| key.epoch != slot));
                }
                Step::Withdraw(slot) => outbox.withdraw_epoch(slot),
                Step::Later(millis) => now = now + Duration::from_millis(millis),
            }
            agrees(&outbox, &model);
        }
    }
}
