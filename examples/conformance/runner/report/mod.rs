//! What came of it: for a terminal, for programs, for a build server, and as a page.

mod day;
mod html;
mod junit;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

pub(super) use self::table::table;
use super::difference::{Difference, difference};
use super::explain;
use super::judge::{Verdict, reason_of};
use super::options::Options;
use super::vectors::{self, Area, Group, Test};
use crate::shim::exact;

/// So many failures of an area stand in the reports, and the first of each flag; all are counted.
const SHOWN: usize = 25;

pub(super) struct Report {
    /// The program, as it calls itself.
    name: String,
    version: String,
    command: String,
    scope: String,
    /// How many seeds of each meeting were played.
    live: u64,
    /// The day, in UTC.
    made: String,
    /// SHA-256 of the vector files, one behind the other in the order of the areas.
    vectors: String,
    files: usize,
    /// What it has declared, and why.
    unsupported: BTreeMap<String, String>,
    pub(super) areas: Vec<AreaReport>,
}

pub(super) struct AreaReport {
    name: String,
    about: String,
    passed: usize,
    pub(super) failed: usize,
    unsupported: usize,
    pub(super) failures: Vec<Failure>,
    /// The reasons that were given, how often.
    reasons: BTreeMap<String, usize>,
    /// Of each test that has flags: them, and whether it has failed.
    pub(super) by_flags: Vec<(Vec<String>, bool)>,
    /// Every test: group, comment, and what is wrong with it.
    cases: Vec<Case>,
    pub(super) mistake: Option<String>,
}

struct Case {
    id: u64,
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Failed(String),
    Unsupported(String),
}

pub(super) struct Failure {
    id: u64,
    group: String,
    comment: String,
    requirements: Vec<String>,
    flags: Vec<String>,
    kind: String,
    pub(super) request: Value,
    pub(super) expected: Value,
    pub(super) got: String,
    /// Where the answer first differs from the right one.
    differs: Option<Difference>,
    /// There was no answer at all.
    pub(super) is_broken: bool,
}

impl Report {
    pub(super) fn new(options: &Options, hello: &Value, areas: &[Area]) -> Self {
        let text = |name: &str| hello[name].as_str().unwrap_or("unnamed").to_owned();
        let declared = hello["unsupported"].as_object().into_iter().flatten();
        // Without a reason it is a failure, and stands there.
        let declared =
            declared.filter_map(|(op, reason)| Some((op.clone(), reason_of(reason).ok()?)));
        Self {
            name: text("name"),
            version: text("version"),
            command: options.command.join(" "),
            scope: options.scope(),
            live: options.live,
            made: day::today(),
            vectors: vectors::digest(areas),
            files: areas.len(),
            unsupported: declared.collect(),
            areas: Vec::new(),
        }
    }

    pub(super) fn has_passed(&self) -> bool {
        self.sum(|area| area.failed) == 0 && self.sum(|area| area.passed) > 0
    }

    fn sum(&self, of: impl Fn(&AreaReport) -> usize) -> usize {
        self.areas.iter().map(of).sum()
    }

    /// Of the page's badge: only what was asked and right is green.
    fn state(&self) -> &'static str {
        match (self.has_passed(), self.sum(|area| area.unsupported)) {
            (true, 0) => "good",
            (true, _) => "part",
            (false, _) => "bad",
        }
    }

    /// In one word and a half.
    fn verdict(&self) -> &'static str {
        match (self.has_passed(), self.sum(|area| area.unsupported)) {
            (true, 0) => "passed",
            (true, _) => "passed, with parts that are unsupported",
            (false, _) => "failed",
        }
    }

    fn json(&self) -> Value {
        let areas: Vec<_> = self.areas.iter().map(AreaReport::json).collect();
        json!({
            "program": self.name,
            "version": self.version,
            "command": self.command,
            "scope": self.scope,
            "liveSeeds": self.live,
            "made": self.made,
            "vectors": self.vectors,
            "verdict": self.verdict(),
            "unsupported": self.unsupported,
            "areas": areas,
        })
    }
}

impl AreaReport {
    pub(super) fn new(area: &Area) -> Self {
        Self::empty(&area.name, &area.about)
    }

    fn empty(name: &str, about: &str) -> Self {
        Self {
            name: name.to_owned(),
            about: about.to_owned(),
            passed: 0,
            failed: 0,
            unsupported: 0,
            failures: Vec::new(),
            reasons: BTreeMap::new(),
            by_flags: Vec::new(),
            cases: Vec::new(),
            mistake: None,
        }
    }

