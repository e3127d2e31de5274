//! Epochs that are handed over, closed and forgotten.

use super::control::control;
use super::*;
use crate::seal::epoch::HandedEpoch;
use crate::wire::control::{ControlWriter, EpochEntry, Lost, SpaceEntry, Why};
use crate::wire::{CounterRange, MAX_COUNTER, Run};

const RUN: Run = Run([5; 8]);

/// An older epoch as the device holds it.
pub(super) struct Held {
    epoch: Epoch,
    secret: HandedEpoch,
    data: (u32, u32),
    is_cut: bool,
}

impl Held {
    pub(super) fn new(epoch: Epoch, secret: HandedEpoch, data: (u32, u32)) -> Self {
        Self {
            epoch,
            secret,
            data,
            is_cut: false,
        }
    }

    pub(super) fn of(sealer: &Sealer, floor: u32) -> Self {
        let (epoch, secret) = sealer.opened().unwrap();
        Self::new(epoch, secret, (floor, sealer.next_counter(Space::Data)))
    }

    /// The same where so many of its first frames are given up, and the power may have failed in it.
    #[cfg(feature = "node")]
    pub(super) fn given_up(&self, floor: u32, is_cut: bool) -> Self {
        let (_, end) = self.data;
        Self {
            is_cut,
            ..self.again((floor.min(end), end))
        }
    }

    fn again(&self, data: (u32, u32)) -> Self {
        let secret = HandedEpoch::from_bytes(*self.secret.expose());
        Self::new(self.epoch, secret, data)
    }
}

fn space(
    data: (u32, u32),
    losses: &[Lost],
) -> Option<SpaceEntry<impl Iterator<Item = Lost> + Clone>> {
    let (floor, end) = data;
    let losses = losses.iter().copied();
    Some(SpaceEntry { floor, end, losses })
}

/// A control frame that lists what is outstanding, as the first one of an epoch does.
pub(super) fn list(
    sealer: &mut Sealer,
    older: &[Held],
    data: (u32, u32),
    losses: &[Lost],
) -> Vec<u8> {
    let own = EpochEntry {
        locator: sealer.epoch().unwrap().locator,
        secret: None,
        is_cut: false,
        run: RUN,
        data: space(data, losses),
        alarm: None,
    };
    let older = older.iter().map(|held| EpochEntry {
        locator: held.epoch.locator,
        secret: Some(&held.secret.expose()[..]),
        is_cut: held.is_cut,
        run: RUN,
        data: space(held.data, &[]),
        alarm: None,
    });
    let mut buffer = [0; 1_100];
    let mut writer = ControlWriter::new(&mut buffer);
    writer.outstanding(older.chain([own])).unwrap();
    control(sealer, writer.finish())
}

/// Opens a control frame and takes what it lists.
pub(super) fn take(
    opener: &mut Opener,
    packet: &[u8],
) -> Result<(Option<Settled>, Vec<Loss>), Error> {
    let mut packet = packet.to_vec();
    let Opening::Control(control) = opener.open(&mut packet)? else {
        panic!()
    };
    let mut lost = Vec::new();
    let settled = opener.handle_outstanding(&control, |loss| {
        lost.push(loss);
        Ok(())
    })?;
    Ok((settled, lost))
}

fn next_session(seed: u8) -> (Sealer, Opener) {
    let mut sealer = secrets(seed).into_sealer(&STATIC_SECRET).unwrap();
    begin(&mut sealer, &mut Counting(seed));
    (sealer, secrets(seed).into_opener())
}

fn range(start: u32, end: u32) -> CounterRange {
    CounterRange { start, end }
}

