use crate::storage::{AsyncStorage, Error, FrameAddress, Storage};

/// Storage that answers before it returns, where one is wanted that needs time.
///
/// The radio waits for it: for an erase of flash some tens of milliseconds.
#[derive(Debug)]
pub struct Blocking<S>(pub S);

impl<S: Storage> AsyncStorage for Blocking<S> {
    async fn load_image(&mut self, peer: u8, out: &mut [u8]) -> Result<Option<usize>, Error> {
        self.0.load_image(peer, out)
    }

    async fn store_image(&mut self, peer: u8, image: &[u8]) -> Result<(), Error> {
        self.0.store_image(peer, image)
    }

    async fn erase_peer(&mut self, peer: u8) -> Result<(), Error> {
        self.0.erase_peer(peer)
    }

    async fn append(&mut self, address: FrameAddress, frame: &[u8]) -> Result<(), Error> {
        self.0.append(address, frame)
    }

    async fn find(
        &mut self,
        address: FrameAddress,
        out: &mut [u8],
    ) -> Result<Option<(FrameAddress, usize)>, Error> {
        self.0.find(address, out)
    }

    async fn free(&mut self, limit: FrameAddress) -> Result<(), Error> {
        self.0.free(limit)
    }

    async fn scan(&mut self, peer: u8, visit: &mut dyn FnMut(FrameAddress)) -> Result<(), Error> {
        self.0.scan(peer, visit)
    }
}
