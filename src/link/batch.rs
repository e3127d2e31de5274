use super::CarrierError;
use super::stream::{STREAM_HEADER, put};
use crate::wire::{MAX_DATAGRAM, Reader, Writer};

/// The media type of a batch, in HTTP, CoAP and MQTT 5. A proposal: it is not registered yet.
pub const MEDIA_TYPE: &str = "application/vnd.iomt";
/// A buffer of this size takes any single datagram as a batch.
pub const MIN_BATCH: usize = MAX_DATAGRAM + STREAM_HEADER;

/// Writes many datagrams as one body.
///
/// ```text
/// ┌ len 2 BE ‖ datagram ┬ len 2 BE ‖ datagram ┬ …      as in a stream, from its first byte to its last
/// └─────────────────────┴─────────────────────┴ …
/// ```
///
/// **Rule.** A batch is bounded by bytes, and a bound never keeps a datagram out for ever: the first one is
/// taken whatever the bound, if the buffer has [`MIN_BATCH`] bytes.
///
/// ```
/// use iomt::link::{Batch, BatchWriter, MIN_BATCH};
///
/// let mut body = [0; MIN_BATCH];
/// let mut batch = BatchWriter::new(&mut body, 20);
/// batch.push(&[1; 100])?; // Above the bound, alone.
/// assert!(batch.push(&[2; 1]).is_err()); // For the next batch.
/// let body = batch.finish();
/// assert_eq!(Batch::new(body).collect::<Result<Vec<_>, _>>(), Ok(vec![&[1; 100][..]]));
/// # Ok::<(), iomt::link::CarrierError>(())
/// ```
#[derive(Debug)]
pub struct BatchWriter<'a> {
    writer: Writer<'a>,
    limit: usize,
}

impl<'a> BatchWriter<'a> {
    /// An empty batch at the start of `body`, of about `limit` bytes at most.
    #[must_use]
    pub const fn new(body: &'a mut [u8], limit: usize) -> Self {
        Self {
            writer: Writer::new(body),
            limit,
        }
    }

    /// How many bytes are written.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.writer.len()
    }

    /// Whether nothing is written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.writer.is_empty()
    }

    /// Whether [`BatchWriter::push`] takes a datagram of any length.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        let end = self.len().saturating_add(MIN_BATCH);
        self.writer.room() >= MIN_BATCH && (self.is_empty() || end <= self.limit)
    }

    /// Appends a datagram.
    ///
    /// # Errors
    ///
    /// [`CarrierError::NoRoom`] where it belongs into the next batch; the others are the datagram's.
    pub fn push(&mut self, datagram: &[u8]) -> Result<(), CarrierError> {
        let needed = self
            .len()
            .saturating_add(STREAM_HEADER)
            .saturating_add(datagram.len());
        if !self.is_empty() && needed > self.limit {
            return Err(CarrierError::NoRoom { needed });
        }
        put(datagram, &mut self.writer)
    }

    /// The body.
    #[must_use]
    pub fn finish(self) -> &'a mut [u8] {
        self.writer.finish()
    }
}

/// The rest of a batch is not datagrams. What came before it stands.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the rest of the batch is malformed")]
pub struct BatchError;

/// Reads the datagrams of a body, in place. After an error there are no more.
///
/// What comes out is bytes of at most [`MAX_DATAGRAM`], and may be no packet. Time: linear in the body.
#[derive(Debug, Clone)]
pub struct Batch<'a> {
    reader: Reader<'a>,
}

impl<'a> Batch<'a> {
    /// The datagrams of `body`.
    #[must_use]
    pub const fn new(body: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(body),
        }
    }

    fn read(&mut self) -> Option<&'a [u8]> {
        let len = u16::from_be_bytes(self.reader.array().ok()?);
        let is_sound = (1..=MAX_DATAGRAM).contains(&len.into());
        self.reader.take(len.into()).ok().filter(|_| is_sound)
    }
}

impl<'a> Iterator for Batch<'a> {
    type Item = Result<&'a [u8], BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.left() == 0 {
            return None;
        }
        let datagram = self.read();
        if datagram.is_none() {
            self.reader = Reader::new(&[]);
        }
        Some(datagram.ok_or(BatchError))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    // IOMT-CARR-051
    #[test]
    fn too_large_a_batch_that_never_uploads() {
        // A backlog of ten days behind a server that takes 100 bytes at a time.
        let backlog: Vec<Vec<u8>> = (1..=MAX_DATAGRAM).map(|len| vec![7; len]).collect();
        let (mut waiting, mut uploaded) = (backlog.iter().peekable(), Vec::new());
        while waiting.peek().is_some() {
            let mut body = [0; MIN_BATCH];
            let mut batch = BatchWriter::new(&mut body, 100);
            while let Some(datagram) = waiting.next_if(|datagram| batch.push(datagram).is_ok()) {
                assert!(datagram.len() + STREAM_HEADER <= batch.len());
            }
            let body = batch.finish();
            assert!(!body.is_empty());
            let datagrams: Vec<_> = Batch::new(body).map(Result::unwrap).collect();
            assert!(datagrams.len() == 1 || body.len() <= 100);
            uploaded.extend(datagrams.into_iter().map(<[u8]>::to_vec));
        }
        assert!(uploaded == backlog);
    }

    // IOMT-CARR-052
    #[test]
    fn a_damaged_end_costs_only_itself() {
        for end in [&[0][..], &[0, 0], &[0, 3, 1, 2], &[0x04, 0xD1], &[0xFF; 70]] {
            let body = [b"\x00\x01a\x00\x02bc", end].concat();
            let found: Vec<_> = Batch::new(&body).collect();
            assert_eq!(found, [Ok(&b"a"[..]), Ok(&b"bc"[..]), Err(BatchError)]);
        }
        assert_eq!(Batch::new(&[]).next(), None);
        let too_long = [&[0x04, 0xD1][..], &[0; 1_233]].concat();
        assert_eq!(Batch::new(&too_long).next(), Some(Err(BatchError)));
    }

    // IOMT-CARR-051
    #[test]
    fn a_batch_with_room_takes_the_longest() {
        let mut body = [0; 3 * MIN_BATCH];
        let mut batch = BatchWriter::new(&mut body, 2 * MIN_BATCH + 5);
        while batch.has_room() {
            batch.push(&[7; MAX_DATAGRAM]).unwrap();
        }
        assert_eq!(batch.len(), 2 * MIN_BATCH);
        batch.push(&[1; 3]).unwrap();
        assert!(batch.push(&[1]).is_err() && batch.push(&[]).is_err());
    }

    proptest! {
        // IOMT-CARR-050
        #[test]
        fn any_body_is_read_to_its_end(body: Vec<u8>) {
            let mut len = 0;
            for datagram in Batch::new(&body).flatten() {
                len += datagram.len() + STREAM_HEADER;
            }
            prop_assert!(len <= body.len());
        }
    }
}
