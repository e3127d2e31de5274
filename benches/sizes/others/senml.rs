//! `SenML` in CBOR (RFC 8428), by hand: a list of maps with numbers as keys.

use heapless::Vec;

const BASE_NAME: i64 = -2;
const BASE_UNIT: i64 = -4;
const NAME: i64 = 0;
const UNIT: i64 = 1;
const VALUE: i64 = 2;
const TIME: i64 = 6;

// Major types of CBOR.
const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const TEXT: u8 = 3;
const LIST: u8 = 4;
const MAP: u8 = 5;

/// One value, with what it says of itself.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    base: Option<(&'a str, &'a str)>,
    name: Option<(&'a str, &'a str)>,
    value: i64,
    time: Option<i64>,
}

impl<'a> Entry<'a> {
    pub(crate) fn of(value: i64) -> Self {
        Self {
            value,
            ..Self::default()
        }
    }

    pub(crate) fn named(name: &'a str, unit: &'a str, value: i64) -> Self {
        Self {
            name: Some((name, unit)),
            ..Self::of(value)
        }
    }

    /// The name and unit are those of the entries behind it, too.
    pub(crate) fn based(name: &'a str, unit: &'a str, value: i64) -> Self {
        Self {
            base: Some((name, unit)),
            ..Self::of(value)
        }
    }

    pub(crate) fn at(mut self, time: i64) -> Self {
        self.time = Some(time);
        self
    }

    fn write(&self, out: &mut Out<'_>) {
        let named = [(self.base, BASE_NAME, BASE_UNIT), (self.name, NAME, UNIT)];
        let names = named.iter().filter(|(names, ..)| names.is_some()).count();
        out.head(MAP, 2 * names + 1 + usize::from(self.time.is_some()));
        for (names, name_key, unit_key) in named {
            let Some((name, unit)) = names else { continue };
            out.number(name_key);
            out.text(name);
            out.number(unit_key);
            out.text(unit);
        }
        out.number(VALUE);
        out.number(self.value);
        if let Some(time) = self.time {
            out.number(TIME);
            out.number(time);
        }
    }

    fn read(fields: &mut In<'a>) -> Self {
        let mut read = Self::default();
        for _ in 0..fields.head(MAP) {
            match fields.number() {
                BASE_NAME => read.base.get_or_insert_default().0 = fields.text(),
                BASE_UNIT => read.base.get_or_insert_default().1 = fields.text(),
                NAME => read.name.get_or_insert_default().0 = fields.text(),
                UNIT => read.name.get_or_insert_default().1 = fields.text(),
                VALUE => read.value = fields.number(),
                TIME => read.time = Some(fields.number()),
                other => panic!("key {other}"),
            }
        }
        read
    }
}

pub(crate) fn write<'b>(pack: &[Entry<'_>], buffer: &'b mut [u8]) -> &'b [u8] {
    let mut out = Out { buffer, len: 0 };
    out.head(LIST, pack.len());
    pack.iter().for_each(|entry| entry.write(&mut out));
    let Out { buffer, len } = out;
    &buffer[..len]
}

pub(crate) fn read(bytes: &[u8]) -> Vec<Entry<'_>, 60> {
    let mut fields = In(bytes);
    let count = fields.head(LIST);
    (0..count).map(|_| Entry::read(&mut fields)).collect()
}

struct Out<'b> {
    buffer: &'b mut [u8],
    len: usize,
}

impl Out<'_> {
    fn put(&mut self, bytes: &[u8]) {
        self.buffer[self.len..][..bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// A major type and its argument, in the fewest bytes.
    fn head(&mut self, major: u8, argument: usize) {
        let big = argument.to_be_bytes();
        let (short, bytes): (u8, &[u8]) = match argument {
            0..24 => (big[7], &[]),
            24..0x100 => (24, &big[7..]),
            0x100..0x1_0000 => (25, &big[6..]),
            0x1_0000..0x1_0000_0000 => (26, &big[4..]),
            _ => (27, &big),
        };
        self.put(&[major << 5 | short]);
        self.put(bytes);
    }

    fn number(&mut self, number: i64) {
        let argument = |number: i64| usize::try_from(number).unwrap();
        match number {
            0.. => self.head(UNSIGNED, argument(number)),
            _ => self.head(NEGATIVE, argument(-1 - number)),
        }
    }

    fn text(&mut self, text: &str) {
        self.head(TEXT, text.len());
        self.put(text.as_bytes());
    }
}

struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    fn any_head(&mut self) -> (u8, usize) {
        let first = self.take(1)[0];
        let argument = match first & 0x1F {
            short @ 0..24 => usize::from(short),
            width => {
                let bytes = self.take(1 << (width - 24));
                bytes
                    .iter()
                    .fold(0, |all, byte| all << 8 | usize::from(*byte))
            }
        };
        (first >> 5, argument)
    }

    fn head(&mut self, expected: u8) -> usize {
        let (major, argument) = self.any_head();
        assert_eq!(major, expected);
        argument
    }

    fn number(&mut self) -> i64 {
        let (major, argument) = self.any_head();
        let number = i64::try_from(argument).unwrap();
        match major {
            UNSIGNED => number,
            NEGATIVE => -1 - number,
            other => panic!("major type {other}"),
        }
    }

    fn text(&mut self) -> &'a str {
        let len = self.head(TEXT);
        std::str::from_utf8(self.take(len)).unwrap()
    }
}
