/// Who made the device, which one it is, and what runs on it.
///
/// Empty where it is not known. The identifiers of the Unique Device Identification
/// system are carried as its issuing agencies print them.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Descriptor<'a> {
    /// The maker's name.
    pub manufacturer: &'a str,
    /// The maker's name of the model.
    pub model: &'a str,
    /// The serial number.
    pub serial: &'a str,
    /// The version of the firmware.
    pub firmware: &'a str,
    /// UDI device identifier: which product it is.
    pub udi_device: &'a str,
    /// UDI production identifier: lot, serial, dates; [`Descriptor::production`] takes it apart.
    pub udi_production: &'a str,
}

impl Descriptor<'_> {
    /// The longest that each field may be, in bytes.
    pub const MAX_FIELD: usize = 64;

    /// All fields, in the order of the wire.
    #[must_use]
    pub const fn fields(&self) -> [&str; 6] {
        [
            self.manufacturer,
            self.model,
            self.serial,
            self.firmware,
            self.udi_device,
            self.udi_production,
        ]
    }
}
