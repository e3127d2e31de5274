//! Which vectors an implementation of a profile has to pass: those that the page on profiles lists.
//!
//! ```text
//! # Meter
//! | vectors | of these |
//! |---|---|
//! | `receipt` | with `packet` |
//! | `waveform` | `codec` is `1`, without `records.samples` |
//! ```

use serde_json::Value;

use super::vectors::{Area, Test};

const PAGE: &str = include_str!("../../../src/guide/specification/profiles.md");
const HEAD: &str = "| vectors | of these |";

pub(super) struct Profile {
    /// What is unsupported is a failure.
    pub(super) is_strict: bool,
    rows: Option<Vec<Row>>,
    /// All of these, too, which may be carriers. Without rows and areas everything is taken.
    areas: Vec<String>,
}

/// The area that no file is.
pub(super) const NONE: &str = "none";

/// Whose vectors come on top of a profile's; UDP has none, as each datagram is one of its own.
const CARRIERS: [&str; 5] = ["ble", "line", "stream", "batch", "udp"];

/// Whether a profile is asked for as nobody can use it: over no carrier.
pub(super) fn lacks_carrier(names: &[String]) -> bool {
    let carries = |name: &String| {
        CARRIERS.contains(&name.as_str())
            || ["fragment", "reassemble", "serial"].contains(&name.as_str())
    };
    !names.iter().any(carries)
}

/// Whether a test is one of a carrier's.
fn is_carried(carrier: &str, area: &Area, test: &Test) -> bool {
    match area.name.as_str() {
        "fragment" | "reassemble" => carrier == "ble",
        "serial" => says(&test.request, "carrier", carrier),
        _ => false,
    }
}

struct Row {
    area: &'static str,
    conditions: Vec<Condition>,
}

/// What a request has to be; members of members, and of the entries of lists, have a point between.
enum Condition {
    With(&'static str),
    Without(&'static str),
    Is(&'static str, &'static str),
    IsNot(&'static str, &'static str),
    /// Of each entry of a list.
    OneOf(&'static str, Vec<&'static str>),
}

const NAMES: [&str; 4] = ["meter", "streaming", "gateway", "server"];

pub(super) fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Of a name that [`is_known`].
fn rows_named(name: &str) -> Result<Vec<Row>, String> {
    Ok(match name {
        "streaming" => over(rows_of("Meter")?, rows_of("Streaming sensor")?),
        "gateway" => rows_of("Gateway")?,
        "server" => rows_of("Server")?,
        _ => rows_of("Meter")?,
    })
}

impl Profile {
    /// A profile, areas, or both; each of these areas has to be one.
    pub(super) fn of(name: Option<&str>, areas: &[String], known: &[Area]) -> Result<Self, String> {
        let is_one = |wanted: &&String| {
            *wanted == NONE
                || CARRIERS.contains(&wanted.as_str())
                || known.iter().any(|area| area.name == **wanted)
        };
        if let Some(other) = areas.iter().find(|wanted| !is_one(wanted)) {
            let known: Vec<_> = known.iter().map(|area| area.name.as_str()).collect();
            return Err(format!(
                "no profile, carrier or area {other}\n\nprofiles: {}\ncarriers: {}\nareas: {}",
                NAMES.join(", "),
                CARRIERS.join(", "),
                known.join(", ")
            ));
        }
        Ok(Self {
            is_strict: name.is_some(),
            rows: name.map(rows_named).transpose()?,
            areas: areas.to_vec(),
        })
    }

    pub(super) fn takes(&self, area: &Area, test: &Test) -> bool {
        let is_of = |name: &String| *name == area.name || is_carried(name, area, test);
        if self.areas.iter().any(is_of) {
            return true;
        }
        let Some(rows) = &self.rows else {
            return self.areas.is_empty();
        };
        rows.iter()
            .filter(|row| row.area == area.name)
            .any(|row| row.conditions.iter().all(|one| one.holds(&test.request)))
    }
}

/// The rows of a profile that is another one and more.
fn over(base: Vec<Row>, more: Vec<Row>) -> Vec<Row> {
    let is_said_anew = |row: &Row| more.iter().any(|anew| anew.area == row.area);
    let mut rows: Vec<_> = base.into_iter().filter(|row| !is_said_anew(row)).collect();
    rows.extend(more);
    rows
}

fn rows_of(section: &str) -> Result<Vec<Row>, String> {
    let mut sections = PAGE.split("\n# ");
    let text = sections.find(|text| text.trim_start_matches("# ").lines().next() == Some(section));
    let table = text
        .and_then(|text| text.split_once(HEAD))
        .map(|halves| halves.1);
    let lines = table.unwrap_or_default().lines().skip(2);
    let rows: Option<Vec<_>> = lines
        .take_while(|line| line.starts_with('|'))
        .map(Row::parse)
        .collect();
    rows.filter(|rows| !rows.is_empty())
        .ok_or_else(|| format!("the vectors of the profile {section} can not be read"))
}

impl Row {
    fn parse(line: &'static str) -> Option<Self> {
        let (area, conditions) = line.trim_matches('|').split_once('|')?;
        let conditions = match conditions.trim() {
            "all" => Vec::new(),
            listed => listed
                .split(", ")
                .map(Condition::parse)
                .collect::<Option<_>>()?,
        };
        Some(Self {
            area: area.trim().trim_matches('`'),
            conditions,
        })
    }
}

impl Condition {
    fn parse(text: &'static str) -> Option<Self> {
        let mut parts = text.trim().trim_matches('`').split(['`']);
        if let Some((member, words)) = text.trim().split_once("` is one of ") {
            let words = words.split([' ', '`']).filter(|word| !word.is_empty());
            return Some(Self::OneOf(member.trim_matches('`'), words.collect()));
        }
        Some(match (parts.next()?.trim(), parts.next()?, parts.next()) {
            ("with", member, _) => Self::With(member),
            ("without", member, _) => Self::Without(member),
            (member, " is ", Some(value)) => Self::Is(member, value),
            (member, " is not ", Some(value)) => Self::IsNot(member, value),
            _ => return None,
        })
    }

    fn holds(&self, request: &Value) -> bool {
        match self {
            Self::With(path) => has(request, path),
            Self::Without(path) => !has(request, path),
            Self::Is(member, value) => says(request, member, value),
            Self::IsNot(member, value) => !says(request, member, value),
            Self::OneOf(path, words) => values(request, path)
                .iter()
                .all(|value| words.iter().any(|word| *value == *word)),
        }
    }
}

fn has(value: &Value, path: &str) -> bool {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    match (value, rest) {
        (Value::Array(entries), _) => entries.iter().any(|entry| has(entry, path)),
        (_, Some(rest)) => value.get(first).is_some_and(|inner| has(inner, rest)),
        (_, None) => value.get(first).is_some(),
    }
}

/// Those that stand at a path.
fn values<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    match (value, path.split_once('.')) {
        (Value::Array(entries), _) => entries
            .iter()
            .flat_map(|entry| values(entry, path))
            .collect(),
        (_, Some((first, rest))) => value
            .get(first)
            .map(|inner| values(inner, rest))
            .unwrap_or_default(),
        (_, None) => value.get(path).into_iter().collect(),
    }
}

fn says(request: &Value, member: &str, value: &str) -> bool {
    match request.get(member) {
        Some(Value::String(text)) => text == value,
        Some(other) => other
            .as_i64()
            .is_some_and(|number| value.parse() == Ok(number)),
        None => false,
    }
}