    /// A program that answered, and then said something more or ended with an error.
    pub(super) fn ending(how: &str) -> Self {
        let about = "the end of its input, without a word and without an error";
        Self {
            failed: 1,
            failures: vec![Failure {
                id: 1,
                group: about.into(),
                comment: "after the last request".into(),
                requirements: Vec::new(),
                flags: Vec::new(),
                kind: "valid".into(),
                request: Value::Null,
                expected: Value::Null,
                got: how.to_owned(),
                differs: None,
                is_broken: true,
            }],
            cases: vec![Case {
                id: 1,
                name: about.into(),
                outcome: Outcome::Failed(how.to_owned()),
            }],
            mistake: Some(format!("Your program did not end well: {how}.")),
            ..Self::empty("ending", about)
        }
    }

    pub(super) const fn asked(&self) -> usize {
        self.passed + self.failed + self.unsupported
    }

    pub(super) fn add(&mut self, group: &Group, test: &Test, verdict: Verdict) {
        let outcome = match verdict {
            Verdict::Passed => {
                self.passed += 1;
                Outcome::Passed
            }
            Verdict::Unsupported(reason) => {
                self.unsupported += 1;
                *self.reasons.entry(reason.clone()).or_default() += 1;
                Outcome::Unsupported(reason)
            }
            Verdict::Failed(got) => {
                self.failed += 1;
                if self.failures.len() < SHOWN || self.is_first_of_a_flag(test) {
                    self.failures.push(Failure::new(group, test, &got));
                }
                Outcome::Failed(got)
            }
        };
        if !matches!(outcome, Outcome::Unsupported(_)) && !test.flags.is_empty() {
            let has_failed = matches!(outcome, Outcome::Failed(_));
            self.by_flags.push((test.flags.clone(), has_failed));
        }
        self.cases.push(Case {
            id: test.id,
            name: format!("{}: {}", group.about, test.comment),
            outcome,
        });
    }

    fn is_first_of_a_flag(&self, test: &Test) -> bool {
        let is_shown = |flag| self.failures.iter().any(|known| known.flags.contains(flag));
        test.flags.iter().any(|flag| !is_shown(flag))
    }

    /// When every test was asked. A failure of the mistake that is named stands in front.
    pub(super) fn explain(&mut self, area: &Area) {
        let Some(mistake) = explain::mistake(area, self) else {
            return;
        };
        let of_mistake = mistake.flag.and_then(|flag| {
            let mut shown = self.failures.iter();
            shown.position(|failure| failure.flags.contains(&flag))
        });
        if let Some(place) = of_mistake {
            let failure = self.failures.remove(place);
            self.failures.insert(0, failure);
        }
        self.mistake = Some(mistake.said);
    }

    /// The failure that is shown where there is room for one.
    fn shown(&self) -> Option<(&'static str, &Failure)> {
        let shown = self.failures.first()?;
        let is_first = self.failures.iter().all(|other| other.id >= shown.id);
        Some((if is_first { "The first" } else { "One" }, shown))
    }

    fn json(&self) -> Value {
        let failures: Vec<_> = self.failures.iter().map(Failure::json).collect();
        let mut flags = BTreeMap::<&str, usize>::new();
        let failed = self.by_flags.iter().filter(|(_, has_failed)| *has_failed);
        for flag in failed.flat_map(|(flags, _)| flags) {
            *flags.entry(flag).or_default() += 1;
        }
        json!({
            "area": self.name,
            "failedByFlag": flags,
            "passed": self.passed,
            "failed": self.failed,
            "unsupported": self.unsupported,
            "reasons": self.reasons.keys().collect::<Vec<_>>(),
            "mistake": self.mistake,
            "failures": failures,
        })
    }
}

impl Failure {
    fn new(group: &Group, test: &Test, got: &str) -> Self {
        Self {
            id: test.id,
            group: group.about.clone(),
            comment: test.comment.clone(),
            requirements: group.requirements.clone(),
            flags: test.flags.clone(),
            kind: test.result.clone(),
            request: test.request.clone(),
            expected: test.expected.clone(),
            got: got.to_owned(),
            differs: exact::read(got)
                .ok()
                .map(|got| difference(&test.expected, &got))
                .filter(|differs| !differs.place.is_empty()),
            is_broken: !got.starts_with('{'),
        }
    }

    fn json(&self) -> Value {
        json!({
            "tcId": self.id,
            "group": self.group,
            "comment": self.comment,
            "requirements": self.requirements,
            "result": self.kind,
            "request": self.request,
            "expected": self.expected,
            "got": exact::read(&self.got).unwrap_or(Value::from(self.got.as_str())),
        })
    }
}

/// Those that the options ask for.
pub(super) fn write_files(report: &Report, options: &Options) -> Result<(), String> {
    if let Some(path) = &options.json {
        write(path, &exact::unmarked(&format!("{:#}\n", report.json())))?;
    }
    if let Some(path) = &options.junit {
        write(path, &junit::junit(report))?;
    }
    if let Some(path) = &options.html {
        write(path, &html::html(report))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// As text of XML or HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Neither format has control characters.
            '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' => out.push('\u{FFFD}'),
            other => out.push(other),
        }
    }
    out
}
