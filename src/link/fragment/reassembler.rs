use super::Fragment;
use crate::time::{Duration, Instant};
use crate::wire::{MAX_DATAGRAM, copy};

/// How long a partial datagram waits for its next fragment: above the longest BLE connection interval, 4 s.
pub const PARTIAL_TIMEOUT: Duration = Duration::from_secs(10);

/// Puts fragments together again: one slot, for one connection and direction.
///
/// `N` is the longest datagram that is accepted. Memory: `N` bytes and some 70, whatever arrives.
/// Time: linear in the fragment.
///
/// **Assumed of the connection**: order. Values may be lost, as buffers of writes without response drop them,
/// and may come twice. **Then a lost fragment costs its datagram and no other**; the outbox sends
/// that datagram again, under another number. Values that come out of order cost no more than lost ones.
///
/// **What is delivered was sent**, as its fragments have one number and indices without a gap, each following
/// the last by at most [`PARTIAL_TIMEOUT`]. A number comes back after 256 datagrams. To mix two of the same number, all
/// between them and the beginning of the later one have to pass, or be lost, within that time: a frame
/// mixed so does not open.
///
/// | a fragment | is |
/// |---|---|
/// | index 0 and last | delivered in place; a partial datagram of another number goes on |
/// | index 0 | the beginning; a partial datagram gives way |
/// | the next of the partial datagram | appended |
/// | an earlier one of it | a duplicate, ignored |
/// | a later one of it | a gap: the partial datagram is dropped |
/// | of another number | an orphan, ignored: its beginning was lost |
///
/// [`Fragmenter`](super::Fragmenter) has an example.
#[derive(Debug)]
pub struct Reassembler<const N: usize = MAX_DATAGRAM> {
    buffer: [u8; N],
    partial: Option<Partial>,
    stats: FragmentStats,
}

#[derive(Debug, Clone, Copy)]
struct Partial {
    message: u8,
    /// The index that comes next.
    next: u8,
    len: usize,
    /// When the latest fragment came.
    latest: Instant,
}

/// Why a fragment was refused. Only [`FragmentError::Gap`] and [`FragmentError::TooLong`] drop the partial datagram.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FragmentError {
    /// Not a fragment: no data, above 512 bytes, or without a place for its successor.
    #[error("not a fragment")]
    Malformed,
    /// No partial datagram has this number: its beginning was lost, or it waited too long.
    #[error("the beginning of this fragment's datagram is not here")]
    Orphan,
    /// Fragments in between were lost, and the datagram with them.
    #[error("{missing} fragments are missing")]
    Gap {
        /// How many.
        missing: u8,
    },
    /// The datagram is above the reassembler's `N`, and was dropped.
    #[error("the datagram is above {limit} bytes")]
    TooLong {
        /// The reassembler's `N`.
        limit: usize,
    },
}

/// What became of fragments and of their datagrams; each count stops at its maximum.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FragmentStats {
    /// Datagrams delivered.
    pub delivered: u32,
    /// Number of fragments ignored: they were here before.
    pub duplicates: u32,
    /// Number of fragments refused as [`FragmentError::Malformed`].
    pub malformed: u32,
    /// Number of fragments refused as [`FragmentError::Orphan`].
    pub orphans: u32,
    /// Datagrams dropped for a [`FragmentError::Gap`].
    pub gaps: u32,
    /// Datagrams dropped as [`FragmentError::TooLong`].
    pub too_long: u32,
    /// Partial datagrams that gave way to a new one.
    pub abandoned: u32,
    /// Partial datagrams that waited above [`PARTIAL_TIMEOUT`].
    pub stale: u32,
}

impl<const N: usize> Reassembler<N> {
    /// A reassembler for a new connection.
    #[must_use]
    pub fn new() -> Self {
        Self {
            buffer: [0; N],
            partial: None,
            stats: FragmentStats::default(),
        }
    }

