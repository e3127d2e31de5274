#[cfg(feature = "std")]
use std::collections::HashMap;
#[cfg(feature = "std")]
use std::hash::{BuildHasher, Hasher, RandomState};

use crate::wire::Locator;

/// "Locators may have several owners: all are tried, at most 4."
pub const MAX_OWNERS: usize = 4;

/// The sessions that a frame with one locator may belong to, by the caller's own names for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owners<N> {
    names: [Option<N>; MAX_OWNERS],
}

impl<N> Default for Owners<N> {
    fn default() -> Self {
        Self {
            names: [const { None }; MAX_OWNERS],
        }
    }
}

impl<N: Copy + Eq> Owners<N> {
    /// The owners, those that came first in front.
    pub fn iter(&self) -> impl Iterator<Item = N> {
        self.names.iter().copied().flatten()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Adds an owner; `false` where four others are there already. Those that were there first stay, so
    /// that nobody can push a device out by claiming its locators.
    #[must_use]
    pub fn insert(&mut self, name: N) -> bool {
        if self.iter().any(|known| known == name) {
            return true;
        }
        match self.names.iter_mut().find(|slot| slot.is_none()) {
            Some(slot) => {
                *slot = Some(name);
                true
            }
            None => false,
        }
    }

    /// Takes an owner away.
    pub fn remove(&mut self, name: N) {
        for slot in &mut self.names {
            if *slot == Some(name) {
                *slot = None;
            }
        }
    }
}

/// Finds the sessions that a locator may belong to: a table in memory, a cache, a database.
///
/// A frame of a stranger costs one call of [`SessionLookup::owners`], and nothing else.
pub trait SessionLookup: Send + Sync {
    /// How the caller names a session: a row number, say.
    type Name: Copy + Eq;

    /// The sessions that have this locator among their [`locators`](super::Opener::locators).
    fn owners(&self, locator: Locator) -> Owners<Self::Name>;
}

/// The locators of many sessions, in memory.
///
/// A session has eight locators before its first frame, and one more for each epoch that is open or was
/// skipped: 25 at most. Each takes the size of the name, eight bytes and what the hash table needs.
#[cfg(feature = "std")]
#[derive(Debug, Clone)]
pub struct SessionTable<N> {
    first: HashMap<Locator, N, Keyed>,
    /// Of the locators that have more than one owner, which are few: all of them.
    shared: HashMap<Locator, Owners<N>, Keyed>,
}

/// Hashes locators under two words that are drawn for each table.
///
/// Most locators are pseudo-random already, but a device chooses those of the epochs that it hands over, so a hash
/// without a key would let it pile them up in one place. The words are known to nobody outside, and no answer
/// shows a hash. It is not a cryptographic hash: who could time single searches to the nanosecond might learn of the words.
#[cfg(feature = "std")]
#[derive(Debug, Clone)]
struct Keyed([u64; 2]);

#[cfg(feature = "std")]
impl Default for Keyed {
    fn default() -> Self {
        let random = RandomState::new();
        Self([0, 1].map(|word: u64| random.hash_one(word)))
    }
}

#[cfg(feature = "std")]
impl BuildHasher for Keyed {
    type Hasher = Folded;

    fn build_hasher(&self) -> Folded {
        let Self([start, factor]) = *self;
        Folded {
            state: start,
            factor: factor | 1,
        }
    }
}

#[cfg(feature = "std")]
struct Folded {
    state: u64,
    factor: u64,
}

#[cfg(feature = "std")]
impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            crate::wire::copy(chunk, &mut word);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        // Both halves of the product: the table takes its place from the low bits, and its tag from the high.
        let product = u128::from(self.state ^ word) * u128::from(self.factor);
        let [low, high] = [product as u64, (product >> 64) as u64];
        self.state = low ^ high;
    }

    /// The length of the only key there is says nothing.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.state
    }
}

#[cfg(feature = "std")]
impl<N> Default for SessionTable<N> {
    fn default() -> Self {
        Self {
            first: HashMap::default(),
            shared: HashMap::default(),
        }
    }
}

#[cfg(feature = "std")]
impl<N: Copy + Eq> SessionTable<N> {
    /// A table with room for so many locators.
    #[must_use]
    pub fn with_capacity(locators: usize) -> Self {
        Self {
            first: HashMap::with_capacity_and_hasher(locators, Keyed::default()),
            shared: HashMap::default(),
        }
    }

    /// How many locators have an owner.
    #[must_use]
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// Whether no locator has an owner.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Says that frames with this locator may be of this session; `false` where four others claim it.
    #[must_use]
    pub fn insert(&mut self, locator: Locator, name: N) -> bool {
        let first = *self.first.entry(locator).or_insert(name);
        if first == name {
            return true;
        }
        let owners = self.shared.entry(locator).or_default();
        owners.insert(first) && owners.insert(name)
    }

    /// Says that they are not any more.
    pub fn remove(&mut self, locator: Locator, name: N) {
        let Some(owners) = self.shared.get_mut(&locator) else {
            if self.first.get(&locator) == Some(&name) {
                self.first.remove(&locator);
            }
            return;
        };
        owners.remove(name);
        let left = *owners;
        if left.iter().nth(1).is_none() {
            self.shared.remove(&locator);
        }
        match left.iter().next() {
            Some(first) => self.first.insert(locator, first),
            None => self.first.remove(&locator),
        };
    }
}

#[cfg(feature = "std")]
impl<N: Copy + Eq + Send + Sync> SessionLookup for SessionTable<N> {
    type Name = N;

    fn owners(&self, locator: Locator) -> Owners<N> {
        let mut owners = Owners::default();
        if let Some(first) = self.first.get(&locator).copied()
            && owners.insert(first)
            && let Some(shared) = self.shared.get(&locator)
        {
            owners = *shared;
        }
        owners
    }
}
