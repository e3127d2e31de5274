use super::{KIND_RECEIPT, KIND_SHIFT, PROOF_LEN, VERSION, at_least, refuse_reserved_bits};
use crate::wire::{Error, Locator, Reader};

/// What a server says it has stored, not yet proved.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt<'a> {
    /// An epoch of the session that the receipt is about.
    pub locator: Locator,
    /// Stored ranges and what goes with them.
    pub body: &'a [u8],
    /// The code over all before it.
    pub proof: [u8; PROOF_LEN],
}

impl<'a> Receipt<'a> {
    /// Byte 0 of every receipt of version 1.
    pub const BYTE0: u8 = KIND_RECEIPT << KIND_SHIFT | VERSION;
    /// Byte 0 and locator.
    pub const HEADER_LEN: usize = 9;

    pub(super) fn parse(byte0: u8, mut reader: Reader<'a>) -> Result<Self, Error> {
        refuse_reserved_bits(byte0)?;
        let locator = Locator(reader.array()?);
        let body_len = at_least(reader.clone().rest(), PROOF_LEN)?.len() - PROOF_LEN;
        let body = reader.take(body_len)?;
        Ok(Self {
            locator,
            body,
            proof: reader.array()?,
        })
    }
}
