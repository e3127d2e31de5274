//! Lengths that say less of what is in a frame.

use crate::wire::RecordWriter;

/// What the plaintexts of frames of records are filled up to, by a padding record.
///
/// A length then says in which class a frame is, and nothing of what is in it: an observation, a blood pressure and
/// most events are all 32 bytes. Counts, times and the space are shown all the same. Control frames, whose lengths say how
/// many epochs are outstanding, are as they are; so are the few bytes at the end of the longest frame.
///
/// ```
/// use iomt::node::PadTo;
///
/// assert_eq!(PadTo::Bytes32.len_of(9), 32);
/// assert_eq!(PadTo::Bytes32.len_of(31), 64); // A padding record takes two bytes.
/// assert_eq!(PadTo::Nothing.len_of(9), 9);
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PadTo {
    /// Frames are as long as what is in them.
    #[default]
    Nothing,
    /// Multiples of 32 bytes.
    Bytes32,
    /// Multiples of 64 bytes.
    Bytes64,
    /// Multiples of 128 bytes.
    Bytes128,
}

/// Tag and length of a padding record whose body is shorter than 128 bytes.
const HEAD: usize = 2;
/// The longest such body.
const LONGEST: usize = 127;

impl PadTo {
    /// How long a plaintext of `len` bytes becomes, where a frame has the room.
    #[must_use]
    pub const fn len_of(self, len: usize) -> usize {
        let below_unit = match self {
            Self::Nothing => return len,
            Self::Bytes32 => 31,
            Self::Bytes64 => 63,
            Self::Bytes128 => 127,
        };
        let gap = match len.wrapping_neg() & below_unit {
            // Tag and length are two bytes: there is no record of one.
            1 => below_unit + 2,
            gap => gap,
        };
        len.saturating_add(gap)
    }

    /// Fills a plaintext up; where `max_len` is not enough, up to that.
    pub(super) fn fill(self, writer: &mut RecordWriter<'_>, max_len: usize) {
        let len = writer.len();
        let gap = self.len_of(len).min(max_len).saturating_sub(len);
        if let Some(body) = gap.checked_sub(HEAD) {
            // It has the room: `max_len` is that of the writer.
            let _ = writer.pad(body.min(LONGEST));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Envelope, Record, Records, Tag};

    const UNITS: [(PadTo, usize); 3] = [
        (PadTo::Bytes32, 32),
        (PadTo::Bytes64, 64),
        (PadTo::Bytes128, 128),
    ];

    /// A plaintext of `len` bytes, filled up; what it holds beside padding, and how long it is.
    fn filled(pad_to: PadTo, len: usize, max_len: usize) -> (usize, usize) {
        let mut buffer = [0xFF; 1_024];
        let room = buffer.get_mut(..max_len).unwrap();
        let mut writer = RecordWriter::new(room, 0, None).unwrap();
        let body = [7; 1_024];
        let tag = Tag(1_000);
        // Head, two bytes of tag, one or two of length.
        let body_len = if len < 4 + 128 { len - 4 } else { len - 5 };
        let body = body.get(..body_len).unwrap();
        writer.push(&Record::Unknown { tag, body }).unwrap();
        let before = writer.len();
        pad_to.fill(&mut writer, max_len);
        let plaintext = writer.finish();
        let envelope = Envelope::parse(plaintext).unwrap();
        let mut records = Records::new(&envelope);
        assert_eq!(records.next(), Some((0, Ok(Record::Unknown { tag, body }))));
        assert_eq!(records.next(), None, "padding leaves nothing");
        (before, plaintext.len())
    }

    #[test]
    fn every_length_becomes_the_next_multiple_that_a_padding_record_can_reach() {
        for (pad_to, unit) in UNITS {
            for len in (4..500).filter(|len| *len != 132) {
                let (before, after) = filled(pad_to, len, 1_024);
                assert_eq!(before, len);
                assert_eq!(after, pad_to.len_of(len), "{pad_to:?} of {len}");
                assert!(after.is_multiple_of(unit) && after >= len && after - len <= unit + 1);
            }
        }
    }

    #[test]
    fn without_room_a_plaintext_becomes_as_long_as_any() {
        for (pad_to, _) in UNITS {
            assert_eq!(filled(pad_to, 490, 500), (490, 500));
            assert_eq!(filled(pad_to, 498, 500), (498, 500));
            assert_eq!(
                filled(pad_to, 499, 500),
                (499, 499),
                "one byte is no record"
            );
            assert_eq!(filled(pad_to, 500, 500), (500, 500));
        }
    }

    #[test]
    fn a_length_that_overflows_is_bounded() {
        for (pad_to, _) in UNITS {
            assert!(pad_to.len_of(1_000_000) >= 1_000_000);
        }
    }
}
