use embedded_storage_async::nor_flash::NorFlash;

use super::geometry::MAX_WORD;
use super::item::{self, Item};
use super::medium::Medium;
use super::segment::{self, Next, State};
use crate::storage::header::FrameHeader;
use crate::storage::{Error, FrameAddress, check};
use crate::wire::{MAX_DATAGRAM, Space};

/// How often a frame is written elsewhere when the flash does not take it where it should go.
const ATTEMPTS: u8 = 3;

/// The frames of all peers, in segments. All that matters is on the flash; this remembers where to go on.
#[derive(Debug)]
pub(super) struct Log {
    /// The segment that frames are appended to.
    current: Option<Place>,
    /// The one that was taken into use last, or looked at.
    last: u32,
    /// Its sequence.
    sequence: u32,
    /// How many segments may be taken into use.
    empty: u32,
    /// Where the last search ended.
    found_in: u32,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    segment: u32,
    /// Where the next item goes.
    tail: u32,
    end: u32,
}

impl Place {
    fn has_room_for(&self, needed: u32) -> bool {
        self.tail.saturating_add(needed) <= self.end
    }
}

/// Which frames go.
type IsFreed<'a> = &'a dyn Fn(&FrameAddress) -> bool;

impl Log {
    /// Looks at all segments; appending goes on in the one that was taken into use last.
    pub(super) async fn open<F: NorFlash>(medium: &mut Medium<F>) -> Result<Self, Error> {
        let mut log = Self {
            current: None,
            last: medium.geometry().segments.saturating_sub(1),
            sequence: 0,
            empty: 0,
            found_in: 0,
        };
        let mut newest = None;
        for index in 0..medium.geometry().segments {
            match segment::state(medium, index).await? {
                State::Used(sequence) => newest = newest.max(Some((sequence, index))),
                State::Clean | State::Dirty | State::Unreadable => {
                    log.empty = log.empty.saturating_add(1);
                }
            }
        }
        if let Some((sequence, index)) = newest {
            log.sequence = sequence;
            log.resume(medium, index).await;
        }
        Ok(log)
    }

