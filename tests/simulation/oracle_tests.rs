//! The oracles are shown what they are there for.

use iomt::node::{Keeping, NamedLoss, Trust};
use iomt::seal::{EpochTag, Loss, LossCause};
use iomt::storage::FrameAddress;
use iomt::time::{Duration, Instant};
use iomt::wire::control::Why;
use iomt::wire::{
    CounterRange, Frame, Locator, MAX_COUNTER, RecordId, Route, Run, Salt, Space, Tag,
};

use super::many::{Failure, Outcome};
use super::oracle::clocks::{START_MS, Told};
use super::oracle::shelf::{Place, Record, Row};
use super::oracle::{Clocks, Ledger, RECIPIENTS, Reading, Shelf, Tally, WireLog, bounds, wire_log};
use super::report;

const RUN: Run = Run([1; 8]);
const EPOCH: [u8; 16] = [9; 16];
const BEHIND: u32 = MAX_COUNTER + 1;

/// A run of one device and one recipient: ten readings, each in a frame of its own.
struct Scene {
    ledger: Ledger,
    shelf: Shelf,
}

impl Scene {
    fn new(keeping: Keeping) -> Self {
        Self::with_lost(keeping, &[])
    }

    /// The recipient had no room for these when they were taken.
    fn with_lost(keeping: Keeping, lost: &[u64]) -> Self {
        let mut ledger = Ledger::default();
        ledger.begin_life(0, 0, keeping, Instant::ZERO);
        for sequence in 0..10 {
            let reading = Reading {
                space: Space::Data,
                value: value_of(sequence),
                frame: sequence,
                life: 0,
                at: Instant::from_secs(sequence),
                to: [true, false],
                lost_to: [lost.contains(&sequence), false],
            };
            let id = RecordId { run: RUN, sequence };
            ledger.accept(0, id, reading).unwrap();
        }
        Self {
            ledger,
            shelf: Shelf::default(),
        }
    }

    /// All but these are stored.
    fn stored_but(mut self, missing: &[u64]) -> Self {
        for sequence in (0..10).filter(|sequence| !missing.contains(sequence)) {
            self.shelf.insert(row(sequence)).unwrap();
        }
        self
    }

    fn named(mut self, epoch: [u8; 16], range: (u32, u32), why: LossCause) -> Self {
        self.shelf.note_loss(loss(epoch, range, why)).unwrap();
        if let LossCause::Reported(_) = why {
            self.ledger.note_lost(0, (range.1 - range.0).into());
        }
        self
    }

    fn kept(mut self, counters: &[u32]) -> Self {
        for counter in counters {
            let [epoch @ .., _, _, _, _, _, _, _, _] = EPOCH;
            self.ledger.note_kept(&FrameAddress {
                peer: 0,
                epoch,
                space: Space::Data,
                counter: *counter,
            });
        }
        self
    }

    fn without_power(mut self, waiting: u64) -> Self {
        self.ledger.end_life(0, Instant::from_secs(100), waiting);
        self
    }

    fn settle(&self) -> Result<Tally, String> {
        self.ledger.settle(0, &[&self.shelf])
    }
}

fn value_of(sequence: u64) -> i32 {
    100 + i32::try_from(sequence).unwrap()
}

fn row(sequence: u64) -> Row {
    Row {
        run: RUN,
        sequence,
        record: Record {
            tag: Tag(2),
            body: vec![7],
            value: Some(value_of(sequence)),
        },
        place: Place {
            epoch: EPOCH,
            space: Space::Data.code(),
            counter: u32::try_from(sequence).unwrap(),
        },
    }
}

fn loss(epoch: [u8; 16], (start, end): (u32, u32), why: LossCause) -> NamedLoss {
    NamedLoss {
        loss: Loss {
            epoch: EpochTag::from_bytes(epoch),
            run: Some(RUN),
            space: Space::Data,
            range: CounterRange { start, end },
            why,
        },
        trust: Trust::Trusted,
    }
}

const NO_ROOM: LossCause = LossCause::Reported(Why::NoRoom);

#[test]
fn a_run_in_which_nothing_is_wrong_passes() {
    let tally = Scene::new(Keeping::Session).stored_but(&[]).settle();
    assert_eq!(tally.unwrap().stored, 10);
}

#[test]
fn a_reading_that_vanished_is_missed_wherever_it_stood() {
    for keeping in [
        Keeping::Nothing,
        Keeping::Session,
        Keeping::SessionAndFrames,
    ] {
        for sequence in 0..10 {
            let scene = Scene::new(keeping).stored_but(&[sequence]);
            assert!(scene.settle().is_err(), "{keeping:?}, {sequence}");
        }
    }
}

