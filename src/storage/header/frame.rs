use crate::storage::{FrameAddress, check};
use crate::wire::{self, MAX_DATAGRAM, Reader, Space, Writer};

/// Of the header, what its check sum covers.
const CHECKED: usize = 20;
const VERSION: u8 = 1;
const VERSION_SHIFT: u8 = 4;
const SPACE_BITS: u8 = 0b1111;

/// What stands in front of a frame: `version 1 ‖ space, 4 bits each ‖ peer 1 ‖ length 2 ‖ counter 4 ‖ epoch 8 ‖
/// crc 4 of the frame ‖ crc 4 of the header before it`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::storage) struct FrameHeader {
    pub(in crate::storage) address: FrameAddress,
    pub(in crate::storage) len: u16,
    /// The frame's check sum.
    pub(in crate::storage) sum: u32,
}

impl FrameHeader {
    pub(in crate::storage) const LEN: usize = 24;

    pub(in crate::storage) fn new(address: FrameAddress, frame: &[u8]) -> Option<Self> {
        let len = u16::try_from(frame.len()).ok()?;
        (frame.len() <= MAX_DATAGRAM).then(|| Self {
            address,
            len,
            sum: check::check_sum(frame),
        })
    }

    pub(in crate::storage) fn encode(&self) -> Option<[u8; Self::LEN]> {
        let mut out = [0; Self::LEN];
        self.write(&mut out).ok()?;
        Some(out)
    }

    fn write(&self, out: &mut [u8; Self::LEN]) -> Result<(), wire::Error> {
        let mut checked = [0; CHECKED];
        let mut writer = Writer::new(&mut checked);
        writer.u8(VERSION << VERSION_SHIFT | self.address.space.code())?;
        writer.u8(self.address.peer)?;
        writer.put(&self.len.to_le_bytes())?;
        writer.put(&self.address.counter.to_le_bytes())?;
        writer.put(&self.address.epoch)?;
        writer.put(&self.sum.to_le_bytes())?;
        let mut writer = Writer::new(out);
        writer.put(&checked)?;
        writer.put(&check::check_sum(&checked).to_le_bytes())
    }

    /// `None` for what is not, or no longer, a header of this version.
    pub(in crate::storage) fn decode(bytes: &[u8]) -> Option<Self> {
        let (checked, _) = bytes.split_at_checked(CHECKED)?;
        let mut reader = Reader::new(bytes);
        let head = reader.u8().ok()?;
        let peer = reader.u8().ok()?;
        let len = u16::from_le_bytes(reader.array().ok()?);
        let counter = u32::from_le_bytes(reader.array().ok()?);
        let epoch = reader.array().ok()?;
        let sum = u32::from_le_bytes(reader.array().ok()?);
        let own = u32::from_le_bytes(reader.array().ok()?);
        let space = Space::from_code(head);
        let is_known = head >> VERSION_SHIFT == VERSION && head & SPACE_BITS == space.code();
        let is_whole = is_known && usize::from(len) <= MAX_DATAGRAM;
        (is_whole && own == check::check_sum(checked)).then_some(Self {
            address: FrameAddress {
                peer,
                epoch,
                space,
                counter,
            },
            len,
            sum,
        })
    }
}
