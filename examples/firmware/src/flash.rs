//! A NOR flash chip whose cells are a file of the host, so that they outlive the emulator, however it ends.
//!
//! ```text
//!   0          1 KiB                                     17 KiB
//!  ┌──────────┬─────────────────────────────────────────┐
//!  │ key 32   │ STORAGE: session and sealed frames, as  │
//!  │ label 16 │ iomt::storage::flash lays them out      │
//!  └──────────┴─────────────────────────────────────────┘
//! ```
//!
//! It behaves as such a chip: what is written is a whole number of words, clears bits and sets none; only an erase, of
//! a whole kibibyte, sets them. Nothing of it is kept in RAM.

use core::ops::Range;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash, check_erase, check_read,
    check_write,
};
use semihosting::fs::File;
use semihosting::io::{Read, Seek, SeekFrom, Write};

/// What the factory has written: the device's private key, and the secret on its label.
pub const FACTORY_LEN: usize = 48;
/// Where session and frames lie.
pub const STORAGE: Range<u32> = 1_024..17 * 1_024;

const ERASE: usize = 1_024;
const WORD: usize = 4;
/// How many bytes are worked on at once.
const CHUNK: usize = 64;

/// The chip, in the file `flash.bin` of the emulator's folder.
pub struct HostFlash(File);

#[derive(Debug, Clone, Copy)]
pub struct FlashError(NorFlashErrorKind);

impl HostFlash {
    /// # Errors
    ///
    /// Where there is no such file.
    pub fn open() -> Result<Self, FlashError> {
        let file = File::options().read(true).write(true).open(c"flash.bin");
        file.map(Self).map_err(host_failed)
    }

    fn seek(&mut self, offset: u32) -> Result<(), FlashError> {
        let sought = self.0.seek(SeekFrom::Start(offset.into()));
        sought.map(|_| ()).map_err(host_failed)
    }

    fn put(&mut self, offset: u32, cells: &[u8]) -> Result<(), FlashError> {
        self.seek(offset)?;
        self.0.write_all(cells).map_err(host_failed)
    }
}

impl ReadNorFlash for HostFlash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        check_read(self, offset, bytes.len()).map_err(FlashError)?;
        self.seek(offset)?;
        self.0.read_exact(bytes).map_err(host_failed)
    }

    fn capacity(&self) -> usize {
        STORAGE.end as usize
    }
}

impl NorFlash for HostFlash {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = ERASE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        check_erase(self, from, to).map_err(FlashError)?;
        for offset in (from..to).step_by(CHUNK) {
            self.put(offset, &[0xFF; CHUNK])?;
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        check_write(self, offset, bytes.len()).map_err(FlashError)?;
        for (offset, chunk) in (offset..).step_by(CHUNK).zip(bytes.chunks(CHUNK)) {
            let mut buffer = [0; CHUNK];
            let (cells, _) = buffer.split_at_mut(chunk.len());
            self.read(offset, cells)?;
            for (cell, byte) in cells.iter_mut().zip(chunk) {
                *cell &= byte;
            }
            self.put(offset, cells)?;
        }
        Ok(())
    }
}

impl ErrorType for HostFlash {
    type Error = FlashError;
}

impl NorFlashError for FlashError {
    fn kind(&self) -> NorFlashErrorKind {
        self.0
    }
}

fn host_failed(_: semihosting::io::Error) -> FlashError {
    FlashError(NorFlashErrorKind::Other)
}
