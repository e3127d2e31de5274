//! One vector file: groups of tests, and what their flags mean.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::shim;
use crate::shim::error::class_of;
use crate::shim::exact;
use crate::shim::strip_nulls;

/// Cases in which the crate does something else than they say.
static FAULTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Stops where there is one.
pub(super) fn check() {
    let faults = FAULTS.lock().unwrap();
    assert!(
        faults.is_empty(),
        "{} cases:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// A mistake that tests look for.
#[derive(Clone, Copy)]
pub(super) struct Flag {
    pub(super) name: &'static str,
    /// Its kind, of few.
    pub(super) bug: &'static str,
    /// What a program does that has it: goes on from "your …".
    pub(super) says: &'static str,
    /// What comes of it.
    pub(super) effect: &'static str,
}

pub(super) struct Area {
    pub(super) name: &'static str,
    about: &'static str,
    flags: Vec<Flag>,
    groups: Vec<Group>,
}

/// Tests of one operation that show the same requirements.
pub(super) struct Group {
    op: &'static str,
    about: &'static str,
    requirements: &'static [&'static str],
    judge: Option<&'static str>,
    flag: Option<&'static str>,
    tests: Vec<Test>,
}

struct Test {
    comment: String,
    flag: Option<&'static str>,
    request: Value,
    expected: Value,
    result: &'static str,
    intermediate: Option<Value>,
}

impl Area {
    pub(super) fn new(name: &'static str, about: &'static str, flags: &[Flag]) -> Self {
        Self {
            name,
            about,
            flags: flags.to_vec(),
            groups: Vec::new(),
        }
    }

    /// A group of tests; all of them have `flag`, if any, unless they say another.
    pub(super) fn group(
        &mut self,
        op: &'static str,
        about: &'static str,
        requirements: &'static [&'static str],
        flag: &'static str,
    ) -> &mut Group {
        self.groups.push(Group {
            op,
            about,
            requirements,
            judge: None,
            flag: Some(flag).filter(|flag| !flag.is_empty()),
            tests: Vec::new(),
        });
        self.groups.last_mut().unwrap()
    }

    pub(super) fn len(&self) -> usize {
        self.groups.iter().map(|group| group.tests.len()).sum()
    }

    /// How many tests have each result, and each flag.
    pub(super) fn counts(&self) -> (BTreeMap<&'static str, usize>, BTreeMap<&'static str, usize>) {
        let (mut results, mut flags) = (BTreeMap::new(), BTreeMap::new());
        for test in self.groups.iter().flat_map(|group| &group.tests) {
            *results.entry(test.result).or_default() += 1;
            if let Some(flag) = test.flag {
                *flags.entry(flag).or_default() += 1;
            }
        }
        (results, flags)
    }

    pub(super) fn ops(&self) -> Vec<&'static str> {
        let mut ops: Vec<_> = self.groups.iter().map(|group| group.op).collect();
        ops.sort_unstable();
        ops.dedup();
        ops
    }

    /// One test a line.
    pub(super) fn text(&self) -> String {
        let flags: BTreeMap<_, _> = self
            .flags
            .iter()
            .map(|flag| {
                let said =
                    json!({ "bugType": flag.bug, "description": flag.says, "effect": flag.effect });
                (flag.name, said)
            })
            .collect();
        let mut text = String::from("{\n");
        let mut member = |name: &str, value: &Value| {
            writeln!(text, "\"{name}\":{value},").unwrap();
        };
        member("area", &self.name.into());
        member("about", &self.about.into());
        member("schema", &format!("schemas/{}.json", self.name).into());
        member("generatorVersion", &1.into());
        member("license", &"MIT OR Apache-2.0".into());
        member("provenance", &PROVENANCE.into());
        member("numberOfTests", &self.len().into());
        member("flags", &json!(flags));
        text.push_str("\"testGroups\":[\n");
        let mut number = 0;
        let groups: Vec<_> = self
            .groups
            .iter()
            .map(|group| group.text(&mut number, self))
            .collect();
        text.push_str(&groups.join(",\n"));
        text.push_str("\n]}\n");
        text
    }
}

const PROVENANCE: &str = "examples/conformance of the crate iomt; each case is confirmed by tests/reference, which shares no code with it";

impl Group {
    /// How another answer than the expected one is judged in the acceptable tests of this group.
    pub(super) fn judged(&mut self, judge: &'static str) -> &mut Self {
        self.judge = Some(judge);
        self
    }

    /// A request that has a result.
    pub(super) fn valid(&mut self, comment: impl Into<String>, request: Value) -> &mut Self {
        let (comment, expected) = (comment.into(), self.answered(&request));
        let fits = expected.get("result").is_some();
        self.expect(fits, &comment, &request, &expected);
        self.push(comment, request, expected, "valid")
    }