// IOMT-OUT-032, IOMT-OUT-035, IOMT-SEAL-038
#[test]
fn a_server_that_lost_its_state_opens_the_backlog_of_an_old_session() {
    let (mut before, _lost_opener) = pair();
    let packets: Vec<_> = (0..4_u8)
        .map(|n| sealed(&mut before, Space::Data, &[n]))
        .collect();
    let (mut sealer, mut opener) = next_session(40);
    assert_eq!(receive(&mut opener, &packets[2]), Err(Error::UnknownEpoch));
    let held = Held::of(&before, 2);
    let (tag, locator) = (held.epoch.tag, held.epoch.locator);
    let (settled, lost) = take(&mut opener, &list(&mut sealer, &[held], (0, 0), &[])).unwrap();
    let expected = Settled {
        imported: 1,
        closed: 0,
    };
    assert_eq!(settled, Some(expected));
    // What was acknowledged to the device and is not here any more is said, not passed over.
    let loss = Loss {
        epoch: tag,
        run: Some(RUN),
        space: Space::Data,
        range: range(0, 2),
        why: LossCause::AfterAcknowledgement,
    };
    assert_eq!(lost, [loss]);
    assert!(opener.locators().any(|known| known == locator));
    let mut packet = packets[3].clone();
    let Ok(Opening::Fresh(opened)) = opener.open(&mut packet) else {
        panic!()
    };
    assert_eq!((opened.epoch(), opened.epoch_number()), (tag, None));
    assert!(!opened.ends_loss());
    opener.commit(opened.stored()).unwrap();
    // "a frame in a range recorded as lost is still opened, stored, and ends that loss"
    let mut packet = packets[1].clone();
    let Ok(Opening::Fresh(opened)) = opener.open(&mut packet) else {
        panic!()
    };
    assert!(opened.ends_loss());
    opener.commit(opened.stored()).unwrap();
    assert_eq!(receive(&mut opener, &packets[1]), Ok(None));
    // The device sees in the receipt that its list was taken: a floor at least the one sent.
    let bytes = receipt(&opener);
    let report = sealer.verify(&bytes, |_| None).unwrap();
    let mut entries = report.acknowledgements();
    let entry = entries.find(|entry| entry.epoch == tag.short()).unwrap();
    assert_eq!((entry.space, entry.floor), (Space::Data, 2));
    // Beyond its end nothing is taken, whoever has the secret.
    let beyond = sealed(&mut before, Space::Data, b"4");
    assert_eq!(receive(&mut opener, &beyond), Err(Error::BeyondEnd));
    let alarm = sealed(&mut before, Space::Alarm, b"!");
    assert_eq!(receive(&mut opener, &alarm), Err(Error::BeyondEnd));
}

// IOMT-OUT-033, IOMT-OUT-039, IOMT-SEAL-038
#[test]
fn a_known_epoch_keeps_its_set_whatever_is_listed() {
    let (mut sealer, mut opener) = pair();
    let packets: Vec<_> = (0..4_u8)
        .map(|n| sealed(&mut sealer, Space::Data, &[n]))
        .collect();
    for packet in &packets[..3] {
        receive(&mut opener, packet).unwrap();
    }
    let held = Held::of(&sealer, 0);
    begin(&mut sealer, &mut Counting(30));
    // Each list sets the ends anew.
    let shorter = held.again((0, 3));
    take(&mut opener, &list(&mut sealer, &[shorter], (0, 0), &[])).unwrap();
    assert_eq!(receive(&mut opener, &packets[3]), Err(Error::BeyondEnd));
    for held in [held.again((0, 4)), held.again((0, 4))] {
        let (settled, lost) = take(&mut opener, &list(&mut sealer, &[held], (0, 0), &[])).unwrap();
        assert_eq!((settled, lost), (Some(Settled::default()), Vec::new()));
    }
    assert_eq!(receive(&mut opener, &packets[0]), Ok(None));
    assert!(receive(&mut opener, &packets[3]).unwrap().is_some());
    // A list that says less than is stored takes nothing back.
    let shorter = held.again((0, 1));
    take(&mut opener, &list(&mut sealer, &[shorter], (0, 0), &[])).unwrap();
    assert_eq!(receive(&mut opener, &packets[3]), Ok(None));
}