#[test]
fn a_loss_excuses_the_readings_that_it_names_and_no_other() {
    let named = |missing: &[u64]| {
        let scene = Scene::new(Keeping::Session).stored_but(missing);
        scene.named(EPOCH, (4, 6), NO_ROOM).settle()
    };
    assert_eq!(named(&[4, 5]).unwrap().named, 2);
    assert_eq!(named(&[5]).unwrap().named, 1);
    for missing in [&[3][..], &[6], &[3, 4], &[4, 5, 6], &[9]] {
        assert!(named(missing).is_err(), "{missing:?}");
    }
}

#[test]
fn a_loss_where_nothing_came_excuses_as_many_as_it_counts() {
    let all: Vec<u64> = (0..10).collect();
    let named = |missing: &[u64], end| {
        let scene = Scene::new(Keeping::Session).stored_but(missing);
        scene.named([5; 16], (0, end), NO_ROOM).settle()
    };
    assert_eq!(named(&all, 10).unwrap().named, 10);
    assert!(named(&all, 9).is_err());
    // The counters of an epoch from which nothing came are given once.
    assert!(named(&[0, 9], 2).is_ok());
    assert!(named(&[0, 9], 1).is_err());
    // Between two frames of another epoch they are not.
    assert!(named(&[5], 10).is_err());
}

#[test]
fn the_end_of_power_excuses_no_more_than_had_no_receipt() {
    let cut = |missing: &[u64], waiting| {
        let scene = Scene::new(Keeping::Session).stored_but(missing);
        let scene = scene.named(EPOCH, (7, BEHIND), LossCause::Cut);
        scene.without_power(waiting).settle()
    };
    assert_eq!(cut(&[8, 9], 2).unwrap().cut, 2);
    assert!(cut(&[8, 9], 1).is_err());
    assert!(cut(&[6, 8], 9).is_err(), "before the cut");

    let still_on = Scene::new(Keeping::Session).stored_but(&[9]);
    let still_on = still_on.named(EPOCH, (7, BEHIND), LossCause::Cut);
    assert!(still_on.settle().is_err());
}

// IOMT-EPOCH-025
#[test]
fn what_was_on_storage_does_not_go_with_the_power() {
    let cut = |missing: &[u64], kept: &[u32]| {
        let scene = Scene::new(Keeping::SessionAndFrames).stored_but(missing);
        let scene = scene.named(EPOCH, (7, BEHIND), LossCause::Cut).kept(kept);
        scene.without_power(9).settle()
    };
    assert_eq!(cut(&[8, 9], &[]).unwrap().cut, 2);
    assert_eq!(cut(&[8, 9], &[2, 7]).unwrap().cut, 2);
    // Between two frames that came each stands under its own counter.
    assert!(cut(&[8], &[9]).is_ok());
    assert!(cut(&[8], &[8]).is_err());
    // At the end of an epoch as many go as it has counters there; what was kept is none of them.
    let scene = Scene::new(Keeping::SessionAndFrames).stored_but(&[8, 9]);
    let scene = scene.named(EPOCH, (7, 10), LossCause::Cut).kept(&[9]);
    assert!(scene.without_power(9).settle().is_err());
}

#[test]
fn what_went_with_an_image_is_no_more_than_had_no_receipt() {
    let restored = |missing: &[u64], waiting| {
        let mut scene = Scene::new(Keeping::Session).stored_but(missing);
        let (taken, now) = (Instant::from_secs(7), Instant::from_secs(100));
        scene.ledger.end_life(0, now, waiting);
        scene.ledger.note_restored(0, 0, taken, now);
        scene.settle()
    };
    assert_eq!(restored(&[8, 9], 2).unwrap().rolled_back, 2);
    assert!(restored(&[8, 9], 1).is_err());
    assert!(restored(&[6], 9).is_err(), "before the image");
}

/// What a recipient had no room for was lost by name when it was taken: it did not wait when the power went.
#[test]
fn what_was_lost_by_name_before_the_image_went_is_not_counted_among_what_waited() {
    let mut scene = Scene::with_lost(Keeping::Session, &[8]).stored_but(&[8, 9]);
    let (taken, now) = (Instant::from_secs(7), Instant::from_secs(100));
    scene.ledger.end_life(0, now, 1);
    scene.ledger.note_restored(0, 0, taken, now);
    let tally = scene.settle().unwrap();
    assert_eq!((tally.untold, tally.rolled_back), (1, 1));
}