    pub(super) async fn append<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
        address: FrameAddress,
        frame: &[u8],
    ) -> Result<(), Error> {
        let (len, limit) = (frame.len(), MAX_DATAGRAM);
        let header = FrameHeader::new(address, frame).ok_or(Error::TooLong { len, limit })?;
        let mut result = Err(Error::Full);
        for _ in 0..ATTEMPTS {
            let place = self.place_for(medium, address.space, len).await?;
            result = write(medium, &place, &header, frame).await;
            let needed = item::footprint(medium.geometry().word, len);
            // Nothing more goes behind what the flash did not take.
            let used = if result.is_ok() { needed } else { u32::MAX };
            let tail = place.tail.saturating_add(used);
            self.current = Some(Place { tail, ..place });
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// Reads to `out` the frame at `address`, or the next above it beside it. What does not check is not there; but
    /// where a segment can not be read, nobody knows what is not there.
    pub(super) async fn find<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
        mut address: FrameAddress,
        out: &mut [u8],
    ) -> Result<Option<(FrameAddress, usize)>, Error> {
        loop {
            let mut above: Option<FrameAddress> = None;
            let (first, segments) = (self.found_in, medium.geometry().segments);
            let mut all = Ok(());
            for index in ring(first, segments) {
                let state = segment::state(medium, index).await;
                all = all.and(check_readable(state));
                let mut at = items_of(medium, index, state);
                while let Some(item) = next(medium, index, &mut at).await {
                    let stored = item.header.address;
                    if item.is_freed || !stored.is_beside(&address) {
                        continue;
                    }
                    if stored.counter == address.counter
                        && let Some(len) = read(medium, &item, out).await?
                    {
                        self.found_in = index;
                        return Ok(Some((stored, len)));
                    }
                    if stored.counter > address.counter {
                        above = Some(above.map_or(stored, |lowest| lowest.min(stored)));
                    }
                }
            }
            all = all.and(all_readable(medium).await);
            let Some(next) = all.map(|()| above)? else {
                return Ok(None);
            };
            address = next;
        }
    }

    /// Names the frames of a peer that check.
    pub(super) async fn scan<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
        peer: u8,
        visit: &mut dyn FnMut(FrameAddress),
    ) -> Result<(), Error> {
        for index in 0..medium.geometry().segments {
            let mut at = start(medium, index).await;
            while let Some(item) = next(medium, index, &mut at).await {
                let is_wanted = !item.is_freed && item.header.address.peer == peer;
                if is_wanted && is_whole(medium, &item).await {
                    visit(item.header.address);
                }
            }
        }
        Ok(())
    }

    /// Marks frames as freed, and erases the segments that have no others. Goes on behind what fails.
    pub(super) async fn free<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
        is_freed: IsFreed<'_>,
    ) -> Result<(), Error> {
        let mut result = Ok(());
        for index in 0..medium.geometry().segments {
            let marked = mark(medium, index, is_freed).await;
            result = result.and(marked.map(drop));
            if matches!(marked, Ok(Marked::Some)) {
                let reclaimed = self.reclaim(medium, index).await;
                result = result.and(reclaimed);
            }
        }
        result
    }

    /// Where a frame of `len` bytes goes. Data leaves one segment to alarms, where there are three or more.
    async fn place_for<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
        space: Space,
        len: usize,
    ) -> Result<Place, Error> {
        let geometry = *medium.geometry();
        let needed = item::footprint(geometry.word, len);
        let reserve = u32::from(space != Space::Alarm && geometry.segments >= 3);
        if self.empty < reserve {
            self.reclaim_all(medium).await?;
        }
        if self.empty < reserve {
            return Err(Error::Full);
        }
        if let Some(place) = self.current.filter(|place| place.has_room_for(needed)) {
            return Ok(place);
        }
        self.current = None;
        if self.empty <= reserve {
            self.reclaim_all(medium).await?;
        }
        if self.empty > reserve {
            self.take_empty(medium).await?;
        } else {
            self.find_room(medium, needed).await?;
        }
        let current = self.current.filter(|place| place.has_room_for(needed));
        current.ok_or(Error::Full)
    }

    /// Takes the next empty segment into use, round and round.
    async fn take_empty<F: NorFlash>(&mut self, medium: &mut Medium<F>) -> Result<(), Error> {
        let mut result = Err(Error::Full);
        let (mut unreadable, mut count) = (None, 0_u32);
        for index in ring(self.last.saturating_add(1), medium.geometry().segments) {
            match segment::state(medium, index).await? {
                State::Used(_) => continue,
                State::Unreadable => {
                    unreadable = unreadable.or(Some(index));
                    count = count.saturating_add(1);
                    continue;
                }
                State::Clean => result = Ok(()),
                State::Dirty => result = segment::clean(medium, index).await,
            }
            if result.is_ok() {
                return self.take(medium, index).await;
            }
        }
        // Of more than are empty, some hold frames, and nobody knows which.
        match unreadable.filter(|_| count <= self.empty) {
            Some(index) => self.take_unreadable(medium, index).await,
            None if count > 0 => Err(Error::Medium),
            None => result,
        }
    }

    /// Takes into use what the power has failed in, and what can be read no more.
    async fn take_unreadable<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
        index: u32,
    ) -> Result<(), Error> {
        if segment::state(medium, index).await? != State::Unreadable {
            return Err(Error::Medium);
        }
        // Should that fail, another one is first the next time.
        self.last = index;
        segment::clean(medium, index).await?;
        self.take(medium, index).await
    }

    async fn take<F: NorFlash>(&mut self, medium: &mut Medium<F>, index: u32) -> Result<(), Error> {
        // Whatever comes of it, it is not empty any more.
        self.empty = self.empty.saturating_sub(1);
        self.sequence = self.sequence.saturating_add(1);
        self.last = index;
        segment::take(medium, index, self.sequence).await?;
        self.resume(medium, index).await;
        Ok(())
    }

    /// Goes on behind what is written in a segment: nowhere, when that can not be read.
    async fn resume<F: NorFlash>(&mut self, medium: &mut Medium<F>, index: u32) {
        let end = medium.geometry().segment(index).end;
        let tail = segment::tail(medium, index).await.unwrap_or(end);
        self.last = index;
        self.current = Some(Place {
            segment: index,
            tail,
            end,
        });
    }

    /// Goes back to a segment that a longer frame did not fit into.
    async fn find_room<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
        needed: u32,
    ) -> Result<(), Error> {
        let last = self.last;
        for index in ring(last.saturating_add(1), medium.geometry().segments) {
            if !matches!(segment::state(medium, index).await?, State::Used(_)) {
                continue;
            }
            self.resume(medium, index).await;
            if self.current.is_some_and(|place| place.has_room_for(needed)) {
                break;
            }
        }
        self.last = last;
        Ok(())
    }

    async fn reclaim_all<F: NorFlash>(&mut self, medium: &mut Medium<F>) -> Result<(), Error> {
        for index in 0..medium.geometry().segments {
            self.reclaim(medium, index).await?;
        }
        Ok(())
    }

    /// Erases a segment that is in use and holds nothing, unless it is the current one.
    async fn reclaim<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
        index: u32,
    ) -> Result<(), Error> {
        let is_current = self.current.is_some_and(|place| place.segment == index);
        let is_used = matches!(segment::state(medium, index).await?, State::Used(_));
        if is_current || !is_used || holds_frames(medium, index).await {
            return Ok(());
        }
        // Or nothing of it could be read.
        if !matches!(segment::state(medium, index).await?, State::Used(_)) {
            return Ok(());
        }
        segment::clean(medium, index).await?;
        self.empty = self.empty.saturating_add(1);
        Ok(())
    }
}

