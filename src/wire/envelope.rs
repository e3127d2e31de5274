//! What a frame's plaintext holds: numbered records, each in an envelope.
//!
//! ```text
//! head      varint   sequence of the first record × 2, plus 1 where the run follows
//! run       8 bytes  in frames sealed before a receipt has named their epoch
//! records   tag varint · length varint · body, one behind the other
//! ```
//!
//! Bit 0 of a tag says *critical*: a reader that does not know the tag must refuse that
//! record, and it alone. Tags below 16 shape the frame and take no sequence; every other
//! record takes the next one, known or not.
//!
//! [`Tag`] lists the kinds.

use super::cursor::varint_len;
use super::{Error, Reader, Run, Tag, Writer, copy};

/// A record whose body is not read yet.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawRecord<'a> {
    /// The record's number; for a record that takes none, that of the next one.
    pub sequence: u64,
    /// The kind.
    pub tag: Tag,
    /// The content.
    pub body: &'a [u8],
}

/// A frame's plaintext, opened up.
#[derive(Debug, Clone)]
pub struct Envelope<'a> {
    first_sequence: u64,
    run: Option<Run>,
    records: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Reads the head.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] or [`Error::MalformedVarint`].
    pub fn parse(plaintext: &'a [u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(plaintext);
        let head = reader.varint()?;
        let run = match head & 1 {
            1 => Some(Run(reader.array()?)),
            _ => None,
        };
        Ok(Self {
            first_sequence: head >> 1,
            run,
            records: reader.rest(),
        })
    }

    /// The sequence of the first record.
    #[must_use]
    pub const fn first_sequence(&self) -> u64 {
        self.first_sequence
    }

    /// The run, where the frame carries it.
    #[must_use]
    pub const fn run(&self) -> Option<Run> {
        self.run
    }

    /// The records, in order.
    #[must_use]
    pub const fn records(&self) -> RawRecords<'a> {
        RawRecords {
            reader: Reader::new(self.records),
            sequence: self.first_sequence,
        }
    }
}

/// The records of a frame, one after the other; ends at the first that is malformed.
#[derive(Debug, Clone)]
pub struct RawRecords<'a> {
    reader: Reader<'a>,
    sequence: u64,
}

impl<'a> RawRecords<'a> {
    /// The sequence that the next numbered record has.
    pub(super) const fn next_sequence(&self) -> u64 {
        self.sequence
    }

    fn read(&mut self) -> Result<RawRecord<'a>, Error> {
        let tag = Tag(self.reader.varint_as()?);
        let len = self.reader.varint_as()?;
        let body = self.reader.take(len)?;
        let record = RawRecord {
            sequence: self.sequence,
            tag,
            body,
        };
        let step = match tag {
            Tag::SKIP => read_skip(body)?,
            _ => u64::from(tag.is_numbered()),
        };
        self.sequence = self.sequence.checked_add(step).ok_or(Error::OutOfRange)?;
        Ok(record)
    }
}

fn read_skip(body: &[u8]) -> Result<u64, Error> {
    let mut reader = Reader::new(body);
    let step = reader.varint()?;
    reader.finish()?;
    match step {
        0 => Err(Error::OutOfRange),
        step => Ok(step),
    }
}

impl<'a> Iterator for RawRecords<'a> {
    type Item = Result<RawRecord<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.left() == 0 {
            return None;
        }
        let record = self.read();
        if record.is_err() {
            let _ = self.reader.rest();
        }
        Some(record)
    }
}

/// Writes a frame's plaintext: the head, then records.
#[derive(Debug)]
pub struct EnvelopeWriter<'a> {
    writer: Writer<'a>,
    next_sequence: u64,
}

impl<'a> EnvelopeWriter<'a> {
    /// Writes the head.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`], or [`Error::OutOfRange`] for a sequence of more than 63 bits.
    pub fn new(buffer: &'a mut [u8], first_sequence: u64, run: Option<Run>) -> Result<Self, Error> {
        let doubled = first_sequence.checked_mul(2).ok_or(Error::OutOfRange)?;
        let mut writer = Writer::new(buffer);
        writer.varint(doubled | u64::from(run.is_some()))?;
        if let Some(run) = run {
            writer.put(&run.0)?;
        }
        Ok(Self {
            writer,
            next_sequence: first_sequence,
        })
    }

    /// The sequence that the next numbered record takes.
    #[must_use]
    pub const fn next_sequence(&self) -> u64 {
        self.next_sequence
    }

    /// Appends a record. One that does not fit changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`].
    pub fn record(&mut self, tag: Tag, body: &[u8]) -> Result<(), Error> {
        copy(body, self.reserve(tag, body.len())?);
        Ok(())
    }

    /// Appends a record and hands out its body of `body_len` bytes to be filled.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; nothing is changed then.
    pub fn reserve(&mut self, tag: Tag, body_len: usize) -> Result<&mut [u8], Error> {
        let tag_code = u64::from(tag.0);
        let len_code = u64::try_from(body_len).unwrap_or(u64::MAX);
        let needed = varint_len(tag_code)
            .saturating_add(varint_len(len_code))
            .saturating_add(body_len);
        if self.writer.room() < needed {
            return Err(Error::NoRoom {
                needed: self.writer.len().saturating_add(needed),
            });
        }
        self.writer.varint(tag_code)?;
        self.writer.varint(len_code)?;
        self.next_sequence = self
            .next_sequence
            .saturating_add(u64::from(tag.is_numbered()));
        self.writer.reserve(body_len)
    }

