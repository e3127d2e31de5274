use super::*;
use crate::node::Error;
use crate::seal::{self, LossCause};
use crate::wire::control::Why;
use crate::wire::{CounterRange, Space};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

// IOMT-SEC-005, IOMT-OUT-034
#[test]
fn server_restored_from_backup() {
    let (mut bench, mut peer) = Bench::paired();
    peer.seal(b"in the backup");
    bench.converse(&mut peer);
    let backup = bench.rows.clone();
    let late = peer.seal(b"held by a gateway");
    for _ in 0..4 {
        peer.seal(b"acknowledged, and gone");
    }
    bench.converse(&mut peer);
    peer.seal(b"waiting");
    bench.restore(&backup);
    bench.records.retain(|(_, sequence), _| *sequence < 2);
    peer.want_outstanding();
    bench.converse(&mut peer);
    let [NamedLoss { loss, trust }] = bench.losses[..] else {
        panic!("{:?}", bench.losses)
    };
    assert_eq!(
        (loss.why, trust),
        (LossCause::AfterAcknowledgement, Trust::Trusted)
    );
    assert_eq!(
        (loss.space, loss.range),
        (Space::Data, CounterRange { start: 2, end: 7 })
    );
    // Of the five lost ones one comes all the same, and is taken.
    assert_eq!(bench.receive(&late), Ok(Kind::Records));
    assert_eq!(bench.records.len(), 2 + 1 + 1);
    peer.want_outstanding();
    bench.converse(&mut peer);
    assert_eq!(bench.losses.len(), 1, "a loss was reported twice");
}

// IOMT-SEAL-040, IOMT-ENV-007, IOMT-RCPT-032
#[test]
fn death_between_reveal_and_store_on_each_side_of_the_receipt() {
    // Revealed and not stored.
    let (mut bench, mut peer) = Bench::paired();
    let frame = peer.seal(b"reading");
    let _ = bench
        .server
        .handle_datagram(bench.now, &mut frame.clone())
        .unwrap();
    bench.wait(Duration::from_secs(1));
    for (_, receipt) in bench.said() {
        peer.take_receipt(&receipt).unwrap();
    }
    assert!(!peer.is_drained(), "acknowledged what was not stored");
    bench.crash();
    assert_eq!(bench.receive(&frame), Ok(Kind::Records));
    // Stored with its row; dead before the receipt.
    bench.crash();
    assert_eq!(bench.receive(&frame), Ok(Kind::Duplicate));
    bench.converse(&mut peer);
    assert_eq!((bench.records.len(), bench.repeated), (2, 0));
    // Stored, and the row was not written: the store's unique key keeps one.
    let frame = peer.seal(b"another");
    let row = bench.rows.clone();
    bench.receive(&frame).unwrap();
    bench.restore(&row);
    assert_eq!(bench.receive(&frame), Ok(Kind::Records));
    assert_eq!((bench.records.len(), bench.repeated), (3, 1));
    bench.converse(&mut peer);
    assert_eq!(bench.losses, []);
}

// IOMT-RCPT-030
#[test]
fn forged_duplicates_cause_no_receipt() {
    let (mut bench, mut peer) = Bench::paired();
    let frame = peer.seal(b"reading");
    bench.receive(&frame).unwrap();
    bench.wait(Duration::from_millis(100));
    assert_eq!(bench.said().len(), 1);
    bench.wait(Duration::from_secs(2));
    for byte in 9..frame.len() {
        let mut forged = frame.clone();
        forged[byte] ^= 4;
        assert!(bench.receive(&forged).is_err());
    }
    assert!(bench.said().is_empty());
    let before = bench.server.stats().receipts;
    for _ in 0..100 {
        assert_eq!(bench.receive(&frame), Ok(Kind::Duplicate));
        bench.said();
        bench.wait(Duration::from_millis(30));
    }
    let receipts = bench.server.stats().receipts - before;
    assert!(
        (3..=4).contains(&receipts),
        "{receipts} receipts in three seconds"
    );
}

// IOMT-RCPT-030
#[test]
fn a_repeated_control_frame_causes_no_receipt() {
    let (mut bench, mut peer) = Bench::paired();
    let control = peer.control(bench.now);
    assert_eq!(bench.receive(&control), Ok(Kind::Control));
    assert_eq!(
        bench.said().len(),
        1,
        "a control frame waits for its receipt"
    );
    bench.wait(Duration::from_secs(5));
    assert_eq!(
        bench.receive(&control),
        Err(Error::Seal(seal::Error::Replayed))
    );
    assert!(bench.said().is_empty());
}

