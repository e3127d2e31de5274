//! Protocol Buffers, by hand: one message in a list of them, its numbers as varints.
//!
//! ```text
//! repeated Message 1   { number 1, 2, …   repeated Part 14 { number 1, 2 }   packed numbers 15 }
//! ```

use heapless::Vec;

const OUTER: u64 = 1;
const PARTS: u64 = 14;
const PACKED: u64 = 15;
const VARINT: u64 = 0;
const DELIMITED: u64 = 2;

/// The numbers of a message, in the order of their fields.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    numbers: Vec<u64, 9>,
    parts: Vec<[u64; 2], 3>,
    packed: Vec<u64, 60>,
}

/// A signed number as `sint32` and `sint64` have it.
pub(crate) const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

impl Message {
    pub(crate) fn of(numbers: &[u64]) -> Self {
        Self {
            numbers: Vec::from_slice(numbers).unwrap(),
            ..Self::default()
        }
    }

    pub(crate) fn with_parts(mut self, parts: &[[u64; 2]]) -> Self {
        self.parts = Vec::from_slice(parts).unwrap();
        self
    }

    pub(crate) fn with_packed(mut self, packed: &[u64]) -> Self {
        self.packed = Vec::from_slice(packed).unwrap();
        self
    }

    pub(crate) fn write<'b>(&self, buffer: &'b mut [u8]) -> &'b [u8] {
        let mut out = Out { buffer, len: 0 };
        out.delimited(OUTER, |out| {
            out.numbers(&self.numbers);
            for part in &self.parts {
                out.delimited(PARTS, |out| out.numbers(part));
            }
            if !self.packed.is_empty() {
                out.delimited(PACKED, |out| {
                    self.packed.iter().for_each(|n| out.varint(*n));
                });
            }
        });
        let Out { buffer, len } = out;
        &buffer[..len]
    }

    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut outer = In(bytes);
        assert_eq!(outer.varint(), OUTER << 3 | DELIMITED);
        let mut fields = outer.delimited();
        let mut read = Self::default();
        while !fields.0.is_empty() {
            let key = fields.varint();
            match (key >> 3, key & 7) {
                (PARTS, DELIMITED) => {
                    let mut part = fields.delimited();
                    let mut number = || {
                        part.varint();
                        part.varint()
                    };
                    read.parts.push([number(), number()]).unwrap();
                }
                (PACKED, DELIMITED) => {
                    let mut packed = fields.delimited();
                    while !packed.0.is_empty() {
                        read.packed.push(packed.varint()).unwrap();
                    }
                }
                (_, VARINT) => read.numbers.push(fields.varint()).unwrap(),
                _ => panic!("a field of another kind"),
            }
        }
        read
    }
}

struct Out<'b> {
    buffer: &'b mut [u8],
    len: usize,
}

impl Out<'_> {
    fn put(&mut self, byte: u8) {
        self.buffer[self.len] = byte;
        self.len += 1;
    }

    fn varint(&mut self, mut value: u64) {
        while value > 0x7F {
            self.put(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.put(value.to_le_bytes()[0]);
    }

    fn numbers(&mut self, numbers: &[u64]) {
        for (field, number) in (1..).zip(numbers) {
            self.varint(field << 3 | VARINT);
            self.varint(*number);
        }
    }

    /// A field with its length in one byte, which is known behind it.
    fn delimited(&mut self, field: u64, write: impl FnOnce(&mut Self)) {
        self.varint(field << 3 | DELIMITED);
        let place = self.len;
        self.put(0);
        write(self);
        let len = u8::try_from(self.len - place - 1).unwrap();
        assert!(len < 0x80, "a length of one byte");
        self.buffer[place] = len;
    }
}

struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    fn varint(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let (byte, rest) = self.0.split_first().unwrap();
            self.0 = rest;
            value |= u64::from(byte & 0x7F) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return value;
            }
        }
    }

    fn delimited(&mut self) -> In<'a> {
        let len = usize::try_from(self.varint()).unwrap();
        let (field, rest) = self.0.split_at(len);
        self.0 = rest;
        In(field)
    }
}
