use super::*;

const UNIX: u64 = 1_767_225_600_000;

// IOMT-LINK-020
#[test]
fn a_device_that_breaks_its_promise_is_reported_without_anything_arriving() {
    let (mut bench, mut peer) = Bench::paired();
    let heard = bench.now;
    let control = peer.control(bench.now);
    bench.receive(&control).unwrap();
    bench.said();
    let margin = ServerConfig::DEFAULT.silence_margin;
    let due = heard + Duration::from_millis(peer.due_ms.into()) + margin;
    assert_eq!(bench.server.poll_timeout(), Some(due));
    bench.now = due;
    bench.work();
    assert_eq!(bench.events, [ServerEvent::DeviceSilent { heard }]);
    bench.wait(Duration::from_secs(3_600));
    bench.work();
    // A repetition is no sign of life; a new frame is.
    assert!(bench.receive(&control).is_err());
    assert_eq!(bench.events.len(), 1);
    let control = peer.control(bench.now);
    bench.receive(&control).unwrap();
    assert_eq!(bench.events[1..], [ServerEvent::DeviceHeard]);
}

// IOMT-LINK-022
#[test]
fn a_promise_outlives_the_server() {
    let (mut bench, mut peer) = Bench::paired();
    let control = peer.control(bench.now);
    bench.receive(&control).unwrap();
    bench.crash();
    let reborn = bench.now;
    bench.wait(Duration::from_secs(60) + ServerConfig::DEFAULT.silence_margin);
    bench.work();
    assert_eq!(bench.events, [ServerEvent::DeviceSilent { heard: reborn }]);
}

// IOMT-PAIR-053
#[test]
fn a_thief_in_quarantine_does_not_stand_in_for_a_silent_device() {
    let (mut bench, mut peer) = Bench::paired();
    let control = peer.control(bench.now);
    bench.receive(&control).unwrap();
    let mut thief = Peer::new(1);
    let hello = thief.meet();
    let answer = bench.answer(&hello).unwrap();
    thief.take_answer(&answer).unwrap();
    for _ in 0..10 {
        bench.wait(Duration::from_secs(20));
        bench.converse(&mut thief);
    }
    let is_silent = |event: &ServerEvent| matches!(event, ServerEvent::DeviceSilent { .. });
    assert_eq!(
        bench.events.iter().filter(|event| is_silent(event)).count(),
        1
    );
}

// IOMT-LINK-010, IOMT-OUT-010
#[test]
fn receipts_date_the_device_and_control_frames_date_it_here() {
    let (mut bench, mut peer) = Bench::paired();
    bench.server.set_wall_clock(bench.now, UNIX);
    bench.server.set_wait(Duration::from_secs(7));
    let control = peer.control(bench.now);
    bench.receive(&control).unwrap();
    bench.wait(Duration::from_millis(40));
    for (_, receipt) in bench.said() {
        peer.now = bench.now + Duration::from_millis(40);
        peer.take_receipt(&receipt).unwrap();
    }
    assert_eq!(peer.heard.map(|(time, _)| time), Some(UNIX + 40));
    assert_eq!(peer.wait_ms, Some(7_000));
    bench.wait(Duration::from_millis(60_000));
    let control = peer.control(bench.now);
    bench.receive(&control).unwrap();
    let clock = bench.server.device_clock().unwrap();
    let time = clock.at(bench.now).unwrap();
    let truth = i64::try_from(UNIX + 60_040).unwrap();
    let error = Duration::from_millis(time.unix_millis.abs_diff(truth));
    assert!(error <= time.uncertainty && time.uncertainty < Duration::from_millis(60));
}

