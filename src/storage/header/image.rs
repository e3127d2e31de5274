use crate::storage::check::{self, CheckSum};
use crate::wire::{self, Reader, Writer};

const MAGIC: [u8; 4] = *b"IoMI";
/// Of the header, what its check sum covers.
const CHECKED: usize = 12;

/// What stands in front of an image: `"IoMI" ‖ version 1 ‖ peer 1 ‖ length 2 ‖ generation 4 ‖ crc 4`.
#[derive(Debug, Clone, Copy)]
pub(in crate::storage) struct ImageHeader {
    pub(in crate::storage) peer: u8,
    pub(in crate::storage) len: u16,
    /// Of two images the later one has the higher.
    pub(in crate::storage) generation: u32,
}

/// An image's header as it was read; the check sum is still to be compared.
#[derive(Debug, Clone, Copy)]
pub(in crate::storage) struct StoredHeader {
    pub(in crate::storage) version: u8,
    pub(in crate::storage) header: ImageHeader,
    pub(in crate::storage) sum: u32,
    checked: [u8; CHECKED],
}

impl ImageHeader {
    pub(in crate::storage) const LEN: usize = 16;
    pub(in crate::storage) const VERSION: u8 = 1;

    /// The header for this image.
    pub(in crate::storage) fn encode(self, image: &[u8]) -> Option<[u8; Self::LEN]> {
        let mut out = [0; Self::LEN];
        self.write(image, &mut out).ok()?;
        Some(out)
    }

    fn write(self, image: &[u8], out: &mut [u8]) -> Result<(), wire::Error> {
        let mut checked = [0; CHECKED];
        let mut writer = Writer::new(&mut checked);
        writer.put(&MAGIC)?;
        writer.u8(Self::VERSION)?;
        writer.u8(self.peer)?;
        writer.put(&self.len.to_le_bytes())?;
        writer.put(&self.generation.to_le_bytes())?;
        let mut sum = check::start();
        sum.update(&checked);
        sum.update(image);
        let mut writer = Writer::new(out);
        writer.put(&checked)?;
        writer.put(&sum.finalize().to_le_bytes())
    }
}

impl StoredHeader {
    /// `None` for what does not begin as an image does.
    pub(in crate::storage) fn decode(bytes: &[u8]) -> Option<Self> {
        let (checked, _) = bytes.split_first_chunk::<CHECKED>()?;
        let mut reader = Reader::new(bytes);
        (reader.array().ok()? == MAGIC).then_some(())?;
        Some(Self {
            version: reader.u8().ok()?,
            header: ImageHeader {
                peer: reader.u8().ok()?,
                len: u16::from_le_bytes(reader.array().ok()?),
                generation: u32::from_le_bytes(reader.array().ok()?),
            },
            sum: u32::from_le_bytes(reader.array().ok()?),
            checked: *checked,
        })
    }

    /// The check sum before the image is added.
    pub(in crate::storage) fn start(&self) -> CheckSum {
        let mut sum = check::start();
        sum.update(&self.checked);
        sum
    }
}
