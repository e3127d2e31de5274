//! The members of a request.

use serde_json::Value;

use super::error::Failure;
use super::text::unhex;

#[derive(Clone, Copy)]
pub(super) struct Request<'a>(&'a Value);

impl<'a> Request<'a> {
    pub(super) const fn new(fields: &'a Value) -> Self {
        Self(fields)
    }

    pub(in crate::shim) const fn fields(&self) -> &'a Value {
        self.0
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    fn get(&self, name: &str) -> Result<&'a Value, Failure> {
        self.0.get(name).ok_or_else(|| Failure::field(name))
    }

    /// A member that is an object itself.
    pub(super) fn object(&self, name: &str) -> Result<Self, Failure> {
        let value = self.get(name)?;
        value.as_object().ok_or_else(|| Failure::field(name))?;
        Ok(Self(value))
    }

    pub(super) fn optional(&self, name: &str) -> Result<Option<Self>, Failure> {
        self.has(name).then(|| self.object(name)).transpose()
    }

    pub(super) fn list(&self, name: &str) -> Result<&'a [Value], Failure> {
        let list = self.get(name)?.as_array();
        Ok(list.ok_or_else(|| Failure::field(name))?)
    }

    pub(super) fn objects(&self, name: &str) -> Result<Vec<Self>, Failure> {
        Ok(self.list(name)?.iter().map(Self).collect())
    }

    pub(super) fn text(&self, name: &str) -> Result<&'a str, Failure> {
        self.get(name)?.as_str().ok_or_else(|| Failure::field(name))
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    pub(super) fn number<T: TryFrom<i64>>(&self, name: &str) -> Result<T, Failure> {
        let number = self.get(name)?.as_i64();
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| Failure::field(name))
    }

    /// An integer of 64 bits: digits in a string.
    pub(super) fn big<T: std::str::FromStr>(&self, name: &str) -> Result<T, Failure> {
        let digits = self.text(name)?;
        digits.parse().map_err(|_| Failure::field(name))
    }

    pub(super) fn bytes(&self, name: &str) -> Result<Vec<u8>, Failure> {
        unhex(self.text(name)?).ok_or_else(|| Failure::field(name))
    }

    pub(super) fn array<const N: usize>(&self, name: &str) -> Result<[u8; N], Failure> {
        let bytes = self.bytes(name)?;
        bytes.try_into().map_err(|_| Failure::field(name))
    }

    /// A list of bytes.
    pub(super) fn byte_strings(&self, name: &str) -> Result<Vec<Vec<u8>>, Failure> {
        let bytes = |item: &Value| unhex(item.as_str()?);
        let all: Option<Vec<_>> = self.list(name)?.iter().map(bytes).collect();
        all.ok_or_else(|| Failure::field(name))
    }

    /// A list of 32 bytes each.
    pub(super) fn randoms(&self) -> Result<Vec<[u8; 32]>, Failure> {
        let all = self.byte_strings("random")?.into_iter();
        let all: Result<Vec<[u8; 32]>, _> = all.map(<[u8; 32]>::try_from).collect();
        all.map_err(|_| Failure::field("random"))
    }
}