// IOMT-OUT-031
#[test]
fn what_the_list_leaves_out_is_closed_and_its_holes_are_said() {
    let (mut sealer, mut opener) = pair();
    let tag = sealer.epoch().unwrap().tag;
    sealer.skip(Space::Data).unwrap();
    let packet = sealed(&mut sealer, Space::Data, b"1");
    receive(&mut opener, &packet).unwrap();
    begin(&mut sealer, &mut Counting(30));
    let skipped = sealed(&mut sealer, Space::Data, b"skipped");
    begin(&mut sealer, &mut Counting(60));
    let (settled, lost) = take(&mut opener, &list(&mut sealer, &[], (0, 0), &[])).unwrap();
    assert_eq!(settled.unwrap().closed, 1);
    let lost: Vec<_> = lost
        .iter()
        .map(|loss| (loss.epoch, loss.range, loss.why))
        .collect();
    assert_eq!(lost, [(tag, range(0, 1), LossCause::AfterAcknowledgement)]);
    for packet in [&packet, &skipped] {
        assert_eq!(receive(&mut opener, packet), Err(Error::UnknownEpoch));
    }
    assert_eq!(opener.open_epochs().count(), 1);
}

// IOMT-OUT-030
#[test]
fn only_the_newest_epoch_that_has_authenticated_says_what_is_outstanding() {
    let (mut sealer, mut opener) = pair();
    receive(&mut opener, &sealed(&mut sealer, Space::Data, b"0")).unwrap();
    let late = list(&mut sealer, &[], (0, 0), &[]);
    begin(&mut sealer, &mut Counting(30));
    let newest = list(&mut sealer, &[], (0, 0), &[]);
    let data = sealed(&mut sealer, Space::Data, b"1");
    receive(&mut opener, &data).unwrap();
    assert_eq!(take(&mut opener, &late).unwrap_err(), Error::NotNewest);
    assert_eq!(opener.open_epochs().count(), 2);
    assert_eq!(take(&mut opener, &newest).unwrap().0.unwrap().closed, 1);
}

// IOMT-OUT-022, IOMT-OUT-030, IOMT-ERR-003
#[test]
fn a_list_that_is_not_of_the_sealing_epoch_is_refused_and_changes_nothing() {
    let (mut sealer, mut opener) = pair();
    receive(&mut opener, &sealed(&mut sealer, Space::Data, b"0")).unwrap();
    begin(&mut sealer, &mut Counting(30));
    let mut buffer = [0; 100];
    let mut writer = ControlWriter::new(&mut buffer);
    let none: Option<SpaceEntry<core::iter::Empty<Lost>>> = None;
    let foreign = EpochEntry {
        locator: wire::Locator([9; 8]),
        secret: None,
        is_cut: false,
        run: RUN,
        data: none.clone(),
        alarm: none,
    };
    writer.outstanding([foreign].into_iter()).unwrap();
    let packet = control(&mut sealer, writer.finish());
    let refused = take(&mut opener, &packet).unwrap_err();
    assert_eq!(refused, wire::Error::OutOfRange.into());
    assert_eq!(opener.open_epochs().count(), 2);
    let nothing = control(&mut sealer, &[]);
    assert_eq!(take(&mut opener, &nothing), Ok((None, Vec::new())));
    let broken = control(&mut sealer, &[4, 1, 0]);
    assert!(take(&mut opener, &broken).is_err());
}

