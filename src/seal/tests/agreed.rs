//! A session that nobody was heard in yet, held against an opener that was made for it; and how it takes the place of another.

use super::handed::{Held, list, take};
use super::*;
use crate::seal::space_set::SpaceSet;
use crate::seal::{Agreed, Row, RowKey, RowOwner};
use crate::wire::Locator;

const OWNER: RowOwner<'static> = RowOwner {
    tenant: b"clinic",
    device: b"device",
};

/// Who is to follow the session of `pair`.
const NEXT: u8 = 40;

#[derive(Debug, Clone, Copy)]
enum Step {
    Begin,
    Send(Space),
    Lose(Space),
    /// A device that was restored begins the second epoch anew.
    Twin,
    List(Listing),
}

/// What a list says of the epochs before.
#[derive(Debug, Clone, Copy)]
struct Listing {
    /// A bit for each of the last epochs.
    named: u8,
    cut: u8,
    /// What the device has given up of each, at most.
    floor: u32,
    has_foreign: bool,
}

/// How many epochs a list names at most.
const MAX_NAMED: usize = 6;

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Begin),
        4 => space().prop_map(Step::Send),
        2 => space().prop_map(Step::Lose),
        1 => Just(Step::Twin),
        2 => listing().prop_map(Step::List),
    ]
}

fn listing() -> impl Strategy<Value = Listing> {
    let all = (any::<u8>(), any::<u8>(), 0_u32..4, any::<bool>());
    all.prop_map(|(named, cut, floor, has_foreign)| Listing {
        named,
        cut,
        floor,
        has_foreign,
    })
}

fn space() -> impl Strategy<Value = Space> {
    prop_oneof![Just(Space::Data), Just(Space::Alarm)]
}

/// An epoch of a session of which the server knows nothing.
fn foreign() -> Held {
    let mut sealer = secrets(80).into_sealer(&STATIC_SECRET).unwrap();
    begin(&mut sealer, &mut Counting(90));
    for _ in 0..3 {
        sealed(&mut sealer, Space::Data, b"a reading");
    }
    Held::of(&sealer, 0)
}

/// The list of a device that has sealed in these epochs before.
fn listed(sealer: &mut Sealer, before: &[Held], listing: Listing) -> Vec<u8> {
    let bit = |bits: u8, at: usize| bits >> at & 1 == 1;
    let last = before.iter().rev().take(MAX_NAMED).rev().enumerate();
    let mut older: Vec<_> = last
        .filter(|(at, _)| bit(listing.named, *at))
        .map(|(at, held)| held.given_up(listing.floor, bit(listing.cut, at)))
        .collect();
    if listing.has_foreign {
        older.insert(0, foreign().given_up(listing.floor, bit(listing.cut, 7)));
    }
    let end = sealer.next_counter(Space::Data);
    list(sealer, &older, (listing.floor.min(end), end), &[])
}

/// A session that has seen all that, and the epochs that its device has sealed in.
fn after(steps: &[Step]) -> (Opener, Vec<Held>) {
    let (mut sealer, mut opener) = pair();
    let saved = begin(
        &mut secrets(1).into_sealer(&STATIC_SECRET).unwrap(),
        &mut Counting(0),
    );
    let mut entropy = Counting(1);
    let mut before = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        match *step {
            Step::Begin => {
                before.push(Held::of(&sealer, 0));
                begin(&mut sealer, &mut entropy);
            }
            Step::Send(space) => {
                let _ = receive(&mut opener, &sealed(&mut sealer, space, b"a reading"));
            }
            Step::Lose(space) => {
                sealed(&mut sealer, space, b"a reading");
            }
            Step::Twin => {
                let mut twin = Sealer::restore(&saved, &STATIC_SECRET).unwrap();
                begin(&mut twin, &mut Counting(100 + at as u8));
                let _ = receive(&mut opener, &sealed(&mut twin, Space::Data, b"a twin"));
            }
            Step::List(listing) => {
                let _ = take(&mut opener, &listed(&mut sealer, &before, listing));
            }
        }
    }
    before.push(Held::of(&sealer, 0));
    (opener, before)
}

