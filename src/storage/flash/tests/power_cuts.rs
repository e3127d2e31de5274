//! Every byte and erase of a script is the last before a power cut, and so is each of the recovery behind it.

use super::*;
use crate::storage::Error;
use crate::storage::nor_flash::Torn;
use std::collections::BTreeMap;
use std::vec;

/// Images have nothing in common, so that a piece tells which one it is of.
fn secret(index: u8) -> Vec<u8> {
    let byte = |at: u8| at.wrapping_mul(37) ^ index.wrapping_mul(59).wrapping_add(0x31);
    (0..44).map(byte).collect()
}

const IMAGES: u8 = 4;

enum Step {
    Image(u8),
    Erase,
    Append(FrameAddress, usize),
    Free(FrameAddress),
}

/// All kinds of request, with three segments filled, freed and erased on the way.
fn script() -> Vec<Step> {
    let alarm = |counter| address(Space::Alarm, counter);
    let mut steps = vec![Step::Image(0), Step::Append(data(0), 30), Step::Image(1)];
    steps.extend((1..5).map(|counter| Step::Append(data(counter), 420)));
    steps.extend([
        Step::Append(alarm(0), 12),
        Step::Free(data(3)),
        Step::Image(2),
    ]);
    steps.extend((5..9).map(|counter| Step::Append(data(counter), 300)));
    steps.extend([
        Step::Free(data(8)),
        Step::Free(alarm(1)),
        Step::Append(alarm(1), 33),
    ]);
    steps.extend([Step::Erase, Step::Append(data(9), 20), Step::Image(3)]);
    steps
}

/// What may lie on the flash, and what must.
#[derive(Clone, Default)]
struct Model {
    /// The image is one of these.
    images: Vec<Option<u8>>,
    /// Whether the image was about to be erased, so that half of it may be there, and be reported.
    is_damage_allowed: bool,
    stored: BTreeMap<FrameAddress, usize>,
    /// What was freed, or not done before the power cut.
    perhaps: BTreeMap<FrameAddress, usize>,
}

impl Model {
    fn before(&mut self, step: &Step) {
        match step {
            Step::Image(index) => self.images.push(Some(*index)),
            Step::Erase => {
                self.images.push(None);
                self.is_damage_allowed = true;
                self.perhaps.append(&mut self.stored);
            }
            Step::Append(address, len) => {
                self.perhaps.insert(*address, *len);
            }
            Step::Free(limit) => {
                let is_freed =
                    |it: &FrameAddress| it.is_beside(limit) && it.counter < limit.counter;
                let freed: Vec<_> = self.stored.keys().copied().filter(is_freed).collect();
                for address in freed {
                    let len = self.stored.remove(&address).unwrap();
                    self.perhaps.insert(address, len);
                }
            }
        }
    }

    fn done(&mut self, step: &Step) {
        let image = *self.images.last().unwrap();
        self.images = vec![image];
        self.is_damage_allowed = false;
        if let Step::Append(address, len) = step {
            self.stored.insert(*address, *len);
            self.perhaps.remove(address);
        }
    }

    fn check<const W: usize, const U: usize>(
        &self,
        storage: &mut FlashStorage<SimulatedFlash<W, U>>,
    ) {
        let mut out = [0; MAX_DATAGRAM];
        let current = match storage.load_image(0, &mut out) {
            Ok(None) => None,
            Ok(Some(len)) => Some(
                (0..IMAGES)
                    .find(|index| secret(*index) == out[..len])
                    .expect("garbage"),
            ),
            Err(error) => {
                assert_eq!(error, Error::Damaged);
                assert!(self.is_damage_allowed || self.images.contains(&None));
                None
            }
        };
        assert!(
            self.images.contains(&current) || self.is_damage_allowed,
            "{current:?}"
        );
        if let Some(current) = current {
            let others = (0..IMAGES).filter(|index| *index != current);
            for other in others {
                assert!(
                    !storage.flash_mut().holds(&secret(other)[..6]),
                    "{other} beside {current}"
                );
            }
        }
        for (address, len) in &self.stored {
            let frame = frame(address.counter, *len);
            assert_eq!(found(storage, *address), Some((*address, frame)));
        }
        let named = scanned(storage);
        assert!(self.stored.keys().all(|address| named.contains(address)));
        for address in named {
            let len = self.stored.get(&address).or(self.perhaps.get(&address));
            let frame = frame(address.counter, *len.expect("never appended"));
            assert_eq!(found(storage, address), Some((address, frame)));
        }
    }
}