    /// Takes the value of a write or notification; returns the datagram that it completes.
    ///
    /// # Errors
    ///
    /// [`FragmentError`]; the connection goes on, and so does this object.
    pub fn handle_fragment<'a>(
        &'a mut self,
        now: Instant,
        value: &'a [u8],
    ) -> Result<Option<&'a [u8]>, FragmentError> {
        self.drop_stale(now);
        let Some(fragment) = Fragment::parse(value) else {
            count(&mut self.stats.malformed);
            return Err(FragmentError::Malformed);
        };
        match (fragment.index, fragment.is_last) {
            (0, true) => self.pass(&fragment).map(Some),
            (0, false) => self.begin(now, &fragment).map(|()| None),
            _ => self.go_on(now, &fragment),
        }
    }

    /// Forgets the partial datagram, as at the end of a connection. The counts stay.
    pub fn reset(&mut self) {
        self.partial = None;
    }

    /// What was delivered and what was dropped, since the beginning.
    #[must_use]
    pub const fn stats(&self) -> &FragmentStats {
        &self.stats
    }

    fn drop_stale(&mut self, now: Instant) {
        let is_stale = |partial: &mut Partial| now - partial.latest > PARTIAL_TIMEOUT;
        if self.partial.take_if(is_stale).is_some() {
            count(&mut self.stats.stale);
        }
    }

    /// A datagram of one fragment: no copy, and a partial datagram goes on.
    fn pass<'a>(&mut self, fragment: &Fragment<'a>) -> Result<&'a [u8], FragmentError> {
        // The number has come round: what waits under it is 256 datagrams old.
        let has_its_number = |partial: &mut Partial| partial.message == fragment.message;
        if self.partial.take_if(has_its_number).is_some() {
            count(&mut self.stats.abandoned);
        }
        if fragment.data.len() > N {
            return Err(self.too_long());
        }
        count(&mut self.stats.delivered);
        Ok(fragment.data)
    }

    fn begin(&mut self, now: Instant, fragment: &Fragment<'_>) -> Result<(), FragmentError> {
        if let Some(old) = self.partial.take() {
            let is_twice = old.message == fragment.message && old.next == 1;
            count(if is_twice {
                &mut self.stats.duplicates
            } else {
                &mut self.stats.abandoned
            });
        }
        let partial = Partial {
            message: fragment.message,
            next: 0,
            len: 0,
            latest: now,
        };
        let begun = self.append(now, partial, fragment.data)?;
        self.partial = Some(begun);
        Ok(())
    }

    fn go_on(
        &mut self,
        now: Instant,
        fragment: &Fragment<'_>,
    ) -> Result<Option<&[u8]>, FragmentError> {
        let is_its = |partial: &mut Partial| partial.message == fragment.message;
        let Some(partial) = self.partial.take_if(is_its) else {
            count(&mut self.stats.orphans);
            return Err(FragmentError::Orphan);
        };
        match fragment.index.checked_sub(partial.next) {
            None => {
                self.partial = Some(partial);
                count(&mut self.stats.duplicates);
                Ok(None)
            }
            Some(missing @ 1..) => {
                count(&mut self.stats.gaps);
                Err(FragmentError::Gap { missing })
            }
            Some(0) => {
                let longer = self.append(now, partial, fragment.data)?;
                if fragment.is_last {
                    count(&mut self.stats.delivered);
                    return Ok(self.buffer.get(..longer.len));
                }
                self.partial = Some(longer);
                Ok(None)
            }
        }
    }

    /// Adds data to a partial datagram that is out of its slot.
    fn append(
        &mut self,
        now: Instant,
        partial: Partial,
        data: &[u8],
    ) -> Result<Partial, FragmentError> {
        let len = partial.len.saturating_add(data.len());
        let Some(room) = self.buffer.get_mut(partial.len..len) else {
            return Err(self.too_long());
        };
        copy(data, room);
        Ok(Partial {
            next: partial.next.saturating_add(1),
            len,
            latest: now,
            ..partial
        })
    }

    const fn too_long(&mut self) -> FragmentError {
        count(&mut self.stats.too_long);
        FragmentError::TooLong { limit: N }
    }
}

impl<const N: usize> Default for Reassembler<N> {
    fn default() -> Self {
        Self::new()
    }
}

const fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}