/// All that a store keeps of it.
fn row_of(opener: &Opener) -> Vec<u8> {
    let key = RowKey::from_bytes(&[0x6B; 32]).unwrap();
    let row = Row {
        opener,
        psk: None,
        note: b"",
    };
    let mut out = [0; MAX_ROW];
    key.seal(&OWNER, row, &mut Counting(30), &mut out)
        .unwrap()
        .to_vec()
}

/// The device of the next session, which has begun as many epochs before that nobody has heard of.
fn sealer_after(skipped: usize) -> Sealer {
    let mut sealer = secrets(NEXT).into_sealer(&STATIC_SECRET).unwrap();
    let mut entropy = Counting(60);
    for _ in 0..=skipped {
        begin(&mut sealer, &mut entropy);
    }
    sealer
}

fn first_after(skipped: usize, space: Space) -> Vec<u8> {
    sealed(&mut sealer_after(skipped), space, b"the first")
}

fn next() -> (Agreed, Opener) {
    (Agreed::new(secrets(NEXT)), secrets(NEXT).into_opener())
}

/// What it knows of its epochs, oldest first.
fn epochs_of(opener: &Opener) -> Vec<impl PartialEq + core::fmt::Debug> {
    fn of<const N: usize>(space: &SpaceSet<N>) -> impl PartialEq + core::fmt::Debug + use<N> {
        (space.end, space.cut, space.set.floor(), space.lost.clone())
    }
    let known = opener.epochs.iter().map(|epoch| {
        let spaces = (of(&epoch.data), of(&epoch.alarm));
        let state = (epoch.is_over, epoch.is_listed, epoch.echo);
        (epoch.tag(), epoch.number, epoch.run, state, spaces)
    });
    known.collect()
}

fn assert_same(place: &mut Opener, made: &mut Opener) {
    assert_eq!(row_of(place), row_of(made));
    assert_eq!(epochs_of(place), epochs_of(made));
    assert!(place.locators().eq(made.locators()));
    assert!(place.open_epochs().eq(made.open_epochs()));
    assert_eq!(receipt(place), receipt(made));
    assert_eq!(place.poll_twin(), made.poll_twin());
}

proptest! {
    // IOMT-EPOCH-033
    #[test]
    fn it_takes_the_place_of_another_as_an_opener_inherits(
        steps in proptest::collection::vec(step(), 0..40),
        skipped in 0_usize..10,
        space in space(),
        listing in listing(),
    ) {
        let (agreed, mut made) = next();
        let mut sealer = sealer_after(skipped);
        let packet = sealed(&mut sealer, space, b"the first");
        let (mut here, mut there) = (packet.clone(), packet.clone());
        let opened = made.authenticate(&mut there);
        match (agreed.authenticate(&mut here), opened) {
            (Ok((first, authentic)), Ok(expected)) => {
                prop_assert!(skipped < 8);
                made.inherit(after(&steps).0);
                let (mut place, before) = after(&steps);
                place.restart(&agreed, first);
                assert_same(&mut place, &mut made);
                let revealed = [(&mut place, authentic, &mut here), (&mut made, expected, &mut there)]
                    .map(|(opener, authentic, packet)| {
                        let Ok(Opening::Fresh(opened)) = opener.reveal(authentic, packet) else {
                            panic!("not fresh")
                        };
                        let plaintext = opened.plaintext().to_vec();
                        opener.commit(opened.stored()).unwrap();
                        (plaintext, row_of(opener))
                    });
                prop_assert_eq!(&revealed[0], &revealed[1]);
                prop_assert_eq!(&revealed[0].0, b"the first");
                prop_assert_eq!(receive(&mut place, &packet), Ok(None));
                let list = listed(&mut sealer, &before, listing);
                let settled = take(&mut place, &list);
                prop_assert!(settled.is_ok());
                prop_assert_eq!(settled, take(&mut made, &list));
                assert_same(&mut place, &mut made);
            }
            (Err(refused), Err(expected)) => {
                prop_assert!(skipped >= 8);
                prop_assert_eq!(refused, expected);
                prop_assert_eq!(here, packet);
            }
            (here, there) => prop_assert!(false, "{:?}, {:?}", here.is_ok(), there.is_ok()),
        }
    }

    // IOMT-ERR-003
    #[test]
    fn what_is_not_of_it_is_refused_as_by_an_opener_and_left_as_it_was(
        byte in 0_usize..60,
        bit in 0_u32..8,
        len in 0_usize..60,
        space in space(),
    ) {
        let (agreed, mut made) = next();
        let mut packet = first_after(0, space);
        let byte = byte % packet.len();
        packet[byte] ^= 1 << bit;
        packet.truncate(packet.len().saturating_sub(len / 8));
        let (mut here, mut there) = (packet.clone(), packet.clone());
        let refused = agreed.authenticate(&mut here).map(|_| ()).unwrap_err();
        prop_assert_eq!(refused, made.authenticate(&mut there).unwrap_err());
        prop_assert_eq!(here, packet);
    }
}