fn take<S: Storage>(storage: &mut S, step: &Step) -> StoreReply<'static> {
    match step {
        Step::Image(index) => {
            let bytes = &secret(*index);
            perform(storage, &StoreRequest::Image { peer: 0, bytes })
        }
        Step::Erase => perform(storage, &StoreRequest::Erase { peer: 0 }),
        Step::Append(address, len) => {
            let (address, bytes) = (*address, &frame(address.counter, *len)[..]);
            perform(storage, &StoreRequest::Frame { address, bytes })
        }
        Step::Free(limit) => {
            let FrameAddress {
                peer,
                epoch,
                space,
                counter: below,
            } = *limit;
            perform(
                storage,
                &StoreRequest::Free {
                    peer,
                    epoch,
                    space,
                    below,
                },
            )
        }
    }
}

struct World<const W: usize, const U: usize> {
    units: usize,
    torn: Torn,
}

impl<const W: usize, const U: usize> World<W, U> {
    fn open(&self, flash: SimulatedFlash<W, U>) -> FlashStorage<SimulatedFlash<W, U>> {
        FlashStorage::open(flash, range(self.units, U), 1).unwrap()
    }

    /// The flash and what it may hold, after the power has failed in an event; `None` behind the last one.
    fn cut_in(&self, event: u64) -> Option<(SimulatedFlash<W, U>, Model)> {
        let mut flash = SimulatedFlash::<W, U>::new(self.units);
        flash.torn = self.torn;
        flash.cut_after(event, event);
        let mut storage = self.open(flash);
        let mut model = Model {
            images: vec![None],
            ..Model::default()
        };
        for step in script() {
            model.before(&step);
            if take(&mut storage, &step) != StoreReply::Done {
                let mut flash = storage.release();
                assert!(flash.is_off(), "only the power makes a request fail");
                flash.power_on();
                return Some((flash, model));
            }
            model.done(&step);
        }
        None
    }

    /// The power comes back and fails once more in each event of the opening, then comes back for good.
    fn recover(&self, flash: &SimulatedFlash<W, U>, model: &Model) -> u64 {
        for event in 0.. {
            let mut again = flash.clone();
            again.cut_after(event, event ^ flash.events);
            let mut kept = again.clone();
            let opened = FlashStorage::open(&mut kept, range(self.units, U), 1);
            let is_done = opened.is_ok();
            drop(opened);
            assert_eq!(kept.is_off(), !is_done);
            kept.power_on();
            let mut storage = self.open(kept);
            model.check(&mut storage);
            if is_done {
                self.go_on(storage, model);
                return event;
            }
        }
        unreachable!()
    }

    /// What was recovered takes new images and frames.
    fn go_on(&self, mut storage: FlashStorage<SimulatedFlash<W, U>>, model: &Model) {
        let mut model = model.clone();
        // An alarm has room always; the counters of whatever failed are not used again.
        for step in [Step::Image(3), Step::Append(address(Space::Alarm, 90), 25)] {
            model.before(&step);
            assert_eq!(take(&mut storage, &step), StoreReply::Done);
            model.done(&step);
        }
        model.check(&mut storage);
        let flash = storage.release();
        assert_eq!(flash.violations, 0, "no word was written twice");
        model.check(&mut self.open(flash));
    }

    fn enumerate(&self) {
        let (mut event, mut recoveries) = (0, 0);
        while let Some((flash, model)) = self.cut_in(event) {
            recoveries += 1 + self.recover(&flash, &model);
            event += 1;
        }
        assert!(
            event > 3_500 && recoveries > event,
            "{event} cuts, {recoveries} recoveries"
        );
        std::println!("words of {W}: {event} cuts, {recoveries} recoveries");
    }
}

#[test]
fn the_power_fails_at_every_byte_with_words_of_4() {
    World::<4, 512> {
        units: 18,
        torn: Torn::Garbage,
    }
    .enumerate();
}

#[test]
fn the_power_fails_at_every_byte_with_words_of_1() {
    World::<1, 1536> {
        units: 6,
        torn: Torn::Garbage,
    }
    .enumerate();
}

#[test]
fn the_power_fails_at_every_byte_with_words_of_32_that_can_not_be_read_then() {
    World::<32, 2048> {
        units: 6,
        torn: Torn::Unreadable,
    }
    .enumerate();
}
