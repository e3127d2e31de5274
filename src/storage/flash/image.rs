use core::ops::Range;

use embedded_storage_async::nor_flash::NorFlash;

use super::geometry::{Geometry, LONGEST_IMAGE, Side, round_up};
use super::medium::{Medium, is_blank};
use crate::storage::header::{ImageHeader, StoredHeader};
use crate::storage::{Error, MAX_IMAGE};

const HEADER: usize = ImageHeader::LEN;

/// How long a slot is at least, in bytes.
pub(super) const fn needed(word: u32) -> u32 {
    round_up(HEADER as u32, word) + round_up(LONGEST_IMAGE, word)
}

/// The slots of all peers, two each. Remembered is which of them were erased to the end since the opening: what
/// merely reads as erased may be the rest of an erase that the power did not last for; and of which peers it was
/// said that their image is damaged, so that nobody counts on it any more.
#[derive(Debug, Default)]
pub(super) struct Images {
    erased: u64,
    reported: u32,
}

/// What a slot holds.
#[derive(Debug, Clone, Copy)]
enum Slot {
    Valid(ImageHeader),
    /// Nothing at all.
    Blank,
    /// What is no image, and never was or is no more.
    Remains,
    /// An image, but not as it was written.
    Damaged,
    Unreadable,
    UnknownVersion(u8),
}

impl Images {
    /// Refuses what a later version wrote.
    pub(super) async fn check_versions<F: NorFlash>(
        &self,
        medium: &mut Medium<F>,
    ) -> Result<(), Error> {
        for peer in 0..medium.geometry().peers {
            for side in [Side::First, Side::Second] {
                if let Slot::UnknownVersion(version) = inspect(medium, peer, side).await {
                    return Err(Error::UnknownVersion(version));
                }
            }
        }
        Ok(())
    }

    /// Erases what a power cut has left beside valid images.
    pub(super) async fn finish<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
    ) -> Result<(), Error> {
        for peer in 0..medium.geometry().peers {
            let Some((side, _)) = newest(medium, peer).await else {
                continue;
            };
            if !matches!(inspect(medium, peer, side.other()).await, Slot::Blank) {
                self.wipe(medium, peer, side.other()).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn load<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
        peer: u8,
        out: &mut [u8],
    ) -> Result<Option<usize>, Error> {
        let loaded = load(medium, peer, out).await;
        match loaded {
            Err(Error::Damaged) => self.reported |= peer_bit(peer),
            _ => self.reported &= !peer_bit(peer),
        }
        loaded
    }

    /// Writes the slot that does not hold the image, reads it back, and only then erases the one that does.
    pub(super) async fn store<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
        peer: u8,
        image: &[u8],
    ) -> Result<(), Error> {
        let too_long = Error::TooLong {
            len: image.len(),
            limit: MAX_IMAGE,
        };
        let len = u16::try_from(image.len()).map_err(|_| too_long)?;
        if image.len() > MAX_IMAGE {
            return Err(too_long);
        }
        let (side, generation) = self.next_slot(medium, peer).await?;
        let header = ImageHeader {
            peer,
            len,
            generation,
        };
        self.wipe_unless_erased(medium, peer, side).await?;
        self.set_erased(peer, side, Erased::No);
        let place = medium.geometry().slot(peer, side);
        if let Err(error) = write(medium, &place, header, image).await {
            // Nothing of the new keys stays either. When this fails too, the first error still says why.
            let _ = self.wipe(medium, peer, side).await;
            return Err(error);
        }
        self.reported &= !peer_bit(peer);
        self.wipe_unless_erased(medium, peer, side.other()).await
    }

    /// Where a new image goes, and its generation: not over the image, nor over what may be it and just can not be read.
    async fn next_slot<F: NorFlash>(
        &self,
        medium: &mut Medium<F>,
        peer: u8,
    ) -> Result<(Side, u32), Error> {
        let (first, second) = both(medium, peer).await;
        if let Some((side, old)) = newest_of(first, second) {
            return Ok((side.other(), old.generation.wrapping_add(1)));
        }
        // Torn by a power cut, and said to be: were it kept, a second cut would leave two of them.
        let is_given_up = self.reported & peer_bit(peer) != 0;
        match (first, second) {
            (Slot::Unreadable, Slot::Unreadable) => Err(Error::Medium),
            (Slot::Unreadable, _) if !is_given_up => Ok((Side::Second, 0)),
            _ => Ok((Side::First, 0)),
        }
    }

    /// The older slot goes first: a power cut must not bring it back.
    pub(super) async fn erase<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
        peer: u8,
    ) -> Result<(), Error> {
        let newest = newest(medium, peer).await;
        let side = newest.map_or(Side::First, |(side, _)| side);
        self.wipe_unless_erased(medium, peer, side.other()).await?;
        self.wipe_unless_erased(medium, peer, side).await
    }

    async fn wipe_unless_erased<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
        peer: u8,
        side: Side,
    ) -> Result<(), Error> {
        if self.erased & bit(peer, side) != 0 {
            return Ok(());
        }
        self.wipe(medium, peer, side).await
    }

    async fn wipe<F: NorFlash>(
        &mut self,
        medium: &mut Medium<F>,
        peer: u8,
        side: Side,
    ) -> Result<(), Error> {
        let place = medium.geometry().slot(peer, side);
        medium.erase(place).await?;
        self.set_erased(peer, side, Erased::Yes);
        Ok(())
    }

    fn set_erased(&mut self, peer: u8, side: Side, erased: Erased) {
        match erased {
            Erased::Yes => self.erased |= bit(peer, side),
            Erased::No => self.erased &= !bit(peer, side),
        }
    }
}

