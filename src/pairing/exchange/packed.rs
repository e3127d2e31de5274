use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::crypto::{KEY_LEN, Secret};
use crate::pairing::Error;
use crate::wire::{self, copy};

/// What an exchange keeps between two calls: no more than it still needs, without a gap.
///
/// ```text
/// │ sent: one's newest packet │ draft: a message, or a packet under way │ free │ … │ cell │ cell │ cell │
/// ```
///
/// Cells are 32 bytes each, those of lower numbers further behind. Wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Packed {
    room: [u8; ROOM],
    sent: u16,
    draft: u16,
    /// Bit n: there is a cell of this number.
    cells: u16,
}

/// The device in a comparison needs most: message 1 of its own, message 2, and eight cells (74 + 136 + 256 bytes).
const ROOM: usize = 480;
/// How many cells are there at most, behind the first message that is read.
pub(super) const MAX_CELLS: usize = 8;
/// No version that is known has a longer one.
pub(super) const MAX_MESSAGE: usize = ROOM - MAX_CELLS * KEY_LEN;

/// What a cell holds.
#[derive(Clone, Copy)]
pub(super) enum Cell {
    ChainingKey,
    Hash,
    /// What the next field is sealed under.
    Key,
    Ephemeral,
    RemoteEphemeral,
    RemoteStatic,
    LocalStatic,
    Psk,
    Promise,
    Hedge,
    Mac1Key,
    #[cfg(feature = "comparison")]
    Commitment,
    #[cfg(feature = "comparison")]
    Nonce,
    #[cfg(feature = "comparison")]
    Digits,
    /// What was agreed for the message that is read.
    FirstAnswer,
    SecondAnswer,
}

pub(super) const ANSWERS: [Cell; 2] = [Cell::FirstAnswer, Cell::SecondAnswer];

impl Packed {
    pub(super) fn new(sent: &[u8], draft: &[u8]) -> Result<Self, Error> {
        let mut packed = Self {
            room: [0; ROOM],
            sent: 0,
            draft: 0,
            cells: 0,
        };
        packed.sent = packed.append(sent)?;
        packed.draft = packed.append(draft)?;
        Ok(packed)
    }

    /// Nothing but what was sent.
    pub(super) fn wiped(&self) -> Self {
        // Fits: it did before.
        Self::new(self.sent(), &[]).unwrap_or(Self {
            room: [0; ROOM],
            sent: 0,
            draft: 0,
            cells: 0,
        })
    }

    pub(super) fn sent(&self) -> &[u8] {
        self.room.get(..self.sent.into()).unwrap_or_default()
    }

    pub(super) fn draft(&self) -> &[u8] {
        let range = usize::from(self.sent)..self.bytes();
        self.room.get(range).unwrap_or_default()
    }

    /// Takes a message in, behind which room stays for so many cells.
    pub(super) fn receive(&mut self, message: &[u8], cells: usize) -> Result<(), Error> {
        let reserved = cells.saturating_mul(KEY_LEN);
        let room = self.free().saturating_sub(reserved).min(MAX_MESSAGE);
        check_len(message, room)?;
        self.draft = self.append(message)?;
        Ok(())
    }

    /// Forgets the message, and what was agreed for it.
    pub(super) fn drop_draft(&mut self) {
        for cell in ANSWERS.into_iter().rev() {
            if let Some(slot) = self.slot_mut(cell) {
                slot.zeroize();
            }
            self.cells &= !cell.bit();
        }
        self.draft = 0;
    }

    pub(super) const fn has(&self, cell: Cell) -> bool {
        self.cells & cell.bit() != 0
    }

    /// Puts a cell in front of the others, whose numbers are lower.
    pub(super) fn put(&mut self, cell: Cell, content: &[u8; KEY_LEN]) -> Result<(), Error> {
        let is_next = self.cells < cell.bit();
        if !is_next || self.free() < KEY_LEN {
            return Err(Error::NoRoom { needed: ROOM });
        }
        self.cells |= cell.bit();
        if let Some(slot) = self.slot_mut(cell) {
            copy(content, slot);
        }
        Ok(())
    }

    pub(super) fn put_some(
        &mut self,
        cell: Cell,
        content: Option<&[u8; KEY_LEN]>,
    ) -> Result<(), Error> {
        content.map_or(Ok(()), |content| self.put(cell, content))
    }