#[test]
fn in_an_empty_place_it_is_as_an_opener_that_was_made_for_it() {
    let (agreed, mut made) = next();
    let packet = first_after(3, Space::Alarm);
    let (first, _) = agreed.authenticate(&mut packet.clone()).unwrap();
    made.authenticate(&mut packet.clone()).unwrap();
    let mut place = Opener::closed();
    place.restart(&agreed, first);
    assert_same(&mut place, &mut made);
    place.close();
    assert_eq!(row_of(&place), row_of(&Opener::closed()));
}

#[test]
fn its_names_and_its_receipt_are_those_of_an_opener() {
    let (agreed, made) = next();
    let locators: Vec<Locator> = made.locators().collect();
    assert_eq!(&agreed.locators()[..], locators);
    let mut out = [0; MAX_DATAGRAM];
    assert_eq!(agreed.receipt(&mut out).unwrap(), receipt(&made));
    let mut sealer = secrets(NEXT).into_sealer(&STATIC_SECRET).unwrap();
    begin(&mut sealer, &mut Counting(60));
    let bytes = agreed.receipt(&mut out).unwrap();
    sealer.verify(bytes, |_| None).unwrap();
    assert!(agreed.receipt(&mut [0; 10]).is_err());
}

#[test]
fn a_frame_without_the_salt_of_its_epoch_is_not_known() {
    let (agreed, _) = next();
    let first = first_after(0, Space::Data);
    let Ok(Packet::Frame(frame)) = Packet::parse(&first) else {
        panic!()
    };
    let [locator, ..] = agreed.locators();
    for route in [Route::Short, Route::Routed(locator)] {
        let mut out = [0; MAX_DATAGRAM];
        let packet = Frame { route, ..frame }.emit(&mut out).unwrap();
        let refused = agreed.authenticate(packet).map(|_| ()).unwrap_err();
        assert_eq!(refused, Error::UnknownEpoch);
    }
}

/// The device's end seals no such frame; a forger may ask for one.
#[test]
fn a_command_is_not_what_a_device_says() {
    let (agreed, mut made) = next();
    let first = first_after(0, Space::Data);
    let Ok(Packet::Frame(frame)) = Packet::parse(&first) else {
        panic!()
    };
    let mut out = [0; MAX_DATAGRAM];
    let command = Frame {
        space: Space::Command,
        ..frame
    };
    let packet = command.emit(&mut out).unwrap();
    let refused = agreed.authenticate(packet).map(|_| ()).unwrap_err();
    assert_eq!(refused, Error::UnexpectedPacket);
    assert_eq!(made.authenticate(packet).unwrap_err(), refused);
}

#[cfg(target_pointer_width = "64")]
#[test]
fn it_takes_a_third_of_an_opener_without_an_epoch() {
    let (agreed, opener) = (size_of::<Agreed>(), size_of::<Opener>());
    assert_eq!(opener / agreed, 3, "{agreed} of {opener} bytes");
}