#[test]
fn crashed_client_locked_out_as_a_replay() {
    let (mut bench, mut peer) = Bench::paired();
    for _ in 0..20 {
        peer.seal(b"before");
    }
    bench.converse(&mut peer);
    for boot in 0..3 {
        peer.crash();
        bench.wait(Duration::from_secs(3));
        bench.reconnect(&mut peer);
        // Its counters and sequences begin anew: nothing of it is taken for a repetition.
        let frame = peer.seal(b"after");
        assert_eq!(bench.receive(&frame), Ok(Kind::Records));
        bench.converse(&mut peer);
        assert_eq!(bench.records.len(), 21 + 2 * (boot + 1));
    }
    assert_eq!((bench.repeated, bench.losses.len()), (0, 0));
}

#[test]
fn newer_reading_that_moves_the_cursor_past_older_ones() {
    let (mut bench, mut peer) = Bench::paired();
    let frames: Vec<_> = (0..12_u8).map(|number| peer.seal(&[number])).collect();
    let alarm = peer.seal_alarm(b"!");
    bench.receive(&alarm).unwrap();
    assert_eq!(bench.said().len(), 1, "an alarm waits for its receipt");
    for frame in frames.iter().rev() {
        assert_eq!(bench.receive(frame), Ok(Kind::Records));
        bench.wait(Duration::from_millis(100));
        for (_, receipt) in bench.said() {
            peer.take_receipt(&receipt).unwrap();
        }
    }
    assert!(peer.is_drained());
    assert_eq!((bench.records.len(), bench.losses.len()), (14, 0));
}

#[test]
fn backfill_after_an_outage() {
    let (mut bench, mut peer) = Bench::paired();
    for day in 0..6_u8 {
        for number in 0..40 {
            peer.seal(&[day, number]);
        }
        bench.wait(DAY);
        peer.open_epoch();
    }
    peer.seal_alarm(b"!");
    bench.crash();
    assert_eq!(peer.epochs(), 7);
    bench.converse(&mut peer);
    assert_eq!((bench.records.len(), bench.repeated), (1 + 6 * 40 + 1, 0));
    assert_eq!((bench.losses.len(), peer.epochs()), (0, 1));
}

// IOMT-OUT-034, IOMT-OUT-040
#[test]
fn losses_that_nobody_polls_are_kept_and_hold_up_the_list() {
    let (mut bench, mut peer) = Bench::paired();
    let mut lost = 0;
    for _ in 0..6 {
        for _ in 0..10 {
            peer.seal(b"reading");
            peer.lose(lost * 2 + 1, Why::NoRoom);
            peer.seal(b"reading");
            lost += 1;
        }
        let control = peer.control(bench.now);
        let mut frames = peer.frames();
        frames.insert(0, control);
        for frame in frames {
            bench.without_polling(&frame);
        }
        bench.wait(Duration::from_millis(100));
        let mut out = [0; MAX_DATAGRAM];
        while let Some(receipt) = bench.server.poll_transmit(bench.now, &mut out) {
            peer.take_receipt(&receipt).unwrap();
        }
    }
    assert!(!peer.is_reflected());
    bench.converse(&mut peer);
    bench.converse(&mut peer);
    let named: u32 = bench
        .losses
        .iter()
        .map(|named| named.loss.range.end - named.loss.range.start)
        .sum();
    assert_eq!(named, lost);
}

// IOMT-OUT-034, IOMT-OUT-040
#[test]
fn a_list_of_more_losses_than_wait_to_be_polled_is_named_by_its_repetitions_each_loss_once() {
    let (mut bench, mut peer) = Bench::paired();
    let mut sealed = 0;
    while sealed < 100 {
        peer.seal(b"reading");
        if sealed % 2 == 1 {
            peer.lose(
                sealed,
                if sealed % 4 == 1 {
                    Why::NoRoom
                } else {
                    Why::StoreFailed
                },
            );
        }
        sealed += 1;
    }
    for _ in 0..3 {
        peer.want_outstanding();
        bench.converse(&mut peer);
    }
    let starts: Vec<u32> = bench
        .losses
        .iter()
        .map(|named| named.loss.range.start)
        .collect();
    assert_eq!(
        starts,
        (0..sealed)
            .filter(|counter| counter % 2 == 1)
            .collect::<Vec<_>>()
    );
    assert!(peer.is_reflected());
}

// IOMT-OUT-027, IOMT-OUT-037
#[test]
fn what_the_device_has_lost_is_named_once_and_holds_up_nothing() {
    let (mut bench, mut peer) = Bench::paired();
    for number in 0..8_u8 {
        peer.seal(&[number]);
    }
    peer.lose(3, Why::StoreFailed);
    peer.lose(5, Why::NoRoom);
    bench.converse(&mut peer);
    peer.want_outstanding();
    bench.converse(&mut peer);
    let named: Vec<_> = bench
        .losses
        .iter()
        .map(|named| (named.loss.range.start, named.loss.why))
        .collect();
    let reported = LossCause::Reported;
    assert_eq!(
        named,
        [(3, reported(Why::StoreFailed)), (5, reported(Why::NoRoom))]
    );
    assert_eq!(bench.records.len(), 9 - 2);
}