#[test]
fn half_of_a_frame_is_seen() {
    let mut scene = Scene::new(Keeping::Session).stored_but(&[]);
    for (sequence, stored) in [(10, true), (11, false)] {
        let id = RecordId { run: RUN, sequence };
        let reading = Reading {
            space: Space::Data,
            value: value_of(sequence),
            frame: 10,
            life: 0,
            at: Instant::from_secs(10),
            to: [true, false],
            lost_to: [false; RECIPIENTS],
        };
        scene.ledger.accept(0, id, reading).unwrap();
        if stored {
            scene.shelf.insert(row(sequence)).unwrap();
        }
    }
    assert!(scene.settle().is_err());
}

#[test]
fn an_honest_device_in_quarantine_is_seen() {
    let mut ledger = Ledger::default();
    ledger.begin_life(0, 0, Keeping::Session, Instant::ZERO);
    ledger.begin_life(1, 1, Keeping::Nothing, Instant::ZERO);
    assert!(ledger.check_quarantine(0, 0).is_err());
    assert!(ledger.check_quarantine(1, 0).is_ok());
    ledger.note_doubtful_at(0, 1);
    assert!(ledger.check_quarantine(0, 0).is_err());
    ledger.note_restored(0, 0, Instant::ZERO, Instant::ZERO);
    assert!(ledger.check_quarantine(0, 0).is_ok());
}

#[test]
fn only_a_device_that_keeps_nothing_loses_in_silence_and_only_with_its_power() {
    let gone = |keeping, waiting| {
        let scene = Scene::new(keeping).stored_but(&[8, 9]);
        scene.without_power(waiting).settle()
    };
    assert_eq!(gone(Keeping::Nothing, 2).unwrap().in_ram, 2);
    assert!(gone(Keeping::Nothing, 1).is_err());
    assert!(gone(Keeping::Session, 2).is_err());
    assert!(gone(Keeping::SessionAndFrames, 2).is_err());
}

#[test]
fn nothing_is_lost_after_its_acknowledgement_but_by_a_backup() {
    let after = LossCause::AfterAcknowledgement;
    let scene = Scene::new(Keeping::Session).stored_but(&[4]);
    let mut scene = scene.named(EPOCH, (4, 5), after);
    assert!(scene.settle().is_err());
    scene.shelf.roll_back(&Shelf::default());
    let scene = scene.stored_but(&[4]).named(EPOCH, (4, 5), after);
    assert_eq!(scene.settle().unwrap().named, 1);
}

#[test]
fn what_went_with_a_backup_is_told_apart_from_what_never_came() {
    let mut scene = Scene::new(Keeping::Session).stored_but(&[]);
    scene.shelf.roll_back(&Shelf::default());
    let tally = scene.settle().unwrap();
    assert_eq!((tally.stored, tally.rolled_back), (0, 10));

    let mut scene = Scene::new(Keeping::Session).stored_but(&[5]);
    scene.shelf.roll_back(&Shelf::default());
    assert!(scene.settle().is_err());
}

#[test]
fn more_is_not_named_than_a_device_has_said() {
    let mut scene = Scene::new(Keeping::Session).stored_but(&[4]);
    scene.shelf.note_loss(loss(EPOCH, (4, 5), NO_ROOM)).unwrap();
    assert!(scene.settle().is_err());
    scene.ledger.note_lost(0, 1);
    assert!(scene.settle().is_ok());
}

#[test]
fn a_loss_in_no_boot_is_refused() {
    let mut nobodys = loss(EPOCH, (0, 9), LossCause::Cut);
    nobodys.loss.run = None;
    assert!(Shelf::default().note_loss(nobodys).is_err());
}

#[test]
fn a_reading_stored_twice_is_seen() {
    // Under a second identity.
    let mut scene = Scene::new(Keeping::Session).stored_but(&[]);
    let mut twice = row(9);
    (twice.sequence, twice.place.counter) = (10, 10);
    scene.shelf.insert(twice).unwrap();
    assert!(scene.settle().is_err());

    // In a second frame.
    let mut again = row(9);
    again.place.counter = 10;
    assert!(scene.shelf.insert(again).is_err());

    // With another content.
    let mut other = row(9);
    other.record.body = vec![8];
    assert!(scene.shelf.insert(other).is_err());
    assert!(scene.shelf.insert(row(9)).is_ok(), "the same again is none");
}

