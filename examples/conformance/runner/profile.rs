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
    /// `None` takes everything.
    rows: Option<Vec<Row>>,
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
}

pub(super) fn is_known(name: &str) -> bool {
    named(Some(name)).is_ok()
}

pub(super) fn named(name: Option<&str>) -> Result<Profile, String> {
    let Some(name) = name else {
        return Ok(Profile {
            is_strict: false,
            rows: None,
        });
    };
    let rows = match name {
        "meter" => rows_of("Meter")?,
        "streaming" => over(rows_of("Meter")?, rows_of("Streaming sensor")?),
        "gateway" => rows_of("Gateway")?,
        "server" => rows_of("Server")?,
        other => {
            return Err(format!(
                "no profile {other}: meter, streaming, gateway, server"
            ));
        }
    };
    Ok(Profile {
        is_strict: true,
        rows: Some(rows),
    })
}

impl Profile {
    pub(super) fn takes(&self, area: &Area, test: &Test) -> bool {
        let Some(rows) = &self.rows else {
            return true;
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

fn says(request: &Value, member: &str, value: &str) -> bool {
    match request.get(member) {
        Some(Value::String(text)) => text == value,
        Some(other) => other
            .as_i64()
            .is_some_and(|number| value.parse() == Ok(number)),
        None => false,
    }
}
