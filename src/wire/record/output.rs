//! The postcard format, written by one copy of code whatever becomes of the bytes, and without a panic path.
//!
//! The `postcard` crate writes each body by a copy of code of its own for each of the three uses below, and indexes
//! what it writes, which a linker finds as a panic. It reads all bodies, and tests hold this against it.

use core::fmt;

use serde::Serialize;
use serde::ser::{self, Serializer};

/// Where the bytes go.
pub(super) enum Target<'a> {
    /// Nowhere: they are counted.
    Count,
    /// Into a slice, from its start.
    Fill(&'a mut [u8]),
    /// They are compared with what stands there already.
    Match(&'a [u8]),
}

/// What a body is serialised into.
pub(super) struct Output<'a> {
    target: Target<'a>,
    len: usize,
}

/// The bytes have no room, are not those that were expected, or the type is none of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failed;

impl<'a> Output<'a> {
    /// Writes a body; returns how many bytes it has.
    pub(super) fn of(body: &impl Serialize, target: Target<'a>) -> Result<usize, Failed> {
        let mut output = Self { target, len: 0 };
        body.serialize(&mut output)?;
        Ok(output.len)
    }

    #[inline(never)]
    fn put(&mut self, bytes: &[u8]) -> Result<(), Failed> {
        let end = self.len.checked_add(bytes.len()).ok_or(Failed)?;
        match &mut self.target {
            Target::Count => {}
            Target::Fill(out) => {
                let room = out.get_mut(self.len..end).ok_or(Failed)?;
                for (to, from) in room.iter_mut().zip(bytes) {
                    *to = *from;
                }
            }
            Target::Match(expected) => {
                if expected.get(self.len..end) != Some(bytes) {
                    return Err(Failed);
                }
            }
        }
        self.len = end;
        Ok(())
    }

    fn byte(&mut self, byte: u8) -> Result<(), Failed> {
        self.put(&[byte])
    }

    /// Seven bits a byte, the lowest first; the highest bit says that there are more.
    #[inline(never)]
    fn varint(&mut self, value: u32) -> Result<(), Failed> {
        let mut rest = value;
        while rest >= 0x80 {
            self.byte(rest as u8 | 0x80)?;
            rest >>= 7;
        }
        self.byte(rest as u8)
    }

    #[inline(never)]
    fn long_varint(&mut self, value: u64) -> Result<(), Failed> {
        let mut rest = value;
        while rest >= 0x80 {
            self.byte(rest as u8 | 0x80)?;
            rest >>= 7;
        }
        self.byte(rest as u8)
    }

    fn length(&mut self, len: usize) -> Result<(), Failed> {
        self.long_varint(len as u64)
    }

    fn prefixed(&mut self, bytes: &[u8]) -> Result<(), Failed> {
        self.length(bytes.len())?;
        self.put(bytes)
    }
}

