use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::depth::is_shallow;
use super::kind::{Kind, Named};
use super::{Device, Identifier, Identity, MedicationAdministration, Observation};

/// A resource of any kind that this module writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Resource {
    /// A measurement.
    Observation(Box<Observation>),
    /// A device.
    Device(Box<Device>),
    /// A dose.
    MedicationAdministration(Box<MedicationAdministration>),
    /// Several resources.
    Bundle(Bundle),
}

/// Several resources, sent together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct Bundle {
    pub resource_type: Kind<Bundle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entry: Vec<Entry>,
}

/// A resource of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct Entry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_url: Option<String>,
    pub resource: Resource,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
}

/// What a server is to do with a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are FHIR's own")]
pub struct Request {
    pub method: String,
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_none_exist: Option<String>,
}

impl Named for Observation {
    const NAME: &'static str = "Observation";
}

impl Named for Device {
    const NAME: &'static str = "Device";
}

impl Named for MedicationAdministration {
    const NAME: &'static str = "MedicationAdministration";
}

impl Named for Bundle {
    const NAME: &'static str = "Bundle";
}

impl Bundle {
    /// Resources that are told together, without anything to be done.
    #[must_use]
    pub fn collection(resources: impl IntoIterator<Item = Resource>) -> Self {
        Self::of("collection", resources, |_| None)
    }

    /// Resources that a server is to store, all or none: sent again, they change nothing.
    ///
    /// Each by its id, or by its identifier where the server gives ids.
    #[must_use]
    pub fn transaction(resources: impl IntoIterator<Item = Resource>) -> Self {
        Self::of("transaction", resources, Resource::request)
    }

    /// Resources that a server is to store, all or none, but for those that it has: what was stored first stays.
    ///
    /// Each by its identifier, which [`Upload::Conditional`](super::Upload::Conditional) gives it; one without is
    /// told alone.
    #[must_use]
    pub fn creation(resources: impl IntoIterator<Item = Resource>) -> Self {
        Self::of("transaction", resources, Resource::creation)
    }

    fn of(
        kind: &str,
        resources: impl IntoIterator<Item = Resource>,
        request: impl Fn(&Resource) -> Option<Request>,
    ) -> Self {
        let entry = |resource: Resource| Entry {
            full_url: resource.urn(),
            request: request(&resource),
            resource,
        };
        Self {
            resource_type: Kind::default(),
            id: None,
            kind: kind.to_owned(),
            entry: resources.into_iter().map(entry).collect(),
        }
    }
}

impl Resource {
    /// Reads a resource of any kind that this module writes.
    ///
    /// # Errors
    ///
    /// [`serde_json::Error`] of its parts in words, where it is none.
    pub fn from_json(text: &str) -> Result<Self, ReadError> {
        serde_json::from_str(text).map_err(|error| ReadError {
            reason: format!("{error}"),
        })
    }

    /// The resource as JSON, on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Neither a map with keys that are no texts nor a failing writer is anywhere in it.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn parts(&self) -> (&'static str, Option<&str>, &[Identifier]) {
        match self {
            Self::Observation(own) => (Observation::NAME, own.id.as_deref(), &own.identifier),
            Self::Device(own) => (Device::NAME, own.id.as_deref(), &own.identifier),
            Self::MedicationAdministration(own) => (
                MedicationAdministration::NAME,
                own.id.as_deref(),
                &own.identifier,
            ),
            Self::Bundle(own) => (Bundle::NAME, own.id.as_deref(), &[]),
        }
    }

    fn urn(&self) -> Option<String> {
        let (_, id, identifiers) = self.parts();
        let named = |identifier: &Identifier| match identifier.system.as_deref() {
            Some(Identity::SYSTEM) => identifier.value.clone(),
            _ => None,
        };
        id.map(|id| format!("urn:uuid:{id}"))
            .or_else(|| identifiers.iter().find_map(named))
    }

    fn request(&self) -> Option<Request> {
        let (name, id, _) = self.parts();
        let url = match id {
            Some(id) => format!("{name}/{id}"),
            None => format!("{name}?{}", self.query()?),
        };
        Some(Request {
            method: "PUT".to_owned(),
            url,
            if_none_exist: None,
        })
    }

    fn creation(&self) -> Option<Request> {
        let (name, ..) = self.parts();
        Some(Request {
            method: "POST".to_owned(),
            url: name.to_owned(),
            if_none_exist: Some(self.query()?),
        })
    }

    /// What finds the resource by its identifier.
    fn query(&self) -> Option<String> {
        let (.., identifiers) = self.parts();
        let search = |identifier: &Identifier| {
            let (system, value) = (identifier.system.as_deref()?, identifier.value.as_deref()?);
            Some(format!("identifier={system}|{value}"))
        };
        identifiers.iter().find_map(search)
    }
}

impl<'de> Deserialize<'de> for Resource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Enough of a resource to know what it is.
        #[derive(Deserialize)]
        struct Head {
            #[serde(rename = "resourceType")]
            name: String,
        }
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let json = raw.get();
        if !is_shallow(json) {
            return Err(D::Error::custom("it is too deep"));
        }
        let head: Head = serde_json::from_str(json).map_err(D::Error::custom)?;
        let read = match head.name.as_str() {
            Observation::NAME => serde_json::from_str(json).map(Self::Observation),
            Device::NAME => serde_json::from_str(json).map(Self::Device),
            MedicationAdministration::NAME => {
                serde_json::from_str(json).map(Self::MedicationAdministration)
            }
            Bundle::NAME => serde_json::from_str(json).map(Self::Bundle),
            other => {
                return Err(D::Error::custom(format!(
                    "resourceType {other} is not known"
                )));
            }
        };
        read.map_err(D::Error::custom)
    }
}

impl From<Observation> for Resource {
    fn from(resource: Observation) -> Self {
        Self::Observation(Box::new(resource))
    }
}

impl From<Device> for Resource {
    fn from(resource: Device) -> Self {
        Self::Device(Box::new(resource))
    }
}

impl From<MedicationAdministration> for Resource {
    fn from(resource: MedicationAdministration) -> Self {
        Self::MedicationAdministration(Box::new(resource))
    }
}

impl From<Bundle> for Resource {
    fn from(resource: Bundle) -> Self {
        Self::Bundle(resource)
    }
}

/// A text is no resource that this module reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no resource: {reason}")]
pub struct ReadError {
    reason: String,
}
