//! Images and frames in a folder.
//!
//! ```text
//! image-0 …     ┌ header 16, as on flash ‖ image ┐          one file a peer, replaced whole
//! frames        ┌ "IoMF" ‖ version 1 ‖ zero 3 ‖ header 24, as on flash ‖ frame ‖ header ‖ frame … ┐
//! unfinished    the file that replaces one of them
//! ```

mod folder;
mod frames;

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::string::String;

use zeroize::Zeroizing;

use super::header::{ImageHeader, StoredHeader};
use super::{Error, FrameAddress, MAX_IMAGE, Storage};
use crate::wire::copy;
use folder::Folder;
use frames::Frames;

/// The longest file of an image.
const LONGEST: usize = ImageHeader::LEN + MAX_IMAGE;

/// Images and frames in files of one folder, for gateways and simulated devices.
///
/// An image is replaced by a new file under its name, and a frame is written behind the others; both are done
/// when the system says that they are on the disk. Replaced images are overwritten, as far as the file system and the
/// disk let one: on flash disks copies may stay. A file of frames that was cut short or damaged anywhere gives all
/// frames that check. Freed frames are taken out once they are more than half of the file, and at most 1 MiB more.
///
/// It keeps the address and place of every stored frame in memory, some 40 bytes each.
/// One process at a time may use the folder.
#[derive(Debug)]
pub struct FileStorage {
    folder: Folder,
    frames: Frames,
}

impl FileStorage {
    /// Opens the folder, which is made when there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Medium`] when the system reports a failure, [`Error::UnknownVersion`] when a later version wrote here.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = Folder::open(path.as_ref())?;
        let frames = Frames::open(&folder)?;
        Ok(Self { folder, frames })
    }
}

impl Storage for FileStorage {
    fn load_image(&mut self, peer: u8, out: &mut [u8]) -> Result<Option<usize>, Error> {
        let mut content = Zeroizing::new([0; LONGEST + 1]);
        let Some(len) = self.folder.read_start(&name(peer), &mut *content)? else {
            return Ok(None);
        };
        let image = check(peer, content.get(..len).unwrap_or_default())?;
        let needed = image.len();
        copy(
            image,
            out.get_mut(..needed).ok_or(Error::NoRoom { needed })?,
        );
        Ok(Some(needed))
    }

    fn store_image(&mut self, peer: u8, image: &[u8]) -> Result<(), Error> {
        let (len, limit) = (image.len(), MAX_IMAGE);
        let short = u16::try_from(len).ok().filter(|_| len <= limit);
        let header = ImageHeader {
            peer,
            len: short.ok_or(Error::TooLong { len, limit })?,
            generation: 0,
        };
        let header = header.encode(image).ok_or(Error::NotVerified)?;
        self.folder.replace(&name(peer), &[&header, image])?;
        let mut content = Zeroizing::new([0; LONGEST + 1]);
        let stored = self.folder.read_start(&name(peer), &mut *content)?;
        let stored = stored.and_then(|len| content.get(..len));
        if check(peer, stored.unwrap_or_default())? == image {
            Ok(())
        } else {
            Err(Error::NotVerified)
        }
    }

    fn erase_peer(&mut self, peer: u8) -> Result<(), Error> {
        self.folder.remove(&name(peer))?;
        self.frames.free(|address| address.peer == peer);
        self.frames.compact(&self.folder)
    }

    fn append(&mut self, address: FrameAddress, frame: &[u8]) -> Result<(), Error> {
        self.frames.append(address, frame)
    }

    fn find(
        &mut self,
        address: FrameAddress,
        out: &mut [u8],
    ) -> Result<Option<(FrameAddress, usize)>, Error> {
        self.frames.find(address, out)
    }

    fn free(&mut self, limit: FrameAddress) -> Result<(), Error> {
        self.frames
            .free(|address| address.is_beside(&limit) && address.counter < limit.counter);
        self.frames.compact_if_due(&self.folder)
    }

    fn scan(&mut self, peer: u8, visit: &mut dyn FnMut(FrameAddress)) -> Result<(), Error> {
        self.frames
            .addresses()
            .filter(|address| address.peer == peer)
            .for_each(visit);
        Ok(())
    }
}

fn name(peer: u8) -> String {
    let mut name = String::from("image-");
    // A string takes whatever is written to it.
    let _ = write!(name, "{peer}");
    name
}

/// The image in a file, when it checks.
fn check(peer: u8, bytes: &[u8]) -> Result<&[u8], Error> {
    let stored = StoredHeader::decode(bytes).ok_or(Error::Damaged)?;
    let image = bytes.get(ImageHeader::LEN..).unwrap_or_default();
    let mut sum = stored.start();
    sum.update(image);
    let is_whole = image.len() == usize::from(stored.header.len) && sum.finalize() == stored.sum;
    match stored.version {
        _ if !is_whole || stored.header.peer != peer => Err(Error::Damaged),
        ImageHeader::VERSION => Ok(image),
        version => Err(Error::UnknownVersion(version)),
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Medium,
        }
    }
}
