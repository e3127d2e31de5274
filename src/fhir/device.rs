use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::{Context, Identifier, Reference};
use crate::reading::{Descriptor, UdiDate};

/// A Device: who made it, which one it is, and what runs on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct Device {
    pub resource_type: Kind<Device>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifier: Vec<Identifier>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub udi_carrier: Vec<UdiCarrier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacture_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub device_name: Vec<DeviceName>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub version: Vec<DeviceVersion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Reference>,
}

/// The Unique Device Identification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct UdiCarrier {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_identifier: Option<String>,
    /// The whole of it as it is printed: the device identifier, then the production identifier.
    #[serde(rename = "carrierHRF", skip_serializing_if = "Option::is_none")]
    pub carrier_hrf: Option<String>,
}

/// A name of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct DeviceName {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
}

/// A version of what runs on a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct DeviceVersion {
    pub value: String,
}

impl Device {
    /// The Device of a descriptor, with the patient who has it.
    ///
    /// Lot and dates are those of the UDI's production identifier where GS1 printed it. The serial number is the
    /// descriptor's own; without one, that of the identifier.
    #[must_use]
    pub fn of(descriptor: &Descriptor<'_>, context: &Context<'_>) -> Self {
        let known = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let (product, production) = (descriptor.udi_device, descriptor.udi_production);
        let parts = descriptor.production();
        let carrier = UdiCarrier {
            device_identifier: known(product),
            carrier_hrf: known(&format!("{product}{production}")),
        };
        let name = known(descriptor.model).map(|name| DeviceName {
            name,
            kind: "model-name".to_owned(),
        });
        Self {
            resource_type: Kind::default(),
            id: context.upload.id(context.identity),
            identifier: context.upload.identifiers(context.identity),
            udi_carrier: carrier
                .carrier_hrf
                .is_some()
                .then_some(carrier)
                .into_iter()
                .collect(),
            manufacturer: known(descriptor.manufacturer),
            manufacture_date: parts.manufactured.map(date),
            expiration_date: parts.expires.map(date),
            lot_number: parts.lot.map(str::to_owned),
            serial_number: known(descriptor.serial).or(parts.serial.map(str::to_owned)),
            device_name: name.into_iter().collect(),
            version: known(descriptor.firmware)
                .map(|value| DeviceVersion { value })
                .into_iter()
                .collect(),
            patient: Some(Reference::to(context.subject)),
        }
    }

    /// Reads back what [`Device::of`] wrote; a serial number that was only in the UDI is now both.
    #[must_use]
    pub fn descriptor(&self) -> Descriptor<'_> {
        let carrier = self.udi_carrier.first();
        let printed = carrier
            .and_then(|c| c.carrier_hrf.as_deref())
            .unwrap_or_default();
        let product = carrier
            .and_then(|c| c.device_identifier.as_deref())
            .unwrap_or_default();
        Descriptor {
            manufacturer: self.manufacturer.as_deref().unwrap_or_default(),
            model: self.device_name.first().map_or("", |name| &name.name),
            serial: self.serial_number.as_deref().unwrap_or_default(),
            firmware: self.version.first().map_or("", |version| &version.value),
            udi_device: product,
            udi_production: printed.strip_prefix(product).unwrap_or(printed),
        }
    }
}

/// As FHIR writes it: to the month where the day is not told.
fn date(day: UdiDate) -> String {
    match day {
        UdiDate {
            year,
            month,
            day: 0,
        } => format!("{year:04}-{month:02}"),
        UdiDate { year, month, day } => format!("{year:04}-{month:02}-{day:02}"),
    }
}
