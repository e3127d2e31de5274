use super::{Error, FrameAddress, StoreReply, StoreRequest};

/// Storage that needs time: the asynchronous twin of [`Storage`](super::Storage), with the same rules and errors.
///
/// A future that is dropped before its end is to the medium what a power cut is.
pub trait AsyncStorage {
    /// See [`Storage::load_image`](super::Storage::load_image).
    fn load_image(
        &mut self,
        peer: u8,
        out: &mut [u8],
    ) -> impl Future<Output = Result<Option<usize>, Error>>;

    /// See [`Storage::store_image`](super::Storage::store_image).
    fn store_image(&mut self, peer: u8, image: &[u8]) -> impl Future<Output = Result<(), Error>>;

    /// See [`Storage::erase_peer`](super::Storage::erase_peer).
    fn erase_peer(&mut self, peer: u8) -> impl Future<Output = Result<(), Error>>;

    /// See [`Storage::append`](super::Storage::append).
    fn append(
        &mut self,
        address: FrameAddress,
        frame: &[u8],
    ) -> impl Future<Output = Result<(), Error>>;

    /// See [`Storage::find`](super::Storage::find).
    fn find(
        &mut self,
        address: FrameAddress,
        out: &mut [u8],
    ) -> impl Future<Output = Result<Option<(FrameAddress, usize)>, Error>>;

    /// See [`Storage::free`](super::Storage::free).
    fn free(&mut self, limit: FrameAddress) -> impl Future<Output = Result<(), Error>>;

    /// See [`Storage::scan`](super::Storage::scan).
    fn scan(
        &mut self,
        peer: u8,
        visit: &mut dyn FnMut(FrameAddress),
    ) -> impl Future<Output = Result<(), Error>>;

    /// See [`Storage::perform`](super::Storage::perform).
    fn perform<'b>(
        &mut self,
        request: &StoreRequest<'_>,
        buffer: &'b mut [u8],
        visit: &mut dyn FnMut(FrameAddress),
    ) -> impl Future<Output = StoreReply<'b>> {
        async move {
            match *request {
                StoreRequest::Image { peer, bytes } => self.store_image(peer, bytes).await.into(),
                StoreRequest::Erase { peer } => self.erase_peer(peer).await.into(),
                StoreRequest::Frame { address, bytes } => self.append(address, bytes).await.into(),
                StoreRequest::Load { address } => {
                    let found = self.find(address, buffer).await;
                    StoreReply::found(found, buffer)
                }
                StoreRequest::Free {
                    peer,
                    epoch,
                    space,
                    below,
                } => {
                    let limit = FrameAddress {
                        peer,
                        epoch,
                        space,
                        counter: below,
                    };
                    self.free(limit).await.into()
                }
                StoreRequest::Scan { peer } => self.scan(peer, visit).await.into(),
            }
        }
    }
}
