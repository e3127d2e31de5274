use super::*;
use crate::wire::Locator;
use core::sync::atomic::{AtomicUsize, Ordering};

const SESSIONS: u8 = 40;

/// A look-up that counts its calls; it knows by a plain list.
struct Listed {
    owners: Vec<(Locator, u32)>,
    calls: AtomicUsize,
}

impl SessionLookup for Listed {
    type Name = u32;

    fn owners(&self, locator: Locator) -> Owners<u32> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut owners = Owners::default();
        for (_, name) in self.owners.iter().filter(|(known, _)| *known == locator) {
            assert!(owners.insert(*name));
        }
        owners
    }
}

struct Setting {
    lookup: Listed,
    sealers: Vec<Sealer>,
    openers: Vec<Opener>,
}

impl Setting {
    fn new() -> Self {
        let mut setting = Self {
            lookup: Listed {
                owners: Vec::new(),
                calls: AtomicUsize::new(0),
            },
            sealers: Vec::new(),
            openers: Vec::new(),
        };
        for seed in 0..SESSIONS {
            let mut sealer = secrets(seed.wrapping_mul(5))
                .into_sealer(&STATIC_SECRET)
                .unwrap();
            begin(&mut sealer, &mut Counting(seed));
            let opener = secrets(seed.wrapping_mul(5)).into_opener();
            let named = opener.locators().map(|locator| (locator, u32::from(seed)));
            setting.lookup.owners.extend(named);
            setting.sealers.push(sealer);
            setting.openers.push(opener);
        }
        setting
    }

    fn seal(&mut self, name: usize, text: &[u8]) -> Vec<u8> {
        sealed(&mut self.sealers[name], Space::Data, text)
    }

    /// Name and plaintext of what is fresh, or why it is not, in the order of the batch.
    fn open(&mut self, frames: &mut [Vec<u8>]) -> Vec<Result<(u32, Vec<u8>), Error>> {
        let mut outcomes = Vec::new();
        let openers = self.openers.as_mut_slice();
        open_batch(&self.lookup, openers, frames, |place, outcome| {
            assert_eq!(place, outcomes.len(), "in order, each once");
            outcomes.push(outcome.map(|(name, opening)| match opening {
                Opening::Fresh(opened) => (name, opened.plaintext().to_vec()),
                other => panic!("{other:?}"),
            }));
        });
        outcomes
    }
}

#[test]
fn a_batch_says_of_each_frame_what_its_session_says_of_it_alone() {
    let (mut setting, mut alone) = (Setting::new(), Setting::new());
    let mut frames: Vec<Vec<u8>> = Vec::new();
    for number in 0..150_usize {
        let name = number * 7 % usize::from(SESSIONS);
        let mut frame = setting.seal(name, &number.to_le_bytes());
        match number % 10 {
            3 => frame[9] ^= 1,
            4 => *frame.last_mut().unwrap() ^= 1,
            5 => frame.truncate(number % 40),
            6 => frame = frames[number - 4].clone(),
            7 => frame[1..9].fill(0xEE),
            _ => {}
        }
        frames.push(frame);
    }
    let outcomes = setting.open(&mut frames.clone());
    assert_eq!(outcomes.len(), frames.len());
    let mut fresh = 0;
    for (frame, outcome) in frames.iter_mut().zip(outcomes) {
        let owner = match Packet::parse(frame) {
            Ok(Packet::Frame(Frame {
                route: Route::Unproved(locator, _),
                ..
            })) => alone.lookup.owners(locator).iter().next(),
            _ => None,
        };
        let opening = match owner {
            Some(name) => alone.openers[name as usize].open(frame),
            None => alone.openers[0].open(frame),
        };
        let expected = opening.map(|opening| match opening {
            Opening::Fresh(opened) => (owner.unwrap(), opened.plaintext().to_vec()),
            other => panic!("{other:?}"),
        });
        fresh += usize::from(expected.is_ok());
        assert_eq!(outcome, expected);
    }
    assert_eq!(fresh, 90, "the duplicates among them");
}

#[test]
fn all_owners_of_a_locator_are_tried() {
    let mut setting = Setting::new();
    let frame = setting.seal(9, b"of the ninth");
    let Ok(Packet::Frame(Frame {
        route: Route::Unproved(locator, _),
        ..
    })) = Packet::parse(&frame)
    else {
        panic!()
    };
    let others = [(locator, 3), (locator, 1_000_000)];
    setting.lookup.owners.splice(0..0, others);
    assert_eq!(
        setting.open(&mut [frame]),
        [Ok((9, b"of the ninth".to_vec()))]
    );
}

#[test]
fn a_stranger_costs_one_look_up_and_nothing_else() {
    let mut setting = Setting::new();
    let mut stranger = secrets(251).into_sealer(&STATIC_SECRET).unwrap();
    begin(&mut stranger, &mut Counting(9));
    let mut frames: Vec<_> = (0..100)
        .map(|_| sealed(&mut stranger, Space::Data, b"?"))
        .collect();
    let before = frames.clone();
    let outcomes = setting.open(&mut frames);
    assert!(
        outcomes
            .iter()
            .all(|outcome| *outcome == Err(Error::UnknownEpoch))
    );
    assert_eq!(setting.lookup.calls.load(Ordering::Relaxed), 100);
    assert_eq!(frames, before);
}

#[test]
fn what_is_no_routed_frame_is_looked_up_for_nobody() {
    let mut setting = Setting::new();
    let receipt = receipt(&setting.openers[0]);
    let mut out = [0; MAX_DATAGRAM];
    let short = setting.sealers[0]
        .seal(Space::Data, b"short", &mut out)
        .unwrap()
        .to_vec();
    let outcomes = setting.open(&mut [receipt, short, Vec::new()]);
    assert_eq!(
        outcomes[..2],
        [Err(Error::UnexpectedPacket), Err(Error::UnknownEpoch)]
    );
    assert!(matches!(outcomes[2], Err(Error::Malformed(_))));
    assert_eq!(setting.lookup.calls.load(Ordering::Relaxed), 0);
}

#[test]
fn what_was_opened_outlives_the_batch_and_is_committed_after_it() {
    let mut setting = Setting::new();
    let mut frames: Vec<_> = (0..60)
        .map(|number| setting.seal(number % 20, b"reading"))
        .collect();
    let mut again = frames.clone();
    let mut stored = Vec::new();
    let openers = setting.openers.as_mut_slice();
    open_batch(&setting.lookup, openers, &mut frames, |_, outcome| {
        let Ok((name, Opening::Fresh(opened))) = outcome else {
            panic!("{outcome:?}")
        };
        stored.push((name, opened));
    });
    for (name, opened) in stored {
        let session: &mut Opener = setting.openers.as_mut_slice().session(name).unwrap();
        session.commit(opened.stored()).unwrap();
    }
    let openers = setting.openers.as_mut_slice();
    let mut duplicates = 0;
    open_batch(&setting.lookup, openers, &mut again, |_, outcome| {
        duplicates += usize::from(matches!(outcome, Ok((_, Opening::Duplicate))));
    });
    assert_eq!(duplicates, 60);
}