/// A receipt that came 9 s late, and a status that came 92 s late: by a clock that was set back by 100 s in between
/// that is a round trip of 1 s.
// IOMT-LINK-010, IOMT-LINK-011
#[test]
fn a_clock_that_is_set_back_by_what_a_status_took_dates_nothing_by_it() {
    let (mut bench, mut peer) = Bench::paired();
    bench.server.set_wall_clock(bench.now, UNIX);
    let control = peer.control(bench.now);
    bench.receive(&control).unwrap();
    let receipts = bench.said();
    bench.wait(Duration::from_secs(9));
    peer.now = bench.now;
    for (_, receipt) in receipts {
        peer.take_receipt(&receipt).unwrap();
    }
    let control = peer.control(bench.now);
    bench.wait(Duration::from_secs(92));
    let set_back = UNIX + 101_000 - 100_000;
    bench.server.set_wall_clock(bench.now, set_back);
    bench.receive(&control).unwrap();
    let clock = bench.server.device_clock().unwrap();
    assert_eq!(clock.at(bench.now), None);
    // What this server has told since is of the clock of now, whatever the one before has shown.
    for (_, receipt) in bench.said() {
        peer.now = bench.now;
        peer.take_receipt(&receipt).unwrap();
    }
    bench.wait(Duration::from_millis(50));
    let control = peer.control(bench.now);
    bench.receive(&control).unwrap();
    let time = bench.server.device_clock().unwrap().at(bench.now).unwrap();
    let truth = i64::try_from(set_back + 50).unwrap();
    let error = Duration::from_millis(time.unix_millis.abs_diff(truth));
    assert!(error <= time.uncertainty && time.uncertainty < Duration::from_millis(60));
}

/// A receipt is due in the very microsecond in which something is refused.
#[test]
fn what_is_refused_moves_no_timer() {
    let (mut bench, mut peer) = Bench::paired();
    let control = peer.control(bench.now);
    bench.receive(&control).unwrap();
    bench.said();
    let frame = peer.seal(b"a reading");
    bench.receive(&frame).unwrap();
    let due = bench.server.poll_timeout().unwrap();
    assert!(due > bench.now);
    bench.now = due;
    let mut damaged = control.clone();
    *damaged.last_mut().unwrap() ^= 1;
    for refused in [&control, &damaged] {
        assert!(bench.receive(refused).is_err());
        assert_eq!(bench.server.poll_timeout(), Some(due));
    }
    assert_eq!(bench.said().len(), 1);
    assert!(bench.server.poll_timeout().is_none_or(|next| next > due));
}

// IOMT-EPOCH-030
#[test]
fn two_devices_that_speak_as_one_are_reported_and_both_stored() {
    let (mut bench, mut peer) = Bench::paired();
    let saved = peer.save();
    peer.open_epoch();
    let mut clone = peer.restored_from(&saved, 77);
    clone.open_epoch();
    for frame in [peer.seal(b"one"), clone.seal(b"other")] {
        assert_eq!(bench.receive(&frame), Ok(Kind::Records));
    }
    assert!(matches!(bench.events[..], [ServerEvent::Cloned(_)]));
}

#[test]
fn a_label_pairing_still_works_over_whatever_stood_before() {
    let (mut bench, mut peer) = Bench::paired();
    peer.seal(b"waiting");
    let label = crate::pairing::label::LabelSecret::new(b"sixteen or more random bytes").unwrap();
    bench
        .server
        .pair(bench.now, &label, &mut bench.rng)
        .unwrap();
    let hello = bench.said().pop().unwrap().1;
    let reply = peer.answer_label(&label, &hello);
    assert_eq!(bench.receive(&reply), Ok(Kind::Handshake));
    let confirmation = bench.said();
    assert_eq!(confirmation.len(), 2, "message 3, and a receipt behind it");
    peer.take_answer(&confirmation[0].1).unwrap();
    peer.take_receipt(&confirmation[1].1).unwrap();
    bench.converse(&mut peer);
    assert!(matches!(
        bench.events[..],
        [ServerEvent::Agreed { .. }, ServerEvent::Paired { .. }]
    ));
    assert_eq!((bench.records.len(), bench.losses.len()), (2, 0));
}