    /// How many bytes were written.
    pub(super) const fn len(&self) -> usize {
        self.writer.len()
    }

    /// Where the writing stands, to come back to.
    pub(super) const fn mark(&self) -> Mark {
        Mark {
            len: self.writer.len(),
            next_sequence: self.next_sequence,
        }
    }

    /// Takes back all that was written since `mark`.
    pub(super) fn rewind(&mut self, mark: Mark) {
        self.writer.truncate(mark.len);
        self.next_sequence = mark.next_sequence;
    }

    /// Lets the next record's sequence be `step` further on.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`], or [`Error::OutOfRange`] for a step of zero or past the last sequence.
    pub fn skip(&mut self, step: u64) -> Result<(), Error> {
        let following = match self.next_sequence.checked_add(step) {
            Some(following) if step > 0 => following,
            _ => return Err(Error::OutOfRange),
        };
        let mut body = [0_u8; 10];
        let mut varint = Writer::new(&mut body);
        varint.varint(step)?;
        self.record(Tag::SKIP, varint.finish())?;
        self.next_sequence = following;
        Ok(())
    }

    /// The plaintext.
    #[must_use]
    pub fn finish(self) -> &'a mut [u8] {
        self.writer.finish()
    }
}

/// A place in the plaintext to come back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    len: usize,
    next_sequence: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const RUN: Run = Run([9, 8, 7, 6, 5, 4, 3, 2]);

    // IOMT-ENV-002
    #[test]
    fn the_head_is_the_drawn_bytes() {
        let mut buffer = [0_u8; 16];
        let plain = EnvelopeWriter::new(&mut buffer, 5, Some(RUN))
            .unwrap()
            .finish();
        assert_eq!(plain, [11, 9, 8, 7, 6, 5, 4, 3, 2]);
        let plain = EnvelopeWriter::new(&mut buffer, 5, None).unwrap().finish();
        assert_eq!(plain, [10]);
    }

    // IOMT-ENV-011, IOMT-ENV-012, IOMT-VER-004
    #[test]
    fn unknown_records_keep_their_place_in_the_sequence() {
        let mut buffer = [0_u8; 64];
        let mut writer = EnvelopeWriter::new(&mut buffer, 40, None).unwrap();
        writer.record(Tag(16), &[1]).unwrap();
        writer.record(Tag(2_000), &[2, 2]).unwrap();
        writer.record(Tag::PADDING, &[0; 3]).unwrap();
        writer.skip(10).unwrap();
        writer.record(Tag(16), &[3]).unwrap();
        let plain = writer.finish();
        let sequences: Vec<(u64, u32)> = Envelope::parse(plain)
            .unwrap()
            .records()
            .map(|record| {
                record
                    .map(|record| (record.sequence, record.tag.0))
                    .unwrap()
            })
            .collect();
        assert_eq!(
            sequences,
            [(40, 16), (41, 2_000), (42, 0), (42, 5), (52, 16)]
        );
    }

    // IOMT-ENV-014
    #[test]
    fn refuses_a_length_beyond_the_plaintext_and_ends() {
        let plain = [10, 16, 1, 0xAA, 16, 9, 1, 2];
        let mut records = Envelope::parse(&plain).unwrap().records();
        assert!(records.next().unwrap().is_ok());
        assert_eq!(records.next(), Some(Err(Error::Truncated { missing: 7 })));
        assert_eq!(records.next(), None);
    }

    // IOMT-ENV-021
    #[test]
    fn refuses_a_skip_of_nothing_or_past_the_end() {
        for body in [&[0][..], &[], &[1, 1]] {
            let mut plain = Vec::from([10, 5, u8::try_from(body.len()).unwrap()]);
            plain.extend(body);
            assert!(
                Envelope::parse(&plain)
                    .unwrap()
                    .records()
                    .next()
                    .unwrap()
                    .is_err()
            );
        }
        let mut buffer = [0_u8; 32];
        let mut writer = EnvelopeWriter::new(&mut buffer, 1 << 62, None).unwrap();
        assert_eq!(writer.skip(u64::MAX), Err(Error::OutOfRange));
        assert_eq!(writer.skip(0), Err(Error::OutOfRange));
    }

    #[test]
    fn a_record_that_does_not_fit_changes_nothing() {
        let mut buffer = [0_u8; 6];
        let mut writer = EnvelopeWriter::new(&mut buffer, 1, None).unwrap();
        assert_eq!(
            writer.record(Tag(16), &[0; 4]),
            Err(Error::NoRoom { needed: 7 })
        );
        writer.record(Tag(16), &[7; 3]).unwrap();
        assert_eq!(writer.next_sequence(), 2);
        assert_eq!(writer.finish(), [2, 16, 3, 7, 7, 7]);
    }
}