    pub(super) fn get(&self, cell: Cell) -> Option<[u8; KEY_LEN]> {
        let end = self.end(cell);
        let content = self.room.get(end.checked_sub(KEY_LEN)?..end)?;
        content.try_into().ok().filter(|_| self.has(cell))
    }

    pub(super) fn secret(&self, cell: Cell) -> Option<Secret> {
        let end = self.end(cell);
        let content = self.room.get(end.checked_sub(KEY_LEN)?..end)?;
        Secret::try_from(content).ok().filter(|_| self.has(cell))
    }

    fn append(&mut self, bytes: &[u8]) -> Result<u16, Error> {
        let (start, room) = (self.bytes(), self.free());
        check_len(bytes, room)?;
        copy(bytes, self.room.get_mut(start..).unwrap_or_default());
        u16::try_from(bytes.len()).map_err(|_| Error::NoRoom { needed: ROOM })
    }

    fn bytes(&self) -> usize {
        usize::from(self.sent).saturating_add(self.draft.into())
    }

    fn free(&self) -> usize {
        let cells = KEY_LEN.saturating_mul(self.cells.count_ones() as usize);
        ROOM.saturating_sub(self.bytes()).saturating_sub(cells)
    }

    fn slot_mut(&mut self, cell: Cell) -> Option<&mut [u8]> {
        if !self.has(cell) {
            return None;
        }
        let end = self.end(cell);
        self.room.get_mut(end.checked_sub(KEY_LEN)?..end)
    }

    const fn end(&self, cell: Cell) -> usize {
        let before = (self.cells & (cell.bit() - 1)).count_ones() as usize;
        ROOM.saturating_sub(before.saturating_mul(KEY_LEN))
    }
}

impl Cell {
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

fn check_len(bytes: &[u8], room: usize) -> Result<(), Error> {
    match bytes.len().checked_sub(room) {
        Some(count @ 1..) => Err(wire::Error::TrailingBytes { count }.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_comes_out_and_nothing_else() {
        let mut packed = Packed::new(b"sent", b"").unwrap();
        packed.put(Cell::Hash, &[1; 32]).unwrap();
        packed.put(Cell::Psk, &[2; 32]).unwrap();
        packed.receive(b"message", 1).unwrap();
        packed.put(Cell::FirstAnswer, &[3; 32]).unwrap();
        assert_eq!(
            (packed.sent(), packed.draft()),
            (&b"sent"[..], &b"message"[..])
        );
        assert_eq!(packed.get(Cell::Hash), Some([1; 32]));
        assert_eq!(packed.secret(Cell::Psk).unwrap().expose(), &[2; 32]);
        assert_eq!(packed.get(Cell::Promise), None);
        assert_eq!(packed.get(Cell::FirstAnswer), Some([3; 32]));

        packed.drop_draft();
        assert_eq!((packed.sent(), packed.draft()), (&b"sent"[..], &b""[..]));
        assert_eq!(packed.get(Cell::FirstAnswer), None);
        assert!(!packed.room.contains(&3), "an answer is wiped");
        assert_eq!(packed.get(Cell::Psk), Some([2; 32]));
        assert!(packed.wiped().room.iter().skip(4).all(|byte| *byte == 0));
    }

    #[test]
    fn a_message_that_has_no_room_is_refused_with_what_is_too_much() {
        let mut packed = Packed::new(&[0; 200], b"").unwrap();
        for cell in [Cell::ChainingKey, Cell::Hash, Cell::Ephemeral] {
            packed.put(cell, &[9; 32]).unwrap();
        }
        let room = ROOM - 200 - 3 * 32 - 2 * 32;
        let error = wire::Error::TrailingBytes { count: 2 };
        assert_eq!(packed.receive(&[1; ROOM][..room + 2], 2), Err(error.into()));
        assert_eq!(packed.draft(), b"");
        packed.receive(&[1; ROOM][..room], 2).unwrap();
        for cell in ANSWERS {
            packed.put(cell, &[9; 32]).unwrap();
        }
        assert_eq!(packed.free(), 0);
    }

    #[test]
    fn a_cell_out_of_its_order_is_refused() {
        let mut packed = Packed::new(b"", b"").unwrap();
        packed.put(Cell::Psk, &[1; 32]).unwrap();
        assert!(packed.put(Cell::Hash, &[2; 32]).is_err());
        assert!(packed.put(Cell::Psk, &[2; 32]).is_err());
        assert_eq!(packed.get(Cell::Psk), Some([1; 32]));
    }
}