// IOMT-OUT-035, IOMT-OUT-036
#[test]
fn a_forgotten_epoch_is_an_open_ended_loss_that_late_frames_still_end() {
    let (mut before, mut old) = pair();
    let packets: Vec<_> = (0..4_u8)
        .map(|n| sealed(&mut before, Space::Data, &[n]))
        .collect();
    receive(&mut old, &packets[1]).unwrap();
    let (mut sealer, mut opener) = next_session(40);
    opener.inherit(old);
    let held = Held {
        is_cut: true,
        ..Held::new(before.epoch().unwrap(), before.opened().unwrap().1, (0, 0))
    };
    let (_, lost) = take(&mut opener, &list(&mut sealer, &[held], (0, 0), &[])).unwrap();
    let ends = MAX_COUNTER + 1;
    let said: Vec<_> = lost.iter().map(|loss| (loss.space, loss.range)).collect();
    let expected = [
        (Space::Data, range(2, ends)),
        (Space::Data, range(0, 1)),
        (Space::Alarm, range(0, ends)),
    ];
    assert_eq!(said, expected, "from the highest down");
    assert!(lost.iter().all(|loss| loss.why == LossCause::Cut));
    let open_ended: Vec<_> = lost.iter().map(Loss::is_open_ended).collect();
    assert_eq!(open_ended, [true, false, true]);
    assert!(receive(&mut opener, &packets[3]).unwrap().is_some());
    assert_eq!(receive(&mut opener, &packets[3]), Ok(None));
    assert_eq!(receive(&mut opener, &packets[1]), Ok(None));
}

#[test]
fn the_epoch_that_seals_the_list_can_not_be_forgotten() {
    let (mut sealer, mut opener) = pair();
    let mut buffer = [0; 100];
    let mut writer = ControlWriter::new(&mut buffer);
    let own = EpochEntry {
        locator: sealer.epoch().unwrap().locator,
        secret: None,
        is_cut: true,
        run: RUN,
        data: space((0, 0), &[]),
        alarm: None,
    };
    writer.outstanding([own].into_iter()).unwrap();
    let packet = control(&mut sealer, writer.finish());
    assert_eq!(take(&mut opener, &packet).unwrap().1, []);
    let data = sealed(&mut sealer, Space::Data, b"reading");
    assert!(receive(&mut opener, &data).unwrap().is_some());
}

// IOMT-EPOCH-030, IOMT-EPOCH-031, IOMT-EPOCH-032
#[test]
fn an_epoch_that_was_skipped_opens_by_its_secret_and_another_salt_of_it_is_a_twin() {
    let (mut sealer, mut opener) = pair();
    let skipped = sealed(&mut sealer, Space::Data, b"skipped");
    let routed = {
        let Ok(Packet::Frame(frame)) = Packet::parse(&skipped) else {
            panic!()
        };
        let route = sealer.epoch().unwrap().route(true);
        Frame { route, ..frame }
            .emit(&mut [0; 64])
            .unwrap()
            .to_vec()
    };
    let held = Held::of(&sealer, 0);
    begin(&mut sealer, &mut Counting(30));
    let (settled, _) = take(&mut opener, &list(&mut sealer, &[held], (0, 0), &[])).unwrap();
    assert_eq!(settled.unwrap().imported, 1);
    let mut packet = routed.clone();
    let Ok(Opening::Fresh(opened)) = opener.open(&mut packet) else {
        panic!()
    };
    assert_eq!(opened.epoch_number(), Some(0));
    opener.commit(opened.stored()).unwrap();
    // The same frame with its salt is the same frame, and no twin.
    assert_eq!(receive(&mut opener, &skipped), Ok(None));
    assert_eq!(opener.poll_twin(), None);
    let mut clone = secrets(1).into_sealer(&STATIC_SECRET).unwrap();
    begin(&mut clone, &mut Counting(120));
    let theirs = sealed(&mut clone, Space::Data, b"theirs");
    assert_eq!(receive(&mut opener, &theirs), Ok(Some(b"theirs".to_vec())));
    assert_eq!(opener.poll_twin().unwrap().number, 0);
}