/// All segments once, from `first` on.
fn ring(first: u32, segments: u32) -> impl Iterator<Item = u32> {
    let first = if first < segments { first } else { 0 };
    (first..segments).chain(0..first)
}

/// Fails while there is a segment that can not be read.
async fn all_readable<F: NorFlash>(medium: &mut Medium<F>) -> Result<(), Error> {
    for index in 0..medium.geometry().segments {
        check_readable(segment::state(medium, index).await)?;
    }
    Ok(())
}

fn check_readable(state: Result<State, Error>) -> Result<(), Error> {
    match state {
        Ok(State::Unreadable) => Err(Error::Medium),
        _ => Ok(()),
    }
}

async fn start<F: NorFlash>(medium: &mut Medium<F>, index: u32) -> u32 {
    let state = segment::state(medium, index).await;
    items_of(medium, index, state)
}

/// Where the items of a segment begin: behind its end when it has none.
fn items_of<F: NorFlash>(medium: &Medium<F>, index: u32, state: Result<State, Error>) -> u32 {
    match state {
        Ok(State::Used(_)) => segment::items(medium.geometry(), index),
        _ => u32::MAX,
    }
}

async fn next<F: NorFlash>(medium: &mut Medium<F>, index: u32, at: &mut u32) -> Option<Item> {
    let Next::Item(item) = segment::item_from(medium, index, *at).await else {
        return None;
    };
    *at = item.end(medium.geometry());
    Some(item)
}

async fn holds_frames<F: NorFlash>(medium: &mut Medium<F>, index: u32) -> bool {
    let mut at = start(medium, index).await;
    while let Some(item) = next(medium, index, &mut at).await {
        if !item.is_freed {
            return true;
        }
    }
    false
}

/// Whether a segment has had frames to free.
#[derive(Clone, Copy)]
enum Marked {
    Some,
    None,
}

async fn mark<F: NorFlash>(
    medium: &mut Medium<F>,
    index: u32,
    is_freed: IsFreed<'_>,
) -> Result<Marked, Error> {
    let zeros = [0; MAX_WORD];
    let geometry = *medium.geometry();
    let mark = zeros.get(..geometry.word as usize).unwrap_or_default();
    let mut result = Ok(Marked::None);
    let mut at = start(medium, index).await;
    while let Some(item) = next(medium, index, &mut at).await {
        if item.is_freed || !is_freed(&item.header.address) {
            continue;
        }
        let written = medium.write(item.mark(&geometry), mark).await;
        result = result.and(written.map(|()| Marked::Some));
    }
    result
}

async fn write<F: NorFlash>(
    medium: &mut Medium<F>,
    place: &Place,
    header: &FrameHeader,
    frame: &[u8],
) -> Result<(), Error> {
    let geometry = *medium.geometry();
    let item = Item {
        header: *header,
        is_freed: false,
        start: place.tail,
    };
    let bytes = header.encode().ok_or(Error::NotVerified)?;
    medium.write(item.start, &bytes).await?;
    medium.write(item.frame(&geometry), frame).await?;
    let is_verified = medium.holds(item.start, &bytes).await?
        && medium.holds(item.frame(&geometry), frame).await?;
    is_verified.then_some(()).ok_or(Error::NotVerified)
}

async fn is_whole<F: NorFlash>(medium: &mut Medium<F>, item: &Item) -> bool {
    let at = item.frame(medium.geometry());
    let len = item.header.len.into();
    medium.check_sum(at, len, check::start()).await == Ok(item.header.sum)
}

/// The frame of an item, when it checks.
async fn read<F: NorFlash>(
    medium: &mut Medium<F>,
    item: &Item,
    out: &mut [u8],
) -> Result<Option<usize>, Error> {
    let needed = usize::from(item.header.len);
    let out = out.get_mut(..needed).ok_or(Error::NoRoom { needed })?;
    let at = item.frame(medium.geometry());
    let is_read = medium.read(at, out).await.is_ok();
    let is_whole = is_read && check::check_sum(out) == item.header.sum;
    Ok(is_whole.then_some(needed))
}