    /// A request whose answer has this class of error, as the whole or somewhere in its result.
    pub(super) fn invalid(
        &mut self,
        comment: impl Into<String>,
        class: &str,
        request: Value,
    ) -> &mut Self {
        let (comment, expected) = (comment.into(), self.answered(&request));
        let has = |class: &str| {
            expected
                .to_string()
                .contains(&format!("\"error\":\"{class}\""))
        };
        // What is out of its range in bytes that are read makes them malformed.
        let found = has(class_of(class)) || (class == "out_of_range" && has("malformed"));
        self.expect(found, &format!("{comment}, {class}"), &request, &expected);
        self.push(comment, request, expected, "invalid")
    }

    /// A request whose answer has an error, whichever: what is wrong is clear, its class follows from the bytes.
    pub(super) fn refused(&mut self, comment: impl Into<String>, request: Value) -> &mut Self {
        let (comment, expected) = (comment.into(), self.answered(&request));
        let found = expected.to_string().contains("\"error\":\"");
        self.expect(found, &comment, &request, &expected);
        self.push(comment, request, expected, "invalid")
    }

    /// Whatever the crate says.
    pub(super) fn any(&mut self, comment: impl Into<String>, request: Value) -> &mut Self {
        let expected = self.answered(&request);
        let result = match expected.to_string().contains("\"error\":\"") {
            true => "invalid",
            false => "valid",
        };
        self.push(comment.into(), request, expected, result)
    }

    /// A request with several right answers, of which this is one.
    pub(super) fn acceptable(&mut self, comment: impl Into<String>, request: Value) -> &mut Self {
        assert!(self.judge.is_some());
        let expected = self.answered(&request);
        self.push(comment.into(), request, expected, "acceptable")
    }

    /// What the newest test's answer is computed by.
    pub(super) fn with_intermediate(&mut self, values: Option<Value>) -> &mut Self {
        self.tests.last_mut().unwrap().intermediate = values;
        self
    }

    /// The newest test looks for this mistake.
    pub(super) fn flagged(&mut self, flag: &'static str) -> &mut Self {
        self.tests.last_mut().unwrap().flag = Some(flag);
        self
    }

    /// Notes what the crate does not do as the case says; the whole list is shown in the end.
    fn expect(&self, holds: bool, comment: &str, request: &Value, answer: &Value) {
        if !holds {
            let fault = format!("{}, {comment}\n  {request}\n  {answer}", self.about);
            FAULTS.lock().unwrap().push(fault);
        }
    }

    fn answered(&self, request: &Value) -> Value {
        let mut answer = shim::outcome(self.op, request);
        let text = answer.to_string();
        for unfit in ["self_check", "bad_request", "unsupported\""] {
            self.expect(!text.contains(unfit), self.op, request, &answer);
        }
        strip_nulls(&mut answer);
        answer
    }

    fn push(
        &mut self,
        comment: String,
        request: Value,
        expected: Value,
        result: &'static str,
    ) -> &mut Self {
        let mut request = request;
        strip_nulls(&mut request);
        let flag = self.flag;
        self.tests.push(Test {
            comment,
            flag,
            request,
            expected,
            result,
            intermediate: None,
        });
        self
    }

    fn text(&self, number: &mut usize, area: &Area) -> String {
        let mut head =
            json!({ "op": self.op, "about": self.about, "requirements": self.requirements });
        if let Some(judge) = self.judge {
            head["judge"] = judge.into();
        }
        let head = head.to_string();
        let head = head.strip_suffix('}').unwrap();
        let tests: Vec<_> = self
            .tests
            .iter()
            .map(|test| {
                *number += 1;
                test.text(*number, area)
            })
            .collect();
        format!("{head},\"tests\":[\n{}\n]}}", tests.join(",\n"))
    }
}

impl Test {
    fn text(&self, number: usize, area: &Area) -> String {
        let flags: Vec<_> = self.flag.into_iter().collect();
        for flag in &flags {
            let known = area.flags.iter().any(|known| known.name == *flag);
            assert!(known, "{}: flag {flag} is not explained", area.name);
        }
        let intermediate = self
            .intermediate
            .as_ref()
            .map_or_else(String::new, |values| format!(",\"intermediate\":{values}"));
        format!(
            "{{\"tcId\":{number},\"comment\":{},\"flags\":{},\"request\":{},\"expected\":{},\"result\":\"{}\"{intermediate}}}",
            json!(self.comment),
            json!(flags),
            exact::write(&self.request),
            exact::write(&self.expected),
            self.result
        )
    }
}
