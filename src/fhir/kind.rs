use alloc::format;
use alloc::string::String;
use core::fmt;
use core::marker::PhantomData;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A kind of resource with a name.
pub trait Named {
    /// The value of `resourceType`.
    const NAME: &'static str;
}

/// The `resourceType` of a resource: written by itself, and checked when it is read.
pub struct Kind<T> {
    kind: PhantomData<fn() -> T>,
}

impl<T> Default for Kind<T> {
    fn default() -> Self {
        Self { kind: PhantomData }
    }
}

impl<T> Clone for Kind<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Kind<T> {}

impl<T> PartialEq for Kind<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Kind<T> {}

impl<T: Named> fmt::Debug for Kind<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }
}

impl<T: Named> Serialize for Kind<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(T::NAME)
    }
}

impl<'de, T: Named> Deserialize<'de> for Kind<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = String::deserialize(deserializer)?;
        match found == T::NAME {
            true => Ok(Self::default()),
            false => Err(D::Error::custom(format!(
                "resourceType is {found}, not {}",
                T::NAME
            ))),
        }
    }
}
