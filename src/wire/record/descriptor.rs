//! ```text
//! six texts, each length varint · UTF-8:
//! manufacturer · model · serial · firmware · UDI device identifier · UDI production identifier
//! ```

use serde::{Deserialize, Serialize};

use crate::reading::Descriptor;
use crate::wire::Error;

#[derive(Serialize, Deserialize)]
pub(super) struct DescriptorBody<'a> {
    manufacturer: &'a str,
    model: &'a str,
    serial: &'a str,
    firmware: &'a str,
    udi_device: &'a str,
    udi_production: &'a str,
}

impl<'a> DescriptorBody<'a> {
    pub(super) fn from(descriptor: &Descriptor<'a>) -> Result<Self, Error> {
        check_lengths(descriptor)?;
        Ok(Self {
            manufacturer: descriptor.manufacturer,
            model: descriptor.model,
            serial: descriptor.serial,
            firmware: descriptor.firmware,
            udi_device: descriptor.udi_device,
            udi_production: descriptor.udi_production,
        })
    }

    pub(super) fn read(&self) -> Result<Descriptor<'a>, Error> {
        let descriptor = Descriptor {
            manufacturer: self.manufacturer,
            model: self.model,
            serial: self.serial,
            firmware: self.firmware,
            udi_device: self.udi_device,
            udi_production: self.udi_production,
        };
        check_lengths(&descriptor)?;
        Ok(descriptor)
    }
}

fn check_lengths(descriptor: &Descriptor<'_>) -> Result<(), Error> {
    let fits = |field: &str| field.len() <= Descriptor::MAX_FIELD;
    if descriptor.fields().into_iter().all(fits) {
        Ok(())
    } else {
        Err(Error::OutOfRange)
    }
}