// IOMT-OUT-032, IOMT-SEAL-037, IOMT-SEAL-038
#[test]
fn a_twin_that_was_handed_over_is_not_opened_a_second_time_by_its_salt() {
    let (mut device, mut opener) = pair();
    let mut clone = secrets(1).into_sealer(&STATIC_SECRET).unwrap();
    begin(&mut clone, &mut Counting(120));
    let theirs: Vec<_> = (0..4)
        .map(|_| sealed(&mut clone, Space::Data, b"theirs"))
        .collect();
    let ours = sealed(&mut device, Space::Data, b"ours");
    assert!(receive(&mut opener, &ours).unwrap().is_some());
    let held = Held::of(&clone, 0).again((0, 2));
    let (settled, _) = take(&mut opener, &list(&mut device, &[held], (0, 1), &[])).unwrap();
    assert_eq!(settled.unwrap().imported, 1);

    assert!(receive(&mut opener, &theirs[1]).unwrap().is_some());
    let beyond = Err(Error::BeyondEnd);
    assert_eq!(receive(&mut opener, &theirs[2]), beyond);
    assert_eq!(receive(&mut opener, &theirs[3]), beyond);
    assert_eq!(opener.open_epochs().count(), 2);
}

// IOMT-EPOCH-033, IOMT-SEAL-037
#[test]
fn an_inherited_session_is_dead_but_for_its_open_epochs() {
    let (mut before, mut old) = pair();
    let known = sealed(&mut before, Space::Data, b"known");
    let late = sealed(&mut before, Space::Data, b"late");
    receive(&mut old, &known).unwrap();
    begin(&mut before, &mut Counting(30));
    let unknown = sealed(&mut before, Space::Data, b"unknown");
    let (mut sealer, mut opener) = next_session(40);
    opener.inherit(old);
    assert_eq!(receive(&mut opener, &known), Ok(None));
    assert_eq!(receive(&mut opener, &unknown), Err(Error::UnknownEpoch));
    // Frames on their way open until the first list closes or names their epoch.
    assert!(receive(&mut opener, &late).unwrap().is_some());
    take(&mut opener, &list(&mut sealer, &[], (0, 0), &[])).unwrap();
    assert_eq!(receive(&mut opener, &late), Err(Error::UnknownEpoch));
}

// IOMT-LOC-003, IOMT-LIM-004
#[test]
fn more_epochs_than_there_is_room_for_give_way_oldest_first() {
    let mut held = Vec::new();
    let mut packets = Vec::new();
    for seed in 0..12_u8 {
        let (mut before, _) = next_session(100 + seed);
        packets.push(sealed(&mut before, Space::Data, &[seed]));
        held.push(Held::of(&before, 0));
    }
    let (mut sealer, mut opener) = next_session(40);
    let (settled, _) = take(&mut opener, &list(&mut sealer, &held, (0, 0), &[])).unwrap();
    let expected = Settled {
        imported: 12,
        closed: 3,
    };
    assert_eq!(settled, Some(expected));
    assert_eq!(opener.open_epochs().count(), 10);
    for (number, packet) in packets.iter().enumerate() {
        assert_eq!(
            receive(&mut opener, packet).is_ok(),
            number >= 3,
            "{number}"
        );
    }
    assert!(receive(&mut opener, &sealed(&mut sealer, Space::Data, b"new")).is_ok());
}

// IOMT-OUT-034
#[test]
fn a_loss_keeps_the_reason_that_came_with_it() {
    let (mut sealer, mut opener) = pair();
    let losses = [Lost {
        range: range(1, 3),
        why: Why::PowerLost,
    }];
    let packet = list(&mut sealer, &[], (4, 9), &losses);
    let (_, lost) = take(&mut opener, &packet).unwrap();
    let said: Vec<_> = lost.iter().map(|loss| (loss.range, loss.why)).collect();
    let after = LossCause::AfterAcknowledgement;
    let power = LossCause::Reported(Why::PowerLost);
    let expected = [
        (range(0, 1), after),
        (range(1, 3), power),
        (range(3, 4), after),
    ];
    assert_eq!(said, expected);
}