impl Serializer for &mut Output<'_> {
    type Ok = ();
    type Error = Failed;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = ser::Impossible<(), Failed>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn serialize_bool(self, value: bool) -> Result<(), Failed> {
        self.byte(value.into())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Failed> {
        self.byte(value.cast_unsigned())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Failed> {
        self.serialize_i32(value.into())
    }

    // Zigzag: 0, -1, 1, -2, 2 … become 0, 1, 2, 3, 4 …
    fn serialize_i32(self, value: i32) -> Result<(), Failed> {
        self.varint((value << 1 ^ value >> 31).cast_unsigned())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Failed> {
        self.long_varint((value << 1 ^ value >> 63).cast_unsigned())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Failed> {
        self.byte(value)
    }

    fn serialize_u16(self, value: u16) -> Result<(), Failed> {
        self.varint(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Failed> {
        self.varint(value)
    }

    fn serialize_u64(self, value: u64) -> Result<(), Failed> {
        self.long_varint(value)
    }

    // "Never a float on the wire", and no single character.
    fn serialize_f32(self, _: f32) -> Result<(), Failed> {
        Err(Failed)
    }

    fn serialize_f64(self, _: f64) -> Result<(), Failed> {
        Err(Failed)
    }

    fn serialize_char(self, _: char) -> Result<(), Failed> {
        Err(Failed)
    }

    fn serialize_str(self, value: &str) -> Result<(), Failed> {
        self.prefixed(value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Failed> {
        self.prefixed(value)
    }

    fn serialize_none(self) -> Result<(), Failed> {
        self.byte(0)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Failed> {
        self.byte(1)?;
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Failed> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Failed> {
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
    ) -> Result<(), Failed> {
        self.varint(index)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        self.varint(index)?;
        value.serialize(self)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self, Failed> {
        self.length(len.ok_or(Failed)?)?;
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Failed> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Failed> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Failed> {
        self.varint(index)?;
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Failed> {
        Err(Failed)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Failed> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Failed> {
        self.varint(index)?;
        Ok(self)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Result<(), Failed> {
        Err(Failed)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

/// What is made of parts is written part by part, without their names and with nothing behind them.
macro_rules! parts {
    ($($kind:ident, $part:ident($($name:ty)?);)*) => {$(
        impl ser::$kind for &mut Output<'_> {
            type Ok = ();
            type Error = Failed;

            fn $part<T: Serialize + ?Sized>(&mut self, $(_: $name,)? value: &T) -> Result<(), Failed> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), Failed> {
                Ok(())
            }
        }
    )*};
}

parts! {
    SerializeSeq, serialize_element();
    SerializeTuple, serialize_element();
    SerializeTupleStruct, serialize_field();
    SerializeTupleVariant, serialize_field();
    SerializeStruct, serialize_field(&'static str);
    SerializeStructVariant, serialize_field(&'static str);
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a body that can be written")
    }
}

impl core::error::Error for Failed {}

impl ser::Error for Failed {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::String;
    use std::vec;
    use std::vec::Vec;

    /// One of every shape that a body may have.
    #[derive(Debug, Serialize)]
    enum Shape<'a> {
        Unit,
        New(i16),
        Tuple(u8, i8),
        Struct { text: &'a str, flag: bool },
    }

    #[derive(Debug, Serialize)]
    struct Body<'a> {
        numbers: (u16, u32, u64),
        signed: (i16, i32, i64),
        maybe: Option<u32>,
        list: &'a [u8],
        shapes: [Shape<'a>; 4],
        new: Wrapped,
    }

    #[derive(Debug, Serialize)]
    struct Wrapped(i64);

    fn agree(body: &Body<'_>) {
        let expected: Vec<u8> = postcard::to_slice(body, &mut [0; 1_000]).unwrap().to_vec();
        assert_eq!(Output::of(body, Target::Count), Ok(expected.len()));
        let mut made = vec![0; expected.len()];
        assert_eq!(
            Output::of(body, Target::Fill(&mut made)),
            Ok(expected.len())
        );
        assert_eq!(made, expected);
        assert_eq!(
            Output::of(body, Target::Match(&expected)),
            Ok(expected.len())
        );
        let (last, short) = made.split_last_mut().unwrap();
        assert_eq!(Output::of(body, Target::Fill(short)), Err(Failed));
        *last ^= 1;
        assert_eq!(Output::of(body, Target::Match(&made)), Err(Failed));
    }

    proptest! {
        #[test]
        fn writes_what_postcard_writes(
            numbers: (u16, u32, u64),
            signed: (i16, i32, i64),
            maybe: Option<u32>,
            list in proptest::collection::vec(any::<u8>(), 0..200),
            text: String,
            small: (i16, u8, i8, bool),
        ) {
            let text = text.get(..text.len().min(200)).unwrap_or_default();
            let shapes = [
                Shape::Unit,
                Shape::New(small.0),
                Shape::Tuple(small.1, small.2),
                Shape::Struct { text, flag: small.3 },
            ];
            agree(&Body { numbers, signed, maybe, list: &list, shapes, new: Wrapped(signed.2) });
        }
    }

    #[test]
    fn refuses_what_no_body_has() {
        assert_eq!(Output::of(&1.5_f32, Target::Count), Err(Failed));
        assert_eq!(Output::of(&'x', Target::Count), Err(Failed));
    }
}
