use core::fmt;
use core::ops::Range;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_storage::nor_flash::{ErrorType, NorFlash};
use embedded_storage_async::nor_flash as asynchronous;

use super::AsyncFlashStorage;
use crate::storage::{AsyncStorage, Error, FrameAddress, Storage};

/// Images and frames on blocking NOR flash: [`AsyncFlashStorage`], polled once.
pub struct FlashStorage<F> {
    inner: AsyncFlashStorage<Blocking<F>>,
}

/// A blocking flash as an asynchronous one that is always ready.
struct Blocking<F>(F);

impl<F: NorFlash> FlashStorage<F> {
    /// As [`AsyncFlashStorage::open`].
    ///
    /// # Errors
    ///
    /// The same.
    pub fn open(flash: F, range: Range<u32>, peers: u8) -> Result<Self, Error> {
        let inner = ready(AsyncFlashStorage::open(Blocking(flash), range, peers))?;
        Ok(Self { inner })
    }

    /// The flash driver again.
    #[must_use]
    pub fn release(self) -> F {
        self.inner.release().0
    }
}

#[cfg(test)]
impl<F> FlashStorage<F> {
    /// The flash behind the storage's back.
    pub(super) const fn flash_mut(&mut self) -> &mut F {
        &mut self.inner.medium.flash_mut().0
    }
}

/// What a future over a blocking flash gives: it never waits.
fn ready<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Error::Medium),
    }
}

impl<F: NorFlash> Storage for FlashStorage<F> {
    fn load_image(&mut self, peer: u8, out: &mut [u8]) -> Result<Option<usize>, Error> {
        ready(self.inner.load_image(peer, out))
    }

    fn store_image(&mut self, peer: u8, image: &[u8]) -> Result<(), Error> {
        ready(self.inner.store_image(peer, image))
    }

    fn erase_peer(&mut self, peer: u8) -> Result<(), Error> {
        ready(self.inner.erase_peer(peer))
    }

    fn append(&mut self, address: FrameAddress, frame: &[u8]) -> Result<(), Error> {
        ready(self.inner.append(address, frame))
    }

    fn find(
        &mut self,
        address: FrameAddress,
        out: &mut [u8],
    ) -> Result<Option<(FrameAddress, usize)>, Error> {
        ready(self.inner.find(address, out))
    }

    fn free(&mut self, limit: FrameAddress) -> Result<(), Error> {
        ready(self.inner.free(limit))
    }

    fn scan(&mut self, peer: u8, visit: &mut dyn FnMut(FrameAddress)) -> Result<(), Error> {
        ready(self.inner.scan(peer, visit))
    }
}

impl<F> fmt::Debug for FlashStorage<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FlashStorage").field(&self.inner).finish()
    }
}

impl<F: ErrorType> ErrorType for Blocking<F> {
    type Error = F::Error;
}

impl<F: NorFlash> asynchronous::ReadNorFlash for Blocking<F> {
    const READ_SIZE: usize = F::READ_SIZE;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.0.read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl<F: NorFlash> asynchronous::NorFlash for Blocking<F> {
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        self.0.erase(from, to)
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.0.write(offset, bytes)
    }
}