#[derive(Clone, Copy)]
enum Erased {
    Yes,
    No,
}

fn bit(peer: u8, side: Side) -> u64 {
    let shift = u32::from(peer).saturating_mul(2);
    1_u64
        .checked_shl(shift.saturating_add(side.index()))
        .unwrap_or(0)
}

fn peer_bit(peer: u8) -> u32 {
    1_u32.checked_shl(peer.into()).unwrap_or(0)
}

async fn load<F: NorFlash>(
    medium: &mut Medium<F>,
    peer: u8,
    out: &mut [u8],
) -> Result<Option<usize>, Error> {
    let (first, second) = both(medium, peer).await;
    let Some((side, header)) = newest_of(first, second) else {
        return absent(first, second);
    };
    let needed = usize::from(header.len);
    let out = out.get_mut(..needed).ok_or(Error::NoRoom { needed })?;
    let place = medium.geometry().slot(peer, side);
    let stored: [u8; HEADER] = read_header(medium, &place).await?;
    medium.read(body(medium.geometry(), &place), out).await?;
    if header.encode(out) == Some(stored) {
        Ok(Some(needed))
    } else {
        Err(Error::Damaged)
    }
}

/// The image of a peer.
async fn newest<F: NorFlash>(medium: &mut Medium<F>, peer: u8) -> Option<(Side, ImageHeader)> {
    let (first, second) = both(medium, peer).await;
    newest_of(first, second)
}

async fn both<F: NorFlash>(medium: &mut Medium<F>, peer: u8) -> (Slot, Slot) {
    let first = inspect(medium, peer, Side::First).await;
    (first, inspect(medium, peer, Side::Second).await)
}

/// The valid slot, of two the later one.
fn newest_of(first: Slot, second: Slot) -> Option<(Side, ImageHeader)> {
    match (first, second) {
        (Slot::Valid(first), Slot::Valid(second)) => {
            let ahead = second.generation.wrapping_sub(first.generation);
            let is_later = ahead.cast_signed() > 0;
            Some(if is_later {
                (Side::Second, second)
            } else {
                (Side::First, first)
            })
        }
        (Slot::Valid(first), _) => Some((Side::First, first)),
        (_, Slot::Valid(second)) => Some((Side::Second, second)),
        _ => None,
    }
}

/// Why there is no image. One slot alone that can not be read is what a power cut does to flash with error correction.
const fn absent(first: Slot, second: Slot) -> Result<Option<usize>, Error> {
    match (first, second) {
        (Slot::Unreadable, Slot::Unreadable) => Err(Error::Medium),
        (Slot::Damaged | Slot::Unreadable, _) | (_, Slot::Damaged | Slot::Unreadable) => {
            Err(Error::Damaged)
        }
        _ => Ok(None),
    }
}

async fn inspect<F: NorFlash>(medium: &mut Medium<F>, peer: u8, side: Side) -> Slot {
    let place = medium.geometry().slot(peer, side);
    let inspected = inspect_place(medium, &place).await;
    match inspected.unwrap_or(Slot::Unreadable) {
        Slot::Valid(header) if header.peer != peer => Slot::Damaged,
        slot => slot,
    }
}

async fn inspect_place<F: NorFlash>(
    medium: &mut Medium<F>,
    place: &Range<u32>,
) -> Result<Slot, Error> {
    let stored = read_header(medium, place).await?;
    let Some(found) = StoredHeader::decode(&stored) else {
        let all = place.start..place.start.saturating_add(needed(medium.geometry().word));
        let is_blank = is_blank(&stored) && medium.used(all).await? == 0;
        return Ok(if is_blank { Slot::Blank } else { Slot::Remains });
    };
    let len = usize::from(found.header.len);
    if len > MAX_IMAGE {
        return Ok(Slot::Damaged);
    }
    let at = body(medium.geometry(), place);
    Ok(
        match medium.check_sum(at, len, found.start()).await? == found.sum {
            true if found.version == ImageHeader::VERSION => Slot::Valid(found.header),
            true => Slot::UnknownVersion(found.version),
            false => Slot::Damaged,
        },
    )
}

async fn read_header<F: NorFlash>(
    medium: &mut Medium<F>,
    place: &Range<u32>,
) -> Result<[u8; HEADER], Error> {
    let mut header = [0; HEADER];
    medium.read(place.start, &mut header).await?;
    Ok(header)
}

/// Image first, header last, so that half an image has no header.
async fn write<F: NorFlash>(
    medium: &mut Medium<F>,
    place: &Range<u32>,
    header: ImageHeader,
    image: &[u8],
) -> Result<(), Error> {
    let header = header.encode(image).ok_or(Error::NotVerified)?;
    let at = body(medium.geometry(), place);
    medium.write(at, image).await?;
    medium.write(place.start, &header).await?;
    if medium.holds(at, image).await? && medium.holds(place.start, &header).await? {
        Ok(())
    } else {
        Err(Error::NotVerified)
    }
}

fn body(geometry: &Geometry, place: &Range<u32>) -> u32 {
    place.start.saturating_add(geometry.round(HEADER))
}
