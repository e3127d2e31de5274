use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::vec;
use std::vec::Vec;

use super::folder::Folder;
use crate::storage::header::FrameHeader;
use crate::storage::{Error, FrameAddress, check};
use crate::wire::MAX_DATAGRAM;

const NAME: &str = "frames";
const MAGIC: [u8; 4] = *b"IoMF";
const VERSION: u8 = 1;
const HEADER: [u8; 8] = {
    let [a, b, c, d] = MAGIC;
    [a, b, c, d, VERSION, 0, 0, 0]
};
/// Bytes of freed frames that are not worth a new file.
const SLACK: u64 = 1 << 20;

/// The file of all frames, and where each lies.
#[derive(Debug)]
pub(super) struct Frames {
    file: File,
    index: BTreeMap<FrameAddress, Place>,
    /// Where the next frame goes.
    tail: u64,
    /// Bytes of the frames that are stored, with their headers.
    stored: u64,
}

/// Where a frame begins, behind its header.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u64,
    header: FrameHeader,
}

impl Place {
    /// Bytes with the header.
    fn len(&self) -> u64 {
        let header = u64::try_from(FrameHeader::LEN).unwrap_or(0);
        header.saturating_add(self.header.len.into())
    }
}

impl Frames {
    /// Finds all frames that check; what does not is taken out by writing the file anew.
    pub(super) fn open(folder: &Folder) -> Result<Self, Error> {
        let bytes = folder.read(NAME)?.unwrap_or_default();
        if let Some(version) = unknown_version(&bytes) {
            return Err(Error::UnknownVersion(version));
        }
        let found: Vec<Found<'_>> = Walk::new(&bytes).collect();
        let whole = found.iter().map(Found::len).sum::<usize>();
        if !bytes.starts_with(&HEADER) || bytes.len() != whole.saturating_add(HEADER.len()) {
            let headers: Option<Vec<_>> = found.iter().map(|it| it.header.encode()).collect();
            let headers = headers.ok_or(Error::Damaged)?;
            let mut parts: Vec<&[u8]> = Vec::from([&HEADER[..]]);
            for (header, it) in headers.iter().zip(&found) {
                parts.extend([&header[..], it.frame]);
            }
            folder.replace(NAME, &parts)?;
        }
        let path = folder.path(NAME);
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut frames = Self {
            file,
            index: BTreeMap::new(),
            tail: u64::try_from(HEADER.len()).unwrap_or(0),
            stored: 0,
        };
        for it in found {
            frames.add(it.header);
        }
        Ok(frames)
    }

    pub(super) fn append(&mut self, address: FrameAddress, frame: &[u8]) -> Result<(), Error> {
        let (len, limit) = (frame.len(), MAX_DATAGRAM);
        let header = FrameHeader::new(address, frame).ok_or(Error::TooLong { len, limit })?;
        let bytes = header.encode().ok_or(Error::NotVerified)?;
        if let Err(error) = self.write(&bytes, frame) {
            // When this fails too, the next frame goes over what was written, and an opening steps over it.
            let _ = self.file.set_len(self.tail);
            return Err(error.into());
        }
        self.add(header);
        Ok(())
    }

    fn write(&mut self, header: &[u8], frame: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.tail))?;
        self.file.write_all(header)?;
        self.file.write_all(frame)?;
        self.file.sync_data()
    }

    /// Enters the frame that was written at the end.
    fn add(&mut self, header: FrameHeader) {
        let skip = u64::try_from(FrameHeader::LEN).unwrap_or(0);
        let start = self.tail.saturating_add(skip);
        let place = Place { start, header };
        self.tail = self.tail.saturating_add(place.len());
        self.stored = self.stored.saturating_add(place.len());
        if let Some(before) = self.index.insert(header.address, place) {
            self.stored = self.stored.saturating_sub(before.len());
        }
    }

    pub(super) fn find(
        &mut self,
        address: FrameAddress,
        out: &mut [u8],
    ) -> Result<Option<(FrameAddress, usize)>, Error> {
        let last = FrameAddress {
            counter: u32::MAX,
            ..address
        };
        for (stored, place) in self.index.range(address..=last) {
            let needed = usize::from(place.header.len);
            let out = out.get_mut(..needed).ok_or(Error::NoRoom { needed })?;
            self.file.seek(SeekFrom::Start(place.start))?;
            self.file.read_exact(out)?;
            if check::check_sum(out) == place.header.sum {
                return Ok(Some((*stored, needed)));
            }
        }
        Ok(None)
    }

    pub(super) fn addresses(&self) -> impl Iterator<Item = FrameAddress> {
        self.index.keys().copied()
    }

    pub(super) fn free(&mut self, is_freed: impl Fn(&FrameAddress) -> bool) {
        self.index.retain(|address, _| !is_freed(address));
        self.stored = self.index.values().map(Place::len).sum();
    }

    pub(super) fn compact_if_due(&mut self, folder: &Folder) -> Result<(), Error> {
        let freed = self.tail.saturating_sub(self.stored);
        if freed > self.stored.saturating_add(SLACK) {
            self.compact(folder)?;
        }
        Ok(())
    }

    /// Writes the file anew, with nothing but what is stored.
    pub(super) fn compact(&mut self, folder: &Folder) -> Result<(), Error> {
        let mut content = Vec::from(HEADER);
        for place in self.index.values() {
            let mut frame = vec![0; place.header.len.into()];
            self.file.seek(SeekFrom::Start(place.start))?;
            self.file.read_exact(&mut frame)?;
            content.extend(place.header.encode().ok_or(Error::Damaged)?);
            content.extend(frame);
        }
        folder.replace(NAME, &[&content])?;
        *self = Self::open(folder)?;
        Ok(())
    }
}

fn unknown_version(bytes: &[u8]) -> Option<u8> {
    let version = *bytes.strip_prefix(&MAGIC)?.first()?;
    (version != VERSION).then_some(version)
}

/// A frame in the file.
struct Found<'f> {
    header: FrameHeader,
    frame: &'f [u8],
}

impl Found<'_> {
    const fn len(&self) -> usize {
        FrameHeader::LEN.saturating_add(self.frame.len())
    }
}

/// All frames of a file that check; between them one steps over whatever does not, byte by byte.
struct Walk<'f> {
    rest: &'f [u8],
}

impl<'f> Walk<'f> {
    fn new(bytes: &'f [u8]) -> Self {
        let rest = bytes.strip_prefix(&HEADER).unwrap_or(bytes);
        Self { rest }
    }
}

impl<'f> Iterator for Walk<'f> {
    type Item = Found<'f>;

    fn next(&mut self) -> Option<Found<'f>> {
        while let Some((_, behind)) = self.rest.split_first() {
            if let Some(found) = first(self.rest) {
                self.rest = self.rest.get(found.len()..).unwrap_or_default();
                return Some(found);
            }
            self.rest = behind;
        }
        None
    }
}

/// The frame that begins here, when it checks.
fn first(bytes: &[u8]) -> Option<Found<'_>> {
    let (header, rest) = bytes.split_at_checked(FrameHeader::LEN)?;
    let header = FrameHeader::decode(header)?;
    let frame = rest.get(..header.len.into())?;
    (check::check_sum(frame) == header.sum).then_some(Found { header, frame })
}