#[test]
fn a_reading_stored_as_another_is_seen() {
    let mut scene = Scene::new(Keeping::Session).stored_but(&[9]);
    let mut other = row(9);
    other.record.value = Some(1);
    scene.shelf.insert(other).unwrap();
    assert!(scene.settle().is_err());
}

#[test]
fn one_identity_for_two_readings_is_seen() {
    let mut scene = Scene::new(Keeping::Session);
    let id = RecordId {
        run: RUN,
        sequence: 3,
    };
    let reading = Reading {
        space: Space::Data,
        value: 3,
        frame: 3,
        life: 0,
        at: Instant::ZERO,
        to: [true; RECIPIENTS],
        lost_to: [false; RECIPIENTS],
    };
    assert!(scene.ledger.accept(0, id, reading).is_err());
    assert!(scene.ledger.accept(1, id, reading).is_ok());
}

#[test]
fn a_queue_that_never_drains_is_seen() {
    let bound = bounds::drain(Duration::from_secs(60), Duration::from_secs(8));
    assert!(bounds::check_drained("gateway", 0, bound).is_ok());
    assert!(bounds::check_drained("gateway", 1, bound).is_err());
    assert!(bounds::check_backlog(4).is_ok());
    assert!(bounds::check_backlog(10_000).is_err());
}

#[test]
fn a_loss_that_a_device_counts_and_does_not_tell_is_seen() {
    assert!(bounds::check_told(3, 3).is_ok());
    assert!(bounds::check_told(2, 3).is_err());
    assert!(bounds::check_told(4, 3).is_err());
}

#[test]
fn an_alarm_that_waits_behind_a_backlog_is_seen() {
    let mut ledger = Ledger::default();
    let id = RecordId {
        run: RUN,
        sequence: 3,
    };
    ledger.note_alarm(0, id, Instant::from_secs(5));
    assert_eq!(ledger.take_alarm(1, &row(3)), None);
    assert_eq!(ledger.take_alarm(0, &row(3)), Some(Instant::from_secs(5)));
    assert!(bounds::check_alarm(Duration::from_millis(60)).is_ok());
    assert!(bounds::check_alarm(bounds::ALARM + Duration::from_millis(1)).is_err());
}

#[test]
fn a_time_that_no_clock_has_shown_is_seen() {
    let mut clocks = Clocks::default();
    let told = |of: Instant, off: i64| Told {
        place: 0,
        of,
        unix_ms: (START_MS + 90_000 + off).cast_unsigned(),
        uncertainty: Duration::from_millis(100),
    };
    let at = Instant::from_secs(90);
    assert!(clocks.check(&told(at, 100), Instant::ZERO).is_ok());
    assert!(clocks.check(&told(at, -100), Instant::ZERO).is_ok());
    assert!(clocks.check(&told(at, 103), Instant::ZERO).is_err());
    // An hour forward, in the second minute: both clocks there were, and none between.
    const HOUR_MS: i64 = 3_600_000;
    clocks.note_set(0, Instant::from_secs(60), START_MS + HOUR_MS);
    for (off, is_true) in [(0, true), (HOUR_MS, true), (HOUR_MS / 2, false)] {
        assert_eq!(clocks.is_true(&told(at, off), Instant::ZERO), is_true);
    }
    // Who has been on since then only can not know the clock before.
    assert!(clocks.check(&told(at, 0), Instant::from_secs(60)).is_err());
    // A reading of one boot, dated by the clock of another.
    let began = [Instant::ZERO, Instant::from_secs(50)];
    let dated = |began: Instant| told(began + Duration::from_secs(40), HOUR_MS);
    let first = Instant::ZERO;
    assert!(clocks.check_dating(dated, began, first).is_ok());
    assert!(clocks.check_dating(dated, [Instant::ZERO], first).is_err());
}

#[test]
fn a_time_between_two_clocks_is_excused_only_of_a_server_that_was_started_behind_them() {
    let mut clocks = Clocks::default();
    let set_back = Instant::from_secs(60);
    clocks.note_set(0, set_back, START_MS - 100_000);
    let is_passed = |off: i64, started: Instant| {
        let told = |began: Instant| Told {
            place: 0,
            of: began + Duration::from_secs(90),
            unix_ms: (START_MS + 90_000 + off).cast_unsigned(),
            uncertainty: Duration::from_millis(100),
        };
        let passed = clocks.check_dating(told, [Instant::ZERO], started);
        passed.is_ok()
    };
    for (off, is_excused) in [
        (-103, true),
        (-10_102, true),
        (-10_103, false),
        (-50_000, false),
        (103, false),
        (-100_103, false),
    ] {
        assert_eq!(is_passed(off, set_back), is_excused, "{off}");
        assert!(
            !is_passed(off, set_back - Duration::from_micros(1)),
            "{off}"
        );
    }
    assert!(is_passed(0, Instant::ZERO) && is_passed(-100_000, Instant::ZERO));
}

