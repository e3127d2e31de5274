use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::vec;
use std::vec::Vec;

/// What is being written, and has not taken its place yet.
const UNFINISHED: &str = "unfinished";

/// A folder whose files are replaced whole.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes the folder, and removes what a crash has left.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let folder = Self(path.into());
        folder.remove(UNFINISHED)?;
        Ok(folder)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The whole file; `None` when there is none.
    pub(super) fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads the start of a file, as far as `out` goes; `None` when there is no file.
    pub(super) fn read_start(&self, name: &str, out: &mut [u8]) -> io::Result<Option<usize>> {
        let mut file = match File::open(self.path(name)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut len = 0;
        loop {
            match file.read(out.get_mut(len..).unwrap_or_default()) {
                Ok(0) => return Ok(Some(len)),
                Ok(count) => len = len.saturating_add(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Replaces a file: at every moment it is the old one or the new one. Then the old one is overwritten, as far as
    /// the file system lets one.
    pub(super) fn replace(&self, name: &str, content: &[&[u8]]) -> io::Result<()> {
        let mut file = File::create(self.path(UNFINISHED))?;
        for part in content {
            file.write_all(part)?;
        }
        file.sync_all()?;
        let old = OpenOptions::new().write(true).open(self.path(name)).ok();
        fs::rename(self.path(UNFINISHED), self.path(name))?;
        self.sync()?;
        old.map_or(Ok(()), |mut old| overwrite(&mut old))
    }

    /// Overwrites a file and removes it, when there is one.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        let path = self.path(name);
        match OpenOptions::new().write(true).open(&path) {
            Ok(mut file) => overwrite(&mut file)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        }
        fs::remove_file(path)?;
        self.sync()
    }
}

#[cfg(unix)]
impl Folder {
    /// A new name lasts once the folder itself is on the disk.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.0)?.sync_all()
    }
}

#[cfg(not(unix))]
impl Folder {
    /// A folder can not be opened here; the system writes it in its own time.
    fn sync(&self) -> io::Result<()> {
        fs::metadata(&self.0).map(drop)
    }
}

fn overwrite(file: &mut File) -> io::Result<()> {
    let len = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&vec![0; len])?;
    file.sync_all()
}
