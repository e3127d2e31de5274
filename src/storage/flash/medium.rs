use core::ops::Range;

use embedded_storage_async::nor_flash::NorFlash;

use super::geometry::{Geometry, to_u32};
use crate::storage::{Error, check};
use crate::wire::copy;

/// What goes to and from the flash at once.
pub(super) const CHUNK: usize = 64;
const ERASED: u8 = 0xFF;

/// Some drivers move data by DMA, which wants it aligned.
#[repr(align(4))]
struct Chunk([u8; CHUNK]);

/// The flash, in any lengths; every place is a multiple of a word.
pub(super) struct Medium<F> {
    flash: F,
    geometry: Geometry,
}

impl<F> Medium<F> {
    pub(super) const fn new(flash: F, geometry: Geometry) -> Self {
        Self { flash, geometry }
    }

    pub(super) const fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// The flash behind the storage's back.
    #[cfg(test)]
    pub(super) const fn flash_mut(&mut self) -> &mut F {
        &mut self.flash
    }

    pub(super) fn release(self) -> F {
        self.flash
    }
}

impl<F: NorFlash> Medium<F> {
    /// Erases whole units.
    pub(super) async fn erase(&mut self, place: Range<u32>) -> Result<(), Error> {
        let erased = self.flash.erase(place.start, place.end).await;
        erased.map_err(|_| Error::Medium)
    }

    /// Writes `bytes`, and erased bytes to the end of the word.
    pub(super) async fn write(&mut self, mut at: u32, bytes: &[u8]) -> Result<(), Error> {
        for piece in bytes.chunks(CHUNK) {
            let mut chunk = Chunk([ERASED; CHUNK]);
            copy(piece, chunk.0.get_mut(..piece.len()).unwrap_or_default());
            let len = self.geometry.round(piece.len()) as usize;
            let words = chunk.0.get(..len).unwrap_or_default();
            let written = self.flash.write(at, words).await;
            written.map_err(|_| Error::Medium)?;
            at = at.saturating_add(to_u32(CHUNK));
        }
        Ok(())
    }

    pub(super) async fn read(&mut self, mut at: u32, out: &mut [u8]) -> Result<(), Error> {
        for piece in out.chunks_mut(CHUNK) {
            let chunk = self.chunk(at, piece.len()).await?;
            copy(chunk.0.get(..piece.len()).unwrap_or_default(), piece);
            at = at.saturating_add(to_u32(CHUNK));
        }
        Ok(())
    }

    /// Whether these bytes lie there, and erased ones to the end of the word.
    pub(super) async fn holds(&mut self, mut at: u32, bytes: &[u8]) -> Result<bool, Error> {
        for piece in bytes.chunks(CHUNK) {
            let chunk = self.chunk(at, piece.len()).await?;
            let len = self.geometry.round(piece.len()) as usize;
            let words = chunk.0.get(..len).unwrap_or_default();
            let (same, rest) = words.split_at_checked(piece.len()).unwrap_or_default();
            if same != piece || !is_blank(rest) {
                return Ok(false);
            }
            at = at.saturating_add(to_u32(CHUNK));
        }
        Ok(true)
    }

    /// How many bytes of the place are in use: the last that is not erased, and all before it.
    pub(super) async fn used(&mut self, place: Range<u32>) -> Result<u32, Error> {
        let (mut at, mut used) = (place.start, 0);
        while at < place.end {
            let len = place.end.saturating_sub(at).min(to_u32(CHUNK));
            let chunk = self.chunk(at, len as usize).await?;
            let bytes = chunk.0.get(..len as usize).unwrap_or_default();
            if let Some(last) = bytes.iter().rposition(|byte| *byte != ERASED) {
                let before = at.saturating_sub(place.start);
                used = before.saturating_add(to_u32(last)).saturating_add(1);
            }
            at = at.saturating_add(len);
        }
        Ok(used)
    }

    /// Goes on with a check sum over `len` bytes.
    pub(super) async fn check_sum(
        &mut self,
        mut at: u32,
        len: usize,
        mut sum: check::CheckSum,
    ) -> Result<u32, Error> {
        let mut left = len;
        while left > 0 {
            let piece = left.min(CHUNK);
            let chunk = self.chunk(at, piece).await?;
            sum.update(chunk.0.get(..piece).unwrap_or_default());
            left = left.saturating_sub(piece);
            at = at.saturating_add(to_u32(piece));
        }
        Ok(sum.finalize())
    }

    /// One failure to read says nothing of what lies there: it is read again.
    async fn chunk(&mut self, at: u32, len: usize) -> Result<Chunk, Error> {
        let mut chunk = Chunk([ERASED; CHUNK]);
        let len = self.geometry.round(len) as usize;
        let words = chunk.0.get_mut(..len).unwrap_or_default();
        if self.flash.read(at, words).await.is_err() {
            let read = self.flash.read(at, words).await;
            read.map_err(|_| Error::Medium)?;
        }
        Ok(chunk)
    }
}

pub(super) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == ERASED)
}