// ---- the wire

const LOCATOR: Locator = Locator([1; 8]);
const SHOWN: Route = Route::Unproved(LOCATOR, Salt([2; 16]));

fn datagram(route: Route, counter: u32, text: u8) -> Vec<u8> {
    let frame = Frame {
        space: Space::Data,
        route,
        counter,
        sealed: &[text; 32],
    };
    frame.emit(&mut [0; 64]).unwrap().to_vec()
}

// IOMT-SEAL-015
#[test]
fn what_is_sent_again_is_no_second_text() {
    let mut log = WireLog::default();
    for route in [SHOWN, Route::Routed(LOCATOR), Route::Short, SHOWN] {
        log.note_sent(0, &datagram(route, 0, 7)).unwrap();
    }
}

#[test]
fn two_texts_under_one_salt_are_seen_in_every_form() {
    for route in [SHOWN, Route::Routed(LOCATOR), Route::Short] {
        let mut log = WireLog::default();
        log.note_sent(0, &datagram(SHOWN, 0, 7)).unwrap();
        log.note_sent(0, &datagram(Route::Routed(LOCATOR), 1, 8))
            .unwrap();
        log.note_sent(0, &datagram(Route::Short, 2, 9)).unwrap();
        let again = log.note_sent(0, &datagram(route, 2, 10));
        let third = log.note_sent(0, &datagram(route, 2, 11));
        assert!(again.is_err() || third.is_err(), "{route:?}");
    }
}

#[test]
fn a_second_salt_excuses_no_text_under_the_first() {
    let mut log = WireLog::default();
    let other = Route::Unproved(LOCATOR, Salt([3; 16]));
    log.note_sent(0, &datagram(SHOWN, 0, 7)).unwrap();
    log.note_sent(1, &datagram(other, 0, 8)).unwrap();
    assert!(log.note_sent(1, &datagram(SHOWN, 0, 8)).is_err());
}

#[test]
fn two_texts_on_storage_are_seen() {
    let address = FrameAddress {
        peer: 0,
        epoch: [1; 8],
        space: Space::Alarm,
        counter: 3,
    };
    let mut log = WireLog::default();
    log.note_stored(&address, &[1; 30]).unwrap();
    log.note_stored(&address, &[1; 30]).unwrap();
    assert!(log.note_stored(&address, &[2; 30]).is_err());
}

#[test]
fn two_texts_of_one_nonce_that_are_opened_are_seen() {
    let place = row(3).place;
    let digest = |text| wire_log::sealed_digest(&datagram(Route::Short, 3, text)).unwrap();
    let mut log = WireLog::default();
    log.note_opened(&place, digest(1)).unwrap();
    log.note_opened(&place, digest(1)).unwrap();
    assert!(log.note_opened(&place, digest(2)).is_err());

    let mut shelf = Shelf::default();
    shelf.insert(row(3)).unwrap();
    let mut second = row(4);
    second.place = place;
    assert!(
        shelf.insert(second).is_ok(),
        "a frame holds consecutive records"
    );
    let mut second = row(2);
    second.place = place;
    assert!(shelf.insert(second).is_err());
}

#[test]
fn two_rows_under_one_nonce_are_seen() {
    let mut log = WireLog::default();
    log.note_row(&[3; 80]).unwrap();
    log.note_row(&[3; 80]).unwrap();
    let mut other = [3; 80];
    other[79] = 4;
    assert!(log.note_row(&other).is_err());
}

#[test]
fn seeds_that_fail_are_named_with_the_command_that_runs_the_first_again() {
    let failed = |seed, complaint: &str| Failure {
        seed,
        complaint: complaint.into(),
    };
    let outcome = Outcome {
        failures: vec![failed(12, "a reading is lost"), failed(7, "no rest")],
        ..Outcome::default()
    };
    let said = report::failures(&outcome).unwrap();
    let expected = "FAILED seed 12: a reading is lost\nFAILED seed 7: no rest\n\
        all that happened: simulate --seeds 1 --start 7 --log\n";
    assert_eq!(said, expected);
    assert_eq!(report::failures(&Outcome::default()), None);
}
