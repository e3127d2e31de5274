use std::cell::{Cell, RefCell};
use std::rc::Rc;

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use iomt::storage::FlashStorage;

use super::nor_flash::SimulatedFlash;

pub const WORD: usize = 4;
pub const UNIT: usize = 2_048;
const UNITS: usize = 14;

pub type Chip = SimulatedFlash<WORD, UNIT>;
pub type Storage = FlashStorage<Flash>;

/// When operations fail, with the power on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    None,
    /// The operation after so many more, and it alone.
    Once(u64),
    /// That one and all that follow.
    ForEver(u64),
}

/// A flash chip that outlives the device's program.
#[derive(Debug, Clone)]
pub struct Flash {
    pub chip: Rc<RefCell<Chip>>,
    pub trouble: Rc<RefCell<Trouble>>,
    /// How many operations have failed alone, and how many since one failed for ever.
    pub strikes: Rc<Cell<(u64, u64)>>,
}

impl Flash {
    pub fn new(chip: Chip) -> Self {
        Self {
            chip: Rc::new(RefCell::new(chip)),
            trouble: Rc::new(RefCell::new(Trouble::None)),
            strikes: Rc::default(),
        }
    }

    pub fn erased() -> Self {
        Self::new(Chip::new(UNITS))
    }

    pub fn open(&self) -> Result<Storage, iomt::storage::Error> {
        let len = u32::try_from(UNITS * UNIT).unwrap();
        FlashStorage::open(self.clone(), 0..len, 2)
    }

    fn check(&self) -> Result<(), NorFlashErrorKind> {
        let mut trouble = self.trouble.borrow_mut();
        let (once, for_ever) = self.strikes.get();
        let fails = match &mut *trouble {
            Trouble::None => false,
            Trouble::Once(0) => {
                *trouble = Trouble::None;
                self.strikes.set((once + 1, for_ever));
                true
            }
            Trouble::ForEver(0) => {
                self.strikes.set((once, for_ever + 1));
                true
            }
            Trouble::Once(left) | Trouble::ForEver(left) => {
                *left -= 1;
                false
            }
        };
        match fails {
            true => Err(NorFlashErrorKind::Other),
            false => Ok(()),
        }
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = WORD;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        self.check()?;
        self.chip.borrow_mut().read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        self.chip.borrow().capacity()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = UNIT;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        self.check()?;
        self.chip.borrow_mut().erase(from, to)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        self.check()?;
        self.chip.borrow_mut().write(offset, bytes)
    }
}
