//! The vector files, as the runner needs them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::shim::exact;
use crate::shim::text::hex;

pub(super) struct Area {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) flags: BTreeMap<String, Flag>,
    groups: Vec<Group>,
    /// The file.
    text: String,
}

/// What a test looks for.
pub(super) struct Flag {
    pub(super) description: String,
    pub(super) effect: String,
}

pub(super) struct Group {
    pub(super) op: String,
    pub(super) about: String,
    pub(super) requirements: Vec<String>,
    pub(super) judge: Option<String>,
    tests: Vec<Test>,
}

pub(super) struct Test {
    pub(super) id: u64,
    pub(super) comment: String,
    pub(super) flags: Vec<String>,
    pub(super) request: Value,
    pub(super) expected: Value,
    pub(super) result: String,
}

impl Area {
    /// Of what no file has vectors.
    pub(super) fn empty(name: &str, about: &str) -> Self {
        Self {
            name: name.into(),
            about: about.into(),
            flags: BTreeMap::new(),
            groups: Vec::new(),
            text: String::new(),
        }
    }

    pub(super) fn tests(&self) -> impl Iterator<Item = (&Group, &Test)> {
        self.groups
            .iter()
            .flat_map(|group| group.tests.iter().map(move |test| (group, test)))
    }

    pub(super) fn len(&self) -> usize {
        self.tests().count()
    }
}

/// Every file of the folder itself, in the order in which an implementation comes to them.
pub(super) fn load(folder: &Path) -> Result<Vec<Area>, String> {
    let entries = folder
        .read_dir()
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    paths.sort_by_key(|path| (rank(path), path.clone()));
    let areas: Result<Vec<_>, _> = paths.iter().map(|path| read(path)).collect();
    let areas: Vec<_> = areas?.into_iter().flatten().collect();
    match areas.is_empty() {
        true => Err(format!("{}: no vector files", folder.display())),
        false => Ok(areas),
    }
}

const ORDER: [&str; 29] = [
    "decimal",
    "sfloat",
    "reading_decode",
    "reading_encode",
    "evolution",
    "waveform",
    "key_schedule",
    "epoch",
    "frame_seal",
    "frame_open",
    "locator",
    "received_set",
    "receipt",
    "outstanding",
    "command",
    "label",
    "pairing_label_key",
    "pairing_label",
    "pairing_passcode",
    "pairing_comparison",
    "pairing_factory_keys",
    "pairing_reconnection",
    "cpace",
    "fragment",
    "reassemble",
    "serial",
    "gateway",
    "gatt",
    "fhir",
];

fn rank(path: &Path) -> usize {
    let name = path
        .file_stem()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let known = ORDER.iter().position(|area| *area == name);
    known.unwrap_or(ORDER.len())
}

/// `None` for a file that is none of ours.
fn read(path: &Path) -> Result<Option<Area>, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    let file: Value = exact::read(&text).map_err(|error| wrong(&error))?;
    let (Some(name), Some(groups)) = (file["area"].as_str(), file["testGroups"].as_array()) else {
        return Ok(None);
    };
    let flags = file["flags"].as_object().into_iter().flatten();
    Ok(Some(Area {
        name: name.into(),
        about: text_of(&file["about"]),
        flags: flags
            .map(|(name, flag)| (name.clone(), Flag::of(flag)))
            .collect(),
        groups: groups.iter().map(Group::of).collect(),
        text,
    }))
}

/// SHA-256 of the files, one behind the other.
pub(super) fn digest(areas: &[Area]) -> String {
    let mut digest = Sha256::new();
    for area in areas {
        digest.update(&area.text);
    }
    hex(digest.finalize())
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts_of(value: &Value) -> Vec<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .map(text_of)
        .collect()
}

impl Flag {
    fn of(flag: &Value) -> Self {
        Self {
            description: text_of(&flag["description"]),
            effect: text_of(&flag["effect"]),
        }
    }
}

impl Group {
    pub(super) fn empty(op: &str, about: &str, requirements: &[&str]) -> Self {
        Self {
            op: op.into(),
            about: about.into(),
            requirements: requirements
                .iter()
                .map(|number| (*number).to_owned())
                .collect(),
            judge: None,
            tests: Vec::new(),
        }
    }

    fn of(group: &Value) -> Self {
        let tests = group["tests"].as_array().into_iter().flatten();
        Self {
            op: text_of(&group["op"]),
            about: text_of(&group["about"]),
            requirements: texts_of(&group["requirements"]),
            judge: group["judge"].as_str().map(str::to_owned),
            tests: tests.map(Test::of).collect(),
        }
    }
}

impl Test {
    pub(super) fn of_dialogue(seed: u64, request: Value) -> Self {
        Self {
            id: seed,
            comment: format!("seed {seed}"),
            flags: Vec::new(),
            request,
            expected: Value::from("both sides are paired, and every frame arrives once"),
            result: "valid".into(),
        }
    }

    fn of(test: &Value) -> Self {
        Self {
            id: test["tcId"].as_u64().unwrap_or_default(),
            comment: text_of(&test["comment"]),
            flags: texts_of(&test["flags"]),
            request: test["request"].clone(),
            expected: test["expected"].clone(),
            result: text_of(&test["result"]),
        }
    }
}
